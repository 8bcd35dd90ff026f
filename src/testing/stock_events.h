#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exec/operator.h"

namespace weir {

// What the generator of stock events makes: `symbol string, price double, volume long, ts long`.
struct StockOptions {
  uint64_t seed = 1;
  uint32_t symbols = 1000;      // S0000, S0001, ...: all equally likely
  uint32_t events_per_ms = 10;  // the clock moves on by 1 ms after so many events
  // Share of events whose price is below 5; the rest is uniform in [5, 100), in cents.
  double cheap_share = 0.05;
  bool all_symbols_first = false;  // one event of each, before the equally likely ones
};

// Stock events from a seed: the same on every machine.
class StockEvents {
 public:
  explicit StockEvents(StockOptions options) : options_(options), state_(options.seed) {}

  static SchemaPtr MakeSchema();
  static const char* Definition();  // `define stream S (...);`

  // The next `rows` events as one decoded chunk, and the clock they give.
  Chunk NextChunk(uint32_t rows, Timeline* timeline);
  // The next `rows` events as NDJSON lines.
  void AppendNdjson(uint64_t rows, std::string* out);

 private:
  struct Event {
    char symbol[8];
    uint32_t symbol_size;
    double price;
    int64_t volume;
    TimeMs ts;
  };
  Event Next();
  uint64_t Random();

  StockOptions options_;
  uint64_t state_;
  uint64_t count_ = 0;
};

}  // namespace weir
