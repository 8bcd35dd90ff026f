#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/options.h"
#include "io/row_appender.h"
#include "json/ndjson_reader.h"
#include "json/text_buffer.h"
#include "types/chunk.h"

namespace weir {

// Bytes in, messages out: one file, connection or payload. What is read depends on the bytes only,
// not on how they are cut into pieces; bad records go to the sink it was made with. Not
// thread-safe.
class Decoder {
 public:
  using Space = NdjsonReader::Space;
  using State = NdjsonReader::State;

  virtual ~Decoder() = default;
  // Room for at least one byte; Commit says how many were put there.
  virtual Space Reserve() = 0;
  virtual void Commit(size_t size) = 0;
  // No more bytes will come: what is left is the last record.
  virtual void Finish() = 0;
  // Appends messages until the batch holds `messages_max` messages or `rows_max` rows.
  virtual State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) = 0;
  // After kQuery.
  virtual const std::string& query() const = 0;
  // How far records were handed out: bytes, and lines up to there.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t lines_read() const = 0;

  // Copies the bytes in.
  void Put(std::string_view bytes);
};

// Rows out as bytes. Not thread-safe.
class Encoder {
 public:
  virtual ~Encoder() = default;
  // What stands before the first record of a file or connection.
  virtual void WriteHead(TextBuffer*) {}
  // Appends the record of a physical row, without the newline that may follow it.
  virtual void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) = 0;
};

// Where a decoder works.
struct DecoderPlace {
  const StreamFormats* formats = nullptr;  // outlives the decoder
  uint32_t stream = 0;                     // position in formats
  ReaderLimits limits;
  BadRecordSink* bad_records = nullptr;  // outlives the decoder
  bool strict_fields = false;
  // All bytes up to Finish are one record (a payload), unless the codec says that it reads lines.
  bool whole = false;
  std::vector<GivenValue> given = {};
};

// What `@map(type=..., ...)` says beside the type.
struct CodecSetup {
  std::string stream;
  Options options;
  // `@attributes(a='...')`: by attribute of the stream; empty: the codec's own mapping. Those that
  // the transport gives (DecoderPlace::given) have none.
  std::vector<std::optional<std::string>> attributes;
  std::optional<std::string> payload;  // `@payload('...')`

  bool custom() const { return !attributes.empty(); }
};

using MakeDecoder = std::function<std::unique_ptr<Decoder>(const DecoderPlace&)>;
using MakeEncoder = std::function<std::unique_ptr<Encoder>()>;

struct CodecSpec {
  const char* name;
  const char* summary;  // one sentence
  const char* example;  // a definition of a stream
  std::vector<OptionSpec> decoder_options;
  std::vector<OptionSpec> encoder_options;
  // Checks the setup against the stream.
  std::function<Result<MakeDecoder>(const CodecSetup&, const SchemaPtr&)> bind_decoder;
  std::function<Result<MakeEncoder>(const CodecSetup&, const SchemaPtr&)> bind_encoder;
};

}  // namespace weir
