#include <charconv>

#include "expr/conversion.h"
#include "library/functions/simple_function.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

std::string TextOf(const Value& value) {
  if (value.type() != Type::kObject || value.is_null()) return value.ToText();
  const Value scalar = ScalarOf(value.object_value());
  return scalar.is_null() ? value.ToText() : scalar.ToText();
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// What stands for a key, the key itself where there is no value. False if the key must be the
// number of an argument and is not.
bool AppendFilling(std::string_view key, std::span<const Value> arguments, std::string* out) {
  if (arguments[1].type() == Type::kObject) {
    const Object::Map* map = MapOf(arguments[1].object_value());
    const ObjectRef* found = map == nullptr ? nullptr : FindText(*map, Trimmed(key));
    const bool filled = found != nullptr && *found != nullptr;
    *out += filled ? TextOf(Value::FromObject(*found)) : std::string(key);
    return true;
  }
  const std::string_view digits = Trimmed(key);
  size_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number >= arguments.size()) return false;
  *out += arguments[number].is_null() ? std::string(key) : TextOf(arguments[number]);
  return true;
}

Value Fill(std::span<const Value> arguments) {
  const Value null = Value::Null(Type::kString);
  if (arguments[0].is_null()) return null;
  const bool by_key = arguments[1].type() == Type::kObject;
  if (by_key && (arguments[1].is_null() || MapOf(arguments[1].object_value()) == nullptr)) {
    return null;
  }
  const std::string_view text = arguments[0].string_value();
  std::string out;
  bool key = false;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min({text.find("{{", at), text.find("}}", at), text.size()});
    const std::string_view piece = text.substr(at, end - at);
    if (!key) {
      out += piece;
    } else if (!AppendFilling(piece, arguments, &out)) {
      return null;
    }
    key = !key;
    if (end == text.size()) break;
    at = end + 2;
    if (at == text.size()) break;  // nothing follows, not even an empty key
  }
  return Value::String(out);
}

}  // namespace

void RegisterStrTemplate(Registry* registry) {
  constexpr TypeSet kScalar = kNumeric | kStringOnly | kBoolOnly;
  FunctionSpec spec = MakeSpec(
      {"str:fillTemplate",
       "Replaces {{1}}, {{2}} ... in a text by the arguments, or {{key}} by the values of a map.",
       "str:fillTemplate('{{1}} > 100 && {{2}} < 10000', 200, 300)",
       "\"200 > 100 && 300 < 10000\""},
      {{{"template", kStringOnly}, {"replacement", kScalar, Parameter::Form::kAny, true}},
       {{"template", kStringOnly}, {"map", kObjectOnly}}});
  spec.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindValues(Type::kString, Fill);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
