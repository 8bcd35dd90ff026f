#pragma once

#include <string>
#include <vector>

#include "bind/bound_app.h"
#include "bind/scope.h"

namespace weir {

// Binds `condition in Table` where that can be asked.
class LookupBinder {
 public:
  virtual ~LookupBinder() = default;
  // Null if an error was reported.
  virtual ExprPtr BindIn(const ast::InTable& node, const ast::Span& span) = 0;
};

// Turns expressions of the text into bound ones. Every failure is reported with its place; a null
// result means that it was.
class ExpressionBinder {
 public:
  // `aggregates` collects aggregate calls, each read back as column kAggregateBase + its position;
  // null where aggregates are not allowed.
  ExpressionBinder(BindContext& context, Scope& scope,
                   std::vector<BoundAggregate>* aggregates = nullptr)
      : context_(context), scope_(scope), aggregates_(aggregates) {}

  // Without it, `in` a table is refused.
  void set_lookups(LookupBinder* lookups) { lookups_ = lookups; }

  // What names mean inside an aggregate, if not the same as outside.
  void set_aggregate_scope(Scope* scope) { aggregate_scope_ = scope; }

  ExprPtr Bind(const ast::Expr& expr);
  // Bind, and report if the result is not a bool. `what` names the place, as in "the filter".
  ExprPtr BindCondition(const ast::Expr& expr, std::string_view what);

 private:
  ExprPtr BindNode(const ast::Literal& node, const ast::Span& span);
  ExprPtr BindNode(const ast::AttributeRef& node, const ast::Span& span);
  ExprPtr BindNode(const ast::StreamRef& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Unary& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Binary& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Logical& node, const ast::Span& span);
  ExprPtr BindNode(const ast::IsNull& node, const ast::Span& span);
  ExprPtr BindNode(const ast::InTable& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Call& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Case& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Between& node, const ast::Span& span);
  ExprPtr BindNode(const ast::InList& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Like& node, const ast::Span& span);
  ExprPtr BindNode(const ast::Access& node, const ast::Span& span);

  ExprPtr BindAggregate(const AggregateSpec& spec, std::vector<ExprPtr> arguments,
                        const ast::Span& span);
  void ReportUnknownFunction(const std::string& name, const ast::Span& span);
  // The bool as written behind `not`, or as it is.
  ExprPtr Negated(ExprPtr value, bool negated, const ast::Span& span);
  ExprPtr BindIndexed(const ast::StreamRef& ref, const ast::Span& span);
  ExprPtr BindTimestamp(const ast::Expr& event);
  ExprPtr BindWhen(const ExprPtr& operand, const ast::Expr& when);
  ExprPtr Take(Result<ExprPtr> result, const ast::Span& span);

  Scope& scope() const {
    return in_aggregate_ && aggregate_scope_ != nullptr ? *aggregate_scope_ : scope_;
  }

  BindContext& context_;
  Scope& scope_;
  std::vector<BoundAggregate>* aggregates_;
  bool in_aggregate_ = false;
  Scope* aggregate_scope_ = nullptr;
  LookupBinder* lookups_ = nullptr;
};

// What the overloads of a built-in are matched against.
std::vector<Argument> ToArguments(const std::vector<ExprPtr>& arguments);

}  // namespace weir
