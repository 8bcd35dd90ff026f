// Text to AST. Errors are diagnostics, as many as one run can find; nothing is thrown.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ast/app.h"
#include "ast/diagnostic.h"
#include "ast/expression.h"
#include "ast/query.h"

namespace weir {

// What a text may cost. Passing one is an error that names the limit.
struct ParseLimits {
  size_t query_bytes = 1 << 20;  // of the text, before and after variables are replaced
  size_t depth = 256;            // of brackets, of `case`, and of the tree of an expression
  size_t nodes = 50'000;         // of the AST: expressions, definitions, attributes, handlers ...
};

// Gives the value of a variable, or nothing if there is none of that name.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Looks into the environment of the process.
std::optional<std::string> EnvironmentVariable(std::string_view name);

struct ParseOptions {
  ParseLimits limits;
  // Replaces `${NAME}` anywhere in the text before it is parsed; a missing name is an error. A
  // value is not searched again. An empty function leaves the text alone.
  VariableLookup variables = EnvironmentVariable;
};

// The value is there if and only if no diagnostic is an error; there may be warnings beside it
// (`not a == b`, which is `(not a) == b`). Diagnostics are in text order.
template <class T>
struct Parsed {
  std::optional<T> value;
  std::vector<ast::Diagnostic> diagnostics;

  bool ok() const { return value.has_value(); }
};

using ParseResult = Parsed<ast::App>;

// A whole app: definitions, queries and partitions in any order, also none at all.
ParseResult ParseApp(std::string_view text, const ParseOptions& options = {});

// One query of an app, `from ... insert into ...`, with its annotations.
Parsed<ast::Query> ParseQuery(std::string_view text, const ParseOptions& options = {});

// A question to a running app: `from Table select ...`, `select ... insert into Table`.
Parsed<ast::OnDemandQuery> ParseOnDemandQuery(std::string_view text,
                                              const ParseOptions& options = {});

// One expression alone, as in the argument of an expression window.
Parsed<ast::ExprPtr> ParseExpression(std::string_view text, const ParseOptions& options = {});

}  // namespace weir
