#include "unit/pattern/pattern_case.h"

#include <set>

#include "types/row_store.h"

namespace weir::test {
namespace {

const char* Sign(CompareOp op) {
  static const char* const kSigns[] = {"==", "!=", "<", "<=", ">", ">="};
  return kSigns[static_cast<int>(op)];
}

ExprPtr Made(Result<ExprPtr> result) {
  CHECK(result.ok());
  return std::move(result).value();
}

SchemaPtr StreamSchema() {
  static const auto kSchema =
      std::make_shared<const Schema>(std::vector<Attribute>{{"k", Type::kInt}, {"v", Type::kInt}});
  return kSchema;
}

std::string CaptureText(const Capture& capture) {
  std::string text = "e" + std::to_string(capture.state + 1);
  if (capture.index.kind == EventIndex::Kind::kAt) {
    text += "[" + std::to_string(capture.index.n) + "]";
  } else if (capture.index.kind == EventIndex::Kind::kLast) {
    text += "[last-" + std::to_string(capture.index.n) + "]";
  }
  return text + (capture.attribute == kKey ? ".k" : ".v");
}

std::string TestText(const CaseTest& test) {
  std::string text = test.attribute == kKey ? "k " : "v ";
  text += Sign(test.op);
  if (!test.other) return text + " " + std::to_string(test.constant);
  text += " " + CaptureText(*test.other);
  return test.or_missing ? "(" + CaptureText(*test.other) + " is null or " + text + ")" : text;
}

std::string NodeText(const PatternCase& pattern, const PatternNode& node) {
  using Kind = PatternNode::Kind;
  std::string text;
  switch (node.kind) {
    case Kind::kState:
    case Kind::kCount:
    case Kind::kAbsent: {
      const PatternCase::State& state = pattern.states[node.state];
      text = node.kind == Kind::kAbsent ? "not " : "e" + std::to_string(node.state + 1) + "=";
      text += "S" + std::to_string(state.port) + "[";
      for (size_t i = 0; i < state.tests.size(); ++i) {
        text += (i > 0 ? " and " : "") + TestText(state.tests[i]);
      }
      text += "]";
      if (node.kind == Kind::kCount) {
        text += "<" + std::to_string(node.min) + ":" +
                (node.max == PatternNode::kUnbounded ? "" : std::to_string(node.max)) + ">";
      }
      if (node.for_ms) text += " for " + std::to_string(*node.for_ms);
      return text;
    }
    case Kind::kEvery:
      return "every (" + NodeText(pattern, node.children[0]) + ")";
    case Kind::kNext:
    case Kind::kAnd:
    case Kind::kOr:
      for (size_t i = 0; i < node.children.size(); ++i) {
        const char* joint = node.kind == Kind::kAnd  ? " and "
                            : node.kind == Kind::kOr ? " or "
                            : pattern.sequence       ? ", "
                                                     : " -> ";
        text += (i > 0 ? joint : "") + NodeText(pattern, node.children[i]);
      }
      return node.kind == Kind::kNext ? text : "(" + text + ")";
  }
  return text;
}

// The condition of one state as an expression, with its captures.
void BindState(const PatternCase::State& from, PatternState* state) {
  std::vector<ExprPtr> tests;
  for (const CaseTest& test : from.tests) {
    const char* name = test.attribute == kKey ? "k" : "v";
    ExprPtr left = MakeColumn(test.attribute, Type::kInt, name);
    if (!test.other) {
      tests.push_back(Made(MakeCompare(test.op, left, MakeConstant(Value::Int(test.constant)))));
      continue;
    }
    const auto column = static_cast<uint32_t>(2 + state->captures.size());
    state->captures.push_back(*test.other);
    const ExprPtr right = MakeColumn(column, Type::kInt, CaptureText(*test.other));
    ExprPtr compare = Made(MakeCompare(test.op, left, right));
    if (test.or_missing) {
      compare = Made(MakeLogical(LogicalOp::kOr, MakeIsNull(right), compare));
    }
    tests.push_back(std::move(compare));
  }
  state->condition = JoinConjunction(tests);
}

void CollectCounted(const PatternNode& node, std::set<uint32_t>* counted) {
  if (node.kind == PatternNode::Kind::kCount) counted->insert(node.state);
  for (const PatternNode& child : node.children) CollectCounted(child, counted);
}

// Events [begin, end) as one epoch: a message each.
struct Epoch {
  Timeline timeline;
  std::vector<Port> ports;
};

struct EpochMaker {
  const PatternCase& pattern;
  const CaseRun& run;
  TimeMs clock;
  uint64_t message = 0;

  Epoch Make(std::span<const CaseEvent> events) {
    Epoch epoch;
    epoch.timeline.base = clock;
    epoch.timeline.first_message = message;
    for (const CaseEvent& event : events) {
      clock = std::max(clock, event.timestamp);
      epoch.timeline.clocks.push_back(clock);
    }
    message += events.size();
    epoch.ports.resize(pattern.ports);
    for (uint32_t port = 0; port < pattern.ports; ++port) AddChunk(events, port, &epoch);
    return epoch;
  }

  void AddChunk(std::span<const CaseEvent> events, uint32_t port, Epoch* epoch) const {
    ColumnBuilder keys(Type::kInt), amounts(Type::kInt);
    auto meta = std::make_shared<RowMeta>();
    Selection selection;
    for (size_t i = 0; i < events.size(); ++i) {
      if (events[i].port != port) continue;
      for (int copy = run.select_every_other ? 0 : 1; copy < 2; ++copy) {
        if (copy == 1) selection.push_back(static_cast<uint32_t>(meta->timestamps.size()));
        if (events[i].key_null) {
          keys.AppendNull();
        } else {
          keys.Append(events[i].values[kKey]);
        }
        amounts.Append(events[i].values[kAmount]);
        meta->timestamps.push_back(events[i].timestamp);
        meta->moments.push_back(epoch->timeline.MessageMoment(static_cast<uint32_t>(i)));
      }
    }
    if (selection.empty()) return;
    Chunk chunk(StreamSchema(), {keys.Finish(), amounts.Finish()}, std::move(meta));
    if (run.select_every_other) chunk = chunk.WithSelection(std::move(selection));
    epoch->ports[port].chunks.push_back(std::move(chunk));
  }
};

}  // namespace

PatternSpec PatternCase::Spec() const {
  PatternSpec spec;
  spec.sequence = sequence;
  spec.root = root;
  spec.within = within;
  spec.gives_expired = gives_expired;
  for (uint32_t port = 0; port < ports; ++port) spec.streams.push_back(StreamSchema());
  std::set<uint32_t> counted;
  CollectCounted(root, &counted);
  std::vector<Attribute> output;
  for (uint32_t s = 0; s < states.size(); ++s) {
    PatternState state;
    state.port = states[s].port;
    state.name = "e" + std::to_string(s + 1);
    BindState(states[s], &state);
    state.description = state.name + "=S" + std::to_string(state.port);
    if (state.condition != nullptr) state.description += "[" + state.condition->Describe() + "]";
    spec.states.push_back(std::move(state));
    const std::string name = "e" + std::to_string(s + 1);
    spec.outputs.push_back({s, {EventIndex::Kind::kFirst, 0}, kAmount});
    output.push_back({name, Type::kInt});
    if (!counted.contains(s)) continue;
    spec.outputs.push_back({s, {EventIndex::Kind::kLast, 1}, kAmount});
    output.push_back({name + "_last_1", Type::kInt});
    spec.outputs.push_back({s, {EventIndex::Kind::kAll, 0}, kAmount});
    output.push_back({name + "_all", Type::kObject});
    spec.outputs.push_back({s, {EventIndex::Kind::kAt, 1}, kKey, /*presence=*/true});
    output.push_back({name + "_second", Type::kBool});
  }
  spec.output = std::make_shared<const Schema>(std::move(output));
  return spec;
}

std::string PatternCase::Text() const {
  std::string text = NodeText(*this, root);
  if (within) text += " within " + std::to_string(*within);
  return text;
}

std::vector<CaseRow> RunOperator(const PatternCase& pattern, const std::vector<CaseEvent>& events,
                                 TimeMs start, TimeMs end, const CaseRun& run) {
  auto automaton = BuildAutomaton(pattern.Spec(), run.use_index);
  CHECK(automaton.ok());
  OrderPlace place;
  place.multi_emitter = true;
  const auto make = [&] { return MakePatternOperator(place, automaton.value()); };
  std::unique_ptr<Operator> op = make();
  op->Start(start);
  EpochMaker maker{pattern, run, start};
  std::vector<CaseRow> rows;
  for (size_t begin = 0; begin <= events.size(); begin += run.epoch_size) {
    std::vector<CaseEvent> part(
        events.begin() + static_cast<ptrdiff_t>(begin),
        events.begin() + static_cast<ptrdiff_t>(std::min(begin + run.epoch_size, events.size())));
    // A clock step ends the run: a message whose stream does not exist.
    if (begin + run.epoch_size > events.size()) part.push_back({UINT32_MAX, end, {0, 0}});
    const Epoch epoch = maker.Make(part);
    std::vector<Chunk> out;
    op->Process({epoch.timeline, epoch.ports, std::nullopt}, &out);
    std::optional<OrderKey> previous;
    for (const Chunk& chunk : out) {
      for (uint32_t i = 0; i < chunk.size(); ++i) {
        CHECK(!previous || *previous < chunk.KeyAt(i));
        previous = chunk.KeyAt(i);
        const bool expired = chunk.kind(chunk.Row(i)) == RowKind::kExpired;
        CaseRow row = (expired ? "-@" : "@") + std::to_string(chunk.timestamp(chunk.Row(i)));
        for (size_t c = 0; c < chunk.column_count(); ++c) {
          const Value value = chunk.column(c)->GetValue(chunk.Row(i));
          std::string text = value.ToText();
          if (value.type() == Type::kObject) {
            text.clear();
            AppendJson(value.object_value(), &text);
          }
          row += " " + text;
        }
        rows.push_back(std::move(row));
      }
    }
    if (run.between) run.between(make, &op);
  }
  return rows;
}

PatternNode StateNode(uint32_t state) {
  PatternNode node;
  node.state = state;
  return node;
}

PatternNode CountNode(uint32_t state, uint32_t min, uint32_t max) {
  PatternNode node;
  node.kind = PatternNode::Kind::kCount;
  node.state = state;
  node.min = min;
  node.max = max;
  return node;
}

PatternNode AbsentNode(uint32_t state, std::optional<TimeMs> for_ms) {
  PatternNode node;
  node.kind = PatternNode::Kind::kAbsent;
  node.state = state;
  node.for_ms = for_ms;
  return node;
}

PatternNode GroupNode(PatternNode::Kind kind, std::vector<PatternNode> children) {
  PatternNode node;
  node.kind = kind;
  node.children = std::move(children);
  return node;
}

}  // namespace weir::test
