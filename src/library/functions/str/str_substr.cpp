// str:substr: by characters, or what a regular expression finds.
#include "expr/utf8_text.h"
#include "library/functions/regex_argument.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;

Text From(std::string_view text, int32_t begin) {
  if (begin < 0) return std::nullopt;
  const size_t at = CharacterOffset(text, static_cast<size_t>(begin));
  if (at == std::string_view::npos) return std::nullopt;
  return text.substr(at);
}

Text Part(std::string_view text, int32_t begin, int32_t length) {
  const Text rest = From(text, begin);
  if (!rest.has_value() || length < 0) return std::nullopt;
  const size_t end = CharacterOffset(*rest, static_cast<size_t>(length));
  if (end == std::string_view::npos) return std::nullopt;
  return rest->substr(0, end);
}

// What a group of the first match holds; the empty text without a match.
Text Found(const RegexArgument& regex, std::string_view text, std::string_view pattern,
           int32_t group) {
  const Regex* compiled = regex.For(pattern);
  if (compiled == nullptr) return std::nullopt;
  Regex::Groups groups;
  switch (compiled->Match(text, 0, &groups)) {
    case Regex::Outcome::kLimit:
      return std::nullopt;
    case Regex::Outcome::kNoMatch:
      return "";
    case Regex::Outcome::kMatch:
      break;
  }
  if (group < 0 || static_cast<uint32_t>(group) > compiled->group_count()) return std::nullopt;
  const Regex::Span span = groups.At(static_cast<uint32_t>(group));
  if (!span.set || span.end < span.begin) return std::nullopt;
  return text.substr(span.begin, span.end - span.begin);
}

Result<BoundFunction> BindFound(const Argument& given, bool with_group) {
  Result<RegexArgument> regex = RegexArgument::Of("str:substr", given, Regex::Mode::kFind);
  if (!regex.ok()) return regex.status();
  if (!with_group) {
    return BindScalar([regex = regex.value()](std::string_view text, std::string_view pattern) {
      return Found(regex, text, pattern, 0);
    });
  }
  return BindScalar(
      [regex = regex.value()](std::string_view text, std::string_view pattern, int32_t group) {
        return Found(regex, text, pattern, group);
      });
}

}  // namespace

void RegisterStrSubstr(Registry* registry) {
  FunctionSpec spec = MakeSpec(
      {"str:substr",
       "Returns the part of the text from a character on, of a length if one is given, or what a "
       "regular expression (or one group of it) finds first.",
       "str:substr('AbCDefghiJ KLMN', 2, 4)", "\"CDef\""},
      {{{"input.string", kStringOnly}, {"begin.index", kIntOnly}},
       {{"input.string", kStringOnly}, {"begin.index", kIntOnly}, {"length", kIntOnly}},
       {{"input.string", kStringOnly}, {"regex", kStringOnly}},
       {{"input.string", kStringOnly}, {"regex", kStringOnly}, {"group.number", kIntOnly}}});
  spec.bind = [](std::span<const Argument> arguments, size_t overload) -> Result<BoundFunction> {
    switch (overload) {
      case 0:
        return BindScalar([](std::string_view text, int32_t begin) { return From(text, begin); });
      case 1:
        return BindScalar([](std::string_view text, int32_t begin, int32_t length) {
          return Part(text, begin, length);
        });
      default:
        return BindFound(arguments[1], overload == 3);
    }
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
