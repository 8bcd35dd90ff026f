#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "catalog/window.h"
#include "exec/step_operator.h"
#include "exec/table_lookup.h"
#include "expr/expr.h"

namespace weir {

class JoinInput;

struct JoinSide {
  SchemaPtr schema;
  // False for the other side of a unidirectional join.
  bool triggers = true;
  // Rows without a match on the other side are emitted with nulls there.
  bool keeps_unmatched = false;
  // False: the side has no window; it can trigger but nothing of it can be found, and a reset
  // follows each of its rows.
  bool has_window = true;
  FindSet find_set = FindSet::kEmitted;
  // A table: the column that its matches are ordered by. Absent: the order of arrival.
  std::optional<uint32_t> order_column;
  // Its matches are ordered by this one first.
  std::optional<uint32_t> index_order;
  // Equality part of the condition: keys[i] of the left equals keys[i] of the right (null never
  // does); over this side's columns, of equal types on both sides.
  std::vector<ExprPtr> keys;
  // Only without keys: what is found of this side has values of attribute `ordered_column` within
  // bounds that the other side's rows give, so it is found by an index in that order.
  std::optional<uint32_t> ordered_column;
  std::vector<OrderedBound> bounds;
  // What can be found of the side, kept by a MakeFoundOperator for all keys of a partition; null:
  // the join keeps it itself.
  std::shared_ptr<JoinInput> found;
  // A table on disk: all keys are columns then.
  DiskSide disk;
};

struct JoinSpec {
  JoinSide left;
  JoinSide right;
  // The rest of the condition, over the left columns, then the right ones, then the answers of the
  // look-ups; null: none.
  ExprPtr residual;
  std::vector<LookupSpec> lookups;  // over the left columns and then the right ones
  // The look-ups themselves, if MakeLookupTableOperators keep them for all keys of a partition:
  // they have no ports then.
  std::vector<std::shared_ptr<TableLookup>> shared_lookups;
  SchemaPtr output;  // left columns, then right columns
  // Expired rows of a side probe too and give expired rows.
  bool needs_expired = false;
};

// Joins two inputs (port 0 = left, port 1 = right: what comes out of each side's window; from
// port 2 on: the tables of the look-ups, as find rows). Every current and expired row of a
// triggering side gives one emission with its matches in the order in which the other side's rows
// arrived. A multi_emitter.
std::unique_ptr<Operator> MakeJoinOperator(OrderPlace place, JoinSpec spec);

// Keeps `found`, what can be found of a table or a named window, from its kFindAdd and kFindRemove
// rows. Emits nothing. Only for islands: it has to see a change before the joins go on.
std::unique_ptr<Operator> MakeFoundOperator(std::shared_ptr<JoinInput> found);

}  // namespace weir
