// Any bytes as an app, a question and an expression. Nothing may crash, hang or throw; what is
// accepted must print to text that is accepted again and gives the same tree.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ast/diagnostic.h"
#include "ast/dump.h"
#include "ast/printer.h"
#include "parser/parser.h"

namespace {

const auto& Root(const weir::ast::App& app) { return app; }
const auto& Root(const weir::ast::OnDemandQuery& query) { return query; }
const auto& Root(const weir::ast::ExprPtr& expression) { return *expression; }

void Fail(std::string_view what, std::string_view text) {
  std::fprintf(stderr, "%.*s:\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(text.size()), text.data());
  std::abort();
}

template <class Parse>
void Check(std::string_view text, Parse parse) {
  const auto first = parse(text);
  for (const weir::ast::Diagnostic& diagnostic : first.diagnostics)
    weir::ast::RenderDiagnostic(diagnostic, "app", text);
  if (!first.ok()) {
    if (first.diagnostics.empty()) Fail("refused without a reason", text);
    return;
  }
  const std::string printed = weir::ast::Print(Root(*first.value));
  const auto second = parse(printed);
  if (!second.ok()) Fail("the printed text is refused", printed);
  if (weir::ast::Dump(Root(*first.value)) != weir::ast::Dump(Root(*second.value)))
    Fail("the printed text has another tree", printed);
  if (weir::ast::Print(Root(*second.value)) != printed)
    Fail("the printed text prints differently", printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  weir::ParseOptions options;
  options.variables = nullptr;
  Check(text, [&](std::string_view t) { return weir::ParseApp(t, options); });
  Check(text, [&](std::string_view t) { return weir::ParseOnDemandQuery(t, options); });
  Check(text, [&](std::string_view t) { return weir::ParseExpression(t, options); });
  return 0;
}
