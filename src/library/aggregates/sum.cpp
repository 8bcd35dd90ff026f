#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/compensated_sum.h"

namespace weir {
namespace {

// Sums of int and long are exact in 64 bits and wrap as Java's do.
struct LongSum {
  using Output = int64_t;
  void Add(int64_t value) {
    total += static_cast<uint64_t>(value);
    if (++count == 0) total = 0;
  }
  void Remove(int64_t value) {
    total -= static_cast<uint64_t>(value);
    if (--count == 0) total = 0;
  }
  bool Value(int64_t* value) const {
    *value = static_cast<int64_t>(total);
    return count != 0;
  }
  bool IsNew() const { return count == 0; }

  uint64_t total = 0;
  int64_t count = 0;
};

struct DoubleSum {
  using Output = double;
  void Add(double value) {
    total.Add(value);
    if (++count == 0) total = {};
  }
  void Remove(double value) {
    total.Remove(value);
    if (--count == 0) total = {};
  }
  bool Value(double* value) const {
    *value = total.Value();
    return count != 0;
  }
  bool IsNew() const { return count == 0; }
  void Save(StateWriter& out) const { out.Write(total, count); }
  void Load(StateReader& in) { in.Read(total, count); }

  CompensatedSum total;
  int64_t count = 0;
};

}  // namespace

void RegisterSum(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "sum",
      .summary = "The sum of all values that are not null; null when there are none.",
      .example = "from Trades select sum(volume) as total insert into Totals;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .result_type =
          [](std::span<const Argument> arguments) {
            return IsInteger(arguments[0].type) ? Type::kLong : Type::kDouble;
          },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return DispatchNumeric(arguments[0].type, [](auto tag) {
              using T = typename decltype(tag)::type;
              using Sum = std::conditional_t<std::is_integral_v<T>, LongSum, DoubleSum>;
              return MakeAggregator<Sum, T>();
            });
          },
  });
}

}  // namespace weir
