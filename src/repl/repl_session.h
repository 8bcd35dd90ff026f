// An app that grows and shrinks while it runs, statement by statement.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/app.h"
#include "weir/outcome.h"
#include "weir/session.h"
#include "weir/statements.h"

namespace weir {

// What a session tells its user.
struct ReplListener {
  std::function<void(const OutputRow&)> on_row;
  std::function<void(std::string_view json)> on_answer;
  std::function<void(std::string_view line)> on_note;  // findings, bad records, lines of the app
};

// Runs on event time: timestamps and SetClock move the clock, which begins at 0. What is shown are
// the app's outputs and all streams that queries added by Add write. When the app changes, queries,
// tables and windows that stay keep their state.
class ReplSession {
 public:
  explicit ReplSession(ReplListener listener);

  // Adds statements to the app and answers questions, in order; `source` names the text in
  // messages. What cannot be is told to on_note with its place, and nothing of it is added.
  Outcome Add(std::string_view text, const std::string& source);

  // Takes a definition or a query away. kUsage if there is none of that name, kAppRefused if the
  // rest needs it.
  Outcome Drop(const std::string& name);

  // One event, or several as one message, as JSON. kBadRecord if it does not fit.
  Outcome Send(const std::string& stream, std::string_view json, std::optional<int64_t> time_ms);
  // Lines as `weir run` reads them; `stream`, which may be empty, takes bare events.
  Outcome Feed(std::string_view lines, const std::string& stream);
  // Timers that are due until then fire. kUsage if the clock is further already.
  Outcome SetClock(int64_t time_ms);

  // Moves the clock to the next timer that is due. kUsage if none is armed.
  Outcome Step();

  // How large the state is, by query or definition; of one alone if `name` is not empty, with its
  // operators. kUsage if there is none of that name.
  Outcome DescribeState(const std::string& name, std::string* text);

  // The plan of the app, or of one query and what it needs.
  Outcome Explain(const std::string& query, const std::string& format, std::string* plan) const;

  // The state without the app; Restore takes that of the same app only.
  Outcome Snapshot(std::string* bytes);
  Outcome Restore(std::string_view bytes);

  const App& app() const { return *app_; }
  int64_t clock() const { return session_->clock(); }
  // The text of the app, or of one of its parts; empty if there is none of that name.
  std::string Text() const;
  std::string TextOf(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  // A statement of the app. Its text has the columns that it had in its source.
  struct Part {
    Statement statement;
    std::string text;
    std::string source;
    size_t source_line = 1;  // of the text's first line, without lines put before it
    size_t added_lines = 0;  // put before it
  };

  Part MakePart(std::string_view text, const Statement& statement, const std::string& source);
  Outcome Change(std::vector<Part> parts);
  Outcome Ask(std::string_view text, const Statement& question, const std::string& source);
  Outcome OpenSession(const std::shared_ptr<const App>& app, const std::vector<Part>& parts,
                      std::unique_ptr<Session>* session) const;
  Outcome KeepState(Session* next);
  void Tell(const AppDiagnostic& diagnostic, const std::vector<Part>& parts) const;
  void TellRendered(std::string_view text) const;

  ReplListener listener_;
  std::vector<Part> parts_;
  size_t queries_named_ = 0;
  std::shared_ptr<const App> app_;
  std::unique_ptr<Session> session_;
};

}  // namespace weir
