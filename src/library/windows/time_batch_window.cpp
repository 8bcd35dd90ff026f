#include <optional>
#include <vector>

#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

constexpr Parameter kStartTime{"start.time", kIntOrLong, Parameter::Form::kConstant};

class TimeBatchWindow final : public Window {
 public:
  TimeBatchWindow(TimeMs span, std::optional<TimeMs> start, bool stream_current)
      : span_(span), start_(start), stream_current_(stream_current) {}

  void OnRow(RowId row, WindowContext& context) override {
    if (!scheduled_) ScheduleTick(context);
    reset_due_ = true;
    if (!stream_current_) {
      batch_.push_back(row);
      return;
    }
    context.EmitCurrent(row);
    if (context.needs_expired()) {
      previous_.push_back(row);
    } else {
      context.Release(row);
    }
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    scheduled_ = false;
    for (RowId row : previous_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    previous_.clear();
    if (reset_due_) context.EmitReset(context.now());
    reset_due_ = false;
    for (RowId row : batch_) {
      context.EmitCurrent(row);
      if (!context.needs_expired()) context.Release(row);
    }
    if (context.needs_expired()) previous_.swap(batch_);
    batch_.clear();
    if (!previous_.empty()) ScheduleTick(context);
  }

 private:
  // Ticks go on forever from the first event at a fixed phase, but one that finds nothing to do
  // cannot be told from none: the timer runs only while events are held.
  void ScheduleTick(WindowContext& context) {
    const TimeMs now = context.now();
    if (!started_) {
      started_ = true;
      const __int128 since_start = static_cast<__int128>(now) - start_.value_or(now);
      tick_ = After(now, span_ - static_cast<TimeMs>(since_start % span_));
    } else if (tick_ <= now) {
      const auto since_tick = static_cast<TimeMs>((static_cast<__int128>(now) - tick_) % span_);
      tick_ = since_tick == 0 ? now : After(now, span_ - since_tick);
    }
    scheduled_ = true;
    if (tick_ == now) {
      if (context.ScheduleForNow()) return;
      tick_ = After(now, span_);
    }
    context.Schedule(tick_);
  }

  TimeMs span_;
  std::optional<TimeMs> start_;
  bool stream_current_;

  bool started_ = false;
  bool scheduled_ = false;
  bool reset_due_ = false;       // an event arrived since the last tick
  TimeMs tick_ = 0;              // the last tick computed
  std::vector<RowId> batch_;     // to be emitted at the tick
  std::vector<RowId> previous_;  // to be expired at the tick; empty if nobody wants that
};

Result<std::unique_ptr<Window>> MakeTimeBatchWindow(std::span<const Argument> arguments, size_t) {
  const auto span = NumberArgument(kWindowTime, arguments[0], 1);
  if (!span.ok()) return span.status();
  std::optional<TimeMs> start;
  bool stream_current = false;
  for (const Argument& argument : arguments.subspan(1)) {
    if (argument.type == Type::kBool) {
      const auto given = BoolArgument(kStreamCurrentEvent, argument);
      if (!given.ok()) return given.status();
      stream_current = given.value();
    } else {
      const auto given = NumberArgument(kStartTime, argument, std::numeric_limits<int64_t>::min());
      if (!given.ok()) return given.status();
      start = given.value();
    }
  }
  return std::unique_ptr<Window>(
      std::make_unique<TimeBatchWindow>(span.value(), start, stream_current));
}

}  // namespace

void RegisterTimeBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "timeBatch";
  spec.summary =
      "Collects the events of each window.time and emits them as one batch; periods count from the "
      "first event or from start.time; with stream.current.event events pass at once and only "
      "leave as a batch.";
  spec.example =
      "from Trades#window.timeBatch(1 min) select symbol, sum(volume) as volume insert into Sums;";
  spec.overloads = {{kWindowTime},
                    {kWindowTime, kStartTime},
                    {kWindowTime, kStreamCurrentEvent},
                    {kWindowTime, kStartTime, kStreamCurrentEvent}};
  spec.batch = true;
  spec.make = MakeTimeBatchWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
