#include "io/payload_template.h"
#include "io/transport_registry.h"
#include "library/codecs/codec_options.h"
#include "library/records/key_values.h"
#include "library/records/regex_reader.h"

namespace weir {
namespace {

constexpr std::string_view kRegex = "regex.";

Result<std::shared_ptr<const RegexPlaces>> BindPlaces(const CodecSetup& setup) {
  auto places = std::make_shared<RegexPlaces>();
  places->fail_on_missing = setup.options.Flag("fail.on.missing.attribute");
  std::map<std::string, size_t> names;
  for (const auto& [name, value] : setup.options.values()) {
    if (!name.starts_with(kRegex)) continue;
    auto compiled = Regex::Compile(value, Regex::Mode::kFind);
    if (!compiled.ok()) {
      return Status(compiled.status().code(), name + ": " + compiled.status().message());
    }
    names.emplace(name.substr(kRegex.size()), places->regexes.size());
    places->regexes.push_back(std::move(compiled).value());
  }
  for (const std::optional<std::string>& written : setup.attributes) {
    if (!written) {
      places->attributes.emplace_back();
      continue;
    }
    const Status added = places->Add(*written, names);
    if (!added.ok()) return added;
  }
  return std::shared_ptr<const RegexPlaces>(places);
}

Result<MakeDecoder> BindDecoder(const CodecSetup& setup, const SchemaPtr&) {
  std::function<std::unique_ptr<RecordReader>()> make;
  if (setup.custom()) {
    auto places = BindPlaces(setup);
    if (!places.ok()) return places.status();
    make = [places = places.value()] { return std::make_unique<RegexReader>(places); };
  } else {
    KeyValueForm form;
    form.fail_on_missing = setup.options.Flag("fail.on.missing.attribute");
    make = [form] { return std::make_unique<KeyValueReader>(form); };
  }
  if (!setup.options.Flag("event.grouping.enabled")) return DecoderOf(make);
  return DecoderOf([make, delimiter = setup.options.Text("delimiter")] {
    return std::make_unique<DelimitedReader>(make(), delimiter);
  });
}

class TextEncoder final : public Encoder {
 public:
  TextEncoder(SchemaPtr schema, std::optional<PayloadTemplate> payload, std::string delimiter)
      : schema_(std::move(schema)),
        payload_(std::move(payload)),
        delimiter_(std::move(delimiter)) {}

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    if (payload_) {
      payload_->Append(chunk, row, out);
    } else {
      for (uint32_t c = 0; c < schema_->size(); ++c) {
        if (c > 0) out->Append(",\n");
        AppendKeyValue({}, (*schema_)[c], *chunk.column(c), row, out);
      }
    }
    out->Append(delimiter_);
  }

 private:
  SchemaPtr schema_;
  std::optional<PayloadTemplate> payload_;
  std::string delimiter_;  // behind every record
};

Result<MakeEncoder> BindEncoder(const CodecSetup& setup, const SchemaPtr& schema) {
  std::optional<PayloadTemplate> payload;
  if (setup.payload) {
    const auto escape = setup.options.Flag("mustache.enabled") ? PayloadTemplate::Escape::kHtml
                                                               : PayloadTemplate::Escape::kNone;
    auto parsed = PayloadTemplate::Parse(*setup.payload, *schema, escape);
    if (!parsed.ok()) return parsed.status();
    payload = std::move(parsed).value();
  }
  std::string delimiter;
  if (setup.options.Flag("event.grouping.enabled")) {
    delimiter = "\n" + setup.options.Text("delimiter");
  }
  return MakeEncoder([schema, payload, delimiter] {
    return std::make_unique<TextEncoder>(schema, payload, delimiter);
  });
}

}  // namespace

void RegisterText(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "text";
  spec.summary =
      "Text: attributes are groups of regular expressions (@attributes(symbol='A[1]') with "
      "regex.A='...'), or stand as name:value on lines of their own with commas between; what is "
      "written is @payload with {{attribute}} in it, or such lines.";
  spec.example =
      "@source(type='stdin', @map(type='text', regex.A='(\\w+) ([0-9.]+) x ([0-9]+)',\n"
      "  @attributes(symbol='A[1]', price='A[2]', volume='A[3]')))\n"
      "define stream Trades (symbol string, price double, volume long);";
  const OptionSpec grouping{"event.grouping.enabled",
                            "A line of its own, the delimiter, ends each record.", "false",
                            OptionSpec::Kind::kFlag};
  const OptionSpec delimiter{"delimiter", "The line that ends a record.", "~~~~~~~~~~"};
  spec.decoder_options = {
      {"regex.", "A regular expression, as Java has them."}, kFailOnMissing, grouping, delimiter};
  spec.encoder_options = {
      grouping,
      delimiter,
      {"mustache.enabled", "{{ }} escapes &, <, > and quotes for HTML, {{{ }}} does not.", "false",
       OptionSpec::Kind::kFlag}};
  spec.bind_decoder = BindDecoder;
  spec.bind_encoder = BindEncoder;
  registry->Add(std::move(spec));
}

}  // namespace weir
