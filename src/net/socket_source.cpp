#include "net/socket_source.h"

#include <map>

#include "net/arrivals.h"
#include "net/dialer.h"
#include "net/net_loop.h"
#include "net/read_lane.h"
#include "net/receiver.h"
#include "net/tls_context.h"

namespace weir {
namespace {

// The part that lives on the loop's thread.
class Intake : public std::enable_shared_from_this<Intake> {
 public:
  Intake(boost::asio::io_context& context, SocketOptions options)
      : options_(std::move(options)), context_(context), arrivals_(options_.queue_bytes) {}

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
      listener_->Start([this](Wire::Socket socket, std::string name, Listener::Place place) {
        Add(std::move(socket), std::move(name), std::move(place));
      });
      return;
    }
    dialer_->Start([this](Wire::Socket socket) { Add(std::move(socket), "", nullptr); },
                   [](const std::string&) {});
  }

  void Stop() {
    if (listener_ != nullptr) listener_->Stop();
    if (dialer_ != nullptr) dialer_->Stop();
    stopped_ = true;
    const auto receivers = std::exchange(receivers_, {});
    for (const auto& [channel, receiver] : receivers) receiver->Close();
  }

  void Acknowledge(uint64_t channel, uint64_t lines) {
    const auto receiver = receivers_.find(channel);
    if (receiver != receivers_.end()) receiver->second->Acknowledge(lines);
  }

  void Resume() {
    for (const auto& [channel, receiver] : receivers_) receiver->Resume();
  }

  void TakeBack(uint64_t channel) {
    const auto receiver = receivers_.find(channel);
    if (receiver != receivers_.end()) receiver->second->TakeBack();
  }

  Arrivals& arrivals() { return arrivals_; }
  uint16_t port() const { return listener_ == nullptr ? 0 : listener_->port(); }

 private:
  void Add(Wire::Socket socket, std::string name, Listener::Place place) {
    Receiver::Setup setup;
    setup.options = &options_;
    setup.arrivals = &arrivals_;
    setup.channel = ++last_channel_;
    setup.name = name.empty() ? options_.ShownAddress() : std::move(name);
    setup.place = std::move(place);
    if (options_.serves) {
      setup.token = token_;
    } else if (!token_.empty()) {
      setup.greeting = "Bearer " + token_ + "\n";
    }
    const std::string host = options_.serves ? "" : options_.host;
    std::shared_ptr<Wire> wire = MakeWire(std::move(socket), tls_, host);
    auto receiver = std::make_shared<Receiver>(
        context_, wire, std::move(setup),
        [self = shared_from_this(), channel = last_channel_](Receiver* closed) {
          const bool was_of_use = closed->was_of_use();
          self->receivers_.erase(channel);
          if (self->dialer_ != nullptr && !self->stopped_) self->dialer_->Again(was_of_use);
        });
    receivers_.emplace(last_channel_, receiver);
    receiver->Start(options_.serves ? Wire::Role::kServer : Wire::Role::kClient);
  }

  const SocketOptions options_;
  boost::asio::io_context& context_;
  std::string token_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<Dialer> dialer_;
  Arrivals arrivals_;
  std::map<uint64_t, std::shared_ptr<Receiver>> receivers_;
  uint64_t last_channel_ = 0;
  bool stopped_ = false;
};

class SocketSource final : public Source {
 public:
  SocketSource(SocketOptions options, const TransportPlace& place, std::shared_ptr<NetLoop> loop)
      : place_(place),
        options_(options),
        loop_(std::move(loop)),
        intake_(std::make_shared<Intake>(loop_->context(), std::move(options))) {}

  ~SocketSource() override {
    loop_->PostAndWait([this] { intake_->Stop(); });
  }

  Status Open() override {
    Status status = intake_->arrivals().status();
    if (status.ok()) status = lane_.Open(intake_->arrivals().fd());
    if (status.ok()) status = intake_->Open();
    if (!status.ok()) return status;
    intake_->arrivals().OnRoom([this] { loop_->Post([intake = intake_] { intake->Resume(); }); });
    if (options_.serves && place_.report) {
      const std::string address = options_.path.empty()
                                      ? options_.host + ":" + std::to_string(intake_->port())
                                      : options_.path;
      place_.report("stream '" + place_.stream + "' listens on " + address);
    }
    loop_->Post([intake = intake_] { intake->Start(); });
    return Status::Ok();
  }

  bool wants_progress() const override { return options_.acknowledges; }

  void OnProgress(uint64_t channel, uint64_t lines) override {
    loop_->Post([intake = intake_, channel, lines] { intake->Acknowledge(channel, lines); });
  }

  int poll_fd() const override { return lane_.fd(); }

  Status Take(SourceOutput* out) override {
    ReadLane::Calls calls;
    calls.on_other = [&] {
      for (Arrivals::Item& item : intake_->arrivals().Take()) TakeItem(&item, out);
    };
    calls.give = [out](uint64_t channel, std::string_view name, std::string_view bytes) {
      out->OnBytes(channel, name, bytes);
    };
    calls.return_to_loop = [this](uint64_t channel) { ReturnToLoop(channel); };
    lane_.Read(calls);
    return Status::Ok();
  }

 private:
  void ReturnToLoop(uint64_t channel) {
    loop_->Post([intake = intake_, channel] { intake->TakeBack(channel); });
  }

  void TakeItem(Arrivals::Item* item, SourceOutput* out) {
    using Kind = Arrivals::Item::Kind;
    switch (item->kind) {
      case Kind::kBytes:
        return out->OnBytes(item->channel, item->name, item->bytes);
      case Kind::kPayload:
        return out->OnPayload(0, item->name, item->bytes, PayloadKind::kRecord);
      case Kind::kLent:
        if (!lane_.Add(item->channel, std::move(item->name), std::move(item->socket))) {
          ReturnToLoop(item->channel);
        }
        return;
      case Kind::kEnd:
      case Kind::kCut:
        lane_.Remove(item->channel);
        return out->OnEnd(item->channel, item->kind == Kind::kEnd);
      case Kind::kLines:
      case Kind::kQuery:
      case Kind::kReadOnlyQuery:
      case Kind::kWake:
        return;  // of other sources
    }
  }

  TransportPlace place_;
  SocketOptions options_;
  std::shared_ptr<NetLoop> loop_;  // ends after what lives on it
  std::shared_ptr<Intake> intake_;
  ReadLane lane_;
};

}  // namespace

Result<std::unique_ptr<Source>> MakeSocketSource(const SocketOptions& options,
                                                 const TransportPlace& place) {
  auto loop = NetLoop::Shared();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<Source>(
      std::make_unique<SocketSource>(options, place, std::move(loop).value()));
}

}  // namespace weir
