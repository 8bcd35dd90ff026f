// `#name(args)` in a stream, where name is not a window.
#include "bind/query_binder.h"

namespace weir {
namespace {

std::string FullName(const ast::Call& call) {
  return call.ns.text.empty() ? call.name.text : call.ns.text + ":" + call.name.text;
}

std::string CallText(const std::string& name, const std::vector<ExprPtr>& arguments) {
  std::string text = name + "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    text += (i > 0 ? ", " : "") + arguments[i]->Describe();
  }
  return text + ")";
}

void ReportUnknown(const ast::Call& call, const std::string& name, const ast::Span& span,
                   BindContext& context) {
  std::vector<std::string> names;
  for (const StreamFunctionSpec& known : context.registry().stream_functions()) {
    names.push_back(known.name);
  }
  for (const WindowSpec& known : context.registry().windows()) names.push_back(known.name);
  if (!call.ns.text.empty() && NearestName(name, names).empty()) {
    context.NotSupported(span, "stream function #" + name);  // of an extension, it seems
  } else {
    context.UnknownName(call.name.span, "unknown stream function '#" + name + "'", name, names);
  }
}

}  // namespace

bool NamesWindow(const ast::Call& call, const Registry& registry) {
  const std::string ns = call.ns.text.empty() ? "" : call.ns.text + ":";
  return registry.FindWindow(ns + call.name.text) != nullptr;
}

std::optional<BoundStreamFunctionCall> BindFunctionCall(const ast::StreamFunction& function,
                                                        const ast::Span& span, RowScope& scope,
                                                        BindContext& context) {
  const ast::Call& call = function.call;
  const std::string name = FullName(call);
  BoundStreamFunctionCall bound;
  bound.spec = context.registry().FindStreamFunction(name);
  if (bound.spec == nullptr) {
    ReportUnknown(call, name, span, context);
    return std::nullopt;
  }
  ExpressionBinder binder(context, scope);
  if (call.star) bound.arguments = scope.Everything();
  for (const ast::ExprPtr& arg : call.args) {
    ExprPtr argument = binder.Bind(*arg);
    if (argument == nullptr) return std::nullopt;
    bound.arguments.push_back(FoldConstants(argument));
  }
  const std::vector<Argument> arguments = ToArguments(bound.arguments);
  const auto overload = MatchOverload(name, bound.spec->overloads, arguments);
  if (!overload.ok()) {
    context.Error(span, overload.status().message());
    return std::nullopt;
  }
  auto made = bound.spec->bind(arguments, overload.value());
  if (!made.ok()) {
    context.Error(span, made.status().message());
    return std::nullopt;
  }
  bound.function = std::move(made).value();
  const SchemaPtr& schema = scope.sources().front().schema;
  for (const Attribute& attribute : bound.function.appended) {
    if (!schema->Find(attribute.name)) continue;
    context.Error(span, name + " appends an attribute '" + attribute.name +
                            "', but the stream has one of that name");
    return std::nullopt;
  }
  bound.place = {context.app_name(), schema};
  bound.text = CallText(name, bound.arguments);
  return bound;
}

bool QueryBinder::BindStreamFunction(const ast::StreamFunction& function, const ast::Span& span,
                                     RowScope& scope, BoundStreamInput* input) {
  auto bound = BindFunctionCall(function, span, scope, context_);
  if (!bound) return false;
  std::vector<Attribute> attributes = input->schema->attributes();
  for (const Attribute& attribute : bound->function.appended) attributes.push_back(attribute);
  bound->after_window = input->window.has_value();
  bound->filters_ahead =
      bound->after_window ? input->filters_after.size() : input->filters_before.size();
  input->functions.push_back(std::move(*bound));
  input->schema = std::make_shared<const Schema>(std::move(attributes));
  ScopeSource source = scope.sources().front();
  source.schema = input->schema;
  scope = RowScope({std::move(source)});
  return true;
}

namespace {

class RowTime final : public StreamFunction {
 public:
  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    out.appended(0).Append(int64_t{row.timestamp()});
    out.Emit();
  }
};

const StreamFunctionSpec& RowTimeSpec() {
  static const StreamFunctionSpec spec = [] {
    StreamFunctionSpec made{};
    made.name = "eventTimestamp";
    made.one_to_one = true;
    return made;
  }();
  return spec;
}

}  // namespace

// Windows keep it with the row, which expires under another timestamp.
void AppendTimestamp(BoundStreamInput* input) {
  BoundStreamFunctionCall call;
  call.spec = &RowTimeSpec();
  call.function.appended = {{"", Type::kLong}};
  call.function.make = [](const StreamFunctionPlace&) { return std::make_unique<RowTime>(); };
  call.place.schema = input->schema;
  call.text = "eventTimestamp()";
  std::vector<Attribute> attributes = input->schema->attributes();
  input->time = static_cast<uint32_t>(attributes.size());
  attributes.push_back({"", Type::kLong});
  input->schema = std::make_shared<const Schema>(std::move(attributes));
  input->functions.push_back(std::move(call));
}

// What a join looks for among the rows of a side must be the rows themselves.
bool QueryBinder::CheckJoinFunctions(const ast::SingleStream& stream,
                                     const BoundStreamInput& input) {
  const bool found_rows = streams_.at(input.stream).named_window.has_value();
  for (const BoundStreamFunctionCall& call : input.functions) {
    if (!found_rows && (call.spec->one_to_one || !call.after_window)) continue;
    context_.NotSupported(
        stream.span, "#" + std::string(call.spec->name) + " behind the window of a side of a join");
    return false;
  }
  return true;
}

}  // namespace weir
