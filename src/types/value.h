#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "types/object.h"
#include "types/type.h"

namespace weir {

// One value, null included, that owns what it holds. For literals, parameters and rare per-row
// work; rows of events live in columns.
class Value {
 public:
  explicit Value(Type type) : type_(type) {}  // null of that type
  static Value Null(Type type) { return Value(type); }
  static Value Bool(bool v) { return Value(Type::kBool, v); }
  static Value Int(int32_t v) { return Value(Type::kInt, v); }
  static Value Long(int64_t v) { return Value(Type::kLong, v); }
  static Value Float(float v) { return Value(Type::kFloat, v); }
  static Value Double(double v) { return Value(Type::kDouble, v); }
  static Value String(std::string_view v) { return Value(Type::kString, std::string(v)); }
  static Value FromObject(ObjectRef v) {
    return v == nullptr ? Value(Type::kObject) : Value(Type::kObject, std::move(v));
  }

  Type type() const { return type_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool bool_value() const { return std::get<bool>(data_); }
  int32_t int_value() const { return std::get<int32_t>(data_); }
  int64_t long_value() const { return std::get<int64_t>(data_); }
  float float_value() const { return std::get<float>(data_); }
  double double_value() const { return std::get<double>(data_); }
  const std::string& string_value() const { return std::get<std::string>(data_); }
  const ObjectRef& object_value() const { return std::get<ObjectRef>(data_); }

  // The number as int64 / double whatever its numeric type; must be numeric and not null.
  int64_t AsLong() const;
  double AsDouble() const;

  // The text Java's String.valueOf would give for the type (10.0, not 10); "null" for null.
  std::string ToText() const;

  friend bool operator==(const Value& a, const Value& b);

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  using Data =
      std::variant<std::monostate, bool, int32_t, int64_t, float, double, std::string, ObjectRef>;
  Value(Type type, Data data) : type_(type), data_(std::move(data)) {}

  Type type_;
  Data data_;
};

// Appends a number as JSON, shortest round-trip, always with a point or an exponent (`10.0`);
// NaN and infinities as strings, as in the output contract.
void AppendFloatJson(float value, std::string* out);
void AppendDoubleJson(double value, std::string* out);
// Appends a JSON string with quotes, escaping as JSON requires.
void AppendStringJson(std::string_view text, std::string* out);

}  // namespace weir
