// str:regexp, str:replaceAll and str:replaceFirst.
#include "expr/utf8_text.h"
#include "library/functions/regex_argument.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads the group that `$` at `at` names and moves `at` behind it: `${name}`, or as many digits as
// make the number of a group.
std::optional<uint32_t> ReadGroup(const Regex& regex, std::string_view replacement, size_t* at) {
  size_t next = *at + 1;
  if (next < replacement.size() && replacement[next] == '{') {
    const size_t close = replacement.find('}', next);
    if (close == std::string_view::npos) return std::nullopt;
    *at = close + 1;
    return regex.GroupNamed(replacement.substr(next + 1, close - next - 1));
  }
  if (next >= replacement.size() || !IsDigit(replacement[next])) return std::nullopt;
  auto group = static_cast<uint32_t>(replacement[next++] - '0');
  if (group > regex.group_count()) return std::nullopt;
  while (next < replacement.size() && IsDigit(replacement[next])) {
    const uint32_t longer = group * 10 + static_cast<uint32_t>(replacement[next] - '0');
    if (longer > regex.group_count()) break;
    group = longer;
    ++next;
  }
  *at = next;
  return group;
}

// False if the replacement is malformed.
bool AppendReplacement(const Regex& regex, std::string_view text, const Regex::Groups& groups,
                       std::string_view replacement, std::string* out) {
  for (size_t at = 0; at < replacement.size();) {
    const char c = replacement[at];
    if (c == '\\') {
      if (at + 1 == replacement.size()) return false;
      out->push_back(replacement[at + 1]);
      at += 2;
    } else if (c == '$') {
      const std::optional<uint32_t> group = ReadGroup(regex, replacement, &at);
      if (!group.has_value()) return false;
      const Regex::Span span = groups.At(*group);
      if (span.set) out->append(text.substr(span.begin, span.end - span.begin));
    } else {
      out->push_back(c);
      ++at;
    }
  }
  return true;
}

Text Replace(const RegexArgument& argument, std::string_view text, std::string_view pattern,
             std::string_view replacement, bool all) {
  const Regex* regex = argument.For(pattern);
  if (regex == nullptr) return std::nullopt;
  std::string& out = RowText();
  size_t copied = 0;  // of the text
  for (size_t from = 0; from <= text.size();) {
    Regex::Groups groups;
    const Regex::Outcome outcome = regex->Match(text, from, &groups);
    if (outcome == Regex::Outcome::kLimit) return std::nullopt;
    if (outcome == Regex::Outcome::kNoMatch) break;
    const Regex::Span match = groups.At(0);
    if (match.begin < copied || match.end < match.begin) return std::nullopt;
    out.append(text.substr(copied, match.begin - copied));
    if (!AppendReplacement(*regex, text, groups, replacement, &out)) return std::nullopt;
    copied = match.end;
    if (!all) break;
    // After an empty match the search goes on behind the next character.
    from = match.end;
    if (match.begin == match.end) {
      from += match.end < text.size() ? CharacterAt(text, match.end).size() : 1;
    }
  }
  out.append(text.substr(copied));
  return out;
}

void RegisterReplace(Registry* registry, const FunctionText& about, bool all) {
  FunctionSpec spec = MakeSpec(about, {{{"input.string", kStringOnly},
                                        {"regex", kStringOnly},
                                        {"replacement.string", kStringOnly}}});
  spec.bind = [name = about.name, all](std::span<const Argument> arguments,
                                       size_t) -> Result<BoundFunction> {
    Result<RegexArgument> regex = RegexArgument::Of(name, arguments[1], Regex::Mode::kFind);
    if (!regex.ok()) return regex.status();
    return BindScalar([regex = regex.value(), all](std::string_view text, std::string_view pattern,
                                                   std::string_view replacement) {
      return Replace(regex, text, pattern, replacement, all);
    });
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterStrReplace(Registry* registry) {
  RegisterReplace(registry,
                  {"str:replaceAll",
                   "Replaces everything that the regular expression finds; $1 stands for a group.",
                   "str:replaceAll('hello hi hello', 'hello', 'test')", "\"test hi test\""},
                  true);
  RegisterReplace(
      registry,
      {"str:replaceFirst",
       "Replaces what the regular expression finds first; $1 stands for a group.",
       "str:replaceFirst('hello WSO2 A hello', 'WSO2(.*)A', 'XXXX')", "\"hello XXXX hello\""},
      false);
  FunctionSpec spec =
      MakeSpec({"str:regexp", "Tells whether the regular expression matches the whole text.",
                "str:regexp('WSO2 abcdh', 'WSO(.*h)')", "true"},
               {{{"input.string", kStringOnly}, {"regex", kStringOnly}}});
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    auto regex = RegexArgument::Of("str:regexp", arguments[1], Regex::Mode::kMatches);
    if (!regex.ok()) return regex.status();
    return BindScalar([regex = regex.value()](std::string_view text, std::string_view pattern) {
      return regex.Test(pattern, text, 0);
    });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
