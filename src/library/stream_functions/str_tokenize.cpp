#include <unordered_set>

#include "catalog/registry.h"
#include "expr/utf8_text.h"
#include "library/functions/regex_argument.h"

namespace weir {
namespace {

class StrTokenize final : public StreamFunction {
 public:
  StrTokenize(RegexArgument regex, bool distinct) : regex_(std::move(regex)), distinct_(distinct) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    if (row.IsNull(0)) {
      out.Fail("str:tokenize(): the text is null");
      return;
    }
    if (!Split(row.Text(0), row.Text(1))) {
      out.Fail("str:tokenize(): the regular expression takes too long");
      return;
    }
    std::unordered_set<std::string_view> seen;
    for (const std::string_view piece : pieces_) {
      if (distinct_ && !seen.insert(piece).second) continue;
      out.appended(0).AppendString(piece);
      out.Emit();
    }
  }

 private:
  // Empty pieces at the end do not count, nor does an empty match at the very beginning. False if
  // matching takes too long.
  bool Split(std::string_view text, std::string_view pattern) {
    const Regex& regex = *regex_.For(pattern);
    pieces_.clear();
    size_t piece_begin = 0;
    for (size_t from = 0; from <= text.size();) {
      Regex::Groups groups;
      const Regex::Outcome outcome = regex.Match(text, from, &groups);
      if (outcome == Regex::Outcome::kLimit) return false;
      if (outcome == Regex::Outcome::kNoMatch) break;
      const Regex::Span match = groups.At(0);
      if (match.begin < piece_begin || match.end < match.begin) return false;
      const bool empty = match.begin == match.end;
      if (match.end > 0 && (!empty || match.begin < text.size())) {
        pieces_.push_back(text.substr(piece_begin, match.begin - piece_begin));
        piece_begin = match.end;
      }
      from = match.end;
      if (empty) from += match.end < text.size() ? CharacterAt(text, match.end).size() : 1;
    }
    const bool matched = !pieces_.empty();
    pieces_.push_back(text.substr(piece_begin));
    while (matched && !pieces_.empty() && pieces_.back().empty()) pieces_.pop_back();
    return true;
  }

  const RegexArgument regex_;
  const bool distinct_;
  std::vector<std::string_view> pieces_;  // of one row
};

}  // namespace

void RegisterStrTokenize(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "str:tokenize";
  spec.summary =
      "Gives one event for each piece of a text that a regular expression splits; each piece once "
      "if distinct is true.";
  spec.example = "from Messages#str:tokenize(text, ' ') select token insert into Words;";
  const Parameter text{"input.string", kStringOnly};
  const Parameter regex{"regex", kStringOnly, Parameter::Form::kConstant};
  spec.overloads = {{text, regex},
                    {text, regex, {"distinct", kBoolOnly, Parameter::Form::kConstant}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundStreamFunction> {
    for (size_t i = 1; i < arguments.size(); ++i) {
      if (arguments[i].constant->is_null()) {
        return Status::Invalid("str:tokenize(): regex and distinct must not be null");
      }
    }
    auto compiled = RegexArgument::Of("str:tokenize", arguments[1], Regex::Mode::kFind);
    if (!compiled.ok()) return compiled.status();
    const bool distinct = arguments.size() == 3 && arguments[2].constant->bool_value();
    BoundStreamFunction bound;
    bound.appended = {{"token", Type::kString}};
    bound.make = [compiled = compiled.value(), distinct](const StreamFunctionPlace&) {
      return std::make_unique<StrTokenize>(compiled, distinct);
    };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
