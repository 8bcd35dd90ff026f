#include "exec/disk_table.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "exec/disk_tables.h"
#include "exec/key_bits.h"

namespace weir {
namespace {

// What keys of the map begin with: kinds of entries, or an index.
constexpr size_t kPlaceBytes = 2;
constexpr uint32_t kRows = 0;         // by number
constexpr uint32_t kPrimaryKeys = 1;  // rows by primary key
constexpr uint32_t kFirstIndex = 2;
constexpr uint32_t kIndexNames = 0xFFFF;
constexpr size_t kNumberBytes = 8;
// What stands at a number: the row, or the primary key where it is.
constexpr char kIsRow = 'R';
constexpr char kIsKey = 'K';
constexpr uint64_t kPartRows = 64;

std::string PlaceKey(uint32_t place) {
  std::string key;
  AppendBigEndian(place, kPlaceBytes, &key);
  return key;
}

template <class T>
bool AppendKeyValue(const T& value, std::string* bytes) {
  if constexpr (std::is_same_v<T, StringRef>) {
    AppendBigEndian(value.size(), sizeof(uint32_t), bytes);
    bytes->append(value.view());
    return true;
  } else {
    uint64_t bits = 0;
    if (!KeyBits(value, &bits)) return false;
    AppendBigEndian(bits, sizeof(bits), bytes);
    return true;
  }
}

}  // namespace

DiskTable::DiskTable(DiskTables* tables, size_t place, SchemaPtr schema,
                     std::vector<uint32_t> primary_key)
    : tables_(tables),
      place_(place),
      schema_(std::move(schema)),
      primary_key_(std::move(primary_key)),
      format_(schema_) {}

uint32_t DiskTable::batch_rows() const { return tables_->place_->batch_rows(); }

const Status& DiskTable::status() const { return tables_->status(); }

std::string DiskTable::Index::Name() const {
  std::string name = ordered ? "<" : "=";
  for (const uint32_t column : columns) name += std::to_string(column) + ",";
  return name;
}

std::optional<uint32_t> DiskTable::FindIndex(const std::vector<uint32_t>& columns,
                                             bool ordered) const {
  for (uint32_t i = 0; i < indexes_.size(); ++i) {
    if (indexes_[i].ordered == ordered && indexes_[i].columns == columns) return i;
  }
  return std::nullopt;
}

void DiskTable::MakeIndex(std::vector<uint32_t> columns, bool ordered) {
  if (FindIndex(columns, ordered)) return;
  CHECK(tables_->database_ == nullptr);
  indexes_.push_back({std::move(columns), ordered, 0});
}

DiskAccess DiskTable::AccessTo(const std::vector<uint32_t>& columns, bool make) {
  const auto among = [&](const std::vector<uint32_t>& wanted, DiskAccess* access) {
    for (const uint32_t column : wanted) {
      const auto key = std::find(columns.begin(), columns.end(), column);
      if (key == columns.end()) return false;
      access->key_of.push_back(static_cast<uint32_t>(key - columns.begin()));
    }
    return true;
  };
  DiskAccess primary;
  primary.kind = DiskAccess::Kind::kPrimaryKey;
  if (!primary_key_.empty() && among(primary_key_, &primary)) return primary;
  if (make && !columns.empty()) {
    // The order of a number serves finds by equality as well.
    MakeIndex(columns, columns.size() == 1 && IsNumeric((*schema_)[columns[0]].type));
  }
  DiskAccess best;
  for (uint32_t i = 0; i < indexes_.size(); ++i) {
    DiskAccess access;
    access.kind = DiskAccess::Kind::kIndex;
    access.index = i;
    access.ordered = indexes_[i].ordered;
    if (!among(indexes_[i].columns, &access)) continue;
    if (access.key_of.size() > best.key_of.size()) best = std::move(access);
  }
  return best;
}

DiskAccess DiskTable::OrderedAccessTo(uint32_t column, bool make) {
  if (make) MakeIndex({column}, true);
  DiskAccess access;
  const std::optional<uint32_t> index = FindIndex({column}, true);
  if (!index) return access;
  access.kind = DiskAccess::Kind::kIndex;
  access.index = *index;
  access.ordered = true;
  return access;
}

std::string DiskTable::RowKey(int64_t number) const {
  std::string key = PlaceKey(kRows);
  AppendBigEndian(static_cast<uint64_t>(number), kNumberBytes, &key);
  return key;
}

template <class Row>
bool DiskTable::PrimaryKeyOf(const Row& row, std::string* key) const {
  *key = PlaceKey(kPrimaryKeys);
  return !primary_key_.empty() &&
         std::all_of(primary_key_.begin(), primary_key_.end(), [&](uint32_t column) {
           return row.IsValid(column) && DispatchType((*schema_)[column].type, [&](auto tag) {
                    return AppendKeyValue(row.template Get<typename decltype(tag)::type>(column),
                                          key);
                  });
         });
}

// False: the row has a null or NaN, so it is not found by the index.
template <class Row>
bool DiskTable::IndexKeyOf(const Index& index, const Row& row, std::string* key) const {
  *key = PlaceKey(index.place);
  uint64_t all = 0;
  for (const uint32_t column : index.columns) {
    uint64_t bits = 0;
    const bool usable = row.IsValid(column) && DispatchType((*schema_)[column].type, [&](auto tag) {
                          const auto& value =
                              row.template Get<typename decltype(tag)::type>(column);
                          return index.ordered ? OrderedBits(value, &bits) : KeyBits(value, &bits);
                        });
    if (!usable) return false;
    all = index.ordered ? bits : CombineHash(all, bits);
  }
  AppendBigEndian(all, sizeof(all), key);
  AppendBigEndian(static_cast<uint64_t>(row.template Get<int64_t>(number_column())), kNumberBytes,
                  key);
  return true;
}

template <class Row>
void DiskTable::PutRow(const Row& row) {
  is_changed_ = true;
  TableDatabase& database = *tables_->database_;
  bytes_.clear();
  const std::string row_key = RowKey(row.template Get<int64_t>(number_column()));
  if (!PrimaryKeyOf(row, &key_)) {
    bytes_ = kIsRow;
    format_.Encode(row, &bytes_);
    database.Put(place_, row_key, bytes_);
    return;
  }
  database.Put(place_, row_key, kIsKey + key_);
  format_.Encode(row, &bytes_);
  database.Put(place_, key_, bytes_);
}

template <class Row>
void DiskTable::PutIndexes(const Row& row, const Row* before) {
  for (const Index& index : indexes_) {
    if (!IndexKeyOf(index, row, &key_)) continue;
    const bool is_there =
        before != nullptr && IndexKeyOf(index, *before, &before_key_) && before_key_ == key_;
    if (!is_there) tables_->database_->Put(place_, key_, "");
  }
}

void DiskTable::Put(const StoredRow& row, const StoredRow* before) {
  if (!tables_->IsOpen()) return;
  PutRow(row);
  PutIndexes(row, before);
}

void DiskTable::Delete(const StoredRow& row) {
  if (!tables_->IsOpen()) return;
  is_changed_ = true;
  TableDatabase& database = *tables_->database_;
  database.Delete(place_, RowKey(row.Get<int64_t>(number_column())));
  if (PrimaryKeyOf(row, &key_)) database.Delete(place_, key_);
  for (const Index& index : indexes_) {
    if (IndexKeyOf(index, row, &key_)) database.Delete(place_, key_);
  }
}

void DiskTable::DeleteStale(const StoredRow& before, const StoredRow& row) {
  if (!tables_->IsOpen()) return;
  TableDatabase& database = *tables_->database_;
  if (PrimaryKeyOf(before, &before_key_)) {
    const bool stays = PrimaryKeyOf(row, &key_) && key_ == before_key_;
    if (!stays) database.Delete(place_, before_key_);
  }
  for (const Index& index : indexes_) {
    if (!IndexKeyOf(index, before, &before_key_)) continue;
    const bool stays = IndexKeyOf(index, row, &key_) && key_ == before_key_;
    if (!stays) database.Delete(place_, before_key_);
  }
}

bool DiskTable::AppendKey(std::span<const ColumnPtr> keys, uint32_t row, std::string* bytes) {
  AppendBigEndian(kPrimaryKeys, kPlaceBytes, bytes);
  return std::all_of(keys.begin(), keys.end(), [&](const ColumnPtr& key) {
    return key->IsValid(row) && DispatchType(key->type(), [&](auto tag) {
             return AppendKeyValue(key->values<typename decltype(tag)::type>()[row], bytes);
           });
  });
}

bool DiskTable::FindBits(const DiskAccess& access, std::span<const ColumnPtr> keys, uint32_t row,
                         OrderedRange* range) {
  if (access.ordered) {
    return NarrowByValue(*keys[access.key_of[0]], row, CompareOp::kEqual, range);
  }
  uint64_t all = 0;
  for (const uint32_t k : access.key_of) {
    uint64_t bits = 0;
    const Column& key = *keys[k];
    const bool usable = key.IsValid(row) && DispatchType(key.type(), [&](auto tag) {
                          return KeyBits(key.values<typename decltype(tag)::type>()[row], &bits);
                        });
    if (!usable) return false;
    all = CombineHash(all, bits);
  }
  range->from = range->to = all;
  return true;
}

void DiskTable::GetKeys(std::span<const std::string> keys, const Take& take) {
  if (keys.empty() || !tables_->IsOpen()) return;
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  tables_->Note(tables_->database_->Get(place_, views, take));
}

void DiskTable::GetNumbers(std::span<const int64_t> numbers, const Take& take) {
  if (numbers.empty() || !tables_->IsOpen()) return;
  std::vector<std::string> keys;
  for (const int64_t number : numbers) keys.push_back(RowKey(number));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  std::vector<std::string> primary;
  std::vector<size_t> asked;
  tables_->Note(tables_->database_->Get(place_, views, [&](size_t i, std::string_view value) {
    if (value.starts_with(kIsRow)) {
      take(i, value.substr(1));
    } else if (value.starts_with(kIsKey)) {
      primary.emplace_back(value.substr(1));
      asked.push_back(i);
    } else {
      FailCorrupt();
    }
  }));
  GetKeys(primary, [&](size_t i, std::string_view row) { take(asked[i], row); });
}

DiskTable::Numbers::Numbers(DiskTable* table, const DiskAccess& access, const OrderedRange& range)
    : table_(table), is_scan_(access.kind != DiskAccess::Kind::kIndex), to_(range.to) {
  if (range.empty || !table->tables_->IsOpen()) return;
  prefix_ = PlaceKey(is_scan_ ? kRows : table->indexes_[access.index].place);
  cursor_ = table->tables_->database_->NewCursor(table->place_);
  std::string begin = prefix_;
  if (!is_scan_) AppendBigEndian(range.from, sizeof(range.from), &begin);
  cursor_->Seek(begin);
}

bool DiskTable::Numbers::Next(int64_t* number) {
  if (cursor_ == nullptr) return false;
  if (started_) cursor_->Next();
  started_ = true;
  table_->tables_->Note(cursor_->status());
  if (!cursor_->valid()) return false;
  const std::string_view key = cursor_->key();
  const size_t size = kPlaceBytes + kNumberBytes + (is_scan_ ? 0 : sizeof(uint64_t));
  if (!key.starts_with(prefix_) || key.size() != size) return false;
  if (!is_scan_ && ReadBigEndian(key.substr(kPlaceBytes, sizeof(uint64_t))) > to_) return false;
  *number = static_cast<int64_t>(ReadBigEndian(key.substr(size - kNumberBytes)));
  return true;
}

void DiskTable::FailCorrupt() {
  tables_->Note(Status(StatusCode::kCorrupt, tables_->path_ + ": table " +
                                                 tables_->maps_[place_].name +
                                                 ": what is stored is no row of it"));
}

bool DiskTable::EndEpoch() {
  if (is_changed_) ++version_;
  return std::exchange(is_changed_, false);
}

// The names of the indexes stand in the map with their places.
void DiskTable::FindIndexes() {
  TableDatabase& database = *tables_->database_;
  const std::string names = PlaceKey(kIndexNames);
  const auto cursor = database.NewCursor(place_);
  std::vector<uint32_t> taken;
  for (cursor->Seek(names); cursor->valid() && cursor->key().starts_with(names); cursor->Next()) {
    const std::string_view name = cursor->key().substr(kPlaceBytes);
    const auto place = static_cast<uint32_t>(ReadBigEndian(cursor->value()));
    const auto known = std::find_if(indexes_.begin(), indexes_.end(),
                                    [&](const Index& index) { return index.Name() == name; });
    taken.push_back(place);
    if (known != indexes_.end()) {
      known->place = place;
      continue;
    }
    database.DeleteRange(place_, PlaceKey(place), PlaceKey(place + 1));
    database.Delete(place_, cursor->key());
  }
  tables_->Note(cursor->status());
  std::vector<const Index*> fresh;
  uint32_t next = kFirstIndex;
  for (Index& index : indexes_) {
    if (index.place != 0) continue;
    while (std::find(taken.begin(), taken.end(), next) != taken.end()) ++next;
    index.place = next++;
    std::string place;
    AppendBigEndian(index.place, kPlaceBytes, &place);
    database.Put(place_, names + index.Name(), place);
    fresh.push_back(&index);
  }
  FillIndex(fresh);
}

void DiskTable::FillIndex(const std::vector<const Index*>& indexes) {
  if (indexes.empty()) return;
  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < schema_->size(); ++c) columns.push_back(c);
  Numbers all(this, DiskAccess(), OrderedRange());
  std::vector<int64_t> numbers;
  for (bool more = true; more && tables_->status_.ok();) {
    numbers.clear();
    int64_t number = 0;
    while (numbers.size() < batch_rows() && (more = all.Next(&number))) numbers.push_back(number);
    std::vector<ColumnBuilder> builders;
    for (const Attribute& attribute : schema_->attributes()) builders.emplace_back(attribute.type);
    RowMetaBuilder meta;
    GetNumbers(numbers, [&](size_t, std::string_view row) {
      TimeMs timestamp = 0;
      if (!format_.Decode(row, columns, &builders, &timestamp)) FailCorrupt();
      meta.Append(timestamp, RowKind::kCurrent, OrderKey());
    });
    if (!tables_->status_.ok()) return;
    std::vector<ColumnPtr> values;
    for (ColumnBuilder& builder : builders) values.push_back(builder.Finish());
    const Chunk chunk = meta.Finish(schema_, std::move(values));
    for (uint32_t row = 0; row < chunk.size(); ++row) {
      for (const Index* index : indexes) {
        if (!IndexKeyOf(*index, ChunkRow{chunk, row}, &key_)) continue;
        tables_->database_->Put(place_, key_, "");
      }
    }
    tables_->Note(tables_->database_->Commit());
  }
}

void DiskTable::Clear() {
  TableDatabase& database = *tables_->database_;
  for (const uint32_t place : {kRows, kPrimaryKeys}) {
    database.DeleteRange(place_, PlaceKey(place), PlaceKey(place + 1));
  }
  for (const Index& index : indexes_) {
    database.DeleteRange(place_, PlaceKey(index.place), PlaceKey(index.place + 1));
  }
}

void DiskTable::Save(StateWriter& out) {
  const bool rows_follow = tables_->place_->self_contained();
  out.Write(rows_follow);
  if (rows_follow) SaveRows(out);
}

void DiskTable::Load(StateReader& in) {
  is_loaded_ = true;
  if (in.Get<bool>()) LoadRows(in);
}

void DiskTable::SaveRows(StateWriter& out) {
  const uint32_t section = out.NewSection();
  Numbers all(this, DiskAccess(), OrderedRange());
  std::vector<int64_t> numbers;
  int64_t number = 0;
  bool more = all.Next(&number);
  while (more) {
    const uint64_t part = static_cast<uint64_t>(number) / kPartRows;
    numbers.clear();
    do {
      numbers.push_back(number);
      more = all.Next(&number);
    } while (more && static_cast<uint64_t>(number) / kPartRows == part);
    std::vector<std::string> rows(numbers.size());
    GetNumbers(numbers, [&](size_t i, std::string_view row) { rows[i] = row; });
    out.BeginPart(section, 0, part);
    out.Write(rows);
    out.EndPart();
  }
}

void DiskTable::LoadRows(StateReader& in) {
  const uint32_t section = in.NewSection();
  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < schema_->size(); ++c) columns.push_back(c);
  uint8_t key_group = 0;
  uint64_t part = 0;
  while (in.NextPart(section, &key_group, &part)) {
    std::vector<std::string> rows;
    in.Read(rows);
    std::vector<ColumnBuilder> builders;
    for (const Attribute& attribute : schema_->attributes()) builders.emplace_back(attribute.type);
    RowMetaBuilder meta;
    for (const std::string& row : rows) {
      TimeMs timestamp = 0;
      if (!in.Check(format_.Decode(row, columns, &builders, &timestamp), "no row of the table")) {
        return;
      }
      meta.Append(timestamp, RowKind::kCurrent, OrderKey());
    }
    std::vector<ColumnPtr> values;
    for (ColumnBuilder& builder : builders) values.push_back(builder.Finish());
    const Chunk chunk = meta.Finish(schema_, std::move(values));
    for (uint32_t row = 0; row < chunk.size() && tables_->IsOpen(); ++row) {
      PutRow(ChunkRow{chunk, row});
      PutIndexes<ChunkRow>({chunk, row}, nullptr);
    }
    in.EndPart();
    if (tables_->IsOpen()) tables_->Note(tables_->database_->Commit());
    if (!tables_->status_.ok()) in.Fail(tables_->status_.message());
  }
  EndEpoch();
}

}  // namespace weir
