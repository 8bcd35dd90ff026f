// Queries: what is selected, how often it is put out, and what is done with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ast/annotation.h"
#include "ast/expression.h"
#include "ast/input.h"
#include "ast/span.h"

namespace weir::ast {

struct Query;

// `from (from ... return) select ...`.
struct AnonymousInput {
  Span span;
  std::unique_ptr<Query> query;  // its output is a ReturnRows; never null
};

// `expression as name`. Without `as` the expression is an AttributeRef.
struct SelectItem {
  Span span;
  ExprPtr value;
  std::optional<Name> alias;
};

struct OrderKey {
  Span span;
  ExprPtr value;
  bool descending = false;
};

// `select ... group by ... having ... order by ... limit ... offset ...`.
struct Selection {
  Span span;
  bool distinct = false;
  bool star = false;  // `select *`; then items is empty
  std::vector<SelectItem> items;
  std::vector<ExprPtr> group_by;
  ExprPtr having;  // may be null
  std::vector<OrderKey> order_by;
  ExprPtr limit;   // may be null
  ExprPtr offset;  // may be null
};

enum class RateKind { kAll, kFirst, kLast, kSnapshot };

// `output first every 5 sec`, `output every 10 events`.
struct OutputRate {
  Span span;
  RateKind kind = RateKind::kAll;            // `all` also where no kind was written
  std::variant<TimeLiteral, int32_t> every;  // a time, or a number of events
};

enum class EventType { kCurrent, kExpired, kAll };

// `insert all events into X`.
struct InsertInto {
  StreamName target;
  std::optional<EventType> events;  // empty = not written: current events
};

// `Table.attribute = expression`.
struct SetAssignment {
  Span span;
  AttributeRef target;
  ExprPtr value;
};

// `delete T for expired events on condition`.
struct DeleteFrom {
  StreamName target;
  std::optional<EventType> events;
  ExprPtr on;  // may be null
};

// `update T set ... on condition`, `update or insert into T set ... on condition`.
struct UpdateTable {
  StreamName target;
  bool or_insert = false;
  std::optional<EventType> events;
  std::vector<SetAssignment> set;  // empty = not written: all attributes by name
  ExprPtr on;
};

// `return all events`.
struct ReturnRows {
  std::optional<EventType> events;
};

struct OutputAction {
  Span span;
  std::variant<InsertInto, DeleteFrom, UpdateTable, ReturnRows> node;
};

struct Query {
  Span span;
  std::vector<Annotation> annotations;
  std::variant<SingleStream, JoinInput, StateInput, AnonymousInput> input;
  std::optional<Selection> selection;  // empty = all attributes
  std::optional<OutputRate> rate;
  OutputAction output;
};

// `expression of Stream`.
struct ValueKey {
  ExprPtr value;
};

// `condition as 'label'`.
struct LabelledRange {
  Span span;
  ExprPtr condition;
  std::string label;
};

// `condition as 'a' or condition as 'b' of Stream`.
struct RangeKey {
  std::vector<LabelledRange> ranges;  // one or more
};

struct PartitionKey {
  Span span;
  std::variant<ValueKey, RangeKey> node;
  Name stream;
};

// `partition with (...) begin ... end`.
struct Partition {
  Span span;
  std::vector<Annotation> annotations;
  std::vector<PartitionKey> keys;
  std::vector<Query> queries;
};

// `from T as x on c within a, b per 'days'` of an on-demand query.
struct StoreInput {
  Span span;
  Name source;  // a table, a named window or an aggregation
  std::optional<Name> alias;
  ExprPtr on;            // may be null
  ExprPtr within_begin;  // may be null; set if and only if per is
  ExprPtr within_end;    // may be null
  ExprPtr per;           // may be null
};

// A question put to a running app. It has an input, a selection, an action, or several of them:
// from [select] | select action | action. No action = the rows are returned.
struct OnDemandQuery {
  Span span;
  std::optional<StoreInput> input;
  std::optional<Selection> selection;
  std::optional<OutputAction> action;  // never a ReturnRows; its `events` are empty
};

}  // namespace weir::ast
