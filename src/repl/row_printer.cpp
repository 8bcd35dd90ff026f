#include "repl/row_printer.h"

#include <algorithm>

namespace weir {
namespace {

// Behind the text, list or word that begins at `at`.
size_t EndOfValue(std::string_view json, size_t at) {
  size_t depth = 0;
  bool in_text = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (depth == 0 && (c == ',' || c == ':' || c == ']' || c == '}')) {
      return at;
    }
  }
  return at;
}

bool IsText(std::string_view json) { return json.size() >= 2 && json[0] == '"'; }

// A JSON text as it is meant, but for control characters, which stay escaped.
std::string Plain(std::string_view json) {
  if (!IsText(json)) return std::string(json);
  std::string text;
  for (size_t i = 1; i + 1 < json.size(); ++i) {
    const bool is_escaped = json[i] == '\\' && (json[i + 1] == '"' || json[i + 1] == '\\');
    text += json[is_escaped ? ++i : i];
  }
  return text;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string CsvCell(std::string_view json) {
  if (json == "null") return "";
  const std::string text = Plain(json);
  if (!IsText(json) && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

template <class Cell>
std::string CsvLine(const std::vector<std::string>& row, Cell cell) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : ",") + cell(row[i]);
  return line + "\n";
}

bool IsNumber(std::string_view json) {
  return !json.empty() && (json[0] == '-' || (json[0] >= '0' && json[0] <= '9'));
}

void AppendCell(std::string_view text, size_t width, bool right, bool last, std::string* line) {
  const std::string pad(width - Characters(text), ' ');
  if (right) *line += pad;
  *line += text;
  if (!right && !last) *line += pad;
}

// Numbers stand right, and so does a column's name if all that is in it are numbers.
std::string TableText(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<bool> right(header.size(), true);
  for (const std::string& name : header) widths.push_back(Characters(name));
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < header.size() && i < row.size(); ++i) {
      widths[i] = std::max(widths[i], Characters(Plain(row[i])));
      right[i] = right[i] && (IsNumber(row[i]) || row[i] == "null");
    }
  }
  std::string text;
  const auto append = [&](const std::vector<std::string>& cells, bool plain) {
    for (size_t i = 0; i < cells.size() && i < header.size(); ++i) {
      text += i == 0 ? " " : " | ";
      AppendCell(plain ? Plain(cells[i]) : cells[i], widths[i], right[i], i + 1 == cells.size(),
                 &text);
    }
    text += "\n";
  };
  append(header, false);
  for (size_t i = 0; i < widths.size(); ++i) {
    text += (i == 0 ? "" : "+") + std::string(widths[i] + 2, '-');
  }
  text += "\n";
  for (const std::vector<std::string>& row : rows) append(row, true);
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> JsonElements(std::string_view json) {
  std::vector<std::pair<std::string, std::string>> elements;
  const bool is_object = !json.empty() && json[0] == '{';
  if (!is_object && (json.empty() || json[0] != '[')) return elements;
  size_t at = 1;
  const auto skip_spaces = [&] {
    while (at < json.size() && (json[at] == ' ' || json[at] == ',' || json[at] == ':')) ++at;
  };
  for (skip_spaces(); at < json.size() && json[at] != ']' && json[at] != '}'; skip_spaces()) {
    std::string key;
    if (is_object) {
      const size_t end = EndOfValue(json, at);
      key = Plain(json.substr(at, end - at));
      at = end;
      skip_spaces();
    }
    const size_t end = EndOfValue(json, at);
    elements.emplace_back(std::move(key), std::string(json.substr(at, end - at)));
    at = end;
  }
  return elements;
}

void RowPrinter::Add(const OutputRow& row) {
  const std::string name(row.name);
  if (mode_ == RowMode::kJson) {
    lines_ += "{\"stream\":\"" + name + "\",\"timestamp\":" + std::to_string(row.timestamp) +
              ",\"event\":" + std::string(row.event) + "}\n";
    return;
  }
  std::vector<std::string> header = {"timestamp"};
  std::vector<std::string> cells = {std::to_string(row.timestamp)};
  for (auto& [key, value] : JsonElements(row.event)) {
    header.push_back(std::move(key));
    cells.push_back(std::move(value));
  }
  AddRow(name, std::move(header), std::move(cells));
}

bool RowPrinter::AddAnswer(std::string_view json, std::string* error) {
  for (const auto& [key, value] : JsonElements(json)) {
    if (key == "error") {
      *error = Plain(value);
      return false;
    }
    if (key != "rows" || mode_ == RowMode::kJson) continue;
    for (const auto& row : JsonElements(value)) {
      std::vector<std::string> header, cells;
      for (auto& [name, cell] : JsonElements(row.second)) {
        header.push_back(name);
        cells.push_back(cell);
      }
      AddRow("", std::move(header), std::move(cells));
    }
  }
  if (mode_ == RowMode::kJson) lines_ += std::string(json) + "\n";
  return true;
}

void RowPrinter::AddRow(const std::string& title, std::vector<std::string> header,
                        std::vector<std::string> row) {
  if (tables_.empty() || tables_.back().title != title || tables_.back().header != header) {
    tables_.push_back({title, std::move(header), {}});
  }
  tables_.back().rows.push_back(std::move(row));
}

std::string RowPrinter::Take() {
  std::string text = std::move(lines_);
  lines_.clear();
  for (const Table& table : tables_) {
    if (mode_ == RowMode::kTable) {
      if (!table.title.empty()) text += table.title + "\n";
      text += TableText(table.header, table.rows);
      continue;
    }
    const bool has_title = !table.title.empty();
    const std::string begin = has_title ? "stream," : "";
    const std::string header =
        begin + CsvLine(table.header, [](const std::string& name) { return name; });
    if (header != csv_header_ || !has_title) text += header;
    csv_header_ = header;
    for (const std::vector<std::string>& row : table.rows) {
      text += (has_title ? table.title + "," : "") + CsvLine(row, CsvCell);
    }
  }
  tables_.clear();
  return text;
}

}  // namespace weir
