#pragma once

#include <span>
#include <vector>

#include "exec/operator.h"

namespace weir {

// Merges ports of the same columns by key and changes nothing else; appends to `out`. Long runs of
// one port, and everything if only one port has rows, pass without being copied.
void MergePorts(std::span<const Port> ports, std::vector<Chunk>* out);

}  // namespace weir
