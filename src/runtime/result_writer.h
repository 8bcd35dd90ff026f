#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/row_writer.h"
#include "plan/planner.h"
#include "runtime/output_file.h"
#include "runtime/sink_set.h"
#include "runtime/tap_merge.h"
#include "weir/run.h"

namespace weir {

// Whether outputs can be printed so.
Status CheckOutputs(const std::vector<RunOutput>& outputs, bool bare, bool sequence_numbers);

// Writes what the taps hold as lines, each output to its file, all in the order of the keys.
class ResultWriter {
 public:
  // `outputs` are those of the plan, in the same order.
  Status Open(const Plan& plan, const std::vector<RunOutput>& outputs, const RunOptions& options);

  // The same for another app's plan: files that are open stay so, and rows are counted on.
  Status Reopen(const Plan& plan, const std::vector<RunOutput>& outputs, const RunOptions& options);

  // Takes the rows of the outputs behind those of Open. Outlives the writer.
  void AttachSinks(SinkSet* sinks) { sinks_ = sinks; }
  SinkSet* sinks() const { return sinks_; }  // may be null
  // For sinks that write to the standard output.
  TextBuffer* standard_output() { return standard_output_->buffer(); }

  // Rows are counted, but not written. False at first.
  void set_muted(bool muted) { muted_ = muted; }
  void Write(const std::vector<Port>& taps);
  void WriteAnswer(const std::string& line);

  Status FlushIfLarge();
  bool is_large() const;  // FlushIfLarge would write something
  Status Flush();
  Status Close();
  // Forgets what was not flushed.
  void Discard();
  // What was flushed to files is on disk. May be called by another thread.
  Status Sync() const;

  // How much of each output there is. Save comes after Flush. A file is cut to what it held when
  // that was saved, so that nothing is written twice.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);
  // The counts of rows alone; false if one of the outputs was not saved. Files stay as they are.
  bool LoadCounts(StateReader& in);
  void ForgetCounts() {
    for (Output& output : outputs_) output.rows = 0;
  }
  // Nothing was saved: files begin anew.
  Status Empty();

  bool has_sinks() const { return sinks_ != nullptr && sinks_->size() > 0; }
  // What sinks are known to have delivered is not written again.
  Status TakePositions(const std::vector<InputPosition>& positions) {
    return sinks_ == nullptr ? Status::Ok() : sinks_->SkipDelivered(positions);
  }

  // Nobody reads what is written to a pipe.
  bool reader_gone() const;

 private:
  struct Output {
    RowWriter writer;
    TextBuffer* buffer;
    std::string what;  // as the user named it
    uint64_t rows = 0;
    uint64_t known_rows = 0;  // so many the reader has already
  };

  Result<OutputFile*> FileFor(const std::string& path, bool keeps_state);

  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<Output> outputs_;
  OutputFile* standard_output_ = nullptr;
  std::function<void(std::string_view)> report_;
  SinkSet* sinks_ = nullptr;
  TapMerge merge_;
  bool muted_ = false;
  std::string answer_head_ = "{";  // of answers to on-demand queries
};

}  // namespace weir
