#include <map>
#include <string>

#include "catalog/registry.h"
#include "library/aggregates/counted_order.h"
#include "library/aggregates/row_aggregate.h"
#include "library/aggregates/sorted_counts.h"

namespace weir {
namespace {

enum class Order { kNone, kAscending, kDescending };

struct ConcatSettings {
  bool distinct = false;
  Order order = Order::kNone;
};

// The texts with their counts, in order of arrival or sorted. The joined text is made when
// somebody reads it and something has changed since.
class GroupConcat {
 public:
  using Settings = ConcatSettings;

  void Add(const AggregateInput& in, uint32_t row, const Settings& settings) {
    if (!in.arguments[0]->IsValid(row)) return;
    const std::string text(in.arguments[0]->values<StringRef>()[row].view());
    if (settings.order == Order::kNone) {
      arrived_.Add(text);
    } else {
      ++sorted_[text];
    }
    made_ = false;
  }

  void Remove(const AggregateInput& in, uint32_t row, const Settings& settings) {
    if (!in.arguments[0]->IsValid(row)) return;
    const std::string text(in.arguments[0]->values<StringRef>()[row].view());
    made_ = false;
    if (settings.order == Order::kNone) {
      arrived_.Remove(text);
      return;
    }
    const auto at = sorted_.find(text);
    if (at != sorted_.end() && --at->second == 0) sorted_.erase(at);
  }

  void Write(const AggregateInput& in, uint32_t row, const Settings& settings, Column* out) {
    std::string_view separator = ",";
    if (in.arguments.size() > 1 && in.arguments[1]->IsValid(row)) {
      separator = in.arguments[1]->values<StringRef>()[row].view();
    }
    if (!made_ || separator != separator_) {
      separator_ = separator;
      Join(settings);
      made_ = true;
    }
    WriteText(text_, row, out);
  }

  bool IsNew() const { return arrived_.empty() && sorted_.empty(); }

  void Save(StateWriter& out) const {
    out.Write(arrived_);
    SaveCounts(sorted_, out);
  }
  void Load(StateReader& in) {
    in.Read(arrived_);
    LoadCounts(in, &sorted_);
  }

 private:
  void Join(const Settings& settings) {
    text_.clear();
    first_ = true;
    if (settings.order == Order::kNone) {
      for (const auto& entry : arrived_.entries()) Append(entry.key, entry.count, settings);
    } else if (settings.order == Order::kAscending) {
      for (const auto& [key, count] : sorted_) Append(key, count, settings);
    } else {
      for (auto at = sorted_.rbegin(); at != sorted_.rend(); ++at) {
        Append(at->first, at->second, settings);
      }
    }
  }

  void Append(const std::string& key, uint64_t count, const Settings& settings) {
    for (uint64_t i = 0; i < (settings.distinct ? 1 : count); ++i) {
      if (!first_) text_ += separator_;
      first_ = false;
      text_ += key;
    }
  }

  CountedOrder<std::string> arrived_;       // for Order::kNone
  std::map<std::string, uint64_t> sorted_;  // for the others
  std::string text_;                        // the value, if made_
  std::string separator_;
  bool made_ = false;
  bool first_ = true;
};

// Nothing if the argument is no order.
std::optional<Order> OrderOf(const Argument& argument) {
  if (argument.constant->is_null()) return std::nullopt;
  std::string name = argument.constant->string_value();
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name == "ASC") return Order::kAscending;
  if (name == "DESC") return Order::kDescending;
  return std::nullopt;
}

}  // namespace

void RegisterGroupConcat(Registry* registry) {
  constexpr auto kConstant = Parameter::Form::kConstant;
  const Parameter key{.name = "key", .types = kStringOnly};
  const Parameter separator{.name = "separator", .types = kStringOnly};
  const Parameter distinct{.name = "distinct", .types = kBoolOnly, .form = kConstant};
  const Parameter order{.name = "order", .types = kStringOnly, .form = kConstant};
  registry->Add(AggregateSpec{
      .name = "str:groupConcat",
      .summary = "All texts that are not null, joined by a separator (',' without one); equal ones "
                 "stand together, or once if distinct; in order of arrival, or sorted 'ASC' or "
                 "'DESC'.",
      .example =
          "from Trades#window.time(5 min) select str:groupConcat(symbol, '-', true, 'ASC') as "
          "keys insert into Grouped;",
      .overloads =
          {{key}, {key, separator}, {key, separator, distinct}, {key, separator, distinct, order}},
      .check =
          [](std::span<const Argument> arguments) {
            if (arguments.size() < 4 || OrderOf(arguments[3]).has_value()) return Status::Ok();
            return Status::Invalid("str:groupConcat(): the order must be 'ASC' or 'DESC', not '" +
                                   arguments[3].constant->ToText() + "'");
          },
      .result_type = [](std::span<const Argument>) { return Type::kString; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            ConcatSettings settings{ConstantFlag(arguments, 2), Order::kNone};
            if (arguments.size() > 3) settings.order = *OrderOf(arguments[3]);
            return MakeRowAggregator<GroupConcat>(settings);
          },
  });
}

}  // namespace weir
