#include "bind/condition_binder.h"

#include <utility>
#include <vector>

#include "bind/expression_binder.h"
#include "exec/row_condition.h"
#include "parser/parser.h"

namespace weir {
namespace {

// The names of a condition, as columns of RowConditionSpec.
class ConditionScope final : public Scope {
 public:
  ConditionScope(const std::string& stream, const Schema& schema)
      : stream_(stream), schema_(schema), size_(static_cast<uint32_t>(schema.size())) {}

  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override {
    uint32_t offset = 0;
    if (ref.stream) {
      const std::string& name = ref.stream->stream.name;
      if (ref.stream->index || (name != "first" && name != "last" && name != stream_)) {
        context.Error(span, "unknown event '" + name + "'", "write 'first' or 'last'");
        return nullptr;
      }
      if (name == "first") offset = size_;
    }
    const auto at = schema_.Find(ref.name.text);
    if (!at) {
      std::vector<std::string> names;
      for (const Attribute& attribute : schema_.attributes()) names.push_back(attribute.name);
      context.UnknownName(span, "unknown attribute '" + ref.name.text + "'", ref.name.text, names);
      return nullptr;
    }
    const std::string name = (offset > 0 ? "first." : "") + ref.name.text;
    return MakeColumn(offset + *at, schema_[*at].type, name);
  }

  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef&, BindContext&) override {
    return std::nullopt;
  }

  // `eventTimestamp(first)`, `eventTimestamp(last)`.
  std::optional<ExprPtr> ResolveCall(const ast::Call& call) override {
    if (!call.ns.text.empty() || call.name.text != "eventTimestamp" || call.args.size() != 1) {
      return std::nullopt;
    }
    const auto* event = std::get_if<ast::AttributeRef>(&call.args[0]->node);
    if (event == nullptr || event->stream) return std::nullopt;
    const bool first = event->name.text == "first";
    if (!first && event->name.text != "last") return std::nullopt;
    return MakeColumn(2 * size_ + (first ? 0 : 1), Type::kLong,
                      "eventTimestamp(" + event->name.text + ")");
  }

 private:
  const std::string& stream_;
  const Schema& schema_;
  uint32_t size_;
};

class Compiler final : public ConditionCompiler {
 public:
  Compiler(const Registry& registry, std::vector<FunctionSpec> functions, std::string stream,
           SchemaPtr schema)
      : registry_(registry),
        functions_(std::move(functions)),
        stream_(std::move(stream)),
        schema_(std::move(schema)) {}

  Result<std::unique_ptr<WindowCondition>> Compile(std::string_view text) const override {
    // Data is never taken for variables, and a condition is a line, not an app.
    ParseOptions options;
    options.variables = nullptr;
    auto parsed = ParseExpression(text, options);
    if (!parsed.ok()) return Failed(text, parsed.diagnostics);
    std::vector<ast::Diagnostic> findings;
    BindContext context(registry_, &findings);
    context.set_functions(&functions_);
    ConditionScope scope(stream_, *schema_);
    std::vector<BoundAggregate> aggregates;
    ExpressionBinder binder(context, scope, &aggregates);
    const ExprPtr condition = binder.BindCondition(**parsed.value, "the condition of a window");
    if (condition == nullptr) return Failed(text, findings);
    return Build(text, condition, aggregates);
  }

 private:
  static Status Failed(std::string_view text, const std::vector<ast::Diagnostic>& findings) {
    const std::string message = findings.empty() ? "not an expression" : findings[0].message;
    return Status::Invalid("in '" + std::string(text) + "': " + message);
  }

  Result<std::unique_ptr<WindowCondition>> Build(
      std::string_view text, const ExprPtr& condition,
      const std::vector<BoundAggregate>& aggregates) const {
    const auto attributes = static_cast<uint32_t>(schema_->size());
    RowConditionSpec spec;
    spec.schema = schema_;
    for (const BoundAggregate& aggregate : aggregates) {
      std::vector<bool> read(2 * attributes + 2, false);
      for (const ExprPtr& argument : aggregate.arguments) CollectColumns(*argument, &read);
      for (size_t c = attributes; c < read.size(); ++c) {
        if (!read[c]) continue;
        return Status::Invalid("in '" + std::string(text) + "': " + aggregate.text +
                               " counts every event, so it cannot look at the first or last one");
      }
      spec.aggregates.push_back(
          {aggregate.arguments,
           aggregate.spec->make(ToArguments(aggregate.arguments), /*expires=*/true),
           aggregate.result});
    }
    std::vector<uint32_t> mapping(kAggregateBase + aggregates.size(), 0);
    for (uint32_t c = 0; c < 2 * attributes + 2; ++c) mapping[c] = c;
    for (uint32_t a = 0; a < aggregates.size(); ++a) {
      mapping[kAggregateBase + a] = 2 * attributes + 2 + a;
    }
    spec.condition = FoldConstants(RemapColumns(condition, mapping));
    return MakeRowCondition(std::move(spec));
  }

  const Registry& registry_;
  std::vector<FunctionSpec> functions_;
  std::string stream_;
  SchemaPtr schema_;
};

}  // namespace

std::shared_ptr<const ConditionCompiler> MakeConditionCompiler(const Registry& registry,
                                                               std::vector<FunctionSpec> functions,
                                                               std::string stream,
                                                               SchemaPtr schema) {
  return std::make_shared<Compiler>(registry, std::move(functions), std::move(stream),
                                    std::move(schema));
}

}  // namespace weir
