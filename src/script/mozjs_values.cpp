#ifdef WEIR_WITH_MOZJS

#include "script/mozjs_values.h"

#include <js/Array.h>
#include <js/BigInt.h>
#include <js/CharacterEncoding.h>
#include <js/Conversions.h>
#include <js/Object.h>

#include <cmath>
#include <limits>

#include "script/script.h"

namespace weir {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;  // 2^53 - 1

ObjectRef NumberObject(double number) {
  const bool whole = std::trunc(number) == number && std::abs(number) <= kMaxSafeInteger;
  if (!whole || (number == 0 && std::signbit(number))) {
    return std::make_shared<const Object>(Object{number});
  }
  if (std::abs(number) <= std::numeric_limits<int32_t>::max()) {
    return std::make_shared<const Object>(Object{static_cast<int32_t>(number)});
  }
  return std::make_shared<const Object>(Object{static_cast<int64_t>(number)});
}

}  // namespace

bool ScriptValues::TextToScript(std::string_view text, JS::MutableHandleValue out) {
  JSString* string = JS_NewStringCopyUTF8N(context_, JS::UTF8Chars(text.data(), text.size()));
  if (string == nullptr) return false;
  out.setString(string);
  return true;
}

// A number as long as it is one exactly.
bool ScriptValues::LongToScript(int64_t number, JS::MutableHandleValue out) {
  if (std::abs(static_cast<double>(number)) <= kMaxSafeInteger) {
    out.setNumber(static_cast<double>(number));
    return true;
  }
  JS::BigInt* big = JS::NumberToBigInt(context_, number);
  if (big == nullptr) return false;
  out.setBigInt(big);
  return true;
}

bool ScriptValues::ToScript(const Value& value, JS::MutableHandleValue out) {
  out.setNull();
  if (value.is_null()) return true;
  switch (value.type()) {
    case Type::kBool:
      out.setBoolean(value.bool_value());
      return true;
    case Type::kInt:
      out.setInt32(value.int_value());
      return true;
    case Type::kLong:
      return LongToScript(value.long_value(), out);
    case Type::kFloat:
      out.setNumber(static_cast<double>(value.float_value()));
      return true;
    case Type::kDouble:
      out.setNumber(value.double_value());
      return true;
    case Type::kString:
      return TextToScript(value.string_value(), out);
    case Type::kObject:
      return ToScript(value.object_value(), 0, out);
  }
  return true;
}

bool ScriptValues::ToScript(const ObjectRef& object, uint32_t depth, JS::MutableHandleValue out) {
  out.setNull();
  if (object == nullptr) return true;
  if (depth > kMaxScriptDepth) return Fail("takes lists and maps that are nested too deep");
  return std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          out.setBoolean(v);
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return LongToScript(v, out);
        } else if constexpr (std::is_arithmetic_v<T>) {
          out.setNumber(static_cast<double>(v));
        } else if constexpr (std::is_same_v<T, std::string>) {
          return TextToScript(v, out);
        } else if constexpr (std::is_same_v<T, Object::Map>) {
          return MapToScript(v, depth, out);
        } else {
          return ListToScript(v.items, depth, out);
        }
        return true;
      },
      object->value);
}

bool ScriptValues::ListToScript(const std::vector<ObjectRef>& items, uint32_t depth,
                                JS::MutableHandleValue out) {
  JS::RootedValueVector values(context_);
  JS::RootedValue value(context_);
  for (const ObjectRef& item : items) {
    if (!ToScript(item, depth + 1, &value) || !values.append(value)) return false;
  }
  JSObject* array = JS::NewArrayObject(context_, values);
  if (array == nullptr) return false;
  out.setObject(*array);
  return true;
}

bool ScriptValues::MapToScript(const Object::Map& map, uint32_t depth, JS::MutableHandleValue out) {
  JS::RootedObject object(context_, JS_NewPlainObject(context_));
  if (object == nullptr) return false;
  JS::RootedValue key(context_);
  JS::RootedValue value(context_);
  JS::RootedId id(context_);
  for (const auto& [name, item] : map.entries) {
    if (!TextToScript(name, &key) || !JS_ValueToId(context_, key, &id)) return false;
    if (!ToScript(item, depth + 1, &value)) return false;
    if (!JS_DefinePropertyById(context_, object, id, value, JSPROP_ENUMERATE)) return false;
  }
  out.setObject(*object);
  return true;
}

bool ScriptValues::Mismatch(JS::HandleValue value, Type type) {
  const char* const kind = value.isObject() ? "object" : JS::InformalValueTypeName(value);
  return Fail("returned a value of type " + std::string(kind) + ", not " +
              std::string(TypeName(type)));
}

bool ScriptValues::FromScript(JS::HandleValue value, Type type, Value* out) {
  *out = Value::Null(type);
  if (value.isNullOrUndefined()) return true;
  switch (type) {
    case Type::kBool:
      if (!value.isBoolean()) return Mismatch(value, type);
      *out = Value::Bool(value.toBoolean());
      return true;
    case Type::kInt:
    case Type::kLong:
      return WholeFromScript(value, type, out);
    case Type::kFloat:
    case Type::kDouble:
      if (!value.isNumber()) return Mismatch(value, type);
      *out = type == Type::kDouble ? Value::Double(value.toNumber())
                                   : Value::Float(static_cast<float>(value.toNumber()));
      return true;
    case Type::kString: {
      if (!value.isString()) return Mismatch(value, type);
      JS::RootedString string(context_, value.toString());
      std::string text;
      if (!TextFromScript(string, &text)) return false;
      *out = Value::String(text);
      return true;
    }
    case Type::kObject: {
      ObjectRef object;
      if (!ObjectFromScript(value, 0, &object)) return false;
      *out = Value::FromObject(std::move(object));
      return true;
    }
  }
  return true;
}

bool ScriptValues::WholeFromScript(JS::HandleValue value, Type type, Value* out) {
  int64_t number = 0;
  bool fits = false;
  if (value.isBigInt()) {
    fits = JS::BigIntFits(value.toBigInt(), &number);
  } else if (value.isNumber()) {
    const double given = value.toNumber();
    fits = std::trunc(given) == given && given >= -0x1p63 && given < 0x1p63;
    if (fits) number = static_cast<int64_t>(given);
  } else {
    return Mismatch(value, type);
  }
  if (type == Type::kInt) {
    fits = fits && number >= std::numeric_limits<int32_t>::min() &&
           number <= std::numeric_limits<int32_t>::max();
  }
  if (!fits) return Fail("returned a number that is not of type " + std::string(TypeName(type)));
  *out = type == Type::kInt ? Value::Int(static_cast<int32_t>(number)) : Value::Long(number);
  return true;
}

bool ScriptValues::TextFromScript(JS::HandleString text, std::string* out) {
  if (JS_GetStringLength(text) > kMaxScriptTextBytes) {
    return Fail("returned a text of more than " + std::to_string(kMaxScriptTextBytes >> 20) +
                " MiB (limits.script_text)");
  }
  JSLinearString* linear = JS_EnsureLinearString(context_, text);
  if (linear == nullptr) return false;
  out->resize(JS::GetDeflatedUTF8StringLength(linear));
  JS::DeflateStringToUTF8Buffer(linear, mozilla::Span<char>(out->data(), out->size()));
  return true;
}

bool ScriptValues::ObjectFromScript(JS::HandleValue value, uint32_t depth, ObjectRef* out) {
  *out = nullptr;
  if (value.isNullOrUndefined()) return true;
  if (depth > kMaxScriptDepth) return Fail("returned objects that are nested too deep");
  if (value.isNumber()) {
    *out = NumberObject(value.toNumber());
    return true;
  }
  if (value.isBoolean()) {
    *out = std::make_shared<const Object>(Object{value.toBoolean()});
    return true;
  }
  if (value.isBigInt()) {
    Value number = Value::Null(Type::kLong);
    if (!WholeFromScript(value, Type::kLong, &number)) return false;
    *out = std::make_shared<const Object>(Object{number.long_value()});
    return true;
  }
  if (value.isString()) {
    JS::RootedString string(context_, value.toString());
    std::string text;
    if (!TextFromScript(string, &text)) return false;
    *out = std::make_shared<const Object>(Object{std::move(text)});
    return true;
  }
  if (!value.isObject()) return Mismatch(value, Type::kObject);
  JS::RootedObject object(context_, &value.toObject());
  js::ESClass kind = js::ESClass::Other;
  if (!JS::GetBuiltinClass(context_, object, &kind)) return false;
  if (kind == js::ESClass::Array) return ListFromScript(object, depth, out);
  if (kind == js::ESClass::Object) return MapFromScript(object, depth, out);
  return Fail("returned an object that is no list, map, number, text or bool");
}

bool ScriptValues::ListFromScript(JS::HandleObject array, uint32_t depth, ObjectRef* out) {
  uint32_t length = 0;
  if (!JS::GetArrayLength(context_, array, &length)) return false;
  Object::List list;
  JS::RootedValue value(context_);
  for (uint32_t i = 0; i < length; ++i) {
    // Also of what is not there, which an array may have without end.
    if (++*steps_ > kMaxScriptSteps) return false;
    if (!JS_GetElement(context_, array, i, &value)) return false;
    list.items.emplace_back();
    if (!ObjectFromScript(value, depth + 1, &list.items.back())) return false;
  }
  *out = std::make_shared<const Object>(Object{std::move(list)});
  return true;
}

bool ScriptValues::MapFromScript(JS::HandleObject object, uint32_t depth, ObjectRef* out) {
  JS::Rooted<JS::IdVector> names(context_, JS::IdVector(context_));
  if (!JS_Enumerate(context_, object, &names)) return false;
  Object::Map map;
  JS::RootedValue value(context_);
  JS::RootedId id(context_);
  for (size_t i = 0; i < names.length(); ++i) {
    if (++*steps_ > kMaxScriptSteps) return false;
    id = names[i];
    JS::RootedValue key(context_);
    if (!JS_IdToValue(context_, id, &key)) return false;
    JS::RootedString name(context_, JS::ToString(context_, key));
    map.entries.emplace_back();
    auto& [text, item] = map.entries.back();
    if (name == nullptr || !TextFromScript(name, &text)) return false;
    if (!JS_GetPropertyById(context_, object, id, &value)) return false;
    if (!ObjectFromScript(value, depth + 1, &item)) return false;
  }
  *out = std::make_shared<const Object>(Object{std::move(map)});
  return true;
}

}  // namespace weir

#endif  // WEIR_WITH_MOZJS
