// The values of literals, from their text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "ast/expression.h"

namespace weir {

enum class NumberKind { kInt, kLong, kFloat, kDouble };

// Reads a number as the lexer passes it, with its suffix and without its sign. Empty if the value
// does not fit the type; what is too small for a float or double is zero.
std::optional<ast::Literal> ReadNumber(std::string_view text, NumberKind kind, bool negative);

// The same for the numbers in counts, indexes and rates.
std::optional<int32_t> ReadInt(std::string_view text);

// Between the quotes of a string literal. There are no escapes.
std::string_view ReadString(std::string_view text);

// Length of a unit in milliseconds; a month and a year have fixed ones, as in the language.
int64_t UnitMilliseconds(ast::TimeUnit unit);

}  // namespace weir
