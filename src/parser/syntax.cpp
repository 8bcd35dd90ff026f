#include "parser/syntax.h"

#include <string>
#include <utility>

#include "parser/error_message.h"

namespace weir {

namespace {

using antlr4::ParserRuleContext;
using antlr4::Token;
using antlr4::misc::IntervalSet;
using grammar::WeirLexer;
using grammar::WeirParser;

// No sensible app needs more tokens for a node of its AST (`a as b,` has four for two nodes).
constexpr size_t kTokensPerNode = 8;

ast::Span SpanOfToken(const SourceText& source, const Token& token) {
  return source.SpanOf(token.getStartIndex(), token.getStopIndex() + 1);
}

LimitPassed Limit(const ast::Span& span, std::string what, std::string_view name, size_t limit) {
  what += " limits." + std::string(name) + " = " + std::to_string(limit);
  return {{span, ast::Severity::kError, std::move(what), ""}};
}

bool IsLiteral(size_t type) {
  return type >= WeirLexer::INT_LITERAL && type <= WeirLexer::STRING_LITERAL;
}
bool IsWord(size_t type) { return type >= WeirLexer::K_APP && type <= WeirLexer::QUOTED_ID; }

// What the word `case` is between these tokens: a keyword, with or without a value behind it, or a
// name; see the grammar. A name is never followed by a value, and a `(` behind it makes a call,
// which nobody wants to be of a function `case`.
size_t CaseType(size_t before, size_t next, size_t after_next) {
  switch (before) {
    case WeirLexer::K_STREAM:
    case WeirLexer::K_TABLE:
    case WeirLexer::K_WINDOW:
    case WeirLexer::HASH:
    case WeirLexer::DOT:
    case WeirLexer::COLON:
      return WeirLexer::ID;
    default:
      break;
  }
  if (next == WeirLexer::K_WHEN) return WeirLexer::K_CASE;
  const bool value =
      IsLiteral(next) || next == WeirLexer::ID || next == WeirLexer::QUOTED_ID ||
      next == WeirLexer::OPEN_PAREN ||
      (IsWord(next) && (after_next == WeirLexer::K_WHEN || after_next == WeirLexer::DOT));
  return value ? WeirLexer::K_CASE_OF : WeirLexer::ID;
}

// Whether a word that is a keyword only in some places is one before the token `next`, see the
// grammar. True for everything else.
bool IsKeywordBefore(size_t type, size_t next) {
  if (type != WeirLexer::K_NOT) return true;
  switch (next) {
    case WeirLexer::OPEN_PAREN:
    case WeirLexer::MINUS:
    case WeirLexer::PLUS:
    case WeirLexer::HASH:
    case WeirLexer::BANG:
      return true;
    case WeirLexer::K_AS:
    case WeirLexer::K_AND:
    case WeirLexer::K_OR:
    case WeirLexer::K_IS:
      return false;
    default:
      return IsLiteral(next) || IsWord(next);
  }
}

// Stops a parse before its recursion or its tree can grow out of bounds.
class LimitGuard : public antlr4::tree::ParseTreeListener {
 public:
  LimitGuard(const SourceText& source, const ParseLimits& limits)
      : source_(source), limits_(limits) {}

  void enterEveryRule(ParserRuleContext* context) override {
    const size_t rule = context->getRuleIndex();
    if (rule == WeirParser::RuleExpression && ++depth_ > limits_.depth) {
      throw Limit(SpanOfToken(source_, *context->getStart()), "expressions are nested deeper than",
                  "depth", limits_.depth);
    }
    if (rule == WeirParser::RulePrimary && ++primaries_ > limits_.nodes) {
      throw Limit(SpanOfToken(source_, *context->getStart()), "the text has more nodes than",
                  "nodes", limits_.nodes);
    }
  }
  void exitEveryRule(ParserRuleContext* context) override {
    if (context->getRuleIndex() == WeirParser::RuleExpression && depth_ > 0) --depth_;
  }
  void visitTerminal(antlr4::tree::TerminalNode*) override {}
  void visitErrorNode(antlr4::tree::ErrorNode*) override {}

  void Reset() { depth_ = primaries_ = 0; }

 private:
  const SourceText& source_;
  const ParseLimits& limits_;
  size_t depth_ = 0;
  size_t primaries_ = 0;
};

// Reports each error once and goes on behind the next ';'.
class ErrorCollector : public antlr4::DefaultErrorStrategy {
 public:
  ErrorCollector(const SourceText& source, std::vector<ast::Diagnostic>* diagnostics,
                 std::set<const ParserRuleContext*>* failed, size_t* errors)
      : source_(source), diagnostics_(diagnostics), failed_(failed), errors_(errors) {}

  // Called before each choice: notes what could come here, so that a message can name it even
  // after the parser has left the rules that wanted it.
  void sync(antlr4::Parser* parser) override {
    if (inErrorRecoveryMode(parser)) return;
    const IntervalSet now = NoteExpected(parser);
    if (!IsStatementList(parser) || now.contains(parser->getTokenStream()->LA(1))) return;
    beginErrorCondition(parser);
    Report(parser, parser->getCurrentToken());
    SkipStatement(parser);
  }

  Token* recoverInline(antlr4::Parser* parser) override {
    if (!inErrorRecoveryMode(parser)) NoteExpected(parser);
    throw antlr4::InputMismatchException(parser);
  }

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override {
    if (inErrorRecoveryMode(parser)) return;
    beginErrorCondition(parser);
    const auto* choice = dynamic_cast<const antlr4::NoViableAltException*>(&e);
    if (choice != nullptr && choice->getDeadEndConfigs() != nullptr) {
      if (e.getOffendingToken()->getTokenIndex() != expected_at_) expected_.clear();
      expected_at_ = e.getOffendingToken()->getTokenIndex();
      for (const auto& config : choice->getDeadEndConfigs()->configs)
        for (const antlr4::atn::Transition* transition : config->state->transitions)
          if (!transition->isEpsilon()) expected_.addAll(transition->label());
    }
    Report(parser, e.getOffendingToken());
  }

  void recover(antlr4::Parser* parser, std::exception_ptr) override { SkipStatement(parser); }

 private:
  IntervalSet NoteExpected(antlr4::Parser* parser) {
    const IntervalSet now = parser->getExpectedTokens();
    const size_t at = parser->getCurrentToken()->getTokenIndex();
    if (at != expected_at_) expected_.clear();
    expected_at_ = at;
    expected_.addAll(now);
    return now;
  }

  static WeirParser::PartitionContext* EnclosingPartition(antlr4::Parser* parser) {
    antlr4::RuleContext* context = parser->getContext();
    for (; context != nullptr; context = dynamic_cast<antlr4::RuleContext*>(context->parent))
      if (auto* partition = dynamic_cast<WeirParser::PartitionContext*>(context)) return partition;
    return nullptr;
  }

  // Between the statements of an app or of a partition the loop itself must not give up.
  static bool IsStatementList(antlr4::Parser* parser) {
    if (dynamic_cast<WeirParser::AppContext*>(parser->getContext()) != nullptr) return true;
    auto* partition = dynamic_cast<WeirParser::PartitionContext*>(parser->getContext());
    return partition != nullptr && !partition->getTokens(WeirParser::K_BEGIN).empty();
  }

  // Moves to the ';' behind the statement with the error. A partition with a bad head is left
  // through its `end`, so that its queries are not taken for queries of the app.
  void SkipStatement(antlr4::Parser* parser) {
    antlr4::TokenStream* tokens = parser->getTokenStream();
    WeirParser::PartitionContext* partition = EnclosingPartition(parser);
    const bool in_head = partition != nullptr && partition->getTokens(WeirParser::K_BEGIN).empty();
    for (size_t next = tokens->LA(1); next != Token::EOF; next = tokens->LA(1)) {
      const size_t after = tokens->LA(2);
      const bool ends_list = after == WeirParser::SEMICOLON || after == Token::EOF;
      if (next == WeirParser::SEMICOLON && !in_head) return;
      if (next == WeirParser::K_END && partition != nullptr && ends_list) {
        if (in_head) parser->consume();
        return;
      }
      parser->consume();
    }
  }

  void Report(antlr4::Parser* parser, const Token* token) {
    if (++*errors_ > kErrorsMax) throw LimitPassed{TooManyErrors(SpanOfToken(source_, *token))};
    antlr4::RuleContext* context = parser->getContext();
    for (; context != nullptr; context = dynamic_cast<antlr4::RuleContext*>(context->parent))
      if (auto* statement = dynamic_cast<WeirParser::StatementContext*>(context))
        failed_->insert(statement);

    SyntaxProblem problem;
    ast::Span span = SpanOfToken(source_, *token);
    const auto& names = parser->getVocabulary();
    const std::string name = names.getSymbolicName(token->getType());
    if (token->getType() != Token::EOF) {
      problem.token = name;
      problem.text = source_.Slice(token->getStartIndex(), token->getStopIndex() + 1);
    } else if (const Token* last = parser->getTokenStream()->LT(-1); last != nullptr) {
      // The end is shown behind the last word, not on an empty line below it.
      span = source_.SpanOf(last->getStopIndex() + 1, last->getStopIndex() + 1);
    }
    for (const ssize_t type : expected_.toList())
      if (type != static_cast<ssize_t>(Token::EOF))
        problem.expected.push_back(names.getSymbolicName(static_cast<size_t>(type)));
    diagnostics_->push_back(
        {span, ast::Severity::kError, DescribeProblem(problem), HelpForProblem(problem)});
  }

  const SourceText& source_;
  std::vector<ast::Diagnostic>* diagnostics_;
  std::set<const ParserRuleContext*>* failed_;
  size_t* errors_;
  IntervalSet expected_;
  size_t expected_at_ = 0;
};

}  // namespace

ast::Diagnostic TooManyErrors(const ast::Span& at) {
  return {at, ast::Severity::kError, "too many errors, the rest of the text was not looked at", ""};
}

Syntax::Syntax(const SourceText& source, const ParseLimits& limits,
               std::vector<ast::Diagnostic>* diagnostics)
    : source_(source), diagnostics_(diagnostics), input_(source.text()), lexer_(&input_) {
  lexer_.removeErrorListeners();
  ReadTokens(limits);
  CheckBrackets(limits);
  token_source_ = std::make_unique<antlr4::ListTokenSource>(std::move(read_));
  tokens_ = std::make_unique<antlr4::CommonTokenStream>(token_source_.get());
  parser_ = std::make_unique<WeirParser>(tokens_.get());
  parser_->removeErrorListeners();
  guard_ = std::make_unique<LimitGuard>(source, limits);
  parser_->addParseListener(guard_.get());
}

Syntax::~Syntax() = default;

void Syntax::ReadTokens(const ParseLimits& limits) {
  antlr4::CommonToken* last = nullptr;
  do {
    read_.push_back(lexer_.nextToken());
    auto* token = static_cast<antlr4::CommonToken*>(read_.back().get());
    if (last != nullptr && !IsKeywordBefore(last->getType(), token->getType()))
      last->setType(WeirLexer::ID);
    last = token;
    if (read_.size() > limits.nodes * kTokensPerNode)
      throw Limit(SpanOfToken(source_, *token), "the text has more nodes than", "nodes",
                  limits.nodes);
  } while (last->getType() != Token::EOF);
  MarkCases();
}

void Syntax::MarkCases() {
  const auto type = [this](size_t at) {
    return at < read_.size() ? read_[at]->getType() : Token::EOF;
  };
  for (size_t i = 0; i < read_.size(); ++i) {
    if (type(i) != WeirLexer::K_CASE) continue;
    const size_t before = i == 0 ? Token::EOF : type(i - 1);
    static_cast<antlr4::CommonToken*>(read_[i].get())
        ->setType(CaseType(before, type(i + 1), type(i + 2)));
  }
}

// Deep brackets cost the parser stack already while it looks ahead, so they are counted first.
void Syntax::CheckBrackets(const ParseLimits& limits) const {
  size_t depth = 0;
  for (const auto& token : read_) {
    const size_t type = token->getType();
    if (type == WeirLexer::SEMICOLON) depth = 0;
    if (depth > 0 && (type == WeirLexer::CLOSE_PAREN || type == WeirLexer::CLOSE_SQUARE)) --depth;
    if (type != WeirLexer::OPEN_PAREN && type != WeirLexer::OPEN_SQUARE) continue;
    if (++depth > limits.depth)
      throw Limit(SpanOfToken(source_, *token), "brackets are nested deeper than", "depth",
                  limits.depth);
  }
}

void Syntax::PrepareFast() {
  using antlr4::atn::ParserATNSimulator;
  static_cast<LimitGuard*>(guard_.get())->Reset();
  parser_->getInterpreter<ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::SLL);
  parser_->setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
}

void Syntax::PrepareExact() {
  using antlr4::atn::ParserATNSimulator;
  static_cast<LimitGuard*>(guard_.get())->Reset();
  tokens_->seek(0);
  parser_->reset();
  parser_->getInterpreter<ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::LL);
  parser_->setErrorHandler(
      std::make_shared<ErrorCollector>(source_, diagnostics_, &failed_, &errors_));
}

}  // namespace weir
