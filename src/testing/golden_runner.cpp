#include "testing/golden_runner.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "testing/golden_file.h"
#include "testing/golden_play.h"
#include "testing/golden_report.h"
#include "testing/golden_text.h"

namespace weir {
namespace {

using Lines = std::vector<std::string>;

// The end of a block and the lines that a rewrite puts in its place.
using Edit = std::pair<size_t, Lines>;

bool DefinesTable(std::string app) {
  for (char& c : app) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return app.find("table") != std::string::npos;
}

class GoldenRunner {
 public:
  GoldenRunner(const GoldenOptions& options, const std::function<void(std::string_view)>& print)
      : options_(options), print_(print) {}

  // False if a mode failed; the modes after it are not run, they would mostly say the same.
  bool RunFile(const std::string& path);
  // What stands in the way of a rewrite is found again, and said, by RunFile.
  Outcome RewriteFile(const std::string& path);
  size_t skipped() const { return skipped_; }

 private:
  bool RunCase(const GoldenFile& file, const GoldenCase& golden, const GoldenMode& mode);
  bool Same(const GoldenFile& file, const GoldenBlock& expected, const Lines& actual,
            const std::string& what);
  void RememberEdit(const GoldenFile& file, const GoldenBlock& expected, const Lines& actual,
                    bool diagnostics);
  bool Fail(const GoldenFile& file, size_t line, const std::string& text) const {
    print_(file.path + ":" + std::to_string(line) + ": " + text + "\n");
    return false;
  }

  const GoldenOptions& options_;
  const std::function<void(std::string_view)>& print_;
  size_t skipped_ = 0;
  std::map<size_t, Edit> edits_;  // of the file being rewritten, by first line
  std::string conflict_;
};

bool GoldenRunner::RunFile(const std::string& path) {
  const Result<GoldenFile> file = ParseGoldenFile(path, ReadText(path).value_or(""));
  if (!file.ok()) {
    print_(file.status().message() + "\n");
    return false;
  }
  for (const GoldenMode& mode : GoldenModes()) {
    if (!options_.mode.empty() && options_.mode != mode.name) continue;
    const auto skip = file.value().skips.find(mode.name);
    if (skip != file.value().skips.end()) {
      print_(path + ": mode " + skip->first + " is skipped because " + skip->second + "\n");
      ++skipped_;
      continue;
    }
    bool ok = true;
    for (size_t i = 0; i < file.value().cases.size(); ++i) {
      if (options_.only != 0 && options_.only != i + 1) continue;
      if (RunCase(file.value(), file.value().cases[i], mode)) continue;
      ok = false;
      print_("to repeat: " + options_.program + " --mode " + std::string(mode.name) + " --only " +
             std::to_string(i + 1) + " " + path + "\n\n");
    }
    if (!ok) return false;
  }
  return true;
}

bool GoldenRunner::RunCase(const GoldenFile& file, const GoldenCase& golden,
                           const GoldenMode& mode) {
  const std::string what = " in mode " + std::string(mode.name);
  if (mode.disk_rows > 0 && !DefinesTable(golden.app)) return true;
  const GoldenPlay play = PlayGoldenCase(golden, golden.app, mode);
  // Printing and parsing moves the places of what is found.
  bool ok = mode.print_parse ||
            Same(file, golden.diagnostics, play.diagnostics, "other errors or warnings" + what);
  if (!play.problem.empty()) return Fail(file, play.problem_line, play.problem + what);
  const std::string is = play.refused ? "the app is refused" : "the app is not refused";
  if (play.refused != golden.refused) return Fail(file, golden.line, is);
  GoldenPlay oracle;
  if (golden.oracle) oracle = PlayGoldenCase(golden, *golden.oracle, mode);
  const std::string& why = oracle.refused ? oracle.diagnostics[2] : oracle.problem;
  if (!why.empty()) return Fail(file, golden.line, "the app after 'same as' does not run: " + why);
  for (size_t i = 0; i < golden.steps.size(); ++i) {
    const GoldenStep& step = golden.steps[i];
    if (step.kind == GoldenStep::Kind::kPlan && (!mode.optimize || mode.disk_rows > 0)) continue;
    GoldenBlock expected = step.expected;
    if (expected.listed || !golden.oracle) {
      ok = Same(file, expected, play.outputs[i], "other output" + what) && ok;
    }
    if (!golden.oracle || step.kind >= GoldenStep::Kind::kPlan) continue;
    expected.lines = oracle.outputs[i];
    ok = Same(file, expected, play.outputs[i], "the two apps differ" + what) && ok;
  }
  return ok;
}

bool GoldenRunner::Same(const GoldenFile& file, const GoldenBlock& expected, const Lines& actual,
                        const std::string& what) {
  if (LinesMatch(expected.lines, actual, expected.any_order)) return true;
  return Fail(file, expected.line, what + "\n" + UnifiedDiff(expected.lines, actual));
}

void GoldenRunner::RememberEdit(const GoldenFile& file, const GoldenBlock& expected,
                                const Lines& actual, bool diagnostics) {
  const auto first = file.lines.begin();
  Lines old(first + expected.begin, first + expected.end);
  Edit edit(expected.end, old);
  if (!LinesMatch(expected.lines, actual, expected.any_order)) {
    Lines lines;
    if (diagnostics && !expected.listed) lines.push_back("");
    if (!diagnostics && !actual.empty()) {
      lines.push_back(expected.any_order ? "---- any order" : "----");
    }
    std::copy_if(old.begin(), old.end(), std::back_inserter(lines),
                 [](const std::string& line) { return line.starts_with('#'); });
    lines.insert(lines.end(), actual.begin(), actual.end());
    edit.second = std::move(lines);
  }
  if (edits_.emplace(expected.begin, edit).first->second == edit) return;
  const std::string place = file.path + ":" + std::to_string(expected.line);
  conflict_ = place + ": the turns of a loop differ here; write this output by hand";
}

Outcome GoldenRunner::RewriteFile(const std::string& path) {
  const Result<GoldenFile> read = ParseGoldenFile(path, ReadText(path).value_or(""));
  if (!read.ok()) return {};
  const GoldenFile& file = read.value();
  edits_.clear();
  conflict_.clear();
  for (const GoldenCase& golden : file.cases) {
    const GoldenPlay play = PlayGoldenCase(golden, golden.app, GoldenModes()[0]);
    RememberEdit(file, golden.diagnostics, play.diagnostics, true);
    for (size_t i = 0; i < golden.steps.size() && !play.refused && play.problem.empty(); ++i) {
      if (golden.oracle && !golden.steps[i].expected.listed) continue;
      RememberEdit(file, golden.steps[i].expected, play.outputs[i], false);
    }
  }
  if (!conflict_.empty()) return {OutcomeCode::kUsage, conflict_};
  Lines lines = file.lines;
  for (auto edit = edits_.rbegin(); edit != edits_.rend(); ++edit) {
    const auto& [end, put] = edit->second;
    const auto at = lines.erase(lines.begin() + edit->first, lines.begin() + end);
    lines.insert(at, put.begin(), put.end());
  }
  if (lines == file.lines) return {};
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (const std::string& line : lines) out << line << '\n';
  out.close();
  if (!out) return {OutcomeCode::kIo, path + ": cannot be written"};
  print_(path + ": rewritten\n");
  return {};
}

Outcome CollectFiles(const GoldenOptions& options, Lines* files) {
  for (const std::string& path : options.paths) {
    Lines found;
    if (!std::filesystem::is_directory(path)) {
      if (!ReadText(path)) return {OutcomeCode::kNoInput, path + ": no such file or folder"};
      files->push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".test") found.push_back(entry.path().string());
    }
    std::sort(found.begin(), found.end());
    files->insert(files->end(), found.begin(), found.end());
  }
  return {};
}

}  // namespace

Outcome CheckGoldenOptions(const GoldenOptions& options) {
  const auto usage = [](const std::string& why) { return Outcome(OutcomeCode::kUsage, why); };
  std::string names;
  for (const GoldenMode& mode : GoldenModes()) names.append(" ").append(mode.name);
  if ((names + " ").find(" " + options.mode + " ") == std::string::npos && !options.mode.empty()) {
    return usage("unknown mode '" + options.mode + "'; there are" + names);
  }
  if (options.paths.empty()) return usage("name a .test file or a folder of them");
  const bool refused = options.rewrite && std::getenv("CI") != nullptr;
  return refused ? usage("--rewrite is refused where CI is set") : Outcome();
}

Outcome ParseGoldenArguments(std::span<const std::string> arguments, GoldenOptions* options) {
  const auto usage = [](const std::string& why) { return Outcome(OutcomeCode::kUsage, why); };
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--rewrite") {
      options->rewrite = true;
    } else if (!argument.starts_with("-")) {
      options->paths.push_back(argument);
    } else if (argument != "--mode" && argument != "--only") {
      return usage("unknown option " + argument);
    } else if (i + 1 == arguments.size()) {
      return usage(argument + " needs a value");
    } else if (argument == "--mode") {
      options->mode = arguments[++i];
    } else {
      options->only = static_cast<size_t>(ParseWholeNumber(arguments[++i]).value_or(-1));
    }
  }
  return CheckGoldenOptions(*options);
}

Outcome RunGoldenTests(const GoldenOptions& options,
                       const std::function<void(std::string_view)>& print) {
  Lines files;
  Outcome outcome = CollectFiles(options, &files);
  if (!outcome.ok()) return outcome;
  GoldenReport report(options.format, files.size(), print);
  GoldenRunner runner(options, report.printer());
  for (const std::string& path : files) {
    if (options.rewrite) outcome = runner.RewriteFile(path);
    if (!outcome.ok()) return outcome;
    report.Add(path, runner.RunFile(path));
  }
  const std::string summary = report.Finish(runner.skipped());
  return report.failed() == 0 ? Outcome() : Outcome(OutcomeCode::kFindings, summary);
}

}  // namespace weir
