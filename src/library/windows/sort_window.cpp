#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/state_parts.h"
#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

struct SortKey {
  uint32_t column;
  Type type;
  bool ascending;
};

template <class T>
int CompareValues(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, StringRef>) {
    return a.view().compare(b.view());
  } else {
    if (a < b) return -1;
    if (b < a) return 1;
    if constexpr (std::is_floating_point_v<T>) {
      // NaN after every number and -0.0 before 0.0, so that the order is total.
      if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
      return int{std::signbit(b)} - int{std::signbit(a)};
    }
    return 0;
  }
}

// Keeps the first events of the order in a heap whose top is the last of them.
class SortWindow final : public Window {
 public:
  SortWindow(size_t length, std::vector<SortKey> keys) : length_(length), keys_(std::move(keys)) {}

  void OnRow(RowId row, WindowContext& context) override {
    context.EmitCurrent(row);
    const auto before = [&](const Held& a, const Held& b) { return Before(a, b, context.rows()); };
    held_.push_back({row, next_arrival_++});
    std::push_heap(held_.begin(), held_.end(), before);
    if (held_.size() <= length_) return;
    std::pop_heap(held_.begin(), held_.end(), before);
    const RowId last = held_.back().row;
    held_.pop_back();
    context.EmitExpired(last, context.now());
    context.Release(last);
  }

  bool passes_current() const override { return true; }

  // In order of arrival: how the heap lies makes no difference.
  void Save(StateWriter& out) const override {
    std::vector<Held> held = held_;
    std::sort(held.begin(), held.end(),
              [](const Held& a, const Held& b) { return a.arrival < b.arrival; });
    out.WriteSize(next_arrival_);
    WriteNumbered(
        out, held, [](const Held& each) { return each.arrival; },
        [&](const Held& each) { out.Write(each.row); });
  }
  void Load(StateReader& in, const RowStore& rows) override {
    next_arrival_ = in.ReadSize();
    ReadNumbered(in, next_arrival_, [&](uint64_t arrival) {
      held_.push_back({rows.ReadId(in), arrival});
    });
    if (!in.Check(held_.size() <= length_, "there are more rows than the window holds")) return;
    std::make_heap(held_.begin(), held_.end(),
                   [&](const Held& a, const Held& b) { return Before(a, b, rows); });
  }

 private:
  struct Held {
    RowId row;
    uint64_t arrival;
  };

  // Equal events stay in order of arrival. Nulls come last whatever the direction.
  bool Before(const Held& a, const Held& b, const RowStore& rows) const {
    for (const SortKey& key : keys_) {
      const bool a_valid = rows.IsValid(key.column, a.row);
      const bool b_valid = rows.IsValid(key.column, b.row);
      if (a_valid != b_valid) return a_valid;
      if (!a_valid) continue;
      const int order = DispatchType(key.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_same_v<T, ObjectRef>) {
          return 0;
        } else {
          return CompareValues(rows.Get<T>(key.column, a.row), rows.Get<T>(key.column, b.row));
        }
      });
      if (order != 0) return key.ascending ? order < 0 : order > 0;
    }
    return a.arrival < b.arrival;
  }

  size_t length_;
  std::vector<SortKey> keys_;
  std::vector<Held> held_;
  uint64_t next_arrival_ = 0;
};

constexpr TypeSet kSortable = kNumeric | kStringOnly;
constexpr Parameter kAttribute{"attribute", kSortable, Parameter::Form::kAttribute};
constexpr Parameter kOrder{"order", kStringOnly, Parameter::Form::kConstant};
constexpr Parameter kMore{"attribute or order", kSortable, Parameter::Form::kAny, /*repeats=*/true};

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

Result<std::unique_ptr<Window>> MakeSortWindow(std::span<const Argument> arguments, size_t) {
  const auto length = NumberArgument(kWindowLength, arguments[0], 0);
  if (!length.ok()) return length.status();
  std::vector<SortKey> keys;
  bool may_order = false;  // an order stands right behind its attribute
  for (const Argument& argument : arguments.subspan(1)) {
    if (argument.column.has_value()) {
      keys.push_back({*argument.column, argument.type, /*ascending=*/true});
      may_order = true;
      continue;
    }
    const bool is_text = argument.constant.has_value() && !argument.constant->is_null() &&
                         argument.constant->type() == Type::kString;
    if (!may_order || !is_text) {
      return Status::Invalid(
          "sort takes attributes of the input, each with 'asc' or 'desc' after it if wanted");
    }
    const std::string& order = argument.constant->string_value();
    keys.back().ascending = EqualsIgnoringCase(order, "asc");
    if (!keys.back().ascending && !EqualsIgnoringCase(order, "desc")) {
      return Status::Invalid("order must be 'asc' or 'desc', not '" + order + "'");
    }
    may_order = false;
  }
  return std::unique_ptr<Window>(std::make_unique<SortWindow>(length.value(), std::move(keys)));
}

}  // namespace

void RegisterSortWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "sort";
  spec.summary =
      "Holds the first window.length events in the order of the given attributes; the last in that "
      "order leaves, nulls before all others.";
  spec.example =
      "from Bids#window.sort(3, price, 'desc') select bidder, price insert all events into Best;";
  spec.overloads = {{kWindowLength, kAttribute},
                    {kWindowLength, kAttribute, kOrder},
                    {kWindowLength, kAttribute, kOrder, kMore}};
  spec.make = MakeSortWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
