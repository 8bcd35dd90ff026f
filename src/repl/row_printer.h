// Rows as people or programs want to see them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/session.h"

namespace weir {

enum class RowMode { kTable, kJson, kCsv };

// The elements of a JSON array, or the values of a JSON object with their keys, as they are
// written; keys are empty for an array. Anything else has none.
std::vector<std::pair<std::string, std::string>> JsonElements(std::string_view json);

// Collects rows and gives their text. Rows of one output that follow each other make one table.
class RowPrinter {
 public:
  void set_mode(RowMode mode) { mode_ = mode; }
  RowMode mode() const { return mode_; }

  void Add(const OutputRow& row);
  // The answer to an on-demand query; false, with the reason, if it is an error.
  bool AddAnswer(std::string_view json, std::string* error);

  // The text of what was added since; ends with a line end unless it is empty.
  std::string Take();

 private:
  struct Table {
    std::string title;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  // as JSON
  };

  void AddRow(const std::string& title, std::vector<std::string> header,
              std::vector<std::string> row);

  RowMode mode_ = RowMode::kJson;
  std::string lines_;          // kJson
  std::vector<Table> tables_;  // the others
  std::string csv_header_;     // the last one written
};

}  // namespace weir
