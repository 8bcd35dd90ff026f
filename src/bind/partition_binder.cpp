#include "base/same_text.h"
#include "bind/query_binder.h"
#include "time/duration.h"

namespace weir {
namespace {

constexpr TimeMs kPurgeInterval = 300'000;  // where none is written

bool BindKey(const ast::PartitionKey& written, StreamTable& streams, BindContext& context,
             BoundPartition* partition) {
  const auto found = streams.Find(written.stream.text);
  if (!found || streams.at(*found).partition) {
    context.UnknownName(written.stream.span, "unknown stream '" + written.stream.text + "'",
                        written.stream.text, streams.Names());
    return false;
  }
  for (const BoundPartition::Key& other : partition->keys) {
    if (other.stream != *found) continue;
    context.Error(written.span, "stream '" + written.stream.text + "' is partitioned twice");
    return false;
  }
  RowScope scope({{written.stream.text, "", streams.at(*found).schema, 0}});
  ExpressionBinder binder(context, scope);
  BoundPartition::Key key;
  key.stream = *found;
  if (const auto* value = std::get_if<ast::ValueKey>(&written.node)) {
    key.value = binder.Bind(*value->value);
    if (key.value == nullptr) return false;
  } else {
    for (const ast::LabelledRange& range : std::get<ast::RangeKey>(written.node).ranges) {
      ExprPtr condition = binder.BindCondition(*range.condition, "the condition of a range");
      if (condition == nullptr) return false;
      key.ranges.push_back({range.label, std::move(condition)});
    }
  }
  partition->keys.push_back(std::move(key));
  return true;
}

}  // namespace

std::optional<PurgeSpec> BindPurge(const ast::Annotation& annotation, BindContext& context) {
  PurgeSpec purge;
  purge.interval = kPurgeInterval;
  std::optional<bool> enabled;
  std::optional<TimeMs> idle;
  bool ok = true;
  const auto fail = [&](const ast::Span& span, std::string message, std::string help = "") {
    context.Error(span, std::move(message), std::move(help));
    ok = false;
  };
  for (const ast::AnnotationElement& element : annotation.elements) {
    const std::string& name = element.key.text;
    if (SameText(name, "enable")) {
      const bool yes = SameText(element.value, "true");
      if (!yes && !SameText(element.value, "false")) {
        fail(element.value_span, "'" + element.value + "' is neither 'true' nor 'false'");
      }
      enabled = yes;
    } else if (SameText(name, "interval") || SameText(name, "idle.period")) {
      const auto time = ParseDuration(element.value);
      if (!time) {
        fail(element.value_span, "'" + element.value + "' is not a time", "write it as '10 sec'");
      }
      if (SameText(name, "interval")) {
        purge.interval = time.value_or(kPurgeInterval);
      } else {
        idle = time.value_or(0);
      }
    } else {
      fail(element.span, "@purge takes enable, interval and idle.period");
    }
  }
  if (!enabled) fail(annotation.span, "@purge needs enable='true' or enable='false'");
  if (!idle) fail(annotation.span, "@purge needs an idle.period, as idle.period='10 sec'");
  if (!ok || !*enabled) return std::nullopt;
  purge.idle = *idle;
  return purge;
}

bool BindPartitionKeys(const ast::Partition& partition, StreamTable& streams, BindContext& context,
                       BoundPartition* bound) {
  bool ok = true;
  for (const ast::PartitionKey& key : partition.keys) {
    ok = BindKey(key, streams, context, bound) && ok;
  }
  return ok;
}

}  // namespace weir
