#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/file_input.h"
#include "runtime/run_core.h"

namespace weir {

// Several inputs as one, by the timestamps of their messages; ties in the order of the inputs. A
// message without a timestamp follows the one before it. Waits until every input that has not
// ended has a message, so the result does not depend on how fast the inputs are.
class InputMerge {
 public:
  // `reload` is called when the core says that it is asked for; the core stays where it is.
  InputMerge(const StreamFormats& formats, std::vector<FileInput*> inputs, RunCore* core,
             std::function<Status()> reload);

  // Runs everything. *stopped tells that a bad record was met that stops the run.
  Status Run(bool* stopped);

 private:
  // What was read from one input and is not handed on yet.
  struct Head {
    Head(FileInput* from, const StreamFormats& formats) : input(from), batch(formats) {}
    bool HasMessage() const { return message < batch.messages.size(); }
    bool HasItem() const { return HasMessage() || at_query; }

    FileInput* input;
    MessageBatch batch;
    std::vector<std::vector<ColumnPtr>> columns;  // by stream: the rows of the batch
    std::vector<uint32_t> next_row;               // by stream
    size_t message = 0;                           // next to be handed on
    uint64_t bytes = 0;                           // where the batch begins
    uint64_t lines = 0;
    TimeMs time = kNoTime;  // of the next message or query
    bool at_query = false;  // a query follows the batch
    bool at_stop = false;   // a bad record follows that stops the run
    bool at_end = false;
  };

  static constexpr size_t kReadAhead = 1024;  // messages

  Status Refill(Head* head, bool* needs_bytes);
  void FindTime(Head* head);
  void HandOn(Head* head);
  Head* Next();
  std::vector<InputPosition> Positions() const;

  const StreamFormats& formats_;
  RunCore* core_;
  std::function<Status()> reload_;
  std::deque<Head> heads_;
};

}  // namespace weir
