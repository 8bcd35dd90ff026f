// What can be decided about an event before any partial match is looked at is decided then; what
// compares the event with one earlier value becomes an index key or a typed test; the rest stays
// an expression over candidates.
#include <string>

#include "expr/element.h"
#include "pattern/automaton.h"

namespace weir {
namespace {

bool IsVolatile(const Expr& expr) {
  if (expr.volatile_value()) return true;
  for (const ExprPtr& child : expr.children()) {
    if (IsVolatile(*child)) return true;
  }
  return false;
}

CompareOp Mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      break;
  }
  return op;
}

class ConditionSplitter {
 public:
  ConditionSplitter(const PatternSpec& spec, bool use_index, Automaton* automaton)
      : spec_(spec),
        use_index_(use_index),
        automaton_(*automaton),
        attributes_(spec.states.size()) {}

  void Run() {
    for (uint32_t s = 0; s < spec_.states.size(); ++s) {
      state_ = s;
      arity_ = static_cast<uint32_t>(spec_.streams[spec_.states[s].port]->size());
      SplitState();
    }
    for (const Capture& capture : spec_.outputs) {
      const bool list = capture.index.kind == EventIndex::Kind::kAll;
      const auto kind = capture.presence ? OutputColumn::Kind::kPresence
                        : list           ? OutputColumn::Kind::kList
                                         : OutputColumn::Kind::kValue;
      automaton_.outputs.push_back({kind, Stored(capture)});
    }
    for (uint32_t s = 0; s < spec_.states.size(); ++s) {
      automaton_.states[s].stored.schema = std::make_shared<const Schema>(attributes_[s]);
    }
  }

 private:
  void SplitState() {
    const PatternState& state = spec_.states[state_];
    automaton_.states[state_].lookups = state.lookups;
    automaton_.states[state_].shared_lookups = state.shared_lookups;
    if (state.condition == nullptr) return;
    automaton_.states[state_].lookup_rows = ConditionRows(spec_, state);
    Guard& guard = automaton_.states[state_].guard;
    std::vector<ExprPtr> unary, residual;
    for (const ExprPtr& part : SplitConjunction(FoldConstants(OwnFirstAsArriving()))) {
      std::vector<bool> used(arity_);
      CollectColumns(*part, &used);
      if (used.size() <= arity_) {
        unary.push_back(part);
      } else if (!AddTerm(*part)) {
        residual.push_back(part);
      }
    }
    guard.unary = JoinConjunction(unary);
    if (!residual.empty()) SetResidual(JoinConjunction(residual));
    ChooseRange();
  }

  // In its own condition the first event of a state that takes one event is the arriving one.
  ExprPtr OwnFirstAsArriving() const {
    const PatternState& state = spec_.states[state_];
    std::vector<uint32_t> mapping;
    const size_t columns = arity_ + state.captures.size() + state.lookups.size();
    for (uint32_t i = 0; i < columns; ++i) mapping.push_back(i);
    for (uint32_t i = 0; i < state.captures.size(); ++i) {
      const Capture& capture = state.captures[i];
      const bool first = capture.index.kind == EventIndex::Kind::kFirst ||
                         (capture.index.kind == EventIndex::Kind::kAt && capture.index.n == 0);
      if (capture.state == state_ && first && !capture.presence && !capture.timestamp &&
          automaton_.states[state_].kind != StateKind::kCount) {
        mapping[arity_ + i] = capture.attribute;
      }
    }
    return RemapColumns(state.condition, mapping);
  }

  // The one value of an earlier event that `expr` is made of, if it is made of nothing else.
  std::optional<StoredValue> AsStored(const ExprPtr& expr) {
    const std::vector<Capture>& captures = spec_.states[state_].captures;
    std::vector<bool> used;
    CollectColumns(*expr, &used);
    if (used.size() <= arity_ || IsVolatile(*expr)) return std::nullopt;
    const Capture* source = nullptr;
    std::vector<uint32_t> mapping(used.size(), 0);
    for (uint32_t column = 0; column < used.size(); ++column) {
      if (!used[column]) continue;
      if (column < arity_ || column - arity_ >= captures.size()) return std::nullopt;
      const Capture& capture = captures[column - arity_];
      if (capture.presence || capture.timestamp) return std::nullopt;
      if (source == nullptr) source = &capture;
      if (capture.state != source->state || capture.index.kind != source->index.kind ||
          capture.index.n != source->index.n) {
        return std::nullopt;
      }
      mapping[column] = capture.attribute;
    }
    const ExprPtr over_event = RemapColumns(expr, mapping);
    if (!IsNullForMissing(*over_event, *StreamOf(source->state))) return std::nullopt;
    return StoredValue{source->state, source->index, StoredColumn(source->state, over_event)};
  }

  // A value that is computed when an event is stored is null if there is no event; the expression
  // must agree. `coalesce(e1.price, 0)` does not.
  static bool IsNullForMissing(const Expr& expr, const Schema& stream) {
    if (expr.column() != Expr::kNoColumn) return true;
    std::vector<ColumnPtr> columns;
    for (const Attribute& attribute : stream.attributes()) {
      auto column = std::make_shared<Column>(attribute.type, 1);
      DispatchType(attribute.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (!std::is_same_v<T, ObjectRef>) column->template mutable_values<T>()[0] = T();
      });
      column->SetNull(0);
      columns.push_back(std::move(column));
    }
    auto meta = std::make_shared<RowMeta>();
    meta->timestamps.push_back(0);
    meta->moments.push_back(0);
    const Chunk missing(std::make_shared<const Schema>(stream), std::move(columns), meta);
    return !EvalColumn(expr, EvalContext{missing, nullptr})->IsValid(0);
  }

  bool AddTerm(const Expr& part) {
    const std::optional<Comparison> comparison = AsComparison(part);
    if (!comparison) return false;
    std::vector<bool> left_used(arity_), right_used(arity_);
    CollectColumns(*comparison->left, &left_used);
    CollectColumns(*comparison->right, &right_used);
    const bool event_left = left_used.size() <= arity_;
    if (!event_left && right_used.size() > arity_) return false;
    const ExprPtr& event = event_left ? comparison->left : comparison->right;
    const auto stored = AsStored(event_left ? comparison->right : comparison->left);
    if (!stored) return false;
    Guard& guard = automaton_.states[state_].guard;
    Term term{event_left ? comparison->op : Mirrored(comparison->op), event, *stored};
    const bool key = use_index_ && term.op == CompareOp::kEqual && IsSettled(*stored);
    (key ? guard.keys : guard.terms).push_back(std::move(term));
    return true;
  }

  // A lone order test may use a heap: what it finds moves on, so nothing is put back.
  void ChooseRange() {
    const AutomatonState& state = automaton_.states[state_];
    Guard& guard = automaton_.states[state_].guard;
    if (!use_index_ || state.kind == StateKind::kCount || guard.residual != nullptr ||
        guard.terms.size() != 1) {
      return;
    }
    const Term& term = guard.terms[0];
    const bool equality = term.op == CompareOp::kEqual || term.op == CompareOp::kNotEqual;
    const Type type = term.event->type();
    const bool number = IsInteger(type) || type == Type::kFloat || type == Type::kDouble;
    if (equality || !number || !IsSettled(term.stored)) return;
    guard.range = term;
    guard.terms.clear();
  }

  // True if the value cannot change any more once a partial match waits at this state. In a
  // sequence few partial matches ever wait, so an index would only cost; where timers go through
  // all that wait, there is one list.
  bool IsSettled(const StoredValue& value) const {
    const bool absent_operand = automaton_.states[state_].kind == StateKind::kAbsentLogical;
    if (automaton_.sequence || (absent_operand && !automaton_.own_silence(state_))) return false;
    const AutomatonState& from = automaton_.states[value.state];
    if (from.element >= automaton_.states[state_].element) return false;
    if (from.kind != StateKind::kCount || from.min == from.max) return true;
    return value.index.kind != EventIndex::Kind::kLast && value.index.n < from.min;
  }

  // Look-ups are over all columns of the condition, so these keep their places if there are any.
  void SetResidual(const ExprPtr& residual) {
    Guard& guard = automaton_.states[state_].guard;
    const PatternState& state = spec_.states[state_];
    const auto columns = static_cast<uint32_t>(arity_ + state.captures.size());
    std::vector<bool> used;
    CollectColumns(*residual, &used);
    used.resize(columns, false);
    for (const LookupSpec& lookup : state.lookups) {
      TableLookup(automaton_.states[state_].lookup_rows, lookup).AddReads(&used);
    }
    const bool asks = !state.lookups.empty();
    std::vector<uint32_t> mapping(columns + state.lookups.size(), 0);
    for (uint32_t i = 0; i < state.lookups.size(); ++i) mapping[columns + i] = columns + i;
    uint32_t next = 0;
    for (uint32_t column = 0; column < columns; ++column) {
      if (!used[column]) continue;
      mapping[column] = asks ? column : next++;
      guard.residual_places.push_back(mapping[column]);
      if (column < arity_) {
        guard.residual_event.push_back(column);
      } else {
        const Capture& capture = spec_.states[state_].captures[column - arity_];
        guard.residual_inputs.push_back({Stored(capture), capture.presence});
      }
    }
    guard.residual_width = asks ? columns : next;
    guard.residual = RemapColumns(residual, mapping);
  }

  StoredValue Stored(const Capture& capture) {
    if (capture.presence) return {capture.state, capture.index, 0};
    if (capture.timestamp) {
      return {capture.state, capture.index, StoredColumn(capture.state, MakeRowTimestamp())};
    }
    const Attribute& attribute = (*StreamOf(capture.state))[capture.attribute];
    return {
        capture.state, capture.index,
        StoredColumn(capture.state, MakeColumn(capture.attribute, attribute.type, attribute.name))};
  }

  // The column of the state's store that holds `value`, made if there is none.
  uint32_t StoredColumn(uint32_t state, const ExprPtr& value) {
    std::vector<ExprPtr>& values = automaton_.states[state].stored.values;
    const std::string text = value->Describe();
    for (uint32_t i = 0; i < values.size(); ++i) {
      if (values[i]->column() == value->column() && values[i]->type() == value->type() &&
          values[i]->Describe() == text) {
        return i;
      }
    }
    values.push_back(value);
    attributes_[state].push_back({text, value->type()});
    return static_cast<uint32_t>(values.size()) - 1;
  }

  const SchemaPtr& StreamOf(uint32_t state) const {
    return spec_.streams[spec_.states[state].port];
  }

  const PatternSpec& spec_;
  const bool use_index_;
  Automaton& automaton_;
  std::vector<std::vector<Attribute>> attributes_;  // of the stores, by state
  uint32_t state_ = 0;                              // whose condition is split
  uint32_t arity_ = 0;                              // of its stream
};

}  // namespace

SchemaPtr ConditionRows(const PatternSpec& spec, const PatternState& state) {
  std::vector<Attribute> attributes = spec.streams[state.port]->attributes();
  for (const Capture& capture : state.captures) {
    const Schema& stream = *spec.streams[spec.states[capture.state].port];
    attributes.push_back({"", capture.presence    ? Type::kBool
                              : capture.timestamp ? Type::kLong
                                                  : stream[capture.attribute].type});
  }
  return std::make_shared<const Schema>(std::move(attributes));
}

void SplitConditions(const PatternSpec& spec, bool use_index, Automaton* automaton) {
  ConditionSplitter(spec, use_index, automaton).Run();
}

}  // namespace weir
