#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

// The seven attribute types of the language.
enum class Type : uint8_t { kBool, kInt, kLong, kFloat, kDouble, kString, kObject };

// Milliseconds since the epoch, or a span in milliseconds.
using TimeMs = int64_t;

constexpr bool IsNumeric(Type type) {
  return type == Type::kInt || type == Type::kLong || type == Type::kFloat || type == Type::kDouble;
}

constexpr bool IsInteger(Type type) { return type == Type::kInt || type == Type::kLong; }

// The type of `a op b` for arithmetic: double over float over long over int. Both must be numeric.
Type PromoteNumeric(Type a, Type b);

std::string_view TypeName(Type type);
std::optional<Type> TypeFromName(std::string_view name);  // case-insensitive

}  // namespace weir
