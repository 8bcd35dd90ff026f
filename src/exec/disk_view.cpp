#include "exec/disk_view.h"

#include <algorithm>

#include "base/hash.h"

namespace weir {
namespace {

uint64_t HashOf(int64_t number) { return MixHash(static_cast<uint64_t>(number)); }

}  // namespace

DiskView::DiskView(std::shared_ptr<DiskTable> table, SchemaPtr schema,
                   std::vector<uint32_t> columns)
    : table_(std::move(table)),
      schema_(std::move(schema)),
      columns_(std::move(columns)),
      version_(table_->version()) {
  const auto number = std::find(columns_.begin(), columns_.end(), table_->number_column());
  CHECK(number != columns_.end());
  number_column_ = static_cast<uint32_t>(number - columns_.begin());
  for (const uint32_t column : columns_) {
    builders_.emplace_back((*table_->schema())[column].type);
  }
}

void DiskView::Reset() {
  version_ = table_->version();
  rows_ = HashIndex();
  changed_ = HashIndex();
  fetched_.clear();
  fetched_count_ = 0;
  End();
}

RowId DiskView::Find(int64_t number) const {
  const RowId* row = rows_.Find(HashOf(number));
  return row == nullptr ? kNoRow : *row;
}

void DiskView::AddFetched(int64_t number, RowId id) {
  *rows_.FindOrAdd(HashOf(number)) = id;
  fetched_.emplace_back(number, id);
  ++fetched_count_;
}

void DiskView::AddChanged(int64_t number, RowId id) {
  *changed_.FindOrAdd(HashOf(number)) = 0;
  *rows_.FindOrAdd(HashOf(number)) = id;
}

void DiskView::Remove(int64_t number) {
  const bool was_changed = changed_.Find(HashOf(number)) != nullptr;
  if (rows_.Find(HashOf(number)) != nullptr) {
    rows_.Erase(HashOf(number));
    if (!was_changed) --fetched_count_;
  }
  *changed_.FindOrAdd(HashOf(number)) = 0;
}

void DiskView::Forget(int64_t number) {
  rows_.Erase(HashOf(number));
  --fetched_count_;
}

std::vector<RowId> DiskView::TakeFetched() {
  std::vector<RowId> ids;
  for (const auto& [number, id] : fetched_) {
    const bool is_fetched = changed_.Find(HashOf(number)) == nullptr && Find(number) == id;
    if (!is_fetched) continue;
    rows_.Erase(HashOf(number));
    ids.push_back(id);
  }
  fetched_.clear();
  fetched_count_ = 0;
  return ids;
}

bool DiskView::Wanted(int64_t number) const {
  return rows_.Find(HashOf(number)) == nullptr && changed_.Find(HashOf(number)) == nullptr;
}

void DiskView::Decode(std::string_view row) {
  TimeMs timestamp = 0;
  if (!table_->format().Decode(row, columns_, &builders_, &timestamp)) {
    table_->FailCorrupt();
    for (ColumnBuilder& builder : builders_) builder.Truncate(meta_.size());
    return;
  }
  meta_.Append(timestamp, RowKind::kFindAdd, OrderKey());
}

Chunk DiskView::FinishRows() {
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.Finish());
  return meta_.Finish(schema_, std::move(columns));
}

Chunk DiskView::FetchKeys(std::span<const ColumnPtr> keys, const Chunk& rows) {
  keys_.resize(rows.size());
  size_t count = 0;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    keys_[count].clear();
    if (DiskTable::AppendKey(keys, rows.Row(i), &keys_[count])) ++count;
  }
  std::sort(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(count));
  const auto end = std::unique(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(count));
  count = static_cast<size_t>(end - keys_.begin());
  table_->GetKeys(std::span(keys_).first(count), [this](size_t, std::string_view row) {
    int64_t number = 0;
    if (!DiskRowFormat::NumberOf(row, &number)) {
      table_->FailCorrupt();
    } else if (Wanted(number)) {
      Decode(row);
    }
  });
  return FinishRows();
}

void DiskView::Begin(const DiskAccess& access, const OrderedRange& range) {
  numbers_.emplace(table_.get(), access, range);
}

bool DiskView::Next(Chunk* rows) {
  std::vector<int64_t> batch;
  int64_t number = 0;
  bool more = true;
  while (batch.size() < table_->batch_rows() && (more = numbers_->Next(&number))) {
    if (Wanted(number)) batch.push_back(number);
  }
  if (!more) numbers_.reset();
  table_->GetNumbers(batch, [this](size_t, std::string_view row) { Decode(row); });
  *rows = FinishRows();
  return more;
}

}  // namespace weir
