// Dead letters: events that a sink could not deliver (on.error='STORE') or a query could not
// process
// (@OnError(action='STORE')), kept in a directory until they are sent again or dropped.
//
// All of it works while a run puts more letters there. In all cases kNoInput if there is no such
// directory; kUsage if letters are sealed and the key is missing; kIo if what has to be read is
// damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "weir/app.h"
#include "weir/outcome.h"
#include "weir/state.h"

namespace weir {

// Where the letters are: a directory of their own, or that of a state.
struct DeadLetterLocation {
  std::string directory;        // RunOptions::dead_letters
  std::string state_directory;  // or RunState::directory, if the other one is empty
  // As in RunState; needed where letters are sealed.
  std::string key_file;
  std::string key_variable;
};

// Letters by their numbers, both ends included.
struct DeadLetterRange {
  uint64_t from = 1;
  uint64_t to = UINT64_MAX;
  std::string stream;  // only those of this stream; empty: of all
};

// The letters of a range by stream, and by sink or query, a line each:
// {"stream":"S","sink":"tcp","letters":12,"first":3,"last":90,"oldest_at":1700000000000,
// "newest_at":1700000000000,"last_error":"..."}, or "query" instead of "sink". Times are in ms.
Outcome ListDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        const LineSink& out);

// Each letter of a range: {"letter":3,"stored_at":1700000000000,"stream":"S","sink":"tcp",
// "error":"...","timestamp":1000,"event":{...},"record":"..."}; `record` is what was to be sent.
// `events`: as lines that `weir run` takes as input instead.
Outcome ShowDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        bool events, const LineSink& out);

struct ReplayDeadLettersOptions {
  DeadLetterLocation location;
  DeadLetterRange range;
  bool insecure = false;                         // as in RunOptions
  StopRequest* stop = nullptr;                   // ends the waiting; may be null
  std::function<void(std::string_view)> report;  // warnings, one line each; may be null
};

// Sends the records of a range to the sinks of the app that did not deliver them, in order, and
// drops those that were delivered. `out` gets one line, {"delivered":12,"left":3}: left are those
// that were not delivered again, of sinks that the app does not have, and of queries. kIo if any
// was not delivered.
Outcome ReplayDeadLetters(const std::shared_ptr<const App>& app,
                          const ReplayDeadLettersOptions& options, const LineSink& out);

// Drops the letters of a range for good; `out` gets one line, {"dropped":12}. kLocked: another
// process drops letters there at this moment.
Outcome DropDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        const LineSink& out);

}  // namespace weir
