// "Did you mean": the known word nearest to one the user wrote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::ast {

// The candidate with the fewest changed, missing, extra or swapped letters, case ignored; the
// first of several equals. Empty if none is near enough to be a misspelling: one change in a word
// of up to four letters, two in a longer one. Candidates should be in a fixed order.
std::string Suggest(std::string_view word, const std::vector<std::string>& candidates);

// `did you mean 'price'?`, or empty if nothing is near: ready for Diagnostic::help.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace weir::ast
