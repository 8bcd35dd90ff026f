#include "runtime/input_merge.h"

namespace weir {

InputMerge::InputMerge(const StreamFormats& formats, std::vector<FileInput*> inputs, RunCore* core,
                       std::function<Status()> reload)
    : formats_(formats), core_(core), reload_(std::move(reload)) {
  for (FileInput* input : inputs) heads_.emplace_back(input, formats);
  core_->set_positions([this] { return Positions(); });
}

// The time that decides whose turn it is.
void InputMerge::FindTime(Head* head) {
  if (!head->HasMessage()) return;
  const TimeMs time = head->batch.messages[head->message].time;
  if (time != kNoTime) head->time = time;
}

// Reads ahead from what the input has buffered.
Status InputMerge::Refill(Head* head, bool* needs_bytes) {
  head->batch.Clear();
  head->message = 0;
  head->bytes = head->input->reader().bytes_read();
  head->lines = head->input->reader().lines_read();
  switch (head->input->Read(kReadAhead, RunCore::kRowsMax, &head->batch)) {
    case Decoder::State::kFull:
      break;
    case Decoder::State::kNeedBytes:
      *needs_bytes = head->batch.messages.empty();
      break;
    case Decoder::State::kQuery:
      head->at_query = true;
      break;
    case Decoder::State::kStopped:
      head->at_stop = true;
      break;
    case Decoder::State::kEnd:
      head->at_end = true;
      break;
  }
  head->next_row.assign(formats_.size(), 0);
  head->columns.assign(formats_.size(), {});
  for (size_t s = 0; s < formats_.size(); ++s) {
    StreamRows& rows = head->batch.streams[s];
    if (rows.size() == 0) continue;
    for (ColumnBuilder& column : rows.columns) head->columns[s].push_back(column.Finish());
  }
  FindTime(head);
  return Status::Ok();
}

// Copies the head's next message to the end of the core's batch.
void InputMerge::HandOn(Head* head) {
  const BatchMessage& message = head->batch.messages[head->message++];
  MessageBatch* to = core_->batch();
  to->messages.push_back(message);
  if (message.stream != BatchMessage::kClockStep) {
    StreamRows& rows = to->streams[message.stream];
    uint32_t& next_row = head->next_row[message.stream];
    const std::vector<TimeMs>& timestamps = head->batch.streams[message.stream].timestamps;
    for (uint32_t i = 0; i < message.rows; ++i, ++next_row) {
      for (size_t c = 0; c < rows.columns.size(); ++c) {
        rows.columns[c].AppendFrom(*head->columns[message.stream][c], next_row);
      }
      rows.timestamps.push_back(timestamps[next_row]);
    }
    to->rows += message.rows;
  }
  FindTime(head);
}

// Each input is ahead of what was handed on by a part of a batch.
std::vector<InputPosition> InputMerge::Positions() const {
  std::vector<InputPosition> positions;
  for (const Head& head : heads_) {
    std::string position = head.HasMessage()
                               ? head.input->PositionBehind(head.bytes, head.lines, head.message)
                               : head.input->Position();
    if (!position.empty()) positions.push_back({head.input->path(), std::move(position)});
  }
  return positions;
}

InputMerge::Head* InputMerge::Next() {
  Head* first = nullptr;
  for (Head& head : heads_) {
    if (head.HasItem() && (first == nullptr || head.time < first->time)) first = &head;
  }
  return first;
}

Status InputMerge::Run(bool* stopped) {
  for (;;) {
    if (core_->ReloadAsked()) {
      const Status reloaded = reload_();
      if (!reloaded.ok()) return reloaded;
    }
    std::vector<Input*> waiting;
    for (Head& head : heads_) {
      bool needs_bytes = false;
      while (!head.HasItem() && !head.at_end && !head.at_stop && !needs_bytes) {
        const Status status = Refill(&head, &needs_bytes);
        if (!status.ok()) return status;
      }
      if (needs_bytes) waiting.push_back(head.input);
      if (head.at_stop && !head.HasItem()) {
        *stopped = true;
        return core_->RunBatch();
      }
    }
    Status status;
    if (!waiting.empty()) {
      Input* ready = core_->WaitForOne(waiting, &status);
      if (ready == nullptr && status.ok() && !core_->Ending() && core_->ReloadAsked()) continue;
      if (ready == nullptr) return status.ok() ? core_->RunBatch() : status;
      const uint64_t before = ready->bytes();
      status = ready->Fill();
      core_->CountBytes(ready->bytes() - before);
    } else {
      Head* next = Next();
      if (next == nullptr) return core_->RunBatch();
      if (next->HasMessage()) {
        HandOn(next);
        if (core_->Full()) status = core_->RunBatch();
      } else {
        next->at_query = false;
        status = core_->Answer(next->input);
      }
    }
    if (!status.ok()) return status;
  }
}

}  // namespace weir
