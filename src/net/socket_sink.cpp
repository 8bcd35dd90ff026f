#include "net/socket_sink.h"

#include <set>

#include "net/dialer.h"
#include "net/net_loop.h"
#include "net/sender.h"
#include "net/tls_context.h"
#include "time/system_clock.h"

namespace weir {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr TimeMs kFirstConnectMs = 10'000;

// The part that lives on the loop's thread.
class Outlet : public std::enable_shared_from_this<Outlet> {
 public:
  Outlet(boost::asio::io_context& context, SocketOptions options, const TransportPlace& place)
      : options_(std::move(options)),
        context_(context),
        head_(place.head),
        waits_(place.waits),
        outgoing_(std::make_shared<Outgoing>(options_.queue_bytes)) {}

  Status Open() {
    if (!options_.token.empty()) {
      Result<std::string> secret = ReadSecret(options_.token);
      if (!secret.ok()) return secret.status();
      token_ = std::move(secret).value();
    }
    auto tls = MakeTlsContext(options_);
    if (!tls.ok()) return tls.status();
    tls_ = std::move(tls).value();
    if (!options_.serves) {
      dialer_ = std::make_shared<Dialer>(context_, options_);
      return Status::Ok();
    }
    listener_ = std::make_shared<Listener>(context_, options_);
    return listener_->Open();
  }

  void Start() {
    if (listener_ != nullptr) {
      listener_->Start([this](Wire::Socket socket, std::string, Listener::Place place) {
        Add(std::move(socket), std::move(place));
      });
      return;
    }
    dialer_->Start([this](Wire::Socket socket) { Add(std::move(socket), nullptr); },
                   [this](const std::string& why) { outgoing_->SetFailure(why); });
  }

  void Stop() {
    stopped_ = true;
    if (listener_ != nullptr) listener_->Stop();
    if (dialer_ != nullptr) dialer_->Stop();
    const auto senders = senders_;
    for (const auto& sender : senders) sender->Close();
    kept_.clear();
  }

  void Send(std::shared_ptr<Outgoing::Piece> piece) {
    if (ready_.empty()) {
      if (waits_ && !stopped_) kept_.push_back(std::move(piece));
      return;
    }
    for (const auto& sender : ready_) sender->Send(piece);
  }

  const std::shared_ptr<Outgoing>& outgoing() const { return outgoing_; }
  uint16_t port() const { return listener_ == nullptr ? 0 : listener_->port(); }

 private:
  void Add(Wire::Socket socket, Listener::Place place) {
    Sender::Setup setup;
    setup.options = &options_;
    setup.place = std::move(place);
    if (options_.serves) {
      setup.token = token_;
    } else if (!token_.empty()) {
      setup.head = "Bearer " + token_ + "\n";
    }
    setup.head += head_;
    const std::string host = options_.serves ? "" : options_.host;
    auto sender = std::make_shared<Sender>(context_, MakeWire(std::move(socket), tls_, host),
                                           std::move(setup));
    senders_.insert(sender);
    Sender* raw = sender.get();
    sender->Start(
        options_.serves ? Wire::Role::kServer : Wire::Role::kClient,
        [this, raw] { OnReady(raw->shared_from_this()); },
        [self = shared_from_this(), raw](Sender::Pieces left) {
          self->OnClosed(raw->shared_from_this(), std::move(left));
        });
  }

  void OnReady(const std::shared_ptr<Sender>& sender) {
    ready_.insert(sender);
    outgoing_->SetPeers(ready_.size());
    for (auto& piece : std::exchange(kept_, {})) sender->Send(std::move(piece));
  }

  void OnClosed(const std::shared_ptr<Sender>& sender, Sender::Pieces left) {
    const bool was_ready = ready_.erase(sender) > 0;
    senders_.erase(sender);
    if (waits_ && !stopped_ && !options_.serves) kept_ = std::move(left);
    outgoing_->SetPeers(ready_.size());
    if (dialer_ != nullptr && !stopped_) {
      outgoing_->SetFailure(options_.ShownAddress() + ": the connection was closed");
      dialer_->Again(was_ready);
    }
  }

  const SocketOptions options_;
  boost::asio::io_context& context_;
  std::string head_;
  bool waits_;
  std::string token_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<Outgoing> outgoing_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<Dialer> dialer_;
  std::set<std::shared_ptr<Sender>> senders_;
  std::set<std::shared_ptr<Sender>> ready_;  // of these, those that may be written to
  Sender::Pieces kept_;                      // for the next connection
  bool stopped_ = false;
};

class SocketSink final : public Sink {
 public:
  SocketSink(SocketOptions options, const TransportPlace& place)
      : place_(place),
        options_(options),
        loop_(NetLoop::Shared()),
        outlet_(std::make_shared<Outlet>(loop_->context(), std::move(options), place)),
        outgoing_(outlet_->outgoing()) {}

  ~SocketSink() override {
    loop_->PostAndWait([this] { outlet_->Stop(); });
  }

  Status Open() override;
  Status Write(const SinkRecord& record) override;
  Status Flush() override;
  Status Close() override;
  uint64_t delivered() const override { return outgoing_->delivered(); }
  SinkRecall recall() const override { return SinkRecall::kCount; }
  uint64_t settled() const override { return outgoing_->settled(); }

 private:
  Status NobodyThere() const;

  TransportPlace place_;
  SocketOptions options_;
  std::shared_ptr<NetLoop> loop_;  // ends after what lives on it
  std::shared_ptr<Outlet> outlet_;
  std::shared_ptr<Outgoing> outgoing_;
  std::string buffer_;
  uint64_t buffered_ = 0;  // records
};

// A client waits for its first connection or for the first failure, so that events that come at
// once are not lost.
Status SocketSink::Open() {
  const Status status = outlet_->Open();
  if (!status.ok()) return status;
  if (options_.serves && place_.report) {
    const std::string address = options_.path.empty()
                                    ? options_.host + ":" + std::to_string(outlet_->port())
                                    : options_.path;
    place_.report("sink of stream '" + place_.stream + "' listens on " + address);
  }
  loop_->Post([outlet = outlet_] { outlet->Start(); });
  if (options_.serves) return status;
  const TimeMs until = SystemClock().MonotonicMs() + kFirstConnectMs;
  for (TimeMs left = kFirstConnectMs; left > 0; left = until - SystemClock().MonotonicMs()) {
    if (outgoing_->has_peers() || !outgoing_->failure().empty()) break;
    if (!outgoing_->Wait(place_.stop, left)) break;
  }
  if (!outgoing_->has_peers() && place_.report) {
    place_.report("sink of stream '" + place_.stream + "': " + outgoing_->failure() +
                  "; trying again");
  }
  return status;
}

Status SocketSink::NobodyThere() const {
  const std::string why = outgoing_->failure();
  return Status(StatusCode::kNotFound, why.empty() ? "nobody is connected" : why);
}

Status SocketSink::Write(const SinkRecord& record) {
  if (!place_.waits && buffer_.empty() && !outgoing_->has_peers()) return NobodyThere();
  if (options_.frames) {
    const auto size = static_cast<uint32_t>(record.bytes.size());
    for (int shift = 24; shift >= 0; shift -= 8) buffer_ += static_cast<char>(size >> shift);
  }
  buffer_ += record.bytes;
  if (!options_.frames) buffer_ += '\n';
  ++buffered_;
  return buffer_.size() >= kPieceBytes ? Flush() : Status::Ok();
}

Status SocketSink::Flush() {
  if (buffer_.empty()) return Status::Ok();
  bool go_on = true;
  while (go_on && (outgoing_->IsFull() || (place_.waits && !outgoing_->has_peers()))) {
    go_on = outgoing_->Wait(place_.stop, options_.idle_ms);
  }
  auto piece = std::make_shared<Outgoing::Piece>(outgoing_, std::exchange(buffer_, {}),
                                                 std::exchange(buffered_, 0));
  loop_->Post([outlet = outlet_, piece = std::move(piece)] { outlet->Send(piece); });
  return Status::Ok();
}

// What was sent gets the time that a stalled peer has.
Status SocketSink::Close() {
  const Status flushed = Flush();
  const TimeMs until = SystemClock().MonotonicMs() + options_.idle_ms;
  for (TimeMs left = options_.idle_ms; left > 0; left = until - SystemClock().MonotonicMs()) {
    if (outgoing_->IsEmpty() || !outgoing_->has_peers()) break;
    outgoing_->Wait(nullptr, left);
  }
  outgoing_->StopGivingUp();
  loop_->PostAndWait([this] { outlet_->Stop(); });
  if (outgoing_->lost() > 0 && place_.report) {
    place_.report("sink of stream '" + place_.stream + "': " + std::to_string(outgoing_->lost()) +
                  " events were lost with their connection");
  }
  return flushed;
}

}  // namespace

Result<std::unique_ptr<Sink>> MakeSocketSink(const SocketOptions& options,
                                             const TransportPlace& place) {
  return std::unique_ptr<Sink>(std::make_unique<SocketSink>(options, place));
}

}  // namespace weir
