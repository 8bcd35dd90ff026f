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

  CompensatedSum total;
  int64_t count = 0;
};

std::unique_ptr<Aggregator> Make(std::span<const Argument> arguments, bool /*expires*/) {
  switch (arguments[0].type) {
    case Type::kInt:
      return MakeAggregator<LongSum, int32_t>();
    case Type::kLong:
      return MakeAggregator<LongSum, int64_t>();
    case Type::kFloat:
      return MakeAggregator<DoubleSum, float>();
    default:
      return MakeAggregator<DoubleSum, double>();
  }
}

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
      .make = Make,
  });
}

}  // namespace weir
