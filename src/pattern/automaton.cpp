#include "pattern/automaton.h"

#include <algorithm>

namespace weir {
namespace {

using Kind = PatternNode::Kind;

Status Unsupported(const std::string& what) {
  return Status::NotSupported("not supported yet: " + what);
}

bool HasAbsence(const PatternNode& node) {
  return node.kind == Kind::kAbsent ||
         std::any_of(node.children.begin(), node.children.end(), HasAbsence);
}

// Flattens the tree of the pattern into elements and checks what is supported on the way.
class AutomatonBuilder {
 public:
  AutomatonBuilder(const PatternSpec& spec, Automaton* automaton)
      : spec_(spec), automaton_(*automaton) {}

  Status Build() {
    automaton_.sequence = spec_.sequence;
    automaton_.streams = spec_.streams;
    automaton_.output = spec_.output;
    automaton_.gives_expired = spec_.gives_expired && MayGiveUp(spec_);
    if (spec_.within) automaton_.within_ms = *spec_.within;
    if (spec_.within && spec_.lateness) automaton_.lateness_ms = *spec_.lateness;
    automaton_.states.resize(spec_.states.size());
    for (uint32_t s = 0; s < spec_.states.size(); ++s) {
      automaton_.states[s].port = spec_.states[s].port;
    }
    if (Status status = Add(spec_.root); !status.ok()) return status;
    if (Status status = CheckNotEmpty(); !status.ok()) return status;
    if (open_every_ != kNone) {
      return Status::Invalid(
          "`every` before what may match nothing needs a state behind it that may not");
    }
    OrderStates();
    return Status::Ok();
  }

 private:
  Status Add(const PatternNode& node) {
    if (node.kind == Kind::kEvery) return AddEvery(node);
    if (node.kind == Kind::kNext) {
      for (const PatternNode& child : node.children) {
        if (Status status = Add(child); !status.ok()) return status;
      }
      return Status::Ok();
    }
    if (Status status = AddOne(node); !status.ok()) return status;
    const auto e = static_cast<uint32_t>(automaton_.elements.size()) - 1;
    if (open_every_ != kNone && !MayBeEmpty(e)) {
      automaton_.elements[e].rearm = open_every_;
      open_every_ = kNone;
    }
    return Status::Ok();
  }

  // A node that is one element.
  Status AddOne(const PatternNode& node) {
    switch (node.kind) {
      case Kind::kState:
        AddElement({node.state});
        return Status::Ok();
      case Kind::kCount:
        return AddCount(node);
      case Kind::kAnd:
      case Kind::kOr:
        return AddLogical(node);
      case Kind::kAbsent:
        return AddAbsent(node);
      case Kind::kNext:
      case Kind::kEvery:
        break;
    }
    return Status::Ok();
  }

  Status AddCount(const PatternNode& node) {
    if (node.max < node.min || node.max == 0) {
      return Status::Invalid("a count needs 0 <= least <= most, and most at least 1");
    }
    AddElement({node.state});
    AutomatonState& state = automaton_.states[node.state];
    state.kind = StateKind::kCount;
    state.min = node.min;
    state.max = node.max;
    return Status::Ok();
  }

  Status AddEvery(const PatternNode& node) {
    const auto first = static_cast<uint32_t>(automaton_.elements.size());
    if (Status status = Add(node.children[0]); !status.ok()) return status;
    const auto last = static_cast<uint32_t>(automaton_.elements.size()) - 1;
    if (spec_.sequence && (first != 0 || last != first)) {
      return Unsupported("`every` in a sequence but before its first element alone");
    }
    bool may_be_empty = !spec_.sequence;
    for (uint32_t e = first; e <= last; ++e) may_be_empty = may_be_empty && MayBeEmpty(e);
    // Nothing says when such a group is over but the first state behind it that takes an event.
    if (may_be_empty) {
      open_every_ = std::min(open_every_, first);
      return Status::Ok();
    }
    uint32_t& rearm = automaton_.elements[last].rearm;
    rearm = std::min(rearm, first);  // of several the outermost counts
    return Status::Ok();
  }

  // `(a and b) and c` is `a and b and c`.
  static void FlattenLogical(const PatternNode& node, std::vector<PatternNode>* operands) {
    for (const PatternNode& child : node.children) {
      if (child.kind == node.kind) {
        FlattenLogical(child, operands);
      } else {
        operands->push_back(child);
      }
    }
  }

  Status AddLogical(const PatternNode& given) {
    PatternNode node = given;
    node.children.clear();
    FlattenLogical(given, &node.children);
    std::vector<uint32_t> operands;
    for (const PatternNode& child : node.children) {
      if (child.kind == Kind::kAbsent) {
        if (node.children.size() > 2) {
          return Unsupported("absence (not ...) among three or more operands");
        }
        const bool other_absent = node.children[0].kind == node.children[1].kind;
        if (!child.for_ms && (node.kind == Kind::kOr || other_absent)) {
          return Status::Invalid("`not ...` needs a time here: `not ... for 5 sec`");
        }
        // An absence is always asked first.
        const size_t place = operands.size() == 1 && !other_absent ? 0 : operands.size();
        operands.insert(operands.begin() + static_cast<ptrdiff_t>(place), child.state);
      } else if (child.kind == Kind::kState) {
        operands.push_back(child.state);
      } else if (child.kind == Kind::kAnd || child.kind == Kind::kOr) {
        return Unsupported("`and` and `or` in one state of a pattern");
      } else {
        return Unsupported("groups, counts and `every` as operands of `and` and `or`");
      }
    }
    AddElement(operands);
    for (const PatternNode& child : node.children) {
      AutomatonState& state = automaton_.states[child.state];
      const bool absent = child.kind == Kind::kAbsent;
      state.kind = absent ? StateKind::kAbsentLogical : StateKind::kLogical;
      state.is_or = node.kind == Kind::kOr;
      if (child.for_ms) state.wait_ms = *child.for_ms;
      automaton_.has_absent |= absent;
      for (uint32_t other : operands) {
        if (other != child.state) state.partners.push_back(other);
      }
    }
    return Status::Ok();
  }

  Status AddAbsent(const PatternNode& node) {
    if (!node.for_ms) {
      return Status::Invalid("`not ...` needs a time here: `not ... for 5 sec`");
    }
    AddElement({node.state});
    automaton_.states[node.state].kind = StateKind::kAbsent;
    automaton_.states[node.state].wait_ms = *node.for_ms;
    automaton_.has_absent = true;
    return Status::Ok();
  }

  void AddElement(std::vector<uint32_t> states) {
    for (uint32_t s : states) {
      automaton_.states[s].element = static_cast<uint32_t>(automaton_.elements.size());
    }
    automaton_.elements.emplace_back();
    automaton_.elements.back().states = std::move(states);
  }

  bool MayBeEmpty(uint32_t element) const {
    const AutomatonState& state = automaton_.states[automaton_.elements[element].states[0]];
    return state.kind == StateKind::kCount && state.min == 0;
  }

  Status CheckNotEmpty() {
    uint32_t filled = 0;
    for (uint32_t e = 0; e < automaton_.elements.size(); ++e) filled += MayBeEmpty(e) ? 0 : 1;
    if (filled == 0) {
      return Status::Invalid("one state of a pattern must not be able to match nothing");
    }
    return Status::Ok();
  }

  // An event is offered to the last element first, so that it never advances a match twice.
  void OrderStates() {
    automaton_.states_of_port.resize(spec_.streams.size());
    for (size_t e = automaton_.elements.size(); e-- > 0;) {
      for (uint32_t s : automaton_.elements[e].states) {
        automaton_.states_of_port[automaton_.states[s].port].push_back(s);
      }
    }
    if (spec_.sequence && automaton_.elements.size() > 1) {
      automaton_.elements[1].resets_start = MayBeEmpty(0);
    }
  }

  const PatternSpec& spec_;
  Automaton& automaton_;
  uint32_t open_every_ = kNone;  // the first element of a group that the next one arms again
};

}  // namespace

Result<std::shared_ptr<const Automaton>> BuildAutomaton(const PatternSpec& spec, bool use_index) {
  auto automaton = std::make_shared<Automaton>();
  if (Status status = AutomatonBuilder(spec, automaton.get()).Build(); !status.ok()) return status;
  SplitConditions(spec, use_index, automaton.get());
  return std::shared_ptr<const Automaton>(std::move(automaton));
}

bool MayGiveUp(const PatternSpec& spec) { return spec.within.has_value() || HasAbsence(spec.root); }

Status ValidatePattern(const PatternSpec& spec) {
  Automaton automaton;
  return AutomatonBuilder(spec, &automaton).Build();
}

}  // namespace weir
