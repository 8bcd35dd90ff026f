#include "repl/repl_session.h"

#include <algorithm>
#include <cctype>
#include <span>

namespace weir {
namespace {

constexpr const char* kAppFile = "app";

size_t LinesOf(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

// As long and as many lines, with nothing in it.
std::string Blank(std::string_view text) {
  std::string blank;
  for (const char c : text) {
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins_character) blank += c == '\t' || c == '\n' ? c : ' ';
  }
  return blank;
}

// Whether a definition is one of a stream.
bool DefinesStream(std::string_view text) {
  std::vector<std::string> words;
  for (const TextToken& token : TokensOf(text)) {
    std::string word(text.substr(token.begin, token.end - token.begin));
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!words.empty() && words.back() == "define") return word == "stream";
    words.push_back(std::move(word));
  }
  return false;
}

CompileResult Compile(const std::string& text) {
  CompileOptions options;
  options.file_name = kAppFile;
  options.playback = true;
  return CompileApp(text, options);
}

}  // namespace

ReplSession::ReplSession(ReplListener listener) : listener_(std::move(listener)) {
  app_ = Compile("").app;
  const Outcome opened = OpenSession(app_, {}, &session_);
  if (!opened.ok()) session_.reset();  // cannot be: an empty app runs
}

ReplSession::Part ReplSession::MakePart(std::string_view text, const Statement& statement,
                                        const std::string& source) {
  Part part;
  part.statement = statement;
  part.source = source;
  part.source_line = LinesOf(text.substr(0, statement.begin)) + 1;
  const size_t break_before = text.substr(0, statement.begin).rfind('\n');
  const size_t line_begin = break_before == std::string_view::npos ? 0 : break_before + 1;
  if (statement.kind == StatementKind::kQuery && statement.name.empty()) {
    // The engine numbers queries without a name by their place, which changes.
    part.statement.name = "query_" + std::to_string(++queries_named_);
    part.text = "@info(name = '" + part.statement.name + "')\n";
    part.added_lines = 1;
  }
  part.text += Blank(text.substr(line_begin, statement.begin - line_begin));
  part.text += std::string(text.substr(statement.begin, statement.end - statement.begin)) + "\n";
  return part;
}

Outcome ReplSession::Add(std::string_view text, const std::string& source) {
  std::vector<Part> parts = parts_;
  for (const Statement& statement : StatementsOf(text)) {
    if (statement.kind != StatementKind::kQuestion) {
      parts.push_back(MakePart(text, statement, source));
      continue;
    }
    if (parts.size() > parts_.size()) {
      const Outcome changed = Change(parts);
      if (!changed.ok()) return changed;
    }
    const Outcome asked = Ask(text, statement, source);
    if (!asked.ok()) return asked;
  }
  return parts.size() > parts_.size() ? Change(std::move(parts)) : Outcome();
}

Outcome ReplSession::Drop(const std::string& name) {
  std::vector<Part> parts = parts_;
  std::erase_if(parts, [&](const Part& part) { return part.statement.name == name; });
  if (name.empty() || parts.size() == parts_.size()) {
    return {OutcomeCode::kUsage, "nothing is named '" + name + "'"};
  }
  return Change(std::move(parts));
}

Outcome ReplSession::Change(std::vector<Part> parts) {
  std::string text;
  for (const Part& part : parts) text += part.text;
  const CompileResult compiled = Compile(text);
  for (const AppDiagnostic& diagnostic : compiled.diagnostics) Tell(diagnostic, parts);
  if (compiled.app == nullptr) return {OutcomeCode::kAppRefused, ""};
  std::unique_ptr<Session> next;
  Outcome outcome = OpenSession(compiled.app, parts, &next);
  if (outcome.ok()) outcome = KeepState(next.get());
  if (!outcome.ok()) return outcome;
  parts_ = std::move(parts);
  app_ = compiled.app;
  session_ = std::move(next);
  return {};
}

Outcome ReplSession::OpenSession(const std::shared_ptr<const App>& app,
                                 const std::vector<Part>& parts,
                                 std::unique_ptr<Session>* session) const {
  SessionOptions options;
  options.outputs = app->default_outputs();
  const std::vector<StreamInfo> streams = app->streams();
  for (const Part& part : parts) {
    for (const std::string& target : part.statement.targets) {
      // Tables and named windows are asked, not shown.
      const bool is_kept = std::any_of(parts.begin(), parts.end(), [&](const Part& other) {
        return other.statement.kind == StatementKind::kDefinition &&
               other.statement.name == target && !DefinesStream(other.text);
      });
      const bool is_stream = std::any_of(streams.begin(), streams.end(),
                                         [&](const StreamInfo& one) { return one.name == target; });
      const bool is_listed = std::find(options.outputs.begin(), options.outputs.end(), target) !=
                             options.outputs.end();
      if (is_stream && !is_kept && !is_listed) options.outputs.push_back(target);
    }
  }
  options.no_outputs = options.outputs.empty();
  options.on_row = listener_.on_row;
  options.on_answer = [this](std::string_view json) { listener_.on_answer(json); };
  options.on_log = [this](uint64_t, std::string_view line) { listener_.on_note(line); };
  options.on_bad_record = [this](uint64_t line, std::string_view reason) {
    listener_.on_note("line " + std::to_string(line) + ": " + std::string(reason));
  };
  return Session::Open(app, std::move(options), session);
}

Outcome ReplSession::KeepState(Session* next) {
  if (session_->next_message() == 0) return {};
  std::string state;
  const Outcome saved = session_->SaveState(&state);
  if (!saved.ok()) return saved;
  std::vector<std::string> dropped;
  return next->LoadState(state, &dropped);
}

// Finds the statement that the finding is about, and tells the line that it has there.
void ReplSession::Tell(const AppDiagnostic& diagnostic, const std::vector<Part>& parts) const {
  size_t first = 1;
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t lines = LinesOf(parts[i].text);
    if (diagnostic.line >= first + lines) {
      first += lines;
      continue;
    }
    // A warning about what was there before has been told.
    const bool is_old = i < parts_.size() && parts_[i].text == parts[i].text;
    if (is_old && !diagnostic.is_error) return;
    std::string text = diagnostic.rendered;
    const std::string prefix = std::string(kAppFile) + ":" + std::to_string(diagnostic.line) + ":";
    const size_t within = diagnostic.line - first;
    const size_t line = parts[i].source_line + within - std::min(within, parts[i].added_lines);
    if (text.starts_with(prefix)) {
      text.replace(0, prefix.size(), parts[i].source + ":" + std::to_string(line) + ":");
    }
    return TellRendered(text);
  }
  TellRendered(diagnostic.rendered);
}

Outcome ReplSession::Ask(std::string_view text, const Statement& question,
                         const std::string& source) {
  std::string_view query = text.substr(question.begin, question.end - question.begin);
  while (!query.empty() && query.back() == ';') query.remove_suffix(1);
  const std::string placed = Blank(text.substr(0, question.begin)) + std::string(query);
  const std::vector<AppDiagnostic> faults = FaultsOfQuery(*app_, placed, source);
  for (const AppDiagnostic& fault : faults) TellRendered(fault.rendered);
  return faults.empty() ? session_->Query(query) : Outcome(OutcomeCode::kAppRefused, "");
}

void ReplSession::TellRendered(std::string_view text) const {
  listener_.on_note(text.substr(0, text.find_last_not_of('\n') + 1));
}

Outcome ReplSession::Send(const std::string& stream, std::string_view json,
                          std::optional<int64_t> time_ms) {
  const SessionJsonRow row{json, time_ms};
  const Outcome sent = session_->SendJson(stream, std::span(&row, 1));
  return sent.ok() ? session_->Flush() : sent;
}

Outcome ReplSession::Feed(std::string_view lines, const std::string& stream) {
  const Outcome sent = session_->SendNdjson(lines, stream);
  return sent.ok() ? session_->Flush() : sent;
}

Outcome ReplSession::SetClock(int64_t time_ms) {
  if (time_ms < session_->clock()) {
    return {OutcomeCode::kUsage,
            "the clock stands at " + std::to_string(session_->clock()) + " and cannot go back"};
  }
  const Outcome moved = session_->AdvanceTo(time_ms);
  return moved.ok() ? session_->Flush() : moved;
}

Outcome ReplSession::Step() {
  const std::optional<int64_t> due = session_->next_timer();
  if (!due) return {OutcomeCode::kUsage, "no timer is armed"};
  return SetClock(std::max(*due, session_->clock()));
}

Outcome ReplSession::DescribeState(const std::string& name, std::string* text) {
  std::vector<UnitState> units;
  const Outcome described = session_->DescribeState(&units);
  if (!described.ok()) return described;
  for (const UnitState& unit : units) {
    if (!name.empty() && !unit.name.ends_with(" '" + name + "'")) continue;
    *text += unit.name + ": " + std::to_string(unit.records) + " records, " +
             std::to_string(unit.bytes) + " bytes\n";
    if (!name.empty()) *text += unit.shape + (unit.shape.ends_with('\n') ? "" : "\n");
  }
  if (!name.empty() && text->empty()) {
    return {OutcomeCode::kUsage, "no query, table or window is named '" + name + "'"};
  }
  return {};
}

Outcome ReplSession::Explain(const std::string& query, const std::string& format,
                             std::string* plan) const {
  if (query.empty()) return app_->Explain(format, plan);
  std::string text;
  bool found = false;
  for (const Part& part : parts_) {
    const bool is_it = part.statement.name == query;
    found |= is_it && part.statement.kind != StatementKind::kDefinition;
    if (is_it || part.statement.kind == StatementKind::kDefinition) text += part.text;
  }
  if (!found) return {OutcomeCode::kUsage, "no query is named '" + query + "'"};
  const CompileResult compiled = Compile(text);
  // A query that reads what another query makes cannot stand alone.
  return compiled.app == nullptr ? app_->Explain(format, plan)
                                 : compiled.app->Explain(format, plan);
}

Outcome ReplSession::Snapshot(std::string* bytes) { return session_->SaveState(bytes); }

Outcome ReplSession::Restore(std::string_view bytes) {
  std::unique_ptr<Session> next;
  Outcome outcome = OpenSession(app_, parts_, &next);
  if (outcome.ok()) outcome = next->LoadState(bytes);
  if (outcome.ok()) session_ = std::move(next);
  return outcome;
}

std::string ReplSession::Text() const {
  std::string text;
  for (const Part& part : parts_) text += part.text;
  return text;
}

std::string ReplSession::TextOf(std::string_view name) const {
  std::string text;
  for (const Part& part : parts_) {
    if (part.statement.name == name) text += part.text;
  }
  return text;
}

std::vector<std::string> ReplSession::Names() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (!part.statement.name.empty()) names.push_back(part.statement.name);
  }
  return names;
}

}  // namespace weir
