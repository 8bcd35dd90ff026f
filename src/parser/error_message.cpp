#include "parser/error_message.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "ast/suggest.h"

namespace weir {

namespace {

constexpr size_t kAlternativesMax = 5;
constexpr size_t kShownBytesMax = 40;
constexpr std::string_view kKeywordPrefix = "K_";

using Names = std::set<std::string, std::less<>>;

// Tokens that are one thing to a reader. A group is named if `marks` are all expected, and then
// stands for all of its `members`. The order is that of the alternatives in a message.
struct Group {
  std::string_view words;
  std::initializer_list<std::string_view> marks;
  std::initializer_list<std::string_view> members;
};

// With this member a group takes all keywords, because they are names as well.
constexpr std::string_view kAllKeywords = "K_*";

const Group kGroups[] = {
    {"an expression",
     {"ID", "STRING_LITERAL", "OPEN_PAREN", "MINUS"},
     {"ID", "QUOTED_ID", kAllKeywords, "STRING_LITERAL", "INT_LITERAL", "LONG_LITERAL",
      "FLOAT_LITERAL", "DOUBLE_LITERAL", "OPEN_PAREN", "MINUS", "PLUS", "HASH", "BANG"}},
    {"a name", {"ID"}, {"ID", "QUOTED_ID", kAllKeywords}},
    {"a type",
     {"K_STRING", "K_INT", "K_BOOL"},
     {"K_STRING", "K_INT", "K_LONG", "K_FLOAT", "K_DOUBLE", "K_BOOL", "K_OBJECT"}},
    {"a time unit",
     {"K_YEAR", "K_SEC"},
     {"K_YEAR", "K_MONTH", "K_WEEK", "K_DAY", "K_HOUR", "K_MIN", "K_SEC", "K_MILLISEC"}},
    {"a number",
     {"INT_LITERAL"},
     {"INT_LITERAL", "LONG_LITERAL", "FLOAT_LITERAL", "DOUBLE_LITERAL"}},
    {"a string", {"STRING_LITERAL"}, {"STRING_LITERAL"}},
    {"a script in braces", {"SCRIPT"}, {"SCRIPT"}},
    {"an operator",
     {"EQUAL", "PLUS", "K_AND"},
     {"STAR",      "SLASH",      "PERCENT", "PLUS",          "MINUS",      "CONCAT",
      "LESS",      "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL",      "NOT_EQUAL",
      "K_BETWEEN", "K_LIKE",     "K_NOT",   "K_IN",          "K_IS",       "K_AND",
      "K_OR",      "COLON",      "DOT",     "OPEN_PAREN",    "OPEN_SQUARE"}},
    // Behind a stream the rest of a pattern is possible; `->` is named for all of it.
    {"'->'", {"ARROW", "QUESTION"}, {"ARROW", "QUESTION", "LESS", "STAR", "PLUS", "COMMA"}},
};

struct Sign {
  std::string_view token;
  std::string_view text;
};

constexpr Sign kSigns[] = {
    {"COLON", ":"},      {"SEMICOLON", ";"},   {"DOT", "."},         {"ELLIPSIS", "..."},
    {"OPEN_PAREN", "("}, {"CLOSE_PAREN", ")"}, {"OPEN_SQUARE", "["}, {"CLOSE_SQUARE", "]"},
    {"COMMA", ","},      {"ASSIGN", "="},      {"STAR", "*"},        {"PLUS", "+"},
    {"QUESTION", "?"},   {"MINUS", "-"},       {"SLASH", "/"},       {"PERCENT", "%"},
    {"LESS", "<"},       {"LESS_EQUAL", "<="}, {"GREATER", ">"},     {"GREATER_EQUAL", ">="},
    {"EQUAL", "=="},     {"NOT_EQUAL", "!="},  {"CONCAT", "||"},     {"ARROW", "->"},
    {"AT_SIGN", "@"},    {"HASH", "#"},        {"BANG", "!"},
};

// Which alternatives to name first; all others follow in the order of the grammar.
constexpr std::string_view kFirstNamed[] = {
    "')'",      "']'",      "an expression", "a name",
    "a type",   "a number", "a string",      "a script in braces",
    "'from'",   "'define'", "'@'",           "'partition'",
    "'end'",    "','",      "an operator",   "'select'",
    "'insert'", "'into'",   "'['",           "'#'",
    "'join'",   "'as'",     "'->'",          "a time unit",
    "'on'",     "'set'",    "'update'",      "'delete'",
};

// What people write who know SQL, and what they should write here.
struct Habit {
  std::string_view word;
  std::string_view place;  // a token that is expected where the habit shows
  std::string_view help;
};

constexpr Habit kHabits[] = {
    {"where", "K_SELECT", "a condition stands behind its stream: from S[price > 5]"},
    {"create", "K_DEFINE", "streams and tables are defined: define stream S (price double)"},
    {"select", "K_DEFINE", "a query begins with its input: from S select ... insert into T"},
};

bool IsKeyword(std::string_view token) { return token.starts_with(kKeywordPrefix); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// How a token that stands for one spelling is written; empty for the others.
std::string Spelling(std::string_view token) {
  if (token == "K_CASE_OF") return "case";
  if (IsKeyword(token)) return Lower(token.substr(kKeywordPrefix.size()));
  for (const Sign& sign : kSigns)
    if (sign.token == token) return std::string(sign.text);
  return "";
}

void RemoveMembers(const Group& group, Names* names) {
  for (const std::string_view member : group.members) {
    if (member == kAllKeywords) {
      std::erase_if(*names, [](const std::string& name) { return IsKeyword(name); });
    } else {
      std::erase_if(*names, [&](const std::string& name) { return name == member; });
    }
  }
}

size_t Rank(std::string_view alternative) {
  const auto* found = std::find(std::begin(kFirstNamed), std::end(kFirstNamed), alternative);
  return static_cast<size_t>(found - std::begin(kFirstNamed));
}

std::vector<std::string> Alternatives(const SyntaxProblem& problem) {
  Names names(problem.expected.begin(), problem.expected.end());
  std::vector<std::string> result;
  for (const Group& group : kGroups) {
    const bool named = std::all_of(group.marks.begin(), group.marks.end(),
                                   [&](std::string_view mark) { return names.contains(mark); });
    if (!named) continue;
    result.emplace_back(group.words);
    RemoveMembers(group, &names);
  }
  for (const std::string& token : problem.expected) {
    const std::string spelling = names.contains(token) ? Spelling(token) : "";
    if (!spelling.empty()) result.push_back("'" + spelling + "'");
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const std::string& a, const std::string& b) { return Rank(a) < Rank(b); });
  // The end of a statement goes without saying where something else is possible.
  if (result.size() > 1) std::erase(result, "';'");
  if (result.size() > kAlternativesMax) result.resize(kAlternativesMax);
  return result;
}

std::string Join(const std::vector<std::string>& words) {
  std::string joined;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) joined += i + 1 == words.size() ? " or " : ", ";
    joined += words[i];
  }
  return joined;
}

// The text as it can stand in a one-line message.
std::string Shown(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const bool cut = shown.size() >= kShownBytesMax && (c & 0xC0) != 0x80;
    if (cut || c == '\n' || c == '\r') return shown + "...";
    shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return shown;
}

std::string DescribeToken(const SyntaxProblem& problem) {
  if (problem.token.empty()) return "unexpected end of the text";
  if (problem.token == "STRAY") return "unexpected character '" + Shown(problem.text) + "'";
  if (problem.token == "STRING_LITERAL") return "unexpected string " + Shown(problem.text);
  if (problem.token == "SCRIPT") return "unexpected script in braces";
  return "unexpected '" + Shown(problem.text) + "'";
}

}  // namespace

std::string DescribeProblem(const SyntaxProblem& problem) {
  if (problem.token == "UNCLOSED_STRING") return "this string is not closed";
  if (problem.token == "UNCLOSED_ID") return "this name in backticks is not closed";
  if (problem.token == "UNCLOSED_SCRIPT") return "this script is not closed, a '}' is missing";
  const std::string expected = Join(Alternatives(problem));
  return DescribeToken(problem) + (expected.empty() ? "" : ", expected " + expected);
}

std::string HelpForProblem(const SyntaxProblem& problem) {
  const Names names(problem.expected.begin(), problem.expected.end());
  const bool operators = names.contains("EQUAL");
  if (problem.token == "ASSIGN" && operators) return "to compare, write '=='";
  if (problem.text == "&" && operators) return "write 'and'";
  if (problem.text == "|" && operators) return "write 'or'";
  if (problem.token == "UNCLOSED_STRING")
    return "'...' holds no quotes and no line ends, \"...\" no double ones, \"\"\"...\"\"\" "
           "anything";
  const bool number = problem.token.ends_with("_LITERAL") && problem.token != "STRING_LITERAL";
  const bool constant = number || problem.token == "K_TRUE" || problem.token == "K_FALSE";
  if (constant && names.contains("STRING_LITERAL") && !names.contains("INT_LITERAL"))
    return "write '" + std::string(problem.text) + "' with quotes";
  const bool word = problem.token == "ID" || IsKeyword(problem.token);
  if (!word || names.contains("ID")) return "";
  std::vector<std::string> keywords;
  for (const std::string& token : problem.expected)
    if (IsKeyword(token)) keywords.push_back(Spelling(token));
  std::string help = ast::DidYouMean(problem.text, keywords);
  for (const Habit& habit : kHabits)
    if (help.empty() && Lower(problem.text) == habit.word && names.contains(habit.place))
      help = habit.help;
  if (help.empty() && names.contains("K_DOUBLE") && names.contains("K_OBJECT"))
    help = "the types are string, int, long, float, double, bool and object";
  return help;
}

}  // namespace weir
