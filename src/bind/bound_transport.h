#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/transport_registry.h"

namespace weir {

// `@source(...)`.
struct BoundSource {
  const SourceSpec* spec = nullptr;
  const CodecSpec* codec = nullptr;
  Options options;
  MakeDecoder make_decoder;
  // Attributes that the transport gives, by column, and the names of its properties.
  std::vector<std::pair<uint32_t, std::string>> properties;

  // For DecoderPlace, with values still unknown.
  std::vector<GivenValue> Given() const {
    std::vector<GivenValue> given;
    for (const auto& [column, name] : properties) given.push_back({column, std::nullopt});
    return given;
  }
};

// How the rows of a stream are dealt out to several destinations of a sink.
enum class SinkStrategy { kRoundRobin, kBroadcast, kPartitioned };

// What becomes of rows that a sink cannot deliver.
enum class SinkOnError {
  kLog,     // told and dropped
  kWait,    // the sink waits until it can
  kStream,  // they go to the fault stream
  kStore,   // they become dead letters
};

// `@sink(...)`.
struct BoundSink {
  const SinkSpec* spec = nullptr;
  std::vector<Options> destinations;  // several: as `strategy` says
  SinkStrategy strategy = SinkStrategy::kRoundRobin;
  std::optional<uint32_t> partition_key;  // attribute
  SinkOnError on_error = SinkOnError::kLog;
  ast::Span on_error_span;
  bool sequence = false;  // records carry the number of their row
  MakeEncoder make_encoder;
};

}  // namespace weir
