// The whole of log, snapshots and recovery on a disk that loses power, fails and rots.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/random.h"
#include "unit/runtime/kept_app.h"

namespace weir {
namespace {

constexpr uint64_t kBatches = 24;

// WEIR_FAULT_SEEDS makes a run longer, WEIR_FAULT_FIRST begins it elsewhere.
uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// A disk, an app and what came out of it, over several lives.
class Lives {
 public:
  Lives(std::shared_ptr<const App> app, uint64_t seed, SyncPolicy sync)
      : app_(std::move(app)), seed_(seed), random_(seed), sync_(sync) {}

  SimFileSystem& fs() { return fs_; }
  const OutputLines& lines() const { return lines_; }
  // What the user was told.
  const std::string& said() const { return said_; }
  // Rot in the last record cannot be told from a write that was torn.
  void ForgetAcknowledged() { acknowledged_ = 0; }

  // Recovers and feeds batches until all are fed, something fails, or `batches_max` are.
  Status Live(uint64_t batches_max, bool closes) {
    KeptApp kept(app_, &lines_, std::make_shared<TablePlace>(&fs_, "/state/tables"));
    KeeperOptions options;
    options.directory = "/state";
    options.sync = sync_;
    options.snapshot_interval_ms = 0;
    options.in_place = true;
    options.file_system = &fs_;
    options.report = [this](std::string_view line) { said_ += std::string(line) + "\n"; };
    auto keeper = StateKeeper::Open(std::move(options), kept.formats());
    if (!keeper.ok()) return keeper.status();
    Status status = keeper.value()->Recover(&kept);
    if (!status.ok()) return status;
    const uint64_t known = kept.messages() / kBatchMessages;
    EXPECT_EQ(kept.messages() % kBatchMessages, 0u);
    EXPECT_GE(known, acknowledged_) << "seed " << seed_ << ": an acknowledged batch is lost";
    for (uint64_t number = known; number < kBatches && number < known + batches_max; ++number) {
      MessageBatch batch(kept.formats());
      FillBatch(seed_, number, &batch);
      status = keeper.value()->LogBatch(batch, {{"in", std::to_string(number)}});
      if (!status.ok()) return status;
      if (sync_ == SyncPolicy::kEpoch) acknowledged_ = number + 1;
      status = kept.Run(&batch);
      if (!status.ok()) return status;
      if (random_.OneIn(4)) status = keeper.value()->TakeSnapshot();
      if (!status.ok()) return status;
    }
    return closes ? keeper.value()->Close() : status;
  }

  void LosePower(uint64_t seed) { fs_.PowerLoss(seed); }
  uint64_t Below(uint64_t n) { return random_.Below(n); }

 private:
  std::shared_ptr<const App> app_;
  uint64_t seed_;
  Random random_;
  SyncPolicy sync_;
  SimFileSystem fs_;
  OutputLines lines_;
  std::string said_;
  uint64_t acknowledged_ = 0;
};

class KeeperFault : public ::testing::Test {
 protected:
  const std::shared_ptr<const App> app_ = MakeKeptApp();
};

// One part of the seeds, so that parts run side by side.
void LosePowerOften(const std::shared_ptr<const App>& app, uint64_t part, uint64_t seeds) {
  const uint64_t first = FromEnvironment("WEIR_FAULT_FIRST", 1) + part * seeds;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const SyncPolicy sync = seed % 3 == 0 ? SyncPolicy::kNone : SyncPolicy::kEpoch;
    const OutputLines clean = CleanOutput(app, seed, kBatches);
    Lives lives(app, seed, sync);
    for (int life = 0; life < 3; ++life) {
      const Status status = lives.Live(lives.Below(12), false);
      ASSERT_TRUE(status.ok()) << status.message();
      lives.LosePower(seed * 10 + static_cast<uint64_t>(life));
    }
    const Status status = lives.Live(kBatches, true);
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_EQ(lives.lines(), clean);
    ASSERT_EQ(lives.said().find("damaged"), std::string::npos) << lives.said();
  }
}

uint64_t SeedsPerPart() { return FromEnvironment("WEIR_FAULT_SEEDS", 1000) / 4; }

TEST_F(KeeperFault, PowerLossLosesNothing1) { LosePowerOften(app_, 0, SeedsPerPart()); }
TEST_F(KeeperFault, PowerLossLosesNothing2) { LosePowerOften(app_, 1, SeedsPerPart()); }
TEST_F(KeeperFault, PowerLossLosesNothing3) { LosePowerOften(app_, 2, SeedsPerPart()); }
TEST_F(KeeperFault, PowerLossLosesNothing4) { LosePowerOften(app_, 3, SeedsPerPart()); }

// Tables on disk go back to where the snapshot was; a tenth of the seeds, since they take longer.
TEST_F(KeeperFault, PowerLossLosesNothingOnDisk) {
  const auto app = MakeKeptDiskApp();
  LosePowerOften(app, 0, FromEnvironment("WEIR_FAULT_SEEDS", 1000) / 10);
}

// The n-th call fails, for every n until none is left to fail; then the disk is well again.
void FailEveryCall(const std::shared_ptr<const App>& app, uint64_t step) {
  using Fault = SimFileSystem::Fault;
  const OutputLines clean = CleanOutput(app, 5, kBatches);
  for (const Fault fault :
       {Fault::kError, Fault::kNoSpace, Fault::kShortWrite, Fault::kFailedSync}) {
    for (uint64_t n = 1;; n += step) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + ", call " +
                   std::to_string(n));
      Lives lives(app, 5, SyncPolicy::kEpoch);
      lives.fs().FailAt(n, fault);
      const Status failed = lives.Live(kBatches, true);
      const bool fired = lives.fs().fault_fired();
      lives.fs().FailAt(0, fault);
      // What was reported as failed must be told or mended; either way nothing is wrong afterwards.
      lives.LosePower(n);
      const Status status = lives.Live(kBatches, true);
      ASSERT_TRUE(status.ok()) << status.message() << "; before: " << failed.message();
      ASSERT_EQ(lives.lines(), clean);
      if (!fired) break;
    }
  }
}

TEST_F(KeeperFault, EveryFailedCallIsToldOrHarmless) {
  FailEveryCall(app_, FromEnvironment("WEIR_FAULT_STEP", 1));
}

TEST_F(KeeperFault, EveryFailedCallIsToldOrHarmlessOnDisk) {
  FailEveryCall(MakeKeptDiskApp(), 7 * FromEnvironment("WEIR_FAULT_STEP", 1));
}

// One flipped bit anywhere: what comes out is right, or the start is refused.
void FlipBits(const std::shared_ptr<const App>& app, uint64_t flips) {
  const OutputLines clean = CleanOutput(app, 9, kBatches);
  uint64_t refused = 0;
  for (uint64_t flip = 1; flip <= flips; ++flip) {
    SCOPED_TRACE("flip " + std::to_string(flip));
    Lives lives(app, 9, SyncPolicy::kEpoch);
    ASSERT_TRUE(lives.Live(16, flip % 2 == 0).ok());
    lives.LosePower(flip);
    Random random(flip);
    const std::vector<std::string> files = lives.fs().Files();
    const std::string& path = files[random.Below(files.size())];
    const uint64_t size = lives.fs().SizeOf(path).value();
    if (size == 0) continue;
    if (random.OneIn(5)) {
      lives.fs().CutFile(path, random.Below(size));
    } else {
      lives.fs().FlipBit(path, random.Below(size * 8));
    }
    lives.ForgetAcknowledged();
    const Status status = lives.Live(kBatches, false);
    if (!status.ok()) {
      ++refused;
      ASSERT_FALSE(status.message().empty());
      continue;
    }
    ASSERT_EQ(lives.lines(), clean) << path;
  }
  EXPECT_GT(refused, 0u);
}

TEST_F(KeeperFault, RotIsFoundOrHarmless) {
  FlipBits(app_, FromEnvironment("WEIR_FAULT_FLIPS", 300));
}

TEST_F(KeeperFault, RotIsFoundOrHarmlessOnDisk) {
  FlipBits(MakeKeptDiskApp(), FromEnvironment("WEIR_FAULT_FLIPS", 300) / 3);
}

}  // namespace
}  // namespace weir
