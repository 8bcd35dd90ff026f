// What is typed at the prompt of `weir repl`, one input after the other.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "repl/repl_session.h"
#include "repl/row_printer.h"

struct DotCommand {
  std::string_view name;  // with its dot
  std::string_view operands;
  std::string_view help;
};

// In the order of `.help`.
const std::vector<DotCommand>& DotCommands();

// Results go to standard output (or to `.output`), findings to standard error.
class ReplShell {
 public:
  explicit ReplShell(weir::RowMode mode);

  // True if the text is something to execute: a dot command's line, or statements with their end.
  static bool IsComplete(std::string_view text);

  // Executes one input; false if there was an error. `source` names the text in messages.
  bool Execute(std::string_view text, const std::string& source);
  // All of a text, input by input; stops at an error if `.bail on`.
  bool ExecuteScript(std::string_view text, const std::string& source);

  const weir::ReplSession& session() const { return session_; }
  bool quits() const { return quits_; }
  bool bails() const { return bails_; }

 private:
  bool Dot(const std::string& line);
  bool DotSession(const std::string& line, const std::string& name, const std::string& rest);
  bool DotShow(const std::string& name, const std::string& rest);
  bool DotShell(const std::string& name, const std::string& rest);
  bool Query(const std::string& line, const std::string& rest);
  bool Send(const std::string& rest);
  bool Feed(const std::string& rest);
  bool SetClock(const std::string& rest);
  bool Explain(const std::string& query, const std::string& format);
  bool SetMode(const std::string& rest);
  bool SetSwitch(const std::string& rest, bool* value);
  bool SetOutput(const std::string& rest);
  bool ReadScript(const std::string& path);
  bool Snapshot(const std::string& path);
  bool Restore(const std::string& path);
  bool Finish(const weir::Outcome& outcome);
  bool Fail(const std::string& message);
  void Print(std::string_view text);

  // Where the input at hand stands: the text that it belongs to, and what is before it there.
  struct Place {
    std::string source;
    std::string before;
  };

  weir::RowPrinter printer_;
  std::ofstream file_;
  bool failed_ = false;  // an answer or a record of the input at hand
  weir::ReplSession session_;
  bool quits_ = false;
  bool bails_ = false;
  bool timer_ = false;
  int depth_ = 0;  // of `.read`
  Place place_;
};
