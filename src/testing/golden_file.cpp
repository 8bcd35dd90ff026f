#include "testing/golden_file.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "testing/golden_text.h"

namespace weir {
namespace {

constexpr std::string_view kLaterRecords[] = {"restart", "crash", "fail", "automaton"};

constexpr const char* kRecords =
    "app, watch, at, send, raw, query, restart, error, warning, plan, print, same as and for";

// A line of the file after loops are expanded.
struct Line {
  std::string text;
  size_t number;  // in the file, from 1
};

// Keeps the first problem found; reading stops there.
class Reader {
 public:
  Reader(const std::string& path, const std::string& text) {
    file_.path = path;
    file_.lines = SplitLines(text);
  }

  Result<GoldenFile> Read() {
    ReadHeader();
    std::vector<Line> all;
    for (size_t i = 0; i < file_.lines.size(); ++i) all.push_back({file_.lines[i], i + 1});
    Expand(all);
    for (SkipBlank(); problem_.empty() && at_ < lines_.size(); SkipBlank()) ReadRecord();
    if (problem_.empty() && file_.cases.empty()) Fail(1, "there is no app record");
    if (!problem_.empty()) return Status(StatusCode::kDataError, problem_);
    return std::move(file_);
  }

 private:
  void Fail(size_t line, const std::string& why) {
    if (problem_.empty()) problem_ = file_.path + ":" + std::to_string(line) + ": " + why;
  }
  void ReadHeader();
  void Expand(const std::vector<Line>& lines);
  void ReadRecord();
  void ReadApp(const std::vector<std::string>& words);
  void ReadWatch(const std::vector<std::string>& words);
  void ReadDiagnostic();
  void ReadStep(const std::vector<std::string>& words);
  void ReadAt(const std::vector<std::string>& words, GoldenStep* step);
  void ReadSend(const std::vector<std::string>& words, GoldenStep* step);
  void ReadRaw(const std::vector<std::string>& words, GoldenStep* step);
  void ReadRow(const Line& line, GoldenStep* step);
  void ReadExpected(GoldenBlock* block);
  std::string TakeText();
  bool AtBlank() const {
    return at_ == lines_.size() || lines_[at_].text.find_first_not_of(" \t") == std::string::npos;
  }
  void SkipBlank() {
    while (at_ < lines_.size() && (AtBlank() || IsComment(lines_[at_]))) ++at_;
  }
  bool AtExpected() const { return !AtBlank() && lines_[at_].text.starts_with("----"); }
  static bool IsComment(const Line& line) { return line.text.starts_with('#'); }
  size_t LastLine() const { return at_ == 0 ? 1 : lines_[at_ - 1].number; }
  GoldenCase* Case() { return file_.cases.empty() ? nullptr : &file_.cases.back(); }

  GoldenFile file_;
  std::vector<Line> lines_;
  size_t at_ = 0;
  std::optional<int64_t> clock_ms_;  // of the last `at` of this case
  bool may_set_up_ = false;          // no step of this case was read yet
  std::string problem_;
};

void Reader::ReadHeader() {
  bool about = false;
  for (size_t i = 0; i < file_.lines.size(); ++i) {
    const std::string& line = file_.lines[i];
    about = about || line.starts_with("# about: ");
    if (!line.starts_with("# skip:")) continue;
    static const std::regex kSkip("# skip: ([^ ]+) because (.+)");
    std::smatch match;
    if (!std::regex_match(line, match, kSkip)) Fail(i + 1, "write '# skip: MODE because REASON'");
    if (!match.empty()) file_.skips[match[1]] = match[2];
  }
  if (!about) Fail(1, "there is no '# about: ...' line");
}

// Writes out `for NAME in a b c` ... `end`; NAME stands for each value as a whole word.
void Reader::Expand(const std::vector<Line>& lines) {
  for (size_t i = 0; i < lines.size() && problem_.empty(); ++i) {
    if (!lines[i].text.starts_with("for ")) {
      lines_.push_back(lines[i]);
      continue;
    }
    const std::vector<std::string> words = SplitWords(lines[i].text);
    const size_t number = lines[i].number;
    const auto is_end = [](const Line& line) { return line.text == "end"; };
    const auto first = lines.begin() + i + 1;
    const auto last = std::find_if(first, lines.end(), is_end);
    const auto nested = [](const Line& line) { return line.text.starts_with("for "); };
    static const std::regex kHeader("for +[A-Z_]+ +in( +[^ ]+)+ *");
    if (!std::regex_match(lines[i].text, kHeader)) {
      return Fail(number, "write 'for NAME in a b c', with a name in capitals");
    }
    if (last == lines.end()) return Fail(number, "this 'for' has no 'end'");
    if (std::any_of(first, last, nested)) return Fail(number, "a 'for' inside a 'for'");
    const std::regex name("\\b" + words[1] + "\\b");
    for (size_t value = 3; value < words.size(); ++value) {
      lines_.push_back({"", number});
      for (auto line = first; line != last; ++line) {
        lines_.push_back({std::regex_replace(line->text, name, words[value]), line->number});
      }
    }
    lines_.push_back({"", number});
    i = last - lines.begin();
  }
}

void Reader::ReadRecord() {
  const Line& line = lines_[at_];
  const std::vector<std::string> words = SplitWords(line.text);
  const std::string word = words.empty() ? "" : words[0];
  if (std::ranges::count(kLaterRecords, word) > 0) {
    return Fail(line.number, "the record '" + word + "' is not supported yet");
  }
  if (word == "end") return Fail(line.number, "this 'end' has no 'for'");
  if (word == "app") return ReadApp(words);
  if (word.starts_with("----")) return Fail(line.number, "this output belongs to no record");
  if (Case() == nullptr) return Fail(line.number, "a file begins with an app record");
  const bool diagnostic = word == "error" || word == "warning";
  if (!diagnostic && word != "watch" && word != "same") return ReadStep(words);
  if (!may_set_up_) return Fail(line.number, "'" + word + "' stands before what is sent");
  if (diagnostic) return ReadDiagnostic();
  if (word == "watch") return ReadWatch(words);
  if (line.text != "same as") return Fail(line.number, "write 'same as'");
  ++at_;
  Case()->oracle = TakeText();
}

void Reader::ReadApp(const std::vector<std::string>& words) {
  GoldenCase made;
  made.line = lines_[at_++].number;
  if (words.size() == 3 && words[1] == "file") {
    // Beside the test, where users keep it, or counted from where the runner is called.
    const auto beside = std::filesystem::path(file_.path).parent_path() / words[2];
    std::optional<std::string> text = ReadText(beside.string());
    if (!text) text = ReadText(words[2]);
    if (!text) return Fail(made.line, "cannot read " + words[2]);
    made.app = *text;
  } else if (words.size() > 2 || (words.size() == 2 && words[1] != "lint")) {
    return Fail(made.line, "write 'app', 'app lint' or 'app file PATH'");
  } else {
    made.lint = words.size() == 2;
    made.app = TakeText();
  }
  made.diagnostics.line = made.line;
  made.diagnostics.begin = made.diagnostics.end = LastLine();
  file_.cases.push_back(std::move(made));
  clock_ms_.reset();
  may_set_up_ = true;
}

// Lines up to a blank one; comments leave an empty line, so that places in the text stay right.
std::string Reader::TakeText() {
  std::string text;
  for (; !AtBlank(); ++at_) text += (IsComment(lines_[at_]) ? "" : lines_[at_].text) + "\n";
  if (text.empty()) Fail(LastLine(), "the text of the app is missing");
  return text;
}

void Reader::ReadWatch(const std::vector<std::string>& words) {
  const size_t line = lines_[at_++].number;
  if (words.size() < 2 || !AtBlank()) return Fail(line, "write 'watch NAME ...' in one line");
  if (!Case()->watch.empty()) return Fail(line, "a second 'watch' for one app");
  Case()->watch.assign(words.begin() + 1, words.end());
}

// Kept as written: the message is compared together with its header.
void Reader::ReadDiagnostic() {
  static const std::regex kHeader(R"((error (syntax|binding|not-supported)|warning) \d+:\d+)");
  const Line line = lines_[at_++];
  if (!std::regex_match(line.text, kHeader) || !AtExpected()) {
    return Fail(line.number,
                "write 'error syntax|binding|not-supported LINE:COLUMN' or 'warning "
                "LINE:COLUMN', then ---- and the message");
  }
  GoldenBlock block;
  ReadExpected(&block);
  GoldenBlock& all = Case()->diagnostics;
  if (!all.listed) {
    all = {true, false, {}, line.number, line.number - 1, 0};
  } else {
    all.lines.push_back("");
  }
  all.end = block.end;
  all.lines.insert(all.lines.end(), {line.text, "----"});
  all.lines.insert(all.lines.end(), block.lines.begin(), block.lines.end());
  Case()->refused = Case()->refused || line.text.starts_with("error");
}

void Reader::ReadStep(const std::vector<std::string>& words) {
  GoldenStep step;
  step.line = lines_[at_].number;
  if (words[0] == "at") {
    ReadAt(words, &step);
    if (problem_.empty() && !AtBlank() && !AtExpected()) {
      ReadSend(SplitWords(lines_[at_].text), &step);
    }
  } else if (words[0] == "plan" || words[0] == "print" || words[0] == "restart") {
    step.kind = words[0] == "plan"    ? GoldenStep::Kind::kPlan
                : words[0] == "print" ? GoldenStep::Kind::kPrint
                                      : GoldenStep::Kind::kRestart;
    if (words.size() != 1) Fail(step.line, "'" + words[0] + "' takes nothing");
    ++at_;
  } else if (words[0] == "query") {
    step.kind = GoldenStep::Kind::kQuery;
    step.bytes = lines_[at_].text.substr(std::min<size_t>(6, lines_[at_].text.size()));
    if (words.size() == 1) Fail(step.line, "write 'query TEXT' in one line");
    ++at_;
  } else if (words[0] == "send" || words[0] == "raw") {
    ReadSend(words, &step);
  } else {
    return Fail(step.line, "unknown record '" + words[0] + "'; there are " + kRecords);
  }
  step.expected.line = step.line;
  step.expected.begin = step.expected.end = LastLine();
  if (problem_.empty() && AtExpected()) ReadExpected(&step.expected);
  if (problem_.empty() && !AtBlank()) Fail(lines_[at_].number, "a blank line must stand here");
  if (Case()->refused) Fail(step.line, "nothing can be sent to an app that is refused");
  may_set_up_ = false;
  Case()->steps.push_back(std::move(step));
}

void Reader::ReadAt(const std::vector<std::string>& words, GoldenStep* step) {
  const size_t line = lines_[at_++].number;
  const auto time = words.size() == 2 ? ParseWholeNumber(words[1]) : std::nullopt;
  if (!time || *time < 0) return Fail(line, "write 'at MILLISECONDS'");
  if (clock_ms_ && *time < *clock_ms_) {
    return Fail(line, "the clock does not go back: it stands at " + std::to_string(*clock_ms_));
  }
  clock_ms_ = time;
  step->at_ms = time;
}

void Reader::ReadSend(const std::vector<std::string>& words, GoldenStep* step) {
  if (words[0] == "raw") return ReadRaw(words, step);
  const size_t line = lines_[at_++].number;
  const bool together = words.size() == 3 && words[2] == "together";
  if (words[0] != "send" || (words.size() != 2 && !together)) {
    return Fail(line, "write 'send STREAM [together]'");
  }
  step->kind = GoldenStep::Kind::kSend;
  step->stream = words[1];
  step->together = together;
  for (; !AtBlank() && !AtExpected(); ++at_) {
    if (!IsComment(lines_[at_])) ReadRow(lines_[at_], step);
  }
  if (step->rows.empty()) Fail(line, "'send' needs rows");
}

void Reader::ReadRow(const Line& line, GoldenStep* step) {
  std::string_view text = line.text;
  GoldenRow row{clock_ms_, "", line.number};
  if (text.starts_with('@')) {
    const size_t space = std::min(text.find(' '), text.size());
    row.time_ms = ParseWholeNumber(text.substr(1, space - 1));
    if (!row.time_ms) return Fail(line.number, "after '@' comes a time in milliseconds");
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  if (!text.starts_with('[') && !text.starts_with('{')) {
    return Fail(line.number, "a row is a JSON array or object, after '@TIME ' if it has a time");
  }
  row.json = text;
  step->rows.push_back(std::move(row));
}

void Reader::ReadRaw(const std::vector<std::string>& words, GoldenStep* step) {
  const size_t line = lines_[at_++].number;
  if (words.size() != 3) return Fail(line, "write 'raw STREAM CODEC' (STREAM may be -)");
  step->codec = words[2];
  step->kind = GoldenStep::Kind::kRaw;
  step->stream = words[1] == "-" ? "" : words[1];
  for (; !AtBlank() && !AtExpected(); ++at_) step->bytes += lines_[at_].text + "\n";
  if (step->bytes.empty()) Fail(line, "'raw' needs lines");
}

void Reader::ReadExpected(GoldenBlock* block) {
  const Line& header = lines_[at_++];
  block->listed = true;
  block->any_order = header.text == "---- any order";
  block->line = header.number;
  block->begin = header.number - 1;
  if (header.text != "----" && !block->any_order) {
    return Fail(header.number, "write '----' or '---- any order'");
  }
  for (; !AtBlank(); ++at_) {
    if (!IsComment(lines_[at_])) block->lines.push_back(lines_[at_].text);
  }
  block->end = LastLine();
}

}  // namespace

Result<GoldenFile> ParseGoldenFile(const std::string& path, const std::string& text) {
  return Reader(path, text).Read();
}

}  // namespace weir
