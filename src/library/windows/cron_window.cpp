#include <vector>

#include "catalog/registry.h"
#include "library/windows/window_parameter.h"
#include "time/cron.h"

namespace weir {
namespace {

// Collects events and emits them together when a schedule fires; a time without events changes
// nothing.
class CronWindow final : public Window {
 public:
  explicit CronWindow(const CronSchedule& schedule) : schedule_(schedule) {}

  void OnRow(RowId row, WindowContext& context) override {
    if (batch_.empty()) {
      if (const auto next = schedule_.NextAfter(context.now())) context.Schedule(*next);
    }
    batch_.push_back(row);
  }

  void OnTimer(TimeMs, WindowContext& context) override {
    for (RowId row : previous_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    previous_.clear();
    for (RowId row : batch_) {
      context.EmitCurrent(row);
      if (!context.needs_expired()) context.Release(row);
    }
    if (context.needs_expired()) previous_.swap(batch_);
    batch_.clear();
  }

  void Save(StateWriter& out) const override { out.Write(batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows.ReadIds(in, &batch_);
    rows.ReadIds(in, &previous_);
  }

 private:
  CronSchedule schedule_;
  std::vector<RowId> batch_;
  std::vector<RowId> previous_;  // what was emitted last, if someone wants it to expire
};

constexpr Parameter kCron{"cron.expression", kStringOnly, Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeCronWindow(std::span<const Argument> arguments, size_t) {
  if (arguments[0].constant->is_null()) {
    return Status::Invalid("cron.expression must be a constant text");
  }
  const auto schedule = CronSchedule::Parse(arguments[0].constant->string_value());
  if (!schedule.ok()) return schedule.status();
  return std::unique_ptr<Window>(std::make_unique<CronWindow>(schedule.value()));
}

}  // namespace

void RegisterCronWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "cron";
  spec.summary =
      "Collects events and emits them as one batch whenever a Quartz cron expression fires, in UTC "
      "on the event clock.";
  spec.example =
      "from Orders#window.cron('0 0 * * * ?') select item, sum(amount) as amount insert into "
      "Hourly;";
  spec.overloads = {{kCron}};
  spec.find_set = FindSet::kNothing;
  spec.make = MakeCronWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
