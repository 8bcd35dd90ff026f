#include <optional>

#include "catalog/registry.h"
#include "library/windows/tick_phase.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Collects the latest event of each key and emits them at the tick, or as soon as there are so many
// keys; then all events are dropped until the tick.
class UniqueTimeLengthBatchWindow final : public Window {
 public:
  UniqueTimeLengthBatchWindow(uint32_t key_column, TimeMs span, std::optional<TimeMs> start,
                              size_t length)
      : length_(length), ticks_(span, start), batch_({key_column}, UniqueBatch::Keep::kLatest) {}

  void OnRow(RowId row, WindowContext& context) override {
    ticks_.Schedule(context);
    if (full_) {
      context.Release(row);
      return;
    }
    const RowId dropped = batch_.Add(row, context.rows());
    if (dropped != kNoRow) context.Release(dropped);
    if (batch_.size() < length_) return;
    EmitBatch(context);
    full_ = true;
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    ticks_.OnTick();
    // A batch that was full before expires when the next one is emitted, or would be.
    if (!full_) EmitBatch(context);
    full_ = false;
    if (!previous_.empty()) ticks_.Schedule(context);
  }

  void Save(StateWriter& out) const override { out.Write(ticks_, full_, batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(ticks_, full_);
    batch_.Load(in, rows);
    rows.ReadIds(in, &previous_);
  }

 private:
  void EmitBatch(WindowContext& context) {
    for (RowId row : previous_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    previous_.clear();
    if (batch_.empty()) return;
    context.EmitReset(context.now());
    for (RowId row : batch_.rows()) {
      context.EmitCurrent(row, context.now());
      if (!context.needs_expired()) context.Release(row);
    }
    if (context.needs_expired()) previous_ = batch_.rows();
    batch_.Clear();
  }

  size_t length_;
  TickPhase ticks_;
  bool full_ = false;            // the batch of this period was emitted already
  UniqueBatch batch_;            // to be emitted at the tick
  std::vector<RowId> previous_;  // to be expired; empty if nobody wants that
};

constexpr Parameter kBatchLength{"window.length", kIntOrLong, Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeUniqueTimeLengthBatchWindow(std::span<const Argument> arguments,
                                                                size_t) {
  const auto span = NumberArgument(kWindowTime, arguments[1], 1);
  if (!span.ok()) return span.status();
  std::optional<TimeMs> start;
  if (arguments.size() > 3) {
    const auto given = StartArgument(arguments[2]);
    if (!given.ok()) return given.status();
    start = given.value();
  }
  const auto length = NumberArgument(kBatchLength, arguments.back(), 1);
  if (!length.ok()) return length.status();
  return std::unique_ptr<Window>(std::make_unique<UniqueTimeLengthBatchWindow>(
      *arguments[0].column, span.value(), start, length.value()));
}

}  // namespace

void RegisterUniqueTimeLengthBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:timeLengthBatch";
  spec.summary =
      "Collects the latest event of each value of unique.key and emits them as one batch every "
      "window.time, or as soon as there are window.length values; then events are dropped until "
      "the time is over.";
  spec.example =
      "from Logins#window.unique:timeLengthBatch(user, 1 min, 100) select user insert into Users;";
  spec.overloads = {{kUniqueKey, kWindowTime, kBatchLength},
                    {kUniqueKey, kWindowTime, kStartTime, kBatchLength}};
  spec.batch = true;
  spec.make = MakeUniqueTimeLengthBatchWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
