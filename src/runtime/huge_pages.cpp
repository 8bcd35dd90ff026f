#include "weir/huge_pages.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace weir {
namespace {

constexpr const char* kVariable = "GLIBC_TUNABLES";
constexpr const char* kTunable = "glibc.malloc.hugetlb";

std::vector<std::string> Arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

}  // namespace

void UseHugePages() {
  const char* value = std::getenv(kVariable);
  const std::string before = value == nullptr ? "" : value;
  if (before.find(kTunable) != std::string::npos) return;  // it is so, or somebody wants it else
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::vector<std::string> arguments = Arguments();
  if (error || arguments.empty()) return;
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const std::string after = (before.empty() ? "" : before + ":") + kTunable + "=1";
  setenv(kVariable, after.c_str(), 1);
  execv(program.c_str(), pointers.data());
  // It could not be: small pages do as well.
  if (value == nullptr) {
    unsetenv(kVariable);
  } else {
    setenv(kVariable, before.c_str(), 1);
  }
}

}  // namespace weir
