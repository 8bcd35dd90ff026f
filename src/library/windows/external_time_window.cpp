#include <algorithm>

#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/timed_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class ExternalTimeWindow final : public Window {
 public:
  ExternalTimeWindow(uint32_t column, TimeMs span) : column_(column), span_(span) {}

  void OnRow(RowId row, WindowContext& context) override {
    // An event without a time counts as one of the newest time seen.
    const TimeMs time =
        context.rows().IsValid(column_, row) ? context.rows().Get<int64_t>(column_, row) : newest_;
    newest_ = std::max(newest_, time);
    while (!rows_.empty() && After(rows_.front().time, span_) <= time) {
      const RowId oldest = rows_.PopFront().row;
      context.EmitExpired(oldest, time);
      context.Release(oldest);
    }
    rows_.PushBack({row, time});
    context.EmitCurrent(row);
  }

  bool passes_current() const override { return true; }

  void Save(StateWriter& out) const override {
    SaveTimedRows(rows_, out);
    out.Write(newest_);
  }
  void Load(StateReader& in, const RowStore& rows) override {
    LoadTimedRows(in, rows, &rows_);
    in.Read(newest_);
  }

 private:
  uint32_t column_;
  TimeMs span_;
  Ring<TimedRow> rows_;
  TimeMs newest_ = std::numeric_limits<TimeMs>::min();
};

}  // namespace

void RegisterExternalTimeWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "externalTime";
  spec.summary =
      "Holds the events of the last window.time by an attribute of theirs; they leave when a newer "
      "event arrives.";
  spec.example =
      "from Logins#window.externalTime(at, 5 sec) select user, count() as n insert into Counts;";
  spec.overloads = {{kTimestamp, kWindowTime}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto span = NumberArgument(kWindowTime, arguments[1], 0);
    if (!span.ok()) return span.status();
    return std::unique_ptr<Window>(
        std::make_unique<ExternalTimeWindow>(*arguments[0].column, span.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
