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
    if (failed_) return std::nullopt;
    bound_.lookups.resize(bound_.streams.size());
    for (uint32_t s = 0; s < sources_.size(); ++s) BindCondition(s);
    if (failed_) return std::nullopt;
    PlaceLookups();
    return std::move(bound_);
  }

 private:
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
    } else if (streams_.at(*found).named_window) {
      context_.NotSupported(stream.source.span, "a named window in a pattern");
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
      port = ports.end() - 1;
    }
    PatternState state;
    state.port = static_cast<uint32_t>(port - ports.begin());
    state.name = ref;
    state.description = (ref.empty() ? "" : ref + "=") + ShownName(stream.source);
    bound_.spec.states.push_back(std::move(state));
    names_->push_back({ref, ShownName(stream.source), streams_.at(*found).schema, counted});
    sources_.push_back(&stream);
    return number;
  }

  void BindCondition(uint32_t s) {
    PatternScope scope(*names_, s);
    std::vector<ExprPtr> conditions;
    for (const ast::StreamHandler& handler : sources_[s]->handlers) {
      const auto* filter = std::get_if<ast::Filter>(&handler.node);
      if (filter == nullptr) {
        if (std::holds_alternative<ast::WindowHandler>(handler.node)) {
          context_.Error(handler.span, "a state of a pattern cannot have a window");
        } else {
          context_.NotSupported(handler.span, "stream functions");
        }
        failed_ = true;
        continue;
      }
      ExpressionBinder binder(context_, scope);
      std::vector<BoundLookup>& lookups = bound_.lookups[bound_.spec.states[s].port];
      const size_t known = lookups.size();
      Lookups lookup_binder(scope, streams_, context_, kLookupBase, &lookups);
      binder.set_lookups(&lookup_binder);
      ExprPtr condition = binder.BindCondition(*filter->condition, "a filter");
      if (condition != nullptr && AsksOfOthers(s, {lookups.begin() + known, lookups.end()})) {
        context_.NotSupported(filter->condition->span,
                              "'in' a table with attributes of another event of the pattern");
        condition = nullptr;
      }
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

  // A look-up is answered when the event arrives, before the pattern sees it.
  bool AsksOfOthers(uint32_t s, const std::vector<BoundLookup>& lookups) const {
    std::vector<bool> read(kLookupBase, false);
    for (const BoundLookup& lookup : lookups) CollectRowColumns(*lookup.condition, &read);
    const auto others = read.begin() + static_cast<std::ptrdiff_t>((*names_)[s].schema->size());
    return std::find(others, read.end(), true) != read.end();
  }

  // The answers follow the attributes of the arriving event, the captures come behind them.
  void PlaceLookups() {
    for (PatternState& state : bound_.spec.states) {
      const auto attributes = static_cast<uint32_t>(bound_.spec.streams[state.port]->size());
      const auto answers = static_cast<uint32_t>(bound_.lookups[state.port].size());
      if (answers == 0 || state.condition == nullptr) continue;
      std::vector<uint32_t> mapping(kLookupBase + answers);
      for (uint32_t c = 0; c < kLookupBase; ++c) mapping[c] = c < attributes ? c : c + answers;
      for (uint32_t i = 0; i < answers; ++i) mapping[kLookupBase + i] = attributes + i;
      state.condition = RemapColumns(state.condition, mapping);
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
