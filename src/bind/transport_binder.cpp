#include "bind/transport_binder.h"

#include <algorithm>

#include "base/same_text.h"
#include "time/duration.h"

namespace weir {
namespace {

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

constexpr std::string_view kTransportProperty = "trp:";

// Transports of other engines, and what does the same here.
struct Elsewhere {
  std::string_view type;
  std::string_view help;
};
constexpr std::string_view kPipe =
    "let its own client write lines to a pipe or socket that weir reads, or read from one";
constexpr Elsewhere kElsewhere[] = {
    {"kafka", "kcat -C -t TOPIC | weir run APP.sql, and weir run APP.sql | kcat -P -t TOPIC"},
    {"kafkaMultiDC", "kcat -C -t TOPIC | weir run APP.sql"},
    {"mqtt", "mosquitto_sub -t TOPIC | weir run APP.sql"},
    {"nats", "nats sub --raw SUBJECT | weir run APP.sql"},
    {"cdc", kPipe},
    {"email", kPipe},
    {"google-cloud-storage", kPipe},
    {"googlepubsub", kPipe},
    {"grpc", kPipe},
    {"jms", kPipe},
    {"prometheus", kPipe},
    {"rabbitmq", kPipe},
    {"s3", kPipe},
    {"sqs", kPipe},
    {"websocket", kPipe},
    {"websocket-server", kPipe},
    {"wso2event", kPipe},
};

// The codec that hands events on as they are, for transports whose own codec it is: those that stay
// within the process.
constexpr std::string_view kPassThrough = "passThrough";

template <class Specs>
std::vector<std::string> NamesOf(const Specs& specs) {
  std::vector<std::string> names;
  for (const auto& spec : specs) names.emplace_back(spec.name);
  return names;
}

const ast::AnnotationElement* FindElement(const ast::Annotation& annotation, std::string_view key) {
  for (const ast::AnnotationElement& element : annotation.elements) {
    if (SameText(element.key.text, key)) return &element;
  }
  return nullptr;
}

const ast::Annotation* FindNested(const ast::Annotation& annotation, std::string_view name) {
  for (const ast::Annotation& nested : annotation.nested) {
    if (SameText(nested.name.text, name)) return &nested;
  }
  return nullptr;
}

// Binds one annotation; every step reports what is wrong and says whether to go on.
class TransportBinder {
 public:
  TransportBinder(const ast::Annotation& annotation, const TransportRegistry& registry,
                  BoundStream* stream, BindContext& context)
      : annotation_(annotation), registry_(registry), stream_(stream), context_(context) {}

  void Source();
  void Sink();

 private:
  struct Map {
    const CodecSpec* spec = nullptr;
    CodecSetup setup;
    std::vector<std::pair<uint32_t, std::string>> properties;  // see BoundSource
    ast::Span span;
  };

  template <class Spec>
  const Spec* FindType(const ast::Annotation& annotation,
                       const Spec* (TransportRegistry::*find)(std::string_view) const,
                       const std::vector<Spec>& all, std::string_view kind);
  bool CheckNested(const std::vector<std::string_view>& known);
  bool TakeOptions(const ast::Annotation& annotation, std::span<const OptionSpec> specs,
                   const std::string& owner, std::initializer_list<std::string_view> passed_over,
                   Options* options);
  template <class Spec>
  bool BindMap(const Spec& transport, bool decoder, Map* map);
  template <class Spec>
  bool FindCodec(const Spec& transport, Map* map);
  bool BindAttributes(const ast::Annotation& attributes, std::span<const PropertySpec> known,
                      Map* map);
  bool BindProperty(const ast::AnnotationElement& element, uint32_t column,
                    std::span<const PropertySpec> known, Map* map);
  bool BindPayload(const ast::Annotation& payload, CodecSetup* setup);
  bool BindOnError(BoundSink* sink);
  bool BindSequence(BoundSink* sink);
  bool BindDistribution(const ast::Annotation& distribution, BoundSink* sink);
  bool Complete(const ast::Span& span, std::span<const OptionSpec> specs, Options* options);
  template <class Spec>
  bool CheckSpec(const ast::Span& span, const Spec& spec, const Options& options,
                 const std::vector<std::pair<uint32_t, std::string>>& properties = {});
  bool Refuse(const ast::Span& span, const Status& status, const std::string& where);

  const ast::Annotation& annotation_;
  const TransportRegistry& registry_;
  BoundStream* stream_;
  BindContext& context_;
};

bool TransportBinder::Refuse(const ast::Span& span, const Status& status,
                             const std::string& where) {
  if (status.ok()) return true;
  if (status.code() == StatusCode::kNotSupported) {
    context_.NotSupported(span, where + status.message());
  } else {
    context_.Error(span, where + status.message());
  }
  return false;
}

template <class Spec>
const Spec* TransportBinder::FindType(const ast::Annotation& annotation,
                                      const Spec* (TransportRegistry::*find)(std::string_view)
                                          const,
                                      const std::vector<Spec>& all, std::string_view kind) {
  if (const auto* ref = FindElement(annotation, "ref")) {
    context_.Error(ref->span, "ref names a configuration file, which weir has none of",
                   "write the options here");
    return nullptr;
  }
  const ast::AnnotationElement* type = FindElement(annotation, "type");
  if (type == nullptr) {
    context_.Error(annotation.span, "@" + annotation.name.text + " needs a type");
    return nullptr;
  }
  const Spec* spec = (registry_.*find)(type->value);
  if (spec != nullptr) return spec;
  for (const Elsewhere& other : kElsewhere) {
    if (kind == "codec" || !SameText(other.type, type->value)) continue;
    context_.Error(type->value_span, "weir has no " + std::string(kind) + " '" + type->value + "'",
                   std::string(other.help));
    return nullptr;
  }
  context_.UnknownName(type->value_span, "unknown " + std::string(kind) + " '" + type->value + "'",
                       type->value, NamesOf(all));
  return nullptr;
}

bool TransportBinder::CheckNested(const std::vector<std::string_view>& known) {
  for (const ast::Annotation& nested : annotation_.nested) {
    const auto same = [&](std::string_view name) { return SameText(name, nested.name.text); };
    if (std::any_of(known.begin(), known.end(), same)) continue;
    context_.Error(nested.span, "@" + annotation_.name.text + " holds no @" + nested.name.text);
    return false;
  }
  return true;
}

bool TransportBinder::TakeOptions(const ast::Annotation& annotation,
                                  std::span<const OptionSpec> specs, const std::string& owner,
                                  std::initializer_list<std::string_view> passed_over,
                                  Options* options) {
  bool ok = true;
  for (const ast::AnnotationElement& element : annotation.elements) {
    const std::string& key = element.key.text;
    const auto same = [&](std::string_view name) { return SameText(name, key); };
    if (std::any_of(passed_over.begin(), passed_over.end(), same)) continue;
    const OptionSpec* spec = Options::Find(specs, key);
    if (spec == nullptr) {
      std::vector<std::string> names;
      for (const OptionSpec& one : specs) names.emplace_back(one.name);
      const std::string near = NearestName(key, names);
      context_.Error(
          element.span, owner + " has no option '" + key + "'",
          near.empty() ? "its options: " + Listed(names) : "did you mean '" + near + "'?");
      ok = false;
      continue;
    }
    const Status status = Options::Check(*spec, element.value);
    if (status.ok()) options->Set(key, element.value);
    ok = Refuse(element.value_span, status, "") && ok;
  }
  return ok;
}

bool TransportBinder::Complete(const ast::Span& span, std::span<const OptionSpec> specs,
                               Options* options) {
  return Refuse(span, options->Complete(specs), "");
}

template <class Spec>
bool TransportBinder::CheckSpec(const ast::Span& span, const Spec& spec, const Options& options,
                                const std::vector<std::pair<uint32_t, std::string>>& properties) {
  if (spec.check == nullptr) return true;
  TransportPlace place;
  place.app = context_.app_name();
  place.stream = stream_->name;
  place.schema = stream_->schema;
  for (const auto& [column, name] : properties) place.properties.push_back(name);
  place.insecure = true;  // said when the app is run
  return Refuse(span, spec.check(options, place), "");
}

// `trp:NAME`: what the source knows of where the record came from.
bool TransportBinder::BindProperty(const ast::AnnotationElement& element, uint32_t column,
                                   std::span<const PropertySpec> known, Map* map) {
  const std::string name = element.value.substr(kTransportProperty.size());
  std::vector<std::string> names;
  for (const PropertySpec& property : known) {
    if (property.name == name || std::string_view(property.name) == "*") {
      map->properties.emplace_back(column, name);
      return true;
    }
    names.emplace_back(property.name);
  }
  context_.Error(element.value_span, "the source has no transport property '" + name + "'",
                 names.empty() ? "it has none at all" : "it has: " + Listed(names));
  return false;
}

bool TransportBinder::BindAttributes(const ast::Annotation& attributes,
                                     std::span<const PropertySpec> known, Map* map) {
  CodecSetup* setup = &map->setup;
  setup->attributes.assign(stream_->schema->size(), std::nullopt);
  for (size_t i = 0; i < attributes.elements.size(); ++i) {
    const ast::AnnotationElement& element = attributes.elements[i];
    std::optional<uint32_t> column = static_cast<uint32_t>(i);
    if (!element.key.text.empty()) column = stream_->schema->Find(element.key.text);
    if (!column || *column >= stream_->schema->size()) {
      context_.Error(element.span, "@attributes: stream '" + stream_->name + "' has no attribute " +
                                       (column ? "for this" : "'" + element.key.text + "'"));
      return false;
    }
    if (element.value.starts_with(kTransportProperty)) {
      if (!BindProperty(element, *column, known, map)) return false;
      continue;
    }
    setup->attributes[*column] = element.value;
  }
  return true;
}

bool TransportBinder::BindPayload(const ast::Annotation& payload, CodecSetup* setup) {
  if (payload.elements.size() != 1 || !payload.elements[0].key.text.empty()) {
    context_.Error(payload.span, "@payload takes one text");
    return false;
  }
  setup->payload = payload.elements[0].value;
  return true;
}

template <class Spec>
bool TransportBinder::FindCodec(const Spec& transport, Map* map) {
  map->spec = registry_.FindCodec(transport.codec);
  const ast::Annotation* annotation = FindNested(annotation_, "map");
  if (annotation == nullptr) return true;
  map->spec = FindType(*annotation, &TransportRegistry::FindCodec, registry_.codecs(), "codec");
  if (map->spec == nullptr) return false;
  if (!SameText(map->spec->name, kPassThrough) || SameText(transport.codec, kPassThrough)) {
    return true;
  }
  if constexpr (requires { transport.writes_log; }) {
    if (transport.writes_log) {  // shows events as it does without @map
      map->spec = registry_.FindCodec(transport.codec);
      return true;
    }
  }
  context_.Error(annotation->span,
                 "codec '" + std::string(map->spec->name) +
                     "' hands events on within the process; '" + transport.name + "' carries bytes",
                 std::string("write @map(type='") + transport.codec + "')");
  return false;
}

template <class Spec>
bool TransportBinder::BindMap(const Spec& transport, bool decoder, Map* map) {
  const ast::Annotation* annotation = FindNested(annotation_, "map");
  map->setup.stream = stream_->name;
  map->span = annotation == nullptr ? annotation_.span : annotation->span;
  if (!FindCodec(transport, map)) return false;
  const auto& specs = decoder ? map->spec->decoder_options : map->spec->encoder_options;
  if (annotation != nullptr) {
    const std::string owner = "codec '" + std::string(map->spec->name) + "'";
    if (!TakeOptions(*annotation, specs, owner, {"type"}, &map->setup.options)) return false;
    for (const ast::Annotation& nested : annotation->nested) {
      const bool attributes = SameText(nested.name.text, "attributes") && decoder;
      const bool payload = SameText(nested.name.text, "payload") && !decoder;
      if (!attributes && !payload) {
        context_.Error(nested.span, "@map of a " + std::string(decoder ? "source" : "sink") +
                                        " holds no @" + nested.name.text);
        return false;
      }
      if constexpr (requires { transport.properties; }) {
        if (attributes && !BindAttributes(nested, transport.properties, map)) return false;
      }
      if (payload && !BindPayload(nested, &map->setup)) return false;
    }
  }
  return Complete(map->span, specs, &map->setup.options);
}

void TransportBinder::Source() {
  const SourceSpec* spec =
      FindType(annotation_, &TransportRegistry::FindSource, registry_.sources(), "source");
  if (spec == nullptr || !CheckNested({"map"})) return;
  BoundSource source;
  source.spec = spec;
  const std::string owner = "source '" + std::string(spec->name) + "'";
  if (!TakeOptions(annotation_, spec->options, owner, {"type"}, &source.options) ||
      !Complete(annotation_.span, spec->options, &source.options)) {
    return;
  }
  Map map;
  if (!BindMap(*spec, /*decoder=*/true, &map) ||
      !CheckSpec(annotation_.span, *spec, source.options, map.properties)) {
    return;
  }
  Result<MakeDecoder> bound = map.spec->bind_decoder(map.setup, stream_->schema);
  if (!Refuse(map.span, bound.status(), "@map: ")) return;
  source.codec = map.spec;
  source.properties = std::move(map.properties);
  source.make_decoder = std::move(bound).value();
  stream_->sources.push_back(std::move(source));
}

bool TransportBinder::BindOnError(BoundSink* sink) {
  const ast::AnnotationElement* element = FindElement(annotation_, "on.error");
  if (element == nullptr) return true;
  constexpr std::pair<std::string_view, SinkOnError> kActions[] = {
      {"LOG", SinkOnError::kLog},
      {"WAIT", SinkOnError::kWait},
      {"STREAM", SinkOnError::kStream},
      {"STORE", SinkOnError::kStore},
  };
  sink->on_error_span = element->value_span;
  for (const auto& [name, action] : kActions) {
    if (!SameText(element->value, name)) continue;
    sink->on_error = action;
    return true;
  }
  context_.Error(element->value_span, "unknown action '" + element->value + "' of on.error",
                 "write LOG, WAIT, STREAM or STORE");
  return false;
}

bool TransportBinder::BindSequence(BoundSink* sink) {
  const ast::AnnotationElement* element = FindElement(annotation_, "sequence");
  if (element == nullptr || SameText(element->value, "false")) return true;
  sink->sequence = SameText(element->value, "true");
  if (!sink->sequence) context_.Error(element->value_span, "sequence is 'true' or 'false'");
  return sink->sequence;
}

bool TransportBinder::BindDistribution(const ast::Annotation& distribution, BoundSink* sink) {
  const ast::AnnotationElement* strategy = FindElement(distribution, "strategy");
  const std::string name = strategy == nullptr ? "" : strategy->value;
  const ast::AnnotationElement* key = FindElement(distribution, "partitionKey");
  if (SameText(name, "roundRobin")) {
    sink->strategy = SinkStrategy::kRoundRobin;
  } else if (SameText(name, "broadcast")) {
    sink->strategy = SinkStrategy::kBroadcast;
  } else if (SameText(name, "partitioned")) {
    sink->strategy = SinkStrategy::kPartitioned;
    if (key != nullptr) sink->partition_key = stream_->schema->Find(key->value);
    if (!sink->partition_key) {
      context_.Error(distribution.span, "strategy 'partitioned' needs partitionKey, an attribute");
      return false;
    }
  } else {
    context_.Error(distribution.span, "@distribution needs a strategy",
                   "write strategy='roundRobin', 'broadcast' or 'partitioned'");
    return false;
  }
  const Options base = sink->destinations[0];
  sink->destinations.clear();
  const std::string owner = "sink '" + std::string(sink->spec->name) + "'";
  for (const ast::Annotation& nested : distribution.nested) {
    if (!SameText(nested.name.text, "destination")) {
      context_.Error(nested.span, "@distribution holds no @" + nested.name.text);
      return false;
    }
    sink->destinations.push_back(base);
    Options* options = &sink->destinations.back();
    if (!TakeOptions(nested, sink->spec->options, owner, {}, options) ||
        !Complete(nested.span, sink->spec->options, options) ||
        !CheckSpec(nested.span, *sink->spec, *options)) {
      return false;
    }
  }
  if (!sink->destinations.empty()) return true;
  context_.Error(distribution.span, "@distribution needs @destination(...)");
  return false;
}

void TransportBinder::Sink() {
  const SinkSpec* spec =
      FindType(annotation_, &TransportRegistry::FindSink, registry_.sinks(), "sink");
  if (spec == nullptr || !CheckNested({"map", "distribution"})) return;
  BoundSink sink;
  sink.spec = spec;
  sink.destinations.emplace_back();
  const std::string owner = "sink '" + std::string(spec->name) + "'";
  if (!TakeOptions(annotation_, spec->options, owner, {"type", "on.error", "sequence"},
                   &sink.destinations[0]) ||
      !BindOnError(&sink) || !BindSequence(&sink)) {
    return;
  }
  if (const ast::Annotation* distribution = FindNested(annotation_, "distribution")) {
    if (!BindDistribution(*distribution, &sink)) return;
  } else if (!Complete(annotation_.span, spec->options, &sink.destinations[0]) ||
             !CheckSpec(annotation_.span, *spec, sink.destinations[0])) {
    return;
  }
  Map map;
  if (!BindMap(*spec, /*decoder=*/false, &map)) return;
  const bool is_json = SameText(map.spec->name, "json") || SameText(map.spec->name, "ndjson");
  if (sink.sequence && (!is_json || map.setup.payload)) {
    context_.Error(map.span, "sequence='true' is for records that are JSON objects",
                   "write @map(type='ndjson') or @map(type='json'), without @payload");
    return;
  }
  Result<MakeEncoder> bound = map.spec->bind_encoder(map.setup, stream_->schema);
  if (!Refuse(map.span, bound.status(), "@map: ")) return;
  sink.make_encoder = std::move(bound).value();
  stream_->sinks.push_back(std::move(sink));
  stream_->has_sink = true;
}

}  // namespace

void BindSource(const ast::Annotation& annotation, const TransportRegistry& registry,
                BoundStream* stream, BindContext& context) {
  TransportBinder(annotation, registry, stream, context).Source();
}

void BindSink(const ast::Annotation& annotation, const TransportRegistry& registry,
              BoundStream* stream, BindContext& context) {
  TransportBinder(annotation, registry, stream, context).Sink();
}

}  // namespace weir
