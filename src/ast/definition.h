// Definitions: streams, tables, named windows, triggers, functions, aggregations.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ast/annotation.h"
#include "ast/expression.h"
#include "ast/input.h"
#include "ast/query.h"
#include "ast/span.h"

namespace weir::ast {

enum class AttributeType { kString, kInt, kLong, kFloat, kDouble, kBool, kObject };

struct AttributeDefinition {
  Span span;
  Name name;
  AttributeType type = AttributeType::kString;
};

// `define stream S (a int, b string)`.
struct StreamDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  std::vector<AttributeDefinition> attributes;  // one or more
};

// `define table T (...)`.
struct TableDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  std::vector<AttributeDefinition> attributes;  // one or more
};

// `define window W (...) timeBatch(1 sec) output all events`.
struct WindowDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  std::vector<AttributeDefinition> attributes;  // one or more
  Call window;
  Span window_span;
  std::optional<EventType> output;  // empty = not written: all events
};

// `define trigger X at every 5 sec`, or `at 'start'`, or `at '<cron>'`.
struct TriggerDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  std::variant<TimeLiteral, std::string> at;
  Span at_span;
};

// `define function f[language] return type { body }`.
struct FunctionDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  Name language;
  AttributeType return_type = AttributeType::kObject;
  std::string body;  // between the outer braces, untouched
  Span body_span;    // with the braces
};

// `define aggregation A from S select ... group by ... aggregate by ts every sec ... year`.
struct AggregationDefinition {
  Span span;
  std::vector<Annotation> annotations;
  Name name;
  SingleStream input;
  Selection selection;  // only star, items and group_by are ever set
  std::optional<AttributeRef> by;
  // With is_range the two ends of `a ... b`, else the units as listed. kMillisecond never occurs.
  std::vector<TimeUnit> durations;
  bool is_range = false;
  Span durations_span;
};

}  // namespace weir::ast
