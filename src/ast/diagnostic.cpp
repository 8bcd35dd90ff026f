#include "ast/diagnostic.h"

#include <algorithm>

#include "ast/utf8.h"

namespace weir::ast {

namespace {

constexpr size_t kLineCharsMax = 120;
constexpr std::string_view kCut = "...";

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

// One character of the source line as it is shown.
struct Cell {
  std::string bytes;
  int width = 1;
  bool tab = false;
  bool bad = false;  // not a character that can be shown
};

// The source line around a span, as cells; the marked ones are [mark_begin, mark_end).
struct MarkedLine {
  std::vector<Cell> cells;
  size_t mark_begin = 0;
  size_t mark_end = 0;
};

Cell MakeCell(std::string_view line, size_t at, const DecodedChar& c) {
  if (c.code == '\t') return {"\t", 1, true};
  if (!c.valid || c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0)) return {"?", 1, false, true};
  return {std::string(line.substr(at, c.length)), DisplayWidth(c.code), false};
}

MarkedLine TakeLine(const Span& span, std::string_view text) {
  const size_t begin = std::min<size_t>(span.begin, text.size());
  const size_t before = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const size_t line_begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = text.substr(line_begin, text.find('\n', begin) - line_begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line_begin == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  const size_t offset = static_cast<size_t>(line.data() - text.data());

  MarkedLine result;
  size_t at = 0;
  while (at < line.size()) {
    if (offset + at <= span.begin) result.mark_begin = result.cells.size();
    if (offset + at < span.end) result.mark_end = result.cells.size() + 1;
    const DecodedChar c = DecodeChar(line, at);
    result.cells.push_back(MakeCell(line, at, c));
    at += c.length;
  }
  if (span.begin >= offset + line.size()) result.mark_begin = result.cells.size();
  result.mark_end = std::max(result.mark_end, result.mark_begin + 1);
  return result;
}

// True for a line of something that is not text: showing it helps nobody.
bool IsGarbage(const MarkedLine& line) {
  const auto bad = std::count_if(line.cells.begin(), line.cells.end(),
                                 [](const Cell& cell) { return cell.bad; });
  return bad > 4 && static_cast<size_t>(bad) * 4 > line.cells.size();
}

// Puts the line and its caret line behind `out`, at most kLineCharsMax cells of them.
void AppendLine(const MarkedLine& line, std::string* out) {
  size_t first = 0;
  size_t last = line.cells.size();
  if (last > kLineCharsMax) {
    if (line.mark_begin > kLineCharsMax / 2) first = line.mark_begin - kLineCharsMax / 2;
    last = std::min(last, first + kLineCharsMax);
  }
  std::string carets;
  if (first > 0) {
    *out += kCut;
    carets.append(kCut.size(), ' ');
  }
  for (size_t i = first; i < last; ++i) {
    const Cell& cell = line.cells[i];
    *out += cell.bytes;
    if (i < line.mark_begin) {
      carets.append(cell.tab ? 1 : static_cast<size_t>(cell.width), cell.tab ? '\t' : ' ');
    } else if (i < line.mark_end) {
      carets.append(static_cast<size_t>(std::max(cell.width, 1)), '~');
      if (i == line.mark_begin)
        carets[carets.size() - static_cast<size_t>(std::max(cell.width, 1))] = '^';
    }
  }
  if (line.mark_begin >= last) carets += '^';
  if (last < line.cells.size()) *out += kCut;
  *out += '\n';
  *out += carets;
  *out += '\n';
}

}  // namespace

bool HasErrors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string RenderDiagnostic(const Diagnostic& diagnostic, std::string_view file_name,
                             std::string_view text) {
  const Span& span = diagnostic.span;
  std::string out(file_name);
  if (span.line > 0) out += ':' + std::to_string(span.line) + ':' + std::to_string(span.column);
  out += ": ";
  out += SeverityName(diagnostic.severity);
  out += ": ";
  out += diagnostic.message;
  out += '\n';
  if (span.line > 0) {
    const MarkedLine line = TakeLine(span, text);
    if (!IsGarbage(line)) AppendLine(line, &out);
  }
  if (!diagnostic.help.empty()) out += "help: " + diagnostic.help + '\n';
  return out;
}

}  // namespace weir::ast
