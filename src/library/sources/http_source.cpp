#include "net/http_source.h"

#include "io/transport_registry.h"

namespace weir {

void RegisterHttpSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "http";
  spec.summary =
      "Takes events that are posted over HTTP: one, a JSON array of them, or, as "
      "application/x-ndjson, a record a line. The answer comes once they were run, and logged "
      "where there is a log, and counts what was accepted. Sources on one port share a server; it "
      "answers on-demand queries too (GET /query?q=..., POST /query), /livez, /readyz and "
      "/version.";
  spec.example =
      "@source(type='http', port='8006', path='/trades', @map(type='json'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.options = HttpSourceOptionSpecs();
  spec.properties = {{"*", "The header of that name in the request, in any case; null without."}};
  spec.check = [](const Options& options, const TransportPlace& place) {
    return ReadHttpOptions(options, place).status();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Source>> {
    auto read = ReadHttpOptions(options, place);
    if (!read.ok()) return read.status();
    return MakeHttpSource(read.value(), place);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
