#include "library/builtins.h"

#include "io/transport_registry.h"

namespace weir {

#define BUILTIN(name) void Register##name(Registry* registry);
#define TRANSPORT(name) void Register##name(TransportRegistry* registry);
#include "library/builtins.def"
#undef BUILTIN
#undef TRANSPORT

const Registry& BuiltinRegistry() {
  static const Registry registry = [] {
    Registry all;
#define BUILTIN(name) Register##name(&all);
#define TRANSPORT(name)
#include "library/builtins.def"
#undef BUILTIN
#undef TRANSPORT
    return all;
  }();
  return registry;
}

const TransportRegistry& BuiltinTransports() {
  static const TransportRegistry registry = [] {
    TransportRegistry all;
#define BUILTIN(name)
#define TRANSPORT(name) Register##name(&all);
#include "library/builtins.def"
#undef BUILTIN
#undef TRANSPORT
    return all;
  }();
  return registry;
}

}  // namespace weir
