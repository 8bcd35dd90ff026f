#include "io/transport_registry.h"

#include "base/same_text.h"
#include "time/duration.h"

namespace weir {
namespace {

template <class Spec>
const Spec* Find(const std::vector<Spec>& specs, std::string_view name) {
  for (const Spec& spec : specs) {
    if (SameText(spec.name, name)) return &spec;
  }
  return nullptr;
}

}  // namespace

const CodecSpec* TransportRegistry::FindCodec(std::string_view name) const {
  return Find(codecs_, name);
}
const SourceSpec* TransportRegistry::FindSource(std::string_view name) const {
  return Find(sources_, name);
}
const SinkSpec* TransportRegistry::FindSink(std::string_view name) const {
  return Find(sinks_, name);
}
const StoreSpec* TransportRegistry::FindStore(std::string_view name) const {
  return Find(stores_, name);
}

}  // namespace weir
