#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "time/timeline.h"
#include "types/value.h"

namespace weir {

// Limits of one call of a script. Steps are rounds of loops, calls and items that built-in
// functions visit: what they count to is the same on every machine. The seconds are for a regular
// expression that searches for ever, the only thing that does not count steps.
inline constexpr uint64_t kMaxScriptSteps = 5'000'000;
inline constexpr uint32_t kMaxScriptHeapBytes = 64 << 20;  // of all scripts of a thread
inline constexpr uint32_t kMaxScriptSeconds = 60;
inline constexpr size_t kMaxScriptTextBytes = 16 << 20;  // of one text it returns
inline constexpr uint32_t kMaxScriptDepth = 64;          // of lists and maps it takes or returns

// A mistake in the text of a script.
struct ScriptProblem {
  std::string message;
  uint32_t line = 0;    // 1-based, of the body
  uint32_t column = 0;  // 0-based, in that line
};

// What a script sees of the world.
struct ScriptMoment {
  TimeMs now = 0;     // what Date takes for the time
  uint64_t seed = 0;  // of Math.random
};

// One function in JavaScript. It has nothing but the language itself: no files, no timers, no
// globals of its own. What a call leaves behind is gone at the next one, so a call is a function of
// its arguments and the moment. May be shared by threads: each makes an engine of its own.
class Script {
 public:
  // False where weir was built without a script engine; then nothing compiles.
  static bool Available();

  // A function of one parameter, `data`. Null if there is a problem.
  static std::shared_ptr<const Script> Compile(std::string name, std::string body,
                                               ScriptProblem* problem);

  Script(std::string name, std::string body);
  ~Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  // Calls it with `data` as the list of the arguments. Fails if it throws, passes a limit or
  // returns something that is no `result`.
  Result<Value> Call(std::span<const Value> data, Type result, const ScriptMoment& moment) const;

  const std::string& name() const { return name_; }
  const std::string& body() const { return body_; }
  uint64_t number() const { return number_; }  // no other script of the process has it

 private:
  std::string name_;
  std::string body_;
  uint64_t number_;
};

}  // namespace weir
