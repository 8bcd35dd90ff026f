#include "expr/utf8_text.h"
#include "library/functions/regex_argument.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;

// The piece with a number. Empty pieces at the end do not count, nor does an empty match at the
// very beginning.
Text Piece(const RegexArgument& argument, std::string_view text, std::string_view pattern,
           int32_t wanted) {
  const Regex* regex = argument.For(pattern);
  if (regex == nullptr || wanted < 0) return std::nullopt;
  int32_t number = 0;
  size_t piece_begin = 0;
  Text found;
  const auto take = [&](size_t end) {
    const std::string_view piece = text.substr(piece_begin, end - piece_begin);
    if (number == wanted) found = piece;
    // An empty piece counts once another one follows that is not empty.
    const bool done = number >= wanted && !piece.empty();
    ++number;
    return done;
  };
  for (size_t from = 0; from <= text.size();) {
    Regex::Groups groups;
    const Regex::Outcome outcome = regex->Match(text, from, &groups);
    if (outcome == Regex::Outcome::kLimit) return std::nullopt;
    if (outcome == Regex::Outcome::kNoMatch) break;
    const Regex::Span match = groups.At(0);
    if (match.begin < piece_begin || match.end < match.begin) return std::nullopt;
    if (match.end > 0 && (match.end > match.begin || match.begin < text.size())) {
      if (take(match.begin)) return found;
      piece_begin = match.end;
    }
    from = match.end;
    if (match.begin == match.end) {
      from += match.end < text.size() ? CharacterAt(text, match.end).size() : 1;
    }
  }
  if (number == 0 && wanted == 0) return text;  // no match at all
  if (take(text.size())) return found;
  return std::nullopt;
}

}  // namespace

void RegisterStrSplit(Registry* registry) {
  FunctionSpec spec = MakeSpec(
      {"str:split",
       "Splits the text where the regular expression matches and returns the piece with a number, "
       "counted from 0; null if there is none.",
       "str:split('WSO2,ABM,NSFT', ',', 0)", "\"WSO2\""},
      {{{"input.string", kStringOnly}, {"split.string", kStringOnly}, {"group.number", kIntOnly}}});
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    auto regex = RegexArgument::Of("str:split", arguments[1], Regex::Mode::kFind);
    if (!regex.ok()) return regex.status();
    return BindScalar(
        [regex = regex.value()](std::string_view text, std::string_view pattern, int32_t number) {
          return Piece(regex, text, pattern, number);
        });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
