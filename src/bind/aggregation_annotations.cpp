#include <algorithm>
#include <cctype>

#include "base/same_text.h"
#include "bind/aggregation_binder.h"

namespace weir {
namespace {

constexpr TimeMs kSecond = 1000;
constexpr TimeMs kMinute = 60 * kSecond;
constexpr TimeMs kHour = 60 * kMinute;
constexpr TimeMs kDay = 24 * kHour;
constexpr TimeMs kMonth = 2'630'000'000;
constexpr TimeMs kYear = 31'556'900'000;

// By CalendarUnit. Finer buckets are needed until the coarser ones are surely complete.
struct Retention {
  std::optional<TimeMs> usual;  // absent: all
  TimeMs least;
  const char* least_text;
};
constexpr Retention kRetention[kCalendarUnits] = {
    {120 * kSecond, 120 * kSecond, "120 sec"}, {24 * kHour, 120 * kMinute, "120 min"},
    {30 * kDay, 25 * kHour, "25 hours"},       {kYear, 32 * kDay, "32 days"},
    {std::nullopt, 13 * kMonth, "13 months"},  {std::nullopt, 0, "0 sec"}};

// `enable = 'true'`; absent if an error was reported.
std::optional<bool> BindEnable(const ast::AnnotationElement& element, BindContext& context) {
  if (SameText(element.value, "true")) return true;
  if (SameText(element.value, "false")) return false;
  context.Error(element.value_span, "enable is 'true' or 'false', not '" + element.value + "'");
  return std::nullopt;
}

bool BindRetention(const ast::AnnotationElement& element, BindContext& context,
                   BoundAggregation* aggregation) {
  const auto unit = CalendarUnitFromName(element.key.text);
  if (!unit) {
    context.Error(element.span,
                  "'" + element.key.text + "' is not one of sec, min, hour, day, month, year");
    return false;
  }
  const auto& units = aggregation->units;
  const auto at = std::find(units.begin(), units.end(), *unit);
  if (at == units.end()) {
    context.Error(element.span,
                  "the aggregation has no " + std::string(CalendarUnitName(*unit)) + " to keep");
    return false;
  }
  auto& retention = aggregation->retention[static_cast<size_t>(at - units.begin())];
  if (SameText(element.value, "all")) {
    retention.reset();
    return true;
  }
  const auto time = ParseTimeText(element.value);
  const Retention& known = kRetention[static_cast<int>(*unit)];
  if (!time) {
    context.Error(element.value_span, "'" + element.value + "' is not a time",
                  "write it as '120 sec', or 'all'");
    return false;
  }
  if (*time < known.least) {
    context.Error(element.value_span, std::string(CalendarUnitName(*unit)) +
                                          " must be kept for at least " + known.least_text +
                                          ", not '" + element.value + "'");
    return false;
  }
  retention = *time;
  return true;
}

bool BindPurge(const ast::Annotation& annotation, BindContext& context,
               BoundAggregation* aggregation) {
  bool ok = true;
  bool enabled = true;
  for (const ast::AnnotationElement& element : annotation.elements) {
    if (SameText(element.key.text, "enable")) {
      const auto value = BindEnable(element, context);
      ok = ok && value.has_value();
      enabled = value.value_or(true);
    } else if (SameText(element.key.text, "interval")) {
      const auto time = ParseTimeText(element.value);
      if (!time) {
        context.Error(element.value_span, "'" + element.value + "' is not a time",
                      "write it as '15 min'");
        ok = false;
      } else {
        aggregation->purge_interval = *time;
      }
    } else {
      context.Warn(element.span, "@purge of an aggregation takes enable and interval");
    }
  }
  for (const ast::Annotation& nested : annotation.nested) {
    if (!SameText(nested.name.text, "retentionPeriod")) {
      context.Warn(nested.span, "@purge takes @retentionPeriod only");
      continue;
    }
    for (const ast::AnnotationElement& element : nested.elements) {
      if (enabled) ok = BindRetention(element, context, aggregation) && ok;
    }
  }
  if (!enabled) aggregation->purge_interval.reset();
  return ok;
}

// Whether an annotation whose only use is to be switched on is so; absent if an error was reported.
std::optional<bool> BindSwitch(const ast::Annotation& annotation, BindContext& context) {
  for (const ast::AnnotationElement& element : annotation.elements) {
    if (!SameText(element.key.text, "enable")) continue;
    return BindEnable(element, context);
  }
  return true;
}

bool BindOne(const ast::Annotation& annotation, BindContext& context,
             BoundAggregation* aggregation) {
  const std::string& name = annotation.name.text;
  if (SameText(name, "purge")) return BindPurge(annotation, context, aggregation);
  if (SameText(name, "primaryKey")) {
    context.Error(annotation.span, "an aggregation has its own key, bucket and group");
    return false;
  }
  if (SameText(name, "store")) {
    for (const ast::AnnotationElement& element : annotation.elements) {
      if (SameText(element.key.text, "type") && SameText(element.value, "memory")) return true;
    }
    context.NotSupported(annotation.span, "@store other than 'memory'");
    return false;
  }
  if (SameText(name, "partitionById")) {
    const auto on = BindSwitch(annotation, context);
    if (on && *on) context.Error(annotation.span, "@partitionById needs a shardId, there is none");
    return on && !*on;
  }
  if (SameText(name, "persistedAggregation")) {
    const auto on = BindSwitch(annotation, context);
    if (on && *on) context.NotSupported(annotation.span, "@persistedAggregation");
    return on && !*on;
  }
  if (!SameText(name, "info")) {
    context.Warn(annotation.span, "the annotation @" + name + " has no effect on an aggregation");
  }
  return true;
}

}  // namespace

bool BindAggregationAnnotations(const std::vector<ast::Annotation>& annotations,
                                BindContext& context, BoundAggregation* aggregation) {
  aggregation->purge_interval = 15 * kMinute;
  for (const CalendarUnit unit : aggregation->units) {
    aggregation->retention.push_back(kRetention[static_cast<int>(unit)].usual);
  }
  bool ok = true;
  for (const ast::Annotation& annotation : annotations) {
    ok = BindOne(annotation, context, aggregation) && ok;
  }
  return ok;
}

}  // namespace weir
