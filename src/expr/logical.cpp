// and, or, not, is null. Operands that are null count as false, so the results are never null.
#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

const char* Word(LogicalOp op) { return op == LogicalOp::kAnd ? "and" : "or"; }

bool ConstantTruth(const Vector& vector) {
  return vector.column->IsValid(0) && vector.column->values<uint8_t>()[0] != 0;
}

// Calls use(row, truth) for every row, null counting as false.
template <class Use>
void ForEachTruth(const Vector& vector, const RowSet& rows, Use&& use) {
  const uint8_t* values = vector.column->values<uint8_t>();
  const uint64_t* validity = vector.column->validity();
  if (validity == nullptr) {
    rows.ForEach([&](uint32_t row) { use(row, values[row]); });
  } else {
    rows.ForEach([&](uint32_t row) {
      use(row, static_cast<uint8_t>(values[row] & static_cast<uint8_t>(BitIsSet(validity, row))));
    });
  }
}

// Two or more operands; chains of one operator are kept flat.
class LogicalExpr : public Node {
 public:
  LogicalExpr(LogicalOp op, std::vector<ExprPtr> operands)
      : Node(Type::kBool, std::move(operands)), op_(op) {}

  LogicalOp op() const { return op_; }

  Vector Eval(const EvalContext& context) const override {
    const bool is_and = op_ == LogicalOp::kAnd;
    const RowSet rows = RowSet::Visible(context.chunk);
    std::shared_ptr<Column> out;  // made by the first operand that is not constant
    for (const ExprPtr& child : children_) {
      RowFaults faults;
      RowFaults* const asked = context.faults == nullptr ? nullptr : &faults;
      const Vector operand = child->Eval({context.chunk, context.timeline, asked});
      if (!faults.empty()) RaiseUndecided(faults, out.get(), is_and, context);
      if (operand.constant) {
        if (ConstantTruth(operand) != is_and) return ConstantVector(Value::Bool(!is_and));
        continue;
      }
      const bool first = out == nullptr;
      if (first) out = std::make_shared<Column>(Type::kBool, rows.physical);
      uint8_t* result = out->mutable_values<uint8_t>();
      if (first) {
        ForEachTruth(operand, rows, [=](uint32_t row, uint8_t truth) { result[row] = truth; });
      } else if (is_and) {
        ForEachTruth(operand, rows, [=](uint32_t row, uint8_t truth) { result[row] &= truth; });
      } else {
        ForEachTruth(operand, rows, [=](uint32_t row, uint8_t truth) { result[row] |= truth; });
      }
    }
    if (out == nullptr) return ConstantVector(Value::Bool(is_and));
    return {std::move(out), false};
  }

  Selection Filter(const EvalContext& context) const override {
    if (op_ == LogicalOp::kOr) return Expr::Filter(context);
    Selection selected = children_[0]->Filter(context);
    Chunk chunk = context.chunk;
    for (size_t i = 1; i < children_.size() && !selected.empty(); ++i) {
      // While every row passes the chunk stays as it is, so that dense loops stay dense.
      if (selected.size() < chunk.size()) chunk = chunk.WithSelection(std::move(selected));
      selected = children_[i]->Filter(EvalContext{chunk, context.timeline, context.faults});
    }
    return selected;
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<LogicalExpr>(op_, std::move(children));
  }
  std::string Describe() const override {
    std::string text = "(";
    for (size_t i = 0; i < children_.size(); ++i) {
      if (i > 0) text.append(" ").append(Word(op_)).append(" ");
      text += children_[i]->Describe();
    }
    return text + ")";
  }

 private:
  // Faults of an operand count only for rows that no operand before it has decided.
  static void RaiseUndecided(const RowFaults& faults, const Column* before, bool is_and,
                             const EvalContext& context) {
    for (const RowFaults::Fault& fault : faults.faults()) {
      RowSet::Visible(context.chunk).ForEach([&](uint32_t row) {
        if (fault.row != row && fault.row != RowFaults::kAllRows) return;
        const bool open = before == nullptr || (before->values<uint8_t>()[row] != 0) == is_and;
        if (open) context.faults->Raise(row, fault.message);
      });
    }
  }

  LogicalOp op_;
};

class NotExpr : public Node {
 public:
  explicit NotExpr(ExprPtr operand) : Node(Type::kBool, {std::move(operand)}) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operand = children_[0]->Eval(context);
    if (operand.constant) return ConstantVector(Value::Bool(!ConstantTruth(operand)));
    const RowSet rows = RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kBool, rows.physical);
    uint8_t* result = out->mutable_values<uint8_t>();
    ForEachTruth(operand, rows, [=](uint32_t row, uint8_t truth) { result[row] = truth ^ 1; });
    return {std::move(out), false};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<NotExpr>(std::move(children[0]));
  }
  std::string Describe() const override { return "not " + children_[0]->Describe(); }
};

class IsNullExpr : public Node {
 public:
  explicit IsNullExpr(ExprPtr operand) : Node(Type::kBool, {std::move(operand)}) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operand = children_[0]->Eval(context);
    if (operand.constant) return ConstantVector(Value::Bool(!operand.column->IsValid(0)));
    const uint64_t* validity = operand.column->validity();
    if (validity == nullptr) return ConstantVector(Value::Bool(false));
    const RowSet rows = RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kBool, rows.physical);
    uint8_t* result = out->mutable_values<uint8_t>();
    rows.ForEach([=](uint32_t row) { result[row] = BitIsSet(validity, row) ? 0 : 1; });
    return {std::move(out), false};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<IsNullExpr>(std::move(children[0]));
  }
  std::string Describe() const override { return "(" + children_[0]->Describe() + " is null)"; }
};

// A null literal as a condition is a bool null.
Result<ExprPtr> AsCondition(ExprPtr expr, const char* word) {
  if (IsNullLiteral(*expr)) return WidenTo(std::move(expr), Type::kBool);
  if (expr->type() != Type::kBool) {
    return Status::Invalid(std::string(word) + " takes bool, not " + TypeText(*expr));
  }
  return expr;
}

void AppendFlat(LogicalOp op, ExprPtr expr, std::vector<ExprPtr>* operands) {
  const auto* logical = dynamic_cast<const LogicalExpr*>(expr.get());
  if (logical != nullptr && logical->op() == op) {
    operands->insert(operands->end(), logical->children().begin(), logical->children().end());
  } else {
    operands->push_back(std::move(expr));
  }
}

}  // namespace

Result<ExprPtr> MakeLogical(LogicalOp op, ExprPtr left, ExprPtr right) {
  Result<ExprPtr> first = AsCondition(std::move(left), Word(op));
  if (!first.ok()) return first;
  Result<ExprPtr> second = AsCondition(std::move(right), Word(op));
  if (!second.ok()) return second;
  std::vector<ExprPtr> operands;
  AppendFlat(op, std::move(first).value(), &operands);
  AppendFlat(op, std::move(second).value(), &operands);
  return ExprPtr(std::make_shared<LogicalExpr>(op, std::move(operands)));
}

Result<ExprPtr> MakeNot(ExprPtr operand) {
  Result<ExprPtr> condition = AsCondition(std::move(operand), "not");
  if (!condition.ok()) return condition;
  return ExprPtr(std::make_shared<NotExpr>(std::move(condition).value()));
}

ExprPtr MakeIsNull(ExprPtr operand) { return std::make_shared<IsNullExpr>(std::move(operand)); }

std::vector<ExprPtr> SplitConjunction(const ExprPtr& expr) {
  std::vector<ExprPtr> operands;
  if (expr != nullptr) AppendFlat(LogicalOp::kAnd, expr, &operands);
  return operands;
}

ExprPtr JoinConjunction(const std::vector<ExprPtr>& conditions) {
  if (conditions.empty()) return nullptr;
  if (conditions.size() == 1) return conditions[0];
  std::vector<ExprPtr> operands;
  for (const ExprPtr& condition : conditions) AppendFlat(LogicalOp::kAnd, condition, &operands);
  return std::make_shared<LogicalExpr>(LogicalOp::kAnd, std::move(operands));
}

}  // namespace weir
