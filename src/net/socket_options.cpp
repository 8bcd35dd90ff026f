#include "net/socket_options.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>

#include "io/file_reader.h"

namespace weir {
namespace {

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

Status CheckSecurity(const SocketOptions& options, bool insecure) {
  if (options.certificate.empty() != options.key.empty()) {
    return Status::Invalid("tls.certificate and tls.key go together");
  }
  if (options.serves && options.tls && options.certificate.empty()) {
    return Status::Invalid("a server with TLS needs tls.certificate and tls.key");
  }
  if (!options.path.empty() || options.tls || insecure || IsLoopback(options.host)) {
    return Status::Ok();
  }
  return Status::Invalid("plain text on " + options.ShownAddress() +
                         ", which is not this machine's own address; write tls='true', or run "
                         "with --insecure");
}

// Equal without telling by the time it takes how much is.
bool SameSecret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i] ^ b[i % std::max<size_t>(b.size(), 1)]);
  }
  return difference == 0;
}

}  // namespace

bool IsBearer(std::string_view line, std::string_view token) {
  constexpr std::string_view kBearer = "Bearer ";
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.starts_with(kBearer) && SameSecret(line.substr(kBearer.size()), token);
}

std::vector<OptionSpec> SocketOptionSpecs(bool in_file_system, bool source) {
  using Kind = OptionSpec::Kind;
  std::vector<OptionSpec> specs;
  if (in_file_system) {
    specs.push_back({"path", "The socket's name in the file system.", nullptr, Kind::kText, true});
  } else {
    specs.push_back({"host", "A name or address.", "127.0.0.1"});
    specs.push_back({"port", "", nullptr, Kind::kNumber, true});
    specs.push_back({"tls", "TLS 1.2 or later.", "false", Kind::kFlag});
    specs.push_back({"tls.certificate", "PEM file: one's own certificate and its chain."});
    specs.push_back({"tls.key", "PEM file: its key."});
    specs.push_back({"tls.ca",
                     "PEM file: who may have signed the peer's certificate. A server that has it "
                     "asks clients for one."});
  }
  specs.push_back({"mode", "Accepts connections or makes one.", source ? "server" : "client",
                   Kind::kChoice, false, "server|client"});
  specs.push_back({"framing", "A record a line, or behind its length (4 bytes, big-endian).",
                   "lines", Kind::kChoice, false, "lines|length"});
  specs.push_back(
      {"token", "A file, or env:NAME: the client's first line is Bearer and this text."});
  specs.push_back({"max.connections", "More are closed at once.", "1000", Kind::kNumber});
  specs.push_back(
      {"max.connections.per.address", "The same for one address.", "100", Kind::kNumber});
  specs.push_back({"queue.bytes", "What waits in memory before the other side has to wait.",
                   "1048576", Kind::kNumber});
  specs.push_back({"first.byte.time", "A client that says nothing for so long is closed.",
                   source ? "10 sec" : "30 sec", Kind::kDuration});
  if (source) {
    specs.push_back(
        {"idle.time", "A client that is silent for so long is closed.", "10 min", Kind::kDuration});
    specs.push_back({"acknowledge",
                     "Clients are told how many of their lines are safe, whenever that changes: "
                     "{\"ack\":N}, a line.",
                     "false", Kind::kFlag});
    specs.push_back(
        {"min.rate", "Bytes per second of a record that has begun.", "100", Kind::kNumber});
  } else {
    specs.push_back(
        {"stall.time", "Who takes nothing for so long is closed.", "30 sec", Kind::kDuration});
  }
  return specs;
}

Result<SocketOptions> ReadSocketOptions(const Options& options, bool in_file_system, bool source,
                                        const TransportPlace& place) {
  SocketOptions read;
  if (in_file_system) {
    read.path = options.Text("path");
    if (read.path.empty() || read.path.size() > 100) {
      return Status::Invalid("path has 1 to 100 characters");
    }
  } else {
    read.host = options.Text("host");
    read.port = options.Text("port");
    if (options.Number("port") > 65535) return Status::Invalid("port is at most 65535");
    read.tls = options.Flag("tls");
    read.certificate = options.TextOr("tls.certificate");
    read.key = options.TextOr("tls.key");
    read.authority = options.TextOr("tls.ca");
    const bool files = !read.certificate.empty() || !read.key.empty() || !read.authority.empty();
    if (files && !read.tls) return Status::Invalid("tls.* needs tls='true'");
  }
  read.serves = options.Text("mode") == "server";
  read.frames = options.Text("framing") == "length";
  read.connections_max = options.Number("max.connections");
  read.connections_per_address = options.Number("max.connections.per.address");
  read.queue_bytes = options.Number("queue.bytes");
  read.first_byte_ms = options.Duration("first.byte.time");
  read.idle_ms = options.Duration(source ? "idle.time" : "stall.time");
  if (source) {
    read.rate_min = options.Number("min.rate");
    read.acknowledges = options.Flag("acknowledge");
    if (read.acknowledges && read.frames) {
      return Status::NotSupported("acknowledge='true' together with framing='length'");
    }
  }
  read.record_bytes_max = place.record_bytes_max;
  read.token = options.TextOr("token");
  const Status secure = CheckSecurity(read, place.insecure);
  return secure.ok() ? Result<SocketOptions>(read) : Result<SocketOptions>(secure);
}

Result<std::string> ReadSecret(const std::string& where) {
  constexpr std::string_view kVariable = "env:";
  if (where.starts_with(kVariable)) {
    const char* value = std::getenv(where.c_str() + kVariable.size());
    if (value != nullptr && *value != '\0') return std::string(value);
    return Status(StatusCode::kNotFound, where + ": there is no such variable");
  }
  Result<FileHandle> file = OpenInput(where);
  if (!file.ok()) {
    // What was written may be the secret itself, so it is not shown.
    const std::string& message = file.status().message();
    const size_t reason = message.starts_with(where + ": ") ? where.size() + 2 : message.size();
    return Status(file.status().code(), "a secret is in a file, which is named, or is env:NAME: " +
                                            message.substr(reason));
  }
  FileReader reader(where, std::move(file).value());
  const Result<std::string_view> text = reader.Read();
  if (!text.ok()) return text.status();
  std::string_view secret = text.value();
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.remove_suffix(1);
  if (secret.empty() || secret.find('\n') != std::string_view::npos) {
    return Status(StatusCode::kNotFound, where + ": holds no line of text");
  }
  return std::string(secret);
}

}  // namespace weir
