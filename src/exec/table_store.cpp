#include "exec/table_store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "exec/key_bits.h"
#include "exec/prefetch_row.h"

namespace weir {
namespace {

SchemaPtr WithNumber(const SchemaPtr& schema) {
  std::vector<Attribute> attributes = schema->attributes();
  attributes.push_back({"", Type::kLong});
  return std::make_shared<const Schema>(std::move(attributes));
}

template <class T>
bool SameValue(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, ObjectRef>) {
    return ObjectsEqual(a, b);
  } else {
    return a == b;
  }
}

}  // namespace

void SortRows(const RowStore& rows, uint32_t column, std::span<RowId> ids) {
  DispatchType((*rows.schema())[column].type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_arithmetic_v<T>) {
      const auto before = [&](RowId a, RowId b) {
        if (!rows.IsValid(column, a)) return rows.IsValid(column, b);
        return rows.IsValid(column, b) && rows.Get<T>(column, a) < rows.Get<T>(column, b);
      };
      if (!std::is_sorted(ids.begin(), ids.end(), before)) {
        std::stable_sort(ids.begin(), ids.end(), before);
      }
    }
  });
}

TableStore::TableStore(SchemaPtr schema, std::vector<uint32_t> primary_key)
    : schema_(std::move(schema)),
      primary_key_(std::move(primary_key)),
      order_column_(static_cast<uint32_t>(schema_->size())),
      rows_(WithNumber(schema_)) {
  if (primary_key_.empty()) return;
  indexes_.push_back({primary_key_, {}, {}});
  if (primary_key_.size() == 1 && IsNumeric((*schema_)[primary_key_[0]].type)) {
    order_column_ = primary_key_[0];
  }
}

uint32_t TableStore::IndexOf(const std::vector<uint32_t>& columns) {
  for (uint32_t i = 0; i < indexes_.size(); ++i) {
    if (indexes_[i].columns == columns) return i;
  }
  indexes_.push_back({columns, {}, LargeVector<Link>(order_.size())});
  for (RowId id = first_; id != kNoRow; id = order_[id].next) AddToIndex(&indexes_.back(), id);
  return static_cast<uint32_t>(indexes_.size()) - 1;
}

std::optional<TableStore::Access> TableStore::FindAccess(
    const std::vector<uint32_t>& columns) const {
  std::optional<Access> best;
  for (uint32_t i = 0; i < indexes_.size(); ++i) {
    Access access{i, {}};
    for (const uint32_t column : indexes_[i].columns) {
      const auto key = std::find(columns.begin(), columns.end(), column);
      if (key == columns.end()) break;
      access.key_of.push_back(static_cast<uint32_t>(key - columns.begin()));
    }
    if (access.key_of.size() != indexes_[i].columns.size()) continue;
    // A primary key gives one row at most, and more columns fewer rows than less.
    if (i == kPrimary && !primary_key_.empty()) return access;
    if (!best || access.key_of.size() > best->key_of.size()) best = std::move(access);
  }
  return best;
}

uint32_t TableStore::OrderedIndexOf(uint32_t column) {
  for (uint32_t i = 0; i < ordered_.size(); ++i) {
    if (ordered_[i].column == column) return i;
  }
  ordered_.push_back({column, {}});
  for (RowId id = first_; id != kNoRow; id = order_[id].next) {
    uint64_t bits;
    if (OrderedBitsOf(column, id, &bits)) ordered_.back().rows.Insert(bits, id);
  }
  return static_cast<uint32_t>(ordered_.size()) - 1;
}

bool TableStore::OrderedBitsOf(uint32_t column, RowId id, uint64_t* bits) const {
  return rows_.IsValid(column, id) && DispatchType((*schema_)[column].type, [&](auto tag) {
           return OrderedBits(rows_.Get<typename decltype(tag)::type>(column, id), bits);
         });
}

Chunk TableStore::WithNumbers(const Chunk& chunk) {
  auto numbers = std::make_shared<Column>(Type::kLong, chunk.physical_size());
  int64_t* out = numbers->mutable_values<int64_t>();
  for (uint32_t i = 0; i < chunk.size(); ++i) out[chunk.Row(i)] = next_number_++;
  std::vector<ColumnPtr> columns = chunk.columns();
  columns.push_back(std::move(numbers));
  return chunk.WithColumns(stored_schema(), std::move(columns));
}

RowId TableStore::Insert(const Chunk& stored, uint32_t visible_row) {
  const RowId id = rows_.AddOne(stored, visible_row);
  Reserve(id);
  if (!primary_key_.empty() && FindStored(indexes_[kPrimary], id) != kNoRow) {
    rows_.Release(id);
    return kNoRow;
  }
  Append(id);
  if (disk_ != nullptr) NoteInsert(id);
  return id;
}

void TableStore::Append(RowId id) {
  AddToIndexes(id);
  order_[id] = {last_, kNoRow};
  (last_ == kNoRow ? first_ : order_[last_].next) = id;
  last_ = id;
  ++size_;
}

void TableStore::Remove(RowId id) {
  if (disk_ != nullptr) NoteRemove(id);
  Drop(id);
}

void TableStore::Drop(RowId id) {
  RemoveFromIndexes(id);
  const Link& link = order_[id];
  (link.previous == kNoRow ? first_ : order_[link.previous].next) = link.next;
  (link.next == kNoRow ? last_ : order_[link.next].previous) = link.previous;
  --size_;
  rows_.Release(id);
}

bool TableStore::Replace(std::span<const RowId> ids, const Chunk& stored,
                         std::vector<RowId>* new_ids) {
  new_ids->resize(ids.size());
  rows_.Add(stored, 0, stored.size(), new_ids->data());
  for (const RowId id : *new_ids) Reserve(id);
  if (disk_ != nullptr && KeysDiffer(ids, *new_ids)) FetchRivals(stored);
  if (!primary_key_.empty() && !KeysStayApart(ids, *new_ids)) {
    for (const RowId id : *new_ids) rows_.Release(id);
    return false;
  }
  if (disk_ != nullptr) NoteReplace(ids, *new_ids);
  // A key that stays keeps its place; the others all leave before one comes.
  for (Index& index : indexes_) {
    std::vector<size_t> moved;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (SameKey(index, ids[i], (*new_ids)[i])) {
        TakePlaceInIndex(&index, ids[i], (*new_ids)[i]);
      } else {
        RemoveFromIndex(&index, ids[i]);
        moved.push_back(i);
      }
    }
    for (const size_t i : moved) AddToIndex(&index, (*new_ids)[i]);
  }
  constexpr size_t kAhead = 8;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) BringNeighboursNear(ids[i + kAhead]);
    const RowId id = (*new_ids)[i];
    const Link link = order_[id] = order_[ids[i]];
    (link.previous == kNoRow ? first_ : order_[link.previous].next) = id;
    (link.next == kNoRow ? last_ : order_[link.next].previous) = id;
    RemoveFromOrdered(ids[i]);
    AddToOrdered(id);
    rows_.Release(ids[i]);
  }
  return true;
}

bool TableStore::KeysDiffer(std::span<const RowId> ids, std::span<const RowId> new_ids) const {
  if (primary_key_.empty()) return false;
  size_t same = 0;
  while (same < ids.size() && SameKey(indexes_[kPrimary], ids[same], new_ids[same])) ++same;
  return same < ids.size();
}

// One row after the other: its new key may be that of a row whose key has changed already, not of
// one that comes later.
bool TableStore::KeysStayApart(std::span<const RowId> ids, std::span<const RowId> new_ids) const {
  const Index& index = indexes_[kPrimary];
  if (!KeysDiffer(ids, new_ids)) return true;
  std::unordered_set<RowId> gone;
  std::unordered_multimap<uint64_t, RowId> added;
  for (size_t i = 0; i < ids.size(); ++i) {
    gone.insert(ids[i]);
    const RowId holder = FindStored(index, new_ids[i]);
    if (holder != kNoRow && gone.count(holder) == 0) return false;
    uint64_t hash;
    if (!HashStored(index, new_ids[i], &hash)) continue;
    const auto [begin, end] = added.equal_range(hash);
    for (auto other = begin; other != end; ++other) {
      if (EqualStored(index, other->second, new_ids[i])) return false;
    }
    added.emplace(hash, new_ids[i]);
  }
  return true;
}

bool TableStore::HashKeys(std::span<const ColumnPtr> keys, uint32_t row, uint64_t* hash) {
  *hash = 0;
  for (const ColumnPtr& key : keys) {
    uint64_t bits = 0;
    const bool usable = key->IsValid(row) && DispatchType(key->type(), [&](auto tag) {
                          return KeyBits(key->values<typename decltype(tag)::type>()[row], &bits);
                        });
    if (!usable) return false;
    *hash = CombineHash(*hash, bits);
  }
  return true;
}

void TableStore::Fetch(uint32_t at, std::span<const ColumnPtr> keys, const Chunk& rows) {
  if (disk_ == nullptr || at != kPrimary || primary_key_.empty()) return;
  Admit(view_->FetchKeys(keys, rows), nullptr);
}

void TableStore::Prefetch(uint32_t at, std::span<const ColumnPtr> keys, const Chunk& rows,
                          uint32_t begin, uint32_t end) const {
  if (disk_ != nullptr || size_ < kPrefetchRows) return;
  const Index& index = indexes_[at];
  std::array<uint64_t, kPrefetchBlock> hashes;
  size_t count = 0;
  CHECK_LE(end, begin + kPrefetchBlock);
  for (uint32_t i = begin; i < end; ++i) {
    uint64_t& hash = hashes[count];
    if (!HashKeys(keys, rows.Row(i), &hash)) continue;
    ++count;
    index.first.Prefetch(hash);
  }
  for (size_t i = 0; i < count; ++i) {
    const RowId* found = index.first.Find(hashes[i]);
    if (found == nullptr) continue;
    __builtin_prefetch(&index.links[*found]);
    __builtin_prefetch(&order_[*found]);
    rows_.Prefetch(*found);
  }
}

void TableStore::Find(uint32_t at, std::span<const ColumnPtr> keys, uint32_t row,
                      std::vector<RowId>* ids) const {
  const Index& index = indexes_[at];
  uint64_t hash;
  if (!HashKeys(keys, row, &hash)) return;
  const RowId* found = index.first.Find(hash);
  if (found == nullptr) return;
  for (RowId id = *found; id != kNoRow; id = index.links[id].next) {
    bool equal = true;
    for (size_t k = 0; equal && k < keys.size(); ++k) {
      equal = DispatchType(keys[k]->type(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return SameValue(rows_.Get<T>(index.columns[k], id), keys[k]->values<T>()[row]);
      });
    }
    if (equal) ids->push_back(id);
  }
}

void TableStore::All(std::vector<RowId>* ids) const {
  ids->reserve(ids->size() + size_);
  for (RowId id = first_; id != kNoRow; id = order_[id].next) ids->push_back(id);
}

bool TableStore::HashStored(const Index& index, RowId id, uint64_t* hash) const {
  *hash = 0;
  for (const uint32_t column : index.columns) {
    uint64_t bits = 0;
    const bool usable =
        rows_.IsValid(column, id) && DispatchType((*schema_)[column].type, [&](auto tag) {
          return KeyBits(rows_.Get<typename decltype(tag)::type>(column, id), &bits);
        });
    if (!usable) return false;
    *hash = CombineHash(*hash, bits);
  }
  return true;
}

bool TableStore::IsKeyStored(const Index& index, RowId id) const {
  return std::all_of(index.columns.begin(), index.columns.end(), [&](uint32_t column) {
    return rows_.IsValid(column, id) && DispatchType((*schema_)[column].type, [&](auto tag) {
             const auto& value = rows_.Get<typename decltype(tag)::type>(column, id);
             if constexpr (std::is_floating_point_v<typename decltype(tag)::type>) {
               return !std::isnan(value);
             }
             return true;
           });
  });
}

bool TableStore::EqualStored(const Index& index, RowId a, RowId b) const {
  return std::all_of(index.columns.begin(), index.columns.end(), [&](uint32_t column) {
    return DispatchType((*schema_)[column].type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      return SameValue(rows_.Get<T>(column, a), rows_.Get<T>(column, b));
    });
  });
}

RowId TableStore::FindStored(const Index& index, RowId like) const {
  uint64_t hash;
  if (!HashStored(index, like, &hash)) return kNoRow;
  const RowId* found = index.first.Find(hash);
  if (found == nullptr) return kNoRow;
  for (RowId id = *found; id != kNoRow; id = index.links[id].next) {
    if (EqualStored(index, id, like)) return id;
  }
  return kNoRow;
}

void TableStore::Reserve(RowId id) {
  if (id < order_.size()) return;
  const size_t size = std::max<size_t>({64, id + size_t{1}, order_.size() * 2});
  order_.resize(size);
  for (Index& index : indexes_) index.links.resize(size);
}

void TableStore::AddToIndex(Index* index, RowId id) {
  uint64_t hash;
  if (!HashStored(*index, id, &hash)) return;
  RowId* first = index->first.FindOrAdd(hash);
  index->links[id] = {kNoRow, *first};
  if (*first != kNoRow) index->links[*first].previous = id;
  *first = id;
}

bool TableStore::SameKey(const Index& index, RowId a, RowId b) const {
  const bool usable = IsKeyStored(index, a);
  if (usable != IsKeyStored(index, b)) return false;
  return !usable || EqualStored(index, a, b);
}

void TableStore::TakePlaceInIndex(Index* index, RowId old_id, RowId new_id) {
  uint64_t hash;
  if (!HashStored(*index, old_id, &hash)) return;
  const Link link = index->links[new_id] = index->links[old_id];
  if (link.next != kNoRow) index->links[link.next].previous = new_id;
  *(link.previous == kNoRow ? index->first.Find(hash) : &index->links[link.previous].next) = new_id;
}

void TableStore::AddToIndexes(RowId id) {
  for (Index& index : indexes_) AddToIndex(&index, id);
  AddToOrdered(id);
}

void TableStore::AddToOrdered(RowId id) {
  for (Ordered& ordered : ordered_) {
    uint64_t bits;
    if (OrderedBitsOf(ordered.column, id, &bits)) ordered.rows.Insert(bits, id);
  }
}

void TableStore::RemoveFromOrdered(RowId id) {
  for (Ordered& ordered : ordered_) {
    uint64_t bits;
    if (OrderedBitsOf(ordered.column, id, &bits)) ordered.rows.Remove(bits, id);
  }
}

void TableStore::RemoveFromIndexes(RowId id) {
  for (Index& index : indexes_) RemoveFromIndex(&index, id);
  RemoveFromOrdered(id);
}

void TableStore::RemoveFromIndex(Index* index, RowId id) {
  uint64_t hash;
  if (!HashStored(*index, id, &hash)) return;
  const Link& link = index->links[id];
  if (link.next != kNoRow) index->links[link.next].previous = link.previous;
  if (link.previous != kNoRow) {
    index->links[link.previous].next = link.next;
  } else if (link.next != kNoRow) {
    *index->first.Find(hash) = link.next;
  } else {
    index->first.Erase(hash);
  }
}

}  // namespace weir
