#include "net/http_route.h"

#include <algorithm>
#include <cctype>

#include "base/same_text.h"
#include "net/socket_options.h"
#include "time/duration.h"

namespace weir {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

HttpRoute Refuse(unsigned status, std::string_view why, std::string allow = "") {
  HttpRoute route;
  route.refusal = HttpError(status, why);
  route.refusal.allow = std::move(allow);
  return route;
}

HttpRoute Deny(bool known, std::string_view role) {
  if (known) return Refuse(403, "this needs the role " + std::string(role));
  return Refuse(401, "this needs a bearer token");
}

bool HasRecordALine(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  constexpr std::string_view kTypes[] = {"application/x-ndjson", "application/ndjson",
                                         "application/jsonl", "application/jsonlines"};
  return std::any_of(std::begin(kTypes), std::end(kTypes),
                     [&](std::string_view one) { return SameText(one, type); });
}

HttpRoute RouteQuery(const HttpRequest& request, std::string_view parameters,
                     const HttpRights& rights) {
  if (!rights.read) return Deny(rights.any(), "read");
  HttpRoute route;
  route.to = HttpRoute::To::kQuery;
  route.may_change = rights.admin;
  if (request.method == "POST") return route;
  while (!parameters.empty()) {
    const size_t end = std::min(parameters.find('&'), parameters.size());
    const std::string_view one = parameters.substr(0, end);
    if (one.starts_with("q=")) {
      route.query = DecodeUrlText(one.substr(2));
      if (!route.query) return Refuse(400, "malformed % in the target");
      // What only reads may be sent again, put into a list of favourites or be prefetched.
      route.may_change = false;
      return route;
    }
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return Refuse(400, "GET /query takes ?q=QUERY");
}

}  // namespace

std::optional<std::string> DecodeUrlText(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return decoded;
}

HttpRights HttpTokens::RightsOf(std::string_view authorization) const {
  if (open()) return {true, true, true};
  const auto is = [&](const std::string& token) {
    return !token.empty() && IsBearer(authorization, token);
  };
  HttpRights rights;
  rights.admin = is(admin);
  rights.read = rights.admin || is(read);
  rights.write = rights.admin || is(write);
  return rights;
}

HttpRoute RouteHttp(const HttpRequest& request, const std::vector<std::string>& paths,
                    const HttpTokens& tokens) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view parameters = target.substr(std::min(path.size() + 1, target.size()));
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  HttpRoute route;
  if (path == "/livez") route.to = HttpRoute::To::kLive;
  if (path == "/readyz") route.to = HttpRoute::To::kReady;
  if (path == "/version") route.to = HttpRoute::To::kVersion;
  if (route.to != HttpRoute::To::kNowhere) {
    return get ? route : Refuse(405, "this takes GET", "GET");
  }
  const auto at = std::find(paths.begin(), paths.end(), path);
  const bool query = path == "/query";
  if (!query && at == paths.end()) return Refuse(404, "nothing is here");
  if (!post && !(get && query)) {
    return Refuse(405, query ? "this takes GET and POST" : "this takes POST",
                  query ? "GET, POST" : "POST");
  }
  // A page in a browser of this machine can reach what only this machine can reach.
  if (tokens.open() && !request.origin.empty()) {
    return Refuse(403, "requests of web pages need a server with tokens");
  }
  if (!request.content_encoding.empty() && !SameText(request.content_encoding, "identity")) {
    return Refuse(415, "the body must not be compressed");
  }
  const HttpRights rights = tokens.RightsOf(request.authorization);
  if (query) return RouteQuery(request, parameters, rights);
  if (!rights.write) return Deny(rights.any(), "write");
  route.to = HttpRoute::To::kEvents;
  route.path = static_cast<size_t>(at - paths.begin());
  route.lines = HasRecordALine(request.content_type);
  return route;
}

}  // namespace weir
