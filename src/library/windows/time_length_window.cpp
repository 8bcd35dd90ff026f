#include <algorithm>

#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class TimeLengthWindow final : public Window {
 public:
  TimeLengthWindow(TimeMs span, size_t length) : span_(span), length_(length) {}

  void OnRow(RowId row, WindowContext& context) override {
    if (length_ == 0) {
      context.EmitCurrent(row);
      context.EmitExpired(row, context.rows().timestamp(row));
      context.EmitReset(context.now());
      context.Release(row);
      return;
    }
    ExpireDue(context);
    if (rows_.size() == length_) ExpireOldest(context);
    rows_.PushBack(row);
    context.EmitCurrent(row);
    ScheduleOldest(context);
  }

  void OnTimer(TimeMs due, WindowContext& context) override {
    if (due == scheduled_) scheduled_ = kUnscheduled;
    ExpireDue(context);
    if (!rows_.empty()) ScheduleOldest(context);
  }

  bool passes_current() const override { return length_ > 0; }

  void Save(StateWriter& out) const override { out.Write(rows_, scheduled_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows.ReadIds(in, &rows_);
    in.Read(scheduled_);
    in.Check(rows_.size() <= length_, "there are more rows than the window holds");
  }

 private:
  static constexpr TimeMs kUnscheduled = std::numeric_limits<TimeMs>::max();

  TimeMs OldestDue(const WindowContext& context) const {
    return After(context.rows().timestamp(rows_.front()), span_);
  }
  void ExpireOldest(WindowContext& context) {
    const RowId row = rows_.PopFront();
    context.EmitExpired(row, context.now());
    context.Release(row);
  }
  // Stops at the first event that is not due, so a late one waits for those before it.
  void ExpireDue(WindowContext& context) {
    while (!rows_.empty() && OldestDue(context) <= context.now()) ExpireOldest(context);
  }
  // The event for which a timer runs may be pushed out before; its timer then finds nothing due.
  void ScheduleOldest(WindowContext& context) {
    const TimeMs due = OldestDue(context);
    if (due >= scheduled_) return;
    scheduled_ = due;
    context.Schedule(due);
  }

  TimeMs span_;
  size_t length_;
  Ring<RowId> rows_;
  TimeMs scheduled_ = kUnscheduled;  // the earliest timer that has not fired
};

}  // namespace

void RegisterTimeLengthWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "timeLength";
  spec.summary = "Holds the events of the last window.time, but at most window.length of them.";
  spec.example =
      "from Trades#window.timeLength(1 min, 10) select max(price) as price insert into Highs;";
  spec.overloads = {{kWindowTime, kWindowLength}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto span = NumberArgument(kWindowTime, arguments[0], 0);
    if (!span.ok()) return span.status();
    const auto length = NumberArgument(kWindowLength, arguments[1], 0);
    if (!length.ok()) return length.status();
    return std::unique_ptr<Window>(
        std::make_unique<TimeLengthWindow>(span.value(), length.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
