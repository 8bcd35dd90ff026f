#include "io/transport_registry.h"
#include "net/socket_source.h"

namespace weir {

void RegisterUnixSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "unix";
  spec.summary =
      "Takes records over a socket in the file system from everybody who connects, or with "
      "mode='client' from the "
      "server that it connects to.";
  spec.example =
      "@source(type='unix', path='/run/weir/trades.sock', @map(type='ndjson'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.options = SocketOptionSpecs(/*in_file_system=*/true, /*source=*/true);
  spec.codec = "ndjson";
  spec.check = [](const Options& options, const TransportPlace& place) {
    return ReadSocketOptions(options, /*in_file_system=*/true, /*source=*/true, place).status();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Source>> {
    auto read = ReadSocketOptions(options, /*in_file_system=*/true, /*source=*/true, place);
    if (!read.ok()) return read.status();
    return MakeSocketSource(read.value(), place);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
