#pragma once

#include <string>

#include "net/socket_options.h"

namespace weir {

// Where an HTTP server is, and what its clients may do.
struct HttpOptions {
  SocketOptions socket;
  std::string path;  // where events are posted
  size_t header_bytes_max = 0;
  size_t body_bytes_max = 0;
  // Of roles; as ReadSecret takes them. Without any, everybody may do everything.
  std::string read_token, write_token, admin_token;
  std::string signature;  // all but the path: equal for sources that share a server
};

std::vector<OptionSpec> HttpSourceOptionSpecs();
Result<HttpOptions> ReadHttpOptions(const Options& options, const TransportPlace& place);

// Where an HTTP client posts to, and how.
struct HttpTarget {
  SocketOptions socket;
  std::string path;  // with what follows it
  std::string host_header;
  std::string method;
  std::string content_type;
  size_t batch_records = 1;
};

std::vector<OptionSpec> HttpSinkOptionSpecs();
Result<HttpTarget> ReadHttpTarget(const Options& options, const TransportPlace& place);

// `http://HOST[:PORT][/PATH]`, or https.
struct HttpUrl {
  bool tls = false;
  std::string host;
  std::string port;
  std::string path;  // begins with /, or empty
};
Result<HttpUrl> ParseHttpUrl(std::string_view text);

}  // namespace weir
