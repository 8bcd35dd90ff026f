#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

constexpr Parameter kWindowDelay{"window.delay", kIntOrLong, Parameter::Form::kConstant};

class DelayWindow final : public Window {
 public:
  explicit DelayWindow(TimeMs delay) : delay_(delay) {}

  void OnRow(RowId row, WindowContext& context) override {
    EmitDue(context);
    rows_.PushBack(row);
    context.FindAdd(row);
    // An event older than one before it goes on with one of those, or, if they are all
    // gone, at the next event or timer.
    const TimeMs timestamp = context.rows().timestamp(row);
    if (timestamp < newest_) return;
    newest_ = timestamp;
    if (!timer_pending_) ScheduleOldest(context);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    timer_pending_ = false;
    EmitDue(context);
    if (!rows_.empty()) ScheduleOldest(context);
  }

  void Save(StateWriter& out) const override { out.Write(rows_, newest_, timer_pending_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows.ReadIds(in, &rows_);
    in.Read(newest_, timer_pending_);
  }

 private:
  TimeMs OldestDue(const WindowContext& context) const {
    return After(context.rows().timestamp(rows_.front()), delay_);
  }
  // Stops at the first event that is not due: events keep the order in which they arrived.
  void EmitDue(WindowContext& context) {
    while (!rows_.empty() && OldestDue(context) <= context.now()) {
      const RowId row = rows_.PopFront();
      context.FindRemove(row);
      context.EmitCurrent(row, context.now());
      context.Release(row);
    }
  }
  void ScheduleOldest(WindowContext& context) {
    timer_pending_ = true;
    context.Schedule(OldestDue(context));
  }

  TimeMs delay_;
  Ring<RowId> rows_;
  TimeMs newest_ = std::numeric_limits<TimeMs>::min();
  bool timer_pending_ = false;
};

}  // namespace

void RegisterDelayWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "delay";
  spec.summary = "Holds each event back for window.delay and then passes it on; nothing expires.";
  spec.example = "from Purchases#window.delay(1 hour) select user, item insert into Reminders;";
  spec.overloads = {{kWindowDelay}};
  spec.find_set = FindSet::kExplicit;  // the events that wait
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto delay = NumberArgument(kWindowDelay, arguments[0], 0);
    if (!delay.ok()) return delay.status();
    return std::unique_ptr<Window>(std::make_unique<DelayWindow>(delay.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
