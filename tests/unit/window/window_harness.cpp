#include "unit/window/window_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "library/builtins.h"

namespace weir::window_test {
namespace {

SchemaPtr TestSchema() {
  static const auto schema = std::make_shared<const Schema>(std::vector<Attribute>{
      {"id", Type::kLong}, {"key", Type::kString}, {"value", Type::kDouble}, {"at", Type::kLong}});
  return schema;
}

Chunk MakeChunk(const std::vector<std::pair<TestRow, Moment>>& rows) {
  ColumnBuilder id(Type::kLong), key(Type::kString), value(Type::kDouble), at(Type::kLong);
  RowMetaBuilder meta;
  for (const auto& [row, moment] : rows) {
    id.Append(row.id);
    row.key ? key.AppendString(*row.key) : key.AppendNull();
    row.value ? value.Append(*row.value) : value.AppendNull();
    row.at ? at.Append(*row.at) : at.AppendNull();
    meta.Append(row.timestamp, RowKind::kCurrent, {moment, Path()});
  }
  std::vector<ColumnPtr> columns{id.Finish(), key.Finish(), value.Finish(), at.Finish()};
  return meta.Finish(TestSchema(), std::move(columns));
}

// The same rows, each behind one that a filter before the window has taken out.
Chunk MakeFilteredChunk(const std::vector<std::pair<TestRow, Moment>>& rows) {
  std::vector<std::pair<TestRow, Moment>> physical;
  Selection selection;
  for (const auto& row : rows) {
    physical.push_back(row);
    physical.back().first.id = -99;
    physical.back().first.key = "a row that must not be seen";
    selection.push_back(static_cast<uint32_t>(physical.size()));
    physical.push_back(row);
  }
  return MakeChunk(physical).WithSelection(std::move(selection));
}

std::unique_ptr<Operator> MakeOperator(const WindowCall& call) {
  const WindowSpec* spec = BuiltinRegistry().FindWindow(call.name);
  EXPECT_NE(spec, nullptr) << call.name;
  const auto overload = MatchOverload(call.name, spec->overloads, call.arguments);
  EXPECT_TRUE(overload.ok()) << overload.status().message();
  auto window = spec->make(call.arguments, overload.value());
  EXPECT_TRUE(window.ok()) << window.status().message();
  const bool find_rows = call.needs_find_rows && spec->find_set == FindSet::kExplicit;
  return MakeWindowOperator({3, 4, spec->multi_emitter}, {std::move(window).value(), TestSchema(),
                                                          call.needs_expired, find_rows});
}

// Absolute form of a key, which must not depend on the epochs.
struct EmissionId {
  uint64_t message;
  TimeMs time;
  uint32_t round;
  Path path;
  friend auto operator<=>(const EmissionId&, const EmissionId&) = default;
};

}  // namespace

class WindowRun::Collector {
 public:
  void Take(const Chunk& chunk, const Timeline& timeline) {
    for (uint32_t i = 0; i < chunk.size();) {
      const uint32_t end = chunk.EmissionEnd(i);
      const OrderKey key = chunk.KeyAt(i);
      const EmissionId id{timeline.first_message + MomentPosition(key.moment),
                          timeline.TimeOf(key.moment), MomentRound(key.moment), key.path};
      if (!ids_.empty()) {
        EXPECT_LT(ids_.back(), id) << "keys must ascend, emissions stay whole";
      }
      ids_.push_back(id);
      OutputEmission emission{id.message, id.time, {}};
      for (; i < end; ++i) {
        const uint32_t row = chunk.Row(i);
        const Value value = chunk.column(kIdColumn)->GetValue(row);
        emission.rows.push_back(
            {chunk.kind(row), chunk.timestamp(row), value.is_null() ? -1 : value.long_value()});
      }
      emissions_.push_back(std::move(emission));
    }
  }
  const std::vector<EmissionId>& ids() const { return ids_; }
  const std::vector<OutputEmission>& emissions() const { return emissions_; }

 private:
  std::vector<EmissionId> ids_;
  std::vector<OutputEmission> emissions_;
};

WindowRun::WindowRun(const WindowCall& call, TimeMs clock)
    : call_(call),
      clock_(clock),
      operator_(MakeOperator(call)),
      collector_(std::make_unique<Collector>()) {}
WindowRun::~WindowRun() = default;

const std::vector<OutputEmission>& WindowRun::emissions() const { return collector_->emissions(); }

void WindowRun::Process(std::span<const TestMessage> messages, size_t chunk_rows) {
  Timeline timeline;
  timeline.base = clock_;
  timeline.first_message = messages_;
  for (const TestMessage& message : messages) {
    clock_ = std::max(clock_, message.clock);
    timeline.clocks.push_back(clock_);
  }
  std::vector<Port> ports(1);
  std::vector<std::pair<TestRow, Moment>> rows;
  const auto flush = [&] {
    if (rows.empty()) return;
    const bool filtered = ports[0].chunks.size() % 2 == 1;
    ports[0].chunks.push_back(filtered ? MakeFilteredChunk(rows) : MakeChunk(rows));
    rows.clear();
  };
  for (size_t m = 0; m < messages.size(); ++m) {
    for (const TestRow& row : messages[m].rows) {
      rows.emplace_back(row, timeline.MessageMoment(static_cast<uint32_t>(m)));
    }
    if (rows.size() >= chunk_rows) flush();
  }
  flush();
  messages_ += messages.size();
  std::vector<Chunk> out;
  operator_->Process({timeline, ports, std::nullopt}, &out);
  for (const Chunk& chunk : out) collector_->Take(chunk, timeline);
}

StateMap WindowRun::State() const {
  StateMap state;
  StateWriter out(&state);
  operator_->SaveOwned("window", out);
  return state;
}

Status WindowRun::Restore(const StateMap& state) {
  operator_ = MakeOperator(call_);
  StateMap::Source source(state);
  StateReader in(&source);
  operator_->LoadOwned("window", clock_, in);
  return in.status();
}

namespace {

std::unique_ptr<WindowRun> RunAll(const WindowCall& call, const std::vector<TestMessage>& messages,
                                  size_t epoch_size, size_t chunk_rows) {
  auto run = std::make_unique<WindowRun>(call, messages.empty() ? 0 : messages.front().clock);
  const std::span<const TestMessage> all(messages);
  for (size_t begin = 0; begin < messages.size(); begin += epoch_size) {
    run->Process(all.subspan(begin, std::min(epoch_size, messages.size() - begin)), chunk_rows);
  }
  return run;
}

}  // namespace

std::string Difference(const std::vector<OutputEmission>& expected,
                       const std::vector<OutputEmission>& actual) {
  const auto describe = [](const std::vector<OutputEmission>& emissions, size_t i) -> std::string {
    if (i >= emissions.size()) return "nothing";
    return "at message " + std::to_string(emissions[i].message) + ", time " +
           std::to_string(emissions[i].time) + ": " + Render({emissions[i]});
  };
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    if (i < expected.size() && i < actual.size() && expected[i] == actual[i]) continue;
    return "emission " + std::to_string(i) + "\n  expected " + describe(expected, i) +
           "\n  actual   " + describe(actual, i);
  }
  return "";
}

std::string Render(const std::vector<OutputEmission>& emissions) {
  std::string text;
  for (const OutputEmission& emission : emissions) {
    if (!text.empty()) text += " | ";
    for (size_t i = 0; i < emission.rows.size(); ++i) {
      const OutputRow& row = emission.rows[i];
      if (i > 0) text += ' ';
      switch (row.kind) {
        case RowKind::kCurrent:
          text += '+';
          break;
        case RowKind::kExpired:
          text += '-';
          break;
        case RowKind::kReset:
          text += 'r';
          break;
        case RowKind::kFindAdd:
          text += "find+";
          break;
        case RowKind::kFindRemove:
          text += "find-";
          break;
      }
      if (row.kind != RowKind::kReset) text += std::to_string(row.id);
      text += '@' + std::to_string(row.timestamp);
    }
  }
  return text;
}

Argument IntArgument(int32_t value) { return {Type::kInt, Value::Int(value), std::nullopt}; }
Argument LongArgument(int64_t value) { return {Type::kLong, Value::Long(value), std::nullopt}; }
Argument DoubleArgument(double value) {
  return {Type::kDouble, Value::Double(value), std::nullopt};
}
Argument BoolArgument(bool value) { return {Type::kBool, Value::Bool(value), std::nullopt}; }
Argument StringArgument(const std::string& value) {
  return {Type::kString, Value::String(value), std::nullopt};
}
Argument ColumnArgument(uint32_t column) {
  return {(*TestSchema())[column].type, std::nullopt, column};
}

std::string CallError(const std::string& name, const std::vector<Argument>& arguments) {
  const WindowSpec* spec = BuiltinRegistry().FindWindow(name);
  if (spec == nullptr) return "no such window";
  const auto overload = MatchOverload(name, spec->overloads, arguments);
  if (!overload.ok()) return overload.status().message();
  const auto made = spec->make(arguments, overload.value());
  return made.ok() ? "" : made.status().message();
}

std::vector<OutputEmission> RunWindow(const WindowCall& call,
                                      const std::vector<TestMessage>& messages, size_t epoch_size,
                                      size_t chunk_rows) {
  return RunAll(call, messages, epoch_size, chunk_rows)->emissions();
}

std::vector<OutputEmission> RunWindow(const WindowCall& call,
                                      const std::vector<TestMessage>& messages) {
  const auto one = RunAll(call, messages, 1, 1);
  for (const auto& [epoch_size, chunk_rows] :
       {std::pair<size_t, size_t>{3, 2048}, {7, 2}, {2048, 5}, {2048, 2048}}) {
    const auto other = RunAll(call, messages, epoch_size, chunk_rows);
    EXPECT_EQ(Difference(one->emissions(), other->emissions()), "")
        << call.name << ": epochs of 1 and " << epoch_size << " differ";
    EXPECT_TRUE(one->collector().ids() == other->collector().ids()) << call.name << ": keys differ";
  }
  return one->emissions();
}

TestRow MessageList::MakeRow(TimeMs timestamp) {
  TestRow row;
  row.id = next_id_++;
  row.timestamp = timestamp;
  row.value = static_cast<double>(row.id);
  row.at = row.id;
  return row;
}

void MessageList::Add(TestMessage message) {
  if (!message.rows.empty()) message.clock = message.rows.back().timestamp;
  clock_ = std::max(clock_, message.clock);
  message.clock = clock_;
  messages_.push_back(std::move(message));
}

MessageList& MessageList::Row(TimeMs timestamp, std::optional<std::string> key) {
  TestRow row = MakeRow(timestamp);
  row.key = std::move(key);
  Add({{row}, 0});
  return *this;
}

MessageList& MessageList::RowAt(int64_t at) {
  TestRow row = MakeRow(clock_);
  row.at = at;
  Add({{row}, 0});
  return *this;
}

MessageList& MessageList::RowValue(std::optional<double> value) {
  TestRow row = MakeRow(clock_);
  row.value = value;
  Add({{row}, 0});
  return *this;
}

MessageList& MessageList::Rows(const std::vector<TimeMs>& timestamps) {
  TestMessage message;
  for (TimeMs timestamp : timestamps) message.rows.push_back(MakeRow(timestamp));
  Add(std::move(message));
  return *this;
}

MessageList& MessageList::Clock(TimeMs clock) {
  Add({{}, clock});
  return *this;
}

std::vector<TestMessage> RandomMessages(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  const auto pick = [&](int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random() % static_cast<uint64_t>(most - least + 1));
  };
  std::vector<TestMessage> messages;
  TimeMs clock = 1000;
  int64_t next_id = 1;
  int64_t external = 5000;
  for (size_t m = 0; m < count; ++m) {
    TestMessage message;
    const int64_t step = pick(0, 9);
    if (step >= 4) clock += pick(0, step == 9 ? 400 : 12);
    message.clock = clock;
    const int64_t rows = pick(0, 9);
    for (int64_t r = 0; r < (rows < 1 ? 0 : rows < 7 ? 1 : rows - 5); ++r) {
      TestRow row;
      row.id = next_id++;
      row.timestamp = clock;
      if (pick(0, 7) == 0) row.timestamp += pick(-60, 25);
      row.key = std::string(1, static_cast<char>('a' + pick(0, 3)));
      if (pick(0, 2) == 0) *row.key += " and some more characters";
      if (pick(0, 30) == 0) row.key.reset();
      row.value = static_cast<double>(pick(0, 15));
      if (pick(0, 20) == 0) row.value.reset();
      external += pick(0, 9) == 0 ? pick(0, 150) : pick(-4, 9);
      row.at = external;
      if (pick(0, 20) == 0) row.at.reset();
      message.rows.push_back(row);
    }
    if (!message.rows.empty()) {
      // The last row's timestamp is the message's time.
      clock = std::max(clock, message.rows.back().timestamp);
      message.clock = clock;
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace weir::window_test
