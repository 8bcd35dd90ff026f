#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "catalog/aggregate_adapter.h"
#include "exec/aggregation_operator.h"
#include "exec/join_operator.h"
#include "exec/lookup_operator.h"
#include "exec/named_window.h"
#include "exec/rate_operator.h"
#include "exec/select_operator.h"
#include "exec/table_operator.h"
#include "exec/trigger_operator.h"
#include "unit/state/restarts.h"

namespace weir::state_test {
namespace {

SchemaPtr SchemaOf(const std::vector<Type>& types) {
  std::vector<Attribute> attributes;
  for (size_t c = 0; c < types.size(); ++c) {
    attributes.push_back({"a" + std::to_string(c), types[c]});
  }
  return std::make_shared<const Schema>(std::move(attributes));
}

// (key long, text string): keys from a few, texts of all lengths, nulls among both.
const SchemaPtr& PairSchema() {
  static const SchemaPtr schema = SchemaOf({Type::kLong, Type::kString});
  return schema;
}
ExprPtr Key(uint32_t first = 0) { return MakeColumn(first, Type::kLong, "key"); }
ExprPtr TextColumn() { return MakeColumn(1, Type::kString, "text"); }

std::vector<Value> RandomPair(std::mt19937_64& random) {
  const uint64_t key = random() % 12;
  const uint64_t text = random() % 9;
  return {key == 0 ? Value::Null(Type::kLong) : Value::Long(static_cast<int64_t>(key)),
          text == 0 ? Value::Null(Type::kString) : Value::String(std::string(text * 4, 'x'))};
}

std::vector<Row> RandomRows(size_t count, uint32_t sources, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Row> rows;
  TimeMs at = 1000;
  for (size_t i = 0; i < count; ++i) {
    at += static_cast<TimeMs>(random() % 6);
    rows.push_back(
        {static_cast<uint32_t>(random() % sources), RowKind::kCurrent, at, RandomPair(random)});
  }
  return rows;
}

// As windows give them: every source is a window, whose rows leave in any order, or (`add` and
// `remove`) a table.
std::vector<Row> WindowRows(size_t count, uint32_t sources, RowKind add, RowKind remove,
                            uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Row> rows = RandomRows(count, sources, seed);
  std::vector<std::vector<Row>> inside(sources);
  std::vector<std::vector<uint32_t>> free(sources);
  for (Row& row : rows) {
    std::vector<Row>& window = inside[row.source];
    row.kind = add;
    if (!window.empty() && random() % 3 == 0) {
      const size_t gone = random() % window.size();
      row.values = window[gone].values;
      row.id = window[gone].id;
      row.kind = remove;
      free[row.source].push_back(row.id);
      window.erase(window.begin() + static_cast<std::ptrdiff_t>(gone));
      continue;
    }
    row.id = static_cast<uint32_t>(window.size() + free[row.source].size());
    if (!free[row.source].empty()) {
      row.id = free[row.source].back();
      free[row.source].pop_back();
    }
    window.push_back(row);
  }
  return rows;
}

OrderPlace Place() { return {0, 1, true}; }

// --- rates

TEST(ExecState, Rates) {
  using Kind = RateSpec::Kind;
  for (const Kind kind : {Kind::kAll, Kind::kFirst, Kind::kLast, Kind::kSnapshot}) {
    for (const bool by_time : {false, true}) {
      if (kind == Kind::kSnapshot && !by_time) continue;
      for (const size_t output_columns : {1, 2}) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(kind) << by_time << output_columns);
        RateSpec spec;
        spec.kind = kind;
        spec.input = PairSchema();
        spec.output_columns = output_columns;
        spec.aggregate_columns.assign(output_columns, false);
        by_time ? spec.every_ms = 20 : spec.every_ms = std::nullopt;
        if (!by_time) spec.every_events = 5;
        const Subject subject =
            OperatorSubject({PairSchema()}, [spec] { return MakeRateOperator(Place(), spec); });
        ExpectRestarts(subject, RandomRows(200, 1, 1));
      }
    }
  }
}

TEST(ExecState, SnapshotsOfWindows) {
  const SchemaPtr schema = SchemaOf({Type::kLong, Type::kString, Type::kLong});
  for (const size_t output_columns : {2, 3}) {
    for (const bool aggregate : {false, true}) {
      RateSpec spec;
      spec.kind = RateSpec::Kind::kSnapshot;
      spec.every_ms = 10;
      spec.windowed = true;
      spec.input = schema;
      spec.output_columns = output_columns;
      spec.aggregate_columns.assign(output_columns, false);
      spec.aggregate_columns[1] = aggregate;
      std::vector<Row> rows = WindowRows(200, 1, RowKind::kCurrent, RowKind::kExpired, 2);
      for (Row& row : rows) row.values.push_back(row.values[0]);
      const Subject subject =
          OperatorSubject({schema}, [spec] { return MakeRateOperator(Place(), spec); });
      ExpectRestarts(subject, rows);
    }
  }
}

TEST(ExecState, Triggers) {
  TriggerSpec spec;
  spec.every_ms = 7;
  const Subject subject = {[spec] {
                             DagBuilder builder;
                             builder.AddSource("S", PairSchema());
                             const NodeId op =
                                 builder.AddNode("t", MakeTriggerOperator(Place(), spec), 0, true);
                             builder.AddTap({op, 0, 0, 0});
                             return std::move(builder).Build();
                           },
                           {PairSchema()}};
  ExpectRestarts(subject, RandomRows(60, 1, 3));
}

// --- select

struct Sum {
  using Output = int64_t;
  void Add(int64_t value) { sum += value; }
  void Remove(int64_t value) { sum -= value; }
  bool Value(int64_t* value) const {
    *value = sum;
    return true;
  }
  bool IsNew() const { return sum == 0; }
  int64_t sum = 0;
};

TEST(ExecState, Groups) {
  // By a number, by a text, by both, by nothing.
  for (const std::vector<ExprPtr>& by :
       {std::vector<ExprPtr>{Key()}, {TextColumn()}, {Key(), TextColumn()}, {}}) {
    for (const Distinct distinct : {Distinct::kNo, Distinct::kForever}) {
      const auto make = [by, distinct] {
        SelectSpec spec;
        spec.input = PairSchema();
        spec.output = SchemaOf({Type::kLong, Type::kLong});
        spec.group_by = by;
        spec.aggregates.push_back(
            {MakeAggregator<Sum, int64_t>(), {Key()}, Type::kLong, false, "sum(key)"});
        spec.projections = {Key(), MakeColumn(2, Type::kLong, "sum")};
        spec.distinct = distinct;
        spec.distinct_columns = 2;
        spec.emits_expired = true;
        return MakeSelectOperator(std::move(spec));
      };
      ExpectRestarts(OperatorSubject({PairSchema()}, make),
                     WindowRows(200, 1, RowKind::kCurrent, RowKind::kExpired, 4));
    }
  }
}

// --- tables, look-ups, joins

TEST(ExecState, Tables) {
  for (const std::vector<uint32_t>& primary_key : {std::vector<uint32_t>{}, {0}}) {
    const auto make = [primary_key] {
      TableWrite update;
      update.action = TableAction::kUpdateOrInsert;
      update.keys = {Key()};
      update.key_columns = {0};
      update.set = {{1, TextColumn()}};
      TableWrite remove;
      remove.action = TableAction::kDelete;
      remove.keys = {TextColumn()};
      remove.key_columns = {1};
      TableWrite below;
      below.action = TableAction::kDelete;
      below.ordered_column = 0;
      below.bounds = {{CompareOp::kEqual, Key()}};
      return MakeTableOperator(std::make_shared<Table>(PairSchema(), primary_key),
                               {update, remove, below});
    };
    const Subject subject =
        OperatorSubject({PairSchema(), PairSchema(), PairSchema(), PairSchema()}, make);
    ExpectRestarts(subject, RandomRows(300, 4, 5));
  }
}

TEST(ExecState, ContentsOfNamedWindows) {
  for (const FindSet find_set : {FindSet::kEmitted, FindSet::kExplicit}) {
    const bool emitted = find_set == FindSet::kEmitted;
    const auto make = [find_set] {
      return MakeContentsOperator(std::make_shared<TableStore>(PairSchema()), find_set);
    };
    std::vector<Row> rows = WindowRows(200, 1, emitted ? RowKind::kCurrent : RowKind::kFindAdd,
                                       emitted ? RowKind::kExpired : RowKind::kFindRemove, 6);
    ExpectRestarts(OperatorSubject({PairSchema()}, make), rows);
  }
}

TEST(ExecState, LookUps) {
  for (const bool ordered : {false, true}) {
    const auto make = [ordered] {
      LookupSpec spec;
      spec.table = PairSchema();
      if (ordered) {
        spec.ordered_column = 0;
        spec.bounds = {{CompareOp::kGreater, Key()}};
      } else {
        spec.row_keys = {Key()};
        spec.table_keys = {Key()};
      }
      return MakeLookupOperator(PairSchema(), {spec},
                                SchemaOf({Type::kLong, Type::kString, Type::kBool}));
    };
    std::vector<Row> rows = WindowRows(300, 2, RowKind::kFindAdd, RowKind::kFindRemove, 7);
    for (Row& row : rows) {
      if (row.source == 0) row.kind = RowKind::kCurrent;
    }
    ExpectRestarts(OperatorSubject({PairSchema(), PairSchema()}, make), rows);
  }
}

TEST(ExecState, Joins) {
  // By one key of the window, by both, by order, by nothing.
  for (const int kind : {0, 1, 2, 3}) {
    const auto make = [kind] {
      JoinSpec spec;
      for (JoinSide* side : {&spec.left, &spec.right}) {
        side->schema = PairSchema();
        if (kind < 2) side->keys = {Key()};
        if (kind == 1) side->keys.push_back(TextColumn());
        if (kind == 2) {
          side->ordered_column = 0;
          side->bounds = {{CompareOp::kLessEqual, Key()}};
        }
      }
      spec.left.keeps_unmatched = true;
      spec.needs_expired = true;
      spec.output = SchemaOf({Type::kLong, Type::kString, Type::kLong, Type::kString});
      return MakeJoinOperator(Place(), std::move(spec));
    };
    const Subject subject = OperatorSubject({PairSchema(), PairSchema()}, make);
    ExpectRestarts(subject, WindowRows(150, 2, RowKind::kCurrent, RowKind::kExpired, 8));
  }
}

// A change of one row of a thousand changes few records.
TEST(ExecState, TablesAreSavedRowByRow) {
  const auto make = [] {
    TableWrite update;
    update.action = TableAction::kUpdate;
    update.keys = {Key()};
    update.key_columns = {0};
    update.set = {{1, TextColumn()}};
    return MakeTableOperator(std::make_shared<Table>(PairSchema(), std::vector<uint32_t>{0}),
                             {update});
  };
  const Subject subject = OperatorSubject({PairSchema(), PairSchema()}, make);
  std::vector<Row> rows;
  for (int64_t i = 0; i < 1000; ++i) {
    rows.push_back({0, RowKind::kCurrent, 1000, {Value::Long(i), Value::String("before")}});
  }
  const StateMap before = StateAfter(subject, rows);
  rows.push_back({1, RowKind::kCurrent, 1000, {Value::Long(500), Value::String("after")}});
  const StateMap after = StateAfter(subject, rows);
  size_t changed = 0;
  for (const auto& [key, value] : after.records()) {
    const auto old = before.records().find(key);
    changed += old == before.records().end() || old->second != value ? 1 : 0;
  }
  EXPECT_GE(after.records().size(), 1000u);
  EXPECT_LE(changed, 3u);
}

// --- aggregations

TEST(ExecState, Aggregations) {
  for (const bool grouped : {false, true}) {
    const auto make = [grouped] {
      AggregationSpec spec;
      spec.name = "A";
      spec.units = {CalendarUnit::kSecond, CalendarUnit::kMinute};
      if (grouped) spec.group_by = {TextColumn()};
      spec.latest = {Key()};
      spec.aggregates.push_back(
          {[] { return MakeAggregator<Sum, int64_t>(); }, {Key()}, Type::kLong, "sum(key)"});
      const uint32_t first = grouped ? 1 : 0;
      spec.projections = {Key(first), MakeColumn(first + 1, Type::kLong, "sum")};
      spec.output = SchemaOf({Type::kLong, Type::kLong, Type::kLong});
      spec.purge_interval = 100;
      spec.retention = {2000, std::nullopt};
      AggregationReader reader;
      reader.rows = PairSchema();
      reader.within_begin = MakeConstant(Value::Long(0));
      reader.within_end = MakeConstant(Value::Long(1'000'000));
      reader.per = MakeConstant(Value::String("seconds"));
      reader.columns = {0, 1, 2};
      reader.output = SchemaOf({Type::kLong, Type::kString, Type::kLong, Type::kLong, Type::kLong});
      return MakeAggregationOperator(Place(), std::make_shared<Aggregation>(std::move(spec)),
                                     {reader});
    };
    std::vector<Row> rows = RandomRows(300, 2, 9);
    for (Row& row : rows) row.at = 1000 + (row.at - 1000) * 10;
    ExpectRestarts(OperatorSubject({PairSchema(), PairSchema()}, make), rows);
  }
}

// --- partitions

TEST(ExecState, Partitions) {
  for (const bool purges : {false, true}) {
    const auto make = [purges] {
      PartitionSpec spec;
      spec.ports.push_back({TextColumn(), {}, false});
      CircuitMember rate;
      rate.name = "rate";
      rate.make_per_key = [] {
        RateSpec limit;
        limit.kind = RateSpec::Kind::kLast;
        limit.every_ms = 20;
        limit.input = PairSchema();
        limit.output_columns = 2;
        return MakeRateOperator(Place(), limit);
      };
      rate.port_count = 1;
      rate.readers = {{{false, 0, 0}}};
      spec.circuit.members.push_back(std::move(rate));
      spec.circuit.ports = {{0, 0}};
      if (purges) spec.purge = PurgeSpec{10, 30, 1, 1};
      spec.output_count = 1;
      spec.timer_root_width = 1;
      DagBuilder builder;
      const NodeId source = builder.AddSource("S", PairSchema());
      const NodeId partition = builder.AddPartition("p", std::move(spec));
      builder.Connect(partition, 0, {source, 0, 0, 0});
      builder.AddTap({partition, 0, 0, 0});
      return std::move(builder).Build();
    };
    ExpectRestarts({make, {PairSchema()}}, RandomRows(300, 1, 10));
  }
}

}  // namespace
}  // namespace weir::state_test
