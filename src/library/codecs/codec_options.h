// Options that several codecs share.
#pragma once

#include "io/codec.h"
#include "io/record_decoder.h"

namespace weir {

inline constexpr OptionSpec kFailOnMissing{
    "fail.on.missing.attribute",
    "A record without a value for an attribute is bad; else the attribute is null.", "true",
    OptionSpec::Kind::kFlag};

// A factory of decoders that cut records and read each with a RecordReader, which `make` makes.
template <class Make>
MakeDecoder DecoderOf(Make make) {
  return
      [make](const DecoderPlace& place) { return std::make_unique<RecordDecoder>(make(), place); };
}

}  // namespace weir
