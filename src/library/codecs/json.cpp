#include "io/payload_template.h"
#include "io/transport_registry.h"
#include "json/row_writer.h"
#include "library/codecs/codec_options.h"
#include "library/records/json_reader.h"

namespace weir {
namespace {

// A path as mappings write it: `$.a.b`, or `a.b`.
Result<JsonPath> ParsePath(const std::string& text) {
  Result<JsonPath> path = JsonPath::Parse(text.starts_with("$") ? text : "$." + text);
  if (path.ok()) return path;
  return Status(path.status().code(), "path '" + text + "': " + path.status().message());
}

Result<MakeDecoder> BindDecoder(const CodecSetup& setup, const SchemaPtr&) {
  auto places = std::make_shared<JsonPlaces>();
  places->fail_on_missing = setup.options.Flag("fail.on.missing.attribute");
  if (setup.options.Has("enclosing.element")) {
    Result<JsonPath> path = ParsePath(setup.options.Text("enclosing.element"));
    if (!path.ok()) return path.status();
    places->enclosing = std::move(path).value();
  }
  for (const std::optional<std::string>& written : setup.attributes) {
    places->attributes.emplace_back();
    if (!written) continue;
    Result<JsonPath> path = ParsePath(*written);
    if (!path.ok()) return path.status();
    places->attributes.back() = std::move(path).value();
  }
  return DecoderOf([places = std::shared_ptr<const JsonPlaces>(places)] {
    return std::make_unique<JsonReader>(places);
  });
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(const SchemaPtr& schema, std::optional<PayloadTemplate> payload,
              std::string_view enclosing)
      : writer_(schema, {}), payload_(std::move(payload)) {
    while (!enclosing.empty()) {
      const size_t end = std::min(enclosing.find('.'), enclosing.size());
      if (enclosing.substr(0, end) != "$") {
        before_ += '{';
        AppendStringJson(enclosing.substr(0, end), &before_);
        before_ += ':';
        after_ += '}';
      }
      enclosing.remove_prefix(std::min(end + 1, enclosing.size()));
    }
    if (payload_) return;
    before_ += "{\"event\":";
    after_ += '}';
  }

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    out->Append(before_);
    payload_ ? payload_->Append(chunk, row, out) : writer_.WriteEvent(chunk, row, out);
    out->Append(after_);
  }

 private:
  RowWriter writer_;
  std::optional<PayloadTemplate> payload_;
  std::string before_, after_;
};

Result<MakeEncoder> BindEncoder(const CodecSetup& setup, const SchemaPtr& schema) {
  std::optional<PayloadTemplate> payload;
  if (setup.payload) {
    auto parsed = PayloadTemplate::Parse(*setup.payload, *schema, PayloadTemplate::Escape::kJson);
    if (!parsed.ok()) return parsed.status();
    payload = std::move(parsed).value();
  }
  return MakeEncoder([schema, payload, enclosing = setup.options.TextOr("enclosing.element")] {
    return std::make_unique<JsonEncoder>(schema, payload, enclosing);
  });
}

}  // namespace

void RegisterJson(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "json";
  spec.summary =
      "JSON objects, by themselves or within `event`, one or an array of them a message. "
      "@attributes gives the path of each attribute, @payload a text with {{attribute}} in it.";
  spec.example =
      "@source(type='stdin', @map(type='json', enclosing.element='$.portfolio',\n"
      "  @attributes(symbol='stock.symbol', price='stock.price', volume='stock.volume')))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.decoder_options = {{"enclosing.element", "Path of the object or array that holds events."},
                          kFailOnMissing};
  spec.encoder_options = {
      {"enclosing.element", "Names, with points between, of objects around each event."},
      {"event.grouping.enabled", "Only false: every event is a message.", "false",
       OptionSpec::Kind::kChoice, false, "false"},
      {"validate.json", "Only false: what @payload gives is not checked.", "false",
       OptionSpec::Kind::kChoice, false, "false"}};
  spec.bind_decoder = BindDecoder;
  spec.bind_encoder = BindEncoder;
  registry->Add(std::move(spec));
}

}  // namespace weir
