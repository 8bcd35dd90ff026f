#include "catalog/registry.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class UniqueTimeWindow final : public Window {
 public:
  UniqueTimeWindow(uint32_t key_column, TimeMs span) : span_(span), rows_({key_column}) {}

  void OnRow(RowId row, WindowContext& context) override {
    ExpireDue(context);
    const RowId old = rows_.RemoveKeyOf(row, context.rows());
    if (old != kNoRow) Expire(old, context);
    rows_.Append(row, context.rows());
    context.EmitCurrent(row);
    ScheduleOldest(context);
  }

  void OnTimer(TimeMs due, WindowContext& context) override {
    if (due == scheduled_) scheduled_ = kUnscheduled;
    ExpireDue(context);
    if (!rows_.empty()) ScheduleOldest(context);
  }

  bool passes_current() const override { return true; }

  void Save(StateWriter& out) const override { out.Write(rows_, scheduled_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows_.Load(in, rows);
    in.Read(scheduled_);
  }

 private:
  static constexpr TimeMs kUnscheduled = std::numeric_limits<TimeMs>::max();

  TimeMs OldestDue(const WindowContext& context) const {
    return After(context.rows().timestamp(rows_.front()), span_);
  }
  static void Expire(RowId row, WindowContext& context) {
    context.EmitExpired(row, context.now());
    context.Release(row);
  }
  // Stops at the first event that is not due, so a late one waits for those before it.
  void ExpireDue(WindowContext& context) {
    while (!rows_.empty() && OldestDue(context) <= context.now()) {
      Expire(rows_.PopFront(context.rows()), context);
    }
  }
  // The event for which a timer runs may be replaced before; its timer then finds nothing due.
  void ScheduleOldest(WindowContext& context) {
    const TimeMs due = OldestDue(context);
    if (due >= scheduled_) return;
    scheduled_ = due;
    context.Schedule(due);
  }

  TimeMs span_;
  LatestRows rows_;
  TimeMs scheduled_ = kUnscheduled;  // the earliest timer that has not fired
};

}  // namespace

void RegisterUniqueTimeWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:time";
  spec.summary =
      "Holds the latest event of each value of unique.key; it expires when window.time is over, or "
      "when a new one of its key arrives.";
  spec.example =
      "from Logins#window.unique:time(user, 5 min) select count() as users insert into Users;";
  spec.overloads = {{kUniqueKey, kWindowTime}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto span = NumberArgument(kWindowTime, arguments[1], 0);
    if (!span.ok()) return span.status();
    return std::unique_ptr<Window>(
        std::make_unique<UniqueTimeWindow>(*arguments[0].column, span.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
