// str:lower, str:upper, str:equalsIgnoreCase and str:strcmp.
#include "expr/regex.h"
#include "expr/utf8_text.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

std::string_view InCase(std::string_view text, bool upper, std::string* out) {
  out->clear();
  if (!IsAscii(text)) {
    AppendInCase(text, upper, out);
    return *out;
  }
  out->resize(text.size());
  const char first = upper ? 'a' : 'A';
  const char last = upper ? 'z' : 'Z';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    (*out)[i] = c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c;
  }
  return *out;
}

// The only letter in use that takes two in upper case.
std::string_view Upper(std::string_view text, std::string* out) {
  constexpr std::string_view kSharpS = "\u00df";
  if (text.find(kSharpS) == std::string_view::npos) return InCase(text, true, out);
  std::string spelled;
  for (size_t at = 0; at < text.size();) {
    const std::string_view character = CharacterAt(text, at);
    spelled += character == kSharpS ? "ss" : character;
    at += character.size();
  }
  return InCase(spelled, true, out);
}

// Upper case and then lower case, so that letters with several forms compare alike.
bool EqualInAnyCase(std::string_view a, std::string_view b) {
  thread_local std::string upper, left, right;
  InCase(InCase(a, true, &upper), false, &left);
  InCase(InCase(b, true, &upper), false, &right);
  return left == right;
}

// The difference of the first characters that differ, else that of the lengths.
int32_t Compare(std::string_view a, std::string_view b) {
  for (size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    const std::string_view left = CharacterAt(a, i);
    const std::string_view right = CharacterAt(b, k);
    if (left != right) {
      return static_cast<int32_t>(DecodeCharacter(left)) -
             static_cast<int32_t>(DecodeCharacter(right));
    }
    i += left.size();
    k += right.size();
  }
  return static_cast<int32_t>(CountCharacters(a)) - static_cast<int32_t>(CountCharacters(b));
}

}  // namespace

void RegisterStrCase(Registry* registry) {
  AddScalar(
      registry,
      {"str:lower", "Returns the text in lower case.", "str:lower('WSO2 cep')", "\"wso2 cep\""},
      {{"input.string", kStringOnly}},
      [](std::string_view text) { return InCase(text, false, &RowText()); });
  AddScalar(registry,
            {"str:upper", "Returns the text in upper case.", "str:upper('Hello World')",
             "\"HELLO WORLD\""},
            {{"input.string", kStringOnly}},
            [](std::string_view text) { return Upper(text, &RowText()); });
  AddScalar(registry,
            {"str:equalsIgnoreCase",
             "Tells whether two texts are equal but for upper and lower case; nothing equals null.",
             "str:equalsIgnoreCase('WSO2', 'wso2')", "true"},
            {{"arg1", kStringOnly}, {"arg2", kStringOnly}},
            [](std::string_view a, std::optional<std::string_view> b) {
              return b.has_value() && EqualInAnyCase(a, *b);
            });
  AddScalar(registry,
            {"str:strcmp",
             "Compares two texts: 0 if they are equal, negative if the first comes first, else "
             "positive.",
             "str:strcmp('AbCDefghiJ KLMN', 'Hello')", "-7"},
            {{"arg1", kStringOnly}, {"arg2", kStringOnly}},
            [](std::string_view a, std::string_view b) { return Compare(a, b); });
}

}  // namespace weir
