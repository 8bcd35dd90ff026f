#pragma once

#include <memory>
#include <optional>

#include "exec/step_operator.h"
#include "time/cron.h"

namespace weir {

// When a trigger fires, on the event clock.
struct TriggerSpec {
  std::optional<TimeMs> every_ms;  // at least 1; first a whole interval after the start
  std::optional<CronSchedule> cron;
  bool at_start = false;  // once, at the first time the app sees
};

// The one attribute of a trigger's stream: `triggered_time long`.
SchemaPtr TriggerSchema();

// A source without ports: one row, with the time it fired at, for each firing.
std::unique_ptr<Operator> MakeTriggerOperator(OrderPlace place, TriggerSpec spec);

}  // namespace weir
