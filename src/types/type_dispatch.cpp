#include "types/type_dispatch.h"

namespace weir {

size_t StorageSize(Type type) {
  return DispatchType(type, [](auto tag) { return sizeof(typename decltype(tag)::type); });
}

}  // namespace weir
