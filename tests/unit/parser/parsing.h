// Short ways to parse in a test. Variables are left alone unless a test gives its own.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "ast/diagnostic.h"
#include "ast/dump.h"
#include "ast/printer.h"
#include "parser/parser.h"

namespace weir::parsing {

inline ParseOptions NoVariables() {
  ParseOptions options;
  options.variables = nullptr;
  return options;
}

// All findings of a run as the user sees them, about a file `app`.
inline std::string Rendered(const std::vector<ast::Diagnostic>& diagnostics,
                            std::string_view text) {
  std::string out;
  for (const ast::Diagnostic& diagnostic : diagnostics)
    out += ast::RenderDiagnostic(diagnostic, "app", text);
  return out;
}

inline std::string AppErrors(std::string_view text) {
  return Rendered(ParseApp(text, NoVariables()).diagnostics, text);
}

inline std::string ExpressionErrors(std::string_view text) {
  return Rendered(ParseExpression(text, NoVariables()).diagnostics, text);
}

inline std::string OnDemandErrors(std::string_view text) {
  return Rendered(ParseOnDemandQuery(text, NoVariables()).diagnostics, text);
}

// An app that must parse; an empty one if it does not.
inline ast::App App(std::string_view text) {
  ParseResult result = ParseApp(text, NoVariables());
  EXPECT_TRUE(result.ok()) << Rendered(result.diagnostics, text);
  return result.ok() ? std::move(*result.value) : ast::App{};
}

// The only element of an app, which must be an ast::Node.
template <class Node>
Node Only(std::string_view text) {
  ast::App app = App(text);
  EXPECT_EQ(app.elements.size(), 1u) << text;
  if (app.elements.size() != 1 || !std::holds_alternative<Node>(app.elements[0])) {
    ADD_FAILURE() << "another kind of element: " << text;
    return Node{};
  }
  return std::get<Node>(std::move(app.elements[0]));
}

inline ast::ExprPtr Expression(std::string_view text) {
  Parsed<ast::ExprPtr> result = ParseExpression(text, NoVariables());
  EXPECT_TRUE(result.ok()) << Rendered(result.diagnostics, text);
  return result.ok() ? std::move(*result.value) : ast::MakeExpr({}, ast::Literal{});
}

// The canonical text of an expression, and its structure.
inline std::string Canonical(std::string_view text) { return ast::Print(*Expression(text)); }
inline std::string Shape(std::string_view text) { return ast::Dump(*Expression(text)); }

// `from INPUT insert into X`, canonical again.
inline std::string CanonicalInput(std::string_view input) {
  const std::string text = "from " + std::string(input) + " insert into X;";
  std::string printed = ast::Print(App(text));
  const std::string_view tail = "\ninsert into X;\n";
  if (!printed.starts_with("from ") || !printed.ends_with(tail)) return "?" + printed;
  return printed.substr(5, printed.size() - 5 - tail.size());
}

// Parses, prints and parses again: the second tree and its text must equal the first.
inline void ExpectRoundTrip(std::string_view text) {
  const ast::App first = App(text);
  const std::string printed = ast::Print(first);
  const ast::App second = App(printed);
  EXPECT_EQ(ast::Dump(first), ast::Dump(second)) << printed;
  EXPECT_EQ(printed, ast::Print(second));
}

}  // namespace weir::parsing
