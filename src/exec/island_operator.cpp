#include "exec/island_operator.h"

#include <algorithm>

#include "exec/step_operator.h"

namespace weir {
namespace {

// Visible rows [begin, end) alone.
Chunk RowsAlone(const Chunk& chunk, uint32_t begin, uint32_t end) {
  if (begin == 0 && end == chunk.physical_size()) return chunk;
  const ChunkRun run{&chunk, begin, end};
  return ConcatenateRuns(chunk.schema(), {&run, 1});
}

}  // namespace

IslandOperator::IslandOperator(Circuit circuit, int output_count) : exits_(output_count) {
  AddGraph(std::move(circuit));
  for (uint32_t m = 0; m < graphs_[kIsland].members.size(); ++m) {
    Member& member = graphs_[kIsland].members[m];
    if (member.part.partition == nullptr) continue;
    member.graph = static_cast<uint32_t>(graphs_.size());
    PartitionSpec& spec = *member.part.partition;
    std::vector<OperatorFactory> make;
    for (CircuitMember& part : spec.circuit.members) {
      if (part.make_per_key) make.push_back(part.make_per_key);
    }
    Circuit inner = std::move(spec.circuit);
    const std::optional<PurgeSpec> purge = spec.purge;
    std::vector<PartitionPort> ports = std::move(spec.ports);
    AddGraph(std::move(inner));
    Graph& graph = graphs_.back();
    graph.member = m;
    graph.row_keys.resize(ports.size());
    graph.chunks.resize(ports.size());
    graph.partition_ports = std::move(ports);
    graph.keys = std::make_unique<PartitionKeys>(std::move(make), purge);
  }
}

void IslandOperator::AddGraph(Circuit circuit) {
  Graph graph;
  graph.ports = std::move(circuit.ports);
  for (CircuitMember& part : circuit.members) {
    Member member;
    member.ports.resize(part.port_count);
    if (part.make_per_key) {
      member.slot = static_cast<uint32_t>(graph.members_by_slot.size());
      graph.members_by_slot.push_back(static_cast<uint32_t>(graph.members.size()));
    }
    member.part = std::move(part);
    graph.members.push_back(std::move(member));
  }
  graphs_.push_back(std::move(graph));
}

void IslandOperator::Process(const EpochInput& in, std::vector<Chunk>* out) {
  CHECK(!in.limit);  // islands are not nested
  if (failure_) return;
  exits_.set_out(out);
  BeginEpoch(in.timeline);
  std::vector<PortCursor> cursors(in.ports.begin(), in.ports.end());
  while (!failure_) {
    PortCursor* first = nullptr;
    OrderKey key;
    for (PortCursor& cursor : cursors) {
      if (cursor.done() || (first != nullptr && !(cursor.key() < key))) continue;
      first = &cursor;
      key = first->key();
    }
    Member* timer = EarliestTimer();
    if (timer != nullptr && (first == nullptr || *timer->next_timer < key)) {
      FireTimer(timer);
    } else if (first != nullptr) {
      const uint32_t end = first->chunk().EmissionEnd(first->row());
      TakeEmission(graphs_[kIsland].ports[first - cursors.data()], first->chunk(), first->row(),
                   end);
      first->MoveTo(end);
    } else {
      break;
    }
  }
  exits_.FlushAll();
  timeline_ = nullptr;
}

void IslandOperator::BeginEpoch(const Timeline& timeline) {
  timeline_ = &timeline;
  // Moments are counted anew.
  cause_ = OrderKey();
  last_timer_ = OrderKey();
  fired_ = delivered_ = loop_rows_ = 0;
  for (Graph& graph : graphs_) {
    if (graph.keys != nullptr) graph.keys->BeginEpoch(timeline);
    std::fill(graph.chunks.begin(), graph.chunks.end(), nullptr);
  }
  for (Member& member : graphs_[kIsland].members) Refresh(&member);
}

IslandOperator::Member* IslandOperator::EarliestTimer() {
  Member* earliest = nullptr;
  for (Member& member : graphs_[kIsland].members) {
    if (!member.next_timer) continue;
    if (earliest == nullptr || *member.next_timer < *earliest->next_timer) earliest = &member;
  }
  return earliest;
}

TimeMs IslandOperator::NextDue() const {
  TimeMs due = kNever;
  for (const Member& member : graphs_[kIsland].members) {
    const Graph& graph = graphs_[member.graph];
    due = std::min(due, graph.keys != nullptr ? graph.keys->NextDue() : member.part.op->NextDue());
  }
  return due;
}

void IslandOperator::Start(TimeMs now) {
  for (Member& member : graphs_[kIsland].members) {
    if (member.graph == kIsland) {
      member.part.op->Start(now);
    } else {
      graphs_[member.graph].keys->Start(now);
    }
  }
}

void IslandOperator::BeginCause(const OrderKey& key) {
  if (key.moment != cause_.moment) delivered_ = 0;
  // Overdue timers of one time may arm each other without end; all else ends with its cause.
  const uint32_t round = MomentRound(key.moment);
  const bool settles = round != 0 && round != kMessageRound;
  if (!settles || (key.moment >> 10) != (cause_.moment >> 10)) loop_rows_ = 0;
  cause_ = key;
  now_ = timeline_->TimeOf(key.moment);
  left_ = 0;
}

void IslandOperator::TakeEmission(const CircuitPort& to, const Chunk& chunk, uint32_t begin,
                                  uint32_t end) {
  BeginCause(chunk.KeyAt(begin));
  const Member& member = graphs_[kIsland].members[to.member];
  if (member.graph != kIsland) {
    Split(member.graph, to.port, chunk, begin, end, /*from_outside=*/true);
  } else {
    Deliver({kIsland, kNoKey, to.member}, to.port, RowsAlone(chunk, begin, end));
  }
  RunStack();
}

void IslandOperator::FireTimer(Member* member) {
  const OrderKey timer = *member->next_timer;
  fired_ = timer == last_timer_ ? fired_ + 1 : 0;
  last_timer_ = timer;
  BeginCause({timer.moment, timer.path.AppendEmission(fired_)});
  Spot at{kIsland, kNoKey, static_cast<uint32_t>(member - graphs_[kIsland].members.data())};
  if (member->graph != kIsland) {
    Graph& graph = graphs_[member->graph];
    const auto owner = graph.keys->NextOwner();
    if (!owner) {
      graph.keys->Purge(now_);
      Refresh(member);
      return;
    }
    at = {member->graph, owner->key, graph.members_by_slot[owner->slot]};
  }
  Frame* frame = Push(at);
  Operator& op = OperatorAt(at);
  op.FireNextTimer(*timeline_, &frame->chunks);
  Look(at, op);
  RunStack();
}

Operator& IslandOperator::OperatorAt(const Spot& at) {
  Member& member = At(at);
  if (member.part.op != nullptr) return *member.part.op;
  CHECK(at.key != kNoKey);
  return graphs_[at.graph].keys->op(at.key, member.slot);
}

IslandOperator::Frame* IslandOperator::Push(const Spot& at) {
  if (depth_ == stack_.size()) stack_.emplace_back();
  Frame* frame = &stack_[depth_++];
  frame->at = at;
  frame->output = 0;
  frame->chunk = 0;
  frame->begin = frame->end = 0;
  frame->reader = At(at).part.readers.empty() ? 0 : At(at).part.readers[0].size();
  ++At(at).nesting;
  return frame;
}

void IslandOperator::Deliver(const Spot& at, uint32_t port, const Chunk& emission) {
  Member& member = At(at);
  if (!WithinLimits(member, emission)) {
    if (member.nesting > kMaxLoopRounds) {
      GiveUp("a loop without end, " + LoopNames(at) + ": more than " +
             std::to_string(kMaxLoopRounds) + " rounds for one event (limits.rounds)");
    } else {
      GiveUp("a loop that grows without end, through " + member.part.name + ": more than " +
             std::to_string(kMaxLoopRows) + " rows for one event (limits.loop_rows)");
    }
    return;
  }
  if (member.graph != kIsland) {
    Split(member.graph, port, emission, 0, emission.size(), /*from_outside=*/false);
    return;
  }
  Frame* frame = Push(at);
  if (member.part.op == nullptr && !member.part.make_per_key) {
    frame->chunks.push_back(emission);
    return;
  }
  // Members only need keys that ascend and differ; the limit keeps their timers to the island.
  const Path path = Path().AppendEmission(delivered_++);
  Operator& op = OperatorAt(at);
  member.ports[port].chunks.push_back(emission.WithPath(path));
  op.Process({*timeline_, member.ports, cause_}, &frame->chunks);
  member.ports[port].chunks.clear();
  Look(at, op);
}

bool IslandOperator::WithinLimits(const Member& member, const Chunk& emission) {
  const uint32_t round = MomentRound(cause_.moment);
  const bool overdue = round != 0 && round != kMessageRound;
  if (member.nesting > 0 || overdue) loop_rows_ += emission.size();
  return member.nesting <= kMaxLoopRounds && loop_rows_ <= kMaxLoopRows;
}

// What an operator's step left behind: other timers, or a failure.
void IslandOperator::Look(const Spot& at, const Operator& op) {
  Member& member = At(at);
  if (at.graph == kIsland) {
    Refresh(&member);
  } else if (member.part.op == nullptr) {
    graphs_[at.graph].keys->Touch(at.key);
  }
  if (const Failure* failure = op.failure()) {
    GiveUp(member.part.name + ": " + failure->status.message());
  }
}

void IslandOperator::Refresh(Member* member) {
  Graph& graph = graphs_[member->graph];
  member->next_timer =
      graph.keys != nullptr ? graph.keys->NextTimer() : member->part.op->NextTimer(*timeline_);
}

void IslandOperator::Split(uint32_t g, uint32_t port, const Chunk& chunk, uint32_t begin,
                           uint32_t end, bool from_outside) {
  Graph& graph = graphs_[g];
  const PartitionPort& spec = graph.partition_ports[port];
  const CircuitPort& to = graph.ports[port];
  if (spec.shared) {
    Deliver({g, kNoKey, to.member}, to.port, RowsAlone(chunk, begin, end));
    return;
  }
  std::vector<KeyRun> runs;
  if (spec.value == nullptr && spec.ranges.empty()) {
    const Chunk rows = RowsAlone(chunk, begin, end);
    for (const uint32_t key : graph.keys->All()) runs.push_back({"", key, rows});
  } else {
    // The keys of all rows of a chunk at once: expressions work on columns.
    RowKeys& keys = from_outside ? graph.row_keys[port] : graph.inner_keys;
    if (!from_outside || graph.chunks[port] != &chunk) keys.Find(spec, chunk, *timeline_);
    if (from_outside) graph.chunks[port] = &chunk;
    if (begin + 1 == end && keys.first(begin) + 1 == keys.first(end) && chunk.all_current()) {
      const uint32_t key = graph.keys->Use(keys.text(keys.first(begin)), now_);
      Deliver({g, key, to.member}, to.port, RowsAlone(chunk, begin, end));
      return;
    }
    runs = Runs(&graph, keys, chunk, begin, end);
  }
  Frame* frame = Push({kIsland, kNoKey, graph.member});
  --At(frame->at).nesting;
  frame->port = port;
  frame->run = 0;
  frame->runs = std::move(runs);
}

// Neighbours of equal key stay together, as one emission of that key. A reset, which is no row of
// any key, is for all of them.
std::vector<IslandOperator::KeyRun> IslandOperator::Runs(Graph* graph, const RowKeys& keys,
                                                         const Chunk& chunk, uint32_t begin,
                                                         uint32_t end) const {
  std::vector<KeyRun> runs;
  std::string_view name;
  std::vector<ChunkRun> run;
  const auto give = [&] {
    if (!run.empty()) {
      runs.push_back({std::string(name), kNoKey, ConcatenateRuns(chunk.schema(), run)});
    }
    run.clear();
  };
  for (uint32_t i = begin; i < end; ++i) {
    if (chunk.kind(chunk.Row(i)) == RowKind::kReset) {
      give();
      const Chunk reset = RowsAlone(chunk, i, i + 1);
      for (const uint32_t key : graph->keys->All()) runs.push_back({"", key, reset});
      continue;
    }
    for (uint32_t t = keys.first(i); t < keys.first(i + 1); ++t) {
      if (run.empty() || name != keys.text(t)) give();
      name = keys.text(t);
      run.push_back({&chunk, i, i + 1});
    }
  }
  give();
  return runs;
}

void IslandOperator::DeliverRun(uint32_t g, uint32_t port, const KeyRun& run) {
  Graph& graph = graphs_[g];
  const uint32_t key = run.key != kNoKey ? run.key : graph.keys->Use(run.name, now_);
  Deliver({g, key, graph.ports[port].member}, graph.ports[port].port, run.rows);
}

// Hands on what the top of the stack emitted, one emission to one reader at a time, until all is
// done.
void IslandOperator::RunStack() {
  while (depth_ > 0 && !failure_) {
    Frame& frame = stack_[depth_ - 1];
    if (!frame.runs.empty()) {
      const uint32_t graph = At(frame.at).graph;
      if (frame.run < frame.runs.size()) {
        DeliverRun(graph, frame.port, frame.runs[frame.run++]);
      } else {
        frame.runs.clear();
      }
      continue;
    }
    const std::vector<CircuitReader>& readers = Readers(frame);
    if (frame.reader >= readers.size() && !NextEmission(&frame)) {
      if (At(frame.at).graph == kIsland) --At(frame.at).nesting;
      frame.chunks.clear();
      frame.emission = Chunk();
      --depth_;
    } else if (frame.reader < readers.size()) {
      HandOn(readers[frame.reader++]);
    }
  }
  for (uint32_t g = 1; g < graphs_.size(); ++g) {
    graphs_[g].keys->Settle();
    Refresh(&graphs_[kIsland].members[graphs_[g].member]);
  }
}

const std::vector<CircuitReader>& IslandOperator::Readers(const Frame& frame) const {
  static const std::vector<CircuitReader> kNobody;
  const auto& readers = At(frame.at).part.readers;
  return frame.output < readers.size() ? readers[frame.output] : kNobody;
}

bool IslandOperator::NextEmission(Frame* frame) {
  frame->begin = frame->end;
  frame->emission = Chunk();
  while (frame->chunk < frame->chunks.size()) {
    const Chunk& chunk = frame->chunks[frame->chunk];
    if (frame->begin < chunk.size()) {
      frame->end = chunk.EmissionEnd(frame->begin);
      frame->reader = 0;
      return true;
    }
    ++frame->chunk;
    frame->begin = frame->end = 0;
  }
  return false;
}

Chunk IslandOperator::Emission(Frame* frame) const {
  if (frame->emission.schema() == nullptr) {
    frame->emission = RowsAlone(frame->chunks[frame->chunk], frame->begin, frame->end);
  }
  return frame->emission;
}

void IslandOperator::HandOn(const CircuitReader& reader) {
  Frame& frame = stack_[depth_ - 1];
  if (reader.inside) {
    Deliver({frame.at.graph, frame.at.key, reader.target}, reader.port, Emission(&frame));
  } else if (frame.at.graph == kIsland) {
    Leave(reader.target, frame);
  } else {
    LeavePartition(reader.target);
  }
}

// The emission at the top of the stack goes on to the readers of its partition.
void IslandOperator::LeavePartition(uint32_t output) {
  Frame& frame = stack_[depth_ - 1];
  const Spot partition{kIsland, kNoKey, graphs_[frame.at.graph].member};
  const std::vector<CircuitReader>& readers = At(partition).part.readers[output];
  if (readers.empty()) return;
  if (readers.size() == 1 && !readers[0].inside) {
    Leave(readers[0].target, frame);
    return;
  }
  const Chunk emission = Emission(&frame);
  Frame* relay = Push(partition);
  --At(partition).nesting;
  relay->output = output;
  relay->reader = readers.size();
  relay->chunks.push_back(emission);
}

void IslandOperator::Leave(uint32_t arrow, const Frame& frame) {
  exits_.Add(arrow, frame.chunks[frame.chunk], frame.begin, frame.end,
             cause_.path.AppendEmission(left_++));
}

// What left because of earlier causes is right and still goes out; the DAG cuts off the rest.
void IslandOperator::GiveUp(std::string reason) {
  if (!failure_) failure_ = Failure{cause_, Status(StatusCode::kLimit, std::move(reason))};
}

// `q -> S -> q`, from the last call of the member on the stack to the one that was refused.
std::string IslandOperator::LoopNames(const Spot& at) const {
  const auto same = [&at](const Spot& spot) {
    return spot.graph == at.graph && spot.member == at.member;
  };
  size_t from = depth_ - 1;
  while (from > 0 && !same(stack_[from].at)) --from;
  std::string names;
  for (size_t i = from; i < depth_; ++i) names += At(stack_[i].at).part.name + " -> ";
  return names + At(at).part.name;
}

}  // namespace weir
