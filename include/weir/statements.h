// The text of an app as an editor sees it: its words, and where one statement ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/app.h"

namespace weir {

enum class TokenKind { kKeyword, kName, kNumber, kString, kComment, kSymbol, kUnclosed };

// A word or sign, or a comment. kUnclosed is a text, comment or script without its end.
struct TextToken {
  size_t begin;  // bytes of the text
  size_t end;
  TokenKind kind;
};

// The words of any text, also one that is no app; nothing is reported. In order; only white space
// is between them. Text that is not UTF-8 has none.
std::vector<TextToken> TokensOf(std::string_view text);

// The keywords of the language, in lower case.
std::vector<std::string> Keywords();

enum class StatementKind {
  kAppAnnotation,  // `@app:name('fraud')`
  kDefinition,     // `define ...;`
  kQuery,          // `from ... insert into ...;`
  kPartition,      // `partition with (...) begin ... end;`
  kQuestion,       // an on-demand query, as `from T select *;`
};

struct Statement {
  StatementKind kind = StatementKind::kQuery;
  size_t begin = 0;                  // bytes of the text, without comments around it
  size_t end = 0;                    // behind its `;`
  bool is_complete = false;          // it has its `;`, or needs none
  std::string name;                  // of what is defined, or by `@info(name = '...')`
  std::vector<std::string> targets;  // streams, tables and windows that its queries write
};

// Cuts a text behind each `;` that ends a statement: not one in a text, a comment, a script or
// between `begin` and `end`. The last statement may lack its end. Errors of other kinds are left to
// CompileApp.
std::vector<Statement> StatementsOf(std::string_view text);

// True if every statement of the text has its end and no text or comment is left open.
bool IsStatementComplete(std::string_view text);

// What is wrong with an on-demand query of the app, without answering it; none: it can be answered.
// The query may have white space before it, so that its places are those of a longer text, of which
// `file_name` is told. It has no `;` at its end.
std::vector<AppDiagnostic> FaultsOfQuery(const App& app, std::string_view query,
                                         const std::string& file_name);

}  // namespace weir
