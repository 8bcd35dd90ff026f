// What `weir run` does: files and pipes in, NDJSON out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/app.h"
#include "weir/outcome.h"

namespace weir {

// `--input [STREAM=]PATH|-`
struct RunInput {
  std::string stream;  // takes bare events; empty: the app's only stream that nothing feeds
  std::string path;    // `-` is stdin
};

// `--output WHAT[=PATH]`
struct RunOutput {
  std::string what;  // `STREAM` or `query:NAME`
  std::string path;  // empty: stdout
};

enum class LineFormat { kAny, kBare, kEnvelope };

enum class BadRecordPolicy { kSkip, kStop, kFile };

// When what was logged is safe from a power cut; a killed process loses nothing in any case.
enum class LogSync {
  kEpoch,     // before the messages are processed
  kInterval,  // at most 0.1 s later
  kNone,      // when the operating system likes
};

// Keeps the state of a run in a directory, so that it can go on after any crash.
struct RunState {
  std::string directory;  // empty: nothing is kept. Made if it is not there
  LogSync sync = LogSync::kInterval;
  // Between snapshots, in ms; absent: what the app says, else 30 s; 0: only at the end.
  std::optional<int64_t> snapshot_interval_ms;
  uint64_t retained_log_bytes = 0;  // kept beyond what recovery needs, for replays
  // Keys that seal what is stored: a file, or the name of an environment variable; see the
  // reference. At most one of the two; both empty: plain.
  std::string key_file;
  std::string key_variable;
  // The directory may be that of another app: the state of all queries and definitions that have
  // the same name and shape is kept, the rest is dropped and told.
  bool migrate = false;
};

// `--resume-from [OUTPUT=]N`: rows up to this one were received.
struct ResumePoint {
  std::string output;  // as in RunOutput::what; empty: every output
  uint64_t sequence = 0;
};

// Asks a run to stop reading, drain and end, or for something else once. Request() may be called
// from a signal handler.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  // Takes the request back: it has been met.
  void Clear();

  void Request();
  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  // Readable once requested; -1: the system gave no descriptor, so that nothing would be woken.
  int poll_fd() const { return fds_[0]; }

 private:
  std::atomic<bool> requested_ = false;
  int fds_[2] = {-1, -1};
};

struct RunOptions {
  // One of several apps that run together: rows tell it. Empty: the app runs alone.
  std::string name;
  std::vector<RunInput> inputs;  // empty: stdin
  std::vector<RunOutput> outputs;
  bool no_outputs = false;  // `--output none`
  LineFormat format = LineFormat::kAny;
  bool strict_fields = false;
  BadRecordPolicy bad_records = BadRecordPolicy::kSkip;
  std::string bad_record_path;  // kFile: raw lines go there
  uint64_t record_bytes_max = 1 << 20;
  bool bare_output = false;
  bool sequence_numbers = false;
  // Sources and sinks of the app may use plain text on addresses that are not this machine's own.
  bool insecure = false;
  uint32_t epoch_size = 2048;
  // Bytes of stdin that were read already (to infer a schema); they come first.
  std::string stdin_prefix;
  RunState state;
  // Directory of dead letters (weir/dead_letters.h), made if it is not there; sealed with the keys
  // of `state`, if it has any. Empty: `dead-letters` in the state directory.
  std::string dead_letters;
  std::vector<ResumePoint> resume_from;
  bool statistics = false;      // report what log, snapshots and recovery took, at the end
  StopRequest* stop = nullptr;  // may be null
  // Requested: the run is to go on as another app, which `reloaded_app` gives (null: it cannot be,
  // and the user knows why). Queries, tables and windows of the same name and shape keep their
  // state; inputs and sinks stay open, so what they need must not change, else the app is refused
  // and the old one goes on. Both null, or none.
  StopRequest* reload = nullptr;
  std::function<std::shared_ptr<const App>()> reloaded_app;
  // Warnings and bad records, one line each. Any thread calls it.
  std::function<void(std::string_view)> report;
  // Called now and then; may be null.
  std::function<void(uint64_t events, uint64_t bytes, uint64_t elapsed_ms)> progress;
  // The same while a log is replayed; may be null.
  std::function<void(uint64_t records, uint64_t all_records)> replay_progress;
};

// Reads until all inputs end, or a stop is requested, or something fails. Standard output closed by
// its reader ends the run with kOk.
Outcome RunApp(const std::shared_ptr<const App>& app, const RunOptions& options);

struct NamedRun {
  std::shared_ptr<const App> app;
  RunOptions options;  // `name`, which no other has, is set, and `stop` is that of all
};

// Runs several apps, each on a thread of its own, until all have ended. All inputs and outputs are
// open before anything is read, so that no app misses what another puts into a topic. Lines on
// standard output are whole; only one app may read standard input. State directories lie within one
// directory, which is made. The first failure makes the others stop as if asked to, and is
// returned with the app's name; others are told through `report`, which is called on the thread of
// its app.
Outcome RunApps(const std::vector<NamedRun>& apps);

// Looks at the first 100 lines of an input and tells the shape of their events, for a stream whose
// definition nobody wrote. No attributes: no event was seen. `bytes` receives what was read, if the
// input is `-`, for RunOptions::stdin_prefix.
Outcome InferStream(const std::string& path, const std::string& stream, const StopRequest* stop,
                    StreamShape* shape, std::string* bytes);

}  // namespace weir
