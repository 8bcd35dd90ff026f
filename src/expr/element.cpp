#include "expr/element.h"

#include "expr/node.h"
#include "expr/scalar_function.h"

namespace weir {
namespace {

// Keys that are no strings stand beside the texts of the entries.
bool IsNumber(const ObjectRef& key, int64_t number) {
  if (key == nullptr) return false;
  if (const auto* narrow = std::get_if<int32_t>(&key->value)) return *narrow == number;
  const auto* wide = std::get_if<int64_t>(&key->value);
  return wide != nullptr && *wide == number;
}

ObjectRef ElementAt(const ObjectRef& object, int64_t index) {
  if (const auto* map = std::get_if<Object::Map>(&object->value)) {
    for (size_t i = 0; i < map->keys.size(); ++i) {
      if (IsNumber(map->keys[i], index)) return map->entries[i].second;
    }
    return nullptr;
  }
  const auto* list = std::get_if<Object::List>(&object->value);
  if (list == nullptr || index < 0) return nullptr;
  const auto at = static_cast<uint64_t>(index);
  return at < list->items.size() ? list->items[at] : nullptr;
}

ObjectRef ElementAt(const ObjectRef& object, std::string_view key) {
  const auto* map = std::get_if<Object::Map>(&object->value);
  if (map == nullptr) return nullptr;
  for (size_t i = 0; i < map->entries.size(); ++i) {
    const bool text = map->keys.empty() || map->keys[i] == nullptr;
    if (text && map->entries[i].first == key) return map->entries[i].second;
  }
  return nullptr;
}

class ElementExpr : public Node {
 public:
  explicit ElementExpr(std::vector<ExprPtr> children) : Node(Type::kObject, std::move(children)) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operands[] = {children_[0]->Eval(context), children_[1]->Eval(context)};
    static const BoundFunction kAtIndex =
        BindScalar([](const ObjectRef& object, int64_t index) { return ElementAt(object, index); });
    static const BoundFunction kAtKey = BindScalar(
        [](const ObjectRef& object, std::string_view key) { return ElementAt(object, key); });
    const BoundFunction& function = children_[1]->type() == Type::kString ? kAtKey : kAtIndex;
    return function.kernel(operands, CallContext{context.chunk, context.timeline, 0});
  }
  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<ElementExpr>(std::move(children));
  }
  std::string Describe() const override {
    return children_[0]->Describe() + "[" + children_[1]->Describe() + "]";
  }
};

}  // namespace

Result<ExprPtr> MakeElement(ExprPtr object, ExprPtr index) {
  if (object->type() != Type::kObject) {
    return Status::Invalid("only an object has elements, this is " + TypeText(*object));
  }
  if (IsNullLiteral(*index)) index = WidenTo(std::move(index), Type::kLong);
  if (index->type() != Type::kString && !IsInteger(index->type())) {
    return Status::Invalid("an element is found by an int, a long or a string, not by " +
                           TypeText(*index));
  }
  return ExprPtr(
      std::make_shared<ElementExpr>(std::vector<ExprPtr>{std::move(object), std::move(index)}));
}

}  // namespace weir
