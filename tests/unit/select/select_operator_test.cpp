#include "exec/select_operator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "library/builtins.h"
#include "unit/select/rows.h"

namespace weir::select_test {
namespace {

const SchemaPtr& InputSchema() {
  static const SchemaPtr schema = std::make_shared<const Schema>(
      std::vector<Attribute>{{"k", Type::kString}, {"n", Type::kInt}, {"v", Type::kLong}});
  return schema;
}
constexpr size_t kInputs = 3;

// select k, v, sum(v), count(), max(v) ... over the input above.
struct Query {
  std::vector<uint32_t> group_by;
  bool aggregates = true;
  bool having = false;  // v >= 0 and count() > 1, or v >= 0 without aggregates
  std::vector<std::pair<uint32_t, bool>> order_by;  // input column, ascending
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
  bool current = true;
  bool expired = false;
  bool every_row = false;
};

ExprPtr Input(uint32_t column) {
  const Attribute& attribute = (*InputSchema())[column];
  return MakeColumn(column, attribute.type, attribute.name);
}

AggregateCall Call(const char* name, std::vector<ExprPtr> arguments) {
  const AggregateSpec* spec = BuiltinRegistry().FindAggregate(name);
  std::vector<Argument> types;
  for (const ExprPtr& argument : arguments) types.push_back({argument->type(), {}, {}});
  AggregateCall call;
  call.aggregator = spec->make(types, true);
  call.result = spec->result_type(types);
  call.arguments = std::move(arguments);
  call.description = name;
  return call;
}

std::unique_ptr<Operator> MakeSelect(const Query& query) {
  SelectSpec spec;
  spec.input = InputSchema();
  std::vector<Attribute> outputs = {{"k", Type::kString}, {"w", Type::kLong}};
  spec.projections = {
      Input(0), MakeArithmetic(ArithmeticOp::kAdd, Input(2), MakeConstant(Value::Int(1))).value()};
  if (query.aggregates) {
    spec.aggregates.push_back(Call("sum", {Input(2)}));
    spec.aggregates.push_back(Call("count", {}));
    spec.aggregates.push_back(Call("max", {Input(2)}));
    for (uint32_t i = 0; i < 3; ++i) {
      const std::string name = "a" + std::to_string(i);
      spec.projections.push_back(MakeColumn(kInputs + i, Type::kLong, name));
      outputs.push_back({name, Type::kLong});
    }
  }
  spec.output = std::make_shared<const Schema>(outputs);
  for (const uint32_t column : query.group_by) spec.group_by.push_back(Input(column));
  if (query.having) {
    // `w` is an output: one more than v.
    const auto base = static_cast<uint32_t>(kInputs + spec.aggregates.size());
    spec.having = MakeCompare(CompareOp::kGreater, MakeColumn(base + 1, Type::kLong, "w"),
                              MakeConstant(Value::Int(0)))
                      .value();
    if (query.aggregates) {
      spec.having = MakeLogical(LogicalOp::kAnd, spec.having,
                                MakeCompare(CompareOp::kGreater,
                                            MakeColumn(kInputs + 1, Type::kLong, "count"),
                                            MakeConstant(Value::Int(1)))
                                    .value())
                        .value();
    }
  }
  for (const auto& [column, ascending] : query.order_by) {
    spec.order_by.push_back({Input(column), ascending});
  }
  spec.limit = query.limit;
  spec.offset = query.offset;
  spec.emits_current = query.current;
  spec.emits_expired = query.expired;
  spec.every_row = query.every_row;
  return MakeSelectOperator(std::move(spec));
}

// The same query, row by row and as plainly as can be.
class Model {
 public:
  explicit Model(const Query& query) : query_(query) {}

  std::vector<std::string> Run(const std::vector<TestRow>& rows) {
    for (size_t begin = 0; begin < rows.size();) {
      size_t end = begin;
      while (end < rows.size() && rows[end].emission == rows[begin].emission) ++end;
      Emission(std::span(rows).subspan(begin, end - begin));
      begin = end;
    }
    return lines_;
  }

 private:
  struct Result {
    const TestRow* row;
    std::string group;
    std::vector<Value> values;
  };

  void Emission(std::span<const TestRow> rows) {
    std::vector<Result> results;
    for (const TestRow& row : rows) {
      if (row.kind == RowKind::kReset) {
        held_.clear();
        continue;
      }
      Result result = Evaluate(row);
      const bool wanted = row.kind == RowKind::kCurrent ? query_.current : query_.expired;
      if (!wanted || (query_.having && !Passes(result))) continue;
      const bool folds = (query_.aggregates || !query_.group_by.empty()) && !query_.every_row;
      const auto same = std::find_if(results.begin(), results.end(), [&](const Result& other) {
        return other.group == result.group;
      });
      if (folds && same != results.end()) {
        *same = std::move(result);
      } else {
        results.push_back(std::move(result));
      }
    }
    Sort(&results);
    for (size_t i = query_.offset; i < results.size(); ++i) {
      if (query_.limit.has_value() && i >= query_.offset + *query_.limit) break;
      lines_.push_back(
          DescribeRow(results[i].row->emission, results[i].row->kind, results[i].values));
    }
  }

  Result Evaluate(const TestRow& row) {
    Result result{&row, "", {row.values[0], Value::Null(Type::kLong)}};
    const Value& v = row.values[2];
    if (!v.is_null()) result.values[1] = Value::Long(v.long_value() + 1);
    for (const uint32_t column : query_.group_by) {
      const Value& key = row.values[column];
      result.group += (key.is_null() ? "N" : "V" + key.ToText()) + ";";
    }
    if (!query_.aggregates) return result;
    auto& held = held_[result.group];
    if (row.kind == RowKind::kCurrent) {
      held.push_back(v);
    } else {
      held.erase(std::find(held.begin(), held.end(), v));
    }
    Value sum = Value::Null(Type::kLong), max = Value::Null(Type::kLong);
    for (const Value& value : held) {
      if (value.is_null()) continue;
      sum = Value::Long((sum.is_null() ? 0 : sum.long_value()) + value.long_value());
      if (max.is_null() || value.long_value() > max.long_value()) max = value;
    }
    result.values.push_back(sum);
    result.values.push_back(Value::Long(static_cast<int64_t>(held.size())));
    result.values.push_back(max);
    return result;
  }

  bool Passes(const Result& result) const {
    const Value& v = result.row->values[2];
    return !v.is_null() && v.long_value() >= 0 &&
           (!query_.aggregates || result.values[3].long_value() > 1);
  }

  void Sort(std::vector<Result>* results) const {
    for (size_t begin = 0; begin < results->size();) {
      size_t end = begin;
      while (end < results->size() && (*results)[end].row->kind == (*results)[begin].row->kind) {
        ++end;
      }
      std::stable_sort(results->begin() + static_cast<std::ptrdiff_t>(begin),
                       results->begin() + static_cast<std::ptrdiff_t>(end),
                       [this](const Result& a, const Result& b) { return Before(a, b); });
      begin = end;
    }
  }

  bool Before(const Result& a, const Result& b) const {
    for (const auto& [column, ascending] : query_.order_by) {
      const Value& x = a.row->values[column];
      const Value& y = b.row->values[column];
      if (x.is_null() || y.is_null()) {
        if (x.is_null() != y.is_null()) return y.is_null();
        continue;
      }
      const int order = x.type() == Type::kString ? x.string_value().compare(y.string_value())
                        : x.AsLong() < y.AsLong() ? -1
                                                  : static_cast<int>(x.AsLong() > y.AsLong());
      if (order != 0) return ascending ? order < 0 : order > 0;
    }
    return false;
  }

  const Query& query_;
  std::map<std::string, std::vector<Value>> held_;
  std::vector<std::string> lines_;
};

// Emissions of one to many rows, what came sometimes going again, resets now and then.
std::vector<TestRow> RandomRows(uint32_t seed, int emissions, uint32_t keys) {
  std::mt19937 random(seed);
  std::vector<TestRow> rows;
  std::vector<std::vector<Value>> held;
  for (int emission = 0; emission < emissions; ++emission) {
    const int size = random() % 4 != 0 ? 1 : random() % 20 != 0 ? 1 + random() % 5 : 60;
    for (int i = 0; i < size; ++i) {
      TestRow row{static_cast<uint32_t>(emission), RowKind::kCurrent, {}};
      if (random() % 100 == 0) {
        row.kind = RowKind::kReset;
        held.clear();
      } else if (!held.empty() && random() % 2 == 0) {
        row.kind = RowKind::kExpired;
        const size_t at = random() % 3 != 0 ? 0 : random() % held.size();
        row.values = held[at];
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        const auto key = random() % keys;
        row.values = {key == 0 ? Value::Null(Type::kString)
                               : Value::String((key % 2 == 0 ? "key" : "a much longer key ") +
                                               std::to_string(key)),
                      random() % 9 == 0 ? Value::Null(Type::kInt)
                                        : Value::Int(static_cast<int32_t>(random() % 3)),
                      random() % 9 == 0 ? Value::Null(Type::kLong)
                                        : Value::Long(static_cast<int32_t>(random() % 30) - 10)};
        held.push_back(row.values);
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void Check(const Query& query, const std::vector<TestRow>& rows) {
  const auto expected = Model(query).Run(rows);
  for (const bool hidden : {false, true}) {
    for (const size_t rows_max : {size_t{1}, size_t{3}, size_t{100}, rows.size()}) {
      const auto op = MakeSelect(query);
      const auto actual = RunRows(op.get(), SplitRows(InputSchema(), rows, rows_max, hidden),
                                  /*one_epoch=*/hidden);
      ASSERT_EQ(expected, actual) << "chunks of " << rows_max << (hidden ? ", hidden rows" : "");
    }
  }
}

TEST(SelectOperator, EqualsTheModelHoweverRowsAreCut) {
  const std::vector<std::vector<uint32_t>> groupings = {{}, {0}, {1}, {2}, {0, 1}};
  uint32_t seed = 0;
  for (const auto& group_by : groupings) {
    for (const bool aggregates : {false, true}) {
      for (const bool having : {false, true}) {
        for (const int kinds : {1, 2, 3}) {
          Query query;
          query.group_by = group_by;
          query.aggregates = aggregates;
          query.having = having;
          query.current = (kinds & 1) != 0;
          query.expired = (kinds & 2) != 0;
          SCOPED_TRACE("case " + std::to_string(seed));
          Check(query, RandomRows(++seed, 200, 8));
        }
      }
    }
  }
}

TEST(SelectOperator, OrdersAndCutsWithinAnEmission) {
  uint32_t seed = 1000;
  for (const auto& group_by : std::vector<std::vector<uint32_t>>{{}, {0}}) {
    for (const bool aggregates : {false, true}) {
      for (const int variant : {0, 1, 2, 3}) {
        Query query;
        query.group_by = group_by;
        query.aggregates = aggregates;
        query.expired = true;
        if (variant != 1) query.order_by = {{2, variant != 2}, {0, variant == 2}};
        if (variant >= 1) query.limit = 2;
        if (variant >= 2) query.offset = 1;
        if (variant == 3) query.limit = 0;
        SCOPED_TRACE("case " + std::to_string(seed));
        Check(query, RandomRows(++seed, 200, 8));
      }
    }
  }
}

TEST(SelectOperator, EveryRowForSnapshots) {
  Query query;
  query.group_by = {0};
  query.expired = true;
  query.every_row = true;
  Check(query, RandomRows(77, 300, 8));
}

// More groups than are swept at once, most of them empty before long.
TEST(SelectOperator, GroupsMayBeForgottenUnnoticed) {
  std::mt19937 random(3);
  std::vector<TestRow> rows;
  std::vector<std::vector<Value>> held;
  for (uint32_t emission = 0; emission < 7000; ++emission) {
    if (held.size() > 50) {
      rows.push_back({emission, RowKind::kExpired, held.front()});
      held.erase(held.begin());
    }
    held.push_back({Value::String("the key of a group " + std::to_string(random() % 4000)),
                    Value::Int(1), Value::Long(emission)});
    rows.push_back({emission, RowKind::kCurrent, held.back()});
    if (emission == 5000) {
      rows.push_back({emission, RowKind::kReset, {}});
      held.clear();
    }
  }
  Query query;
  query.group_by = {0};
  query.expired = true;
  const auto expected = Model(query).Run(rows);
  for (const size_t rows_max : {size_t{1}, size_t{500}}) {
    const auto op = MakeSelect(query);
    ASSERT_EQ(expected, RunRows(op.get(), SplitRows(InputSchema(), rows, rows_max, false), false));
  }
}

TEST(SelectOperator, PlainProjectionSharesItsColumns) {
  SelectSpec spec;
  spec.input = InputSchema();
  spec.output = std::make_shared<const Schema>(
      std::vector<Attribute>{{"b", Type::kLong}, {"a", Type::kString}});
  spec.projections = {Input(2), Input(0)};
  const auto op = MakeSelectOperator(std::move(spec));
  const auto chunks = SplitRows(
      InputSchema(), {{0, RowKind::kCurrent, {Value::String("x"), Value::Int(1), Value::Long(2)}}},
      10, false);
  Timeline timeline;
  timeline.clocks = {0};
  const Port port{chunks};
  std::vector<Chunk> out;
  op->Process({timeline, {&port, 1}, std::nullopt}, &out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].column(0), chunks[0].column(2));
  EXPECT_EQ(out[0].column(1), chunks[0].column(0));
  EXPECT_EQ(out[0].meta(), chunks[0].meta());
}

TEST(FilterOperator, KeepsWhatIsTrueAndEveryReset) {
  std::vector<TestRow> rows;
  std::vector<std::string> expected;
  for (const TestRow& row : RandomRows(9, 200, 5)) {
    rows.push_back(row);
    const bool reset = row.kind == RowKind::kReset;
    if (reset) rows.back().values.clear();
    if (!reset && (row.values[2].is_null() || row.values[2].long_value() <= 3)) continue;
    std::vector<Value> values = row.values;
    if (reset) {
      for (const Attribute& a : InputSchema()->attributes()) values.push_back(Value::Null(a.type));
    }
    expected.push_back(DescribeRow(row.emission, row.kind, values));
  }
  const ExprPtr condition =
      MakeCompare(CompareOp::kGreater, Input(2), MakeConstant(Value::Int(3))).value();
  for (const bool hidden : {false, true}) {
    const auto op = MakeFilterOperator({condition});
    EXPECT_EQ(expected, RunRows(op.get(), SplitRows(InputSchema(), rows, 50, hidden), false));
  }
}

TEST(InsertOperator, MakesEveryRowCurrent) {
  const std::vector<Value> values = {Value::String("x"), Value::Int(1), Value::Long(2)};
  const std::vector<TestRow> rows = {{0, RowKind::kExpired, values},
                                     {0, RowKind::kCurrent, values},
                                     {1, RowKind::kExpired, values}};
  const auto target = std::make_shared<const Schema>(
      std::vector<Attribute>{{"a", Type::kString}, {"b", Type::kInt}, {"c", Type::kLong}});
  const auto op = MakeInsertOperator(target);
  Timeline timeline;
  timeline.clocks = {0};
  const Port port{SplitRows(InputSchema(), rows, 10, false)};
  std::vector<Chunk> out;
  op->Process({timeline, {&port, 1}, std::nullopt}, &out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].schema(), target);
  EXPECT_TRUE(out[0].all_current());
  EXPECT_EQ(DescribeRows(out), (std::vector<std::string>{"0 + x 1 2", "0 + x 1 2", "1 + x 1 2"}));
}

}  // namespace
}  // namespace weir::select_test
