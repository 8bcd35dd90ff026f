#pragma once

#include <type_traits>

#include "ast/expression.h"

namespace weir::ast {

// Calls see(child) for each expression right below this one, in the order of the text; some may be
// null.
template <class See>
void ForEachChild(const Expr& expr, See&& see) {
  std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Unary> || std::is_same_v<Node, IsNull>) {
          see(node.operand);
        } else if constexpr (std::is_same_v<Node, Binary>) {
          see(node.left);
          see(node.right);
        } else if constexpr (std::is_same_v<Node, Logical>) {
          for (const ExprPtr& operand : node.operands) see(operand);
        } else if constexpr (std::is_same_v<Node, InTable>) {
          see(node.condition);
        } else if constexpr (std::is_same_v<Node, Call>) {
          for (const ExprPtr& arg : node.args) see(arg);
        } else if constexpr (std::is_same_v<Node, Case>) {
          see(node.operand);
          for (const CaseBranch& branch : node.branches) {
            see(branch.when);
            see(branch.then);
          }
          see(node.otherwise);
        } else if constexpr (std::is_same_v<Node, Between>) {
          see(node.operand);
          see(node.low);
          see(node.high);
        } else if constexpr (std::is_same_v<Node, InList>) {
          see(node.operand);
          for (const ExprPtr& item : node.items) see(item);
        } else if constexpr (std::is_same_v<Node, Like>) {
          see(node.operand);
          see(node.pattern);
        } else if constexpr (std::is_same_v<Node, Access>) {
          see(node.operand);
          see(node.index);
        }
      },
      expr.node);
}

}  // namespace weir::ast
