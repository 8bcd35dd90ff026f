#include "arguments.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <map>
#include <span>

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

// The value of an option without the app's name at its front, `APP.REST` or `APP=REST`; false if it
// is for another app.
bool IsFor(const std::string& app, std::string* value) {
  if (!value->starts_with(app) || value->size() <= app.size()) return false;
  const char sign = (*value)[app.size()];
  if (sign != '.' && sign != '=') return false;
  value->erase(0, app.size() + 1);
  return true;
}

// The values of a list that are for the app; all of them if it is the only one.
std::vector<std::string> ValuesFor(const std::string& app, const Settings& settings,
                                   std::string_view option) {
  if (app.empty()) return settings.Texts(option);
  std::vector<std::string> values;
  for (std::string value : settings.Texts(option)) {
    if (value == "none" || IsFor(app, &value)) values.push_back(value);
  }
  return values;
}

weir::Outcome TakeInputs(const Settings& settings, const std::string& app, weir::RunOptions* run) {
  for (const std::string& input : ValuesFor(app, settings, "input")) {
    run->inputs.push_back(SplitInput(input));
    if (run->inputs.back().path.empty()) return Refuse("--input: no path in '" + input + "'");
  }
  return {};
}

// `run` is what has outputs: a run or a replay.
template <class Run>
weir::Outcome TakeOutputs(const Settings& settings, const std::string& app, Run* run) {
  for (const std::string& output : ValuesFor(app, settings, "output")) {
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

weir::Outcome TakeTimes(const Settings& settings, const std::string& app,
                        weir::CompileOptions* compile) {
  for (const std::string& time : ValuesFor(app, settings, "time")) {
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

struct Unit {
  std::string_view name;
  uint64_t factor;
};

// A number and a unit, as `30s`; false if it is none, or too large.
bool ParseAmount(std::string_view text, std::span<const Unit> units, uint64_t* amount) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *amount);
  if (error != std::errc()) return false;
  const std::string_view rest(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units) {
    if (rest != unit.name) continue;
    if (*amount > (uint64_t{1} << 60) / unit.factor) return false;
    *amount *= unit.factor;
    return true;
  }
  return false;
}

constexpr Unit kTimes[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"", 1000}};
constexpr Unit kBytes[] = {{"", 1},
                           {"K", uint64_t{1} << 10},
                           {"M", uint64_t{1} << 20},
                           {"G", uint64_t{1} << 30},
                           {"T", uint64_t{1} << 40}};

weir::Outcome TakeState(const Settings& settings, const std::string& app, weir::RunOptions* run) {
  weir::RunState& state = run->state;
  state.directory = settings.Text("state-dir");
  if (!app.empty() && !state.directory.empty()) state.directory += "/" + app;
  const std::string sync = settings.Text("sync");
  state.sync = sync == "epoch"  ? weir::LogSync::kEpoch
               : sync == "none" ? weir::LogSync::kNone
                                : weir::LogSync::kInterval;
  const std::string interval = settings.Text("snapshot-interval");
  uint64_t amount = 0;
  if (!interval.empty()) {
    if (!ParseAmount(interval, kTimes, &amount)) {
      return Refuse("--snapshot-interval: expected a time as 30s, 5m or 500ms, not '" + interval +
                    "'");
    }
    state.snapshot_interval_ms = static_cast<int64_t>(amount);
  }
  const std::string retention = settings.Text("log-retention");
  if (!ParseAmount(retention, kBytes, &state.retained_log_bytes)) {
    return Refuse("--log-retention: expected a size as 500M or 10G, not '" + retention + "'");
  }
  state.key_file = settings.Text("state-key-file");
  state.key_variable = settings.Text("state-key-env");
  state.migrate = settings.Flag("migrate");
  for (const std::string& text : ValuesFor(app, settings, "resume-from")) {
    const size_t sign = text.find('=');
    weir::ResumePoint point;
    if (sign != std::string::npos) point.output = text.substr(0, sign);
    constexpr Unit kPlain[] = {{"", 1}};
    const std::string number = sign == std::string::npos ? text : text.substr(sign + 1);
    if (!ParseAmount(number, kPlain, &point.sequence)) {
      return Refuse("--resume-from: expected N or OUTPUT=N, not '" + text + "'");
    }
    run->resume_from.push_back(std::move(point));
  }
  run->dead_letters = settings.Text("dead-letters");
  run->statistics = settings.Flag("stats");
  return {};
}

weir::Outcome TakeLocation(const Settings& settings, weir::StateLocation* state) {
  state->directory = settings.Text("state-dir");
  state->key_file = settings.Text("state-key-file");
  state->key_variable = settings.Text("state-key-env");
  return state->directory.empty() ? Refuse("--state-dir is required") : weir::Outcome();
}

weir::Outcome TakeSpan(const Settings& settings, weir::LogSpan* span) {
  span->from = settings.Number("from");
  if (settings.Number("to") != 0) span->to = settings.Number("to");
  return span->from <= span->to ? weir::Outcome() : Refuse("--from is behind --to");
}

// The options that `run` and `-q` share.
weir::Outcome TakeRunOptions(const Settings& settings, RunArguments* result) {
  if (settings.Text("at-eof") == "flush") return Refuse("not supported yet: --at-eof flush");
  weir::RunOptions& run = result->run;
  const std::string& app = run.name = result->name;
  weir::Outcome outcome = TakeInputs(settings, app, &run);
  if (outcome.ok()) outcome = TakeOutputs(settings, app, &run);
  if (outcome.ok()) outcome = TakeTimes(settings, app, &result->compile);
  if (outcome.ok()) outcome = TakeState(settings, app, &run);
  if (!outcome.ok()) return outcome;
  result->compile.playback = settings.Flag("playback");
  result->compile.optimize = settings.Text("optimizer") == "on";
  run.format = FormatOf(settings.Text("format"));
  run.insecure = settings.Flag("insecure");
  run.strict_fields = settings.Flag("strict-fields");
  TakeBadRecords(settings.Text("errors"), &run);
  run.record_bytes_max = settings.Number("max-record-bytes");
  run.bare_output = settings.Flag("bare");
  run.sequence_numbers = settings.Flag("seq");
  run.epoch_size = static_cast<uint32_t>(settings.Number("epoch-size"));
  return {};
}

// The names of several apps: of their files, for the name is a part of options and of paths.
weir::Outcome NameApps(const std::vector<std::string>& paths, std::vector<std::string>* names) {
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).stem().string();
    for (const std::string& other : *names) {
      const bool is_start = name.starts_with(other + ".") || other.starts_with(name + ".");
      if (name != other && !is_start) continue;
      return Refuse("the apps '" + other + "' and '" + name +
                    "', called by the names of their files, cannot be told apart");
    }
    names->push_back(name);
  }
  return {};
}

// What cannot be told apart, or is for none of the apps.
weir::Outcome CheckSeveral(const Settings& settings, const std::vector<std::string>& names) {
  for (const char* option : {"input", "output", "time", "resume-from"}) {
    for (const std::string& value : settings.Texts(option)) {
      const auto takes = [&](const std::string& name) {
        std::string rest = value;
        return IsFor(name, &rest);
      };
      if (value == "none" || std::any_of(names.begin(), names.end(), takes)) continue;
      std::string all;
      for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
      return Refuse("--" + std::string(option) + ": '" + value + "' is for none of the apps " +
                    all + "; begin with the name of one and a point");
    }
  }
  if (settings.Flag("bare")) return Refuse("--bare is for one app: rows do not tell theirs");
  const std::string errors = settings.Text("errors");
  if (errors != "skip" && errors != "stop") return Refuse("--errors FILE is for one app");
  return {};
}

weir::Outcome CheckFiles(const std::deque<RunArguments>& apps) {
  std::map<std::string, std::string> writers;
  for (const RunArguments& one : apps) {
    for (const weir::RunOutput& output : one.run.outputs) {
      if (output.path.empty() || output.path == "-") continue;
      const auto [writer, is_new] = writers.emplace(output.path, one.name);
      if (is_new || writer->second == one.name) continue;
      return Refuse("--output: '" + writer->second + "' and '" + one.name + "' would both write " +
                    output.path);
    }
  }
  return {};
}

}  // namespace

weir::Outcome TakeRun(const Settings& settings, std::deque<RunArguments>* result) {
  const std::vector<std::string>& paths = settings.operands;
  std::vector<std::string> names = {""};
  if (paths.size() > 1) {
    names.clear();
    weir::Outcome outcome = NameApps(paths, &names);
    if (outcome.ok()) outcome = CheckSeveral(settings, names);
    if (!outcome.ok()) return outcome;
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    RunArguments& one = result->emplace_back();
    one.app_path = paths[i];
    one.name = names[i];
    const weir::Outcome outcome = TakeRunOptions(settings, &one);
    if (!outcome.ok()) return outcome;
  }
  return CheckFiles(*result);
}

weir::Outcome TakeOneLiner(const Settings& settings, RunArguments* result) {
  result->query = settings.Text("query");
  return TakeRunOptions(settings, result);
}

weir::Outcome TakeLog(const Settings& settings, LogArguments* result) {
  result->action = settings.operands[0];
  result->numbers = settings.Flag("numbers");
  if (result->numbers && result->action != "show") return Refuse("--numbers is for `log show`");
  const weir::Outcome outcome = TakeLocation(settings, &result->state);
  return outcome.ok() ? TakeSpan(settings, &result->span) : outcome;
}

weir::Outcome TakeSnapshot(const Settings& settings, SnapshotArguments* result) {
  result->action = settings.operands[0];
  result->number = settings.Number("number");
  if (result->number != 0 && result->action != "show") {
    return Refuse("--number is for `snapshot show`");
  }
  return TakeLocation(settings, &result->state);
}

weir::Outcome TakeReplay(const Settings& settings, ReplayArguments* result) {
  weir::ReplayOptions& replay = result->replay;
  result->app_path = settings.Text("app");
  replay.bare_output = settings.Flag("bare");
  replay.sequence_numbers = settings.Flag("seq");
  weir::Outcome outcome = TakeLocation(settings, &replay.state);
  if (outcome.ok()) outcome = TakeSpan(settings, &replay.span);
  return outcome.ok() ? TakeOutputs(settings, "", &replay) : outcome;
}

weir::Outcome TakeDeadLetters(const Settings& settings, DeadLettersArguments* result) {
  weir::DeadLetterLocation& location = result->options.location;
  weir::DeadLetterRange& range = result->options.range;
  result->action = settings.operands[0];
  location.directory = settings.Text("dead-letters");
  location.state_directory = settings.Text("state-dir");
  location.key_file = settings.Text("state-key-file");
  location.key_variable = settings.Text("state-key-env");
  if (location.directory.empty() && location.state_directory.empty()) {
    return Refuse("--dead-letters or --state-dir is required");
  }
  result->app_path = settings.Text("app");
  result->events = settings.Flag("events");
  result->options.insecure = settings.Flag("insecure");
  if (result->events && result->action != "show") return Refuse("--events is for `show`");
  if (result->action != "replay" && !result->app_path.empty()) {
    return Refuse("--app is for `replay`");
  }
  if (result->action == "replay" && result->app_path.empty() && location.state_directory.empty()) {
    return Refuse("--app or --state-dir is required");
  }
  weir::LogSpan span;
  const weir::Outcome outcome = TakeSpan(settings, &span);
  range.from = span.from == 0 ? 1 : span.from;
  range.to = span.to;
  range.stream = settings.Text("stream");
  return outcome;
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
