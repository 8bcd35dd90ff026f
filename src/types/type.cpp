#include "types/type.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/check.h"

namespace weir {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"bool",   "int",    "long",  "float",
                                                    "double", "string", "object"};

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

Type PromoteNumeric(Type a, Type b) {
  CHECK(IsNumeric(a) && IsNumeric(b));
  return std::max(a, b);
}

std::string_view TypeName(Type type) { return kNames[static_cast<size_t>(type)]; }

std::optional<Type> TypeFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (EqualIgnoringCase(name, kNames[i])) return static_cast<Type>(i);
  }
  return std::nullopt;
}

}  // namespace weir
