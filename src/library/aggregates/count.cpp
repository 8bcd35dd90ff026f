#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"

namespace weir {
namespace {

struct Count {
  using Output = int64_t;
  void Add(NoArgument) { ++rows; }
  void Remove(NoArgument) { --rows; }
  bool Value(int64_t* value) const {
    *value = rows;
    return true;
  }
  bool IsNew() const { return rows == 0; }

  int64_t rows = 0;
};

}  // namespace

void RegisterCount(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "count",
      .summary = "The number of rows, those with a null argument included.",
      .example = "from Trades#window.length(100) select count() as trades insert into Counts;",
      .overloads = {{}, {{.name = "arg"}}},
      .result_type = [](std::span<const Argument>) { return Type::kLong; },
      .make = [](std::span<const Argument>, bool) { return MakeAggregator<Count, NoArgument>(); },
  });
}

}  // namespace weir
