#include "testing/sim_file_system.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <set>

#include "state/rocks_file_system.h"

namespace weir {
namespace {

std::string AfterPowerLoss(uint64_t seed) {
  SimFileSystem fs;
  auto file = std::move(fs.Create("/f")).value();
  EXPECT_TRUE(file->Append("durable").ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_TRUE(fs.SyncDirectory("/").ok());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(file->Append(std::string(700, 'a' + i)).ok());
  EXPECT_TRUE(fs.Publish("/other", "new").ok());
  (void)fs.Create("/unsynced").ok();
  fs.PowerLoss(seed);
  EXPECT_EQ(fs.ReadAll("/other").value(), "new");
  EXPECT_FALSE(file->Append("x").ok());
  return fs.ReadAll("/f").value() + (fs.Exists("/unsynced").value() ? "+" : "-");
}

TEST(SimFileSystem, PowerLossKeepsWhatWasSyncedAndAnyPartOfTheRest) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::string after = AfterPowerLoss(seed);
    ASSERT_EQ(after.substr(0, 7), "durable") << "seed " << seed;
    ASSERT_EQ(after, AfterPowerLoss(seed)) << "seed " << seed;
    outcomes.insert(after);
  }
  EXPECT_GT(outcomes.size(), 60u);
  EXPECT_EQ(outcomes.count("durable-"), 1u);
}

TEST(SimFileSystem, FaultsHitTheNthCall) {
  SimFileSystem fs;
  auto file = std::move(fs.Create("/f")).value();
  fs.FailAt(2, SimFileSystem::Fault::kShortWrite);
  EXPECT_TRUE(file->Append("1234").ok());
  EXPECT_EQ(file->Append("5678").code(), StatusCode::kIoError);
  EXPECT_EQ(fs.ReadAll("/f").value(), "123456");
  EXPECT_TRUE(file->Append("abcd").ok());
  EXPECT_EQ(fs.ReadAll("/f").value(), "1234abcd");
  fs.SetCapacity(10);
  EXPECT_EQ(file->Append("efgh").code(), StatusCode::kNoSpace);
  fs.SetCapacity(0);
  EXPECT_TRUE(file->Append("EFGH").ok());
  EXPECT_EQ(fs.ReadAll("/f").value(), "1234abcdEFGH");
  fs.FailAt(1, SimFileSystem::Fault::kFailedSync);
  EXPECT_EQ(file->Sync().code(), StatusCode::kIoError);
  EXPECT_TRUE(fs.fault_fired());
  EXPECT_EQ(file->Sync().code(), StatusCode::kIoError);
  EXPECT_EQ(file->Append("x").code(), StatusCode::kIoError);
}

TEST(SimFileSystem, CarriesRocksDb) {
  SimFileSystem fs;
  const auto env = MakeRocksEnv(&fs);
  for (uint64_t round = 0; round < 20; ++round) {
    rocksdb::Options options;
    options.env = env.get();
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(options, "/db", &db);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    rocksdb::WriteOptions synced;
    synced.sync = true;
    for (uint64_t i = 0; i < round; ++i) {
      std::string value;
      ASSERT_TRUE(db->Get({}, "synced" + std::to_string(i), &value).ok()) << round << " " << i;
    }
    ASSERT_TRUE(db->Put(synced, "synced" + std::to_string(round), "v").ok());
    ASSERT_TRUE(db->Put({}, "other", "v").ok());
    if (round % 3 == 0) {
      ASSERT_TRUE(db->Flush({}).ok());
    }
    fs.PowerLoss(round);
    delete db;
  }
}

}  // namespace
}  // namespace weir
