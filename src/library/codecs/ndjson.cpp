#include "io/transport_registry.h"
#include "json/row_writer.h"

namespace weir {
namespace {

class NdjsonDecoder final : public Decoder {
 public:
  NdjsonDecoder(const DecoderPlace& place, LineRules rules)
      : reader_(*place.formats, std::move(rules), place.limits, place.bad_records) {}

  Space Reserve() override { return reader_.Reserve(); }
  void Commit(size_t size) override { reader_.Commit(size); }
  void Finish() override { reader_.Finish(); }
  State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override {
    return reader_.Read(messages_max, rows_max, batch);
  }
  const std::string& query() const override { return reader_.query(); }
  uint64_t bytes_read() const override { return reader_.bytes_read(); }
  uint64_t lines_read() const override { return reader_.lines(); }

 private:
  NdjsonReader reader_;
};

class NdjsonEncoder final : public Encoder {
 public:
  NdjsonEncoder(SchemaPtr schema, RowFormat format)
      : writer_(std::move(schema), std::move(format)) {}

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    writer_.WriteLine(chunk, row, /*sequence=*/0, out);
    out->Advance(out->view().data() + out->size() - 1);  // not the newline
  }

 private:
  RowWriter writer_;
};

Result<MakeDecoder> BindDecoder(const CodecSetup& setup, const SchemaPtr&) {
  if (setup.custom()) {
    return Status::Invalid("@map(type='ndjson') takes no @attributes; @map(type='json') does");
  }
  const std::string form = setup.options.Text("format");
  return MakeDecoder([form](const DecoderPlace& place) {
    LineRules rules;
    rules.strict_fields = place.strict_fields;
    rules.mode = form == "bare"       ? LineMode::kBare
                 : form == "envelope" ? LineMode::kEnvelope
                                      : LineMode::kAny;
    rules.bare_stream = place.stream;
    return std::make_unique<NdjsonDecoder>(place, std::move(rules));
  });
}

Result<MakeEncoder> BindEncoder(const CodecSetup& setup, const SchemaPtr& schema) {
  if (setup.payload) {
    return Status::Invalid("@map(type='ndjson') takes no @payload; @map(type='json') does");
  }
  RowFormat format;
  format.envelope = setup.options.Text("format") == "bare" ? RowFormat::Envelope::kNone
                                                           : RowFormat::Envelope::kStream;
  format.name = setup.stream;
  return MakeEncoder([schema, format] { return std::make_unique<NdjsonEncoder>(schema, format); });
}

}  // namespace

void RegisterNdjson(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "ndjson";
  spec.summary =
      "JSON lines as `weir run` reads and writes them: bare events of the stream, or envelopes "
      "that name theirs, tell the time or hold an on-demand query. The fastest codec.";
  spec.example =
      "@source(type='stdin', @map(type='ndjson'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.decoder_options = {{"format", "What lines may be.", "any", OptionSpec::Kind::kChoice, false,
                           "any|bare|envelope"}};
  spec.encoder_options = {
      {"format", "What lines are.", "envelope", OptionSpec::Kind::kChoice, false, "bare|envelope"}};
  spec.bind_decoder = BindDecoder;
  spec.bind_encoder = BindEncoder;
  registry->Add(std::move(spec));
}

}  // namespace weir
