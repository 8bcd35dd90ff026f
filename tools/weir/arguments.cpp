#include "arguments.h"

#include <cctype>

namespace {

bool IsName(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

// `STREAM=PATH` if what stands before the sign is a name, else a path.
weir::RunInput SplitInput(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos || !IsName(text.substr(0, sign))) return {"", text};
  return {text.substr(0, sign), text.substr(sign + 1)};
}

weir::RunOutput SplitOutput(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos) return {text, ""};
  return {text.substr(0, sign), text.substr(sign + 1)};
}

weir::Outcome Refuse(const std::string& message) { return {weir::OutcomeCode::kUsage, message}; }

weir::Outcome TakeInputs(const Settings& settings, weir::RunOptions* run) {
  for (const std::string& input : settings.Texts("input")) {
    run->inputs.push_back(SplitInput(input));
    if (run->inputs.back().path.empty()) return Refuse("--input: no path in '" + input + "'");
  }
  return {};
}

weir::Outcome TakeOutputs(const Settings& settings, weir::RunOptions* run) {
  for (const std::string& output : settings.Texts("output")) {
    if (output == "none") {
      run->no_outputs = true;
      continue;
    }
    run->outputs.push_back(SplitOutput(output));
    if (run->outputs.back().what.empty() || output.back() == '=') {
      return Refuse("--output: expected WHAT or WHAT=PATH, not '" + output + "'");
    }
  }
  if (run->no_outputs && !run->outputs.empty()) {
    return Refuse("--output none excludes other outputs");
  }
  return {};
}

weir::Outcome TakeTimes(const Settings& settings, weir::CompileOptions* compile) {
  for (const std::string& time : settings.Texts("time")) {
    const size_t sign = time.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == time.size()) {
      return Refuse("--time: expected STREAM=ATTR, not '" + time + "'");
    }
    compile->time.push_back({time.substr(0, sign), time.substr(sign + 1)});
  }
  return {};
}

weir::LineFormat FormatOf(const std::string& name) {
  if (name == "bare") return weir::LineFormat::kBare;
  return name == "envelope" ? weir::LineFormat::kEnvelope : weir::LineFormat::kAny;
}

void TakeBadRecords(const std::string& errors, weir::RunOptions* run) {
  run->bad_records = errors == "skip"   ? weir::BadRecordPolicy::kSkip
                     : errors == "stop" ? weir::BadRecordPolicy::kStop
                                        : weir::BadRecordPolicy::kFile;
  if (run->bad_records == weir::BadRecordPolicy::kFile) run->bad_record_path = errors;
}

// The options that `run` and `-q` share.
weir::Outcome TakeRunOptions(const Settings& settings, RunArguments* result) {
  if (settings.Text("at-eof") == "flush") return Refuse("not supported yet: --at-eof flush");
  weir::RunOptions& run = result->run;
  weir::Outcome outcome = TakeInputs(settings, &run);
  if (outcome.ok()) outcome = TakeOutputs(settings, &run);
  if (outcome.ok()) outcome = TakeTimes(settings, &result->compile);
  if (!outcome.ok()) return outcome;
  result->compile.playback = settings.Flag("playback");
  result->compile.optimize = settings.Text("optimizer") == "on";
  run.format = FormatOf(settings.Text("format"));
  run.strict_fields = settings.Flag("strict-fields");
  TakeBadRecords(settings.Text("errors"), &run);
  run.record_bytes_max = settings.Number("max-record-bytes");
  run.bare_output = settings.Flag("bare");
  run.sequence_numbers = settings.Flag("seq");
  run.epoch_size = static_cast<uint32_t>(settings.Number("epoch-size"));
  return {};
}

}  // namespace

weir::Outcome TakeRun(const Settings& settings, RunArguments* result) {
  result->app_path = settings.operands[0];
  return TakeRunOptions(settings, result);
}

weir::Outcome TakeOneLiner(const Settings& settings, RunArguments* result) {
  result->query = settings.Text("query");
  return TakeRunOptions(settings, result);
}

weir::Outcome TakeTest(const Settings& settings, weir::GoldenOptions* result) {
  result->paths = settings.operands;
  result->rewrite = settings.Flag("rewrite");
  result->mode = settings.Text("mode");
  result->only = settings.Number("only");
  const std::string format = settings.Text("format");
  result->format = format == "tap"     ? weir::GoldenFormat::kTap
                   : format == "junit" ? weir::GoldenFormat::kJunit
                                       : weir::GoldenFormat::kText;
  return weir::CheckGoldenOptions(*result);
}

CheckArguments TakeCheck(const Settings& settings) {
  return {.paths = settings.operands,
          .json = settings.Text("format") == "json",
          .deny_warnings = settings.Flag("deny-warnings")};
}

ExplainArguments TakeExplain(const Settings& settings) {
  ExplainArguments result;
  result.path = settings.operands[0];
  result.format = settings.Text("format");
  result.compile.optimize = settings.Text("optimizer") == "on";
  return result;
}
