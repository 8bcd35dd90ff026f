#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "exec/operator.h"

namespace weir {

// Hands out the rows of several taps in the order of their keys, as `row(tap, chunk,
// physical_row)`.
class TapMerge {
 public:
  template <class F>
  void ForEach(const std::vector<Port>& taps, F&& row) {
    heads_.clear();
    for (uint32_t t = 0; t < taps.size(); ++t) {
      Head head{t, &taps[t], 0, 0, {}};
      if (head.Settle()) heads_.push_back(head);
    }
    while (!heads_.empty()) {
      size_t first = 0;
      for (size_t h = 1; h < heads_.size(); ++h) {
        if (heads_[h].key < heads_[first].key) first = h;
      }
      Head& head = heads_[first];
      const Head* next = nullptr;  // the tap whose turn comes after this one
      for (const Head& other : heads_) {
        if (&other != &head && (next == nullptr || other.key < next->key)) next = &other;
      }
      bool left = true;
      while (left && (next == nullptr || head.key < next->key)) left = head.HandOut(row);
      if (!left) heads_.erase(heads_.begin() + static_cast<ptrdiff_t>(first));
    }
  }

 private:
  struct Head {
    uint32_t tap;
    const Port* port;
    size_t chunk;
    uint32_t row;
    OrderKey key;

    // Moves to a row if there is one from here on.
    bool Settle() {
      while (chunk < port->chunks.size() && row == port->chunks[chunk].size()) {
        ++chunk;
        row = 0;
      }
      if (chunk == port->chunks.size()) return false;
      key = port->chunks[chunk].KeyAt(row);
      return true;
    }
    template <class F>
    bool HandOut(F& f) {
      const Chunk& rows = port->chunks[chunk];
      f(tap, rows, rows.Row(row));
      ++row;
      return Settle();
    }
  };
  std::vector<Head> heads_;
};

}  // namespace weir
