#include "net/http_options.h"

#include <algorithm>

#include "base/same_text.h"

namespace weir {
namespace {

using Kind = OptionSpec::Kind;

// Options of sockets that HTTP has no use for, or means otherwise.
void Remove(std::initializer_list<std::string_view> names, std::vector<OptionSpec>* specs) {
  std::erase_if(*specs, [&](const OptionSpec& spec) {
    return std::find(names.begin(), names.end(), spec.name) != names.end();
  });
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Nothing in it may end the line or the word that it stands in.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<HttpUrl> ParseHttpUrl(std::string_view text) {
  const std::string whole(text);
  const auto wrong = [&] {
    return Status::Invalid("'" + whole + "' is not of the form http://HOST:PORT/PATH");
  };
  if (text.find('@') != std::string_view::npos) {
    // It may hold a password, so it is not shown.
    return Status::Invalid(
        "a URL with a user or password is not taken; 'token' names where a secret is");
  }
  HttpUrl url;
  url.tls = text.starts_with("https://");
  if (!url.tls && !text.starts_with("http://")) return wrong();
  if (!IsPlain(text) || text.find_first_of("#\\") != std::string_view::npos) return wrong();
  text.remove_prefix(url.tls ? 8 : 7);
  const size_t slash = std::min(text.find_first_of("/?"), text.size());
  std::string_view place = text.substr(0, slash);
  url.path = text.substr(slash);
  if (url.path.starts_with("?")) url.path = "/" + url.path;
  if (place.starts_with("[")) {
    const size_t end = place.find(']');
    if (end == std::string_view::npos) return wrong();
    url.host = place.substr(1, end - 1);
    place.remove_prefix(end + 1);
  } else {
    url.host = place.substr(0, place.find(':'));
    place.remove_prefix(url.host.size());
  }
  url.port = url.tls ? "443" : "80";
  if (place.starts_with(":")) {
    url.port = place.substr(1);
  } else if (!place.empty()) {
    return wrong();
  }
  if (url.host.empty() || !IsPort(url.port)) return wrong();
  return url;
}

std::vector<OptionSpec> HttpSourceOptionSpecs() {
  std::vector<OptionSpec> specs = SocketOptionSpecs(/*in_file_system=*/false, /*source=*/true);
  Remove({"mode", "framing", "token", "host", "port"}, &specs);
  const std::vector<OptionSpec> own = {
      {"receiver.url", "http://HOST:PORT/PATH in one, instead of host, port and path."},
      {"host", "A name or address to listen on.", "127.0.0.1"},
      {"port", "0: any that is free.", nullptr, Kind::kNumber},
      {"path", "Where events are posted; else / and the stream's name."},
      {"max.header.bytes", "", "8192", Kind::kNumber},
      {"max.body.bytes", "", "1048576", Kind::kNumber},
      {"read.token", "A file, or env:NAME: who sends it as bearer token may ask queries."},
      {"write.token", "The same for who may post events."},
      {"admin.token", "The same for who may do both, and change tables by queries."},
      {"basic.auth.enabled", "Only false.", "false", Kind::kChoice, false, "false"}};
  specs.insert(specs.begin(), own.begin(), own.end());
  return specs;
}

Result<HttpOptions> ReadHttpOptions(const Options& options, const TransportPlace& place) {
  Options socket = options;
  HttpOptions read;
  for (const std::string& header : place.properties) {
    if (SameText(header, "Authorization") || SameText(header, "Proxy-Authorization")) {
      return Status::Invalid("trp:" + header + " would put a secret among the events");
    }
  }
  read.path = options.Has("path") ? options.Text("path") : "/" + place.stream;
  if (options.Has("receiver.url")) {
    if (options.Has("port") || options.Has("path")) {
      return Status::Invalid("receiver.url says what port and path say");
    }
    Result<HttpUrl> url = ParseHttpUrl(options.Text("receiver.url"));
    if (!url.ok()) return url.status();
    socket.Set("host", url.value().host);
    socket.Set("port", url.value().port);
    if (url.value().tls) socket.Set("tls", "true");
    if (!url.value().path.empty()) read.path = url.value().path;
  } else if (!options.Has("port")) {
    return Status::Invalid("option 'port' or 'receiver.url' is missing");
  }
  if (!read.path.starts_with("/") || !IsPlain(read.path) ||
      read.path.find_first_of("?#%") != std::string::npos) {
    return Status::Invalid("path begins with / and has no spaces, ?, # and %");
  }
  for (const char* own : {"/query", "/livez", "/readyz", "/version"}) {
    if (read.path == own) return Status::Invalid("path " + read.path + " is the server's own");
  }
  socket.Set("mode", "server");
  socket.Set("framing", "lines");
  Result<SocketOptions> checked =
      ReadSocketOptions(socket, /*in_file_system=*/false, /*source=*/true, place);
  if (!checked.ok()) return checked.status();
  read.socket = std::move(checked).value();
  read.header_bytes_max = options.Number("max.header.bytes");
  read.body_bytes_max = options.Number("max.body.bytes");
  if (read.header_bytes_max < 256 || read.header_bytes_max > 1 << 20) {
    return Status::Invalid("max.header.bytes is from 256 to 1048576");
  }
  read.read_token = options.TextOr("read.token");
  read.write_token = options.TextOr("write.token");
  read.admin_token = options.TextOr("admin.token");
  for (const auto& [name, value] : socket.values()) {
    if (name != "path" && name != "receiver.url") read.signature += name + "=" + value + "\n";
  }
  return read;
}

std::vector<OptionSpec> HttpSinkOptionSpecs() {
  std::vector<OptionSpec> specs = SocketOptionSpecs(/*in_file_system=*/false, /*source=*/false);
  Remove({"mode", "framing", "token", "host", "port", "tls", "first.byte.time", "max.connections",
          "max.connections.per.address", "stall.time"},
         &specs);
  const std::vector<OptionSpec> own = {
      {"publisher.url", "http://HOST:PORT/PATH, or https.", nullptr, Kind::kText, true},
      {"method", "", "POST", Kind::kChoice, false, "POST|PUT"},
      {"content.type", "What the header of that name says.", "application/json"},
      {"token", "A file, or env:NAME: is sent as bearer token."},
      {"batch.records", "How many records a request has at most, a line each.", "1", Kind::kNumber},
      {"stall.time", "A request has failed if there is no answer for so long.", "30 sec",
       Kind::kDuration}};
  specs.insert(specs.begin(), own.begin(), own.end());
  return specs;
}

Result<HttpTarget> ReadHttpTarget(const Options& options, const TransportPlace& place) {
  Result<HttpUrl> url = ParseHttpUrl(options.Text("publisher.url"));
  if (!url.ok()) return url.status();
  Options socket = options;
  socket.Set("host", url.value().host);
  socket.Set("port", url.value().port);
  socket.Set("tls", url.value().tls ? "true" : "false");
  socket.Set("mode", "client");
  socket.Set("framing", "lines");
  socket.Set("max.connections", "1");
  socket.Set("max.connections.per.address", "1");
  socket.Set("first.byte.time", options.Text("stall.time"));
  Result<SocketOptions> checked =
      ReadSocketOptions(socket, /*in_file_system=*/false, /*source=*/false, place);
  if (!checked.ok()) return checked.status();
  HttpTarget target;
  target.socket = std::move(checked).value();
  target.path = url.value().path.empty() ? "/" : url.value().path;
  const bool v6 = url.value().host.find(':') != std::string::npos;
  target.host_header =
      (v6 ? "[" + url.value().host + "]" : url.value().host) + ":" + url.value().port;
  target.method = options.Text("method") == "PUT" ? "PUT" : "POST";
  target.content_type = options.Text("content.type");
  if (target.content_type.find_first_of("\r\n") != std::string::npos) {
    return Status::Invalid("content.type is one line");
  }
  target.batch_records = options.Number("batch.records");
  if (target.batch_records == 0) return Status::Invalid("batch.records is at least 1");
  return target;
}

}  // namespace weir
