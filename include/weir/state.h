// Looks into a state directory (weir/run.h, RunState): its log, its snapshots, replays of what was
// logged. Nothing in the directory is ever changed.
//
// A log is read while a run writes to it: what is there at that moment. Snapshots are not: kLocked
// while a run has the directory. In all cases kNoInput if there is no such directory, or it is no
// state directory; kUsage if what is stored is sealed and the key is missing; kIo if what has to be
// read is damaged, with file and offset.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/app.h"
#include "weir/outcome.h"
#include "weir/run.h"

namespace weir {

struct StateLocation {
  std::string directory;
  // As in RunState; needed where something sealed is read.
  std::string key_file;
  std::string key_variable;
};

// Records of a log, both ends included.
struct LogSpan {
  uint64_t from = 0;  // 0: the first that is there
  uint64_t to = UINT64_MAX;
};

// Takes one line of JSON with its newline. False: no more are wanted, which ends with kOk.
using LineSink = std::function<bool(std::string_view line)>;

// The segments of the log that have records of the span:
// {"file":"DIR/log/...","first":1,"last":90,"records":90,"bytes":8192,"written_at":1700000000000}
// and "sealed_with" (the id of a key) or "problem" where there is one. Times are in ms.
Outcome ListLog(const StateLocation& location, const LogSpan& span, const LineSink& out);

// Every message and every changing query as a line that `weir run` takes as input, so that it gives
// the same output; for an app on the wall clock with `--playback`, if no event brought a timestamp
// of its own. `numbers`: each line begins with "record":N, the number of its log record.
// kNoInput if record `from` is not there any more.
Outcome ShowLog(const StateLocation& location, const LogSpan& span, bool numbers,
                const LineSink& out);

// Reads the segments of the span. A line for each damaged place,
// {"file":"...","offset":4096,"bytes":120,"problem":"..."}, or "torn" instead of "problem" for what
// a crash leaves at the end and the next run cuts; then the sums,
// {"segments":2,"records":90,"damaged":0}. kIo if anything is damaged.
Outcome VerifyLog(const StateLocation& location, const LogSpan& span, const LineSink& out);

// The snapshots that are there, at most two, the older one first:
// {"snapshot":7,"log_record":90,"records":1200,"bytes":65536,"directory":"DIR/snapshots/a"}
// where `bytes` are those of its files. kIo if one of them cannot be read.
Outcome ListSnapshots(const StateLocation& location, const LineSink& out);

// What is in a snapshot (0: the newest). For each query and definition
// {"snapshot":7,"unit":"query 'q'","shape":["..."],"records":12,"bytes":4096}, then for each owner
// of records {"snapshot":7,"owner":"...","unit":"query 'q'","records":12,"bytes":4096}; what
// belongs to the run and not to the app has no unit.
Outcome ShowSnapshot(const StateLocation& location, uint64_t number, const LineSink& out);

// Reads all of both: {"snapshot":7,"log_record":90,"records":1200,"damaged":false} for each, and
// {"problem":"..."} for what cannot be read at all. kIo if anything is damaged.
Outcome VerifySnapshots(const StateLocation& location, const LineSink& out);

// The app whose state the directory holds.
struct StoredApp {
  std::string text;
  CompileOptions options;
  bool event_time = false;  // its clock; for another app that the log is replayed through
};
Outcome ReadStoredApp(const StateLocation& location, StoredApp* app);

struct ReplayOptions {
  StateLocation state;
  LogSpan span;  // what is printed
  std::vector<RunOutput> outputs;
  bool no_outputs = false;
  bool bare_output = false;
  bool sequence_numbers = false;
  StopRequest* stop = nullptr;                   // may be null
  std::function<void(std::string_view)> report;  // warnings, one line each; may be null
};

// Runs what was logged through an app; for the stored one, what comes out for record 1 to the last
// is what the run put out, answers to queries that change nothing left out (they are not logged).
// Records before the span are run without output: from the newest snapshot before it that is of
// this app, else from the first record that is there; if that is not record 1, a warning tells it.
// The same codes as RunApp; kLocked only if a snapshot is needed. kAppRefused if an attribute has
// another type in the app than in the log.
Outcome ReplayLog(const std::shared_ptr<const App>& app, const ReplayOptions& options);

}  // namespace weir
