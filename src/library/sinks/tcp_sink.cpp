#include "io/transport_registry.h"
#include "net/socket_sink.h"

namespace weir {

void RegisterTcpSink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "tcp";
  spec.summary =
      "Sends records over TCP to the server that it connects to, or with mode='server' to "
      "everybody who is connected. Who is slow makes the engine wait, up to stall.time.";
  spec.example =
      "@sink(type='tcp', port='7071', on.error='WAIT', @map(type='ndjson'))\n"
      "define stream Seen (symbol string, price double);";
  spec.options = SocketOptionSpecs(/*in_file_system=*/false, /*source=*/false);
  spec.codec = "ndjson";
  spec.check = [](const Options& options, const TransportPlace& place) {
    return ReadSocketOptions(options, /*in_file_system=*/false, /*source=*/false, place).status();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    auto read = ReadSocketOptions(options, /*in_file_system=*/false, /*source=*/false, place);
    if (!read.ok()) return read.status();
    return MakeSocketSink(read.value(), place);
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
