#include "io/glob_paths.h"

#include <glob.h>

namespace weir {

bool IsGlob(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

std::vector<std::string> GlobPaths(const std::string& pattern) {
  if (!IsGlob(pattern)) return {pattern};
  glob_t found = {};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), GLOB_MARK, nullptr, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; ++i) {
      const std::string path = found.gl_pathv[i];
      if (path.back() != '/') paths.push_back(path);
    }
  }
  globfree(&found);
  return paths;
}

}  // namespace weir
