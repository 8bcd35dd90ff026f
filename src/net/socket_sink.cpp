#include "net/socket_sink.h"

#include <set>

#include "net/dialer.h"
#include "net/outgoing_sink.h"
#include "net/sender.h"
#include "net/tls_context.h"

namespace weir {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

// Sends to one peer, or to all who are connected.
class Outlet final : public Carrier, public std::enable_shared_from_this<Outlet> {
 public:
  Outlet(boost::asio::io_context& context, SocketOptions options, const TransportPlace& place,
         std::shared_ptr<Outgoing> outgoing)
      : options_(std::move(options)),
        context_(context),
        head_(place.head),
        waits_(place.waits),
        outgoing_(std::move(outgoing)) {}

  Status Open() override {
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

  void Start() override {
    if (listener_ != nullptr) {
      listener_->Start([this](Wire::Socket socket, std::string, Listener::Place place) {
        Add(std::move(socket), std::move(place));
      });
      return;
    }
    dialer_->Start([this](Wire::Socket socket) { Add(std::move(socket), nullptr); },
                   [this](const std::string& why) { outgoing_->SetFailure(why); });
  }

  void Stop() override {
    stopped_ = true;
    if (listener_ != nullptr) listener_->Stop();
    if (dialer_ != nullptr) dialer_->Stop();
    const auto senders = senders_;
    for (const auto& sender : senders) sender->Close();
    kept_.clear();
  }

  void Send(std::shared_ptr<Outgoing::Piece> piece) override {
    if (ready_.empty()) {
      if (waits_ && !stopped_) kept_.push_back(std::move(piece));
      return;
    }
    for (const auto& sender : ready_) {
      if (sender->number() == piece->begun_to) return sender->Send(std::move(piece));
    }
    for (const auto& sender : ready_) sender->Send(piece);
  }

  // With several peers all have to get it.
  size_t WriteAtOnce(std::string_view bytes, uint64_t* peer) override {
    return outgoing_->peers() == 1 ? lane_.Write(bytes, peer) : 0;
  }

  uint16_t port() const { return listener_ == nullptr ? 0 : listener_->port(); }

 private:
  void Add(Wire::Socket socket, Listener::Place place) {
    Sender::Setup setup;
    setup.options = &options_;
    setup.place = std::move(place);
    setup.lane = &lane_;
    setup.number = ++last_sender_;
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
  DirectLane lane_;
  uint64_t last_sender_ = 0;
  std::set<std::shared_ptr<Sender>> senders_;
  std::set<std::shared_ptr<Sender>> ready_;  // of these, those that may be written to
  Sender::Pieces kept_;                      // for the next connection
  bool stopped_ = false;
};

class SocketSink final : public OutgoingSink {
 public:
  SocketSink(const SocketOptions& options, const TransportPlace& place, std::shared_ptr<NetLoop> on)
      : OutgoingSink(place, std::move(on), options.queue_bytes),
        options_(options),
        outlet_(std::make_shared<Outlet>(loop()->context(), options, place, outgoing())) {
    Manner manner;
    manner.connects = !options.serves;
    manner.needs_peers = true;
    manner.patience_ms = options.idle_ms;
    SetCarrier(outlet_, manner);
  }

  Status Open() override;
  Status Write(const SinkRecord& record) override;

 private:
  std::string TakeBytes() override { return std::exchange(buffer_, {}); }
  Status NobodyThere() const;

  const SocketOptions options_;
  const std::shared_ptr<Outlet> outlet_;
  std::string buffer_;
};

Status SocketSink::Open() {
  const Status status = outlet_->Open();
  if (!status.ok()) return status;
  if (options_.serves) {
    Report(" listens on " + (options_.path.empty()
                                 ? options_.host + ":" + std::to_string(outlet_->port())
                                 : options_.path));
  }
  return OutgoingSink::Open();
}

Status SocketSink::NobodyThere() const {
  const std::string why = outgoing()->failure();
  return Status(StatusCode::kNotFound, why.empty() ? "nobody is connected" : why);
}

Status SocketSink::Write(const SinkRecord& record) {
  if (!place().waits && buffer_.empty() && !outgoing()->has_peers()) return NobodyThere();
  if (options_.frames) {
    const auto size = static_cast<uint32_t>(record.bytes.size());
    for (int shift = 24; shift >= 0; shift -= 8) buffer_ += static_cast<char>(size >> shift);
  }
  buffer_ += record.bytes;
  if (!options_.frames) buffer_ += '\n';
  CountRecord();
  return buffer_.size() >= kPieceBytes ? Flush() : Status::Ok();
}

}  // namespace

Result<std::unique_ptr<Sink>> MakeSocketSink(const SocketOptions& options,
                                             const TransportPlace& place) {
  auto loop = NetLoop::Shared();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<Sink>(
      std::make_unique<SocketSink>(options, place, std::move(loop).value()));
}

}  // namespace weir
