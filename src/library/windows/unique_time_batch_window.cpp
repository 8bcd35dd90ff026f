#include <optional>

#include "catalog/registry.h"
#include "library/windows/tick_phase.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Collects one event of each key and emits them together at each tick.
class UniqueTimeBatchWindow final : public Window {
 public:
  UniqueTimeBatchWindow(uint32_t key_column, UniqueBatch::Keep keep, TimeMs span,
                        std::optional<TimeMs> start)
      : ticks_(span, start), batch_({key_column}, keep) {}

  void OnRow(RowId row, WindowContext& context) override {
    ticks_.Schedule(context);
    const RowId dropped = batch_.Add(row, context.rows());
    if (dropped != kNoRow) context.Release(dropped);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    ticks_.OnTick();
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
    if (context.needs_expired()) {
      previous_ = batch_.rows();
      ticks_.Schedule(context);
    }
    batch_.Clear();
  }

  void Save(StateWriter& out) const override { out.Write(ticks_, batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(ticks_);
    batch_.Load(in, rows);
    rows.ReadIds(in, &previous_);
  }

 private:
  TickPhase ticks_;
  UniqueBatch batch_;            // to be emitted at the tick
  std::vector<RowId> previous_;  // to be expired at the tick; empty if nobody wants that
};

void Register(const char* name, const char* summary, const char* example, UniqueBatch::Keep keep,
              Registry* registry) {
  WindowSpec spec;
  spec.name = name;
  spec.summary = summary;
  spec.example = example;
  spec.overloads = {{kUniqueKey, kWindowTime}, {kUniqueKey, kWindowTime, kStartTime}};
  spec.batch = true;
  spec.make = [keep](std::span<const Argument> arguments,
                     size_t) -> Result<std::unique_ptr<Window>> {
    const auto span = NumberArgument(kWindowTime, arguments[1], 1);
    if (!span.ok()) return span.status();
    std::optional<TimeMs> start;
    if (arguments.size() > 2) {
      const auto given = StartArgument(arguments[2]);
      if (!given.ok()) return given.status();
      start = given.value();
    }
    return std::unique_ptr<Window>(
        std::make_unique<UniqueTimeBatchWindow>(*arguments[0].column, keep, span.value(), start));
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterUniqueTimeBatchWindow(Registry* registry) {
  Register("unique:timeBatch",
           "Collects the latest event of each value of unique.key and emits them as one batch "
           "every window.time, counted from the first event or from start.time.",
           "from Logins#window.unique:timeBatch(user, 1 min) select user insert into Users;",
           UniqueBatch::Keep::kLatest, registry);
  Register("unique:firstTimeBatch",
           "Collects the first event of each value of unique.key and emits them as one batch every "
           "window.time, counted from the first event or from start.time; other events are "
           "dropped.",
           "from Logins#window.unique:firstTimeBatch(user, 1 min) select user insert into Users;",
           UniqueBatch::Keep::kFirst, registry);
}

}  // namespace weir
