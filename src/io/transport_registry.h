#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "io/codec.h"
#include "io/transport.h"

namespace weir {

// All codecs, sources, sinks and stores of tables by name, which is looked up without regard to
// case. Filled once at start (library/builtins.h), then read-only, so any thread may use it.
class TransportRegistry {
 public:
  void Add(CodecSpec spec) { codecs_.push_back(std::move(spec)); }
  void Add(SourceSpec spec) { sources_.push_back(std::move(spec)); }
  void Add(SinkSpec spec) { sinks_.push_back(std::move(spec)); }
  void Add(StoreSpec spec) { stores_.push_back(std::move(spec)); }

  const CodecSpec* FindCodec(std::string_view name) const;
  const SourceSpec* FindSource(std::string_view name) const;
  const SinkSpec* FindSink(std::string_view name) const;
  const StoreSpec* FindStore(std::string_view name) const;

  const std::vector<CodecSpec>& codecs() const { return codecs_; }
  const std::vector<SourceSpec>& sources() const { return sources_; }
  const std::vector<SinkSpec>& sinks() const { return sinks_; }
  const std::vector<StoreSpec>& stores() const { return stores_; }

 private:
  std::vector<CodecSpec> codecs_;
  std::vector<SourceSpec> sources_;
  std::vector<SinkSpec> sinks_;
  std::vector<StoreSpec> stores_;
};

}  // namespace weir
