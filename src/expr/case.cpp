// case when ... then ... else ... end
#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

// Children: condition, value, condition, value, ..., and the value for no condition.
class CaseExpr : public Node {
 public:
  explicit CaseExpr(const std::vector<ExprPtr>& children)
      : Node(children.back()->type(), children) {}

  Vector Eval(const EvalContext& context) const override {
    const RowSet rows = RowSet::Visible(context.chunk);
    std::vector<uint32_t> choice(rows.physical, kNoSource);
    std::vector<Vector> sources;
    // A branch sees only the rows that no earlier one took.
    Chunk rest = context.chunk;
    for (size_t i = 0; i + 1 < children_.size() && !rest.empty(); i += 2) {
      const EvalContext rest_context{rest, context.timeline, context.faults};
      Selection taken = children_[i]->Filter(rest_context);
      if (taken.empty()) continue;
      for (const uint32_t row : taken) choice[row] = static_cast<uint32_t>(sources.size());
      Selection left;
      for (uint32_t r = 0; r < rest.size(); ++r) {
        if (choice[rest.Row(r)] == kNoSource) left.push_back(rest.Row(r));
      }
      const Chunk chosen = rest.WithSelection(std::move(taken));
      sources.push_back(children_[i + 1]->Eval({chosen, context.timeline, context.faults}));
      rest = rest.WithSelection(std::move(left));
    }
    if (!rest.empty()) {
      for (uint32_t r = 0; r < rest.size(); ++r) {
        choice[rest.Row(r)] = static_cast<uint32_t>(sources.size());
      }
      sources.push_back(children_.back()->Eval({rest, context.timeline, context.faults}));
    }
    return PickValues(type_, sources, choice.data(), rows);
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<CaseExpr>(children);
  }

  std::string Describe() const override {
    std::string text = "case";
    for (size_t i = 0; i + 1 < children_.size(); i += 2) {
      text += " when " + children_[i]->Describe() + " then " + children_[i + 1]->Describe();
    }
    return text + " else " + children_.back()->Describe() + " end";
  }
};

}  // namespace

Result<ExprPtr> MakeCase(std::vector<CaseBranchExpr> branches, ExprPtr otherwise) {
  if (otherwise == nullptr) otherwise = MakeConstant(Value::Null(Type::kObject));
  ExprPtr typed = otherwise;  // a value that shows the type found so far
  for (const CaseBranchExpr& branch : branches) {
    if (branch.condition->type() != Type::kBool) {
      return Status::Invalid("a condition of case must be bool, not " +
                             TypeText(*branch.condition));
    }
    const std::optional<Type> common = CommonType(*typed, *branch.value);
    if (!common.has_value()) {
      return Status::Invalid("the values of case have different types, " + TypeText(*typed) +
                             " and " + TypeText(*branch.value));
    }
    if (*common != typed->type()) {
      typed = branch.value->type() == *common ? branch.value : WidenTo(typed, *common);
    }
  }
  const Type type = typed->type();
  std::vector<ExprPtr> children;
  for (CaseBranchExpr& branch : branches) {
    children.push_back(std::move(branch.condition));
    children.push_back(WidenTo(std::move(branch.value), type));
  }
  children.push_back(WidenTo(std::move(otherwise), type));
  return ExprPtr(std::make_shared<CaseExpr>(children));
}

Result<ExprPtr> MakeBetween(ExprPtr operand, ExprPtr low, ExprPtr high) {
  Result<ExprPtr> above = MakeCompare(CompareOp::kGreaterEqual, operand, std::move(low));
  if (!above.ok()) return above;
  Result<ExprPtr> below = MakeCompare(CompareOp::kLessEqual, std::move(operand), std::move(high));
  if (!below.ok()) return below;
  return MakeLogical(LogicalOp::kAnd, std::move(above).value(), std::move(below).value());
}

}  // namespace weir
