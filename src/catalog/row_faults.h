#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir {

// Rows for which an evaluation failed at run time, each with its first reason. Empty, and then
// without cost, as long as nothing fails.
class RowFaults {
 public:
  // Stands for every row of the chunk.
  static constexpr uint32_t kAllRows = UINT32_MAX;
  struct Fault {
    uint32_t row;  // physical
    std::string message;
  };

  void Raise(uint32_t row, std::string message) { faults_.push_back({row, std::move(message)}); }
  bool empty() const { return faults_.empty(); }
  void clear() { faults_.clear(); }

  // The first message for the row; null if it has not failed.
  const std::string* Find(uint32_t row) const {
    const auto found = std::find_if(faults_.begin(), faults_.end(), [row](const Fault& fault) {
      return fault.row == row || fault.row == kAllRows;
    });
    return found == faults_.end() ? nullptr : &found->message;
  }
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;  // in the order they were raised
};

}  // namespace weir
