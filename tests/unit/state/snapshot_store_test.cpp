#include "state/snapshot_store.h"

#include <gtest/gtest.h>

#include "testing/sim_file_system.h"
#include "unit/state/snapshot_cases.h"

namespace weir {
namespace {

using Fault = SimFileSystem::Fault;

// Files rather than RocksDB's log for all but the smallest changes, in several runs.
SnapshotOptions SmallRuns(Sealing* sealing = nullptr) {
  SnapshotOptions options;
  options.sealing = sealing;
  options.batch_bytes_max = 1000;
  options.run_bytes = 700;
  options.spills = 1;
  return options;
}

std::unique_ptr<SnapshotStore> OpenStore(FileSystem* fs, const SnapshotOptions& options) {
  auto store = SnapshotStore::Open(fs, "/snapshots", options);
  EXPECT_TRUE(store.ok()) << store.status().message();
  return std::move(store).value();
}

// Makes the snapshots from `first` to `last`; returns the records of each.
std::map<uint64_t, Records> MakeSnapshots(SnapshotStore* store, uint64_t first, uint64_t last,
                                          std::map<uint64_t, Records> all = {{0, {}}}) {
  Random random(first);
  for (uint64_t number = first; number <= last; ++number) {
    all[number] = ChangeRecords(all[number - 1], &random);
    auto begun = store->Begin();
    EXPECT_TRUE(begun.ok()) << begun.status().message();
    auto change = std::move(begun).value();
    EXPECT_TRUE(FeedChange(change.get(), all[change->base()], all[number], number).ok());
    const Status status = change->Commit(MetaOf(number, all[number]));
    EXPECT_TRUE(status.ok()) << status.message();
  }
  return all;
}

void CheckStore(const SnapshotOptions& options) {
  SimFileSystem fs;
  std::map<uint64_t, Records> all;
  {
    const auto store = OpenStore(&fs, options);
    EXPECT_EQ(store->newest().number, 0u);
    all = MakeSnapshots(store.get(), 1, 8);
    EXPECT_EQ(store->newest().number, 8u);
  }
  const auto store = OpenStore(&fs, options);
  EXPECT_EQ(store->newest().number, 8u);
  EXPECT_EQ(store->newest().payload, "payload 8");
  EXPECT_EQ(store->newest().log_number, 80u);
  EXPECT_EQ(store->older().number, 7u);
  EXPECT_TRUE(ReadSnapshot(store.get(), 8).value() == all[8]);
  EXPECT_TRUE(ReadSnapshot(store.get(), 7).value() == all[7]);
  EXPECT_EQ(store->NewestValid().value().number, 8u);
  EXPECT_EQ(store->Read(6).status().code(), StatusCode::kNotFound);
  all = MakeSnapshots(store.get(), 9, 10, all);
  EXPECT_TRUE(ReadSnapshot(store.get(), 10).value() == all[10]);
  // A change that is given up leaves nothing.
  {
    auto change = std::move(store->Begin()).value();
    EXPECT_EQ(change->base(), 9u);
    EXPECT_TRUE(FeedChange(change.get(), {}, all[10], 1).ok());
  }
  EXPECT_TRUE(ReadSnapshot(store.get(), 9).value() == all[9]);
  // One made from nothing leaves no record of the older one, which is there until the commit.
  auto whole = std::move(store->Begin(true)).value();
  EXPECT_EQ(whole->base(), 0u);
  EXPECT_TRUE(ReadSnapshot(store.get(), 9).value() == all[9]);
  const Records few = {all[9].begin(), std::next(all[9].begin(), 3)};
  EXPECT_TRUE(FeedChange(whole.get(), {}, few, 1).ok());
  EXPECT_TRUE(whole->Commit(MetaOf(11, few)).ok());
  EXPECT_TRUE(ReadSnapshot(store.get(), 11).value() == few);
  EXPECT_TRUE(ReadSnapshot(store.get(), 10).value() == all[10]);
}

// Every record is found again from every place.
void CheckSource(const SnapshotOptions& options) {
  SimFileSystem fs;
  const auto store = OpenStore(&fs, options);
  const Records records = MakeSnapshots(store.get(), 1, 6)[6];
  ASSERT_GT(records.size(), 10u);
  const auto source = std::move(store->Source(6)).value();
  for (const auto& [from, unused] : records) {
    source->Seek(from);
    for (auto at = records.find(from); at != records.end(); ++at, source->Next()) {
      ASSERT_TRUE(source->valid());
      ASSERT_EQ(source->key(), at->first);
      ASSERT_EQ(source->value(), at->second);
    }
    EXPECT_FALSE(source->valid());
    source->Seek(from + '\0');  // right behind it
    const auto next = records.upper_bound(from);
    ASSERT_EQ(source->valid(), next != records.end());
    if (source->valid()) {
      EXPECT_EQ(source->key(), next->first);
    }
  }
  source->Seek("");
  EXPECT_EQ(source->key(), records.begin()->first);
  EXPECT_TRUE(source->status().ok());
  EXPECT_EQ(store->Source(3).status().code(), StatusCode::kNotFound);
}

TEST(SnapshotStore, KeepsTheTwoLatestThroughRocksDbsLog) { CheckStore({}); }
TEST(SnapshotStore, KeepsTheTwoLatestThroughFiles) { CheckStore(SmallRuns()); }

TEST(SnapshotStore, SourceGoesAnywhere) { CheckSource(SmallRuns()); }
TEST(SnapshotStore, SourceGoesAnywhereInSealedRecords) {
  Sealing sealing(std::move(KeyRing::FromText(std::string(64, 'a'))).value());
  CheckSource(SmallRuns(&sealing));
}

TEST(SnapshotStore, TheLastChangeOfAKeyCounts) {
  for (const size_t run_bytes : {size_t{1}, size_t{30}, size_t{1} << 20}) {
    SimFileSystem fs;
    SnapshotOptions options = SmallRuns();
    options.batch_bytes_max = 0;
    options.run_bytes = run_bytes;
    const auto store = OpenStore(&fs, options);
    auto change = std::move(store->Begin()).value();
    for (const char* key : {"b", "a", "c"}) {
      ASSERT_TRUE(change->Put(key, "old").ok());
      ASSERT_TRUE(change->Put(key, "new").ok());
    }
    ASSERT_TRUE(change->Delete("a").ok());
    const Records records = {{"b", "new"}, {"c", "new"}};
    ASSERT_TRUE(change->Commit(MetaOf(1, records)).ok());
    EXPECT_TRUE(ReadSnapshot(store.get(), 1).value() == records) << run_bytes;
  }
}

TEST(SnapshotStore, SealedSnapshotsNeedTheirKeyAndShowNothing) {
  Sealing sealing(std::move(KeyRing::FromText(std::string(64, 'a'))).value());
  Sealing other(std::move(KeyRing::FromText(std::string(64, 'b'))).value());
  Sealing both(
      std::move(KeyRing::FromText(std::string(64, 'b') + " " + std::string(64, 'a'))).value());
  CheckStore(SmallRuns(&sealing));
  SimFileSystem fs;
  Records secret;
  secret[std::string("query\0confidential", 18)] = std::string(100, 'x');
  {
    const auto store = OpenStore(&fs, SmallRuns(&sealing));
    auto change = std::move(store->Begin()).value();
    ASSERT_TRUE(FeedChange(change.get(), {}, secret, 1).ok());
    ASSERT_TRUE(change->Commit(MetaOf(1, secret)).ok());
  }
  for (const std::string& file : fs.Files()) {
    const std::string bytes = fs.ReadAll(file).value();
    EXPECT_EQ(bytes.find("confidential"), std::string::npos) << file;
    EXPECT_EQ(bytes.find("xxxxxxxx"), std::string::npos) << file;
    EXPECT_EQ(bytes.find("payload 1"), std::string::npos) << file;
  }
  for (Sealing* wrong : {static_cast<Sealing*>(nullptr), &other}) {
    const auto store = SnapshotStore::Open(&fs, "/snapshots", SmallRuns(wrong));
    ASSERT_EQ(store.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(store.status().message().find(KeyIdText(sealing.current())), std::string::npos);
  }
  // A new key: the old snapshot can be read, new ones are written whole with the new key.
  const auto store = OpenStore(&fs, SmallRuns(&both));
  EXPECT_TRUE(ReadSnapshot(store.get(), 1).value() == secret);
  for (uint64_t number = 2; number <= 3; ++number) {
    auto change = std::move(store->Begin()).value();
    EXPECT_EQ(change->base(), 0u);
    ASSERT_TRUE(FeedChange(change.get(), {}, secret, number).ok());
    ASSERT_TRUE(change->Commit(MetaOf(number, secret)).ok());
  }
  EXPECT_TRUE(ReadSnapshot(store.get(), 3).value() == secret);
}

void CopyFiles(SimFileSystem* from, SimFileSystem* to) {
  for (const char* directory : {"/snapshots", "/snapshots/a", "/snapshots/b"}) {
    ASSERT_TRUE(to->MakeDirectory(directory).ok());
  }
  for (const std::string& file : from->Files()) {
    ASSERT_TRUE(to->Create(file).value()->Append(from->ReadAll(file).value()).ok());
  }
}

TEST(SnapshotStore, ADamagedSnapshotIsFoundAndTheOtherServes) {
  SimFileSystem fs;
  SnapshotOptions options = SmallRuns();
  options.batch_bytes_max = 0;
  const auto all = MakeSnapshots(OpenStore(&fs, options).get(), 1, 4);
  uint64_t found = 0;
  for (const std::string& file : fs.Files()) {
    const uint64_t bits = 8 * fs.SizeOf(file).value();
    if (file.find("/snapshots/b/") == std::string::npos) continue;
    for (uint64_t bit = 3; bit < bits; bit += 1 + bits / 4) {
      SimFileSystem damaged;
      CopyFiles(&fs, &damaged);
      damaged.FlipBit(file, bit);
      const auto store = SnapshotStore::Open(&damaged, "/snapshots", options);
      ASSERT_TRUE(store.ok()) << store.status().message();
      const auto newest = store.value()->NewestValid();
      ASSERT_TRUE(newest.ok()) << newest.status().message();
      const uint64_t number = newest.value().number;
      ASSERT_TRUE(number == 4 || number == 3) << file << " bit " << bit;
      if (number == 3) {
        ++found;
        EXPECT_FALSE(store.value()->notes().empty()) << file << " bit " << bit;
      }
      ASSERT_TRUE(ReadSnapshot(store.value().get(), number).value() == all.at(number));
    }
  }
  EXPECT_GT(found, 5u);
}

// The n-th call fails while a snapshot is made: it is made, or the one before is still there.
void FailNthCall(uint64_t n, Fault fault, const SnapshotOptions& options, bool* fired) {
  SimFileSystem fs;
  auto process = fs.NewProcess();
  auto store = OpenStore(process.get(), options);
  const auto all = MakeSnapshots(store.get(), 1, 2);
  Random random(7);
  const Records next = ChangeRecords(all.at(2), &random);
  fs.FailAt(n, fault);
  bool made = false;
  if (auto change = store->Begin(); change.ok()) {
    made = FeedChange(change.value().get(), all.at(1), next, n).ok() &&
           change.value()->Commit(MetaOf(3, next)).ok();
  }
  *fired = fs.fault_fired();
  fs.FailAt(0, fault);
  if (!*fired) {
    ASSERT_TRUE(made);
  }
  // It goes on without a restart.
  ASSERT_EQ(store->newest().number, made ? 3u : 2u);
  ASSERT_TRUE(store->Verify(store->newest().number).ok());
  fs.PowerLoss(n);
  store.reset();
  process = fs.NewProcess();
  store = OpenStore(process.get(), options);
  const auto newest = store->NewestValid();
  ASSERT_TRUE(newest.ok()) << newest.status().message();
  ASSERT_GE(newest.value().number, made ? 3u : 2u)
      << "call " << n << ", fault " << static_cast<int>(fault) << ", runs of " << options.run_bytes
      << " bytes";
  const uint64_t number = newest.value().number;
  const auto read = ReadSnapshot(store.get(), number);
  ASSERT_TRUE(read.ok()) << "call " << n << ", fault " << static_cast<int>(fault) << ": "
                         << read.status().message();
  ASSERT_TRUE(read.value() == (number == 3 ? next : all.at(2))) << n;
}

TEST(SnapshotStore, SurvivesAFailureOfEachCall) {
  for (const SnapshotOptions& options : {SnapshotOptions(), SmallRuns()}) {
    for (const Fault fault : {Fault::kError, Fault::kNoSpace, Fault::kFailedSync}) {
      // RocksDB waits a second after each failure in the background: with files, every third call.
      const bool with_files = options.batch_bytes_max < SnapshotOptions().batch_bytes_max;
      bool fired = true;
      uint64_t n = 2;
      for (; fired && !HasFatalFailure(); n += with_files ? 3 : 1) {
        FailNthCall(n, fault, options, &fired);
      }
      EXPECT_LT(n, 300u);
    }
  }
}

TEST(SnapshotStore, PowerLossesLeaveWholeSnapshots) {
  constexpr uint64_t kSeeds = 25;
  for (uint64_t seed = 1; seed <= kSeeds && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    SimFileSystem fs;
    ASSERT_TRUE(fs.MakeDirectory("/snapshots").ok() && fs.SyncDirectory("/").ok());
    std::map<uint64_t, Records> all = {{0, {}}};
    uint64_t durable = 0;
    for (int losses = 0; losses < 3; ++losses) {
      const SnapshotOptions options = random.OneIn(2) ? SmallRuns() : SnapshotOptions();
      const auto process = fs.NewProcess();
      auto store = SnapshotStore::Open(process.get(), "/snapshots", options);
      ASSERT_TRUE(store.ok()) << store.status().message();
      const auto newest = store.value()->NewestValid();
      ASSERT_TRUE(newest.ok()) << newest.status().message();
      uint64_t number = newest.value().number;
      ASSERT_GE(number, durable);
      ASSERT_TRUE(store.value()->notes().empty()) << store.value()->notes()[0];
      if (number > 0) {
        ASSERT_TRUE(ReadSnapshot(store.value().get(), number).value() == all[number]);
      }
      for (uint64_t made = random.Below(5); made > 0; --made) {
        auto change = store.value()->Begin();
        ASSERT_TRUE(change.ok()) << change.status().message();
        all[number + 1] = ChangeRecords(all[number], &random);
        if (made == 1) fs.FailAt(1 + random.Below(20), Fault::kError, true);
        const Status fed = FeedChange(change.value().get(), all[change.value()->base()],
                                      all[number + 1], random.Next());
        if (!fed.ok() || !change.value()->Commit(MetaOf(number + 1, all[number + 1])).ok()) break;
        durable = ++number;
      }
      fs.PowerLoss(random.Next());
    }
  }
}

}  // namespace
}  // namespace weir
