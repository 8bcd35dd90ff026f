#include <cmath>

#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/double_double.h"

namespace weir {
namespace {

// Population standard deviation. Welford's update is not sound under removal: what a large value
// rounds away stays lost when that value goes. Here the sums of x - k and of its square, k being
// the first value held, are kept with twice a double's precision. A removal subtracts exactly what
// its addition added, and the cancellation in sum(d^2) - sum(d)^2 / n may eat half of 106 bits
// before a bit of the result is lost.
struct StandardDeviation {
  using Output = double;

  void Add(double x) { Change(x, 1); }
  void Remove(double x) { Change(x, -1); }

  bool Value(double* value) const {
    if (count == 0) return false;
    *value = special != 0 ? std::nan("") : Deviation();
    return true;
  }
  bool IsNew() const { return count == 0; }
  void Save(StateWriter& out) const { out.Write(sum, squares, origin, count, special, has_origin); }
  void Load(StateReader& in) { in.Read(sum, squares, origin, count, special, has_origin); }

  void Change(double x, int sign) {
    count += sign;
    if (count == 0) {
      *this = {};
      return;
    }
    if (!std::isfinite(x)) {
      special += sign;
      return;
    }
    if (!has_origin) {
      origin = x;
      has_origin = true;
    }
    const DoubleDouble d = DoubleDouble::Sum(x, -origin);
    const DoubleDouble square = d * d;
    sum = sign > 0 ? sum + d : sum - d;
    squares = sign > 0 ? squares + square : squares - square;
  }

  double Deviation() const {
    if (count == 1) return 0.0;
    const auto n = static_cast<double>(count);
    const double spread = (squares - sum * sum / n).high;
    // Below this there is nothing but rounding: the values are equal.
    if (!(spread > squares.high * 0x1p-98)) return std::isnan(spread) ? spread : 0.0;
    return std::sqrt(spread / n);
  }

  DoubleDouble sum;      // of x - origin
  DoubleDouble squares;  // of (x - origin)^2
  double origin = 0;
  int64_t count = 0;
  int64_t special = 0;  // infinities and NaN held
  bool has_origin = false;
};

}  // namespace

void RegisterStdDev(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "stdDev",
      .summary = "The population standard deviation of all values that are not null; null when "
                 "there are none, 0.0 for one.",
      .example =
          "from Trades#window.length(20) select stdDev(price) as spread insert into Spreads;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .result_type = [](std::span<const Argument>) { return Type::kDouble; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return DispatchNumeric(arguments[0].type, [](auto tag) {
              return MakeAggregator<StandardDeviation, typename decltype(tag)::type>();
            });
          },
  });
}

}  // namespace weir
