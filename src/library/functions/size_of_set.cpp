#include "catalog/registry.h"
#include "expr/scalar_function.h"

namespace weir {

void RegisterSizeOfSet(Registry* registry) {
  FunctionSpec spec;
  spec.name = "sizeOfSet";
  spec.summary = "Returns the number of members of a set, 0 for null; null for other objects.";
  spec.example = "sizeOfSet(createSet('IBM'))";
  spec.result = "1";
  spec.overloads = {{{"set", kObjectOnly}}};
  spec.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindScalar([](std::optional<ObjectRef> set) -> std::optional<int32_t> {
      if (!set.has_value() || *set == nullptr) return 0;
      const auto* members = std::get_if<Object::Set>(&(*set)->value);
      if (members == nullptr) return std::nullopt;
      return static_cast<int32_t>(members->items.size());
    });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
