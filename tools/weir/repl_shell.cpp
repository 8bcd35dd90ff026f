#include "repl_shell.h"

#include <cctype>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "console.h"
#include "text_file.h"
#include "weir/help.h"
#include "weir/statements.h"

namespace {

constexpr int kReadDepthMax = 16;

std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The first word; `rest` receives what follows.
std::string TakeWord(std::string_view text, std::string* rest) {
  text = Trimmed(text);
  const size_t end = std::min(text.find_first_of(" \t\n"), text.size());
  std::string word(text.substr(0, end));
  *rest = std::string(Trimmed(text.substr(end)));  // which may be where `text` stands
  return word;
}

bool ParseTime(std::string_view text, int64_t* time) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *time);
  return error == std::errc() && end == text.data() + text.size();
}

std::string Shape(const weir::StreamInfo& stream) {
  std::string text = stream.name + " (";
  for (size_t i = 0; i < stream.attributes.size(); ++i) {
    text += (i == 0 ? "" : ", ") + stream.attributes[i].name + " " + stream.attributes[i].type;
  }
  return text + ")\n";
}

}  // namespace

const std::vector<DotCommand>& DotCommands() {
  static const std::vector<DotCommand> commands = {
      {".help", "[NAME]", "this list, or what `weir help NAME` says"},
      {".streams", "", "streams, tables and windows with their attributes"},
      {".schema", "[NAME]", "the app as text, or one part of it"},
      {".queries", "", "the names of queries"},
      {".send", "STREAM [@TIME] JSON", "send an event: {\"a\":1} or [1]"},
      {".feed", "[STREAM=]FILE", "send the lines of a file"},
      {".clock", "[TIME|+MS]", "show the clock, or move it; timers fire"},
      {".step", "", "move the clock to the next timer that is due"},
      {".query", "TEXT", "answer an on-demand query"},
      {".explain", "QUERY", "the plan of one query"},
      {".plan", "[FORMAT]", "the plan of the app: text, dot, mermaid or json"},
      {".state", "[NAME]", "how much each query, table and window holds"},
      {".drop", "NAME", "take a definition or query away; the others keep their state"},
      {".snapshot", "FILE", "write the state to a file"},
      {".restore", "FILE", "go on from a state of the same app"},
      {".mode", "table|json|csv", "how rows are shown"},
      {".timer", "on|off", "show the processor time of each input"},
      {".output", "[FILE]", "results into a file, or back to standard output"},
      {".read", "FILE", "execute the lines of a file"},
      {".bail", "on|off", "stop a script at the first error"},
      {".quit", "", "leave"},
  };
  return commands;
}

ReplShell::ReplShell(weir::RowMode mode)
    : session_({.on_row = [this](const weir::OutputRow& row) { printer_.Add(row); },
                .on_answer =
                    [this](std::string_view json) {
                      std::string error;
                      if (!printer_.AddAnswer(json, &error)) Fail(error);
                    },
                .on_note = [](std::string_view line) { Report(line); }}) {
  printer_.set_mode(mode);
}

bool ReplShell::IsComplete(std::string_view text) {
  text = Trimmed(text);
  return text.empty() || text[0] == '.' || weir::IsStatementComplete(text);
}

bool ReplShell::Execute(std::string_view text, const std::string& source) {
  failed_ = false;
  const std::clock_t begin = std::clock();
  const std::string_view trimmed = Trimmed(text);
  bool ok = true;
  if (trimmed.starts_with('.')) {
    place_ = {source,
              std::string(text.substr(0, static_cast<size_t>(trimmed.data() - text.data())))};
    ok = Dot(std::string(trimmed));
  } else if (!trimmed.empty()) {
    ok = Finish(session_.Add(text, source));
  }
  Print(printer_.Take());
  if (timer_) {
    std::ostringstream line;
    line << std::fixed << std::setprecision(3)
         << 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    Report("processor time " + line.str() + " ms");
  }
  return ok && !failed_;
}

bool ReplShell::ExecuteScript(std::string_view text, const std::string& source) {
  bool ok = true;
  std::string input;
  std::string lead;  // as many lines as stand before the input, so that places are right
  size_t at = 0;
  while (at < text.size() && !quits_) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    input += text.substr(at, end - at);
    at = end;
    if (at < text.size() && !IsComplete(input)) continue;
    ok &= Execute(lead + input, source);
    for (const char c : input) lead += c == '\n' ? "\n" : "";
    input.clear();
    if (!ok && bails_) break;
  }
  return ok;
}

bool ReplShell::Dot(const std::string& line) {
  std::string rest;
  const std::string name = TakeWord(line, &rest);
  std::vector<std::string> names;
  for (const DotCommand& command : DotCommands()) {
    names.emplace_back(command.name);
    if (command.name != name) continue;
    const bool is_needed = !command.operands.empty() && command.operands[0] != '[';
    if (is_needed && rest.empty()) {
      return Fail(name + ": expected " + std::string(command.operands));
    }
    if (command.operands.empty() && !rest.empty()) return Fail(name + " takes nothing");
    return DotSession(line, name, rest);
  }
  const std::string near = weir::NearestText(name, names);
  return Fail("unknown command '" + name + "'" +
              (near.empty() ? "; try .help" : "; did you mean '" + near + "'?"));
}

bool ReplShell::DotSession(const std::string& line, const std::string& name,
                           const std::string& rest) {
  if (name == ".send") return Send(rest);
  if (name == ".feed") return Feed(rest);
  if (name == ".clock") return SetClock(rest);
  if (name == ".step") return Finish(session_.Step());
  if (name == ".query") return Query(line, rest);
  if (name == ".drop") return Finish(session_.Drop(rest));
  if (name == ".snapshot") return Snapshot(rest);
  if (name == ".restore") return Restore(rest);
  if (name == ".explain") return Explain(rest, "text");
  if (name == ".plan") return Explain("", rest.empty() ? "text" : rest);
  return DotShow(name, rest);
}

bool ReplShell::DotShow(const std::string& name, const std::string& rest) {
  std::string text;
  if (name == ".streams") {
    for (const weir::StreamInfo& stream : session_.app().streams()) text += Shape(stream);
  } else if (name == ".queries") {
    for (const std::string& query : session_.app().queries()) text += query + "\n";
  } else if (name == ".state") {
    const weir::Outcome described = session_.DescribeState(rest, &text);
    if (!described.ok()) return Finish(described);
  } else if (name == ".schema") {
    text = rest.empty() ? session_.Text() : session_.TextOf(rest);
    if (text.empty() && !rest.empty()) return Fail("nothing is named '" + rest + "'");
  } else if (name == ".help" && !rest.empty()) {
    if (!weir::DescribeBuiltin(rest, &text)) text = weir::DescribeGrammarRule(rest);
    if (text.empty()) return Fail("no help on '" + rest + "'");
  } else if (name == ".help") {
    for (const DotCommand& command : DotCommands()) {
      std::string head = std::string(command.name) + " " + std::string(command.operands);
      head.resize(std::max<size_t>(head.size() + 1, 28), ' ');
      text += head + std::string(command.help) + "\n";
    }
    text += "Statements end with ; and may have several lines.\n";
  } else {
    return DotShell(name, rest);
  }
  Print(text);
  return true;
}

bool ReplShell::DotShell(const std::string& name, const std::string& rest) {
  if (name == ".mode") return SetMode(rest);
  if (name == ".timer") return SetSwitch(rest, &timer_);
  if (name == ".bail") return SetSwitch(rest, &bails_);
  if (name == ".output") return SetOutput(rest);
  if (name == ".read") return ReadScript(rest);
  quits_ = true;
  return true;
}

// With as much before it as there is, so that its places are right.
bool ReplShell::Query(const std::string& line, const std::string& rest) {
  const std::string before(line.size() - rest.size(), ' ');
  return Finish(session_.Add(place_.before + before + rest + ";", place_.source));
}

bool ReplShell::Send(const std::string& rest) {
  std::string json;
  const std::string stream = TakeWord(rest, &json);
  std::optional<int64_t> time;
  if (json.starts_with('@')) {
    int64_t number = 0;
    const std::string word = TakeWord(json, &json);
    if (!ParseTime(word.substr(1), &number)) return Fail(".send: '" + word + "' is no time");
    time = number;
  }
  if (json.empty()) return Fail(".send: expected STREAM [@TIME] JSON");
  return Finish(session_.Send(stream, json, time));
}

bool ReplShell::Feed(const std::string& rest) {
  const size_t sign = rest.find('=');
  const bool has_stream =
      sign != std::string::npos && rest.substr(0, sign).find('/') == std::string::npos;
  std::string lines;
  const weir::Outcome read = ReadTextFile(has_stream ? rest.substr(sign + 1) : rest, &lines);
  if (!read.ok()) return Finish(read);
  return Finish(session_.Feed(lines, has_stream ? rest.substr(0, sign) : ""));
}

bool ReplShell::SetClock(const std::string& rest) {
  int64_t time = 0;
  if (rest.empty()) {
    Print(std::to_string(session_.clock()) + "\n");
    return true;
  }
  const bool is_step = rest[0] == '+';
  if (!ParseTime(std::string_view(rest).substr(is_step ? 1 : 0), &time)) {
    return Fail(".clock: '" + rest + "' is no time in milliseconds");
  }
  if (is_step && __builtin_add_overflow(time, session_.clock(), &time)) {
    return Fail(".clock: '" + rest + "' is too far");
  }
  return Finish(session_.SetClock(time));
}

bool ReplShell::Explain(const std::string& query, const std::string& format) {
  std::string plan;
  const weir::Outcome outcome = session_.Explain(query, format, &plan);
  if (!outcome.ok()) return Finish(outcome);
  Print(plan);
  if (!plan.empty() && plan.back() != '\n') Print("\n");
  return true;
}

bool ReplShell::SetMode(const std::string& rest) {
  if (rest == "table") {
    printer_.set_mode(weir::RowMode::kTable);
  } else if (rest == "json") {
    printer_.set_mode(weir::RowMode::kJson);
  } else if (rest == "csv") {
    printer_.set_mode(weir::RowMode::kCsv);
  } else {
    return Fail(".mode: expected table, json or csv, not '" + rest + "'");
  }
  return true;
}

bool ReplShell::SetSwitch(const std::string& rest, bool* value) {
  if (rest != "on" && rest != "off") return Fail("expected on or off, not '" + rest + "'");
  *value = rest == "on";
  return true;
}

bool ReplShell::SetOutput(const std::string& rest) {
  file_.close();
  file_.clear();
  if (rest.empty()) return true;
  file_.open(rest, std::ios::binary);
  return file_ ? true : Fail(rest + ": cannot be written");
}

bool ReplShell::ReadScript(const std::string& path) {
  std::string text;
  const weir::Outcome read = ReadTextFile(path, &text);
  if (!read.ok()) return Finish(read);
  if (depth_ == kReadDepthMax) return Fail(".read: files are nested deeper than 16");
  ++depth_;
  const bool ok = ExecuteScript(text, path);
  --depth_;
  return ok;
}

bool ReplShell::Snapshot(const std::string& path) {
  std::string bytes;
  const weir::Outcome saved = session_.Snapshot(&bytes);
  if (!saved.ok()) return Finish(saved);
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  return file ? true : Fail(path + ": cannot be written");
}

bool ReplShell::Restore(const std::string& path) {
  std::string bytes;
  const weir::Outcome read = ReadTextFile(path, &bytes);
  return Finish(read.ok() ? session_.Restore(bytes) : read);
}

// An outcome without a message has been told by findings.
bool ReplShell::Finish(const weir::Outcome& outcome) {
  if (outcome.ok()) return true;
  return outcome.message().empty() ? false : Fail(outcome.message());
}

bool ReplShell::Fail(const std::string& message) {
  failed_ = true;
  Report("error: " + message);
  return false;
}

void ReplShell::Print(std::string_view text) {
  if (file_.is_open()) {
    file_ << text << std::flush;
  } else {
    std::cout << text << std::flush;
  }
}
