#pragma once

#include <vector>

namespace weir {

// A stream that examples of windows, aggregates and stream functions read.
struct SampleStream {
  const char* definition;
  std::vector<const char*> events;  // JSON arrays in attribute order, one a second from second 1 on
};
const std::vector<SampleStream>& SampleStreams();

}  // namespace weir
