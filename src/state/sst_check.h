#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace weir {

class RandomAccessFile;

// RocksDB reads the properties of a table file before it compares their checksum, and a build of it
// with assertions, as Debian packages it, ends the process on some damage there. So they are
// checked before RocksDB sees the file: its footer, its metaindex and its properties. What it reads
// later it checks itself. Knows the files that this program writes (format 5, XXH3).
// kCorrupt: damaged; `path` is for the message.
Status CheckSst(const RandomAccessFile& file, uint64_t size, const std::string& path);

}  // namespace weir
