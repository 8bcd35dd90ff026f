#include "io/codec.h"

#include <algorithm>

namespace weir {

void Decoder::Put(std::string_view bytes) {
  while (!bytes.empty()) {
    const Space space = Reserve();
    const size_t size = std::min(space.size, bytes.size());
    std::copy_n(bytes.data(), size, space.data);
    Commit(size);
    bytes.remove_prefix(size);
  }
}

}  // namespace weir
