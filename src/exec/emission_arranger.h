#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "exec/select_operator.h"

namespace weir {

// Order by, offset and limit of a select clause, each within one emission.
class EmissionArranger {
 public:
  EmissionArranger(std::vector<OrderByKey> order_by, std::optional<uint64_t> limit, uint64_t offset)
      : order_by_(std::move(order_by)), limit_(limit), offset_(offset) {}

  // `rows` are physical rows of `chunk`, whole emissions in ascending order of key. Sorts each
  // emission (stably, every run of one kind by itself) and cuts it.
  void Arrange(const Chunk& chunk, const Timeline& timeline, Selection* rows) const;

 private:
  void Sort(const Chunk& chunk, const Timeline& timeline, Selection* rows) const;
  void Cut(const Chunk& chunk, Selection* rows) const;

  std::vector<OrderByKey> order_by_;
  std::optional<uint64_t> limit_;
  uint64_t offset_;
};

// Whether two physical rows belong to one emission.
inline bool SameEmission(const Chunk& chunk, uint32_t a, uint32_t b) {
  return chunk.moment(a) == chunk.moment(b) &&
         (chunk.has_constant_path() || chunk.path(a) == chunk.path(b));
}

// The end of the emission that begins at rows[begin].
inline size_t EmissionEndOf(const Chunk& chunk, const Selection& rows, size_t begin) {
  size_t end = begin + 1;
  while (end < rows.size() && SameEmission(chunk, rows[begin], rows[end])) ++end;
  return end;
}

}  // namespace weir
