#include <algorithm>
#include <optional>

#include "catalog/registry.h"
#include "json/row_writer.h"

namespace weir {
namespace {

constexpr std::string_view kPriorities[] = {"INFO",  "DEBUG", "WARN", "FATAL",
                                            "ERROR", "OFF",   "TRACE"};

bool IsPriority(std::string_view text) {
  return std::find(std::begin(kPriorities), std::end(kPriorities), text) != std::end(kPriorities);
}

std::string UpperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return text;
}

// Which argument says what; absent: not given.
struct LogArguments {
  std::optional<size_t> priority, message, with_event;
  std::string constant_priority = "INFO";
};

class Log final : public StreamFunction {
 public:
  Log(LogArguments arguments, const StreamFunctionPlace& place)
      : arguments_(std::move(arguments)),
        prefix_(place.app.empty() ? "" : place.app + ": "),
        schema_(NamedOnly(*place.schema, &columns_)),
        writer_(schema_, {}) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    const bool seen = row.kind() == RowKind::kCurrent || row.kind() == RowKind::kExpired;
    if (seen && !Write(row, out)) return;
    out.Emit();
  }

 private:
  // Row numbers and the like have no name.
  static SchemaPtr NamedOnly(const Schema& schema, std::vector<uint32_t>* columns) {
    std::vector<Attribute> named;
    for (uint32_t i = 0; i < schema.size(); ++i) {
      if (schema[i].name.empty()) continue;
      named.push_back(schema[i]);
      columns->push_back(i);
    }
    return std::make_shared<const Schema>(std::move(named));
  }

  bool Write(const StreamFunctionRow& row, StreamFunctionOutput& out) {
    std::string priority = arguments_.constant_priority;
    if (arguments_.priority) {
      priority = row.IsNull(*arguments_.priority) ? "null" : row.Text(*arguments_.priority);
      if (!IsPriority(priority)) {
        out.Fail("log(): '" + priority + "' is no priority");
        return false;
      }
    }
    if (priority == "OFF") return true;
    std::string line = priority + " " + prefix_;
    bool with_event = true;
    if (const auto at = arguments_.with_event)
      with_event = !row.IsNull(*at) && row.Get<uint8_t>(*at);
    if (const auto at = arguments_.message) {
      line += row.IsNull(*at) ? "null" : row.Text(*at);
      if (with_event) line += ", ";
    } else if (!with_event) {
      line += "Event Arrived";
    }
    if (with_event) line += EventText(row);
    out.Log(std::move(line));
    return true;
  }

  std::string EventText(const StreamFunctionRow& row) {
    std::vector<ColumnPtr> columns;
    for (const uint32_t column : columns_) columns.push_back(row.chunk().column(column));
    buffer_.clear();
    writer_.WriteValues(row.chunk().WithColumns(schema_, std::move(columns)), row.row(), &buffer_);
    const char* kind = row.kind() == RowKind::kExpired ? " - " : " + ";
    return std::to_string(row.timestamp()) + kind + std::string(buffer_.view());
  }

  LogArguments arguments_;
  std::string prefix_;
  std::vector<uint32_t> columns_;
  SchemaPtr schema_;
  RowWriter writer_;
  TextBuffer buffer_;
};

Result<BoundStreamFunction> BindLog(std::span<const Argument> given, size_t overload) {
  LogArguments arguments;
  const bool has_priority = overload >= 4;
  if (has_priority) {
    arguments.priority = 0;
    if (given[0].constant) {
      arguments.priority.reset();
      arguments.constant_priority = UpperCase(given[0].constant->ToText());
      if (!IsPriority(arguments.constant_priority)) {
        return Status::Invalid("log(): '" + given[0].constant->ToText() +
                               "' is no priority; it is INFO, DEBUG, WARN, FATAL, ERROR, OFF or "
                               "TRACE");
      }
    }
  }
  if (overload != 0 && overload != 2) arguments.message = has_priority ? 1 : 0;
  if (overload == 2 || overload == 3 || overload == 5) arguments.with_event = given.size() - 1;
  BoundStreamFunction bound;
  bound.make = [arguments](const StreamFunctionPlace& place) {
    return std::make_unique<Log>(arguments, place);
  };
  return bound;
}

}  // namespace

void RegisterLog(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "log";
  spec.summary =
      "Writes a line to the standard error output for every event that passes, with its time, + or "
      "- (expired) and values unless is.event.logged is false.";
  spec.example = "from Trades#log('seen') select * insert into Out;";
  const Parameter priority{"priority", kStringOnly};
  const Parameter message{"log.message", kStringOnly};
  const Parameter with_event{"is.event.logged", kBoolOnly};
  spec.overloads = {{},
                    {message},
                    {with_event},
                    {message, with_event},
                    {priority, message},
                    {priority, message, with_event}};
  spec.one_to_one = true;
  spec.bind = BindLog;
  registry->Add(std::move(spec));
}

}  // namespace weir
