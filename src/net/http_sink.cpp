#include "net/http_sink.h"

#include "net/http_client.h"
#include "net/outgoing_sink.h"

namespace weir {
namespace {

class HttpSink final : public OutgoingSink {
 public:
  HttpSink(HttpTarget target, const TransportPlace& place, std::shared_ptr<NetLoop> on)
      : OutgoingSink(place, std::move(on), target.socket.queue_bytes),
        target_(std::move(target)),
        client_(std::make_shared<HttpClient>(loop()->context(), target_.socket, place.waits,
                                             outgoing())) {
    Manner manner;
    manner.patience_ms = target_.socket.idle_ms;
    SetCarrier(client_, manner);
  }

  Status Open() override;
  Status Write(const SinkRecord& record) override;

 private:
  // One request for all of them.
  std::string TakeBytes() override {
    return WriteHttpRequest(target_.method, target_.path, headers_, std::exchange(body_, {}));
  }

  const HttpTarget target_;
  const std::shared_ptr<HttpClient> client_;
  HttpHeaders headers_;
  std::string body_;
};

Status HttpSink::Open() {
  headers_ = {{"Host", target_.host_header},
              {"User-Agent", "weir"},
              {"Content-Type", target_.content_type}};
  if (!target_.socket.token.empty()) {
    Result<std::string> secret = ReadSecret(target_.socket.token);
    if (!secret.ok()) return secret.status();
    headers_.emplace_back("Authorization", "Bearer " + secret.value());
  }
  const Status status = client_->Open();
  return status.ok() ? OutgoingSink::Open() : status;
}

Status HttpSink::Write(const SinkRecord& record) {
  const std::string failure = place().waits ? "" : outgoing()->failure();
  if (!failure.empty()) return Status(StatusCode::kNotFound, failure);
  if (records() > 0) body_ += '\n';
  body_ += record.bytes;
  CountRecord();
  return records() >= target_.batch_records ? Flush() : Status::Ok();
}

}  // namespace

Result<std::unique_ptr<Sink>> MakeHttpSink(const HttpTarget& target, const TransportPlace& place) {
  auto loop = NetLoop::Shared();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<Sink>(std::make_unique<HttpSink>(target, place, std::move(loop).value()));
}

}  // namespace weir
