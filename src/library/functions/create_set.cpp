#include "catalog/registry.h"
#include "expr/scalar_function.h"

namespace weir {
namespace {

template <class T>
BoundFunction BindCreateSet() {
  return BindScalar([](std::optional<T> value) -> ObjectRef {
    ObjectRef item;
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (value.has_value()) item = std::make_shared<const Object>(Object{std::string(*value)});
    } else {
      if (value.has_value()) item = std::make_shared<const Object>(Object{*value});
    }
    return std::make_shared<const Object>(Object{Object::Set{{std::move(item)}}});
  });
}

}  // namespace

void RegisterCreateSet(Registry* registry) {
  FunctionSpec spec;
  spec.name = "createSet";
  spec.summary = "Returns a set with the argument as its only member.";
  spec.example = "createSet('IBM')";
  spec.result = "[\"IBM\"]";
  spec.overloads = {{{"input", kBoolOnly | kNumeric | kStringOnly}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    switch (arguments[0].type) {
      case Type::kBool:
        return BindCreateSet<bool>();
      case Type::kInt:
        return BindCreateSet<int32_t>();
      case Type::kLong:
        return BindCreateSet<int64_t>();
      case Type::kFloat:
        return BindCreateSet<float>();
      case Type::kDouble:
        return BindCreateSet<double>();
      default:
        return BindCreateSet<std::string_view>();
    }
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
