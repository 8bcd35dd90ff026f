// An app whose state is kept on a simulated disk, fed by batches made from a seed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/disk_tables.h"
#include "json/row_writer.h"
#include "runtime/app_state.h"
#include "runtime/query_answer.h"
#include "runtime/state_keeper.h"
#include "testing/sim_file_system.h"
#include "weir/app.h"

namespace weir {

// What came out and is not lost by a crash, as a file is not.
using OutputLines = std::vector<std::string>;

// One life of the app: made, recovered, fed, destroyed.
class KeptApp final : public KeptRun {
 public:
  // `place`: of tables on disk; may be null.
  KeptApp(std::shared_ptr<const App> app, OutputLines* lines,
          std::shared_ptr<TablePlace> place = nullptr);

  const StreamFormats& formats() const { return formats_; }
  // Messages run so far, over all lives.
  uint64_t messages() const { return loop_->next_message(); }
  Status Run(MessageBatch* batch) { return loop_->Run(batch); }

  void Save(StateWriter& out) const override;
  Status Load(StateReader& in, bool migrate) override;
  Status Begin() override;
  Status PrepareSave() override {
    return disk_tables_ == nullptr ? Status::Ok() : disk_tables_->Checkpoint();
  }
  Status SettleSave() override {
    return disk_tables_ == nullptr ? Status::Ok() : disk_tables_->SettleCheckpoint();
  }
  Status Replay(MessageBatch* batch) override { return loop_->Run(batch); }
  Status ReplayQuery(const std::string&) override { return Status::Ok(); }

 private:
  std::shared_ptr<const App> app_;
  OutputLines* lines_;
  StreamFormats formats_;
  std::vector<StateUnit> units_;
  std::vector<std::unique_ptr<RowWriter>> writers_;
  std::shared_ptr<DiskTables> disk_tables_;
  std::unique_ptr<EpochLoop> loop_;
};

// An app with windows, a pattern, a table, groups and a partition.
std::shared_ptr<const App> MakeKeptApp();
// One with tables on disk.
std::shared_ptr<const App> MakeKeptDiskApp();
// The n-th batch, of kBatchMessages messages.
inline constexpr uint64_t kBatchMessages = 8;
void FillBatch(uint64_t seed, uint64_t number, MessageBatch* batch);
// What comes out of `batches` batches without any crash.
OutputLines CleanOutput(const std::shared_ptr<const App>& app, uint64_t seed, uint64_t batches);

}  // namespace weir
