#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/counted_values.h"

namespace weir {
namespace {

template <class T>
class DistinctCount {
 public:
  using Output = int64_t;
  void Add(const T& value) { values_.Add(value); }
  void Remove(const T& value) { values_.Remove(value); }
  void AddNull() { ++nulls_; }
  void RemoveNull() {
    if (nulls_ > 0) --nulls_;
  }
  bool Value(int64_t* value) const {
    *value = static_cast<int64_t>(values_.size()) + (nulls_ > 0 ? 1 : 0);
    return true;
  }
  bool IsNew() const { return values_.size() == 0 && nulls_ == 0; }
  void Clear() {
    values_.Clear();
    nulls_ = 0;
  }
  void Save(StateWriter& out) const { out.Write(values_, nulls_); }
  void Load(StateReader& in) { in.Read(values_, nulls_); }

 private:
  CountedValues<T> values_;
  uint64_t nulls_ = 0;
};

}  // namespace

void RegisterDistinctCount(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "distinctCount",
      .summary = "The number of different values; null counts as one of them.",
      .example = "from Visits#window.time(1 hour) select distinctCount(user) as users "
                 "insert into Users;",
      .overloads = {{{.name = "arg"}}},
      .result_type = [](std::span<const Argument>) { return Type::kLong; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return DispatchType(arguments[0].type, [](auto tag) {
              using T = typename decltype(tag)::type;
              return MakeAggregator<DistinctCount<T>, T>();
            });
          },
  });
}

}  // namespace weir
