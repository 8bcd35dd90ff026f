#pragma once

#include "base/prefetch.h"
#include "types/row_store.h"

namespace weir {

// Fewer rows than these are near anyway.
inline constexpr size_t kPrefetchRows = 16384;

// Has the memory of a stored row brought near; changes nothing.
inline void PrefetchRow(const RowStore& rows, RowId id) {
  for (size_t c = 0; c < rows.schema()->size(); ++c) {
    DispatchType((*rows.schema())[c].type, [&](auto tag) {
      BringMemoryNear(&rows.Get<typename decltype(tag)::type>(c, id));
    });
  }
}

}  // namespace weir
