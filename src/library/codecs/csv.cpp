#include <charconv>

#include "io/transport_registry.h"
#include "io/value_text.h"
#include "library/codecs/codec_options.h"
#include "library/records/csv_reader.h"
#include "library/records/csv_text.h"

namespace weir {
namespace {

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(SchemaPtr schema, char delimiter, bool header)
      : schema_(std::move(schema)), delimiter_(delimiter), header_(header) {}

  void WriteHead(TextBuffer* out) override {
    if (!header_) return;
    for (uint32_t c = 0; c < schema_->size(); ++c) {
      if (c > 0) out->Append(delimiter_);
      AppendCsvField((*schema_)[c].name, delimiter_, out);
    }
    out->Append('\n');
  }

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    for (uint32_t c = 0; c < schema_->size(); ++c) {
      if (c > 0) out->Append(delimiter_);
      const Column& column = *chunk.column(c);
      if (!column.IsValid(row)) continue;
      text_.clear();
      AppendValueText(column, row, &text_);
      AppendCsvField(text_.view(), delimiter_, out);
    }
  }

 private:
  SchemaPtr schema_;
  char delimiter_;
  bool header_;
  TextBuffer text_;
};

Result<char> Delimiter(const Options& options) {
  const std::string& text = options.Text("delimiter");
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r') return text[0];
  return Status::Invalid("delimiter is one character, not '" + text + "'");
}

Result<MakeDecoder> BindDecoder(const CodecSetup& setup, const SchemaPtr&) {
  const Result<char> delimiter = Delimiter(setup.options);
  if (!delimiter.ok()) return delimiter.status();
  CsvShape shape;
  shape.delimiter = delimiter.value();
  shape.header = setup.options.Flag("header");
  shape.fail_on_missing = setup.options.Flag("fail.on.unknown.attribute");
  for (const std::optional<std::string>& written : setup.attributes) {
    shape.fields.emplace_back();
    if (!written) continue;
    uint32_t position = 0;
    const char* end = written->data() + written->size();
    const auto read = std::from_chars(written->data(), end, position);
    if (read.ec != std::errc() || read.ptr != end) {
      return Status::Invalid("a position counts from 0, it is not '" + *written + "'");
    }
    shape.fields.back() = position;
  }
  return DecoderOf([shape] { return std::make_unique<CsvReader>(shape); });
}

Result<MakeEncoder> BindEncoder(const CodecSetup& setup, const SchemaPtr& schema) {
  if (setup.payload) return Status::Invalid("@map(type='csv') takes no @payload");
  const Result<char> delimiter = Delimiter(setup.options);
  if (!delimiter.ok()) return delimiter.status();
  return MakeEncoder(
      [schema, character = delimiter.value(), header = setup.options.Flag("header")] {
        return std::make_unique<CsvEncoder>(schema, character, header);
      });
}

}  // namespace

void RegisterCsv(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "csv";
  spec.summary =
      "Comma-separated values with quotes as in RFC 4180. Attributes are taken by position, by the "
      "names in the header, or by the positions (from 0) that @attributes gives.";
  spec.example =
      "@source(type='stdin', @map(type='csv', header='true'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  const OptionSpec delimiter{"delimiter", "One character; \\t is a tab.", ","};
  const OptionSpec header{"header", "The first record names the attributes.", "false",
                          OptionSpec::Kind::kFlag};
  spec.decoder_options = {
      delimiter,
      header,
      {"fail.on.unknown.attribute",
       "A record without a value for an attribute is bad; else the attribute is null.", "true",
       OptionSpec::Kind::kFlag}};
  spec.encoder_options = {delimiter, header};
  spec.bind_decoder = BindDecoder;
  spec.bind_encoder = BindEncoder;
  registry->Add(std::move(spec));
}

}  // namespace weir
