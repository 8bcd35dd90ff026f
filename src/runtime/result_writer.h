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

// Writes what the taps hold as lines, each output to its file, all in the order of the keys.
class ResultWriter {
 public:
  // `outputs` are those of the plan, in the same order.
  Status Open(const Plan& plan, const std::vector<RunOutput>& outputs, const RunOptions& options);

  // Takes the rows of the outputs behind those of Open. Outlives the writer.
  void AttachSinks(SinkSet* sinks) { sinks_ = sinks; }
  // For sinks that write to the standard output.
  TextBuffer* standard_output() { return standard_output_->buffer(); }

  void Write(const std::vector<Port>& taps);
  void WriteAnswer(const std::string& line);

  Status FlushIfLarge();
  Status Flush();
  Status Close();

  // Nobody reads what is written to a pipe.
  bool reader_gone() const;

 private:
  struct Output {
    RowWriter writer;
    TextBuffer* buffer;
    uint64_t rows = 0;
  };

  Result<OutputFile*> FileFor(const std::string& path);

  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<Output> outputs_;
  OutputFile* standard_output_ = nullptr;
  SinkSet* sinks_ = nullptr;
  TapMerge merge_;
};

}  // namespace weir
