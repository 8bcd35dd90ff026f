#include <optional>
#include <vector>

#include "catalog/registry.h"
#include "library/windows/tick_phase.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class TimeBatchWindow final : public Window {
 public:
  TimeBatchWindow(TimeMs span, std::optional<TimeMs> start, bool stream_current)
      : ticks_(span, start), stream_current_(stream_current) {}

  void OnRow(RowId row, WindowContext& context) override {
    ticks_.Schedule(context);
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
    ticks_.OnTick();
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
    if (!previous_.empty()) ticks_.Schedule(context);
  }

  void Save(StateWriter& out) const override { out.Write(ticks_, reset_due_, batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(ticks_, reset_due_);
    rows.ReadIds(in, &batch_);
    rows.ReadIds(in, &previous_);
  }

 private:
  TickPhase ticks_;
  bool stream_current_;
  bool reset_due_ = false;       // an event arrived since the last tick
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
      const auto given = StartArgument(argument);
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
