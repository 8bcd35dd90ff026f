// str:coalesce, str:concat, str:hex, str:repeat, str:reverse and str:unhex.
#include <charconv>

#include "expr/utf8_text.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

// A longer text is null: one row must not take all memory.
constexpr size_t kTextBytesMax = size_t{16} << 20;

std::optional<std::string_view> Repeat(std::string_view text, int32_t times) {
  if (times <= 0 || text.empty()) return "";
  if (static_cast<size_t>(times) > kTextBytesMax / text.size()) return std::nullopt;
  std::string& out = RowText();
  for (int32_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string_view Reverse(std::string_view text) {
  std::string& out = RowText();
  out.resize(text.size());
  size_t end = text.size();
  for (size_t at = 0; at < text.size();) {
    const std::string_view character = CharacterAt(text, at);
    end -= character.size();
    character.copy(out.data() + end, character.size());
    at += character.size();
  }
  return out;
}

std::string_view Hex(std::string_view text) {
  std::string& out = RowText();
  for (size_t at = 0; at < text.size();) {
    const std::string_view character = CharacterAt(text, at);
    char digits[8];
    const auto end = std::to_chars(digits, digits + 8, DecodeCharacter(character), 16).ptr;
    out.append(digits, end);
    at += character.size();
  }
  return out;
}

std::optional<std::string_view> Unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string& out = RowText();
  for (size_t at = 0; at < text.size(); at += 2) {
    uint32_t code = 0;
    const char* end = text.data() + at + 2;
    const auto read = std::from_chars(text.data() + at, end, code, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    AppendCharacter(code, &out);
  }
  return out;
}

Vector Concat(std::span<const Vector> arguments, const CallContext& context) {
  const bool constant = AllConstant(arguments);
  const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
  std::vector<Operand<StringRef>> parts;
  parts.reserve(arguments.size());
  for (const Vector& argument : arguments) parts.emplace_back(argument);
  auto out = std::make_shared<Column>(Type::kString, rows.physical);
  rows.ForEach([&](uint32_t row) {
    std::string& text = RowText();
    for (const auto& part : parts) {
      if (part.IsValid(row)) text += part[row].view();
    }
    scalar_internal::Access<std::string_view>::Write(text, row, out.get());
  });
  return {std::move(out), constant};
}

void RegisterVariadic(Registry* registry) {
  FunctionSpec concat =
      MakeSpec({"str:concat", "Joins texts; nulls are left out.",
                "str:concat('D533', '8JU^', 'XYZ')", "\"D5338JU^XYZ\""},
               {{{"arg", kStringOnly}, {"arg", kStringOnly, Parameter::Form::kAny, true}}});
  concat.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BoundFunction{Type::kString, Concat};
  };
  registry->Add(std::move(concat));

  FunctionSpec coalesce =
      MakeSpec({"str:coalesce", "Returns the first argument that is not null; all have one type.",
                "str:coalesce(null, 'BBB', 'CCC')", "\"BBB\""},
               {{{"arg", kAnyType, Parameter::Form::kAny, true}}});
  coalesce.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (Status status = CheckSameType("str:coalesce", arguments); !status.ok()) return status;
    const Type type = arguments[0].type;
    return BoundFunction{type, [type](std::span<const Vector> values, const CallContext& context) {
                           return PickFirstValid(type, values, context.chunk);
                         }};
  };
  registry->Add(std::move(coalesce));
}

}  // namespace

void RegisterStrBuild(Registry* registry) {
  AddScalar(registry,
            {"str:repeat", "Returns the text a number of times.", "str:repeat('StRing 1', 3)",
             "\"StRing 1StRing 1StRing 1\""},
            {{"input.string", kStringOnly}, {"times", kIntOnly}},
            [](std::string_view text, int32_t times) { return Repeat(text, times); });
  AddScalar(registry,
            {"str:reverse", "Returns the characters in reverse order.",
             "str:reverse('Hello World')", "\"dlroW olleH\""},
            {{"input.string", kStringOnly}}, [](std::string_view text) { return Reverse(text); });
  AddScalar(registry,
            {"str:hex", "Returns the code of each character as hexadecimal digits.",
             "str:hex('MySQL')", "\"4d7953514c\""},
            {{"input.string", kStringOnly}}, [](std::string_view text) { return Hex(text); });
  AddScalar(registry,
            {"str:unhex",
             "Returns the characters whose codes are given as two hexadecimal digits each; null "
             "for anything else.",
             "str:unhex('4d7953514c')", "\"MySQL\""},
            {{"input.string", kStringOnly}}, [](std::string_view text) { return Unhex(text); });
  RegisterVariadic(registry);
}

}  // namespace weir
