#include "state/sst_check.h"

#include <gtest/gtest.h>

#include "state/table_database.h"
#include "testing/sim_file_system.h"

namespace weir {
namespace {

const std::vector<TableDatabase::Map> kMaps{{"one", 1 << 20}};
constexpr const char* kCheckpoint = "/checkpoint";

class SstCheck : public ::testing::Test {
 protected:
  SstCheck() {
    auto database = TableDatabase::Open(&fs_, "/live", kMaps);
    for (int i = 0; i < 100; ++i) {
      database.value()->Put(0, "key" + std::to_string(i), std::string(50, 'v'));
    }
    EXPECT_TRUE(database.value()->Commit().ok());
    EXPECT_TRUE(database.value()->Checkpoint(kCheckpoint).ok());
    for (const std::string& path : fs_.Files()) {
      if (path.starts_with(kCheckpoint) && path.ends_with(".sst")) file_ = path;
    }
  }

  Status Check() {
    const auto file = fs_.OpenRandomAccess(file_);
    return CheckSst(*file.value(), fs_.SizeOf(file_).value(), file_);
  }
  Status Read() {
    const std::string live = "/again" + std::to_string(++reads_);
    Status status = TableDatabase::Restore(&fs_, kCheckpoint, live);
    if (!status.ok()) return status;
    const auto database = TableDatabase::Open(&fs_, live, kMaps);
    if (!database.ok()) return database.status();
    const auto cursor = database.value()->NewCursor(0);
    int count = 0;
    for (cursor->Seek(""); cursor->valid(); cursor->Next()) ++count;
    EXPECT_TRUE(count == 100 || !cursor->status().ok()) << count;
    return cursor->status();
  }

  SimFileSystem fs_;
  std::string file_;
  int reads_ = 0;
};

TEST_F(SstCheck, KnowsWhatRocksDbWrites) {
  ASSERT_FALSE(file_.empty());
  EXPECT_TRUE(Check().ok()) << Check().message();
}

// Among these bits are those that RocksDB takes for a reason to end the process.
TEST_F(SstCheck, EveryByteNearTheEndMayRot) {
  const uint64_t size = fs_.SizeOf(file_).value();
  const uint64_t begin = size - std::min<uint64_t>(size, 1500);
  uint64_t found = 0;
  for (uint64_t at = begin; at < size; ++at) {
    SCOPED_TRACE("byte " + std::to_string(at) + " of " + std::to_string(size));
    fs_.FlipBit(file_, at * 8 + 7);
    const Status status = Read();
    if (!status.ok()) ++found;
    fs_.FlipBit(file_, at * 8 + 7);
  }
  EXPECT_GT(found, 1000u);
  EXPECT_TRUE(Read().ok());
}

TEST_F(SstCheck, AFileThatIsCutOffIsDamaged) {
  for (uint64_t size = fs_.SizeOf(file_).value(); size > 0;) {
    size -= std::min<uint64_t>(size, 97);
    fs_.CutFile(file_, size);
    EXPECT_EQ(Check().code(), StatusCode::kCorrupt) << size;
  }
}

}  // namespace
}  // namespace weir
