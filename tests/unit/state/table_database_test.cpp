#include "state/table_database.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "state/table_place.h"
#include "testing/sim_file_system.h"

namespace weir {
namespace {

using Records = std::map<std::string, std::string>;

const std::vector<TableDatabase::Map> kMaps{{"one", 1 << 20}, {"two", 1 << 20}};

std::unique_ptr<TableDatabase> OpenAt(FileSystem* fs, const std::string& path) {
  auto opened = TableDatabase::Open(fs, path, kMaps);
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

Records ReadAll(const TableDatabase& database, size_t map) {
  Records records;
  const auto cursor = database.NewCursor(map);
  for (cursor->Seek(""); cursor->valid(); cursor->Next()) {
    records.emplace(cursor->key(), cursor->value());
  }
  EXPECT_TRUE(cursor->status().ok());
  return records;
}

TEST(TableDatabase, ReadsWhatWasCommitted) {
  SimFileSystem fs;
  const auto database = OpenAt(&fs, "/live");
  database->Put(0, "a", "1");
  database->Put(0, "b", "2");
  database->Put(1, "a", "other");
  EXPECT_TRUE(ReadAll(*database, 0).empty());
  ASSERT_TRUE(database->Commit().ok());
  database->Delete(0, "a");
  database->Put(0, "c", "3");
  ASSERT_TRUE(database->Commit().ok());
  EXPECT_EQ(ReadAll(*database, 0), (Records{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(ReadAll(*database, 1), (Records{{"a", "other"}}));
  const std::string_view keys[] = {"c", "a", "b"};
  std::vector<std::pair<size_t, std::string>> found;
  ASSERT_TRUE(
      database
          ->Get(0, keys, [&](size_t i, std::string_view value) { found.emplace_back(i, value); })
          .ok());
  EXPECT_EQ(found, (std::vector<std::pair<size_t, std::string>>{{0, "3"}, {2, "2"}}));
  database->DeleteRange(0, "a", "c");
  ASSERT_TRUE(database->Commit().ok());
  EXPECT_EQ(ReadAll(*database, 0), (Records{{"c", "3"}}));
}

// A full disk holds the writers up, also those that RocksDB began, and nothing is lost.
TEST(TableDatabase, WaitsWhileTheDiskIsFull) {
  SimFileSystem fs;
  std::vector<std::string> told;
  SpaceWait::Terms terms;
  terms.report = [&](std::string_view line) {
    told.emplace_back(line);
    fs.SetCapacity(0);
  };
  auto opened = TableDatabase::Open(&fs, "/live", kMaps, terms);
  ASSERT_TRUE(opened.ok());
  fs.SetCapacity(fs.bytes_used() + 1000);
  Random random(7);
  for (uint64_t row = 0; row < 100; ++row) {
    std::string value;  // that cannot be packed
    while (value.size() < 100'000) value += std::to_string(random.Below(1'000'000'000));
    opened.value()->Put(0, "key" + std::to_string(row), value);
    const Status status = opened.value()->Commit();
    ASSERT_TRUE(status.ok()) << status.message();
  }
  ASSERT_TRUE(opened.value()->Checkpoint("/checkpoint").ok());
  EXPECT_EQ(ReadAll(*opened.value(), 0).size(), 100u);
  ASSERT_GE(told.size(), 2u);
  EXPECT_NE(told[0].find("; waiting for space"), std::string::npos) << told[0];
  EXPECT_EQ(told[1], "there is space again; going on");
}

// Whatever happens behind a checkpoint, and to the power, it stays what it was.
TEST(TableDatabase, ACheckpointSurvivesAPowerLoss) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SimFileSystem fs;
    const auto process = fs.NewProcess();
    auto place = std::make_shared<TablePlace>(process.get(), "/tables");
    std::string directory;
    uint64_t number = 0;
    {
      const auto database = OpenAt(process.get(), place->NewLive().value());
      for (int i = 0; i < 200; ++i) {
        database->Put(i % 2, "k" + std::to_string(i), std::to_string(seed));
      }
      ASSERT_TRUE(database->Commit().ok());
      number = place->NewCheckpoint(&directory).value();
      ASSERT_TRUE(database->Checkpoint(directory).ok());
      ASSERT_TRUE(place->SyncNames().ok());
      for (int i = 0; i < 200; ++i) database->Put(0, "later" + std::to_string(i), "");
      database->DeleteRange(1, "", "z");
      ASSERT_TRUE(database->Commit().ok());
      ASSERT_TRUE(database->Checkpoint("/tables/later").ok());
      fs.PowerLoss(seed);
    }
    place = std::make_shared<TablePlace>(&fs, "/tables");
    const std::string live = place->NewLive().value();
    const Status restored = TableDatabase::Restore(&fs, place->CheckpointPath(number), live);
    ASSERT_TRUE(restored.ok()) << "seed " << seed << ": " << restored.message();
    const auto database = OpenAt(&fs, live);
    EXPECT_EQ(ReadAll(*database, 0).size(), 100u);
    EXPECT_EQ(ReadAll(*database, 1).size(), 100u);
    EXPECT_EQ(ReadAll(*database, 0).count("k0"), 1u);
  }
}

TEST(TableDatabase, ACheckpointThatIsNotWholeIsRefused) {
  SimFileSystem fs;
  EXPECT_EQ(TableDatabase::Restore(&fs, "/nowhere", "/live").code(), StatusCode::kCorrupt);
  const auto database = OpenAt(&fs, "/live");
  database->Put(0, "a", "1");
  ASSERT_TRUE(database->Commit().ok());
  ASSERT_TRUE(database->Checkpoint("/one").ok());
  const std::vector<std::string> names = fs.List("/one").value();
  ASSERT_EQ(names.size(), 3u);
  for (const std::string& name : names) {
    const std::string directory = "/without " + name;
    ASSERT_TRUE(database->Checkpoint(directory).ok());
    ASSERT_TRUE(fs.Remove(directory + "/" + name).ok());
    EXPECT_FALSE(TableDatabase::Restore(&fs, directory, "/again " + name).ok());
  }
  for (const std::string& name : {names[1], names[2]}) {
    const std::string path = "/one/" + name;
    fs.FlipBit(path, 100);
    EXPECT_EQ(TableDatabase::Restore(&fs, "/one", "/flipped " + name).code(), StatusCode::kCorrupt);
    fs.FlipBit(path, 100);
  }
  EXPECT_TRUE(TableDatabase::Restore(&fs, "/one", "/whole").ok());
}

TEST(TableDatabase, MapsThatNobodyWantsAreDropped) {
  SimFileSystem fs;
  {
    const auto database = OpenAt(&fs, "/live");
    database->Put(0, "a", "1");
    database->Put(1, "b", "2");
    ASSERT_TRUE(database->Commit().ok());
    ASSERT_TRUE(database->Checkpoint("/one").ok());
  }
  ASSERT_TRUE(TableDatabase::Restore(&fs, "/one", "/next").ok());
  {
    auto opened = TableDatabase::Open(&fs, "/next", {{"two", 1 << 20}});
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    EXPECT_EQ(ReadAll(*opened.value(), 0), (Records{{"b", "2"}}));
    ASSERT_TRUE(opened.value()->Checkpoint("/two").ok());
  }
  ASSERT_TRUE(TableDatabase::Restore(&fs, "/two", "/last").ok());
  const auto database = OpenAt(&fs, "/last");
  EXPECT_TRUE(ReadAll(*database, 0).empty());
  EXPECT_EQ(ReadAll(*database, 1), (Records{{"b", "2"}}));
}

TEST(TableDatabase, AFailedReadOrWriteIsTheEnd) {
  SimFileSystem fs;
  const auto database = OpenAt(&fs, "/live");
  database->Put(0, "a", "1");
  ASSERT_TRUE(database->Commit().ok());
  fs.FailAt(1, SimFileSystem::Fault::kNoSpace, /*for_ever=*/true);
  EXPECT_FALSE(database->Checkpoint("/one").ok());
  fs.FailAt(0, SimFileSystem::Fault::kNoSpace);
  database->Put(0, "b", "1");
  EXPECT_FALSE(database->Commit().ok());
}

TEST(TablePlace, KeepsTheCheckpointsOfTwoSnapshots) {
  SimFileSystem fs;
  const auto place = std::make_shared<TablePlace>(&fs, "/tables");
  const auto database = OpenAt(&fs, place->NewLive().value());
  std::vector<std::string> directories(4);
  for (std::string& directory : directories) {
    const uint64_t number = place->NewCheckpoint(&directory).value();
    ASSERT_TRUE(database->Checkpoint(directory).ok());
    if (&directory == &directories[1]) continue;  // its snapshot seemed to fail
    ASSERT_TRUE(place->Settle(number).ok());
  }
  EXPECT_FALSE(fs.Exists(directories[0]).value());
  EXPECT_FALSE(fs.Exists(directories[1]).value());
  EXPECT_TRUE(fs.Exists(directories[2]).value());
  EXPECT_TRUE(fs.Exists(directories[3]).value());
  // Another process goes on with other numbers, and without what was in use.
  TablePlace next(&fs, "/tables");
  std::string directory;
  EXPECT_EQ(next.NewCheckpoint(&directory).value(), 5u);
  EXPECT_FALSE(fs.Exists("/tables/live-1").value());
}

}  // namespace
}  // namespace weir
