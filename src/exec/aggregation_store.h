#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/aggregate.h"
#include "exec/group_table.h"
#include "expr/expr.h"
#include "time/calendar.h"
#include "types/row_store.h"

namespace weir {

// An incremental aggregation: what comes in, how it is put into buckets, what can be read.
struct AggregationSpec {
  std::string name;
  std::vector<CalendarUnit> units;  // ascending, no two equal
  ExprPtr time;                     // over the input, long or string; null: the clock
  std::vector<ExprPtr> group_by;    // over the input
  // Further values of the latest row of a bucket and group, over the input.
  std::vector<ExprPtr> latest;
  struct Aggregate {
    std::function<std::unique_ptr<Aggregator>()> make;  // one for each unit
    std::vector<ExprPtr> arguments;                     // over the input
    Type result;
    std::string description;  // `sum(price)`
  };
  std::vector<Aggregate> aggregates;
  // What is read, after the bucket's time; over the group's values, `latest`, then the aggregates.
  std::vector<ExprPtr> projections;
  SchemaPtr output;  // AGG_TIMESTAMP, then one attribute per projection

  // Every `purge_interval` from the start of the app, buckets go that began longer than the unit's
  // retention ago. Absent: they stay.
  std::optional<TimeMs> purge_interval;
  std::vector<std::optional<TimeMs>> retention;  // by unit
};

// What a read asks for: the buckets of one unit that begin in a span.
struct AggregationRange {
  size_t level = 0;  // position in AggregationSpec::units
  TimeSpan span;
};

// What `within begin[, end] per ...` means; an error says what is wrong with the values. `begin`
// and `end` are strings or longs, `per` is a string.
Result<AggregationRange> ResolveRange(const AggregationSpec& spec, const Value& begin,
                                      const std::optional<Value>& end, const Value& per);

// The buckets of an aggregation. Every row goes to its bucket in each unit at once, so a late row
// is nothing special and a read only collects: values depend on the order of rows alone. A row
// costs one probe for its group; the row of the group's current bucket is remembered for each unit.
class AggregationStore {
 public:
  explicit AggregationStore(AggregationSpec spec);

  const AggregationSpec& spec() const { return spec_; }

  // The purge interval counts from here.
  void Start(TimeMs now) { started_ = now; }
  // When Purge has something to do next; kNever without purging.
  TimeMs NextPurge() const;
  // Purges for the last tick that is not after `now`.
  void Purge(TimeMs now);

  // Takes the visible rows of a chunk; each belongs to the time of its clock if the spec has none.
  // Returns how many were left out because they have no usable time.
  uint32_t Add(const Chunk& rows, const Timeline& timeline);

  // The rows in a range, in the order that Siddhi gives them. Without groups and `time` that is
  // ascending, else the order of a Java hash map: see OrderRows.
  std::vector<uint32_t> Find(const AggregationRange& range, TimeMs now) const;
  // Columns of spec().output for rows of a unit that Find gave; those not wanted are null pointers.
  // `key` is that of the step that reads.
  std::vector<ColumnPtr> Read(size_t level, const std::vector<uint32_t>& rows,
                              const std::vector<bool>& wanted, const OrderKey& key,
                              const Timeline& timeline) const;

  // Every row has a part of the state, and every group.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  // A bucket and group.
  struct Row {
    TimeMs bucket = 0;
    uint32_t group = 0;
    TimeMs latest_time = 0;
    RowId latest = kNoRow;  // in Level::latest
  };
  struct RowKey {
    TimeMs bucket;
    uint32_t group;
    friend bool operator==(const RowKey&, const RowKey&) = default;
  };
  struct RowKeyHash {
    size_t operator()(const RowKey& key) const;
  };
  // All buckets of one unit.
  struct Level {
    CalendarUnit unit;
    std::vector<std::unique_ptr<Aggregator>> aggregators;  // their groups are rows
    std::vector<Row> rows;
    std::vector<uint32_t> free_rows;
    std::map<TimeMs, std::vector<uint32_t>> buckets;  // rows in order of arrival
    std::unordered_map<RowKey, uint32_t, RowKeyHash> index;
    std::vector<uint32_t> current;  // by group: the row used last; kNoRow
    TimeSpan span;                  // of the bucket used last
    std::unique_ptr<RowStore> latest;
  };
  struct Group {
    RowId values = kNoRow;  // in group_values_; kNoRow: not in use
    uint32_t rows = 0;      // of all levels
    // Of the text of its values, as Java hashes it.
    uint32_t hash = 0;
    uint32_t hash_factor = 1;
  };

  Chunk TakeTimes(const Chunk& rows, const Timeline& timeline);
  void FindGroups(const Chunk& rows, const Timeline& timeline);
  void AddGroup(uint32_t group, const Chunk& keys, uint32_t row);
  void HashGroup(Group* group) const;
  void SaveLevel(const Level& level, StateWriter& out) const;
  void LoadGroups(StateReader& in);
  void LoadLevel(StateReader& in, Level* level);
  void LoadRow(StateReader& in, Level* level, uint32_t id);
  void LoadBuckets(StateReader& in, Level* level) const;
  void AddTo(Level* level, const Chunk& rows);
  void KeepLatest(Level* level);
  uint32_t RowOf(Level* level, TimeMs bucket, uint32_t group);
  void PurgeLevel(Level* level, TimeMs before);
  void ForgetGroups();
  void OrderRows(const Level& level, TimeMs now, std::vector<uint32_t>* rows) const;
  uint32_t HashOf(const Row& row, bool open) const;

  const AggregationSpec spec_;
  std::vector<Level> levels_;  // as spec_.units
  SchemaPtr group_schema_;
  SchemaPtr latest_schema_;
  SchemaPtr read_schema_;              // what projections see
  std::unique_ptr<GroupTable> table_;  // null: no group by
  std::vector<Group> groups_;
  std::unique_ptr<RowStore> group_values_;
  uint32_t unused_groups_ = 0;
  TimeMs started_ = 0;
  TimeMs last_purge_ = 0;  // ticks done

  // Of the rows being taken, by visible row.
  std::vector<TimeMs> times_;
  std::vector<uint32_t> group_ids_;
  std::vector<uint32_t> row_ids_;
  std::vector<std::vector<ColumnPtr>> arguments_;  // by aggregate, dense
  std::vector<std::unique_ptr<Column>> ignored_;   // by aggregate: values after each row
  std::vector<uint8_t> unwanted_;
  Chunk latest_rows_;
  std::vector<uint32_t> winners_;  // by level row: 1 + the row that is its latest
};

}  // namespace weir
