// Any bytes as records of each codec: no crash, and the same messages and bad records however the
// bytes are cut into pieces. The first byte chooses the codec and whether the rest is one payload.

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/transport_registry.h"
#include "library/builtins.h"
#include "unit/json/reader_fixture.h"

namespace {

using weir::CodecSetup;
using weir::CodecSpec;
using weir::MakeDecoder;
using weir::StreamFormats;

// What an app could write.
struct Mapping {
  const char* codec;
  std::vector<std::pair<const char*, const char*>> options = {};
  std::vector<std::optional<std::string>> attributes = {};
};

const StreamFormats& Formats() {
  using weir::Type;
  static const StreamFormats formats = {weir::ReaderFixture::Format("S", {{"a", Type::kString},
                                                                          {"b", Type::kDouble},
                                                                          {"c", Type::kInt},
                                                                          {"d", Type::kBool},
                                                                          {"e", Type::kObject}})};
  return formats;
}

MakeDecoder Bind(const Mapping& mapping) {
  const CodecSpec* spec = weir::BuiltinTransports().FindCodec(mapping.codec);
  CHECK(spec != nullptr);
  CodecSetup setup;
  setup.stream = "S";
  setup.attributes = mapping.attributes;
  for (const auto& [name, value] : mapping.options) {
    const weir::OptionSpec* option = weir::Options::Find(spec->decoder_options, name);
    CHECK(option != nullptr && weir::Options::Check(*option, value).ok());
    setup.options.Set(name, value);
  }
  CHECK(setup.options.Complete(spec->decoder_options).ok());
  weir::Result<MakeDecoder> bound = spec->bind_decoder(setup, Formats()[0].schema);
  CHECK(bound.ok());
  return std::move(bound).value();
}

// Corpus files begin with the letter of their mapping: a is the first.
const std::vector<MakeDecoder>& Decoders() {
  static const std::vector<MakeDecoder> decoders = [] {
    const Mapping mappings[] = {
        {"json"},
        {"json",
         {{"enclosing.element", "$.all.of[0]"}, {"fail.on.missing.attribute", "false"}},
         {"$.a", "$.b.c", "x.y[1]", std::nullopt, "$..e"}},
        {"csv"},
        {"csv", {{"delimiter", ";"}, {"header", "true"}, {"fail.on.unknown.attribute", "false"}}},
        {"csv", {{"delimiter", "\\t"}}, {"4", "0", "2", "1", "3"}},
        {"text",
         {{"regex.A", "(\\w+)\\s(-?\\d+)"}, {"regex.B", "^x(.*?)y$"}},
         {"A[1]", "A[2]", "A[2]", "B[1]", "B"}},
        {"text",
         {{"event.grouping.enabled", "true"},
          {"delimiter", "--"},
          {"regex.A", "a=(.*)"},
          {"fail.on.missing.attribute", "false"}},
         {"A[1]", std::nullopt, std::nullopt, std::nullopt, "A[1]"}},
        {"text"},
        {"keyvalue"},
        {"keyvalue",
         {{"pair.separator", ";"},
          {"value.separator", ":"},
          {"fail.on.missing.attribute", "false"}}},
        {"ndjson"},
        {"ndjson", {{"format", "envelope"}}}};
    std::vector<MakeDecoder> result;
    for (const Mapping& mapping : mappings) result.push_back(Bind(mapping));
    return result;
  }();
  return decoders;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_capital = (data[0] & 0x20) == 0;
  const MakeDecoder& make = Decoders()[((data[0] & 0x1f) + 31U) % 32 % Decoders().size()];
  weir::ReaderFixture fixture(Formats());
  weir::DecoderPlace place;
  place.formats = &fixture.formats();
  place.limits.record_bytes_max = 300;
  place.limits.buffer_bytes = 32;
  place.bad_records = &fixture;
  place.whole = is_capital;
  std::string first;
  for (const weir::ReaderFixture::Pieces pieces :
       {weir::ReaderFixture::Pieces{}, {SIZE_MAX, 1}, {1, 2048}, {3, 2}}) {
    const auto decoder = make(place);
    const std::string read = fixture.ReadWith(decoder.get(), bytes, pieces) + fixture.raw;
    CHECK(decoder->bytes_read() <= bytes.size());
    if (pieces.bytes == SIZE_MAX && pieces.messages != 1) first = read;
    CHECK(read == first);
  }
  return 0;
}
