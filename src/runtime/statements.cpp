#include "weir/statements.h"

#include <algorithm>
#include <cctype>

#include "parser/tokens.h"

namespace weir {
namespace {

TokenKind KindOf(WordKind kind) {
  switch (kind) {
    case WordKind::kKeyword:
      return TokenKind::kKeyword;
    case WordKind::kName:
      return TokenKind::kName;
    case WordKind::kNumber:
      return TokenKind::kNumber;
    case WordKind::kString:
      return TokenKind::kString;
    case WordKind::kSymbol:
      return TokenKind::kSymbol;
    case WordKind::kUnclosed:
      break;
  }
  return TokenKind::kUnclosed;
}

// The lexer passes over comments; they are what else stands between two words.
void AppendComments(std::string_view text, size_t begin, size_t end,
                    std::vector<TextToken>* tokens) {
  while (begin < end) {
    if (text[begin] != '-' && text[begin] != '/') {
      ++begin;
      continue;
    }
    const bool is_line = text[begin] == '-';
    const size_t close = is_line ? text.find_first_of("\r\n", begin) : text.find("*/", begin + 2);
    const bool is_open = !is_line && close == std::string_view::npos;
    const size_t stop = close == std::string_view::npos ? text.size() : close + (is_line ? 0 : 2);
    tokens->push_back({begin, stop, is_open ? TokenKind::kUnclosed : TokenKind::kComment});
    begin = stop;
  }
}

std::string Lower(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

// Walks over the words of a text, statement by statement.
class StatementReader {
 public:
  explicit StatementReader(std::string_view text) : text_(text) {
    for (const TextToken& token : TokensOf(text)) {
      if (token.kind != TokenKind::kComment) tokens_.push_back(token);
    }
  }

  bool AtEnd() const { return at_ == tokens_.size(); }

  Statement Next() {
    first_ = at_;
    Statement statement;
    statement.begin = tokens_[at_].begin;
    TakeAnnotations(&statement);
    if (statement.kind != StatementKind::kAppAnnotation) TakeBody(&statement);
    statement.end = tokens_[at_ - 1].end;
    for (size_t i = first_; i < at_; ++i) {
      if (tokens_[i].kind == TokenKind::kUnclosed) statement.is_complete = false;
    }
    return statement;
  }

 private:
  std::string Word(size_t index) const {
    if (index >= tokens_.size()) return "";
    return Lower(text_.substr(tokens_[index].begin, tokens_[index].end - tokens_[index].begin));
  }
  // Without the quotes of a text or of a name.
  std::string Name(size_t index) const {
    if (index >= tokens_.size()) return "";
    std::string_view name =
        text_.substr(tokens_[index].begin, tokens_[index].end - tokens_[index].begin);
    if (name.size() >= 2 && (name[0] == '`' || name[0] == '\'' || name[0] == '"')) {
      name = name.substr(1, name.size() - 2);
    }
    return std::string(name);
  }

  // Ends behind the `)` that belongs to the `(` here, or at the end.
  void TakeBrackets() {
    size_t depth = 0;
    do {
      const std::string word = Word(at_++);
      if (word == "(") ++depth;
      if (word == ")") --depth;
    } while (depth > 0 && !AtEnd());
  }

  void TakeAnnotations(Statement* statement) {
    while (!AtEnd() && Word(at_) == "@") {
      const bool is_app = Word(at_ + 1) == "app" && Word(at_ + 2) == ":";
      const bool is_info = Word(at_ + 1) == "info";
      if (is_app && at_ > first_) return;
      at_ = std::min(at_ + (is_app ? 4 : 2), tokens_.size());
      const size_t open = at_;
      if (!AtEnd() && Word(at_) == "(") TakeBrackets();
      if (is_info && Word(open + 1) == "name") statement->name = Name(open + 3);
      if (!is_app) continue;
      statement->kind = StatementKind::kAppAnnotation;
      statement->is_complete = at_ > open && Word(at_ - 1) == ")";
      return;
    }
  }

  void TakeBody(Statement* statement) {
    const size_t body = at_;
    const std::string first = Word(at_);
    bool writes = false;
    bool in_partition = false;
    for (; !AtEnd(); ++at_) {
      const std::string word = Word(at_);
      if (word == "begin" && first == "partition") in_partition = true;
      if (word == "insert" || word == "update" || word == "delete") writes = true;
      if (word == "into") AddTarget(at_ + 1, statement);
      const bool ends_block =
          in_partition && word == "end" && (Word(at_ + 1) == ";" || Word(at_ - 1) == ";");
      if (ends_block) in_partition = false;
      if (word != ";" || in_partition) continue;
      ++at_;
      statement->is_complete = true;
      break;
    }
    if (first == "define") {
      statement->kind = StatementKind::kDefinition;
      statement->name = Name(body + 2);
    } else if (first == "partition") {
      statement->kind = StatementKind::kPartition;
    } else if (first != "from" || !writes) {
      statement->kind = StatementKind::kQuestion;
    }
  }

  // Streams within a partition (`#name`) and fault streams are not seen from outside.
  void AddTarget(size_t index, Statement* statement) {
    if (index < tokens_.size() && tokens_[index].kind != TokenKind::kSymbol) {
      statement->targets.push_back(Name(index));
    }
  }

  std::string_view text_;
  std::vector<TextToken> tokens_;
  size_t at_ = 0;
  size_t first_ = 0;
};

}  // namespace

std::vector<TextToken> TokensOf(std::string_view text) {
  std::vector<TextToken> tokens;
  size_t end = 0;
  for (const Word& word : WordsOf(text)) {
    AppendComments(text, end, word.begin, &tokens);
    tokens.push_back({word.begin, word.end, KindOf(word.kind)});
    end = word.end;
  }
  AppendComments(text, end, text.size(), &tokens);
  return tokens;
}

std::vector<std::string> Keywords() { return KeywordNames(); }

std::vector<Statement> StatementsOf(std::string_view text) {
  std::vector<Statement> statements;
  for (StatementReader reader(text); !reader.AtEnd();) statements.push_back(reader.Next());
  return statements;
}

bool IsStatementComplete(std::string_view text) {
  for (const TextToken& token : TokensOf(text)) {
    if (token.kind == TokenKind::kUnclosed) return false;
  }
  for (const Statement& statement : StatementsOf(text)) {
    if (!statement.is_complete) return false;
  }
  return true;
}

}  // namespace weir
