#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace rocksdb {
class Env;
class Status;
}  // namespace rocksdb

namespace weir {

class FileSystem;

// RocksDB's view of our file system; `fs` must outlive it. Threads and clocks are RocksDB's own.
std::unique_ptr<rocksdb::Env> MakeRocksEnv(FileSystem* fs);

// The Status of a failed RocksDB call on the database at `path`: kNoSpace, kCorrupt or kIoError.
Status FromRocks(const rocksdb::Status& status, const std::string& path);

}  // namespace weir
