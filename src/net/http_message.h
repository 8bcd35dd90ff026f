#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

// A request as it came, with the headers that matter here.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // as written
  std::string authorization;
  std::string origin;  // of the page in a browser that sends it
  std::string content_type;
  std::string content_encoding;
  HttpHeaders headers;  // all of them, in order
  std::string body;
  bool keep_alive = false;
  bool expects_continue = false;
};

struct HttpAnswer {
  unsigned status = 200;
  std::string body;
  std::string allow = {};  // methods, for 405
};

// Cuts requests out of bytes, within limits. Not thread-safe.
class HttpRequestReader {
 public:
  enum class State {
    kNeedBytes,
    kHead,     // once for each request: everything but the body is there
    kRequest,  // all of it
    kBad,      // see refusal(); nothing can be read any more
  };

  HttpRequestReader(size_t header_bytes_max, size_t body_bytes_max);
  ~HttpRequestReader();

  void Put(std::string_view bytes) { buffer_ += bytes; }
  State Read();
  // After kHead, without a body, or kRequest.
  const HttpRequest& request() const { return request_; }
  // After kRequest: gives it away and goes on with the next one.
  HttpRequest Take();
  const HttpAnswer& refusal() const { return refusal_; }
  // Bytes of a request are there that is not complete.
  bool in_request() const { return !buffer_.empty() || head_done_ || consumed_ > 0; }

 private:
  struct Parser;
  State Refuse(unsigned status, const std::string& why);
  void ReadHead();

  const size_t header_bytes_max_;
  const size_t body_bytes_max_;
  std::unique_ptr<Parser> parser_;
  std::string buffer_;  // not parsed yet
  size_t consumed_ = 0;
  bool head_done_ = false;
  HttpRequest request_;
  HttpAnswer refusal_;
};

// Cuts answers out of bytes. Not thread-safe.
class HttpAnswerReader {
 public:
  enum class State { kNeedBytes, kAnswer, kBad };

  explicit HttpAnswerReader(size_t bytes_max);
  ~HttpAnswerReader();

  State Put(std::string_view bytes);
  // The connection has ended, which may be the end of the answer.
  State PutEnd();
  // After kAnswer; the next one begins.
  unsigned TakeStatus(bool* keep_alive);

 private:
  struct Parser;

  const size_t bytes_max_;
  std::unique_ptr<Parser> parser_;
  std::string buffer_;
};

// As bytes. The body is JSON.
std::string WriteHttpAnswer(const HttpAnswer& answer, bool keep_alive);
std::string WriteHttpRequest(std::string_view method, std::string_view target,
                             const HttpHeaders& headers, std::string body);

// `{"error":"..."}` with that status.
HttpAnswer HttpError(unsigned status, std::string_view why);

}  // namespace weir
