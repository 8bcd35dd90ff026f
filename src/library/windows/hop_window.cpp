#include <optional>

#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/tick_phase.h"
#include "library/windows/timed_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// At each tick the events of the last `span` are a batch, so batches overlap where the step is
// shorter than that. An event belongs to a batch by the clock at its arrival.
class HopWindow final : public Window {
 public:
  HopWindow(TimeMs span, TimeMs step, std::optional<TimeMs> start)
      : span_(span), ticks_(step, start) {}

  void OnRow(RowId row, WindowContext& context) override {
    ticks_.Schedule(context);
    // What arrives at the very time of a tick, but before it, belongs to the batch it closes.
    rows_.PushBack({row, std::min(context.now(), ticks_.tick() - 1)});
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    ticks_.OnTick();
    for (size_t i = 0; i < emitted_; ++i) context.EmitExpired(rows_[i].row, context.now());
    while (!rows_.empty() && After(rows_.front().time, span_) < context.now()) {
      context.Release(rows_.PopFront().row);
    }
    if (!rows_.empty()) context.EmitReset(context.now());
    for (size_t i = 0; i < rows_.size(); ++i) context.EmitCurrent(rows_[i].row);
    emitted_ = rows_.size();
    if (!rows_.empty()) ticks_.Schedule(context);
  }

  void Save(StateWriter& out) const override {
    out.Write(ticks_, uint64_t{emitted_});
    SaveTimedRows(rows_, out);
  }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(ticks_);
    emitted_ = in.Get<uint64_t>();
    LoadTimedRows(in, rows, &rows_);
    if (!in.Check(emitted_ <= rows_.size(), "more rows were emitted than there are")) emitted_ = 0;
  }

 private:
  TimeMs span_;
  TickPhase ticks_;
  Ring<TimedRow> rows_;  // with the time of arrival
  size_t emitted_ = 0;   // how many of the rows, from the oldest, are the last batch
};

constexpr Parameter kStep{"step.time", kIntOrLong, Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeHopWindow(std::span<const Argument> arguments, size_t) {
  const auto span = NumberArgument(kWindowTime, arguments[0], 1);
  if (!span.ok()) return span.status();
  const auto step = NumberArgument(kStep, arguments[1], 1);
  if (!step.ok()) return step.status();
  std::optional<TimeMs> start;
  if (arguments.size() > 2) {
    const auto given = StartArgument(arguments[2]);
    if (!given.ok()) return given.status();
    start = given.value();
  }
  return std::unique_ptr<Window>(std::make_unique<HopWindow>(span.value(), step.value(), start));
}

}  // namespace

void RegisterHopWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "hop";
  spec.summary =
      "Emits, every step.time, the events of the last window.time as one batch; steps count from "
      "the first event or from start.time, and a step that finds no events only expires the batch "
      "before.";
  spec.example =
      "from Trades#window.hop(1 min, 10 sec) select symbol, sum(volume) as volume group by symbol "
      "insert into Sums;";
  spec.overloads = {{kWindowTime, kStep}, {kWindowTime, kStep, kStartTime}};
  spec.batch = true;
  spec.make = MakeHopWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
