// The pieces of text the printer is made of. Private to the printer. All append to `out`.
#pragma once

#include <string>
#include <string_view>

#include "ast/annotation.h"
#include "ast/expression.h"
#include "ast/input.h"
#include "ast/query.h"

namespace weir::ast {

// In backticks where it would be read as something else.
void PrintName(std::string_view name, std::string* out);
void PrintString(std::string_view text, std::string* out);
void PrintTime(const TimeLiteral& time, std::string* out);
void PrintExpr(const Expr& expression, std::string* out);
void PrintCall(const Call& call, std::string* out);
void PrintAttribute(const AttributeRef& attribute, std::string* out);
void PrintStreamName(const StreamName& stream, std::string* out);
void PrintStream(const SingleStream& stream, std::string* out);
void PrintState(const StateInput& input, std::string* out);
void PrintAnnotation(const Annotation& annotation, std::string* out);
void PrintEventType(EventType type, std::string* out);
std::string_view UnitName(TimeUnit unit);

// `select ...` and `group by ...`, each on its line behind `indent`.
void PrintSelection(const Selection& selection, std::string_view indent, std::string* out);

// With its annotations, without a final ';'.
void PrintQuery(const Query& query, std::string_view indent, std::string* out);

// The items with `separator` between them, each printed by `print(item, out)`.
template <class Items, class PrintItem>
void PrintList(const Items& items, std::string_view separator, std::string* out, PrintItem print) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) *out += separator;
    first = false;
    print(item, out);
  }
}

}  // namespace weir::ast
