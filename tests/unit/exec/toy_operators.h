#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "types/type.h"

namespace weir::test {

// Simple operators that both a depth-first reference and the real DAG can run, so that the tests
// are about the order of steps and not about what an operator does.
struct ToyRow {
  TimeMs ts = 0;
  int sign = 1;  // 1 current, -1 expired, 0 reset
  int key = 0;
  int value = 0;
  int hops = 0;  // how often the row went round a guarded loop
  friend bool operator==(const ToyRow&, const ToyRow&) = default;
};
using ToyEmission = std::vector<ToyRow>;
using ToyEmissions = std::vector<ToyEmission>;

class ToyContext {
 public:
  virtual ~ToyContext() = default;
  virtual TimeMs now() const = 0;
  virtual void Arm(TimeMs due, uint64_t payload) = 0;
};

class Toy {
 public:
  virtual ~Toy() = default;
  virtual int ports() const { return 1; }
  virtual bool multi_emitter() const { return false; }
  virtual void Start(TimeMs, ToyContext&) {}
  virtual ToyEmissions Process(int port, const ToyEmission& rows, ToyContext& context) = 0;
  virtual ToyEmissions Fire(uint64_t, ToyContext&) { return {}; }
  virtual std::string State() const { return ""; }
};

// The kinds of stages a query is made of; `n` is a size, a time or a flag.
enum class Stage {
  kPass,
  kFilter,  // drops values that n divides
  kIncrement,
  kTakeNow,  // value = the time
  kKey,      // key = value modulo 2
  kHop,      // counts a round; rows after two rounds are dropped
  kInsert,   // n: 0 current rows, 1 expired rows, 2 both; all become current
  kSum,      // the last sum of an emission (n: by key)
  kLength,
  kTime,
  kTimeBatch,
  kSession,
  kDelay,
  kLengthBatch,  // from here on: several emissions per step
  kEachRow,      // every row an emission of its own
  kEveryN,       // every n rows: the last of them
  kLastEvery,    // every n ms: the last row
  kTrigger,      // a row every n ms, from the start on
  kJoin,         // two ports; windows as given by n
  kPattern,      // two ports: every e1 -> e2 with equal keys within n
  kAbsent,       // two ports: every e1 -> not e2 for n
  kAbsentFirst,  // two ports: every (not e1 for n -> e2)
};

std::unique_ptr<Toy> MakeToy(Stage stage, int n);

}  // namespace weir::test
