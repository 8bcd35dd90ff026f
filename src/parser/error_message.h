// The words of a syntax error, made from the names of grammar tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What the parser met where it could not go on.
struct SyntaxProblem {
  std::string_view token;             // name of the token in the grammar; empty at the end
  std::string_view text;              // as written
  std::vector<std::string> expected;  // names of the tokens that would have been right
};

// One line such as `unexpected 'fro', expected 'from', 'define', '@' or 'partition'`. At most five
// alternatives are named, the most telling first; tokens that belong together (types, operators,
// whatever begins an expression) are one alternative.
std::string DescribeProblem(const SyntaxProblem& problem);

// A hint what the writer may have meant, or empty.
std::string HelpForProblem(const SyntaxProblem& problem);

}  // namespace weir
