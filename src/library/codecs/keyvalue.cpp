#include <algorithm>

#include "io/transport_registry.h"
#include "library/codecs/codec_options.h"
#include "library/records/key_values.h"

namespace weir {
namespace {

class KeyValueEncoder final : public Encoder {
 public:
  KeyValueEncoder(SchemaPtr schema, KeyValueForm form) : schema_(std::move(schema)), form_(form) {}

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    for (uint32_t c = 0; c < schema_->size(); ++c) {
      if (c > 0) out->Append(form_.pairs);
      AppendKeyValue(form_, (*schema_)[c], *chunk.column(c), row, out);
    }
  }

 private:
  SchemaPtr schema_;
  KeyValueForm form_;
};

Result<KeyValueForm> FormOf(const CodecSetup& setup) {
  const std::string& pairs = setup.options.Text("pair.separator");
  const std::string& values = setup.options.Text("value.separator");
  if (pairs.size() != 1 || values.size() != 1 || pairs == values) {
    return Status::Invalid("pair.separator and value.separator are two different characters");
  }
  KeyValueForm form{pairs[0], values[0], /*on_lines=*/false, /*fail_on_missing=*/true};
  if (setup.options.Has("fail.on.missing.attribute")) {
    form.fail_on_missing = setup.options.Flag("fail.on.missing.attribute");
  }
  return form;
}

Result<MakeDecoder> BindDecoder(const CodecSetup& setup, const SchemaPtr&) {
  const Result<KeyValueForm> form = FormOf(setup);
  if (!form.ok()) return form.status();
  for (auto key = setup.attributes.begin(); key != setup.attributes.end(); ++key) {
    if (!*key || std::find(std::next(key), setup.attributes.end(), *key) == setup.attributes.end())
      continue;
    return Status::Invalid("two attributes have the key '" + **key + "'");
  }
  return DecoderOf([form = form.value(), keys = setup.attributes] {
    return std::make_unique<KeyValueReader>(form, keys);
  });
}

Result<MakeEncoder> BindEncoder(const CodecSetup& setup, const SchemaPtr& schema) {
  if (setup.payload) return Status::Invalid("@map(type='keyvalue') takes no @payload");
  const Result<KeyValueForm> form = FormOf(setup);
  if (!form.ok()) return form.status();
  return MakeEncoder(
      [schema, form = form.value()] { return std::make_unique<KeyValueEncoder>(schema, form); });
}

}  // namespace

void RegisterKeyvalue(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "keyvalue";
  spec.summary =
      "Pairs of attribute and value on a line, as key=value with commas between; values may stand "
      "between quotes. Keys are the names of attributes, or what @attributes gives for each; "
      "others "
      "are ignored.";
  spec.example =
      "@source(type='stdin', @map(type='keyvalue', pair.separator=' '))\n"
      "define stream Trades (symbol string, price double, volume long);";
  const OptionSpec pairs{"pair.separator", "The character between pairs.", ","};
  const OptionSpec values{"value.separator", "The character between key and value.", "="};
  spec.decoder_options = {pairs, values, kFailOnMissing};
  spec.encoder_options = {pairs, values};
  spec.bind_decoder = BindDecoder;
  spec.bind_encoder = BindEncoder;
  registry->Add(std::move(spec));
}

}  // namespace weir
