#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class TimeWindow final : public Window {
 public:
  explicit TimeWindow(TimeMs span) : span_(span) {}

  void OnRow(RowId row, WindowContext& context) override {
    ExpireDue(context);
    rows_.PushBack(row);
    context.EmitCurrent(row);
    // An event older than one before it leaves with one of those, or, if they are all
    // gone, at the next event or timer.
    const TimeMs timestamp = context.rows().timestamp(row);
    if (timestamp < newest_) return;
    newest_ = timestamp;
    if (!timer_pending_) ScheduleOldest(context);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    timer_pending_ = false;
    ExpireDue(context);
    if (!rows_.empty()) ScheduleOldest(context);
  }

  RowId Likely() const override { return rows_.empty() ? kNoRow : rows_.front(); }
  bool passes_current() const override { return true; }

  void Save(StateWriter& out) const override { out.Write(rows_, newest_, timer_pending_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows.ReadIds(in, &rows_);
    in.Read(newest_, timer_pending_);
  }

 private:
  TimeMs OldestDue(const WindowContext& context) const {
    return After(context.rows().timestamp(rows_.front()), span_);
  }
  // Stops at the first event that is not due, so a late one waits for those before it.
  void ExpireDue(WindowContext& context) {
    while (!rows_.empty() && OldestDue(context) <= context.now()) {
      const RowId row = rows_.PopFront();
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
  }
  void ScheduleOldest(WindowContext& context) {
    timer_pending_ = true;
    context.Schedule(OldestDue(context));
  }

  TimeMs span_;
  Ring<RowId> rows_;
  TimeMs newest_ = std::numeric_limits<TimeMs>::min();
  bool timer_pending_ = false;
};

}  // namespace

void RegisterTimeWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "time";
  spec.summary = "Holds the events of the last window.time; each leaves when its time is over.";
  spec.example =
      "from Trades#window.time(1 min) select symbol, sum(volume) as volume insert into Volumes;";
  spec.overloads = {{kWindowTime}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto span = NumberArgument(kWindowTime, arguments[0], 0);
    if (!span.ok()) return span.status();
    return std::unique_ptr<Window>(std::make_unique<TimeWindow>(span.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
