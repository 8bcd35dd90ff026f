// How an operation of the engine ended, and the exit code a program gives for it.
#pragma once

#include <string>
#include <utility>

namespace weir {

// What went wrong; the numbers are the exit codes of the command line.
enum class OutcomeCode {
  kOk = 0,
  kFindings = 1,       // failed tests, or warnings where they are denied
  kUsage = 64,         // the caller asked for something that cannot be
  kBadRecord = 65,     // an input record is malformed and the run was to stop at it
  kNoInput = 66,       // no such input, or a directory
  kInternal = 70,      // a fault of the engine
  kCannotCreate = 73,  // an output cannot be created
  kIo = 74,            // the operating system failed a read or write
  kLocked = 75,        // the state directory is in use
  kAppRefused = 78,    // the app has errors
};

constexpr int ExitCode(OutcomeCode code) { return static_cast<int>(code); }

// Success, or a failure with one line that says why.
class [[nodiscard]] Outcome {
 public:
  Outcome() = default;
  Outcome(OutcomeCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == OutcomeCode::kOk; }
  OutcomeCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  OutcomeCode code_ = OutcomeCode::kOk;
  std::string message_;
};

}  // namespace weir
