#include "parser/tokens.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <cctype>

#include "WeirLexer.h"
#include "ast/utf8.h"

namespace weir {
namespace {

using grammar::WeirLexer;

WordKind KindOf(size_t type) {
  switch (type) {
    case WeirLexer::ID:
    case WeirLexer::QUOTED_ID:
      return WordKind::kName;
    case WeirLexer::INT_LITERAL:
    case WeirLexer::LONG_LITERAL:
    case WeirLexer::FLOAT_LITERAL:
    case WeirLexer::DOUBLE_LITERAL:
      return WordKind::kNumber;
    case WeirLexer::STRING_LITERAL:
    case WeirLexer::SCRIPT:
      return WordKind::kString;
    case WeirLexer::UNCLOSED_STRING:
    case WeirLexer::UNCLOSED_ID:
    case WeirLexer::UNCLOSED_SCRIPT:
      return WordKind::kUnclosed;
    default:
      return type >= WeirLexer::K_APP && type < WeirLexer::ID ? WordKind::kKeyword
                                                              : WordKind::kSymbol;
  }
}

// The byte of each character, and of the end.
std::vector<size_t> BytesOfChars(std::string_view text) {
  std::vector<size_t> bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!ast::IsContinuationByte(text[i])) bytes.push_back(i);
  }
  bytes.push_back(text.size());
  return bytes;
}

}  // namespace

std::vector<Word> WordsOf(std::string_view text) {
  if (ast::FindInvalidUtf8(text) != std::string_view::npos) return {};
  antlr4::ANTLRInputStream input(text.data(), text.size());
  WeirLexer lexer(&input);
  lexer.removeErrorListeners();
  const std::vector<size_t> bytes = BytesOfChars(text);
  // A byte order mark at the front is dropped by ANTLR.
  const size_t dropped = bytes.size() - 1 - input.size();
  std::vector<Word> words;
  for (auto token = lexer.nextToken(); token->getType() != antlr4::Token::EOF;
       token = lexer.nextToken()) {
    words.push_back({bytes[token->getStartIndex() + dropped],
                     bytes[token->getStopIndex() + 1 + dropped], KindOf(token->getType())});
  }
  return words;
}

std::vector<std::string> KeywordNames() {
  antlr4::ANTLRInputStream input("");
  const WeirLexer lexer(&input);
  std::vector<std::string> names;
  for (size_t type = WeirLexer::K_APP; type < WeirLexer::ID; ++type) {
    std::string name(lexer.getVocabulary().getSymbolicName(type));
    if (!name.starts_with("K_")) continue;
    name.erase(0, 2);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace weir
