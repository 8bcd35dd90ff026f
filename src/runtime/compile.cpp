#include <algorithm>

#include "ast/printer.h"
#include "bind/binder.h"
#include "bind/lint.h"
#include "bind/on_demand_binder.h"
#include "catalog/registry.h"
#include "library/builtins.h"
#include "parser/parser.h"
#include "runtime/app_impl.h"
#include "weir/statements.h"

namespace weir {
namespace {

constexpr std::string_view kNotSupported = "not supported yet: ";

AppDiagnostic ToPublic(const ast::Diagnostic& diagnostic, DiagnosticKind kind,
                       const std::string& file_name, std::string_view text) {
  AppDiagnostic result;
  result.is_error = diagnostic.severity == ast::Severity::kError;
  result.kind = kind;
  if (diagnostic.message.substr(0, kNotSupported.size()) == kNotSupported) {
    result.kind = DiagnosticKind::kNotSupported;
  }
  result.line = diagnostic.span.line;
  result.column = diagnostic.span.column;
  result.message = diagnostic.message;
  result.help = diagnostic.help;
  result.rendered = ast::RenderDiagnostic(diagnostic, file_name, text);
  return result;
}

ast::AttributeType ToAst(Type type) {
  switch (type) {
    case Type::kBool:
      return ast::AttributeType::kBool;
    case Type::kInt:
      return ast::AttributeType::kInt;
    case Type::kLong:
      return ast::AttributeType::kLong;
    case Type::kFloat:
      return ast::AttributeType::kFloat;
    case Type::kDouble:
      return ast::AttributeType::kDouble;
    case Type::kString:
      return ast::AttributeType::kString;
    case Type::kObject:
      return ast::AttributeType::kObject;
  }
  __builtin_unreachable();
}

bool Defines(const ast::App& app, const std::string& stream) {
  return std::any_of(app.elements.begin(), app.elements.end(), [&](const ast::Element& element) {
    const auto* definition = std::get_if<ast::StreamDefinition>(&element);
    return definition != nullptr && definition->name.text == stream;
  });
}

// Puts the definitions of streams that are not in the text in front of the others.
bool AddStreams(const std::vector<StreamShape>& streams, ast::App* app, std::string* error) {
  std::vector<ast::Element> added;
  for (const StreamShape& shape : streams) {
    if (Defines(*app, shape.name)) continue;
    ast::StreamDefinition definition;
    definition.name.text = shape.name;
    for (const StreamShape::Attribute& attribute : shape.attributes) {
      const std::optional<Type> type = TypeFromName(attribute.type);
      if (!type) {
        *error = "unknown type '" + attribute.type + "' of attribute '" + attribute.name + "'";
        return false;
      }
      definition.attributes.push_back({{}, {attribute.name, {}}, ToAst(*type)});
    }
    added.push_back(std::move(definition));
  }
  std::move(app->elements.begin(), app->elements.end(), std::back_inserter(added));
  app->elements = std::move(added);
  return true;
}

// A fault of the options, not of the text.
void AddUsageError(const std::string& message, const std::string& help,
                   std::vector<AppDiagnostic>* found) {
  AppDiagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::kUsage;
  diagnostic.message = message;
  diagnostic.help = help;
  diagnostic.rendered = "error: " + message + "\n";
  if (!help.empty()) diagnostic.rendered += "help: " + help + "\n";
  found->push_back(std::move(diagnostic));
}

std::string NearHelp(const std::string& near) {
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

// `--time STREAM=ATTR` must name a long attribute.
void CheckTime(const BoundApp& app, const TimeAttribute& time, std::vector<AppDiagnostic>* found) {
  const BoundStream* stream = app.FindStream(time.stream);
  const std::string option = "--time " + time.stream + "=" + time.attribute + ": ";
  if (stream == nullptr) {
    std::vector<std::string> names;
    for (const BoundStream& one : app.streams) names.push_back(one.name);
    AddUsageError(option + "no stream '" + time.stream + "'",
                  NearHelp(NearestName(time.stream, names)), found);
    return;
  }
  const std::optional<uint32_t> at = stream->schema->Find(time.attribute);
  if (at && (*stream->schema)[*at].type == Type::kLong) return;
  if (at) {
    AddUsageError(option + "the attribute is not a long", "", found);
    return;
  }
  std::vector<std::string> names;
  for (const Attribute& one : stream->schema->attributes()) names.push_back(one.name);
  AddUsageError(option + "no attribute '" + time.attribute + "'",
                NearHelp(NearestName(time.attribute, names)), found);
}

void AddDiagnostics(const std::vector<ast::Diagnostic>& diagnostics, DiagnosticKind kind,
                    const std::string& file_name, std::string_view text,
                    std::vector<AppDiagnostic>* found) {
  for (const ast::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == ast::Severity::kNote) continue;
    found->push_back(ToPublic(diagnostic, kind, file_name, text));
  }
}

}  // namespace

std::vector<AppDiagnostic> FaultsOfQuery(const App& app, std::string_view query,
                                         const std::string& file_name) {
  std::vector<AppDiagnostic> found;
  auto parsed = ParseOnDemandQuery(query);
  auto kind = DiagnosticKind::kSyntax;
  if (parsed.ok()) {
    kind = DiagnosticKind::kBinding;
    BindOnDemand(std::move(*parsed.value), app.impl().bound, BuiltinRegistry(),
                 &parsed.diagnostics);
  }
  AddDiagnostics(parsed.diagnostics, kind, file_name, query, &found);
  std::erase_if(found, [](const AppDiagnostic& one) { return !one.is_error; });
  return found;
}

CompileResult CompileApp(std::string_view text, const CompileOptions& options) {
  CompileResult result;
  auto impl = std::make_shared<App::Impl>();
  impl->text = text;
  impl->options = options;
  ParseResult parsed = ParseApp(impl->text);
  AddDiagnostics(parsed.diagnostics, DiagnosticKind::kSyntax, options.file_name, impl->text,
                 &result.diagnostics);
  if (parsed.ok() && options.print_parse) {
    impl->text = ast::Print(*parsed.value);
    ParseOptions again;
    again.variables = nullptr;
    parsed = ParseApp(impl->text, again);
    AddDiagnostics(parsed.diagnostics, DiagnosticKind::kSyntax, options.file_name + " (printed)",
                   impl->text, &result.diagnostics);
  }
  if (!parsed.ok()) return result;
  impl->ast = std::move(*parsed.value);
  std::string error;
  if (!AddStreams(options.streams, &impl->ast, &error)) {
    AddUsageError(error, "", &result.diagnostics);
    return result;
  }
  BindResult bound =
      BindApp(impl->ast, BuiltinRegistry(), BuiltinTransports(), options.tables_on_disk);
  AddDiagnostics(bound.diagnostics, DiagnosticKind::kBinding, options.file_name, impl->text,
                 &result.diagnostics);
  if (!bound.app) return result;
  impl->bound = std::move(*bound.app);
  if (options.lint) {
    AddDiagnostics(LintApp(impl->ast, impl->bound), DiagnosticKind::kLint, options.file_name,
                   impl->text, &result.diagnostics);
    std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                     [](const AppDiagnostic& a, const AppDiagnostic& b) {
                       return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                     });
  }
  const size_t found = result.diagnostics.size();
  for (const TimeAttribute& time : options.time) {
    CheckTime(impl->bound, time, &result.diagnostics);
  }
  if (result.diagnostics.size() > found) return result;
  result.app = std::make_shared<const App>(impl);
  return result;
}

}  // namespace weir
