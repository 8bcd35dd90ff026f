#include "unit/state/restarts.h"

#include <gtest/gtest.h>

#include <random>
#include <span>

namespace weir::state_test {
namespace {

constexpr size_t kEpochRows = 7;

using Records = std::map<std::string, std::string, std::less<>>;

// A graph on its way through rows.
class Run {
 public:
  explicit Run(const Subject& subject) : subject_(subject), dag_(subject.make()) {}

  void Start(TimeMs at) {
    clock_ = at;
    dag_->Start(at);
  }

  void Epoch(std::span<const Row> rows) {
    Timeline timeline;
    timeline.base = clock_;
    timeline.first_message = message_;
    for (const Row& row : rows) timeline.clocks.push_back(std::max(timeline.end(), row.at));
    std::vector<Port> ports(subject_.sources.size());
    for (uint32_t s = 0; s < ports.size(); ++s) Fill(s, rows, timeline, &ports[s]);
    std::vector<Port> taps;
    dag_->Run(timeline, ports, &taps);
    EXPECT_TRUE(dag_->status().ok()) << dag_->status().message();
    for (const Chunk& chunk : taps[0].chunks) Describe(chunk);
    clock_ = timeline.end();
    message_ += rows.size();
  }

  StateMap Save() const {
    StateMap state;
    StateWriter writer(&state);
    dag_->Save(writer);
    return state;
  }

  Status Load(const StateMap& state) {
    dag_ = subject_.make();
    StateMap::Source source(state);
    StateReader reader(&source);
    dag_->Load(reader, clock_);
    return reader.status();
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void Fill(uint32_t source, std::span<const Row> rows, const Timeline& timeline, Port* port) {
    const SchemaPtr& schema = subject_.sources[source];
    std::vector<ColumnBuilder> builders;
    for (const Attribute& attribute : schema->attributes()) builders.emplace_back(attribute.type);
    RowMetaBuilder meta;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (rows[i].source != source) continue;
      meta.Append(rows[i].at, rows[i].kind, {timeline.MessageMoment(i), Path()});
      meta.AppendRowId(rows[i].id);
      for (size_t c = 0; c < builders.size(); ++c) builders[c].AppendValue(rows[i].values[c]);
    }
    if (meta.size() == 0) return;
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
    port->chunks.push_back(meta.Finish(schema, std::move(columns)));
  }

  void Describe(const Chunk& chunk) {
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      const uint32_t row = chunk.Row(i);
      const OrderKey key = chunk.key(row);
      std::string line = std::to_string(message_ + MomentPosition(key.moment)) + "/" +
                         std::to_string(key.path.high()) + "/" + std::to_string(key.path.low()) +
                         " @" + std::to_string(chunk.timestamp(row)) + " " +
                         std::to_string(static_cast<int>(chunk.kind(row)));
      if (chunk.has_row_ids()) line += " #" + std::to_string(chunk.row_id(row));
      for (const ColumnPtr& column : chunk.columns()) line += " " + column->GetValue(row).ToText();
      lines_.push_back(std::move(line));
    }
  }

  const Subject& subject_;
  std::unique_ptr<Dag> dag_;
  TimeMs clock_ = 0;
  uint64_t message_ = 0;
  std::vector<std::string> lines_;
};

StateMap Altered(const Records& records, std::mt19937_64& random) {
  auto at = records.begin();
  std::advance(at, random() % records.size());
  StateMap state;
  for (const auto& [key, value] : records) {
    std::string bytes = value;
    if (key == at->first) {
      switch (random() % 4) {
        case 0:
          continue;
        case 1:
          bytes.resize(bytes.empty() ? 0 : random() % bytes.size());
          break;
        case 2:
          bytes += static_cast<char>(random());
          break;
        default:
          if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
      }
    }
    state.Put(key, bytes);
  }
  return state;
}

std::span<const Row> EpochAt(const std::vector<Row>& rows, size_t begin) {
  return std::span(rows).subspan(begin, std::min(kEpochRows, rows.size() - begin));
}

// A state that is not refused may give other rows; it just may not break anything.
void ExpectNoHarm(const Subject& subject, const Records& records, const std::vector<Row>& rows) {
  std::mt19937_64 random(1);
  size_t refused = 0;
  for (int i = 0; i < 300; ++i) {
    Run run(subject);
    run.Start(rows[0].at);
    if (!run.Load(Altered(records, random)).ok()) ++refused;
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace

Subject OperatorSubject(std::vector<SchemaPtr> sources,
                        std::function<std::unique_ptr<Operator>()> make) {
  const auto build = [sources, make = std::move(make)] {
    DagBuilder builder;
    std::vector<NodeId> nodes;
    for (size_t s = 0; s < sources.size(); ++s) {
      nodes.push_back(builder.AddSource("S" + std::to_string(s), sources[s]));
    }
    const NodeId op = builder.AddNode("op", make(), static_cast<int>(sources.size()), true);
    for (size_t s = 0; s < nodes.size(); ++s) {
      builder.Connect(op, static_cast<int>(s), {nodes[s], 0, 0, 0});
    }
    builder.AddTap({op, 0, 0, 0});
    return std::move(builder).Build();
  };
  return {build, std::move(sources)};
}

void ExpectRestarts(const Subject& subject, const std::vector<Row>& rows) {
  Run plain(subject), restarted(subject);
  plain.Start(rows[0].at);
  restarted.Start(rows[0].at);
  Records middle;
  for (size_t begin = 0; begin < rows.size(); begin += kEpochRows) {
    plain.Epoch(EpochAt(rows, begin));
    restarted.Epoch(EpochAt(rows, begin));
    const StateMap state = restarted.Save();
    const Status status = restarted.Load(state);
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_EQ(restarted.Save().records(), state.records());
    if (begin <= rows.size() / 2) middle = state.records();
  }
  EXPECT_FALSE(plain.lines().empty());
  EXPECT_EQ(restarted.lines(), plain.lines());
  ExpectNoHarm(subject, middle, rows);
}

StateMap StateAfter(const Subject& subject, const std::vector<Row>& rows) {
  Run run(subject);
  run.Start(rows[0].at);
  for (size_t begin = 0; begin < rows.size(); begin += kEpochRows) run.Epoch(EpochAt(rows, begin));
  return run.Save();
}

}  // namespace weir::state_test
