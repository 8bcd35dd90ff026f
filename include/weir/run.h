// What `weir run` does: files and pipes in, NDJSON out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
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

// Asks a run to stop reading, drain and end. Request() may be called from a signal handler.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  void Request();
  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  int poll_fd() const { return fds_[0]; }  // readable once requested

 private:
  std::atomic<bool> requested_ = false;
  int fds_[2] = {-1, -1};
};

struct RunOptions {
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
  StopRequest* stop = nullptr;                   // may be null
  std::function<void(std::string_view)> report;  // warnings and bad records, one line each
  // Called now and then; may be null.
  std::function<void(uint64_t events, uint64_t bytes, uint64_t elapsed_ms)> progress;
};

// Reads until all inputs end, or a stop is requested, or something fails. Standard output closed by
// its reader ends the run with kOk.
Outcome RunApp(const std::shared_ptr<const App>& app, const RunOptions& options);

// Looks at the first 100 lines of an input and tells the shape of their events, for a stream whose
// definition nobody wrote. No attributes: no event was seen. `bytes` receives what was read, if the
// input is `-`, for RunOptions::stdin_prefix.
Outcome InferStream(const std::string& path, const std::string& stream, const StopRequest* stop,
                    StreamShape* shape, std::string* bytes);

}  // namespace weir
