// The structure of an AST as text: equal dumps = equal trees, whatever the spans.
#pragma once

#include <string>

#include "ast/app.h"
#include "ast/expression.h"
#include "ast/query.h"

namespace weir::ast {

// One line of nested parentheses. For tests and for looking at a tree; the form may change.
std::string Dump(const App& app);
std::string Dump(const Query& query);
std::string Dump(const OnDemandQuery& query);
std::string Dump(const Expr& expression);

}  // namespace weir::ast
