#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "exec/join_operator.h"

namespace weir::test {
namespace {

using Values = std::vector<Value>;

// A row as it comes out of a side's window.
struct SideRow {
  RowKind kind;
  uint32_t id;
  TimeMs timestamp;
  Values values;
};
// What one message brings to both ports, one emission each.
struct Message {
  TimeMs clock;
  std::vector<SideRow> rows[2];
};

struct JoinCase {
  std::vector<Type> types;  // of the columns of either side
  bool has_window[2] = {true, true};
  bool triggers[2] = {true, true};
  bool keeps_unmatched[2] = {false, false};
  FindSet find_set[2] = {FindSet::kEmitted, FindSet::kEmitted};
  bool needs_expired = true;
  size_t keys = 1;            // the first columns
  bool computed_key = false;  // the last of them plus 1
  bool residual = false;      // left last column < right last column
  bool indexed = true;        // false: the keys are part of the residual
  std::vector<Message> messages;
};

// Output rows as text, one string per emission.
using Emissions = std::vector<std::string>;

std::string Text(RowKind kind, TimeMs timestamp, const Values* left, const Values* right,
                 size_t columns) {
  std::string text = kind == RowKind::kCurrent ? "+" : kind == RowKind::kExpired ? "-" : "R";
  text += std::to_string(timestamp);
  for (const Values* side : {left, right}) {
    for (size_t c = 0; c < columns; ++c) text += " " + (side ? (*side)[c].ToText() : "null");
  }
  return text + "; ";
}

// The language's rules, row by row and pair by pair.
class NaiveJoin {
 public:
  explicit NaiveJoin(const JoinCase& c) : c_(c) {}

  Emissions Run() {
    for (const Message& message : c_.messages) {
      for (int side = 0; side < 2; ++side) {
        for (const SideRow& row : message.rows[side]) Take(side, row, message.clock);
      }
    }
    return std::move(out_);
  }

 private:
  void Take(int side, const SideRow& row, TimeMs now) {
    const bool emitted = c_.has_window[side] && c_.find_set[side] == FindSet::kEmitted;
    const bool listed = c_.has_window[side] && c_.find_set[side] == FindSet::kExplicit;
    auto& found = found_[side];
    const auto remove = [&] {
      std::erase_if(found, [&](const SideRow& r) { return r.id == row.id; });
    };
    if (listed && row.kind == RowKind::kFindAdd) found.push_back(row);
    if (listed && row.kind == RowKind::kFindRemove) remove();
    if (emitted && row.kind == RowKind::kCurrent) found.push_back(row);
    if (emitted && row.kind == RowKind::kExpired) remove();
    if (emitted && row.kind == RowKind::kReset) found.clear();
    if (!c_.triggers[side]) return;
    if (row.kind == RowKind::kReset) Reset(row.timestamp);
    if (row.kind == RowKind::kCurrent) Probe(side, row);
    if (row.kind == RowKind::kExpired && c_.needs_expired) Probe(side, row);
    if (row.kind != RowKind::kCurrent || c_.has_window[side]) return;
    if (c_.needs_expired) Probe(side, {RowKind::kExpired, 0, now, row.values});
    Reset(now);
  }

  // Resets that follow a reset say nothing; the comparison leaves them out.
  void Reset(TimeMs timestamp) {
    if (!out_.empty() && out_.back()[0] == 'R') return;
    out_.push_back(Text(RowKind::kReset, timestamp, nullptr, nullptr, c_.types.size()));
  }

  void Probe(int side, const SideRow& row) {
    std::string text;
    for (const SideRow& other : found_[1 - side]) {
      const Values& left = side == 0 ? row.values : other.values;
      const Values& right = side == 0 ? other.values : row.values;
      if (!Matches(left, right)) continue;
      text += Text(row.kind, row.timestamp, &left, &right, c_.types.size());
    }
    if (text.empty() && c_.keeps_unmatched[side]) {
      text = Text(row.kind, row.timestamp, side == 0 ? &row.values : nullptr,
                  side == 1 ? &row.values : nullptr, c_.types.size());
    }
    if (!text.empty()) out_.push_back(text);
  }

  bool Matches(const Values& left, const Values& right) const {
    for (size_t k = 0; k < c_.keys; ++k) {
      if (left[k].is_null() || right[k].is_null() || !(left[k] == right[k])) return false;
    }
    if (!c_.residual) return true;
    return !left.back().is_null() && !right.back().is_null() &&
           left.back().int_value() < right.back().int_value();
  }

  const JoinCase& c_;
  std::vector<SideRow> found_[2];
  Emissions out_;
};

SchemaPtr SideSchema(const JoinCase& c) {
  std::vector<Attribute> attributes;
  for (const Type type : c.types) attributes.push_back({"a", type});
  return std::make_shared<const Schema>(std::move(attributes));
}

JoinSpec MakeSpec(const JoinCase& c) {
  JoinSpec spec;
  const auto columns = static_cast<uint32_t>(c.types.size());
  std::vector<ExprPtr> conditions;
  JoinSide* sides[2] = {&spec.left, &spec.right};
  std::vector<Attribute> output;
  for (int s = 0; s < 2; ++s) {
    sides[s]->schema = SideSchema(c);
    sides[s]->triggers = c.triggers[s];
    sides[s]->keeps_unmatched = c.keeps_unmatched[s];
    sides[s]->has_window = c.has_window[s];
    sides[s]->find_set = c.find_set[s];
    for (const Attribute& a : sides[s]->schema->attributes()) output.push_back(a);
    for (uint32_t k = 0; c.indexed && k < c.keys; ++k) {
      ExprPtr key = MakeColumn(k, c.types[k], "k");
      if (c.computed_key && k + 1 == c.keys && IsNumeric(c.types[k])) {
        key = MakeArithmetic(ArithmeticOp::kAdd, key, MakeConstant(Value::Int(1))).value();
      }
      sides[s]->keys.push_back(key);
    }
  }
  for (uint32_t k = 0; !c.indexed && k < c.keys; ++k) {
    conditions.push_back(MakeCompare(CompareOp::kEqual, MakeColumn(k, c.types[k], "l"),
                                     MakeColumn(columns + k, c.types[k], "r"))
                             .value());
  }
  if (c.residual) {
    conditions.push_back(MakeCompare(CompareOp::kLess, MakeColumn(columns - 1, Type::kInt, "l"),
                                     MakeColumn(2 * columns - 1, Type::kInt, "r"))
                             .value());
  }
  spec.residual = JoinConjunction(conditions);
  spec.output = std::make_shared<const Schema>(std::move(output));
  spec.needs_expired = c.needs_expired;
  return spec;
}

class JoinRun {
 public:
  explicit JoinRun(const JoinCase& c)
      : c_(c), schema_(SideSchema(c)), join_(MakeJoinOperator({0, 0, true}, MakeSpec(c))) {}

  Emissions Run(const std::vector<size_t>& sizes) {
    for (size_t begin = 0, e = 0; begin < c_.messages.size(); ++e) {
      const size_t end = std::min(c_.messages.size(), begin + sizes[e % sizes.size()]);
      RunEpoch(begin, end);
      begin = end;
    }
    return std::move(out_);
  }

 private:
  void RunEpoch(size_t begin, size_t end) {
    Timeline timeline;
    timeline.base = clock_;
    timeline.first_message = begin;
    std::vector<Port> ports(2);
    for (size_t m = begin; m < end; ++m) {
      clock_ = c_.messages[m].clock;
      timeline.clocks.push_back(clock_);
    }
    for (uint32_t side = 0; side < 2; ++side) {
      std::vector<Message> part(c_.messages.begin() + static_cast<std::ptrdiff_t>(begin),
                                c_.messages.begin() + static_cast<std::ptrdiff_t>(end));
      // Chunk borders anywhere between emissions.
      for (size_t from = 0; from < part.size();) {
        const size_t to = std::min(part.size(), from + 1 + from % 5);
        const Chunk chunk = MakeChunk(timeline, part, side, from, to);
        if (!chunk.empty()) ports[side].chunks.push_back(chunk);
        from = to;
      }
    }
    std::vector<Chunk> out;
    join_->Process({timeline, ports, std::nullopt}, &out);
    Collect(out);
  }

  Chunk MakeChunk(const Timeline& timeline, const std::vector<Message>& part, uint32_t side,
                  size_t from, size_t to) {
    RowMetaBuilder meta;
    std::vector<ColumnBuilder> builders;
    for (const Type type : c_.types) builders.emplace_back(type);
    for (size_t m = from; m < to; ++m) {
      const OrderKey key{timeline.MessageMoment(static_cast<uint32_t>(m)), Path().Append(side, 1)};
      for (const SideRow& row : part[m].rows[side]) {
        meta.Append(row.timestamp, row.kind, key);
        meta.AppendRowId(row.id);
        for (size_t c = 0; c < builders.size(); ++c) {
          if (row.kind == RowKind::kReset) {
            builders[c].AppendNull();
          } else {
            builders[c].AppendValue(row.values[c]);
          }
        }
      }
    }
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
    return meta.Finish(schema_, std::move(columns));
  }

  void Collect(const std::vector<Chunk>& chunks) {
    OrderKey last;
    for (const Chunk& chunk : chunks) {
      for (uint32_t i = 0; i < chunk.size();) {
        const OrderKey key = chunk.KeyAt(i);
        EXPECT_TRUE(last < key) << "keys must ascend and no emission be split";
        last = key;
        std::string text;
        for (const uint32_t end = chunk.EmissionEnd(i); i < end; ++i) text += RowText(chunk, i);
        // As in the naive join.
        if (text[0] == 'R' && !out_.empty() && out_.back()[0] == 'R') continue;
        out_.push_back(text);
      }
    }
  }

  std::string RowText(const Chunk& chunk, uint32_t i) const {
    const uint32_t row = chunk.Row(i);
    Values values;
    for (size_t c = 0; c < chunk.column_count(); ++c) {
      values.push_back(chunk.column(c)->GetValue(row));
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(c_.types.size());
    const Values left(values.begin(), middle), right(middle, values.end());
    return Text(chunk.kind(row), chunk.timestamp(row), &left, &right, c_.types.size());
  }

  const JoinCase& c_;
  SchemaPtr schema_;
  std::unique_ptr<Operator> join_;
  TimeMs clock_ = 0;
  Emissions out_;
};

// Random rows out of random windows.
class CaseMaker {
 public:
  explicit CaseMaker(uint64_t seed) : random_(seed) {}

  JoinCase Make() {
    JoinCase c;
    c.types = {Pick<Type>({Type::kInt, Type::kLong, Type::kDouble, Type::kFloat, Type::kString,
                           Type::kBool}),
               Pick<Type>({Type::kInt, Type::kString}), Type::kInt};
    c.keys = Pick<size_t>({0, 1, 1, 2});
    c.computed_key = Chance(30);
    c.residual = Chance(40);
    c.indexed = Chance(80);
    c.needs_expired = Chance(70);
    const int unidirectional = Pick<int>({-1, -1, 0, 1});
    for (int side = 0; side < 2; ++side) {
      c.has_window[side] = Chance(80);
      c.triggers[side] = unidirectional != 1 - side;
      c.keeps_unmatched[side] = Chance(30);
      if (Chance(20)) c.find_set[side] = Pick<FindSet>({FindSet::kExplicit, FindSet::kNothing});
    }
    c_ = &c;
    const bool self_join = Chance(20);
    TimeMs clock = 100;
    for (int m = 0, n = 5 + static_cast<int>(random_() % 60); m < n; ++m) {
      Message message;
      message.clock = clock += static_cast<TimeMs>(random_() % 3);
      const int side = static_cast<int>(random_() % 2);
      message.rows[side] = Arrive(side, clock);
      if (self_join) message.rows[1 - side] = Arrive(1 - side, clock);
      c.messages.push_back(std::move(message));
    }
    return c;
  }

 private:
  template <class T>
  T Pick(std::initializer_list<T> from) {
    return *(from.begin() + random_() % from.size());
  }
  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  Value RandomValue(Type type) {
    if (Chance(10)) return Value::Null(type);
    const int n = static_cast<int>(random_() % 4);
    switch (type) {
      case Type::kBool:
        return Value::Bool(n % 2 == 0);
      case Type::kInt:
        return Value::Int(n);
      case Type::kLong:
        return Value::Long(n);
      case Type::kFloat:
        return Value::Float(n == 0 ? -0.0f : static_cast<float>(n));
      case Type::kDouble:
        return Value::Double(n == 0 ? 0.0 : n + 0.5);
      default:
        return Value::String(n < 2 ? "s" + std::to_string(n)
                                   : "a long string, number " + std::to_string(n));
    }
  }

  SideRow NewRow(int side, RowKind kind, TimeMs now) {
    SideRow row{kind, 0, now - static_cast<TimeMs>(random_() % 2), {}};
    for (const Type type : c_->types) row.values.push_back(RandomValue(type));
    auto& free = free_ids_[side];
    if (!free.empty() && Chance(70)) {
      row.id = free.back();
      free.pop_back();
    } else {
      row.id = next_id_[side]++;
    }
    return row;
  }

  // What a window emits when one to three rows arrive: expired rows in any order, a reset at times.
  std::vector<SideRow> Arrive(int side, TimeMs now) {
    std::vector<SideRow> out;
    if (!c_->has_window[side]) {
      for (uint64_t n = 1 + random_() % 3; n > 0; --n) {
        out.push_back(NewRow(side, RowKind::kCurrent, now));
      }
      return out;
    }
    auto& held = held_[side];
    const bool listed = c_->find_set[side] == FindSet::kExplicit;
    const bool batch = Chance(10);
    std::vector<uint32_t> gone;
    while (!held.empty() && (batch || held.size() > 6 || Chance(20))) {
      const size_t at = Chance(70) ? 0 : random_() % held.size();
      SideRow row = held[at];
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
      gone.push_back(row.id);
      row.kind = listed ? RowKind::kFindRemove : RowKind::kExpired;
      if (Chance(50)) row.timestamp = now;
      if (batch && Chance(50) && !listed) continue;  // left to the reset
      out.push_back(row);
    }
    if (batch) out.push_back({RowKind::kReset, kNoRow, now, {}});
    for (uint64_t n = random_() % 4; n > 0; --n) {
      SideRow row = NewRow(side, RowKind::kCurrent, now);
      held.push_back(row);
      if (listed) {
        if (Chance(50)) out.push_back(row);
        row.kind = RowKind::kFindAdd;
        if (Chance(20)) {
          SideRow expired = row;
          expired.kind = RowKind::kExpired;
          out.push_back(expired);
        }
      }
      out.push_back(row);
    }
    // An id comes back only after the step in which its row went.
    free_ids_[side].insert(free_ids_[side].end(), gone.begin(), gone.end());
    return out;
  }

  std::mt19937_64 random_;
  const JoinCase* c_ = nullptr;
  std::vector<SideRow> held_[2];
  std::vector<uint32_t> free_ids_[2];
  uint32_t next_id_[2] = {0, 0};
};

TEST(Join, RandomCasesAgainstNestedLoops) {
  size_t rows = 0;
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    const JoinCase c = CaseMaker(seed).Make();
    const Emissions expected = NaiveJoin(c).Run();
    rows += expected.size();
    for (const std::vector<size_t>& sizes :
         std::vector<std::vector<size_t>>{{1}, {3}, {2048}, {5, 1, 2}}) {
      ASSERT_EQ(expected, JoinRun(c).Run(sizes)) << "seed " << seed << ", epochs of " << sizes[0];
    }
  }
  EXPECT_GT(rows, 20000u);
}

// Alternating rows with many matches: far more output than a chunk, from single triggers too.
TEST(Join, ManyMatches) {
  JoinCase c;
  c.types = {Type::kInt, Type::kInt};
  c.keys = 0;
  for (int i = 0; i < 600; ++i) {
    Message message;
    message.clock = 100 + i;
    const auto id = static_cast<uint32_t>(i / 2);
    message.rows[i % 2].push_back(
        {RowKind::kCurrent, id, message.clock, {Value::Int(i), Value::Int(-i)}});
    c.messages.push_back(std::move(message));
  }
  const Emissions expected = NaiveJoin(c).Run();
  EXPECT_EQ(expected, JoinRun(c).Run({7}));
  EXPECT_EQ(expected, JoinRun(c).Run({2048}));
}

// Enough keys, coming and going, for the index to grow and to close its gaps.
TEST(Join, ManyKeys) {
  for (const bool computed : {false, true}) {
    JoinCase c;
    c.types = {computed ? Type::kInt : Type::kString, Type::kInt};
    c.computed_key = computed;
    std::mt19937_64 random(7);
    std::vector<SideRow> held[2];
    for (int i = 0; i < 4000; ++i) {
      const int side = i % 2;
      const auto key = static_cast<int>(random() % 500);
      Message message;
      message.clock = 100 + i;
      SideRow row{RowKind::kCurrent, static_cast<uint32_t>(i / 2 % 211), message.clock, {}};
      if (held[side].size() > 200) {
        SideRow expired = held[side].front();
        held[side].erase(held[side].begin());
        expired.kind = RowKind::kExpired;
        message.rows[side].push_back(expired);
      }
      row.values = {computed ? Value::Int(key) : Value::String("key number " + std::to_string(key)),
                    Value::Int(i)};
      held[side].push_back(row);
      message.rows[side].push_back(row);
      c.messages.push_back(std::move(message));
    }
    const Emissions expected = NaiveJoin(c).Run();
    EXPECT_EQ(expected, JoinRun(c).Run({9}));
    EXPECT_EQ(expected, JoinRun(c).Run({2048}));
  }
}

// NaN equals nothing, not even itself; zeros of both signs are equal.
TEST(Join, FloatingKeys) {
  JoinCase c;
  c.types = {Type::kDouble};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double keys[2][3] = {{nan, 0.0, 1.0}, {-0.0, nan, 2.0}};
  for (int side = 0; side < 2; ++side) {
    Message message;
    message.clock = 100 + side;
    for (uint32_t i = 0; i < 3; ++i) {
      message.rows[side].push_back(
          {RowKind::kCurrent, i, message.clock, {Value::Double(keys[side][i])}});
    }
    c.messages.push_back(std::move(message));
  }
  EXPECT_EQ(JoinRun(c).Run({2048}), (Emissions{"+101 0.0 -0.0; "}));
}

// A side without a window: the row, its expiry and a reset, each an emission; and it is not found.
TEST(Join, SideWithoutWindow) {
  JoinCase c;
  c.types = {Type::kInt};
  c.keys = 0;
  c.has_window[0] = false;
  c.triggers[1] = false;
  const auto current = [](uint32_t id, TimeMs at) {
    return SideRow{RowKind::kCurrent, id, at, {Value::Int(static_cast<int>(id))}};
  };
  c.messages.resize(3);
  c.messages[0] = {100, {{current(0, 100)}, {}}};
  c.messages[1] = {101, {{}, {current(1, 101)}}};
  c.messages[2] = {102, {{current(2, 102), current(3, 102)}, {}}};
  EXPECT_EQ(JoinRun(c).Run({2048}),
            (Emissions{"R100 null null; ", "+102 2 1; ", "-102 2 1; ", "R102 null null; ",
                       "+102 3 1; ", "-102 3 1; ", "R102 null null; "}));
}

}  // namespace
}  // namespace weir::test
