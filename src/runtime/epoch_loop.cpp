#include "runtime/epoch_loop.h"

#include <algorithm>
#include <numeric>

namespace weir {

EpochLoop::EpochLoop(std::unique_ptr<Dag> dag, std::vector<SchemaPtr> schemas, bool rows_move_clock,
                     OnEpoch on_epoch)
    : dag_(std::move(dag)),
      schemas_(std::move(schemas)),
      rows_move_clock_(rows_move_clock),
      on_epoch_(std::move(on_epoch)),
      columns_(schemas_.size()),
      timestamps_(schemas_.size()),
      cursors_(schemas_.size()),
      moments_(schemas_.size()),
      sources_(schemas_.size()) {}

TimeMs EpochLoop::ClockAfter(const BatchMessage& message) const {
  const bool moves = message.stream == BatchMessage::kClockStep || rows_move_clock_;
  if (!moves || message.time == kNoTime) return clock_;
  return std::max(clock_, message.time);
}

void EpochLoop::Start(TimeMs time) {
  clock_ = time;
  timeline_.base = time;
  started_ = true;
  dag_->Start(time);
}

Status EpochLoop::Run(MessageBatch* batch) {
  TakeRows(batch);
  timeline_.base = clock_;
  for (const BatchMessage& message : batch->messages) {
    const bool moves = message.stream == BatchMessage::kClockStep || rows_move_clock_;
    if (!started_ && moves && message.time != kNoTime) {
      RunPending();
      Start(next_message_ == 0 ? message.time : std::max(clock_, message.time));
    }
    const TimeMs clock = ClockAfter(message);
    if (clock - timeline_.base > span_max_ || pending_.size() == kMaxEpochMessages) {
      RunPending();
      MoveClock(clock);
    }
    clock_ = clock;
    timeline_.clocks.push_back(clock);
    pending_.push_back(message);
  }
  RunPending();
  for (const uint32_t stream : touched_) columns_[stream].clear();
  batch->messages.clear();
  batch->rows = 0;
  return dag_->status();
}

// Lets the timers of a long way to `target` fire in epochs of their own; these have the number of
// the message that is about to move the clock, so that what they give does not tell of them.
void EpochLoop::MoveClock(TimeMs target) {
  while (target - clock_ > span_max_) {
    const TimeMs due = dag_->NextDue();
    if (due > target) {
      clock_ = target;
    } else {
      timeline_.base = std::max(clock_, due - 1);
      clock_ = timeline_.base + std::min(span_max_, target - timeline_.base);
      timeline_.clocks.push_back(clock_);
      timeline_.first_message = next_message_;
      dag_->Run(timeline_, sources_, &taps_);
      Adapt(/*span_was_reached=*/true);
      on_epoch_(timeline_, taps_);
      timeline_.clocks.clear();
    }
    timeline_.base = clock_;
  }
}

// Takes the batch's rows over as columns.
void EpochLoop::TakeRows(MessageBatch* batch) {
  touched_.clear();
  for (const BatchMessage& message : batch->messages) {
    if (message.rows == 0) continue;
    StreamRows& rows = batch->streams[message.stream];
    if (rows.size() == 0) continue;  // taken already
    touched_.push_back(message.stream);
    TakeStream(message.stream, &rows);
  }
  std::sort(touched_.begin(), touched_.end());
}

void EpochLoop::TakeStream(uint32_t stream, StreamRows* rows) {
  const size_t size = rows->size();
  for (ColumnBuilder& column : rows->columns) {
    columns_[stream].push_back(column.Finish());
    column = ColumnBuilder(column.type(), size);  // the next batch may well be like this one
  }
  timestamps_[stream] = std::move(rows->timestamps);
  rows->timestamps.clear();
  rows->timestamps.reserve(size);
  cursors_[stream] = {};
  moments_[stream].clear();
  moments_[stream].reserve(size);
}

void EpochLoop::RunPending() {
  if (!pending_.empty()) {
    timeline_.first_message = next_message_;
    FillSources();
    dag_->Run(timeline_, sources_, &taps_);
    for (const uint32_t stream : touched_) sources_[stream].chunks.clear();
    next_message_ += pending_.size();
    Adapt(timeline_.end() - timeline_.base > span_max_ / 2);
    on_epoch_(timeline_, taps_);
    pending_.clear();
    timeline_.clocks.clear();
  }
  timeline_.base = clock_;
}

void EpochLoop::FillSources() {
  for (uint32_t position = 0; position < pending_.size(); ++position) {
    const BatchMessage& message = pending_[position];
    if (message.stream == BatchMessage::kClockStep) continue;
    const Moment moment = timeline_.MessageMoment(position);
    const TimeMs clock = timeline_.clocks[position];
    Cursor& cursor = cursors_[message.stream];
    TimeMs* timestamps = timestamps_[message.stream].data();
    std::vector<Moment>& moments = moments_[message.stream];
    for (uint32_t i = 0; i < message.rows; ++i, ++cursor.end) {
      TimeMs& timestamp = timestamps[cursor.end];
      if (timestamp == kNoTime) timestamp = clock;
      moments.push_back(moment);
    }
  }
  for (const uint32_t stream : touched_) {
    Cursor& cursor = cursors_[stream];
    if (cursor.begin == cursor.end) continue;
    sources_[stream].chunks.push_back(MakeChunk(stream, cursor));
    cursor.begin = cursor.end;
    moments_[stream].clear();
  }
}

// The rows as a chunk of their own; without copying if they are all rows of the batch.
Chunk EpochLoop::MakeChunk(uint32_t stream, const Cursor& rows) {
  auto meta = std::make_shared<RowMeta>();
  const bool all = rows.begin == 0 && rows.end == timestamps_[stream].size();
  meta->moments = std::move(moments_[stream]);
  if (all) {
    meta->timestamps = std::move(timestamps_[stream]);
    return Chunk(schemas_[stream], std::move(columns_[stream]), std::move(meta));
  }
  const auto first = timestamps_[stream].begin();
  meta->timestamps.assign(first + rows.begin, first + rows.end);
  std::vector<uint32_t> numbers(rows.end - rows.begin);
  std::iota(numbers.begin(), numbers.end(), rows.begin);
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : columns_[stream]) columns.push_back(GatherColumn(column, numbers));
  return Chunk(schemas_[stream], std::move(columns), std::move(meta));
}

void EpochLoop::Adapt(bool span_was_reached) {
  uint64_t rows = 0;
  for (const Port& tap : taps_) {
    for (const Chunk& chunk : tap.chunks) rows += chunk.size();
  }
  if (rows > kManyRows) {
    span_max_ = std::max<TimeMs>(1, (timeline_.end() - timeline_.base) / 2);
  } else if (span_was_reached && rows < kFewRows) {
    span_max_ = std::min(kMaxEpochSpanMs, 2 * span_max_);
  }
}

void EpochLoop::Save(StateWriter& out) const {
  out.BeginOwner(":clock");
  out.Write(started_, clock_, next_message_);
  out.EndOwner();
  dag_->Save(out);
}

void EpochLoop::Load(StateReader& in) {
  if (in.BeginOwner(":clock")) {
    in.Read(started_, clock_, next_message_);
    in.EndOwner();
  } else {
    in.Fail("the clock is missing");
  }
  if (!in.ok()) return;
  timeline_.base = clock_;
  dag_->Load(in, started_ ? std::optional(clock_) : std::nullopt);
}

}  // namespace weir
