#include "ast/dump.h"

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::ast {

namespace {

// Writes every member of every node in declaration order, spans left out. An enum is written as
// its number, what is not there as `_`, and a text with its length so that it needs no quoting.
class Dumper {
 public:
  std::string Take() { return std::move(out_); }

  // --- values and containers
  void operator()(bool value) { Word(value ? "true" : "false"); }
  void operator()(int32_t value) { Word(std::to_string(value)); }
  void operator()(int64_t value) { Word(std::to_string(value) + 'L'); }
  void operator()(float value) { Floating(value, 'f'); }
  void operator()(double value) { Floating(value, 'd'); }
  void operator()(const std::string& text) { Word(std::to_string(text.size()) + ':' + text); }
  void operator()(Null) { Word("null"); }

  template <class T>
  requires std::is_enum_v<T>
  void operator()(T value) { Word(std::to_string(static_cast<int>(value))); }
  template <class T>
  void operator()(const std::optional<T>& value) {
    if (value)
      (*this)(*value);
    else
      Word("_");
  }
  template <class T>
  void operator()(const std::unique_ptr<T>& value) {
    if (value != nullptr)
      (*this)(*value);
    else
      Word("_");
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    Open("[");
    for (const T& value : values) (*this)(value);
    out_ += ']';
  }
  template <class... T>
  void operator()(const std::variant<T...>& value) {
    std::visit(*this, value);
  }

  // --- expressions
  void operator()(const Name& name) { (*this)(name.text); }
  void operator()(const TimePart& part) { Node("part", part.count, part.unit); }
  void operator()(const TimeLiteral& time) { Node("time", time.milliseconds, time.parts); }
  void operator()(const Literal& literal) { Node("literal", literal.value); }
  void operator()(const StreamName& name) { Node("stream-name", name.kind, name.name); }
  void operator()(const EventIndex& index) { Node("index", index.from_last, index.offset); }
  void operator()(const StreamRef& ref) { Node("stream-ref", ref.stream, ref.index); }
  void operator()(const AttributeRef& ref) { Node("attribute", ref.stream, ref.name); }
  void operator()(const Unary& unary) { Node("unary", unary.op, unary.operand); }
  void operator()(const Binary& binary) { Node("binary", binary.op, binary.left, binary.right); }
  void operator()(const Logical& logical) { Node("logical", logical.op, logical.operands); }
  void operator()(const IsNull& test) { Node("is-null", test.operand, test.negated); }
  void operator()(const InTable& in) { Node("in-table", in.condition, in.table); }
  void operator()(const Call& call) { Node("call", call.ns, call.name, call.args, call.star); }
  void operator()(const CaseBranch& branch) { Node("when", branch.when, branch.then); }
  void operator()(const Case& choice) {
    Node("case", choice.operand, choice.branches, choice.otherwise);
  }
  void operator()(const Between& b) { Node("between", b.operand, b.low, b.high, b.negated); }
  void operator()(const InList& in) { Node("in-list", in.operand, in.items, in.negated); }
  void operator()(const Like& like) { Node("like", like.operand, like.pattern, like.negated); }
  void operator()(const Access& access) { Node("access", access.operand, access.index); }
  void operator()(const Expr& expression) { (*this)(expression.node); }

  // --- annotations
  void operator()(const AnnotationElement& element) { Node("=", element.key, element.value); }
  void operator()(const Annotation& a) { Node("annotation", a.name, a.elements, a.nested); }

  // --- inputs
  void operator()(const Filter& filter) { Node("filter", filter.condition); }
  void operator()(const StreamFunction& function) { Node("function", function.call); }
  void operator()(const WindowHandler& window) { Node("window", window.call); }
  void operator()(const StreamHandler& handler) { (*this)(handler.node); }
  void operator()(const SingleStream& s) { Node("stream", s.source, s.handlers, s.alias); }
  void operator()(const JoinSide& side) { Node("side", side.stream, side.unidirectional); }
  void operator()(const JoinInput& join) {
    Node("join", join.left, join.type, join.right, join.on, join.within_begin, join.within_end,
         join.per);
  }
  void operator()(const StateStream& state) { Node("state", state.ref, state.stream); }
  void operator()(const StateCount& count) { Node("count", count.child, count.min, count.max); }
  void operator()(const StateAbsent& absent) { Node("absent", absent.stream, absent.duration); }
  void operator()(const StateLogical& logical) { Node("logical", logical.op, logical.operands); }
  void operator()(const StateEvery& every) { Node("every", every.child); }
  void operator()(const StateNext& next) { Node("next", next.steps); }
  void operator()(const StateNode& node) { (*this)(node.node); }
  void operator()(const StateInput& s) { Node("state-input", s.kind, s.root, s.within); }
  void operator()(const AnonymousInput& input) { Node("anonymous", input.query); }

  // --- queries
  void operator()(const SelectItem& item) { Node("as", item.value, item.alias); }
  void operator()(const OrderKey& key) { Node("key", key.value, key.descending); }
  void operator()(const Selection& s) {
    Node("select", s.distinct, s.star, s.items, s.group_by, s.having, s.order_by, s.limit,
         s.offset);
  }
  void operator()(const OutputRate& rate) { Node("rate", rate.kind, rate.every); }
  void operator()(const InsertInto& insert) { Node("insert", insert.target, insert.events); }
  void operator()(const SetAssignment& set) { Node("set", set.target, set.value); }
  void operator()(const DeleteFrom& d) { Node("delete", d.target, d.events, d.on); }
  void operator()(const UpdateTable& update) {
    Node("update", update.target, update.or_insert, update.events, update.set, update.on);
  }
  void operator()(const ReturnRows& rows) { Node("return", rows.events); }
  void operator()(const OutputAction& action) { (*this)(action.node); }
  void operator()(const Query& query) {
    Node("query", query.annotations, query.input, query.selection, query.rate, query.output);
  }
  void operator()(const ValueKey& key) { Node("value", key.value); }
  void operator()(const LabelledRange& range) { Node("range", range.condition, range.label); }
  void operator()(const RangeKey& key) { Node("ranges", key.ranges); }
  void operator()(const PartitionKey& key) { Node("key", key.node, key.stream); }
  void operator()(const Partition& partition) {
    Node("partition", partition.annotations, partition.keys, partition.queries);
  }
  void operator()(const StoreInput& input) {
    Node("store", input.source, input.alias, input.on, input.within_begin, input.within_end,
         input.per);
  }
  void operator()(const OnDemandQuery& query) {
    Node("on-demand", query.input, query.selection, query.action);
  }

  // --- definitions
  void operator()(const AttributeDefinition& attribute) {
    Node("attribute", attribute.name, attribute.type);
  }
  void operator()(const StreamDefinition& d) {
    Node("define-stream", d.annotations, d.name, d.attributes);
  }
  void operator()(const TableDefinition& d) {
    Node("define-table", d.annotations, d.name, d.attributes);
  }
  void operator()(const WindowDefinition& d) {
    Node("define-window", d.annotations, d.name, d.attributes, d.window, d.output);
  }
  void operator()(const TriggerDefinition& d) {
    Node("define-trigger", d.annotations, d.name, d.at);
  }
  void operator()(const FunctionDefinition& d) {
    Node("define-function", d.annotations, d.name, d.language, d.return_type, d.body);
  }
  void operator()(const AggregationDefinition& d) {
    Node("define-aggregation", d.annotations, d.name, d.input, d.selection, d.by, d.durations,
         d.is_range);
  }
  void operator()(const App& app) { Node("app", app.annotations, app.elements); }

 private:
  template <class... Members>
  void Node(std::string_view name, const Members&... members) {
    Open("(");
    out_ += name;
    ((*this)(members), ...);
    out_ += ')';
  }

  void Open(std::string_view bracket) {
    if (!out_.empty() && out_.back() != '[') out_ += ' ';
    out_ += bracket;
  }

  void Word(std::string_view word) {
    Open("");
    out_ += word;
  }

  template <class Float>
  void Floating(Float value, char suffix) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
    Word(std::string(buffer, end) + suffix);
  }

  std::string out_;
};

template <class Node>
std::string DumpNode(const Node& node) {
  Dumper dumper;
  dumper(node);
  return dumper.Take();
}

}  // namespace

std::string Dump(const App& app) { return DumpNode(app); }
std::string Dump(const Query& query) { return DumpNode(query); }
std::string Dump(const OnDemandQuery& query) { return DumpNode(query); }
std::string Dump(const Expr& expression) { return DumpNode(expression); }

}  // namespace weir::ast
