#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/state_reader.h"
#include "base/status.h"
#include "time/timeline.h"
#include "types/chunk.h"

namespace weir {

// What arrived at one input of an operator in this epoch: chunks in ascending key order; the rows
// of one emission are never split over two chunks.
struct Port {
  std::vector<Chunk> chunks;
};

struct EpochInput {
  const Timeline& timeline;
  std::span<const Port> ports;
  // Set by lockstep islands: the key of what caused the rows. No timer fires before this step is
  // over, because the island fires the timers of its members itself. Absent: all timers fire that
  // the timeline reaches.
  std::optional<OrderKey> limit;
};

// Why an operator had to give up, and the key of the step in which it did: everything with a
// smaller key is right, nothing from this key on is.
struct Failure {
  OrderKey at;
  Status status;
};

// A node of the running DAG. Process is a pure function of (input, state): no clock, no
// randomness, no dependence on where chunks or epochs end. Called by one thread at a time.
class Operator {
 public:
  virtual ~Operator() = default;

  // Consumes all ports of the epoch, merged by key with the operator's own timers (a timer comes
  // first iff its key is smaller), and appends what it emits in ascending key order. `out` points
  // to output_count() lists.
  virtual void Process(const EpochInput& in, std::vector<Chunk>* out) = 0;

  // For islands and for the live clock: the key of the next timer within the timeline, and the
  // earliest due time of all (kNever if none).
  virtual std::optional<OrderKey> NextTimer(const Timeline&) const { return std::nullopt; }
  virtual TimeMs NextDue() const { return kNever; }
  // Fires exactly the timer that NextTimer is about.
  virtual void FireNextTimer(const Timeline&, std::vector<Chunk>*) {}

  // More than one only for islands and partitions.
  virtual int output_count() const { return 1; }

  // Arms what runs from the start of the app, at the first time the clock takes.
  virtual void Start(TimeMs) {}

  // Bits of the digit that names the operator as the root of its timers' cascades (OrderPlace);
  // 0: it never arms a timer.
  virtual int timer_root_width() const { return 0; }
  // Set for good once the operator gave up.
  virtual const Failure* failure() const { return nullptr; }

  // The state between two epochs: all that makes a difference to what comes out later. Load is
  // called once, instead of Start, on an operator that has processed nothing; a state that cannot
  // be right makes the reader fail. Operators without state write nothing.
  virtual void Save(StateWriter&) const = 0;
  virtual void Load(StateReader&) = 0;
  // The same under the operator's name; islands give each member a name of its own. Without state
  // there, an operator starts at `now` if the app has started.
  virtual void SaveOwned(const std::string& owner, StateWriter& out) const;
  virtual void LoadOwned(const std::string& owner, std::optional<TimeMs> now, StateReader& in);
};

}  // namespace weir
