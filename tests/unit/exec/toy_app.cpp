#include "unit/exec/toy_app.h"

#include <algorithm>
#include <bit>
#include <map>
#include <queue>
#include <tuple>

#include "exec/select_operator.h"
#include "exec/step_operator.h"

namespace weir::test {
namespace {

constexpr uint32_t kTap = UINT32_MAX;

// An app as nodes and arrows, the same for both engines.
struct Graph {
  struct Out {
    uint32_t node;  // kTap: port is the number of the print
    uint32_t port;
  };
  struct Node {
    std::string name;
    Stage stage = Stage::kPass;
    int n = 0;
    bool stream = false;
    std::vector<Out> outs;  // readers in order
  };
  std::vector<Node> nodes;
  std::map<std::string, uint32_t> streams;

  explicit Graph(const ToyApp& app) {
    for (const auto& [name, period] : app.triggers) Add(name + "!", Stage::kTrigger, period);
    for (size_t q = 0; q < app.queries.size(); ++q) {
      for (const auto& [stage, n] : app.queries[q].stages) Add("q" + std::to_string(q), stage, n);
      Add("q" + std::to_string(q) + ".insert", Stage::kInsert, app.queries[q].mode);
    }
    uint32_t next = 0;
    for (const auto& [name, period] : app.triggers) {
      const uint32_t stream = Stream(name);  // may move the nodes
      nodes[next++].outs.push_back({stream, 0});
    }
    for (const ToyQuery& query : app.queries) {
      for (uint32_t port = 0; port < query.inputs.size(); ++port) {
        const uint32_t from = Stream(query.inputs[port]);
        nodes[from].outs.push_back({next, port});
      }
      for (size_t s = 0; s < query.stages.size(); ++s, ++next) {
        nodes[next].outs.push_back({next + 1, 0});
      }
      const uint32_t to = Stream(query.output);
      nodes[next++].outs.push_back({to, 0});
    }
    for (const std::string& source : app.sources) Stream(source);
    for (uint32_t p = 0; p < app.prints.size(); ++p) {
      const uint32_t from = Stream(app.prints[p]);
      nodes[from].outs.push_back({kTap, p});
    }
  }

 private:
  void Add(std::string name, Stage stage, int n) {
    nodes.push_back({std::move(name), stage, n, false, {}});
  }
  uint32_t Stream(const std::string& name) {
    const auto [at, added] = streams.emplace(name, static_cast<uint32_t>(nodes.size()));
    if (added) nodes.push_back({name, Stage::kPass, 0, true, {}});
    return at->second;
  }
};

class Reference {
 public:
  explicit Reference(const ToyApp& app) : app_(app), graph_(app) {
    for (const Graph::Node& node : graph_.nodes) toys_.push_back(MakeToy(node.stage, node.n));
  }

  ToyResult Run(const std::vector<ToyMessage>& messages) {
    bool started = false;
    TimeMs clock = 0;
    for (const ToyMessage& message : messages) {
      if (!started) {
        clock = message.clock;
        round_ = -1;
        for (uint32_t i = 0; i < toys_.size(); ++i) {
          Context context(this, i, clock);
          toys_[i]->Start(clock, context);
        }
        started = true;
      }
      clock = std::max(clock, message.clock);
      FireUntil(clock);
      if (message.source >= 0) {
        round_ = kMessage;
        Deliver(graph_.streams.at(app_.sources[message.source]), 0, message.rows, clock);
      }
      FireUntil(clock);
    }
    for (const auto& toy : toys_) result_.states.push_back(toy->State());
    return std::move(result_);
  }

 private:
  static constexpr int kMessage = 1 << 20;
  static constexpr int kMaxWork = 6000;
  struct Pending {
    TimeMs time;
    int round;
    uint32_t node;
    uint64_t number;
    uint64_t payload;
    bool operator>(const Pending& other) const {
      return std::tie(time, round, node, number) >
             std::tie(other.time, other.round, other.node, other.number);
    }
  };
  class Context : public ToyContext {
   public:
    Context(Reference* engine, uint32_t node, TimeMs now)
        : engine_(engine), node_(node), now_(now) {}
    TimeMs now() const override { return now_; }
    void Arm(TimeMs due, uint64_t payload) override {
      const bool later = due > now_;
      engine_->pending_.push({later ? due : now_, later ? 0 : engine_->round_ + 1, node_,
                              engine_->number_++, payload});
    }

   private:
    Reference* engine_;
    uint32_t node_;
    TimeMs now_;
  };

  void FireUntil(TimeMs clock) {
    while (!pending_.empty() && pending_.top().time <= clock && Work()) {
      const Pending timer = pending_.top();
      pending_.pop();
      round_ = timer.round;
      Context context(this, timer.node, timer.time);
      Emit(timer.node, toys_[timer.node]->Fire(timer.payload, context), timer.time);
    }
  }

  void Deliver(uint32_t node, int port, const ToyEmission& rows, TimeMs now) {
    if (!Work()) return;
    Context context(this, node, now);
    Emit(node, toys_[node]->Process(port, rows, context), now);
  }

  void Emit(uint32_t node, const ToyEmissions& emissions, TimeMs now) {
    for (const ToyEmission& emission : emissions) {
      if (emission.empty()) continue;
      for (const Graph::Out& out : graph_.nodes[node].outs) {
        if (out.node == kTap) {
          result_.printed.push_back({out.port, now, emission});
        } else {
          Deliver(out.node, static_cast<int>(out.port), emission, now);
        }
      }
    }
  }

  bool Work() {
    if (++work_ > kMaxWork) result_.too_big = true;
    return !result_.too_big;
  }

  const ToyApp& app_;
  Graph graph_;
  std::vector<std::unique_ptr<Toy>> toys_;
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> pending_;
  uint64_t number_ = 0;
  int round_ = 0;
  int work_ = 0;
  ToyResult result_;
};

SchemaPtr RowSchema() {
  static const SchemaPtr schema = std::make_shared<const Schema>(
      std::vector<Attribute>{{"key", Type::kInt}, {"value", Type::kInt}, {"hops", Type::kInt}});
  return schema;
}

ToyRow ReadRow(const Chunk& chunk, uint32_t row) {
  const auto value = [&](size_t c) { return chunk.column(c)->values<int32_t>()[row]; };
  return {chunk.timestamp(row), static_cast<int>(chunk.kind(row)), value(0), value(1), value(2)};
}

class ChunkWriter {
 public:
  void Append(const ToyEmission& rows, const OrderKey& key) {
    for (const ToyRow& row : rows) {
      meta_.Append(row.ts, static_cast<RowKind>(row.sign), key);
      columns_[0].Append<int32_t>(row.key);
      columns_[1].Append<int32_t>(row.value);
      columns_[2].Append<int32_t>(row.hops);
    }
  }
  size_t size() const { return meta_.size(); }
  Chunk Finish() {
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& column : columns_) columns.push_back(column.Finish());
    return meta_.Finish(RowSchema(), std::move(columns));
  }

 private:
  RowMetaBuilder meta_;
  ColumnBuilder columns_[3] = {ColumnBuilder(Type::kInt), ColumnBuilder(Type::kInt),
                               ColumnBuilder(Type::kInt)};
};

class ToyOperator : public StepOperator {
 public:
  ToyOperator(OrderPlace place, Toy* toy) : StepOperator(place), toy_(toy), context_(this) {}
  void Start(TimeMs now) override {
    context_.started = now;
    toy_->Start(now, context_);
    context_.started.reset();
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    while (begin < end) {
      const uint32_t emission_end = chunk.EmissionEnd(begin);
      BeginStep(chunk.KeyAt(begin));
      ToyEmission rows;
      for (; begin < emission_end; ++begin) rows.push_back(ReadRow(chunk, chunk.Row(begin)));
      Emit(toy_->Process(port, rows, context_));
    }
  }
  void OnTimer(const Timer& timer) override { Emit(toy_->Fire(timer.payload, context_)); }
  void Flush() override {
    if (pending_.size() > 0) out()->push_back(pending_.Finish());
  }
  // Toys are not restarted.
  void SaveStep(StateWriter&) const override {}
  void LoadStep(StateReader&) override {}

 private:
  class Context : public ToyContext {
   public:
    explicit Context(ToyOperator* host) : host_(host) {}
    TimeMs now() const override { return started ? *started : host_->now(); }
    void Arm(TimeMs due, uint64_t payload) override { host_->StepOperator::Arm(due, payload); }
    std::optional<TimeMs> started;

   private:
    ToyOperator* host_;
  };

  void Emit(const ToyEmissions& emissions) {
    for (const ToyEmission& emission : emissions) {
      if (!emission.empty()) pending_.Append(emission, EmissionKey());
      if (pending_.size() >= 3) Flush();  // far below kChunkRows, to have many chunks
    }
  }
  Toy* toy_;
  Context context_;
  ChunkWriter pending_;
};

class Engine {
 public:
  explicit Engine(const ToyApp& app) : app_(app), graph_(app) {
    DagBuilder builder;
    std::vector<NodeId> ids;
    const int root_width = std::bit_width(graph_.nodes.size());
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      const Graph::Node& node = graph_.nodes[i];
      toys_.push_back(MakeToy(node.stage, node.n));
      const bool multi = toys_[i]->multi_emitter();
      std::unique_ptr<Operator> op;
      if (node.stream) {
        op = MakeUnionOperator(RowSchema());
      } else {
        op = std::make_unique<ToyOperator>(OrderPlace{i, root_width, multi}, toys_[i].get());
      }
      ids.push_back(builder.AddNode(node.name, std::move(op), toys_[i]->ports(), multi));
    }
    for (const std::string& source : app.sources) {
      const NodeId id = builder.AddSource(source, RowSchema());
      builder.Connect(ids[graph_.streams.at(source)], 0, {id, 0, 0});
    }
    std::vector<Edge> taps(app.prints.size());
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& outs = graph_.nodes[i].outs;
      int width = outs.size() > 1 ? std::bit_width(outs.size() - 1) : 0;
      if (graph_.nodes[i].stream) width += app.extra_rank_bits;
      for (uint32_t rank = 0; rank < outs.size(); ++rank) {
        const Edge edge{ids[i], rank, width};
        if (outs[rank].node == kTap) {
          taps[outs[rank].port] = edge;
        } else {
          builder.Connect(ids[outs[rank].node], static_cast<int>(outs[rank].port), edge);
        }
      }
    }
    for (const Edge& tap : taps) builder.AddTap(tap);
    dag_ = std::move(builder).Build();
  }

  ToyResult Run(const std::vector<ToyMessage>& messages, const std::vector<size_t>& sizes) {
    if (!messages.empty()) {
      clock_ = messages[0].clock;
      dag_->Start(clock_);
    }
    for (size_t begin = 0, e = 0; begin < messages.size(); ++e) {
      const size_t end = std::min(messages.size(), begin + sizes[e % sizes.size()]);
      RunEpoch(messages, begin, end);
      begin = end;
    }
    for (const auto& toy : toys_) result_.states.push_back(toy->State());
    result_.status = dag_->status();
    result_.islands = dag_->islands();
    return std::move(result_);
  }

 private:
  void RunEpoch(const std::vector<ToyMessage>& messages, size_t begin, size_t end) {
    Timeline timeline;
    timeline.base = clock_;
    timeline.first_message = begin;
    std::vector<ChunkWriter> writers(app_.sources.size());
    for (size_t m = begin; m < end; ++m) {
      clock_ = std::max(clock_, messages[m].clock);
      timeline.clocks.push_back(clock_);
      if (messages[m].source < 0) continue;
      const auto position = static_cast<uint32_t>(m - begin);
      writers[messages[m].source].Append(messages[m].rows,
                                         {timeline.MessageMoment(position), Path()});
    }
    std::vector<Port> sources(writers.size());
    for (size_t s = 0; s < writers.size(); ++s) {
      if (writers[s].size() > 0) sources[s].chunks.push_back(writers[s].Finish());
    }
    std::vector<Port> taps;
    dag_->Run(timeline, sources, &taps);
    CHECK(dag_->NextDue() > clock_ || !dag_->status().ok());
    Collect(timeline, taps);
  }

  // What a printer of all taps does: merge by key.
  void Collect(const Timeline& timeline, const std::vector<Port>& taps) {
    std::vector<PortCursor> cursors(taps.begin(), taps.end());
    while (true) {
      uint32_t first = kTap;
      for (uint32_t t = 0; t < cursors.size(); ++t) {
        if (cursors[t].done()) continue;
        if (first == kTap || cursors[t].key() < cursors[first].key()) first = t;
      }
      if (first == kTap) return;
      PortCursor& cursor = cursors[first];
      const OrderKey key = cursor.key();
      const uint32_t end = cursor.chunk().EmissionEnd(cursor.row());
      Printed printed{first, timeline.TimeOf(key.moment), {}};
      for (uint32_t i = cursor.row(); i < end; ++i) {
        printed.rows.push_back(ReadRow(cursor.chunk(), cursor.chunk().Row(i)));
      }
      result_.printed.push_back(std::move(printed));
      cursor.MoveTo(end);
      CHECK(cursor.done() || key < cursor.key());  // no emission twice, none split
    }
  }

  const ToyApp& app_;
  Graph graph_;
  std::vector<std::unique_ptr<Toy>> toys_;
  std::unique_ptr<Dag> dag_;
  TimeMs clock_ = 0;
  ToyResult result_;
};

}  // namespace

ToyResult RunReference(const ToyApp& app, const std::vector<ToyMessage>& messages) {
  return Reference(app).Run(messages);
}

ToyResult RunEngine(const ToyApp& app, const std::vector<ToyMessage>& messages,
                    const std::vector<size_t>& epoch_sizes) {
  return Engine(app).Run(messages, epoch_sizes);
}

}  // namespace weir::test
