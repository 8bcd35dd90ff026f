#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// Room that a number of any type needs.
inline constexpr size_t kNumberBytesMax = 32;

// Each writes a value as JSON at `to` and returns the end. The bytes are those of AppendFloatJson,
// AppendDoubleJson and AppendStringJson in types/value.h, made faster.
char* WriteLong(int64_t value, char* to);
char* WriteFloat(float value, char* to);
char* WriteDouble(double value, char* to);

// A string with quotes takes at most 6 bytes for each of its own and 2 more.
constexpr size_t StringBytesMax(size_t size) { return 6 * size + 2; }
char* WriteString(std::string_view text, char* to);

}  // namespace weir
