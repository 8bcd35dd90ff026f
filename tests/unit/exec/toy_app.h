#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "exec/dag.h"
#include "unit/exec/toy_operators.h"

namespace weir::test {

struct ToyQuery {
  std::vector<std::string> inputs;  // two for joins and patterns
  std::vector<std::pair<Stage, int>> stages;
  std::string output;
  int mode = 0;  // of its insert
};

struct ToyApp {
  std::vector<std::string> sources;
  std::vector<std::pair<std::string, int>> triggers;  // name, period
  std::vector<ToyQuery> queries;
  std::vector<std::string> prints;
  int extra_rank_bits = 0;  // makes call paths long
};

struct ToyMessage {
  int source = -1;  // -1: a clock step
  TimeMs clock = 0;
  ToyEmission rows;
};

// One printed emission.
struct Printed {
  uint32_t print;
  TimeMs now;
  ToyEmission rows;
  friend bool operator==(const Printed&, const Printed&) = default;
};

struct ToyResult {
  std::vector<Printed> printed;
  std::vector<std::string> states;  // of every stage at the end
  bool too_big = false;             // the reference gave up; nothing to compare
  Status status;
  std::vector<IslandInfo> islands;
};

// Depth first, one message at a time: what the order law promises.
ToyResult RunReference(const ToyApp& app, const std::vector<ToyMessage>& messages);

// The real thing, with epochs of the given sizes (used in turn).
ToyResult RunEngine(const ToyApp& app, const std::vector<ToyMessage>& messages,
                    const std::vector<size_t>& epoch_sizes);

struct ToyCase {
  ToyApp app;
  std::vector<ToyMessage> messages;
};
ToyCase RandomCase(uint64_t seed);

// For messages of failed tests.
std::string Describe(const ToyCase& c);
std::string Describe(const std::vector<Printed>& printed);

}  // namespace weir::test
