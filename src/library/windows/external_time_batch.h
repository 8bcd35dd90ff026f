#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "catalog/window.h"
#include "library/windows/window_parameter.h"

namespace weir {

struct ExternalTimeBatchOptions {
  uint32_t time_column = 0;
  TimeMs span = 1;
  std::optional<TimeMs> start;           // a constant to which periods are aligned
  std::optional<uint32_t> start_column;  // or the attribute whose first value is the start
  TimeMs timeout = 0;                    // 0: none
  bool replace_time = false;
};

// A batch of all rows that came, for windows that are made for several kinds of batches.
class AllRows {
 public:
  bool empty() const { return rows_.empty(); }
  const std::vector<RowId>& rows() const { return rows_; }
  // Returns the row that is not part of the batch because of this one, or kNoRow.
  RowId Add(RowId row, const RowStore&) {
    rows_.push_back(row);
    return kNoRow;
  }
  void Clear() { rows_.clear(); }

  void Save(StateWriter& out) const { out.Write(rows_); }
  void Load(StateReader& in, const RowStore& rows) { rows.ReadIds(in, &rows_); }

 private:
  std::vector<RowId> rows_;
};

// Batches by the time in an attribute. With a timeout, a batch that gets no successor in time is
// emitted early; events that still belong to it then lead to the whole batch being emitted again.
template <class Batch>
class ExternalTimeBatchWindow final : public Window {
 public:
  // `empty` is what batches begin as.
  explicit ExternalTimeBatchWindow(ExternalTimeBatchOptions options, Batch empty = Batch())
      : options_(options), batch_(empty), previous_(std::move(empty)) {}

  void OnRow(RowId row, WindowContext& context) override {
    // An event without a time belongs to the batch at hand.
    if (context.rows().IsValid(options_.time_column, row)) {
      OnTime(context.rows().Get<int64_t>(options_.time_column, row), row, context);
    }
    if (options_.replace_time && started_) {
      context.SetValue(options_.time_column, row, Value::Long(end_));
    }
    Add(row, &batch_, context);
    if (started_ && options_.timeout > 0) ScheduleTimeout(context);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    timer_ = kUnscheduled;
    if (context.now() >= timeout_at_) {
      if (!emitted_early_) {
        Emit(/*keep=*/true, context);
      } else {
        EmitAgain(/*keep=*/true, context);
      }
      emitted_early_ = true;
    }
    if (!batch_.empty()) ScheduleTimeout(context);
  }

  void Save(StateWriter& out) const override {
    out.Write(started_, start_, end_, newest_, batch_, previous_);
    out.Write(emitted_early_, timeout_at_, timer_);
  }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(started_, start_, end_, newest_);
    batch_.Load(in, rows);
    previous_.Load(in, rows);
    in.Read(emitted_early_, timeout_at_, timer_);
  }

 private:
  static constexpr TimeMs kUnscheduled = std::numeric_limits<TimeMs>::max();

  // Moves to the batch of an event's time, emitting the one at hand if it is over.
  void OnTime(TimeMs time, RowId row, WindowContext& context) {
    newest_ = started_ ? std::max(newest_, time) : time;
    if (!started_) {
      started_ = true;
      Start(time, row, context);
      timeout_at_ = After(context.now(), options_.timeout);
    }
    if (time < end_) return;
    if (emitted_early_) {
      EmitAgain(/*keep=*/false, context);
    } else {
      Emit(/*keep=*/false, context);
    }
    emitted_early_ = false;
    end_ = EndOfPeriod(newest_);
    timeout_at_ = After(context.now(), options_.timeout);
  }

  void Start(TimeMs time, RowId row, const WindowContext& context) {
    start_ = time;
    if (options_.start.has_value()) {
      start_ = *options_.start;
      end_ = EndOfPeriod(time);
      return;
    }
    if (options_.start_column.has_value() && context.rows().IsValid(*options_.start_column, row)) {
      start_ = context.rows().Get<int64_t>(*options_.start_column, row);
    }
    end_ = After(start_, options_.span);
  }

  TimeMs EndOfPeriod(TimeMs time) const {
    const __int128 since_start = static_cast<__int128>(time) - start_;
    return After(time, options_.span - static_cast<TimeMs>(since_start % options_.span));
  }

  static void Add(RowId row, Batch* batch, WindowContext& context) {
    const RowId dropped = batch->Add(row, context.rows());
    if (dropped != kNoRow) context.Release(dropped);
  }
  void ExpirePrevious(WindowContext& context) {
    for (RowId row : previous_.rows()) context.EmitExpired(row, newest_);
  }
  void ReleasePrevious(WindowContext& context) {
    for (RowId row : previous_.rows()) context.Release(row);
    previous_.Clear();
  }

  // Emits the batch at hand in place of the previous one. `keep`: it may be emitted again.
  void Emit(bool keep, WindowContext& context) {
    context.NextEmission();
    ExpirePrevious(context);
    ReleasePrevious(context);
    if (batch_.empty()) return;
    context.EmitReset(newest_);
    for (RowId row : batch_.rows()) context.EmitCurrent(row);
    std::swap(previous_, batch_);
    if (!keep && !context.needs_expired()) ReleasePrevious(context);
  }

  // Emits the batch that went out early anew, with what has arrived for it since.
  void EmitAgain(bool keep, WindowContext& context) {
    if (batch_.empty()) return;
    context.NextEmission();
    ExpirePrevious(context);
    context.EmitReset(newest_);
    for (RowId row : batch_.rows()) Add(row, &previous_, context);
    batch_.Clear();
    for (RowId row : previous_.rows()) context.EmitCurrent(row);
    if (!keep && !context.needs_expired()) ReleasePrevious(context);
  }

  // Timeouts recur forever, but one that finds no events cannot be told from none: the timer runs
  // only while there are some. It may fire before timeout_at_ if that was moved on since.
  void ScheduleTimeout(WindowContext& context) {
    const TimeMs now = context.now();
    if (timeout_at_ <= now) {
      const TimeMs since_timeout = (now - timeout_at_) % options_.timeout;
      timeout_at_ = since_timeout == 0 ? now : After(now, options_.timeout - since_timeout);
    }
    if (timer_ <= timeout_at_) return;
    if (timeout_at_ == now) {
      if (context.ScheduleForNow()) {
        timer_ = now;
        return;
      }
      timeout_at_ = After(now, options_.timeout);
    }
    timer_ = timeout_at_;
    context.Schedule(timer_);
  }

  ExternalTimeBatchOptions options_;
  bool started_ = false;
  TimeMs start_ = 0;
  TimeMs end_ = 0;     // of the batch at hand, not part of it
  TimeMs newest_ = 0;  // the newest time seen
  Batch batch_;
  Batch previous_;  // emitted, to be expired or emitted again

  bool emitted_early_ = false;        // previous_ is the first part of the batch at hand
  TimeMs timeout_at_ = kUnscheduled;  // when the batch at hand is to be emitted early
  TimeMs timer_ = kUnscheduled;       // the pending timer
};

}  // namespace weir
