// Beast 1.74 asserts that the last chunk comes as five bytes or more, but does well with less.
#define BOOST_DISABLE_ASSERTS
#include "net/http_message.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>
#include <optional>
#include <sstream>

#include "base/check.h"
#include "types/value.h"

namespace weir {
namespace {

namespace http = boost::beast::http;

std::string Text(boost::beast::string_view view) { return std::string(view.data(), view.size()); }

}  // namespace

struct HttpRequestReader::Parser : http::request_parser<http::string_body> {};

HttpRequestReader::HttpRequestReader(size_t header_bytes_max, size_t body_bytes_max)
    : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max) {}

HttpRequestReader::~HttpRequestReader() = default;

HttpRequestReader::State HttpRequestReader::Refuse(unsigned status, const std::string& why) {
  refusal_ = HttpError(status, why);
  return State::kBad;
}

void HttpRequestReader::ReadHead() {
  const auto& from = parser_->get();
  request_.method = Text(from.method_string());
  request_.target = Text(from.target());
  request_.authorization = Text(from[http::field::authorization]);
  request_.origin = Text(from[http::field::origin]);
  request_.content_type = Text(from[http::field::content_type]);
  request_.content_encoding = Text(from[http::field::content_encoding]);
  for (const auto& field : from) {
    request_.headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }
  request_.keep_alive = from.keep_alive();
  request_.expects_continue = http::token_list(from[http::field::expect]).exists("100-continue");
}

HttpRequestReader::State HttpRequestReader::Read() {
  if (parser_ == nullptr) {
    parser_ = std::make_unique<Parser>();
    // Beast counts differently when bytes come in pieces: they are counted here.
    parser_->header_limit(std::numeric_limits<uint32_t>::max());
    parser_->body_limit(body_bytes_max_);
    parser_->eager(false);
  }
  while (!buffer_.empty() && !parser_->is_done()) {
    boost::system::error_code error;
    const size_t used = parser_->put(boost::asio::buffer(buffer_), error);
    buffer_.erase(0, used);
    consumed_ += used;
    if (error == http::error::need_more) {
      if (!parser_->is_header_done() && consumed_ + buffer_.size() > header_bytes_max_) {
        return Refuse(431, "the header is too long");
      }
      if (used == 0) break;
    } else if (error == http::error::body_limit) {
      return Refuse(413, "the body is longer than " + std::to_string(body_bytes_max_) + " bytes");
    } else if (error) {
      return Refuse(400, error.message());
    }
    if (parser_->is_header_done() && !head_done_) {
      if (consumed_ > header_bytes_max_) return Refuse(431, "the header is too long");
      head_done_ = true;
      ReadHead();
      parser_->eager(true);
      return State::kHead;
    }
    if (used == 0) break;
  }
  return parser_->is_done() ? State::kRequest : State::kNeedBytes;
}

HttpRequest HttpRequestReader::Take() {
  CHECK(parser_ != nullptr && parser_->is_done());
  request_.body = std::move(parser_->get().body());
  parser_.reset();
  head_done_ = false;
  consumed_ = 0;
  return std::exchange(request_, {});
}

struct HttpAnswerReader::Parser : http::response_parser<http::string_body> {};

HttpAnswerReader::HttpAnswerReader(size_t bytes_max) : bytes_max_(bytes_max) {}
HttpAnswerReader::~HttpAnswerReader() = default;

HttpAnswerReader::State HttpAnswerReader::Put(std::string_view bytes) {
  buffer_ += bytes;
  if (parser_ == nullptr) {
    parser_ = std::make_unique<Parser>();
    parser_->body_limit(bytes_max_);
    parser_->eager(true);
  }
  while (!buffer_.empty() && !parser_->is_done()) {
    boost::system::error_code error;
    const size_t used = parser_->put(boost::asio::buffer(buffer_), error);
    buffer_.erase(0, used);
    if (error && error != http::error::need_more) return State::kBad;
    if (used == 0) break;
  }
  if (parser_->is_done() && parser_->get().result_int() / 100 == 1) {
    parser_.reset();  // a note that the answer is still to come
    return Put({});
  }
  return parser_->is_done() ? State::kAnswer : State::kNeedBytes;
}

HttpAnswerReader::State HttpAnswerReader::PutEnd() {
  if (parser_ == nullptr || !parser_->got_some()) return State::kBad;
  boost::system::error_code error;
  parser_->put_eof(error);
  return !error && parser_->is_done() ? State::kAnswer : State::kBad;
}

unsigned HttpAnswerReader::TakeStatus(bool* keep_alive) {
  CHECK(parser_ != nullptr && parser_->is_done());
  *keep_alive = parser_->get().keep_alive();
  const unsigned status = parser_->get().result_int();
  parser_.reset();
  return status;
}

std::string WriteHttpAnswer(const HttpAnswer& answer, bool keep_alive) {
  http::response<http::string_body> message(http::int_to_status(answer.status), 11);
  message.set(http::field::content_type, "application/json");
  if (!answer.allow.empty()) message.set(http::field::allow, answer.allow);
  if (answer.status == 401) message.set(http::field::www_authenticate, "Bearer");
  message.keep_alive(keep_alive);
  message.body() = answer.body;
  if (!answer.body.empty()) message.body() += '\n';
  message.prepare_payload();
  std::ostringstream bytes;
  bytes << message;
  return bytes.str();
}

std::string WriteHttpRequest(std::string_view method, std::string_view target,
                             const HttpHeaders& headers, std::string body) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string({method.data(), method.size()});
  message.target({target.data(), target.size()});
  for (const auto& [name, value] : headers) message.set(name, value);
  message.body() = std::move(body);
  message.prepare_payload();
  std::ostringstream bytes;
  bytes << message;
  return bytes.str();
}

HttpAnswer HttpError(unsigned status, std::string_view why) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = "{\"error\":";
  AppendStringJson(why, &answer.body);
  answer.body += '}';
  return answer;
}

}  // namespace weir
