#include "exec/join_side.h"

#include <algorithm>
#include <type_traits>

#include "base/hash.h"
#include "exec/key_bits.h"
#include "exec/prefetch_row.h"

namespace weir {
namespace {

SchemaPtr StoredSchema(const JoinSide& side) {
  std::vector<Attribute> attributes = side.schema->attributes();
  for (const ExprPtr& key : side.keys) {
    if (key->column() == Expr::kNoColumn) attributes.push_back({"", key->type()});
  }
  return std::make_shared<const Schema>(std::move(attributes));
}

}  // namespace

JoinInput::JoinInput(const JoinSide& side)
    : side_(side), stored_schema_(StoredSchema(side)), store_(stored_schema_) {
  uint32_t next = static_cast<uint32_t>(side.schema->size());
  for (const ExprPtr& key : side.keys) {
    key_columns_.push_back(key->column() != Expr::kNoColumn ? key->column() : next++);
  }
  hash_is_key_ =
      side.keys.empty() || (side.keys.size() == 1 && side.keys[0]->type() != Type::kString &&
                            side.keys[0]->type() != Type::kObject);
  if (side.disk.table == nullptr) return;
  CHECK_EQ(stored_schema_->size(), side.schema->size());
  view_ = std::make_unique<DiskView>(side.disk.table, stored_schema_, side.disk.columns);
}

void JoinInput::LoadKeys(const Chunk& chunk, const Timeline& timeline) {
  keys_at_hand_.clear();
  for (const ExprPtr& key : side_.keys) {
    keys_at_hand_.push_back(key->column() != Expr::kNoColumn
                                ? chunk.column(key->column())
                                : EvalColumn(*key, {chunk, &timeline}));
  }
  HashKeys(chunk, keys_at_hand_);
  at_hand_ = chunk;
}

void JoinInput::LoadBounds(const std::vector<OrderedBound>& bounds, const Timeline& timeline) {
  bounds_at_hand_.clear();
  for (const OrderedBound& bound : bounds) {
    bounds_at_hand_.push_back(EvalColumn(*bound.probe, {at_hand_, &timeline}));
  }
}

void JoinInput::Load(const Chunk& chunk, const Timeline& timeline) {
  if (view_ != nullptr) Refresh();
  LoadKeys(chunk, timeline);
  std::vector<ColumnPtr> computed;
  for (size_t k = 0; k < side_.keys.size(); ++k) {
    if (side_.keys[k]->column() == Expr::kNoColumn) computed.push_back(keys_at_hand_[k]);
  }
  if (!computed.empty()) {
    std::vector<ColumnPtr> columns = chunk.columns();
    columns.insert(columns.end(), computed.begin(), computed.end());
    at_hand_ = chunk.WithColumns(stored_schema_, std::move(columns));
  }
  loaded_.assign(chunk.physical_size(), kNoRow);
  Selection selection = RowsToStore(chunk);
  if (selection.empty()) return;
  const Chunk rows =
      selection.size() == chunk.size() ? at_hand_ : at_hand_.WithSelection(std::move(selection));
  added_.resize(rows.size());
  store_.Add(rows, 0, rows.size(), added_.data());
  for (uint32_t i = 0; i < rows.size(); ++i) loaded_[rows.Row(i)] = added_[i];
}

Selection JoinInput::RowsToStore(const Chunk& chunk) const {
  const bool finds_current = side_.has_window && side_.find_set == FindSet::kEmitted;
  const bool finds_explicit = side_.has_window && side_.find_set == FindSet::kExplicit;
  Selection rows;
  rows.reserve(chunk.size());
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    const RowKind kind = chunk.kind(row);
    // Expired rows were stored when they were current.
    if (kind == RowKind::kCurrent ? finds_current || side_.triggers
                                  : finds_explicit && kind == RowKind::kFindAdd) {
      rows.push_back(row);
    }
  }
  return rows;
}

void JoinInput::HashKeys(const Chunk& chunk, const std::vector<ColumnPtr>& keys) {
  hashes_.assign(chunk.physical_size(), 0);
  matchless_.assign(chunk.physical_size(), 0);
  for (size_t k = 0; k < keys.size(); ++k) {
    DispatchType(keys[k]->type(),
                 [&](auto tag) { HashKey<typename decltype(tag)::type>(chunk, *keys[k], k == 0); });
  }
}

template <class T>
void JoinInput::HashKey(const Chunk& chunk, const Column& key, bool first) {
  const T* values = key.values<T>();
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    uint64_t bits = 0;
    if (!key.IsValid(row) || !KeyBits(values[row], &bits)) matchless_[row] = 1;
    hashes_[row] = first ? MixHash(bits) : CombineHash(hashes_[row], bits);
  }
}

void JoinInput::Insert(uint32_t row, uint32_t window_row) {
  const RowId id = loaded_[row];
  if (window_row >= by_window_row_.size()) {
    by_window_row_.resize(std::max<size_t>(window_row + 1, by_window_row_.size() * 2), kNoRow);
  }
  if (by_window_row_[window_row] != kNoRow) Remove(window_row);
  by_window_row_[window_row] = id;
  ++found_rows_;
  if (id >= arrivals_.size()) arrivals_.resize(std::max<size_t>(id + 1, arrivals_.size() * 2));
  arrivals_[id] = next_arrival_++;
  AddToIndex(row, id);
}

void JoinInput::AddToIndex(uint32_t row, RowId id) {
  uint64_t bits;
  if (OrderedBitsOf(id, &bits)) ordered_.Insert(bits, id);
  if (side_.ordered_column || matchless_[row] != 0) return;
  lists_.Append(hashes_[row], id, KeyTest(*this, row));
}

RowId JoinInput::Remove(uint32_t window_row) {
  if (window_row >= by_window_row_.size() || by_window_row_[window_row] == kNoRow) return kNoRow;
  const RowId id = by_window_row_[window_row];
  by_window_row_[window_row] = kNoRow;
  --found_rows_;
  TakeAway(id);
  return id;
}

void JoinInput::TakeAway(RowId id) {
  uint64_t bits;
  if (OrderedBitsOf(id, &bits)) ordered_.Remove(bits, id);
  store_.Release(id);
  lists_.Remove(id);
}

void JoinInput::Clear() {
  if (found_rows_ == 0) return;
  for (uint32_t w = 0; w < by_window_row_.size(); ++w) Remove(w);
}

RowId JoinInput::Borrow(uint32_t row) {
  const RowId id = store_.AddOne(at_hand_.WithSelection({row}), 0);
  store_.Release(id);
  return id;
}

const KeyLists::List* JoinInput::ListOf(const JoinInput& other, uint32_t row) const {
  if (other.matchless_[row] != 0) return nullptr;
  return lists_.Find(other.hashes_[row], KeyTest(other, row));
}

void JoinInput::FindMatches(const JoinInput& other, uint32_t row,
                            std::vector<RowId>* matches) const {
  if (side_.ordered_column) {
    OrderedRange range;
    if (BoundsOf(other, row, &range)) ordered_.Find(range, matches);
    return;
  }
  const KeyLists::List* list = ListOf(other, row);
  if (list == nullptr) return;
  for (RowId id = list->first; id != kNoRow; id = lists_.Next(*list, id)) matches->push_back(id);
}

bool JoinInput::HasMatch(const JoinInput& other, uint32_t row) const {
  if (!side_.ordered_column) return ListOf(other, row) != nullptr;
  OrderedRange range;
  return BoundsOf(other, row, &range) && ordered_.Has(range);
}

void JoinInput::Prefetch(const JoinInput& other) {
  if (view_ != nullptr) {
    FetchFor(other);
    return;
  }
  if (found_rows_ < kPrefetchRows || side_.keys.empty()) return;
  const Chunk& rows = other.at_hand_;
  for (uint32_t i = 0; i < rows.size(); ++i) lists_.Prefetch(other.hashes_[rows.Row(i)]);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowId likely = lists_.Likely(other.hashes_[rows.Row(i)]);
    if (likely != kNoRow) store_.Prefetch(likely);
  }
}

bool JoinInput::BoundsOf(const JoinInput& other, uint32_t row, OrderedRange* range) const {
  for (size_t b = 0; b < side_.bounds.size(); ++b) {
    if (!NarrowByValue(*other.bounds_at_hand_[b], row, side_.bounds[b].op, range)) return false;
  }
  return true;
}

bool JoinInput::OrderedBitsOf(RowId id, uint64_t* bits) const {
  if (!side_.ordered_column || !store_.IsValid(*side_.ordered_column, id)) return false;
  return DispatchType((*stored_schema_)[*side_.ordered_column].type, [&](auto tag) {
    return OrderedBits(store_.Get<typename decltype(tag)::type>(*side_.ordered_column, id), bits);
  });
}

bool JoinInput::KeysEqual(RowId id, const JoinInput& other, uint32_t row) const {
  for (size_t k = 0; k < key_columns_.size(); ++k) {
    const uint32_t mine = key_columns_[k];
    const bool equal = DispatchType((*stored_schema_)[mine].type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T& a = store_.Get<T>(mine, id);
      const T& b = other.keys_at_hand_[k]->values<T>()[row];
      if constexpr (std::is_same_v<T, ObjectRef>) {
        return ObjectsEqual(a, b);
      } else {
        return a == b;
      }
    });
    if (!equal) return false;
  }
  return true;
}

}  // namespace weir
