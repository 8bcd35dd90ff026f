#include "state/table_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <sstream>

#include "base/hash.h"
#include "state/file_system.h"
#include "state/kill_point.h"
#include "state/rocks_file_system.h"

namespace weir {
namespace {

constexpr size_t kCopyBytes = size_t{1} << 20;
constexpr uint64_t kVerifyCacheBytes = uint64_t{1} << 20;

rocksdb::Slice ToSlice(std::string_view view) { return {view.data(), view.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ColumnFamilyOptions MapOptions(uint64_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = size_t{8} << 10;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes, /*num_shard_bits=*/2);
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // All that is kept of the files lies within the cache, in pieces.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = TableDatabase::kUnwrittenBytes / 2;
  options.max_write_buffer_number = 2;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = uint64_t{32} << 20;
  options.max_bytes_for_level_base = uint64_t{128} << 20;
  return options;
}

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.max_file_opening_threads = 1;
  options.avoid_flush_during_shutdown = true;  // a closed database is not opened again
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

class RocksCursor : public TableDatabase::Cursor {
 public:
  RocksCursor(rocksdb::Iterator* iterator, std::string path)
      : iterator_(iterator), path_(std::move(path)) {}

  void Seek(std::string_view key) override { iterator_->Seek(ToSlice(key)); }
  void Next() override { iterator_->Next(); }
  bool valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return View(iterator_->key()); }
  std::string_view value() const override { return View(iterator_->value()); }
  Status status() const override { return FromRocks(iterator_->status(), path_); }

 private:
  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string path_;
};

// The first `bytes` bytes of a file, durable.
Status CopyFile(FileSystem* fs, const std::string& from, uint64_t bytes, const std::string& to) {
  auto in = fs->OpenRandomAccess(from);
  if (!in.ok()) return in.status();
  auto out = fs->Create(to);
  if (!out.ok()) return out.status();
  std::string piece(std::min<uint64_t>(bytes, kCopyBytes), '\0');
  for (uint64_t at = 0; at < bytes;) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(bytes - at, piece.size()));
    const Result<size_t> got = in.value()->ReadAt(at, wanted, piece.data());
    if (!got.ok()) return got.status();
    if (got.value() == 0) return Status(StatusCode::kCorrupt, from + ": the file is cut off");
    const Status appended = out.value()->Append(std::string_view(piece.data(), got.value()));
    if (!appended.ok()) return appended;
    at += got.value();
  }
  const Status synced = out.value()->Sync();
  return synced.ok() ? out.value()->Close() : synced;
}

Status CopyWholeFile(FileSystem* fs, const std::string& from, const std::string& to) {
  const Result<uint64_t> size = fs->SizeOf(from);
  return size.ok() ? CopyFile(fs, from, size.value(), to) : size.status();
}

// The list of what belongs to a checkpoint.
constexpr const char* kListName = "FILES";

// `NAME SIZE HASH` of a file with that content; a name of lines stands before as they are.
std::string ListLine(const std::string& name, std::string_view content) {
  const std::string place = name.ends_with('\n') ? name + "all" : name;
  return place + " " + std::to_string(content.size()) + " " + std::to_string(HashString(content)) +
         "\n";
}

Status Damaged(const std::string& checkpoint, const std::string& name) {
  return Status(StatusCode::kCorrupt,
                JoinPath(checkpoint, name) + ": the tables of the snapshot are damaged");
}

bool IsTableFile(std::string_view name) { return name.ends_with(".sst"); }

}  // namespace

TableDatabase::TableDatabase(FileSystem* fs, std::string path,
                             std::optional<SpaceWait::Terms> full_disk)
    : fs_(fs),
      path_(std::move(path)),
      env_(MakeRocksEnv(fs, &failures_, MakeWait(std::move(full_disk)))),
      changes_(std::make_unique<rocksdb::WriteBatch>()) {}

TableDatabase::~TableDatabase() {
  closing_ = true;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

std::shared_ptr<SpaceWait> TableDatabase::MakeWait(std::optional<SpaceWait::Terms> terms) {
  if (!terms) return nullptr;
  terms->ending = [this, ending = std::move(terms->ending)] {
    return closing_ || (ending && ending());
  };
  return std::make_shared<SpaceWait>(std::move(*terms));
}

Result<std::unique_ptr<TableDatabase>> TableDatabase::Open(
    FileSystem* fs, std::string path, const std::vector<Map>& maps,
    std::optional<SpaceWait::Terms> full_disk) {
  std::unique_ptr<TableDatabase> database(
      new TableDatabase(fs, std::move(path), std::move(full_disk)));
  const Status status = database->OpenMaps(maps);
  if (!status.ok()) return status;
  return database;
}

Status TableDatabase::OpenMaps(const std::vector<Map>& maps) {
  Status made = fs_->MakeDirectory(path_);
  if (!made.ok()) return made;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const Map& map : maps) families.emplace_back("t:" + map.name, MapOptions(map.cache_bytes));
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, MapOptions(0));
  const size_t wanted = families.size();
  const Result<bool> there = fs_->Exists(JoinPath(path_, "CURRENT"));
  if (!there.ok()) return there.status();
  const rocksdb::DBOptions options = DatabaseOptions(env_.get());
  if (there.value()) {
    std::vector<std::string> names;
    const auto listed = rocksdb::DB::ListColumnFamilies(options, path_, &names);
    if (!listed.ok()) return FromRocks(listed, path_);
    for (const std::string& name : names) {
      const auto same = [&](const auto& family) { return family.name == name; };
      if (std::any_of(families.begin(), families.end(), same)) continue;
      families.emplace_back(name, MapOptions(0));
    }
  }
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto opened = rocksdb::DB::Open(options, path_, families, &handles, &db);
  if (!opened.ok()) return FromRocks(opened, path_);
  db_.reset(db);
  rocksdb::Status dropped;
  for (size_t i = wanted; i < handles.size(); ++i) {
    if (dropped.ok()) dropped = db_->DropColumnFamily(handles[i]);
    db_->DestroyColumnFamilyHandle(handles[i]);
  }
  handles.resize(wanted);
  handles_ = std::move(handles);
  return FromRocks(dropped, path_);
}

// RocksDB does not pass on all failures; here each one is the end.
Status TableDatabase::Health() const {
  if (failures_ == 0) return Status::Ok();
  return Status(StatusCode::kIoError, path_ + ": a read or write failed");
}

// Adding to a batch in memory fails only if it has a limit, which it has not.
void TableDatabase::Put(size_t map, std::string_view key, std::string_view value) {
  CHECK(changes_->Put(handles_[map], ToSlice(key), ToSlice(value)).ok());
}

void TableDatabase::Delete(size_t map, std::string_view key) {
  CHECK(changes_->Delete(handles_[map], ToSlice(key)).ok());
}

void TableDatabase::DeleteRange(size_t map, std::string_view begin, std::string_view end) {
  CHECK(changes_->DeleteRange(handles_[map], ToSlice(begin), ToSlice(end)).ok());
}

Status TableDatabase::Commit() {
  if (changes_->Count() > 0) {
    rocksdb::WriteOptions write;
    write.disableWAL = true;
    const rocksdb::Status status = db_->Write(write, changes_.get());
    changes_->Clear();
    if (!status.ok()) return FromRocks(status, path_);
  }
  return Health();
}

Status TableDatabase::Get(size_t map, std::span<const std::string_view> keys,
                          const Take& take) const {
  constexpr size_t kAtOnce = 128;
  rocksdb::Slice slices[kAtOnce];
  rocksdb::PinnableSlice values[kAtOnce];
  rocksdb::Status statuses[kAtOnce];
  const rocksdb::ReadOptions read;
  for (size_t begin = 0; begin < keys.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, keys.size() - begin);
    for (size_t i = 0; i < count; ++i) slices[i] = ToSlice(keys[begin + i]);
    db_->MultiGet(read, handles_[map], count, slices, values, statuses);
    for (size_t i = 0; i < count; ++i) {
      if (statuses[i].ok()) {
        take(begin + i, View(values[i]));
      } else if (!statuses[i].IsNotFound()) {
        return FromRocks(statuses[i], path_);
      }
      values[i].Reset();
    }
  }
  return Status::Ok();
}

std::unique_ptr<TableDatabase::Cursor> TableDatabase::NewCursor(size_t map) const {
  const rocksdb::ReadOptions read;
  return std::make_unique<RocksCursor>(db_->NewIterator(read, handles_[map]), path_);
}

Status TableDatabase::Checkpoint(const std::string& directory) {
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), handles_);
  if (!status.ok()) return FromRocks(status, path_);
  KILL_POINT("tables.flushed");
  status = db_->DisableFileDeletions();
  if (!status.ok()) return FromRocks(status, path_);
  std::vector<std::string> names;
  uint64_t manifest_bytes = 0;
  status = db_->GetLiveFiles(names, &manifest_bytes, /*flush_memtable=*/false);
  Status linked = FromRocks(status, path_);
  if (linked.ok()) linked = LinkFiles(names, manifest_bytes, directory);
  const rocksdb::Status enabled = db_->EnableFileDeletions(/*force=*/false);
  if (linked.ok()) linked = FromRocks(enabled, path_);
  return linked.ok() ? Health() : linked;
}

// RocksDB takes a manifest that is cut off, or damaged from somewhere on, for a shorter one: so
// what belongs to the checkpoint is listed, with sizes and a hash of the manifest. The list comes
// last.
Status TableDatabase::LinkFiles(const std::vector<std::string>& names, uint64_t manifest_bytes,
                                const std::string& directory) {
  Status status = fs_->MakeDirectory(directory);
  std::string list;
  for (size_t i = 0; i < names.size() && status.ok(); ++i) {
    const std::string name = names[i].substr(names[i].find_first_not_of('/'));
    const std::string from = JoinPath(path_, name);
    const std::string to = JoinPath(directory, name);
    if (IsTableFile(name)) {
      status = fs_->Link(from, to);
      const Result<uint64_t> size = status.ok() ? fs_->SizeOf(to) : Result<uint64_t>(status);
      if (!size.ok()) return size.status();
      list += name + " " + std::to_string(size.value()) + " 0\n";
    } else if (name.starts_with("MANIFEST-")) {
      status = CopyFile(fs_, from, manifest_bytes, to);
      const Result<std::string> copy = status.ok() ? fs_->ReadAll(to) : Result<std::string>(status);
      if (!copy.ok()) return copy.status();
      list += ListLine(name, copy.value());
    }
  }
  KILL_POINT("tables.linked");
  if (status.ok()) status = fs_->SyncDirectory(directory);
  if (status.ok()) status = fs_->Publish(JoinPath(directory, kListName), ListLine(list, list));
  return status;
}

namespace {

// The files of a checkpoint, all of them there and of the right size; the manifest is read.
Result<std::vector<std::string>> ReadList(FileSystem* fs, const std::string& checkpoint) {
  const Result<std::string> text = fs->ReadAll(JoinPath(checkpoint, kListName));
  if (text.status().code() == StatusCode::kNotFound) {
    return Status(StatusCode::kCorrupt, checkpoint + ": the tables of the snapshot are not there");
  }
  if (!text.ok()) return text.status();
  // The last line is about all before it, which stands in it as a name.
  const size_t last = text.value().rfind('\n', text.value().size() - 2);
  const std::string list = text.value().substr(0, last == std::string::npos ? 0 : last + 1);
  if (list.empty() || text.value() != ListLine(list, list)) return Damaged(checkpoint, kListName);
  std::vector<std::string> files;
  std::istringstream lines(list);
  std::string name, size, hash;
  while (lines >> name >> size >> hash) {
    const std::string path = JoinPath(checkpoint, name);
    const Result<uint64_t> is = fs->SizeOf(path);
    if (!is.ok() && is.status().code() != StatusCode::kNotFound) return is.status();
    if (!is.ok() || std::to_string(is.value()) != size) return Damaged(checkpoint, name);
    files.push_back(name);
    if (IsTableFile(name)) continue;
    const Result<std::string> manifest = fs->ReadAll(path);
    if (!manifest.ok()) return manifest.status();
    if (ListLine(name, manifest.value()) != name + " " + size + " " + hash + "\n") {
      return Damaged(checkpoint, name);
    }
  }
  return files;
}

}  // namespace

Status TableDatabase::Restore(FileSystem* fs, const std::string& checkpoint,
                              const std::string& directory) {
  const Result<std::vector<std::string>> files = ReadList(fs, checkpoint);
  Status status = files.ok() ? fs->MakeDirectory(directory) : files.status();
  if (!status.ok()) return status;
  for (const std::string& file : files.value()) {
    const std::string from = JoinPath(checkpoint, file);
    const std::string to = JoinPath(directory, file);
    if (IsTableFile(file)) {
      if (!fs->Link(from, to).ok()) status = CopyWholeFile(fs, from, to);  // on another disk
    } else {
      status = CopyWholeFile(fs, from, to);
      if (status.ok()) status = fs->Publish(JoinPath(directory, "CURRENT"), file + "\n");
    }
    if (!status.ok()) break;
  }
  return status;
}

Status TableDatabase::Verify(FileSystem* fs, const std::string& checkpoint) {
  const Result<std::vector<std::string>> files = ReadList(fs, checkpoint);
  if (!files.ok()) return files.status();
  const std::unique_ptr<rocksdb::Env> env = MakeRocksEnv(fs);
  rocksdb::Options options(rocksdb::DBOptions(), MapOptions(kVerifyCacheBytes));
  options.env = env.get();
  for (const std::string& file : files.value()) {
    if (!IsTableFile(file)) continue;
    const std::string path = JoinPath(checkpoint, file);
    rocksdb::SstFileReader reader(options);
    rocksdb::Status status = reader.Open(path);
    if (status.ok()) status = reader.VerifyChecksum();
    if (!status.ok()) return FromRocks(status, path);
  }
  return Status::Ok();
}

}  // namespace weir
