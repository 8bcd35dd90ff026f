// Drives the generated lexer and parser. Private to the few files that see ANTLR.
#pragma once

#include <antlr4-runtime.h>

#include <memory>
#include <set>
#include <vector>

#include "WeirLexer.h"
#include "WeirParser.h"
#include "ast/diagnostic.h"
#include "parser/parser.h"
#include "parser/source_text.h"

namespace weir {

// Thrown where a limit is passed; ends inside of this room.
struct LimitPassed {
  ast::Diagnostic diagnostic;
};

// More errors in one run help nobody. Holds for errors of syntax and for the others.
inline constexpr size_t kErrorsMax = 100;

// Where the rest is given up.
ast::Diagnostic TooManyErrors(const ast::Span& at);

// The tokens and the parse tree of one text. Owns the tree, so it must outlive every use of it.
class Syntax {
 public:
  // Refers to all of its arguments. Throws LimitPassed.
  Syntax(const SourceText& source, const ParseLimits& limits,
         std::vector<ast::Diagnostic>* diagnostics);
  ~Syntax();

  // Applies a rule to the text, first with the fast strategy and, if that does not get through,
  // again with the exact one, which then reports every error. Throws LimitPassed.
  template <class Context>
  Context* Parse(Context* (grammar::WeirParser::*rule)()) {
    PrepareFast();
    try {
      return (parser_.get()->*rule)();
    } catch (const antlr4::ParseCancellationException&) {
      PrepareExact();
      return (parser_.get()->*rule)();
    }
  }

  // True if the statement has an error, or holds one, and must not be looked into.
  bool Failed(const antlr4::ParserRuleContext* statement) const {
    return failed_.count(statement) > 0;
  }
  bool failed() const { return errors_ > 0; }

 private:
  void ReadTokens(const ParseLimits& limits);
  void MarkCases();
  void CheckBrackets(const ParseLimits& limits) const;
  void PrepareFast();
  void PrepareExact();

  const SourceText& source_;
  std::vector<ast::Diagnostic>* diagnostics_;
  std::set<const antlr4::ParserRuleContext*> failed_;
  size_t errors_ = 0;

  antlr4::ANTLRInputStream input_;
  grammar::WeirLexer lexer_;
  std::vector<std::unique_ptr<antlr4::Token>> read_;
  std::unique_ptr<antlr4::ListTokenSource> token_source_;
  std::unique_ptr<antlr4::CommonTokenStream> tokens_;
  std::unique_ptr<antlr4::tree::ParseTreeListener> guard_;
  std::unique_ptr<grammar::WeirParser> parser_;
};

}  // namespace weir
