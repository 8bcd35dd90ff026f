#include <optional>
#include <vector>

#include "catalog/registry.h"
#include "library/windows/tick_phase.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// At each tick all events since the begin of the period are a batch, so batches grow until the
// period is over; then they start anew.
class CumulativeWindow final : public Window {
 public:
  CumulativeWindow(TimeMs span, TimeMs step, std::optional<TimeMs> start)
      : span_(span), ticks_(step, start) {}

  void OnRow(RowId row, WindowContext& context) override {
    ticks_.Schedule(context);
    rows_.push_back(row);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    ticks_.OnTick();
    for (RowId row : ended_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    ended_.clear();
    for (size_t i = 0; i < emitted_; ++i) context.EmitExpired(rows_[i], context.now());
    if (!rows_.empty()) context.EmitReset(context.now());
    for (RowId row : rows_) context.EmitCurrent(row);
    emitted_ = rows_.size();
    const __int128 since_base = static_cast<__int128>(context.now()) - ticks_.base();
    if (since_base % span_ == 0) EndPeriod(context);
    if (!rows_.empty() || !ended_.empty()) ticks_.Schedule(context);
  }

  void Save(StateWriter& out) const override {
    out.Write(ticks_, rows_, uint64_t{emitted_}, ended_);
  }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(ticks_);
    rows.ReadIds(in, &rows_);
    emitted_ = in.Get<uint64_t>();
    rows.ReadIds(in, &ended_);
    if (!in.Check(emitted_ <= rows_.size(), "more rows were emitted than there are")) emitted_ = 0;
  }

 private:
  void EndPeriod(WindowContext& context) {
    if (context.needs_expired()) {
      ended_.swap(rows_);
    } else {
      for (RowId row : rows_) context.Release(row);
    }
    rows_.clear();
    emitted_ = 0;
  }

  TimeMs span_;
  TickPhase ticks_;
  std::vector<RowId> rows_;   // of the period at hand
  size_t emitted_ = 0;        // how many of them, from the first, are the last batch
  std::vector<RowId> ended_;  // the last batch if its period is over; to be expired at the tick
};

constexpr Parameter kStep{"step.time", kIntOrLong, Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeCumulativeWindow(std::span<const Argument> arguments, size_t) {
  const auto span = NumberArgument(kWindowTime, arguments[0], 1);
  if (!span.ok()) return span.status();
  const auto step = NumberArgument(kStep, arguments[1], 1);
  if (!step.ok()) return step.status();
  if (span.value() % step.value() != 0) {
    return Status::Invalid("window.time must be a multiple of step.time, but " +
                           std::to_string(span.value()) + " is none of " +
                           std::to_string(step.value()));
  }
  std::optional<TimeMs> start;
  if (arguments.size() > 2) {
    const auto given = StartArgument(arguments[2]);
    if (!given.ok()) return given.status();
    start = given.value();
  }
  return std::unique_ptr<Window>(
      std::make_unique<CumulativeWindow>(span.value(), step.value(), start));
}

}  // namespace

void RegisterCumulativeWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "cumulative";
  spec.summary =
      "Emits, every step.time, all events since the begin of the period as one batch, and starts "
      "anew when a period of window.time is over; periods count from the first event or from "
      "start.time.";
  spec.example =
      "from Trades#window.cumulative(1 hour, 5 min) select sum(volume) as volume_so_far "
      "insert into Sums;";
  spec.overloads = {{kWindowTime, kStep}, {kWindowTime, kStep, kStartTime}};
  spec.batch = true;
  spec.make = MakeCumulativeWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
