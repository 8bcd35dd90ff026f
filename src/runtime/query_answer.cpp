#include "runtime/query_answer.h"

#include <utility>

#include "json/row_writer.h"
#include "library/builtins.h"
#include "parser/parser.h"
#include "plan/on_demand.h"
#include "plan/table_lowering.h"
#include "types/value.h"

namespace weir {
namespace {

std::string FirstError(const std::vector<ast::Diagnostic>& diagnostics) {
  for (const ast::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != ast::Severity::kError) continue;
    const std::string help = diagnostic.help.empty() ? "" : "; " + diagnostic.help;
    return diagnostic.message + help;
  }
  return "the query cannot be understood";
}

// Shaped as JSON, so that the answer is `{"query":...,"rows":[...]}`.
std::string RowsJson(const SchemaPtr& schema, const std::vector<Chunk>& chunks) {
  const RowWriter writer(schema, {});
  TextBuffer text;
  text.Append('[');
  for (const Chunk& chunk : chunks) {
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      if (text.size() > 1) text.Append(',');
      writer.WriteEvent(chunk, chunk.Row(i), &text);
    }
  }
  text.Append(']');
  return std::string(text.view());
}

}  // namespace

std::string QueryAnswerer::Answer(std::string_view query,
                                  const std::function<Status()>& before_change) {
  std::string answer = "{\"query\":";
  AppendStringJson(query, &answer);
  auto parsed = ParseOnDemandQuery(query);
  std::optional<BoundOnDemand> bound;
  if (parsed.ok()) {
    bound = BindOnDemand(std::move(*parsed.value), app_, BuiltinRegistry(), &parsed.diagnostics);
  }
  std::string error;
  std::vector<Chunk> rows;
  if (!bound) {
    error = FirstError(parsed.diagnostics);
  } else if (bound->write) {
    Status written = before_change ? before_change() : Status::Ok();
    if (written.ok()) written = Write(*bound);
    if (!written.ok()) error = written.message();
  } else {
    auto selected = SelectOnDemand(*bound, app_, found_, loop_->clock(), loop_->next_message());
    if (selected.ok()) {
      rows = std::move(selected).value();
    } else {
      error = selected.status().message();
    }
  }
  if (!error.empty()) {
    answer += ",\"error\":";
    AppendStringJson(error, &answer);
  } else if (bound->write) {
    answer += ",\"rows\":[]";
  } else {
    answer += ",\"rows\":";
    answer += RowsJson(bound->select.output, rows);
  }
  answer += "}";
  return answer;
}

std::vector<std::string> QueryAnswerer::TakeRefusedRows() {
  std::vector<std::string> lines;
  for (size_t s = 0; s < found_.rows.size(); ++s) {
    if (found_.rows[s].table == nullptr) continue;
    for (const std::string& row : found_.rows[s].table->refused_rows) {
      lines.push_back("error: table " + app_.streams[s].name + ": " + row);
    }
    found_.rows[s].table->refused_rows.clear();
  }
  return lines;
}

std::vector<std::string> QueryAnswerer::RefusedRows() const {
  std::vector<std::string> warnings;
  for (size_t s = 0; s < found_.rows.size(); ++s) {
    if (found_.rows[s].table == nullptr) continue;
    const Table& table = *found_.rows[s].table;
    const std::string begin = "warning: table " + app_.streams[s].name + ": ";
    if (table.refused_inserts > 0) {
      warnings.push_back(begin + std::to_string(table.refused_inserts) +
                         " rows not inserted, because their primary key was there already");
    }
    if (table.refused_updates > 0) {
      warnings.push_back(begin + std::to_string(table.refused_updates) +
                         " updates not made, because two rows would have one primary key");
    }
  }
  for (const auto& aggregation : found_.aggregations) {
    const std::string begin = "warning: aggregation " + aggregation->store.spec().name + ": ";
    if (aggregation->rows_without_time > 0) {
      warnings.push_back(begin + std::to_string(aggregation->rows_without_time) +
                         " rows left out, because what they are aggregated by is not a time");
    }
    if (aggregation->refused_reads > 0) {
      warnings.push_back(begin + std::to_string(aggregation->refused_reads) +
                         " rows not joined: " + aggregation->first_refusal);
    }
  }
  return warnings;
}

Status QueryAnswerer::Write(const BoundOnDemand& query) {
  const BoundTableWrite& write = *query.write;
  Table& table = *found_.rows[write.table].table;
  const std::string& name = app_.streams[write.table].name;
  uint32_t stream = 0;
  while (formats_[stream].name != name) ++stream;
  const auto selected = SelectOnDemand(query, app_, found_, loop_->clock(), loop_->next_message());
  if (!selected.ok()) return selected.status();
  const Table::Asked asked = WriteOnDemand(query, app_, found_, loop_->clock());
  for (const Chunk& rows : selected.value()) {
    table.asked = asked;
    table.asked->rows = rows;
    // The row only makes the table's operator take up what is asked.
    MessageBatch batch(formats_);
    for (ColumnBuilder& column : batch.streams[stream].columns) column.AppendNull();
    batch.streams[stream].timestamps.push_back(kNoTime);
    batch.messages.push_back({kNoTime, stream, 1});
    batch.rows = 1;
    const Status status = loop_->Run(&batch);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace weir
