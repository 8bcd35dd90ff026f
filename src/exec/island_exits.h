#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "types/chunk.h"

namespace weir {

// Rows on their way out of lockstep islands, by arrow out, in ascending key order: collected, so
// that what comes out one emission at a time goes on in chunks of the usual size.
class IslandExits {
 public:
  explicit IslandExits(int arrows) : arrows_(arrows) {}

  int arrow_count() const { return static_cast<int>(arrows_.size()); }
  // Where flushed chunks go: arrow_count() vectors, valid until set again.
  void set_out(std::vector<Chunk>* out) { out_ = out; }

  // Visible rows [begin, end), one emission, leave under this path.
  void Add(uint32_t arrow, const Chunk& chunk, uint32_t begin, uint32_t end, Path path);
  void FlushAll();

 private:
  struct Run {
    Chunk chunk;
    uint32_t begin;
    uint32_t end;
    Path path;
  };
  struct Arrow {
    std::vector<Run> runs;
    size_t rows = 0;
  };
  void Flush(uint32_t arrow);

  std::vector<Arrow> arrows_;
  std::vector<Chunk>* out_ = nullptr;
};

}  // namespace weir
