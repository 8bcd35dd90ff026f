#include <string>

#include "ast/print_parts.h"

namespace weir::ast {

namespace {

struct HandlerPrinter {
  std::string* out;

  void operator()(const Filter& filter) const {
    *out += '[';
    PrintExpr(*filter.condition, out);
    *out += ']';
  }
  void operator()(const StreamFunction& function) const {
    *out += '#';
    PrintCall(function.call, out);
  }
  void operator()(const WindowHandler& window) const {
    *out += "#window.";
    PrintCall(window.call, out);
  }
};

std::string_view JoinText(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "join ";
    case JoinType::kLeftOuter:
      return "left outer join ";
    case JoinType::kRightOuter:
      return "right outer join ";
    case JoinType::kFullOuter:
      return "full outer join ";
  }
  return "join ";
}

void PrintSide(const JoinSide& side, std::string* out) {
  PrintStream(side.stream, out);
  if (side.unidirectional) *out += " unidirectional";
}

struct InputPrinter {
  std::string_view indent;
  std::string* out;

  void operator()(const SingleStream& stream) const { PrintStream(stream, out); }
  void operator()(const StateInput& state) const { PrintState(state, out); }
  void operator()(const AnonymousInput& anonymous) const {
    *out += "(\n";
    const std::string deeper = std::string(indent) + "  ";
    PrintQuery(*anonymous.query, deeper, out);
    *out += '\n';
    *out += indent;
    *out += ')';
  }
  void operator()(const JoinInput& join) const {
    PrintSide(join.left, out);
    *out += '\n';
    *out += indent;
    *out += "  ";
    *out += JoinText(join.type);
    PrintSide(join.right, out);
    if (join.on != nullptr) {
      *out += " on ";
      PrintExpr(*join.on, out);
    }
    if (join.per == nullptr) return;
    *out += " within ";
    PrintExpr(*join.within_begin, out);
    if (join.within_end != nullptr) {
      *out += ", ";
      PrintExpr(*join.within_end, out);
    }
    *out += " per ";
    PrintExpr(*join.per, out);
  }
};

void PrintFor(const std::optional<EventType>& events, std::string* out) {
  if (!events) return;
  *out += " for ";
  PrintEventType(*events, out);
}

struct ActionPrinter {
  std::string* out;

  void operator()(const InsertInto& insert) const {
    *out += "insert ";
    if (insert.events) {
      PrintEventType(*insert.events, out);
      *out += ' ';
    }
    *out += "into ";
    PrintStreamName(insert.target, out);
  }
  void operator()(const DeleteFrom& remove) const {
    *out += "delete ";
    PrintStreamName(remove.target, out);
    PrintFor(remove.events, out);
    if (remove.on == nullptr) return;
    *out += " on ";
    PrintExpr(*remove.on, out);
  }
  void operator()(const UpdateTable& update) const {
    *out += update.or_insert ? "update or insert into " : "update ";
    PrintStreamName(update.target, out);
    PrintFor(update.events, out);
    if (!update.set.empty()) *out += " set ";
    PrintList(update.set, ", ", out, [](const SetAssignment& assignment, std::string* to) {
      PrintAttribute(assignment.target, to);
      *to += " = ";
      PrintExpr(*assignment.value, to);
    });
    *out += " on ";
    PrintExpr(*update.on, out);
  }
  void operator()(const ReturnRows& rows) const {
    *out += "return";
    if (!rows.events) return;
    *out += ' ';
    PrintEventType(*rows.events, out);
  }
};

void PrintRate(const OutputRate& rate, std::string* out) {
  *out += "output ";
  switch (rate.kind) {
    case RateKind::kAll:
      *out += "all";
      break;
    case RateKind::kFirst:
      *out += "first";
      break;
    case RateKind::kLast:
      *out += "last";
      break;
    case RateKind::kSnapshot:
      *out += "snapshot";
      break;
  }
  *out += " every ";
  if (const auto* count = std::get_if<int32_t>(&rate.every); count != nullptr)
    *out += std::to_string(*count) + " events";
  else
    PrintTime(std::get<TimeLiteral>(rate.every), out);
}

// Writes one state with its surroundings in mind: how a child is put into parentheses.
class StatePrinter {
 public:
  StatePrinter(StateKind kind, std::string* out) : kind_(kind), out_(out) {}

  void Print(const StateNode& node) { std::visit(*this, node.node); }

  void operator()(const StateStream& state) {
    if (state.ref) {
      PrintName(state.ref->text, out_);
      *out_ += '=';
    }
    PrintStream(state.stream, out_);
  }
  void operator()(const StateCount& count) {
    Print(*count.child);
    *out_ += CountText(count);
  }
  void operator()(const StateAbsent& absent) {
    *out_ += "not ";
    PrintStream(absent.stream, out_);
    if (!absent.duration) return;
    *out_ += " for ";
    PrintTime(*absent.duration, out_);
  }
  void operator()(const StateLogical& logical) {
    const bool any = logical.op == LogicalOp::kOr;
    bool first = true;
    for (const StateNodePtr& operand : logical.operands) {
      if (!first) *out_ += any ? " or " : " and ";
      first = false;
      const auto* inner = std::get_if<StateLogical>(&operand->node);
      const bool tighter = inner == nullptr || (any && inner->op == LogicalOp::kAnd);
      PrintChild(*operand, tighter && !IsChain(*operand) && !IsEvery(*operand));
    }
  }
  void operator()(const StateEvery& every) {
    *out_ += "every ";
    PrintChild(*every.child, !IsChain(*every.child) && !IsEvery(*every.child));
  }
  void operator()(const StateNext& next) {
    bool first = true;
    for (const StateNodePtr& step : next.steps) {
      if (!first) *out_ += kind_ == StateKind::kSequence ? ", " : " -> ";
      first = false;
      PrintChild(*step, !IsChain(*step));
    }
  }

 private:
  static bool IsChain(const StateNode& node) {
    return std::holds_alternative<StateNext>(node.node);
  }
  static bool IsEvery(const StateNode& node) {
    return std::holds_alternative<StateEvery>(node.node);
  }

  void PrintChild(const StateNode& child, bool bare) {
    if (!bare) *out_ += '(';
    Print(child);
    if (!bare) *out_ += ')';
  }

  std::string CountText(const StateCount& count) const {
    if (kind_ == StateKind::kSequence) {
      if (count.min == 0 && count.max == kUnbounded) return "*";
      if (count.min == 1 && count.max == kUnbounded) return "+";
      if (count.min == 0 && count.max == 1) return "?";
    }
    if (count.min == count.max) return "<" + std::to_string(count.min) + ">";
    return "<" + std::to_string(count.min) + ":" +
           (count.max == kUnbounded ? "" : std::to_string(count.max)) + ">";
  }

  StateKind kind_;
  std::string* out_;
};

void PrintClause(std::string_view keyword, const ExprPtr& value, std::string_view indent,
                 std::string* out) {
  if (value == nullptr) return;
  *out += '\n';
  *out += indent;
  *out += keyword;
  PrintExpr(*value, out);
}

}  // namespace

void PrintEventType(EventType type, std::string* out) {
  switch (type) {
    case EventType::kCurrent:
      *out += "current events";
      break;
    case EventType::kExpired:
      *out += "expired events";
      break;
    case EventType::kAll:
      *out += "all events";
      break;
  }
}

void PrintStream(const SingleStream& stream, std::string* out) {
  PrintStreamName(stream.source, out);
  for (const StreamHandler& handler : stream.handlers)
    std::visit(HandlerPrinter{out}, handler.node);
  if (!stream.alias) return;
  *out += " as ";
  PrintName(stream.alias->text, out);
}

void PrintState(const StateInput& input, std::string* out) {
  // A stream alone is a pattern only in parentheses, or with something around it.
  const auto* stream = std::get_if<StateStream>(&input.root->node);
  const bool bare = stream == nullptr || stream->ref || input.within;
  if (!bare) *out += '(';
  StatePrinter(input.kind, out).Print(*input.root);
  if (!bare) *out += ')';
  if (!input.within) return;
  *out += " within ";
  PrintTime(*input.within, out);
}

void PrintSelection(const Selection& selection, std::string_view indent, std::string* out) {
  *out += indent;
  *out += selection.distinct ? "select distinct " : "select ";
  if (selection.star) *out += '*';
  PrintList(selection.items, ", ", out, [](const SelectItem& item, std::string* to) {
    PrintExpr(*item.value, to);
    if (!item.alias) return;
    *to += " as ";
    PrintName(item.alias->text, to);
  });
  if (!selection.group_by.empty()) {
    *out += '\n';
    *out += indent;
    *out += "group by ";
    PrintList(selection.group_by, ", ", out,
              [](const ExprPtr& key, std::string* to) { PrintExpr(*key, to); });
  }
  PrintClause("having ", selection.having, indent, out);
  if (!selection.order_by.empty()) {
    *out += '\n';
    *out += indent;
    *out += "order by ";
    PrintList(selection.order_by, ", ", out, [](const OrderKey& key, std::string* to) {
      PrintExpr(*key.value, to);
      if (key.descending) *to += " desc";
    });
  }
  PrintClause("limit ", selection.limit, indent, out);
  PrintClause("offset ", selection.offset, indent, out);
}

void PrintQuery(const Query& query, std::string_view indent, std::string* out) {
  for (const Annotation& annotation : query.annotations) {
    *out += indent;
    PrintAnnotation(annotation, out);
    *out += '\n';
  }
  *out += indent;
  *out += "from ";
  std::visit(InputPrinter{indent, out}, query.input);
  *out += '\n';
  if (query.selection) {
    PrintSelection(*query.selection, indent, out);
    *out += '\n';
  }
  if (query.rate) {
    *out += indent;
    PrintRate(*query.rate, out);
    *out += '\n';
  }
  *out += indent;
  std::visit(ActionPrinter{out}, query.output.node);
}

std::string Print(const Query& query) {
  std::string out;
  PrintQuery(query, "", &out);
  return out;
}

std::string Print(const OnDemandQuery& query) {
  std::string out;
  if (query.input) {
    out += "from ";
    PrintName(query.input->source.text, &out);
    if (query.input->alias) {
      out += " as ";
      PrintName(query.input->alias->text, &out);
    }
    PrintClause("on ", query.input->on, "", &out);
    PrintClause("within ", query.input->within_begin, "", &out);
    if (query.input->within_end != nullptr) {
      out += ", ";
      PrintExpr(*query.input->within_end, &out);
    }
    PrintClause("per ", query.input->per, "", &out);
  }
  if (query.selection) {
    if (!out.empty()) out += '\n';
    PrintSelection(*query.selection, "", &out);
  }
  if (query.action) {
    if (!out.empty()) out += '\n';
    std::visit(ActionPrinter{&out}, query.action->node);
  }
  return out;
}

}  // namespace weir::ast
