#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plan/planner.h"
#include "testing/stock_events.h"

namespace weir {

// One app over decoded stock events, run in process: what the engine itself costs, without input
// decoding and output formatting.
class BenchPipeline {
 public:
  // `queries` follow the definition of stream S; the output stream is Out. CHECKs that it compiles.
  explicit BenchPipeline(const std::string& queries);

  // Makes the events beforehand, in epochs of 2048 messages.
  void Generate(const StockOptions& options, uint64_t events);
  // After Generate: sends rows (0, 0.5), (1, 1.5), ... to stream `name` (k long, v double).
  void Load(const std::string& name, uint64_t rows);
  // Runs all epochs once; the number of output rows.
  uint64_t Run() { return Run(0, 1); }
  // Runs those from one share of the epochs to another: (0, 0.5), then (0.5, 1).
  uint64_t Run(double from, double to);

 private:
  struct Epoch {
    Timeline timeline;
    std::vector<Port> sources;
  };
  size_t SourceNamed(const std::string& name) const;

  BoundApp app_;
  Plan plan_;
  std::vector<Epoch> epochs_;
};

}  // namespace weir
