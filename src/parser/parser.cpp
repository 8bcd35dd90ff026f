#include "parser/parser.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "parser/syntax.h"
#include "parser/tree_builder.h"

namespace weir {

namespace {

using P = grammar::WeirParser;

// Every entry point: load, parse with `rule`, and build with `build(tree, syntax, builder)`.
template <class Value, class Context, class Build>
Parsed<Value> Parse(std::string_view text, const ParseOptions& options, Context* (P::*rule)(),
                    Build build) {
  Parsed<Value> result;
  SourceText source(text);
  if (!source.Load(options, &result.diagnostics)) return result;
  try {
    Syntax syntax(source, options.limits, &result.diagnostics);
    Context* tree = syntax.Parse(rule);
    StatementBuilder builder(source, options.limits, &result.diagnostics);
    Value value = build(tree, syntax, &builder);
    if (!ast::HasErrors(result.diagnostics)) result.value = std::move(value);
  } catch (const LimitPassed& limit) {
    result.diagnostics.push_back(limit.diagnostic);
  } catch (const std::exception& e) {
    // ANTLR's own exceptions are all handled; what is left is a bug, but not one to die of.
    result.diagnostics.push_back(
        {{}, ast::Severity::kError, std::string("the parser failed: ") + e.what(), ""});
  }
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                   [](const ast::Diagnostic& a, const ast::Diagnostic& b) {
                     return a.span.begin < b.span.begin;
                   });
  return result;
}

}  // namespace

std::optional<std::string> EnvironmentVariable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

ParseResult ParseApp(std::string_view text, const ParseOptions& options) {
  return Parse<ast::App>(text, options, &P::app,
                         [](P::AppContext* tree, const Syntax& syntax, StatementBuilder* builder) {
                           return builder->Build(tree, syntax);
                         });
}

Parsed<ast::Query> ParseQuery(std::string_view text, const ParseOptions& options) {
  return Parse<ast::Query>(
      text, options, &P::singleQuery,
      [](P::SingleQueryContext* tree, const Syntax& syntax, StatementBuilder* builder) {
        return syntax.failed() ? ast::Query{} : builder->Build(tree);
      });
}

Parsed<ast::OnDemandQuery> ParseOnDemandQuery(std::string_view text, const ParseOptions& options) {
  return Parse<ast::OnDemandQuery>(
      text, options, &P::onDemandQuery,
      [](P::OnDemandQueryContext* tree, const Syntax& syntax, StatementBuilder* builder) {
        return syntax.failed() ? ast::OnDemandQuery{} : builder->Build(tree->onDemandBody());
      });
}

Parsed<ast::ExprPtr> ParseExpression(std::string_view text, const ParseOptions& options) {
  return Parse<ast::ExprPtr>(
      text, options, &P::singleExpression,
      [](P::SingleExpressionContext* tree, const Syntax& syntax, StatementBuilder* builder) {
        return syntax.failed() ? nullptr : builder->Build(tree->expression());
      });
}

}  // namespace weir
