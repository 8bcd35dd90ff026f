#include <type_traits>

#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/compensated_sum.h"

namespace weir {
namespace {

// A sum of integers that cannot overflow: 64 bits hold 2^32 ints, 128 bits 2^64 longs.
template <class T>
class IntegerSum {
 public:
  void Add(T value) { total_ += value; }
  void Remove(T value) { total_ -= value; }
  double Value() const {
    const auto narrow = static_cast<int64_t>(total_);
    // The conversion from 128 bits is slow and hardly ever needed.
    return narrow == total_ ? static_cast<double>(narrow) : static_cast<double>(total_);
  }
  void Save(StateWriter& out) const { out.Write(total_); }
  void Load(StateReader& in) { in.Read(total_); }

 private:
  std::conditional_t<sizeof(T) == 4, int64_t, __int128> total_ = 0;
};

// The mean is the compensated (or exact) sum over the count, so it does not drift either.
template <class T>
struct Average {
  using Output = double;
  void Add(T value) {
    sum.Add(value);
    if (++count == 0) sum = {};
  }
  void Remove(T value) {
    sum.Remove(value);
    if (--count == 0) sum = {};
  }
  bool Value(double* value) const {
    if (count == 0) return false;
    *value = sum.Value() / static_cast<double>(count);
    return true;
  }
  bool IsNew() const { return count == 0; }
  void Save(StateWriter& out) const { out.Write(sum, count); }
  void Load(StateReader& in) { in.Read(sum, count); }

  std::conditional_t<std::is_integral_v<T>, IntegerSum<T>, CompensatedSum> sum;
  int64_t count = 0;
};

}  // namespace

void RegisterAvg(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "avg",
      .summary = "The mean of all values that are not null, as a double; null when there are none.",
      .example = "from Trades#window.time(1 min) select avg(price) as mean insert into Means;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .result_type = [](std::span<const Argument>) { return Type::kDouble; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return DispatchNumeric(arguments[0].type, [](auto tag) {
              using T = typename decltype(tag)::type;
              return MakeAggregator<Average<T>, T>();
            });
          },
  });
}

}  // namespace weir
