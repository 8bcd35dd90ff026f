#include "testing/golden_play.h"

#include <algorithm>
#include <memory>

#include "testing/golden_text.h"
#include "weir/engine.h"

namespace weir {
namespace {

constexpr uint32_t kLargeEpoch = 2048;
constexpr const char* kKindNames[] = {"syntax", "binding", "not-supported", "usage"};
constexpr GoldenMode kModes[] = {
    // name, epoch size, flush each step, optimize, print and parse, restart after each step, rows
    {"plain", kLargeEpoch, true, true, false, false, 0},
    {"epoch=1", 1, false, true, false, false, 0},
    {"epoch=3", 3, false, true, false, false, 0},
    {"epoch=2048", kLargeEpoch, false, true, false, false, 0},
    {"optimizer=off", kLargeEpoch, true, false, false, false, 0},
    {"print-parse", kLargeEpoch, true, true, true, false, 0},
    {"restart-each", kLargeEpoch, true, true, false, true, 0},
    {"disk", kLargeEpoch, true, true, false, false, 2},
    {"disk,epoch=1", 1, false, true, false, false, kLargeEpoch},
    {"disk,epoch=2048", kLargeEpoch, false, true, false, false, 1},
    {"disk,optimizer=off", kLargeEpoch, true, false, false, false, 2},
    {"disk,restart-each", kLargeEpoch, true, true, false, true, 1},
};

std::string RowLine(const OutputRow& row) {
  std::string line = row.is_query ? "query:" : "";
  line += row.name;
  line += " " + std::to_string(row.timestamp);
  if (row.is_query) line += row.is_expired ? " -" : " +";
  return line.append(" ").append(row.values);
}

// Without blank lines, which would end the record, and not to be taken for comments.
std::vector<std::string> IndentedLines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : SplitLines(text)) {
    if (!line.empty()) lines.push_back("  " + line);
  }
  return lines;
}

class Player {
 public:
  Player(const GoldenCase& golden, const GoldenMode& mode) : golden_(golden), mode_(mode) {}

  GoldenPlay Play(const std::string& app_text) {
    play_.outputs.resize(golden_.steps.size());
    if (Compile(app_text) && Open()) {
      for (size_t i = 0; i < golden_.steps.size() && play_.problem.empty(); ++i) TakeStep(i);
      if (play_.problem.empty()) Check(session_->Flush(), golden_.line);
    }
    return std::move(play_);
  }

  GoldenPlay PlayStep(size_t number, const std::string& before, std::string* behind) {
    play_.outputs.resize(golden_.steps.size());
    if (!Compile(golden_.app) || !Open()) return std::move(play_);
    const size_t line = golden_.steps[number].line;
    if (before.empty() || Check(session_->LoadState(before), line)) {
      step_ends_.assign(number, 0);  // whatever comes belongs to this step
      TakeStep(number);
      if (play_.problem.empty()) Check(session_->SaveState(behind), line);
    }
    return std::move(play_);
  }

 private:
  bool Compile(const std::string& app_text);
  bool Open();
  void Restart(size_t line);
  void TakeStep(size_t number);
  void Send(const GoldenStep& step);
  bool Check(const Outcome& outcome, size_t line) {
    if (!outcome.ok() && play_.problem.empty()) {
      play_.problem = outcome.message();
      play_.problem_line = line;
    }
    return outcome.ok();
  }
  void AddRow(const OutputRow& row) {
    const auto step = std::upper_bound(step_ends_.begin(), step_ends_.end(), row.message);
    play_.outputs[step - step_ends_.begin()].push_back(RowLine(row));
  }
  // Bad records are reported while they are read: they come before the rows of their step.
  void AddBadRecord(uint64_t line, std::string_view why) {
    std::vector<std::string>& output = play_.outputs[step_ends_.size()];
    const std::string place = "!errors " + std::to_string(line) + " ";
    output.insert(output.begin() + bad_records_++, place + std::string(why));
  }

  // Lines for the user come before the rows of their step, whatever the epochs were.
  void AddLog(uint64_t message, std::string_view line) {
    const auto step = std::upper_bound(step_ends_.begin(), step_ends_.end(), message);
    const auto number = static_cast<size_t>(step - step_ends_.begin());
    log_lines_.resize(std::max(log_lines_.size(), number + 1));
    std::vector<std::string>& output = play_.outputs[number];
    output.insert(output.begin() + log_lines_[number]++, "!log " + std::string(line));
  }

  // What follows the query's text: `"rows":[...]` or `"error":"..."`.
  void AddAnswer(std::string_view json) {
    size_t at = std::string_view("{\"query\":\"").size();
    while (json[at] != '"') at += json[at] == '\\' ? 2 : 1;
    json = json.substr(at + 2, json.size() - at - 3);
    play_.outputs[step_ends_.size()].emplace_back(json);
  }

  const GoldenCase& golden_;
  const GoldenMode& mode_;
  GoldenPlay play_;
  std::shared_ptr<const App> app_;
  std::unique_ptr<Session> session_;
  std::vector<uint64_t> step_ends_;        // the message after each step that is done
  std::ptrdiff_t bad_records_ = 0;         // of this step
  std::vector<std::ptrdiff_t> log_lines_;  // by step
};

bool Player::Compile(const std::string& app_text) {
  CompileOptions options;
  options.optimize = mode_.optimize;
  options.print_parse = mode_.print_parse;
  options.lint = golden_.lint;
  options.playback = true;
  options.tables_on_disk = mode_.disk_rows > 0;
  CompileResult compiled = CompileApp(app_text, options);
  for (const AppDiagnostic& found : compiled.diagnostics) {
    std::string header = found.is_error ? "error " : "warning ";
    if (found.is_error) header.append(kKindNames[static_cast<size_t>(found.kind)]).append(" ");
    header += std::to_string(found.line) + ":" + std::to_string(found.column);
    if (!play_.diagnostics.empty()) play_.diagnostics.push_back("");
    play_.diagnostics.insert(play_.diagnostics.end(), {header, "----", found.message});
    if (!found.help.empty()) play_.diagnostics.push_back("help: " + found.help);
  }
  app_ = std::move(compiled.app);
  play_.refused = app_ == nullptr;
  return !play_.refused;
}

bool Player::Open() {
  SessionOptions options;
  options.outputs = golden_.watch;
  options.epoch_size = mode_.epoch_size;
  options.table_batch_rows = mode_.disk_rows;
  options.on_row = [this](const OutputRow& row) { AddRow(row); };
  options.on_answer = [this](std::string_view json) { AddAnswer(json); };
  options.on_log = [this](uint64_t message, std::string_view line) { AddLog(message, line); };
  options.on_bad_record = [this](uint64_t line, std::string_view why) { AddBadRecord(line, why); };
  return Check(Session::Open(app_, std::move(options), &session_), golden_.line);
}

// A state is equal to itself once it was loaded; nothing of the old session lives on.
void Player::Restart(size_t line) {
  std::string state, again;
  if (!Check(session_->SaveState(&state), line)) return;
  session_.reset();
  if (!Open() || !Check(session_->LoadState(state), line)) return;
  if (!Check(session_->SaveState(&again), line) || again == state) return;
  play_.problem = "a state that was loaded is saved as another one";
  play_.problem_line = line;
}

void Player::TakeStep(size_t number) {
  const GoldenStep& step = golden_.steps[number];
  bad_records_ = 0;
  if (step.kind == GoldenStep::Kind::kPlan) {
    std::string text;
    Check(app_->Explain("text", &text), step.line);
    play_.outputs[number] = IndentedLines(text);
  } else if (step.kind == GoldenStep::Kind::kPrint) {
    play_.outputs[number] = IndentedLines(app_->Print());
  } else {
    Send(step);
  }
  if (play_.problem.empty() && mode_.flush_each_step) Check(session_->Flush(), step.line);
  const bool restarts = step.kind == GoldenStep::Kind::kRestart || mode_.restart_each;
  if (play_.problem.empty() && restarts) Restart(step.line);
  if (play_.problem.empty()) step_ends_.push_back(session_->next_message());
}

void Player::Send(const GoldenStep& step) {
  if (step.at_ms && !Check(session_->AdvanceTo(*step.at_ms), step.line)) return;
  if (step.kind == GoldenStep::Kind::kQuery) Check(session_->Query(step.bytes), step.line);
  if (step.kind == GoldenStep::Kind::kRaw) {
    const bool plain = step.codec == "ndjson";
    Check(plain ? session_->SendNdjson(step.bytes, step.stream)
                : session_->SendEncoded(step.bytes, step.stream, step.codec),
          step.line);
  }
  std::vector<SessionJsonRow> rows;
  for (const GoldenRow& row : step.rows) {
    rows.push_back({row.json, row.time_ms});
    if (step.together && &row != &step.rows.back()) continue;
    if (!Check(session_->SendJson(step.stream, rows), row.line)) return;
    rows.clear();
  }
}

}  // namespace

std::span<const GoldenMode> GoldenModes() { return kModes; }

GoldenPlay PlayGoldenCase(const GoldenCase& golden, const std::string& app,
                          const GoldenMode& mode) {
  return Player(golden, mode).Play(app);
}

GoldenPlay PlayGoldenStep(const GoldenCase& golden, size_t step, const std::string& before,
                          std::string* behind) {
  return Player(golden, kModes[0]).PlayStep(step, before, behind);
}

}  // namespace weir
