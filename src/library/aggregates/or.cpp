#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"

namespace weir {
namespace {

struct Or {
  using Output = uint8_t;
  void Add(uint8_t value) { ++(value != 0 ? trues : falses); }
  void Remove(uint8_t value) { --(value != 0 ? trues : falses); }
  bool Value(uint8_t* value) const {
    *value = trues > 0 ? 1 : 0;
    return true;
  }
  bool IsNew() const { return trues == 0 && falses == 0; }

  int64_t trues = 0;
  int64_t falses = 0;
};

}  // namespace

void RegisterOr(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "or",
      .summary = "True if any value is true; nulls are left out.",
      .example = "from Checks#window.lengthBatch(10) select or(failed) as bad insert into Results;",
      .overloads = {{{.name = "arg", .types = kBoolOnly}}},
      .result_type = [](std::span<const Argument>) { return Type::kBool; },
      .make = [](std::span<const Argument>, bool) { return MakeAggregator<Or, uint8_t>(); },
  });
}

}  // namespace weir
