#include "io/transport_registry.h"
#include "net/socket_source.h"

namespace weir {

void RegisterTcpSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "tcp";
  spec.summary =
      "Takes records over TCP from everybody who connects, or with mode='client' from the "
      "server that it connects to.";
  spec.example =
      "@source(type='tcp', port='7071', @map(type='ndjson'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.options = SocketOptionSpecs(/*in_file_system=*/false, /*source=*/true);
  spec.codec = "ndjson";
  spec.check = [](const Options& options, const TransportPlace& place) {
    return ReadSocketOptions(options, /*in_file_system=*/false, /*source=*/true, place).status();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Source>> {
    auto read = ReadSocketOptions(options, /*in_file_system=*/false, /*source=*/true, place);
    if (!read.ok()) return read.status();
    return MakeSocketSource(read.value(), place);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
