#include "repl/completion.h"

#include <algorithm>
#include <cctype>

#include "weir/help.h"
#include "weir/statements.h"

namespace weir {
namespace {

bool IsPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}

void AddBuiltins(const char* kind, std::vector<std::string>* words) {
  for (const BuiltinSummary& one : ListBuiltins(kind)) words->push_back(one.name);
}

std::vector<std::string> StreamNames(const App& app) {
  std::vector<std::string> names;
  for (const StreamInfo& stream : app.streams()) names.push_back(stream.name);
  return names;
}

std::vector<std::string> DotOperands(std::string_view command, const App& app,
                                     const std::vector<std::string>& part_names) {
  if (command == ".send" || command == ".feed") return StreamNames(app);
  if (command == ".drop" || command == ".schema" || command == ".state") return part_names;
  if (command == ".explain") return app.queries();
  if (command == ".mode") return {"table", "json", "csv"};
  if (command == ".plan") return {"text", "dot", "mermaid", "json"};
  if (command == ".timer" || command == ".bail") return {"on", "off"};
  return {};
}

std::vector<std::string> Words(const App& app) {
  std::vector<std::string> words = Keywords();
  for (const char* kind : {"function", "aggregate"}) AddBuiltins(kind, &words);
  for (const StreamInfo& stream : app.streams()) {
    words.push_back(stream.name);
    for (const StreamShape::Attribute& attribute : stream.attributes) {
      words.push_back(attribute.name);
    }
  }
  return words;
}

}  // namespace

Completions CompletionsAt(std::string_view text, size_t cursor, const App& app,
                          const std::vector<std::string>& part_names,
                          const std::vector<std::string>& dot_commands) {
  Completions result;
  result.begin = cursor;
  while (result.begin > 0 && IsPart(text[result.begin - 1])) --result.begin;
  std::vector<std::string> words;
  const std::string_view before = text.substr(0, result.begin);
  if (before == ".") {
    result.begin = 0;
    words = dot_commands;
  } else if (text.starts_with('.')) {
    words = DotOperands(text.substr(0, text.find(' ')), app, part_names);
  } else if (before.ends_with("#window.")) {
    AddBuiltins("window", &words);
  } else if (before.ends_with("#")) {
    words = {"window"};
    AddBuiltins("stream function", &words);
  } else {
    words = Words(app);
  }
  const std::string_view prefix = text.substr(result.begin, cursor - result.begin);
  // Without a first letter everything would do, where the place does not narrow it.
  const bool is_narrow = text.starts_with('.') || before.ends_with('#') || before.ends_with('.');
  if (prefix.empty() && !is_narrow) return result;
  for (std::string& word : words) {
    if (word.starts_with(prefix)) result.words.push_back(std::move(word));
  }
  std::sort(result.words.begin(), result.words.end());
  result.words.erase(std::unique(result.words.begin(), result.words.end()), result.words.end());
  return result;
}

std::string Coloured(std::string_view text) {
  if (text.starts_with('.')) return std::string(text);
  std::string result;
  size_t end = 0;
  for (const TextToken& token : TokensOf(text)) {
    result += text.substr(end, token.begin - end);
    end = token.end;
    const char* colour = token.kind == TokenKind::kKeyword    ? "\033[1;34m"
                         : token.kind == TokenKind::kNumber   ? "\033[36m"
                         : token.kind == TokenKind::kString   ? "\033[32m"
                         : token.kind == TokenKind::kComment  ? "\033[2m"
                         : token.kind == TokenKind::kUnclosed ? "\033[31m"
                                                              : nullptr;
    const std::string_view word = text.substr(token.begin, token.end - token.begin);
    if (colour != nullptr) result += colour;
    result += word;
    if (colour != nullptr) result += "\033[0m";
  }
  result += text.substr(end);
  return result;
}

}  // namespace weir
