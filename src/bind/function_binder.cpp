#include "bind/function_binder.h"

#include <algorithm>

#include "ast/utf8.h"
#include "base/same_text.h"
#include "bind/table_binder.h"
#include "script/script_function.h"
#include "time/duration.h"

namespace weir {
namespace {

// Where the problem stands in the app: the body begins behind the opening brace.
ast::Span PlaceOf(const ScriptProblem& problem, const ast::FunctionDefinition& definition) {
  ast::Span span = definition.body_span;
  if (problem.line == 0) return span;
  const std::string& body = definition.body;
  size_t at = 0;
  for (uint32_t line = 1; line < problem.line && at < body.size(); ++at) {
    if (body[at] == '\n') ++line;
  }
  span.line += problem.line - 1;
  span.column = problem.column + (problem.line == 1 ? span.column + 1 : 1);
  for (uint32_t c = 0; c < problem.column && at < body.size(); ++c) {
    at += ast::DecodeChar(body, at).length;
  }
  span.begin = std::min(span.begin + 1 + static_cast<uint32_t>(at), span.end - 1);
  span.end = std::min(span.begin + 1, span.end);
  return span;
}

}  // namespace

void DefineFunction(const ast::FunctionDefinition& definition, BindContext& context,
                    std::vector<FunctionSpec>* functions) {
  const std::string& name = definition.name.text;
  const ast::Name& language = definition.language;
  if (context.FindOwnFunction(name) != nullptr) {
    context.Error(definition.name.span, "function '" + name + "' is defined twice");
    return;
  }
  std::shared_ptr<const Script> script;
  if (!SameText(language.text, "javascript")) {
    context.Error(language.span, "functions in '" + language.text + "' do not exist here",
                  "write the function in [javascript]");
  } else if (!Script::Available()) {
    context.Error(language.span,
                  "this weir was built without SpiderMonkey, so it runs no functions in JavaScript",
                  "install libmozjs-102-dev and build again");
  } else {
    ScriptProblem problem;
    script = Script::Compile(name, definition.body, &problem);
    if (script == nullptr) {
      context.Error(PlaceOf(problem, definition), "in function '" + name + "': " + problem.message);
    }
  }
  // Also after an error, so that its calls are not errors as well.
  if (script == nullptr) script = std::make_shared<const Script>(name, "");
  functions->push_back(MakeScriptFunction(std::move(script), ToType(definition.return_type)));
}

}  // namespace weir
