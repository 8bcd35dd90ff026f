#include "exec/ordered_index.h"

#include <algorithm>

namespace weir {

void OrderedRange::Narrow(CompareOp op, uint64_t bits) {
  constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
  switch (op) {
    case CompareOp::kLess:
      empty = empty || bits == 0;
      if (!empty) to = std::min(to, bits - 1);
      break;
    case CompareOp::kLessEqual:
      to = std::min(to, bits);
      break;
    case CompareOp::kGreater:
      empty = empty || bits == kLast;
      if (!empty) from = std::max(from, bits + 1);
      break;
    case CompareOp::kGreaterEqual:
      from = std::max(from, bits);
      break;
    case CompareOp::kEqual:
      from = std::max(from, bits);
      to = std::min(to, bits);
      break;
    case CompareOp::kNotEqual:
      break;
  }
  empty = empty || from > to;
}

bool NarrowByValue(const Column& values, uint32_t row, CompareOp op, OrderedRange* range) {
  if (!values.IsValid(row)) return false;
  uint64_t bits = 0;
  const bool usable = DispatchType(values.type(), [&](auto tag) {
    return OrderedBits(values.values<typename decltype(tag)::type>()[row], &bits);
  });
  if (usable) range->Narrow(op, bits);
  return usable;
}

size_t OrderedIndex::BlockOf(const Entry& entry) const {
  const auto behind = std::upper_bound(
      blocks_.begin(), blocks_.end(), entry,
      [](const Entry& e, const std::vector<Entry>& block) { return e < block.front(); });
  return behind == blocks_.begin() ? 0 : static_cast<size_t>(behind - blocks_.begin()) - 1;
}

void OrderedIndex::Insert(uint64_t bits, RowId id) {
  const Entry entry{bits, id};
  if (blocks_.empty()) {
    blocks_.push_back({entry});
    return;
  }
  const size_t at = BlockOf(entry);
  std::vector<Entry>& block = blocks_[at];
  block.insert(std::lower_bound(block.begin(), block.end(), entry), entry);
  if (block.size() < kBlockEntries) return;
  // Values that only grow leave full blocks behind.
  const bool grows = at + 1 == blocks_.size() && !(block.back() < entry);
  const auto middle = grows ? block.end() - 1 : block.begin() + kBlockEntries / 2;
  std::vector<Entry> rest(middle, block.end());
  block.erase(middle, block.end());
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(rest));
}

void OrderedIndex::Remove(uint64_t bits, RowId id) {
  const Entry entry{bits, id};
  CHECK(!blocks_.empty());
  const size_t at = BlockOf(entry);
  std::vector<Entry>& block = blocks_[at];
  const auto found = std::lower_bound(block.begin(), block.end(), entry);
  CHECK(found != block.end() && found->bits == bits && found->id == id);
  block.erase(found);
  if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(at));
}

bool OrderedIndex::Has(const OrderedRange& range) const {
  if (range.empty || blocks_.empty()) return false;
  const Entry first{range.from, 0};
  const size_t at = BlockOf(first);
  const auto entry = std::lower_bound(blocks_[at].begin(), blocks_[at].end(), first);
  if (entry != blocks_[at].end()) return entry->bits <= range.to;
  return at + 1 < blocks_.size() && blocks_[at + 1].front().bits <= range.to;
}

void OrderedIndex::Find(const OrderedRange& range, std::vector<RowId>* ids) const {
  if (range.empty || blocks_.empty()) return;
  const Entry first{range.from, 0};
  size_t at = BlockOf(first);
  auto entry = std::lower_bound(blocks_[at].begin(), blocks_[at].end(), first);
  for (;; ++entry) {
    while (entry == blocks_[at].end()) {
      if (++at == blocks_.size()) return;
      entry = blocks_[at].begin();
    }
    if (entry->bits > range.to) return;
    ids->push_back(entry->id);
  }
}

}  // namespace weir
