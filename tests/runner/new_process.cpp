#include "runner/new_process.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "testing/golden_file.h"
#include "testing/golden_play.h"
#include "testing/golden_text.h"

namespace {

std::string Quoted(const std::string& text) { return "'" + text + "'"; }

// What a command prints; nothing if it fails.
std::optional<std::string> OutputOf(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  char piece[4096];
  while (const size_t size = std::fread(piece, 1, sizeof(piece), pipe)) text.append(piece, size);
  if (pclose(pipe) != 0) return std::nullopt;
  return text;
}

bool PlayCase(const weir::GoldenFile& file, size_t number, const std::string& folder) {
  const weir::GoldenCase& golden = file.cases[number];
  if (golden.refused) return true;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  for (size_t i = 0; i < golden.steps.size(); ++i) {
    const weir::GoldenStep& step = golden.steps[i];
    const std::string before = i == 0 ? "" : folder + "/" + std::to_string(i - 1);
    const std::string command = Quoted(program) + " --one-step " + Quoted(file.path) + " " +
                                std::to_string(number) + " " + std::to_string(i) + " " +
                                Quoted(before) + " " + Quoted(folder + "/" + std::to_string(i));
    const std::optional<std::string> text = OutputOf(command);
    const std::string place = file.path + ":" + std::to_string(step.line) + ": ";
    if (!text) {
      std::printf("%sthe process of this step failed: %s\n", place.c_str(), command.c_str());
      return false;
    }
    if (golden.oracle && !step.expected.listed) continue;
    const std::vector<std::string> lines = weir::SplitLines(*text);
    if (weir::LinesMatch(step.expected.lines, lines, step.expected.any_order)) continue;
    std::printf("%sother output in new processes\n%s\n", place.c_str(),
                weir::UnifiedDiff(step.expected.lines, lines).c_str());
    return false;
  }
  return true;
}

}  // namespace

bool PlayInNewProcesses(const std::vector<std::string>& paths) {
  std::string folder = (std::filesystem::temp_directory_path() / "weir-steps-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return false;
  size_t steps = 0;
  bool all = !paths.empty();
  for (const std::string& path : paths) {
    const weir::Result<weir::GoldenFile> file =
        weir::ParseGoldenFile(path, weir::ReadText(path).value_or(""));
    if (!file.ok()) std::printf("%s\n", file.status().message().c_str());
    all &= file.ok();
    for (size_t i = 0; file.ok() && i < file.value().cases.size(); ++i) {
      all &= PlayCase(file.value(), i, folder);
      steps += file.value().cases[i].steps.size();
    }
  }
  std::filesystem::remove_all(folder);
  std::printf("%zu files, %zu steps\n", paths.size(), steps);
  return all && steps > 0;
}

int PlayOneStep(const std::vector<std::string>& arguments) {
  if (arguments.size() != 5) return 64;
  const weir::Result<weir::GoldenFile> file =
      weir::ParseGoldenFile(arguments[0], weir::ReadText(arguments[0]).value_or(""));
  if (!file.ok()) return 65;
  const weir::GoldenCase& golden = file.value().cases.at(std::stoul(arguments[1]));
  const size_t step = std::stoul(arguments[2]);
  const std::string before = arguments[3].empty() ? "" : weir::ReadText(arguments[3]).value_or("");
  std::string behind;
  const weir::GoldenPlay play = weir::PlayGoldenStep(golden, step, before, &behind);
  if (!play.problem.empty()) std::fprintf(stderr, "%s\n", play.problem.c_str());
  if (!play.problem.empty() || play.refused) return 1;
  std::ofstream(arguments[4], std::ios::binary) << behind;
  for (const std::string& line : play.outputs[step]) std::printf("%s\n", line.c_str());
  return 0;
}
