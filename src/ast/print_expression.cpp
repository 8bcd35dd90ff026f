#include <charconv>
#include <set>
#include <string>

#include "ast/print_parts.h"

namespace weir::ast {

namespace {

// How tightly a piece of text binds; the ladder of the grammar.
enum Level {
  kOrLevel,
  kAndLevel,
  kInLevel,
  kEqualityLevel,
  kComparisonLevel,
  kSumLevel,
  kProductLevel,
  kUnaryLevel,
  kPostfixLevel,
  kPrimaryLevel,
};

Level Next(Level level) { return static_cast<Level>(level + 1); }

void PrintAt(const Expr& expression, Level needed, std::string* out);

// Words that may be read as something else where a name is wanted. The other keywords are fine as
// names everywhere.
bool IsReserved(std::string_view name) {
  static const std::set<std::string, std::less<>> kReserved = {
      "and", "as",   "case", "distinct", "every", "false", "from",
      "is",  "last", "not",  "null",     "or",    "true",  "when"};
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return kReserved.contains(lower);
}

bool IsPlainName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && !(c >= '0' && c <= '9')) return false;
  }
  return !IsReserved(name);
}

template <class Float>
std::string FloatText(Float value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

struct LiteralPrinter {
  std::string* out;

  void operator()(Null) const { *out += "null"; }
  void operator()(bool value) const { *out += value ? "true" : "false"; }
  void operator()(int32_t value) const { *out += std::to_string(value); }
  void operator()(int64_t value) const { *out += std::to_string(value) + 'L'; }
  void operator()(float value) const { *out += FloatText(value) + 'f'; }
  void operator()(double value) const { *out += FloatText(value); }
  void operator()(const std::string& value) const { PrintString(value, out); }
  void operator()(const TimeLiteral& value) const { PrintTime(value, out); }
};

std::string LiteralText(const Literal& literal) {
  std::string text;
  std::visit(LiteralPrinter{&text}, literal.value);
  return text;
}

struct Operator {
  std::string_view text;
  Level level;
};

Operator OperatorOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kMultiply:
      return {" * ", kProductLevel};
    case BinaryOp::kDivide:
      return {" / ", kProductLevel};
    case BinaryOp::kModulo:
      return {" % ", kProductLevel};
    case BinaryOp::kAdd:
      return {" + ", kSumLevel};
    case BinaryOp::kSubtract:
      return {" - ", kSumLevel};
    case BinaryOp::kConcat:
      return {" || ", kSumLevel};
    case BinaryOp::kLess:
      return {" < ", kComparisonLevel};
    case BinaryOp::kLessEqual:
      return {" <= ", kComparisonLevel};
    case BinaryOp::kGreater:
      return {" > ", kComparisonLevel};
    case BinaryOp::kGreaterEqual:
      return {" >= ", kComparisonLevel};
    case BinaryOp::kEqual:
      return {" == ", kEqualityLevel};
    case BinaryOp::kNotEqual:
      return {" != ", kEqualityLevel};
  }
  return {" == ", kEqualityLevel};
}

struct LevelOf {
  Level operator()(const Literal& literal) const {
    return LiteralText(literal).starts_with('-') ? kUnaryLevel : kPrimaryLevel;
  }
  Level operator()(const AttributeRef&) const { return kPrimaryLevel; }
  Level operator()(const StreamRef&) const { return kPrimaryLevel; }
  // `not` binds tighter than it looks, and the parser warns of that; so it gets parentheses in all
  // but the operands of `and` and `or`.
  Level operator()(const Unary& unary) const {
    return unary.op == UnaryOp::kNot ? kInLevel : kUnaryLevel;
  }
  Level operator()(const Binary& binary) const { return OperatorOf(binary.op).level; }
  Level operator()(const Logical& logical) const {
    return logical.op == LogicalOp::kOr ? kOrLevel : kAndLevel;
  }
  Level operator()(const IsNull&) const { return kPostfixLevel; }
  Level operator()(const InTable&) const { return kInLevel; }
  Level operator()(const Call&) const { return kPrimaryLevel; }
  Level operator()(const Case&) const { return kPrimaryLevel; }
  Level operator()(const Between&) const { return kComparisonLevel; }
  Level operator()(const InList&) const { return kComparisonLevel; }
  Level operator()(const Like&) const { return kComparisonLevel; }
  Level operator()(const Access&) const { return kPrimaryLevel; }
};

void PrintStreamRef(const StreamRef& ref, std::string* out) {
  PrintStreamName(ref.stream, out);
  if (!ref.index) return;
  *out += '[';
  if (ref.index->from_last) {
    *out += "last";
    if (ref.index->offset != 0) *out += " - " + std::to_string(ref.index->offset);
  } else {
    *out += std::to_string(ref.index->offset);
  }
  *out += ']';
}

// A minus sign must not touch another one (a comment) nor a number (it would become part of it).
bool NeedsParentheses(const Unary& unary, std::string_view operand) {
  if (unary.op != UnaryOp::kNegate) return false;
  if (operand.starts_with('-')) return true;
  const auto* literal = std::get_if<Literal>(&unary.operand->node);
  return literal != nullptr && !std::holds_alternative<TimeLiteral>(literal->value) &&
         !std::holds_alternative<std::string>(literal->value);
}

// True for `x[0]`, which before `is null` would be read as an event of a pattern.
bool LooksLikeEvent(const Expr& expression) {
  const auto* access = std::get_if<Access>(&expression.node);
  if (access == nullptr) return false;
  const auto* name = std::get_if<AttributeRef>(&access->operand->node);
  const auto* index = std::get_if<Literal>(&access->index->node);
  if (name == nullptr || name->stream || index == nullptr) return false;
  const auto* number = std::get_if<int32_t>(&index->value);
  return number != nullptr && *number >= 0;
}

struct ExprPrinter {
  std::string* out;

  void operator()(const Literal& literal) const { *out += LiteralText(literal); }
  void operator()(const AttributeRef& attribute) const { PrintAttribute(attribute, out); }
  void operator()(const StreamRef& ref) const { PrintStreamRef(ref, out); }
  void operator()(const Unary& unary) const {
    *out += unary.op == UnaryOp::kNot ? "not " : "-";
    std::string operand;
    const bool prefixed = std::holds_alternative<Unary>(unary.operand->node);
    PrintAt(*unary.operand, prefixed ? kOrLevel : kUnaryLevel, &operand);
    *out += NeedsParentheses(unary, operand) ? "(" + operand + ")" : operand;
  }
  void operator()(const Binary& binary) const {
    const Operator op = OperatorOf(binary.op);
    PrintAt(*binary.left, op.level, out);
    *out += op.text;
    PrintAt(*binary.right, Next(op.level), out);
  }
  void operator()(const Logical& logical) const {
    const bool any = logical.op == LogicalOp::kOr;
    PrintList(logical.operands, any ? " or " : " and ", out,
              [any](const ExprPtr& operand, std::string* to) {
                PrintAt(*operand, any ? kAndLevel : kInLevel, to);
              });
  }
  void operator()(const IsNull& test) const {
    if (LooksLikeEvent(*test.operand)) {
      *out += '(';
      PrintExpr(*test.operand, out);
      *out += ')';
    } else {
      PrintAt(*test.operand, kPostfixLevel, out);
    }
    *out += test.negated ? " is not null" : " is null";
  }
  void operator()(const InTable& in) const {
    const bool prefixed = std::holds_alternative<Unary>(in.condition->node);
    PrintAt(*in.condition, prefixed ? kEqualityLevel : kInLevel, out);
    *out += " in ";
    PrintName(in.table.text, out);
  }
  void operator()(const Call& call) const { PrintCall(call, out); }
  void operator()(const Case& choice) const {
    *out += "case";
    if (choice.operand != nullptr) PrintCaseOperand(*choice.operand);
    for (const CaseBranch& branch : choice.branches) {
      *out += " when ";
      PrintExpr(*branch.when, out);
      *out += " then ";
      PrintExpr(*branch.then, out);
    }
    if (choice.otherwise != nullptr) {
      *out += " else ";
      PrintExpr(*choice.otherwise, out);
    }
    *out += " end";
  }
  // Anything but a bare name might make `case` itself a name.
  void PrintCaseOperand(const Expr& operand) const {
    const auto* name = std::get_if<AttributeRef>(&operand.node);
    const bool bare = name != nullptr && !name->stream;
    *out += bare ? " " : " (";
    PrintExpr(operand, out);
    if (!bare) *out += ')';
  }
  void operator()(const Between& between) const {
    PrintAt(*between.operand, kComparisonLevel, out);
    *out += between.negated ? " not between " : " between ";
    PrintAt(*between.low, kSumLevel, out);
    *out += " and ";
    PrintAt(*between.high, kSumLevel, out);
  }
  void operator()(const InList& in) const {
    PrintAt(*in.operand, kComparisonLevel, out);
    *out += in.negated ? " not in (" : " in (";
    PrintList(in.items, ", ", out,
              [](const ExprPtr& item, std::string* to) { PrintExpr(*item, to); });
    *out += ')';
  }
  void operator()(const Like& like) const {
    PrintAt(*like.operand, kComparisonLevel, out);
    *out += like.negated ? " not like " : " like ";
    PrintAt(*like.pattern, kSumLevel, out);
  }
  void operator()(const Access& access) const {
    PrintAt(*access.operand, kPrimaryLevel, out);
    *out += '[';
    PrintExpr(*access.index, out);
    *out += ']';
  }
};

void PrintAt(const Expr& expression, Level needed, std::string* out) {
  const bool bare = std::visit(LevelOf{}, expression.node) >= needed;
  if (!bare) *out += '(';
  std::visit(ExprPrinter{out}, expression.node);
  if (!bare) *out += ')';
}

}  // namespace

void PrintExpr(const Expr& expression, std::string* out) { PrintAt(expression, kOrLevel, out); }

void PrintName(std::string_view name, std::string* out) {
  const bool plain = IsPlainName(name);
  if (!plain) *out += '`';
  *out += name;
  if (!plain) *out += '`';
}

void PrintString(std::string_view text, std::string* out) {
  bool control = false;
  for (const char c : text) control = control || static_cast<unsigned char>(c) < 0x20;
  const bool quote = text.find('"') != std::string_view::npos;
  const bool apostrophe = text.find('\'') != std::string_view::npos;
  const std::string_view marks = control || quote ? "\"\"\"" : apostrophe ? "\"" : "'";
  *out += marks;
  *out += text;
  *out += marks;
}

std::string_view UnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear:
      return "year";
    case TimeUnit::kMonth:
      return "month";
    case TimeUnit::kWeek:
      return "week";
    case TimeUnit::kDay:
      return "day";
    case TimeUnit::kHour:
      return "hour";
    case TimeUnit::kMinute:
      return "min";
    case TimeUnit::kSecond:
      return "sec";
    case TimeUnit::kMillisecond:
      return "millisec";
  }
  return "millisec";
}

void PrintTime(const TimeLiteral& time, std::string* out) {
  PrintList(time.parts, " ", out, [](const TimePart& part, std::string* to) {
    *to += std::to_string(part.count) + ' ';
    *to += UnitName(part.unit);
  });
}

void PrintCall(const Call& call, std::string* out) {
  if (!call.ns.text.empty()) {
    PrintName(call.ns.text, out);
    *out += ':';
  }
  PrintName(call.name.text, out);
  *out += call.star ? "(*" : "(";
  const bool event = call.ns.text.empty() && call.name.text == "eventTimestamp";
  PrintList(call.args, ", ", out, [event](const ExprPtr& argument, std::string* to) {
    const bool parentheses = event && LooksLikeEvent(*argument);
    if (parentheses) *to += '(';
    PrintExpr(*argument, to);
    if (parentheses) *to += ')';
  });
  *out += ')';
}

void PrintAttribute(const AttributeRef& attribute, std::string* out) {
  if (attribute.stream) {
    PrintStreamRef(*attribute.stream, out);
    *out += '.';
  }
  PrintName(attribute.name.text, out);
}

void PrintStreamName(const StreamName& stream, std::string* out) {
  if (stream.kind == StreamKind::kInner) *out += '#';
  if (stream.kind == StreamKind::kFault) *out += '!';
  PrintName(stream.name, out);
}

}  // namespace weir::ast
