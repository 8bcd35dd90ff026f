#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"

namespace rocksdb {
class Env;
class Status;
}  // namespace rocksdb

namespace weir {

class FileSystem;
class SpaceWait;

// RocksDB's view of our file system; `fs` must outlive it. Threads and clocks are RocksDB's own.
// Reads and writes that failed are counted in `failures`, if given: RocksDB does not pass on all of
// them. With `wait` its threads wait while the disk is full; otherwise that is a failure.
std::unique_ptr<rocksdb::Env> MakeRocksEnv(FileSystem* fs,
                                           std::atomic<uint64_t>* failures = nullptr,
                                           std::shared_ptr<SpaceWait> wait = nullptr);

// The Status of a failed RocksDB call on the database at `path`: kNoSpace, kCorrupt or kIoError.
Status FromRocks(const rocksdb::Status& status, const std::string& path);

}  // namespace weir
