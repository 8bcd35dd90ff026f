#include "pattern/automaton.h"

namespace weir {
namespace {

std::string SignOf(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return "==";
    case CompareOp::kNotEqual:
      return "!=";
    case CompareOp::kLess:
      return "<";
    case CompareOp::kLessEqual:
      return "<=";
    case CompareOp::kGreater:
      return ">";
    case CompareOp::kGreaterEqual:
      return ">=";
  }
  return "";
}

std::string IndexText(const EventIndex& index) {
  switch (index.kind) {
    case EventIndex::Kind::kFirst:
      return "";
    case EventIndex::Kind::kAt:
      return "[" + std::to_string(index.n) + "]";
    case EventIndex::Kind::kLast:
      return index.n == 0 ? "[last]" : "[last-" + std::to_string(index.n) + "]";
    case EventIndex::Kind::kAll:
      return "[*]";
  }
  return "";
}

class AutomatonText {
 public:
  AutomatonText(const PatternSpec& spec, const Automaton& automaton)
      : spec_(spec), automaton_(automaton) {}

  std::string Text() const {
    std::string out = automaton_.sequence ? "sequence" : "pattern";
    if (automaton_.within_ms >= 0) {
      out += " within " + std::to_string(automaton_.within_ms) + " ms";
    }
    if (automaton_.gives_expired) {
      out += std::string(automaton_.within_ms >= 0 ? "," : "") + " given up: expired rows";
    }
    out += "\n";
    for (uint32_t e = 0; e < automaton_.elements.size(); ++e) {
      const AutomatonElement& element = automaton_.elements[e];
      for (size_t i = 0; i < element.states.size(); ++i) {
        out += i == 0 ? "  " + std::to_string(e + 1) + ". " : "     " + Joint(element) + " ";
        out += Label(element.states[i]) + "\n";
        for (const std::string& line : GuardLines(element.states[i])) {
          out += "       " + line + "\n";
        }
      }
      if (element.rearm != kNone) {
        out += "     every: arms " + std::to_string(element.rearm + 1) + " again\n";
      }
    }
    return out;
  }

  std::string Dot() const {
    std::string out = "digraph pattern {\n  rankdir=LR;\n  start [shape=point];\n";
    out += "  match [shape=doublecircle];\n";
    for (uint32_t e = 0; e < automaton_.elements.size(); ++e) {
      std::string label;
      const AutomatonElement& element = automaton_.elements[e];
      for (size_t i = 0; i < element.states.size(); ++i) {
        if (i > 0) label += "\n" + Joint(element) + " ";
        label += Label(element.states[i]);
        for (const std::string& line : GuardLines(element.states[i])) label += "\n" + line;
      }
      out += "  e" + std::to_string(e) + " [shape=box, label=" + Quoted(label) + "];\n";
    }
    out += "  start -> e0;\n";
    for (uint32_t e = 0; e < automaton_.elements.size(); ++e) {
      const bool last = e + 1 == automaton_.elements.size();
      const std::string from = "  e" + std::to_string(e);
      out += from + " -> " + (last ? "match" : "e" + std::to_string(e + 1)) + ";\n";
      const uint32_t rearm = automaton_.elements[e].rearm;
      if (rearm == kNone) continue;
      out += from + " -> e" + std::to_string(rearm) + " [style=dashed, label=\"every\"];\n";
    }
    if (automaton_.gives_expired) {
      out += "  expired [shape=doublecircle, style=dotted];\n";
      for (uint32_t e = 0; e < automaton_.elements.size(); ++e) {
        if (MayGiveUpAt(e)) {
          out += "  e" + std::to_string(e) + " -> expired [style=dotted, label=\"given up\"];\n";
        }
      }
    }
    return out + "}\n";
  }

 private:
  // True if a partial match that waits there may have taken an event and be given up.
  bool MayGiveUpAt(uint32_t e) const {
    const AutomatonElement& element = automaton_.elements[e];
    const bool absent = automaton_.states[element.states[0]].absent();
    const bool several =
        element.states.size() > 1 || automaton_.states[element.states[0]].kind == StateKind::kCount;
    return (e > 0 || several) && (absent || automaton_.within_ms >= 0);
  }

  std::string Joint(const AutomatonElement& element) const {
    return automaton_.states[element.states[0]].is_or ? "or" : "and";
  }

  std::string Label(uint32_t s) const {
    const AutomatonState& state = automaton_.states[s];
    std::string out = (state.absent() ? "not " : "") + spec_.states[s].description;
    if (state.kind == StateKind::kCount) {
      const bool open = state.max == PatternNode::kUnbounded;
      out += "<" + std::to_string(state.min) + ":" + (open ? "" : std::to_string(state.max)) + ">";
    }
    if (state.wait_ms >= 0) out += " for " + std::to_string(state.wait_ms) + " ms";
    return out;
  }

  // How the condition is tested: what comes first rules out most.
  std::vector<std::string> GuardLines(uint32_t s) const {
    const Guard& guard = automaton_.states[s].guard;
    std::vector<std::string> lines;
    if (guard.unary != nullptr) lines.push_back("filter " + guard.unary->Describe());
    for (const Term& key : guard.keys) lines.push_back("index " + TermText(key));
    if (guard.range) lines.push_back("heap " + TermText(*guard.range));
    for (const Term& term : guard.terms) lines.push_back("test " + TermText(term));
    if (guard.residual != nullptr) lines.push_back("test " + guard.residual->Describe());
    return lines;
  }

  std::string TermText(const Term& term) const {
    const StoredValue& stored = term.stored;
    const std::string& name = spec_.states[stored.state].name;
    const std::string& value = (*automaton_.states[stored.state].stored.schema)[stored.column].name;
    const std::string left = term.event->Describe() + " " + SignOf(term.op) + " ";
    // What an app's expression says of an earlier event names the event itself.
    if (value.find('.') != std::string::npos) return left + value;
    return left + (name.empty() ? "state " + std::to_string(stored.state + 1) : name) +
           IndexText(stored.index) + "." + value;
  }

  static std::string Quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : text) {
      if (c == '\n') {
        out += "\\l";
      } else {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
    }
    return out + "\\l\"";
  }

  const PatternSpec& spec_;
  const Automaton& automaton_;
};

}  // namespace

std::string DescribeAutomaton(const PatternSpec& spec, const std::string& format) {
  const auto automaton = BuildAutomaton(spec);
  if (!automaton.ok()) return automaton.status().message() + "\n";
  const AutomatonText text(spec, *automaton.value());
  return format == "dot" ? text.Dot() : text.Text();
}

}  // namespace weir
