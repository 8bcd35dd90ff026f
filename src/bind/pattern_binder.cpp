#include <algorithm>

#include "bind/lookup_binder.h"
#include "bind/query_binder.h"

namespace weir {
namespace {

// Walks the pattern twice: names first, since a condition may speak of any other state.
class PatternShapeBinder {
 public:
  PatternShapeBinder(StreamTable& streams, std::optional<uint32_t> partition, BindContext& context,
                     std::vector<StateName>* names)
      : streams_(streams), partition_(partition), context_(context), names_(names) {}

  std::optional<BoundPattern> Bind(const ast::StateInput& input) {
    bound_.spec.sequence = input.kind == ast::StateKind::kSequence;
    if (input.within) bound_.spec.within = input.within->milliseconds;
    bound_.spec.root = Shape(*input.root, false);
    CheckFunctions();
    if (failed_) return std::nullopt;
    bound_.lookups.resize(bound_.streams.size());
    bound_.state_lookups.resize(sources_.size());
    // Of other states a condition knows all that they have in the end.
    for (uint32_t s = 0; s < sources_.size(); ++s) {
      (*names_)[s].schema = SchemaOf(s, calls_[s].size());
    }
    for (uint32_t s = 0; s < sources_.size(); ++s) BindCondition(s);
    if (failed_) return std::nullopt;
    PlaceLookups();
    return std::move(bound_);
  }

 private:
  static constexpr size_t kOfAnother = SIZE_MAX;

  // A function of a state: its number among those of the stream.
  struct Call {
    size_t number;
    ast::Span span;
  };

  PatternNode Shape(const ast::StateNode& node, bool counted) {
    return std::visit([&](const auto& n) { return ShapeOf(n, counted); }, node.node);
  }

  PatternNode ShapeOf(const ast::StateStream& node, bool counted) {
    PatternNode result;
    result.kind = PatternNode::Kind::kState;
    result.state = AddState(node.stream, node.ref ? node.ref->text : "", counted);
    return result;
  }

  PatternNode ShapeOf(const ast::StateCount& node, bool) {
    if (node.max != ast::kUnbounded && (node.max < node.min || node.max < 1)) {
      context_.Error(node.child->span, "a count needs 0 <= least <= most, and most at least 1");
      failed_ = true;
    }
    const bool several = !(node.min == 1 && node.max == 1);
    PatternNode result = Shape(*node.child, several);
    result.kind = PatternNode::Kind::kCount;
    result.min = static_cast<uint32_t>(node.min);
    result.max =
        node.max == ast::kUnbounded ? PatternNode::kUnbounded : static_cast<uint32_t>(node.max);
    return result;
  }

  PatternNode ShapeOf(const ast::StateAbsent& node, bool) {
    PatternNode result;
    result.kind = PatternNode::Kind::kAbsent;
    result.state = AddState(node.stream, "", false);
    if (node.duration) result.for_ms = node.duration->milliseconds;
    return result;
  }

  PatternNode ShapeOf(const ast::StateLogical& node, bool) {
    PatternNode result;
    result.kind =
        node.op == ast::LogicalOp::kAnd ? PatternNode::Kind::kAnd : PatternNode::Kind::kOr;
    for (const auto& operand : node.operands) result.children.push_back(Shape(*operand, false));
    return result;
  }

  PatternNode ShapeOf(const ast::StateEvery& node, bool) {
    PatternNode result;
    result.kind = PatternNode::Kind::kEvery;
    result.children.push_back(Shape(*node.child, false));
    return result;
  }

  PatternNode ShapeOf(const ast::StateNext& node, bool) {
    PatternNode result;
    result.kind = PatternNode::Kind::kNext;
    for (const auto& step : node.steps) result.children.push_back(Shape(*step, false));
    return result;
  }

  uint32_t AddState(const ast::SingleStream& stream, const std::string& ref, bool counted) {
    const auto number = static_cast<uint32_t>(sources_.size());
    const auto found = streams_.Find(stream.source, partition_);
    CHECK(found.has_value());  // the binder has checked it
    if (streams_.at(*found).table) {
      context_.Error(stream.source.span, "'" + stream.source.name + "' is a table, not a stream");
      failed_ = true;
    }
    if (!ref.empty()) {
      for (const StateName& name : *names_) {
        if (name.ref != ref) continue;
        context_.Error(stream.span, "two states are named '" + ref + "'");
        failed_ = true;
      }
    }
    auto& ports = bound_.streams;
    auto port = std::find(ports.begin(), ports.end(), *found);
    if (port == ports.end()) {
      ports.push_back(*found);
      bound_.spec.streams.push_back(streams_.at(*found).schema);
      bound_.functions.emplace_back();
      port = ports.end() - 1;
    }
    PatternState state;
    state.port = static_cast<uint32_t>(port - ports.begin());
    state.name = ref;
    state.description = (ref.empty() ? "" : ref + "=") + ShownName(stream.source);
    bound_.spec.states.push_back(std::move(state));
    names_->push_back({ref, ShownName(stream.source), streams_.at(*found).schema, counted});
    sources_.push_back(&stream);
    calls_.emplace_back();
    appended_by_.emplace_back(streams_.at(*found).schema->size(), 0);
    for (const ast::StreamHandler& handler : stream.handlers) {
      const auto* function = std::get_if<ast::StreamFunction>(&handler.node);
      if (function != nullptr && !NamesWindow(function->call, context_.registry())) {
        AddFunction(number, *function, handler.span);
      } else if (!std::holds_alternative<ast::Filter>(handler.node)) {
        context_.Error(handler.span, "a state of a pattern cannot have a window");
        failed_ = true;
      }
    }
    return number;
  }

  // What functions append for one state stands in the rows of the stream for all of them; the
  // others know no name for it. `functions`: so many of the state's have been there.
  SchemaPtr SchemaOf(uint32_t s, size_t functions) const {
    std::vector<Attribute> attributes =
        bound_.spec.streams[bound_.spec.states[s].port]->attributes();
    for (size_t a = 0; a < attributes.size(); ++a) {
      const bool known = a < appended_by_[s].size() && appended_by_[s][a] <= functions;
      if (!known) attributes[a].name.clear();
    }
    return std::make_shared<const Schema>(std::move(attributes));
  }

  void AddFunction(uint32_t s, const ast::StreamFunction& function, const ast::Span& span) {
    RowScope scope({{(*names_)[s].stream, (*names_)[s].ref, SchemaOf(s, calls_[s].size()), 0}});
    auto call = BindFunctionCall(function, span, scope, context_);
    if (!call) {
      failed_ = true;
      return;
    }
    const uint32_t port = bound_.spec.states[s].port;
    std::vector<Attribute> attributes = bound_.spec.streams[port]->attributes();
    appended_by_[s].resize(attributes.size(), kOfAnother);
    calls_[s].push_back({bound_.functions[port].size(), span});
    for (const Attribute& attribute : call->function.appended) {
      attributes.push_back(attribute);
      appended_by_[s].push_back(calls_[s].size());
    }
    bound_.spec.streams[port] = std::make_shared<const Schema>(std::move(attributes));
    bound_.functions[port].push_back(std::move(*call));
  }

  // Several rows for one, or none, are so for every state of the stream.
  void CheckFunctions() {
    std::vector<size_t> states(bound_.streams.size(), 0);
    for (const PatternState& state : bound_.spec.states) ++states[state.port];
    for (uint32_t s = 0; s < calls_.size(); ++s) {
      const uint32_t port = bound_.spec.states[s].port;
      for (const Call& call : calls_[s]) {
        const StreamFunctionSpec& spec = *bound_.functions[port][call.number].spec;
        if (spec.one_to_one || states[port] == 1) continue;
        context_.NotSupported(call.span, "#" + std::string(spec.name) +
                                             " where several states are of the same stream");
        failed_ = true;
      }
    }
  }

  void BindCondition(uint32_t s) {
    StateName& name = (*names_)[s];
    PatternScope scope(*names_, s);
    std::vector<ExprPtr> conditions;
    size_t functions = 0;
    name.schema = SchemaOf(s, functions);
    for (const ast::StreamHandler& handler : sources_[s]->handlers) {
      const auto* filter = std::get_if<ast::Filter>(&handler.node);
      if (filter == nullptr) {
        SetCondition(s, calls_[s][functions++], conditions);
        name.schema = SchemaOf(s, functions);
        continue;
      }
      ExprPtr condition = BindFilter(s, *filter, scope);
      failed_ = failed_ || condition == nullptr;
      if (condition != nullptr) conditions.push_back(std::move(condition));
    }
    PatternState& state = bound_.spec.states[s];
    state.condition = JoinConjunction(conditions);
    state.captures = std::move(scope.captures());
    if (state.condition != nullptr) {
      state.description += "[" + state.condition->Describe() + "]";
    }
  }

  // Of functions that do something else than append to every row: the rows that it is for are those
  // that pass the filters before it.
  void SetCondition(uint32_t s, const Call& call, const std::vector<ExprPtr>& conditions) {
    const uint32_t port = bound_.spec.states[s].port;
    BoundStreamFunctionCall& bound = bound_.functions[port][call.number];
    if (conditions.empty() || (bound.spec->one_to_one && !bound.function.appended.empty())) return;
    const size_t attributes = bound_.spec.streams[port]->size();
    for (const ExprPtr& condition : conditions) {
      std::vector<bool> used(attributes, false);
      CollectColumns(*condition, &used);
      if (used.size() == attributes) continue;
      context_.NotSupported(call.span, "#" + std::string(bound.spec->name) +
                                           " behind a filter that looks at other events or tables");
      failed_ = true;
      return;
    }
    bound.condition = JoinConjunction(conditions);
  }

  // A look-up that asks of the arriving event only is answered before the pattern sees it.
  ExprPtr BindFilter(uint32_t s, const ast::Filter& filter, PatternScope& scope) {
    ExpressionBinder binder(context_, scope);
    std::vector<BoundLookup> asked;
    Lookups lookups(scope, streams_, context_, kLookupBase, &asked);
    binder.set_lookups(&lookups);
    ExprPtr condition = binder.BindCondition(*filter.condition, "a filter");
    if (condition == nullptr) return nullptr;
    std::vector<uint32_t> mapping(kLookupBase + asked.size());
    for (uint32_t c = 0; c < kLookupBase; ++c) mapping[c] = c;
    for (size_t i = 0; i < asked.size(); ++i) {
      const bool others = AsksOfOthers(s, asked[i]);
      std::vector<BoundLookup>& known =
          others ? bound_.state_lookups[s] : bound_.lookups[bound_.spec.states[s].port];
      mapping[kLookupBase + i] =
          static_cast<uint32_t>((others ? kHavingLookupBase : kLookupBase) + known.size());
      known.push_back(std::move(asked[i]));
    }
    return RemapColumns(condition, mapping);
  }

  bool AsksOfOthers(uint32_t s, const BoundLookup& lookup) const {
    std::vector<bool> read(kLookupBase, false);
    CollectRowColumns(lookup, &read);
    const auto others = read.begin() + static_cast<std::ptrdiff_t>((*names_)[s].schema->size());
    return std::find(others, read.end(), true) != read.end();
  }

  // The answers about rows follow the attributes of the arriving event, then come the captures,
  // then the answers about those too.
  void PlaceLookups() {
    for (uint32_t s = 0; s < bound_.spec.states.size(); ++s) {
      PatternState& state = bound_.spec.states[s];
      const auto attributes = static_cast<uint32_t>(bound_.spec.streams[state.port]->size());
      const auto answers = static_cast<uint32_t>(bound_.lookups[state.port].size());
      const auto columns = static_cast<uint32_t>(attributes + answers + state.captures.size());
      std::vector<BoundLookup>& others = bound_.state_lookups[s];
      if ((answers == 0 && others.empty()) || state.condition == nullptr) continue;
      std::vector<uint32_t> mapping(kHavingLookupBase + others.size());
      for (uint32_t c = 0; c < kLookupBase; ++c) mapping[c] = c < attributes ? c : c + answers;
      for (uint32_t i = 0; i < answers; ++i) mapping[kLookupBase + i] = attributes + i;
      for (uint32_t i = 0; i < others.size(); ++i) mapping[kHavingLookupBase + i] = columns + i;
      state.condition = RemapColumns(state.condition, mapping);
      mapping.resize(attributes + state.captures.size());
      // `e1[0].a` in the condition of e1 is the arriving event.
      for (uint32_t i = 0; i < state.captures.size() && !(*names_)[s].counted; ++i) {
        const Capture& capture = state.captures[i];
        const bool first = capture.index.kind == EventIndex::Kind::kFirst ||
                           (capture.index.kind == EventIndex::Kind::kAt && capture.index.n == 0);
        if (capture.state == s && first && !capture.presence && !capture.timestamp) {
          mapping[attributes + i] = capture.attribute;
        }
      }
      others = RemapRowColumns(others, mapping);
    }
    for (size_t port = 0; port < bound_.streams.size(); ++port) {
      std::vector<Attribute> attributes = bound_.spec.streams[port]->attributes();
      attributes.resize(attributes.size() + bound_.lookups[port].size(), {"", Type::kBool});
      bound_.spec.streams[port] = std::make_shared<const Schema>(std::move(attributes));
    }
  }

  StreamTable& streams_;
  std::optional<uint32_t> partition_;
  BindContext& context_;
  std::vector<StateName>* names_;
  std::vector<const ast::SingleStream*> sources_;  // by state
  std::vector<std::vector<Call>> calls_;           // by state
  // By state and attribute of the rows: how many of the state's functions it takes to have it.
  std::vector<std::vector<size_t>> appended_by_;
  BoundPattern bound_;
  bool failed_ = false;
};

}  // namespace

std::optional<BoundPattern> BindPatternShape(const ast::StateInput& input, StreamTable& streams,
                                             std::optional<uint32_t> partition,
                                             BindContext& context, std::vector<StateName>* names) {
  return PatternShapeBinder(streams, partition, context, names).Bind(input);
}

}  // namespace weir
