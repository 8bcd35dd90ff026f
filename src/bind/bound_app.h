#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ast/app.h"
#include "ast/diagnostic.h"
#include "bind/bound_lookup.h"
#include "bind/bound_transport.h"
#include "catalog/registry.h"
#include "exec/circuit.h"
#include "exec/select_operator.h"
#include "exec/table_operator.h"
#include "exec/trigger_operator.h"
#include "expr/expr.h"
#include "pattern/pattern_spec.h"
#include "time/calendar.h"
#include "types/schema.h"

namespace weir {

// `#window.name(args)`: the spec and what was written for each parameter.
struct BoundWindow {
  const WindowSpec* spec = nullptr;
  size_t overload = 0;
  std::vector<Argument> arguments;  // columns are positions in the stream's schema
  std::string text;                 // as written, for plans
  // Compiles the text of a window's condition; null if the window takes none.
  std::shared_ptr<const ConditionCompiler> conditions;

  // `moved` are the arguments with columns where the window's rows have them.
  Result<std::unique_ptr<Window>> Make(std::span<const Argument> moved) const {
    return conditions == nullptr ? spec->make(moved, overload)
                                 : spec->make_conditional(moved, conditions);
  }
};

// `#name(args)`: what is made of it for the rows it takes.
struct BoundStreamFunctionCall {
  const StreamFunctionSpec* spec = nullptr;
  std::vector<ExprPtr> arguments;  // over the attributes of the stream and what was appended before
  BoundStreamFunction function;
  StreamFunctionPlace place;
  std::string text;  // as written, for plans
  bool after_window = false;
  size_t filters_ahead = 0;  // of filters_before (or filters_after), those written before it
  ExprPtr condition;         // in a pattern: of the rows that it is for; null: all
};

// What `define table` says beside the attributes.
struct BoundTable {
  std::vector<uint32_t> primary_key;  // attributes; empty: none
  std::vector<uint32_t> indexes;      // attributes with an @Index
  // @store(type='rocksdb'): the rows are on disk, and so many bytes of them in memory.
  std::optional<uint64_t> disk_cache_bytes;
};

// What `define window` says beside the attributes.
struct BoundNamedWindow {
  BoundWindow window;
  bool emits_current = true;  // to its readers
  bool emits_expired = true;
};

// A stream, table or named window of the app, defined or made by an `insert into`.
struct BoundStream {
  std::string name;
  SchemaPtr schema;
  bool defined = false;
  bool written = false;   // some query inserts into it
  bool read = false;      // some query reads it
  bool has_sink = false;  // an @sink takes it
  std::vector<BoundSource> sources;
  std::vector<BoundSink> sinks;
  std::optional<uint32_t> timestamp_attribute;  // @timestamp('ATTR')
  std::optional<TriggerSpec> trigger;           // `define trigger`
  std::optional<uint32_t> partition;            // an inner stream of that partition; name is `#S`
  std::optional<BoundTable> table;
  std::optional<BoundNamedWindow> named_window;
  bool takes_faults = false;             // it is `!S`
  std::optional<uint32_t> fault_stream;  // @OnError, STREAM or STORE: the position of `!S`
  // `!S` of @OnError(action='STORE'): no query sees it. For S: its `!S` is one.
  bool stores_faults = false;
};

// A stream with its filters before and after the window.
struct BoundStreamInput {
  uint32_t stream = 0;  // position in BoundApp::streams
  std::string alias;    // the name expressions know it by
  // What the select clause sees: the stream's attributes, the row number if `numbered` (an int
  // without a name), then what stream functions append.
  SchemaPtr schema;
  // Faults go to a stream, so every row carries its place among the rows of its emission.
  bool numbered = false;
  // The attribute (a long without a name) with the row's timestamp, if a join asks for that.
  std::optional<uint32_t> time;
  std::vector<BoundStreamFunctionCall> functions;  // in order of writing
  std::vector<BoundLookup> lookups;                // of filters_before
  // Each over what is there of the schema then, and the look-ups since the last stream function.
  std::vector<ExprPtr> filters_before;
  std::optional<BoundWindow> window;
  std::vector<BoundLookup> lookups_after;
  std::vector<ExprPtr> filters_after;  // the same
};

struct BoundJoin {
  BoundStreamInput left, right;
  bool left_triggers = true, right_triggers = true;
  bool keeps_left = false, keeps_right = false;  // outer sides
  std::vector<BoundLookup> lookups;              // of `on`
  ExprPtr on;  // over left columns, right columns, then the look-ups; or null
};

struct BoundPattern {
  PatternSpec spec;
  std::vector<uint32_t> streams;  // positions in BoundApp::streams, as spec.streams
  // By stream: what is appended to its rows for all states, over what comes before.
  std::vector<std::vector<BoundStreamFunctionCall>> functions;
  // By stream: look-ups of its rows, whose answers come last in spec.streams.
  std::vector<std::vector<BoundLookup>> lookups;
  // By state: look-ups that ask of other events too, over the columns of its condition.
  std::vector<std::vector<BoundLookup>> state_lookups;
};

struct BoundAggregate {
  const AggregateSpec* spec = nullptr;
  std::vector<ExprPtr> arguments;
  Type result = Type::kLong;
  std::string text;
};

struct BoundSelect {
  SchemaPtr output;
  std::vector<BoundLookup> lookups;  // over input columns, which their answers follow
  // Over input columns, look-ups, aggregates; where having_lookups are read, these come behind the
  // output columns.
  std::vector<ExprPtr> projections;
  std::vector<ExprPtr> group_by;
  std::vector<BoundAggregate> aggregates;
  // Of having, order by, and projections about aggregates, over all of these and the outputs.
  std::vector<BoundLookup> having_lookups;
  ExprPtr having;  // over all of these, output columns, and then its look-ups; or null
  Distinct distinct = Distinct::kNo;
  size_t distinct_columns = 0;  // so many outputs, the first ones, make two rows the same
  struct Order {
    ExprPtr value;  // as having
    bool ascending;
  };
  std::vector<Order> order_by;
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
};

// `define aggregation`.
struct BoundAggregation {
  std::string name;
  BoundStreamInput input;           // without a window
  size_t input_columns = 0;         // of input.schema
  BoundSelect select;               // over those; only items and group by
  SchemaPtr output;                 // AGG_TIMESTAMP, then what select puts out
  ExprPtr time;                     // `aggregate by`: long or string; null: the clock
  std::vector<CalendarUnit> units;  // ascending
  std::optional<TimeMs> purge_interval;
  std::vector<std::optional<TimeMs>> retention;  // by unit; absent: all
  bool faults_in_loop = false;                   // see FindFaultLoops
};

// `within begin[, end] per ...`: which buckets are read.
struct BoundAggregationRead {
  uint32_t aggregation = 0;  // position in BoundApp::aggregations
  ExprPtr within_begin;      // a string, or with an end a string or a long
  ExprPtr within_end;        // null: within_begin is a pattern
  ExprPtr per;
};

// A join of a stream (or named window) with an aggregation.
struct BoundAggregationJoin {
  BoundStreamInput rows;
  bool rows_first = true;        // the stream stands on the left
  bool keeps_unmatched = false;  // rows of the stream
  BoundAggregationRead read;     // over the stream's attributes
  ExprPtr on;                    // over the columns of the left and then the right; or null
  // What else must hold, of inner joins only: over the same columns and then its look-ups; or null.
  ExprPtr asks;
  std::vector<BoundLookup> lookups;
};

// `output [all|first|last|snapshot] every ...`.
struct BoundRate {
  ast::RateKind kind = ast::RateKind::kAll;
  std::optional<uint64_t> every_events;
  std::optional<TimeMs> every_ms;
};

struct BoundQuery {
  std::string name;  // @info(name) or query_N
  ast::Span span;
  std::variant<BoundStreamInput, BoundJoin, std::shared_ptr<const BoundPattern>,
               BoundAggregationJoin>
      input;
  SchemaPtr input_schema;  // what select sees
  BoundSelect select;
  std::optional<BoundRate> rate;
  bool emits_current = true;
  bool emits_expired = false;
  std::optional<uint32_t> partition;     // position in BoundApp::partitions
  bool faults_in_loop = false;           // see FindFaultLoops
  std::optional<uint32_t> target;        // position in BoundApp::streams; absent for `return`
  std::optional<BoundTableWrite> write;  // if the target is a table
};

// `partition with (... of S) begin ... end`.
struct BoundPartition {
  struct Range {
    std::string key;
    ExprPtr condition;
  };
  // How the rows of one stream find their keys: by a value, or by ranges.
  struct Key {
    uint32_t stream = 0;
    ExprPtr value;  // null: ranges
    std::vector<Range> ranges;
  };
  std::string name;
  std::vector<Key> keys;
  std::optional<PurgeSpec> purge;
};

// An app whose names are resolved and whose types are checked.
struct BoundApp {
  std::string name;
  bool playback = false;
  std::optional<TimeMs> snapshot_interval;  // @app:snapshot(interval=...)
  std::optional<TimeMs> lateness;           // @app:lateness('5 sec'): of rows behind the clock
  std::optional<TimeMs> idle_time;          // @app:playback(idle.time=..., increment=...)
  std::optional<TimeMs> increment;
  std::vector<FunctionSpec> functions;  // of the app itself
  std::vector<BoundStream> streams;
  std::vector<BoundAggregation> aggregations;
  std::vector<BoundQuery> queries;  // in app order, those of partitions among them
  std::vector<BoundPartition> partitions;

  const BoundStream* FindStream(std::string_view stream_name) const;
};

}  // namespace weir
