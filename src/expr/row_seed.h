#pragma once

#include <cstdint>

#include "base/hash.h"
#include "catalog/function.h"

namespace weir {

// Calls use(row, seed) for every visible physical row. The seed is a hash of what names the row
// and the call in the whole life of the app (seed, message number, time, round, path, place within
// its emission, call site) and of nothing that depends on how messages were batched.
template <class Use>
void ForEachRowSeed(const CallContext& context, Use&& use) {
  const Chunk& chunk = context.chunk;
  CHECK(context.timeline != nullptr);
  const Timeline& timeline = *context.timeline;
  const uint64_t call = CombineHash(timeline.app_seed, context.call_site);
  uint32_t end = 0;
  uint64_t emission = 0;
  for (uint32_t i = 0, begin = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    if (i == end) {
      begin = i;
      end = chunk.EmissionEnd(i);
      const Moment moment = chunk.moment(row);
      emission = CombineHash(call, timeline.first_message + MomentPosition(moment));
      emission = CombineHash(emission, static_cast<uint64_t>(timeline.TimeOf(moment)));
      emission = CombineHash(emission, MomentRound(moment));
      emission = CombineHash(emission, chunk.path(row).high());
      emission = CombineHash(emission, chunk.path(row).low());
    }
    use(row, CombineHash(emission, i - begin));
  }
}

}  // namespace weir
