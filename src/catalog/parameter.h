#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/value.h"

namespace weir {

// Sets of types a parameter accepts, as bits of Type; kTime is a constant int or long in ms.
using TypeSet = uint32_t;
constexpr TypeSet OneType(Type type) { return TypeSet{1} << static_cast<int>(type); }
inline constexpr TypeSet kBoolOnly = OneType(Type::kBool);
inline constexpr TypeSet kIntOnly = OneType(Type::kInt);
inline constexpr TypeSet kLongOnly = OneType(Type::kLong);
inline constexpr TypeSet kIntOrLong = kIntOnly | kLongOnly;
inline constexpr TypeSet kFloating = OneType(Type::kFloat) | OneType(Type::kDouble);
inline constexpr TypeSet kNumeric = kIntOrLong | kFloating;
inline constexpr TypeSet kStringOnly = OneType(Type::kString);
inline constexpr TypeSet kObjectOnly = OneType(Type::kObject);
inline constexpr TypeSet kAnyType = 0x7f;

// One parameter of a built-in, as its spec lists it.
struct Parameter {
  const char* name;
  TypeSet types = kAnyType;
  // How the argument may be written: any expression, a constant, or an attribute of the input.
  enum class Form { kAny, kConstant, kAttribute } form = Form::kAny;
  // The last parameter of an overload may repeat (one or more times).
  bool repeats = false;
};

// One way to call a built-in.
using Overload = std::vector<Parameter>;

// What the caller wrote for one parameter.
struct Argument {
  Type type;
  std::optional<Value> constant;   // set when it is (or folds to) a constant
  std::optional<uint32_t> column;  // set when it is a plain attribute of the input
};

// Finds the overload that fits; the error names the types given and every overload, e.g.
// `timeBatch(long, string): no such parameters; it takes (time), (time, start.time), ...`.
Result<size_t> MatchOverload(std::string_view name, std::span<const Overload> overloads,
                             std::span<const Argument> arguments);

// Fails unless all arguments have one type, for functions that return any of their arguments.
Status CheckSameType(std::string_view name, std::span<const Argument> arguments);

// Renders an overload for messages and help: `(<int|long> window.time, <bool> stream.current)`.
std::string DescribeOverload(const Overload& overload);

}  // namespace weir
