#include "library/builtins.h"

namespace weir {

#define BUILTIN(name) void Register##name(Registry* registry);
#include "library/builtins.def"
#undef BUILTIN

const Registry& BuiltinRegistry() {
  static const Registry registry = [] {
    Registry all;
#define BUILTIN(name) Register##name(&all);
#include "library/builtins.def"
#undef BUILTIN
    return all;
  }();
  return registry;
}

}  // namespace weir
