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
};

// How the rows of a stream are dealt out to several destinations of a sink.
enum class SinkStrategy { kRoundRobin, kBroadcast, kPartitioned };

// `@sink(...)`.
struct BoundSink {
  const SinkSpec* spec = nullptr;
  std::vector<Options> destinations;  // several: as `strategy` says
  SinkStrategy strategy = SinkStrategy::kRoundRobin;
  std::optional<uint32_t> partition_key;  // attribute
  bool waits_on_error = false;            // else what cannot be sent is told and dropped
  bool sequence = false;                  // records carry the number of their row
  MakeEncoder make_encoder;
};

}  // namespace weir
