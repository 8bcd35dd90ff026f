// A running app, fed by its caller: for tests and for embedding.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weir/app.h"
#include "weir/outcome.h"

namespace weir {

// One output row. All texts are valid during the callback only.
struct OutputRow {
  std::string_view name;  // of the stream or query
  bool is_query = false;
  bool is_expired = false;  // queries only
  int64_t timestamp = 0;    // ms
  uint64_t message = 0;     // number of the message that caused it, counted from 0 over the run
  uint64_t sequence = 0;    // running count of this output's rows, from 1
  std::string_view values;  // `["A", 10.0]`: JSON array in schema order, `, ` between values
  std::string_view event;   // `{"symbol":"A","price":10.0}`
};

// A row to send: null, bool, int or long, float or double, string. Numbers must fit the attribute.
using SessionValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

struct SessionRow {
  std::vector<SessionValue> values;  // in schema order; missing trailing values are null
  std::optional<int64_t> timestamp;  // ms; absent: the current clock
};

struct SessionJsonRow {
  std::string_view json;             // `["A", 10.0]` in schema order, or `{"symbol":"A"}`
  std::optional<int64_t> timestamp;  // ms; absent: the current clock
};

struct SessionOptions {
  // `STREAM` or `query:NAME`; empty: App::default_outputs().
  std::vector<std::string> outputs;
  bool no_outputs = false;
  // Messages per epoch, 1 to 4096: results never depend on it.
  uint32_t epoch_size = 2048;
  // So many rows of a table on disk are looked at at a time, where a condition may find many; 0: as
  // many as are best. Results never depend on it.
  uint32_t table_batch_rows = 0;
  bool strict_fields = false;  // unknown keys make a record bad
  std::function<void(const OutputRow&)> on_row;
  // A bad record of SendNdjson: its line within that call, from 1, and the reason.
  std::function<void(uint64_t line, std::string_view reason)> on_bad_record;
  // A line that the app writes for its user (#log, events that could not be processed), after the
  // rows of the same epoch, with the number of the message that caused it.
  std::function<void(uint64_t message, std::string_view line)> on_log;
  // The answer to an on-demand query: one line of JSON.
  std::function<void(std::string_view json)> on_answer;
};

// What a query, partition or definition holds.
struct UnitState {
  std::string name;   // `query 'q1'`
  std::string shape;  // its operators, one a line
  uint64_t records = 0;
  uint64_t bytes = 0;  // of the records as they would be stored
};

// Sources and sinks of the app are not opened, so that nothing outside is touched; what a sink
// writes to the log goes to on_log. Messages are numbered from 0 in the order of the calls. They
// are collected into epochs; rows come out when an epoch is full or flushed. A refused call sends
// nothing. One thread at a time.
//
// In event time (App::playback) a message moves the clock to its last row's timestamp, never back;
// the app starts at the first timestamp seen. Otherwise only AdvanceTo moves the clock: it tells
// the recorded wall clock, and a row's timestamp is its own.
class Session {
 public:
  // kUsage if an output names nothing, with the nearest name.
  static Outcome Open(std::shared_ptr<const App> app, SessionOptions options,
                      std::unique_ptr<Session>* session);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Sends all rows as one message (one chunk in the language's semantics). kBadRecord if a row
  // does not fit the stream, kUsage if there is no such stream.
  Outcome SendJson(std::string_view stream, std::span<const SessionJsonRow> rows);
  Outcome SendJson(std::string_view stream, std::string_view row_json);
  Outcome Send(std::string_view stream, std::span<const SessionRow> rows);

  // A message without rows that sets the clock; does nothing to a clock that is further already.
  Outcome AdvanceTo(int64_t time_ms);

  // Feeds lines as `weir run` reads them; `bare_stream` (may be empty) takes bare events. The bytes
  // end with the last line. Bad records go to on_bad_record and are skipped.
  Outcome SendNdjson(std::string_view bytes, std::string_view bare_stream);

  // Feeds records of one stream in a codec: `csv`, `json`, ... What @source(@map(...)) of the
  // stream says about that codec holds. Bad records as above; kUsage if there is no such stream or
  // codec.
  Outcome SendEncoded(std::string_view bytes, std::string_view stream, std::string_view codec);

  // Runs what was sent so far, then gives on_answer the answer to an on-demand query.
  Outcome Query(std::string_view text);

  // Runs what was sent so far; on_row is called for all that follows from it.
  Outcome Flush();

  // Runs what was sent so far; `bytes` receives the state of all queries, tables and windows, the
  // clock and the counts of output rows. Sessions of the same app, with the same outputs, go on
  // from there as if nothing had happened. The format may change from version to version.
  Outcome SaveState(std::string* bytes);
  // On a session that was sent nothing. kAppRefused if the state is that of another app, with what
  // differs; kIo if the bytes are damaged. With `dropped`, the state of all queries and definitions
  // that have the same name and shape is kept, and the names of those whose state is not go there.
  // After a failure the session is of no use.
  Outcome LoadState(std::string_view bytes, std::vector<std::string>* dropped = nullptr);

  // Runs what was sent so far, then tells how large the state of each part of the app is, in the
  // app's order.
  Outcome DescribeState(std::vector<UnitState>* units);

  uint64_t next_message() const;  // the number the next message gets
  int64_t clock() const;          // as of the last message sent; 0 before any timestamp
  // When the first timer is due of what has run, in ms; absent if none is armed.
  std::optional<int64_t> next_timer() const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
