#include "net/http_sink.h"

#include "io/transport_registry.h"

namespace weir {

void RegisterHttpSink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "http";
  spec.summary =
      "Posts events to a server, one request after the other, and counts them as delivered once "
      "the answer is 2xx. With on.error='WAIT' a server that is not there, or answers 5xx, 408 or "
      "429, is tried again until it takes them; any other answer means that they are lost, which "
      "is told.";
  spec.example =
      "@sink(type='http', publisher.url='http://localhost:8007/seen', on.error='WAIT',\n"
      "  @map(type='json'))\n"
      "define stream Seen (symbol string, price double);";
  spec.options = HttpSinkOptionSpecs();
  spec.check = [](const Options& options, const TransportPlace& place) {
    return ReadHttpTarget(options, place).status();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    auto target = ReadHttpTarget(options, place);
    if (!target.ok()) return target.status();
    return MakeHttpSink(target.value(), place);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
