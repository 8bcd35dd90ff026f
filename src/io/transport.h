#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/options.h"
#include "json/text_buffer.h"
#include "types/chunk.h"

namespace weir {

class StopRequest;

// What became of a payload that its sender waits for.
struct PayloadReceipt {
  uint64_t accepted = 0;  // messages
  uint64_t bad = 0;       // records
  std::string first_bad;  // the reason
  std::string answer;     // to an on-demand query; one line of JSON
  bool refused = false;   // the answer tells an error
};

enum class PayloadKind {
  kRecord,         // one record, unless the codec says that it reads lines
  kLines,          // a record a line
  kQuery,          // an on-demand query
  kReadOnlyQuery,  // one that must not change anything
};

// Takes what a source has found.
class SourceOutput {
 public:
  virtual ~SourceOutput() = default;
  // The next bytes of a channel (a connection, a file). Channels are numbers that the source
  // chooses; `name` tells users which one it is and counts when the channel begins.
  virtual void OnBytes(uint64_t channel, std::string_view name, std::string_view bytes) = 0;
  // The channel ends here. `whole`: a record without its end counts.
  virtual void OnEnd(uint64_t channel, bool whole) = 0;
  // One payload by itself; the source gets a receipt for it unless the channel is 0.
  virtual void OnPayload(uint64_t channel, std::string_view name, std::string_view bytes,
                         PayloadKind kind) = 0;
};

// Where events come from. Called by the engine's thread only; may have threads of its own.
class Source {
 public:
  virtual ~Source() = default;
  // Opens files, binds addresses; called once.
  virtual Status Open() = 0;
  // Readable when Take may find something.
  virtual int poll_fd() const = 0;
  // Hands on a bounded part of what is there, without blocking.
  virtual Status Take(SourceOutput* out) = 0;
  // Nothing will come any more.
  virtual bool ended() const { return false; }
  // Everything in the payload was run, and logged where there is a log.
  virtual void OnReceipt(uint64_t /*channel*/, const PayloadReceipt&) {}
  // Whether OnProgress is wanted.
  virtual bool wants_progress() const { return false; }
  // So many lines of a channel are done with, in all: run, and logged where there is a log.
  virtual void OnProgress(uint64_t /*channel*/, uint64_t /*lines*/) {}
  // What a channel reads, so that another process finds it again; empty: it cannot be read again.
  virtual std::string PlaceOf(uint64_t /*channel*/) const { return ""; }
  // What is known of where a channel or payload came from, while it is handed on: the values of
  // TransportPlace::properties, in order; nothing where there is none.
  virtual std::vector<std::optional<std::string>> Properties(uint64_t /*channel*/) const {
    return {};
  }
  // Begins anew with what a channel of another process read, the first `bytes` of which are done
  // with, and then goes on with what comes behind it. After Open, before the first Take. False if
  // it is not there any more; then nothing is changed.
  virtual Result<bool> Resume(const std::string& /*place*/, uint64_t /*bytes*/) { return false; }
};

// One record for a sink, with the row that it shows.
struct SinkRecord {
  std::string_view bytes;  // without a newline
  const Chunk* chunk;
  uint32_t row;  // physical
};

// What a sink knows of the records it took once the process is another one.
enum class SinkRecall {
  kNothing,  // records that come again are written again
  kCount,    // how many left the process: `delivered`
  kPlace,    // goes back to a place and drops what was written behind it
};

// Records that a sink took and nobody will get.
struct LostRecords {
  uint64_t first = 0;  // its number among all that the sink took, from 1
  uint64_t count = 0;
  std::string why;
};

// Where results go. Called by the engine's thread only; may have threads of its own.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status Open() = 0;
  // Takes the record over; waits while the sink holds as much as it may. kNotFound: nobody is
  // there who would take it, so it is dropped. Any other failure ends the run.
  virtual Status Write(const SinkRecord& record) = 0;
  // Hands on what was written.
  virtual Status Flush() = 0;
  // Waits until what was flushed is gone or cannot go.
  virtual void Await() {}
  // Flushes, and waits until what was written is gone or cannot go.
  virtual Status Close() = 0;
  // Records that have left the process.
  virtual uint64_t delivered() const = 0;
  // For kCount: how many of the first records will never be tried again, delivered or given up.
  virtual uint64_t settled() const { return delivered(); }
  // Where TransportPlace::tells_lost asks for it: what was lost since the last call, in order.
  virtual std::vector<LostRecords> TakeLost() { return {}; }
  // Readable when TakeLost may find something; negative: it never does.
  virtual int lost_fd() const { return -1; }

  virtual SinkRecall recall() const { return SinkRecall::kNothing; }
  // For kPlace, after Flush: where the sink stands.
  virtual std::string Place() const { return ""; }
  // For kPlace, after Open: as it was then; an empty place: as a run begins that has no past. False
  // if something is missing of what was there.
  virtual Result<bool> GoBackTo(const std::string& /*place*/) { return true; }
  // What was flushed is on disk. May be called by another thread.
  virtual Status Sync() { return Status::Ok(); }
};

// What surrounds a source or sink.
struct TransportPlace {
  std::string app;                           // its name; may be empty
  std::string stream;                        // the stream that it feeds or that feeds it
  SchemaPtr schema;                          // of the stream
  std::vector<std::string> properties = {};  // that a source is asked for
  std::string head;                          // what the codec puts before the first record
  size_t record_bytes_max = 1 << 20;
  bool waits = false;        // a sink waits until somebody takes its records
  bool tells_lost = false;   // a sink is asked for what it loses, so it need not tell the user
  bool keeps_state = false;  // the run may go on in another process
  bool insecure = false;     // plain text on addresses that are not this machine's own is allowed
  StopRequest* stop = nullptr;                        // ends all waiting; may be null
  TextBuffer* standard_output = nullptr;              // flushed by others; may be null
  std::function<void(std::string_view line)> report;  // for the user; engine's thread only
};

// What a source knows of where a record came from: `trp:NAME` in @attributes.
struct PropertySpec {
  const char* name;  // "*": any name
  const char* summary;
};

struct SourceSpec {
  const char* name;
  const char* summary;  // one sentence
  const char* example;  // a definition of a stream
  std::vector<OptionSpec> options;
  const char* codec = "json";  // if there is no @map
  std::vector<PropertySpec> properties = {};
  // Further checks of the options, when the app is checked; may be null.
  std::function<Status(const Options&, const TransportPlace&)> check;
  std::function<Result<std::unique_ptr<Source>>(const Options&, const TransportPlace&)> make;
};

// Where the rows of a table are: @store(type='...').
struct StoreSpec {
  const char* name;
  const char* summary;
  const char* example;  // a definition of a table
  std::vector<OptionSpec> options;
  bool on_disk = false;
};

struct SinkSpec {
  const char* name;
  const char* summary;
  const char* example;
  std::vector<OptionSpec> options;
  const char* codec = "json";
  bool writes_log = false;  // for the user of the app; nothing outside is touched
  std::function<Status(const Options&, const TransportPlace&)> check;
  std::function<Result<std::unique_ptr<Sink>>(const Options&, const TransportPlace&)> make;
};

}  // namespace weir
