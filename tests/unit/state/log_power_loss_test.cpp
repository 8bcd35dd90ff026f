// Random work on a log with power losses in between, against a list of what was appended.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "testing/sim_file_system.h"
#include "unit/state/log_cases.h"

namespace weir {
namespace {

class LogWorld {
 public:
  explicit LogWorld(uint64_t seed) : random_(seed) {
    EXPECT_TRUE(fs_.MakeDirectory("/log").ok() && fs_.SyncDirectory("/").ok());
    Recover();
  }

  void Live() {
    for (uint64_t steps = random_.Below(30); steps > 0 && !Failed(); --steps) Step();
  }

  void LosePower() {
    if (random_.OneIn(3)) fs_.FailAt(1 + random_.Below(6), SimFileSystem::Fault::kError);
    if (random_.OneIn(2)) Live();  // up to the fault
    fs_.PowerLoss(random_.Next());
    writer_.reset();
    // A recovery may itself be interrupted.
    if (random_.OneIn(4)) {
      fs_.FailAt(1 + random_.Below(8), SimFileSystem::Fault::kError);
      (void)RecoverLog(&fs_, "/log", {needed_, 0}).ok();
      fs_.PowerLoss(random_.Next());
    }
    Recover();
  }

  static bool Failed() { return testing::Test::HasFatalFailure(); }

 private:
  void Step() {
    const uint64_t choice = random_.Below(10);
    if (choice < 6) {
      const uint64_t number = appended_.size() + 1;
      const std::string payload =
          std::to_string(random_.Next()) + std::string(random_.Below(900), 'x');
      const auto got = writer_->Append(payload);
      if (!got.ok()) {
        // The first that fails may be in the log all the same.
        if (in_doubt_.empty()) in_doubt_ = payload;
        return;
      }
      ASSERT_EQ(got.value(), number);
      appended_.push_back(payload);
    } else if (choice < 8) {
      if (writer_->Sync().ok()) durable_ = appended_.size();
    } else if (choice == 8) {
      writer_->SetSchema("schema " + std::to_string(random_.Below(3)));
    } else {
      // As if a snapshot covered a durable part.
      needed_ = std::max(needed_, random_.Below(durable_ + 1) + 1);
      (void)CutLog(&fs_, "/log", needed_).ok();
    }
    durable_ = std::max(durable_, writer_->synced_through());
  }

  void Recover() {
    const auto recovery = RecoverLog(&fs_, "/log", {needed_, random_.OneIn(2) ? durable_ : 0});
    ASSERT_TRUE(recovery.ok()) << recovery.status().message();
    const uint64_t next = recovery.value().next_number;
    ASSERT_GT(next, durable_);
    if (next == appended_.size() + 2) appended_.push_back(in_doubt_);
    ASSERT_LE(next, appended_.size() + 1);
    appended_.resize(next - 1);
    in_doubt_.clear();
    durable_ = next - 1;
    const auto read = ReadLog(&fs_, "/log", needed_);
    ASSERT_TRUE(read.ok()) << read.status().message();
    const auto from = appended_.begin() + static_cast<ptrdiff_t>(needed_ - 1);
    ASSERT_TRUE(std::equal(from, appended_.end(), read.value().begin(), read.value().end()));
    LogOptions options = SmallLog();
    options.salt = random_.Next();
    options.sync = static_cast<SyncPolicy>(random_.Below(3));
    options.segment_bytes = 500 + random_.Below(3000);
    auto writer = LogWriter::Open(&fs_, "/log", options, next);
    ASSERT_TRUE(writer.ok()) << writer.status().message();
    writer_ = std::move(writer).value();
  }

  Random random_;
  SimFileSystem fs_;
  std::unique_ptr<LogWriter> writer_;
  std::vector<std::string> appended_;
  std::string in_doubt_;
  uint64_t durable_ = 0;
  uint64_t needed_ = 1;
};

TEST(LogPowerLoss, NothingSyncedIsLostAndOrderIsKept) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LogWorld world(seed);
    for (int losses = 0; losses < 4 && !LogWorld::Failed(); ++losses) {
      world.Live();
      world.LosePower();
    }
    if (LogWorld::Failed()) break;
  }
}

}  // namespace
}  // namespace weir
