#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What was typed before, oldest first; kept in a file.
class History {
 public:
  static constexpr size_t kEntriesMax = 1000;

  // An entry that is empty or the same as the last is not taken.
  void Add(std::string_view entry);
  const std::vector<std::string>& entries() const { return entries_; }

  // One entry a line; line ends and backslashes within are escaped.
  std::string Write() const;
  void Read(std::string_view text);

 private:
  std::vector<std::string> entries_;
};

}  // namespace weir
