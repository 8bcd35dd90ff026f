// AST back to text.
#pragma once

#include <string>

#include "ast/app.h"
#include "ast/expression.h"
#include "ast/query.h"

namespace weir::ast {

// Canonical text: one clause a line, no comments, parentheses only where they are needed. Parsing
// it without variables gives an equal AST (see Dump), and printing that the same text again.
// Only for trees as the parser builds them: strings hold nothing that cannot be written, and the
// members that must be there are there.
std::string Print(const App& app);
std::string Print(const Element& element);
std::string Print(const Query& query);
std::string Print(const OnDemandQuery& query);
std::string Print(const Expr& expression);

}  // namespace weir::ast
