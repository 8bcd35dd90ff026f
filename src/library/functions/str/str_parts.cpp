// str:charAt, str:charFrequency, str:contains, str:length, str:locate and str:trim. Characters are
// Unicode code points, counted from 0.
#include "expr/utf8_text.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

std::optional<std::string_view> CharAt(std::string_view text, int32_t index) {
  if (index < 0) return std::nullopt;
  const size_t at = CharacterOffset(text, static_cast<size_t>(index));
  if (at >= text.size()) return std::nullopt;
  return CharacterAt(text, at);
}

std::optional<int64_t> CharFrequency(std::string_view text, std::string_view character) {
  if (CountCharacters(character) != 1) return std::nullopt;
  int64_t count = 0;
  for (size_t at = text.find(character); at != std::string_view::npos;
       at = text.find(character, at + character.size())) {
    ++count;
  }
  return count;
}

std::optional<int32_t> Locate(std::string_view wanted, std::string_view text, int32_t start) {
  if (start < 0) return std::nullopt;
  const size_t from = CharacterOffset(text, static_cast<size_t>(start));
  if (from == std::string_view::npos) return std::nullopt;
  const size_t at = text.find(wanted, from);
  if (at == std::string_view::npos) return -1;
  return static_cast<int32_t>(CountCharacters(text.substr(0, at)));
}

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

void RegisterLocate(Registry* registry) {
  FunctionSpec spec = MakeSpec(
      {"str:locate",
       "Returns where the first text stands in the second, from a character on if one is given; "
       "-1 if it does not.",
       "str:locate('@wso2.com', 'streamin@wso2.com')", "8"},
      {{{"string.to.search.for", kStringOnly}, {"string.to.search.in", kStringOnly}},
       {{"string.to.search.for", kStringOnly},
        {"string.to.search.in", kStringOnly},
        {"searching.start.position", kIntOnly}}});
  spec.bind = [](std::span<const Argument>, size_t overload) -> Result<BoundFunction> {
    if (overload == 1) {
      return BindScalar([](std::string_view wanted, std::string_view text, int32_t start) {
        return Locate(wanted, text, start);
      });
    }
    return BindScalar(
        [](std::string_view wanted, std::string_view text) { return Locate(wanted, text, 0); });
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterStrParts(Registry* registry) {
  AddScalar(
      registry,
      {"str:charAt", "Returns the character with a number, counted from 0; null if there is none.",
       "str:charAt('WSO2', 1)", "\"S\""},
      {{"input.value", kStringOnly}, {"index", kIntOnly}},
      [](std::string_view text, int32_t index) { return CharAt(text, index); });
  AddScalar(registry,
            {"str:charFrequency", "Counts how often a character stands in the text.",
             "str:charFrequency('WSO2,ABM,NSFT', ',')", "2"},
            {{"input.string", kStringOnly}, {"char", kStringOnly}},
            [](std::string_view text, std::string_view c) { return CharFrequency(text, c); });
  AddScalar(registry,
            {"str:contains", "Tells whether the text contains another one; false for a null text.",
             "str:contains('21 products are produced by WSO2 currently', 'WSO2')", "true"},
            {{"input.string", kStringOnly}, {"search.string", kStringOnly}},
            [](std::optional<std::string_view> text,
               std::optional<std::string_view> wanted) -> std::optional<bool> {
              if (!text.has_value()) return false;
              if (!wanted.has_value()) return std::nullopt;
              return text->find(*wanted) != std::string_view::npos;
            });
  AddScalar(registry,
            {"str:length", "Returns the number of characters.", "str:length('Hello World')", "11"},
            {{"input.string", kStringOnly}},
            [](std::string_view text) { return static_cast<int32_t>(CountCharacters(text)); });
  AddScalar(registry,
            {"str:trim", "Returns the text without the white space around it.",
             "str:trim('  AbCDefghiJ KLMN  ')", "\"AbCDefghiJ KLMN\""},
            {{"input.string", kStringOnly}}, [](std::string_view text) { return Trim(text); });
  RegisterLocate(registry);
}

}  // namespace weir
