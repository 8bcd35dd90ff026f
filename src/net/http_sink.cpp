#include "net/http_sink.h"

#include "net/http_client.h"
#include "net/net_loop.h"
#include "time/system_clock.h"

namespace weir {
namespace {

constexpr TimeMs kFirstConnectMs = 10'000;

class HttpSink final : public Sink {
 public:
  HttpSink(HttpTarget target, const TransportPlace& place)
      : place_(place),
        target_(std::move(target)),
        loop_(NetLoop::Shared()),
        outgoing_(std::make_shared<Outgoing>(target_.socket.queue_bytes)),
        client_(std::make_shared<HttpClient>(loop_->context(), target_.socket, place.waits,
                                             outgoing_)) {}

  ~HttpSink() override {
    loop_->PostAndWait([this] { client_->Stop(); });
  }

  Status Open() override;
  Status Write(const SinkRecord& record) override;
  Status Flush() override;
  Status Close() override;
  uint64_t delivered() const override { return outgoing_->delivered(); }
  SinkRecall recall() const override { return SinkRecall::kCount; }
  uint64_t settled() const override { return outgoing_->settled(); }

 private:
  void TellLost();
  void Report(const std::string& what) const;

  TransportPlace place_;
  HttpTarget target_;
  HttpHeaders headers_;
  std::shared_ptr<NetLoop> loop_;  // ends after what lives on it
  std::shared_ptr<Outgoing> outgoing_;
  std::shared_ptr<HttpClient> client_;
  std::string body_;
  uint64_t buffered_ = 0;  // records
  uint64_t told_lost_ = 0;
};

void HttpSink::Report(const std::string& what) const {
  if (place_.report) place_.report("sink of stream '" + place_.stream + "': " + what);
}

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
  if (!status.ok()) return status;
  loop_->Post([client = client_] { client->Start(); });
  const TimeMs until = SystemClock().MonotonicMs() + kFirstConnectMs;
  for (TimeMs left = kFirstConnectMs; left > 0; left = until - SystemClock().MonotonicMs()) {
    if (outgoing_->has_peers() || !outgoing_->failure().empty()) break;
    if (!outgoing_->Wait(place_.stop, left)) break;
  }
  if (!outgoing_->has_peers()) Report(outgoing_->failure() + "; trying again");
  return status;
}

Status HttpSink::Write(const SinkRecord& record) {
  const std::string failure = place_.waits ? "" : outgoing_->failure();
  if (!failure.empty()) return Status(StatusCode::kNotFound, failure);
  if (buffered_ > 0) body_ += '\n';
  body_ += record.bytes;
  return ++buffered_ >= target_.batch_records ? Flush() : Status::Ok();
}

Status HttpSink::Flush() {
  TellLost();
  if (buffered_ == 0) return Status::Ok();
  bool go_on = true;
  while (go_on && outgoing_->IsFull()) {
    go_on = outgoing_->Wait(place_.stop, target_.socket.idle_ms);
  }
  std::string request =
      WriteHttpRequest(target_.method, target_.path, headers_, std::exchange(body_, {}));
  auto piece =
      std::make_shared<Outgoing::Piece>(outgoing_, std::move(request), std::exchange(buffered_, 0));
  loop_->Post([client = client_, piece = std::move(piece)] { client->Send(piece); });
  return Status::Ok();
}

// The first, and then whenever their number has grown tenfold.
void HttpSink::TellLost() {
  const uint64_t lost = outgoing_->lost();
  if (lost == 0 || lost < 10 * told_lost_) return;
  told_lost_ = lost;
  const std::string refusal = outgoing_->refusal();
  Report((refusal.empty() ? outgoing_->failure() : refusal) + "; " + std::to_string(lost) +
         (lost == 1 ? " event is lost so far" : " events are lost so far"));
}

// What is on its way gets the time that an answer has.
Status HttpSink::Close() {
  const Status flushed = Flush();
  const TimeMs until = SystemClock().MonotonicMs() + target_.socket.idle_ms;
  for (TimeMs left = target_.socket.idle_ms; left > 0; left = until - SystemClock().MonotonicMs()) {
    const bool gives_up = !place_.waits || (place_.stop != nullptr && place_.stop->requested());
    if (outgoing_->IsEmpty() || (gives_up && !outgoing_->failure().empty())) break;
    outgoing_->Wait(nullptr, left);
  }
  outgoing_->StopGivingUp();
  loop_->PostAndWait([this] { client_->Stop(); });
  if (outgoing_->lost() > told_lost_) {
    const std::string refusal = outgoing_->refusal();
    Report(std::to_string(outgoing_->lost()) +
           " events were lost: " + (refusal.empty() ? outgoing_->failure() : refusal));
  }
  return flushed;
}

}  // namespace

Result<std::unique_ptr<Sink>> MakeHttpSink(const HttpTarget& target, const TransportPlace& place) {
  return std::unique_ptr<Sink>(std::make_unique<HttpSink>(target, place));
}

}  // namespace weir
