#pragma once

#include <string>
#include <vector>

namespace weir {

// The files that a pattern with *, ? and [ ] stands for, sorted by name; a path without these
// characters stands for itself, whether it is there or not.
std::vector<std::string> GlobPaths(const std::string& pattern);
bool IsGlob(const std::string& pattern);

}  // namespace weir
