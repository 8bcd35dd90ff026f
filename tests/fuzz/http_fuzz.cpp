// Any bytes as what an HTTP client sends: no crash, limits hold, and the same requests, routes and
// refusal whether the bytes come at once or one by one. The same bytes as a server's answer and as
// a URL.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "net/http_message.h"
#include "net/http_options.h"
#include "net/http_route.h"

namespace {

constexpr size_t kHeaderMax = 512;
constexpr size_t kBodyMax = 256;

std::string Describe(const weir::HttpRequest& request) {
  weir::HttpTokens tokens;
  tokens.read = "r";
  tokens.admin = "a";
  const weir::HttpRoute route = weir::RouteHttp(request, {"/in", "/also"}, tokens);
  CHECK(request.body.size() <= kBodyMax);
  CHECK(route.to != weir::HttpRoute::To::kEvents || tokens.RightsOf(request.authorization).admin);
  return request.method + " " + request.target + " " + request.body + " " +
         std::to_string(static_cast<int>(route.to)) + route.query.value_or("") +
         route.refusal.body + "\n";
}

std::string ReadRequests(const std::string& bytes, size_t piece) {
  weir::HttpRequestReader reader(kHeaderMax, kBodyMax);
  std::string got;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    reader.Put(std::string_view(bytes).substr(at, piece));
    for (bool more = true; more;) {
      switch (reader.Read()) {
        case weir::HttpRequestReader::State::kNeedBytes:
          more = false;
          break;
        case weir::HttpRequestReader::State::kHead:
          break;
        case weir::HttpRequestReader::State::kRequest:
          got += Describe(reader.Take());
          break;
        case weir::HttpRequestReader::State::kBad:
          return got;
      }
    }
  }
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  CHECK(ReadRequests(bytes, 1) == ReadRequests(bytes, bytes.size() + 1));
  weir::HttpAnswerReader answers(kBodyMax);
  if (answers.Put(bytes) == weir::HttpAnswerReader::State::kNeedBytes) answers.PutEnd();
  for (const std::string& text : {bytes, "http://" + bytes}) {
    const weir::Result<weir::HttpUrl> url = weir::ParseHttpUrl(text);
    CHECK(!url.ok() || (!url.value().host.empty() && !url.value().port.empty()));
  }
  weir::DecodeUrlText(bytes);
  return 0;
}
