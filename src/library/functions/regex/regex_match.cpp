// regex:find, regex:group, regex:lookingAt and regex:matches.
#include "expr/utf8_text.h"
#include "library/functions/regex_argument.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;

void RegisterTest(Registry* registry, const FunctionText& about, Regex::Mode mode) {
  FunctionSpec spec = MakeSpec(about, {{{"regex", kStringOnly}, {"input.sequence", kStringOnly}}});
  if (mode == Regex::Mode::kFind) {
    spec.overloads.push_back(
        {{"regex", kStringOnly}, {"input.sequence", kStringOnly}, {"starting.index", kIntOnly}});
  }
  spec.bind = [name = about.name, mode](std::span<const Argument> arguments,
                                        size_t overload) -> Result<BoundFunction> {
    Result<RegexArgument> regex = RegexArgument::Of(name, arguments[0], mode);
    if (!regex.ok()) return regex.status();
    if (overload == 0) {
      return BindScalar(
          [regex = regex.value()](std::string_view pattern, Text text) -> std::optional<bool> {
            return text.has_value() ? regex.Test(pattern, *text, 0) : false;
          });
    }
    return BindScalar([regex = regex.value()](std::string_view pattern, Text text,
                                              std::optional<int32_t> start) -> std::optional<bool> {
      if (!text.has_value() || !start.has_value()) return false;
      if (*start < 0) return std::nullopt;
      const size_t from = CharacterOffset(*text, static_cast<size_t>(*start));
      if (from == std::string_view::npos) return std::nullopt;
      return regex.Test(pattern, *text, from);
    });
  };
  registry->Add(std::move(spec));
}

Text Group(const RegexArgument& argument, std::string_view pattern, std::string_view text,
           int32_t group) {
  const Regex* regex = argument.For(pattern);
  if (regex == nullptr || group < 0) return std::nullopt;
  Regex::Groups groups;
  if (regex->Match(text, 0, &groups) != Regex::Outcome::kMatch) return std::nullopt;
  const Regex::Span span = groups.At(static_cast<uint32_t>(group));
  if (!span.set || span.end < span.begin) return std::nullopt;
  return text.substr(span.begin, span.end - span.begin);
}

}  // namespace

void RegisterRegexMatch(Registry* registry) {
  RegisterTest(
      registry,
      {"regex:find",
       "Tells whether the regular expression matches somewhere in the text, from a "
       "character on if one is given.",
       "regex:find('\\d\\d(.*)WSO2', '21 products are produced by WSO2 currently')", "true"},
      Regex::Mode::kFind);
  RegisterTest(
      registry,
      {"regex:lookingAt",
       "Tells whether the regular expression matches at the beginning of the text.",
       "regex:lookingAt('\\d\\d(.*)(WSO2.*)', '21 products are produced by WSO2')", "true"},
      Regex::Mode::kLookingAt);
  RegisterTest(registry,
               {"regex:matches", "Tells whether the regular expression matches the whole text.",
                "regex:matches('WSO2(.*)middleware(.*)', 'WSO2 is a middleware company')", "true"},
               Regex::Mode::kMatches);
  FunctionSpec spec = MakeSpec(
      {"regex:group",
       "Returns what a group of the regular expression holds in its first match; null if there is "
       "no match or no such group.",
       "regex:group('(\\d+) products', '21 products', 1)", "\"21\""},
      {{{"regex", kStringOnly}, {"input.sequence", kStringOnly}, {"group.id", kIntOnly}}});
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    auto regex = RegexArgument::Of("regex:group", arguments[0], Regex::Mode::kFind);
    if (!regex.ok()) return regex.status();
    return BindScalar(
        [regex = regex.value()](std::string_view pattern, std::string_view text, int32_t group) {
          return Group(regex, pattern, text, group);
        });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
