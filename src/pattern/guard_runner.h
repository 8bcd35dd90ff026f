#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pattern/waiting_lists.h"

namespace weir {

// A set of visible rows of a chunk.
class RowMask {
 public:
  void Reset(uint32_t rows, bool value);
  bool Test(uint32_t row) const { return ((words_[row >> 6] >> (row & 63)) & 1) != 0; }
  void Set(uint32_t row) { words_[row >> 6] |= uint64_t{1} << (row & 63); }
  void Add(const RowMask& other);
  // The first row of the set in [from, end); `end` if there is none.
  uint32_t Next(uint32_t from, uint32_t end) const;

 private:
  std::vector<uint64_t> words_;
};

// A partial match that an event is offered to, and whether the condition held.
struct Candidate {
  WaitId wait;
  PartialId partial;
  bool holds;
};

// Evaluates the condition of one state: for whole chunks what depends on the event alone, for
// candidates the rest.
class GuardRunner {
 public:
  GuardRunner(const Automaton& automaton, uint32_t state, PartialStore* partials)
      : automaton_(automaton),
        state_(state),
        guard_(automaton.states[state].guard),
        partials_(*partials) {}

  // Those of the state, which outlive the runner; their answers follow the residual's columns.
  void set_lookups(std::vector<std::shared_ptr<TableLookup>> lookups) {
    lookups_ = std::move(lookups);
  }

  // Rows are of this chunk from now on.
  void Attach(const Chunk* chunk, const Timeline* timeline);

  bool has_keys() const { return !guard_.keys.empty(); }
  // The rows for which the part about the event alone holds.
  const RowMask& Passing();

  // Keys of an event or of a waiting partial match; false if one is null, so that none is equal.
  bool EventKeyHash(uint32_t row, uint64_t* hash);
  bool EventKeyEquals(uint32_t row, PartialId id) const;
  bool PartialKeyHash(PartialId id, uint64_t* hash) const;
  bool PartialKeyEquals(PartialId a, PartialId b) const;

  bool has_range() const { return guard_.range.has_value(); }
  // The value of an event or of a waiting partial match in the heap: the range part holds if the
  // latter is less, or equal where that counts. False if one is null, so that it never holds.
  bool EventRange(uint32_t row, int64_t* value);
  bool PartialRange(PartialId id, int64_t* value) const;
  bool range_takes_equal() const {
    return guard_.range->op == CompareOp::kLessEqual ||
           guard_.range->op == CompareOp::kGreaterEqual;
  }

  // Sets `holds` of those candidates whose condition fails in the part about earlier events.
  // Keys and range are not tested.
  void Test(uint32_t row, std::vector<Candidate>* candidates);

 private:
  void PrepareColumns();
  EventId Resolve(PartialId id, const StoredValue& value, uint32_t row);
  bool TestTerms(uint32_t physical_row, uint32_t row, PartialId id);
  void TestResidual(uint32_t physical_row, uint32_t row, std::vector<Candidate>* candidates);
  ColumnPtr ResidualInputColumn(const ResidualInput& input, uint32_t row,
                                const std::vector<Candidate>& candidates);

  const Automaton& automaton_;
  const uint32_t state_;
  const Guard& guard_;
  PartialStore& partials_;
  const Chunk* chunk_ = nullptr;
  const Timeline* timeline_ = nullptr;
  bool passing_ready_ = false;
  bool columns_ready_ = false;
  RowMask passing_;
  std::vector<ColumnPtr> keys_;   // event side of each key, by physical row
  ColumnPtr range_;               // event side of the range
  std::vector<ColumnPtr> terms_;  // event side of each term
  std::vector<std::shared_ptr<TableLookup>> lookups_;
  std::vector<uint32_t> ids_;  // scratch
};

}  // namespace weir
