#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/transport.h"

namespace weir {

// Where a socket is and how it is secured and limited: what sources and sinks over sockets share.
struct SocketOptions {
  std::string path;        // in the file system; empty: TCP
  std::string host, port;  // of TCP
  bool serves = false;     // accepts connections, else makes one
  bool frames = false;     // 4 bytes of length (big-endian) before each record, else lines
  bool tls = false;
  std::string certificate, key, authority;  // PEM files; may be empty
  std::string token;                        // what a client says first, after `Bearer `; or empty
  uint64_t connections_max = 1000;
  uint64_t connections_per_address = 100;
  TimeMs idle_ms = 0;         // without a byte
  TimeMs first_byte_ms = 0;   // until the first byte, and for a handshake
  bool acknowledges = false;  // a source tells its clients how many lines are done with
  uint64_t rate_min = 0;      // bytes per second while a record is not complete
  uint64_t queue_bytes = 0;   // received or to be sent, and not yet handled
  size_t record_bytes_max = 0;

  // What is looked up: this machine has its name also where no file gives it.
  std::string NumericHost() const { return host == "localhost" ? "127.0.0.1" : host; }
  std::string ShownAddress() const { return path.empty() ? host + ":" + port : path; }
};

// The options that all of them have, for `tcp` or (in_file_system) `unix`.
std::vector<OptionSpec> SocketOptionSpecs(bool in_file_system, bool source);

// Fails if they do not fit together: plain text on an address that is not this machine's own
// without `insecure`, a certificate without a key.
Result<SocketOptions> ReadSocketOptions(const Options& options, bool in_file_system, bool source,
                                        const TransportPlace& place);

// Reads the secret named by an option: the text of a file without the newline at its end, or, as
// `env:NAME`, a variable of the environment.
Result<std::string> ReadSecret(const std::string& where);

// Whether a client's first line is `Bearer` and the token.
bool IsBearer(std::string_view line, std::string_view token);
inline constexpr size_t kTokenBytesMax = 4096;  // of that line

}  // namespace weir
