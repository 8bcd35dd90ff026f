#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/state_map.h"
#include "catalog/registry.h"
#include "exec/window_operator.h"

namespace weir::window_test {

// Rows of the tests: (id long, key string, value double, at long).
struct TestRow {
  int64_t id = 0;
  TimeMs timestamp = 0;
  std::optional<std::string> key = "k";
  std::optional<double> value = 0.0;
  std::optional<int64_t> at = 0;
};
inline constexpr uint32_t kIdColumn = 0;
inline constexpr uint32_t kKeyColumn = 1;
inline constexpr uint32_t kValueColumn = 2;
inline constexpr uint32_t kAtColumn = 3;

// Rows that arrive together; without rows: a step of the clock to `clock`.
struct TestMessage {
  std::vector<TestRow> rows;
  TimeMs clock = 0;
};

struct OutputRow {
  RowKind kind;
  TimeMs timestamp;
  int64_t id;  // -1: a reset
  friend bool operator==(const OutputRow&, const OutputRow&) = default;
};

// What a window emitted under one key.
struct OutputEmission {
  uint64_t message = 0;  // at or before which message
  TimeMs time = 0;
  std::vector<OutputRow> rows;
  friend bool operator==(const OutputEmission&, const OutputEmission&) = default;
};
// Empty if both are the same, else the first place where they are not.
std::string Difference(const std::vector<OutputEmission>& expected,
                       const std::vector<OutputEmission>& actual);

struct WindowCall {
  std::string name;
  std::vector<Argument> arguments;
  bool needs_expired = true;
  bool needs_find_rows = false;
};

Argument IntArgument(int32_t value);
Argument LongArgument(int64_t value);
Argument DoubleArgument(double value);
Argument BoolArgument(bool value);
Argument StringArgument(const std::string& value);
Argument ColumnArgument(uint32_t column);

// The error of a call that is refused, empty if it is not.
std::string CallError(const std::string& name, const std::vector<Argument>& arguments);

// A window operator and what it has emitted so far.
class WindowRun {
 public:
  // The clock starts at `clock`.
  WindowRun(const WindowCall& call, TimeMs clock);
  ~WindowRun();
  // One epoch, its rows cut into chunks of about `chunk_rows`. Checks that keys ascend and no
  // emission is split.
  void Process(std::span<const TestMessage> messages, size_t chunk_rows);
  const std::vector<OutputEmission>& emissions() const;

  StateMap State() const;
  // A new operator takes over from `state`; its status is given back.
  Status Restore(const StateMap& state);

  class Collector;
  const Collector& collector() const { return *collector_; }

 private:
  WindowCall call_;
  TimeMs clock_;
  uint64_t messages_ = 0;  // processed
  std::unique_ptr<Operator> operator_;
  std::unique_ptr<Collector> collector_;
};

// Runs the messages through a window operator, `epoch_size` at a time, each epoch's rows cut into
// chunks of about `chunk_rows`. Checks that keys ascend and no emission is split.
std::vector<OutputEmission> RunWindow(const WindowCall& call,
                                      const std::vector<TestMessage>& messages, size_t epoch_size,
                                      size_t chunk_rows);
// Runs them under several epoch sizes, which must agree in every key and row.
std::vector<OutputEmission> RunWindow(const WindowCall& call,
                                      const std::vector<TestMessage>& messages);

// The rows of all emissions, as one text: `+3@1000` current, `-3@1000` expired, `r@1000` reset,
// with `|` between emissions.
std::string Render(const std::vector<OutputEmission>& emissions);

// Messages whose rows carry increasing ids and the given timestamps; the clock follows.
class MessageList {
 public:
  explicit MessageList(TimeMs start) : clock_(start) {}
  // One row; `at` and `value` default to the id.
  MessageList& Row(TimeMs timestamp, std::optional<std::string> key = "k");
  MessageList& RowAt(int64_t at);  // at the present clock, with an external time
  MessageList& RowValue(std::optional<double> value);
  MessageList& Rows(const std::vector<TimeMs>& timestamps);  // one message
  MessageList& Clock(TimeMs clock);
  const std::vector<TestMessage>& messages() const { return messages_; }

 private:
  TestRow MakeRow(TimeMs timestamp);
  void Add(TestMessage message);

  TimeMs clock_;
  int64_t next_id_ = 1;
  std::vector<TestMessage> messages_;
};

// Random messages: several rows at a time, late rows, clock steps, nulls, repeated times. The same
// seed gives the same messages.
std::vector<TestMessage> RandomMessages(uint64_t seed, size_t count);

}  // namespace weir::window_test
