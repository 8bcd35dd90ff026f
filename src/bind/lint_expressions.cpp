#include <type_traits>

#include "ast/for_each_child.h"
#include "bind/lint.h"

namespace weir {
namespace {

bool IsNull(const ast::Expr& expr) {
  const auto* literal = std::get_if<ast::Literal>(&expr.node);
  return literal != nullptr && std::holds_alternative<ast::Null>(literal->value);
}

// Looks at every expression below a part of a query.
class ExpressionLinter {
 public:
  ExpressionLinter(const std::string& prefix, std::vector<ast::Diagnostic>* found)
      : prefix_(prefix), found_(*found) {}

  void Visit(const ast::ExprPtr& expr) {
    if (expr == nullptr) return;
    if (const auto* binary = std::get_if<ast::Binary>(&expr->node)) Look(*binary, expr->span);
    ast::ForEachChild(*expr, [this](const ast::ExprPtr& child) { Visit(child); });
  }

  void Visit(const ast::SingleStream& stream) {
    for (const ast::StreamHandler& handler : stream.handlers) {
      if (const auto* filter = std::get_if<ast::Filter>(&handler.node)) Visit(filter->condition);
    }
  }

  void Visit(const ast::StateNode& node) {
    std::visit(
        [this](const auto& n) {
          using T = std::decay_t<decltype(n)>;
          if constexpr (std::is_same_v<T, ast::StateStream> ||
                        std::is_same_v<T, ast::StateAbsent>) {
            Visit(n.stream);
          } else if constexpr (std::is_same_v<T, ast::StateLogical>) {
            for (const auto& operand : n.operands) Visit(*operand);
          } else if constexpr (std::is_same_v<T, ast::StateNext>) {
            for (const auto& step : n.steps) Visit(*step);
          } else {
            Visit(*n.child);
          }
        },
        node.node);
  }

 private:
  void Look(const ast::Binary& binary, const ast::Span& span) {
    if (binary.op < ast::BinaryOp::kLess) return;
    if (!IsNull(*binary.left) && !IsNull(*binary.right)) return;
    const bool unequal = binary.op == ast::BinaryOp::kNotEqual;
    found_.push_back({span, ast::Severity::kWarning,
                      prefix_ + "a comparison with null is always " + (unequal ? "true" : "false"),
                      std::string("write 'is ") + (unequal ? "not " : "") + "null'"});
  }

  const std::string& prefix_;
  std::vector<ast::Diagnostic>& found_;
};

}  // namespace

void LintExpressions(const ast::Query& query, const std::string& prefix,
                     std::vector<ast::Diagnostic>* found) {
  ExpressionLinter linter(prefix, found);
  if (const auto* stream = std::get_if<ast::SingleStream>(&query.input)) linter.Visit(*stream);
  if (const auto* state = std::get_if<ast::StateInput>(&query.input)) linter.Visit(*state->root);
  if (const auto* join = std::get_if<ast::JoinInput>(&query.input)) {
    linter.Visit(join->left.stream);
    linter.Visit(join->right.stream);
    linter.Visit(join->on);
  }
  if (!query.selection) return;
  for (const ast::SelectItem& item : query.selection->items) linter.Visit(item.value);
  for (const ast::ExprPtr& key : query.selection->group_by) linter.Visit(key);
  linter.Visit(query.selection->having);
  for (const ast::OrderKey& key : query.selection->order_by) linter.Visit(key.value);
}

}  // namespace weir
