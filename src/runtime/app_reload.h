#pragma once

#include <optional>
#include <vector>

#include "runtime/app_impl.h"

namespace weir {

// Whether a run of `old` can go on as `next` with its inputs and sinks left open: streams with
// sources or sinks are defined as before, and events come for no other streams than before, of the
// same shape. `inputs` are the formats that the inputs read, `formats` those of `next`.
Status CheckReload(const App::Impl& old, const App::Impl& next, const StreamFormats& inputs,
                   const StreamFormats& formats);

// Messages as the inputs read them become messages of the app that runs, which has its streams in
// another order. Streams that are gone lose their messages.
class StreamMap {
 public:
  StreamMap(const StreamFormats& inputs, const StreamFormats& formats);

  // The batch with the app's streams; `batch` is empty then, unless it is returned itself.
  MessageBatch* Apply(MessageBatch* batch);

 private:
  std::vector<std::optional<uint32_t>> to_;  // by stream of the inputs
  bool is_identity_;
  MessageBatch mapped_;
};

}  // namespace weir
