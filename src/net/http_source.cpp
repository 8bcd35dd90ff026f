#include "net/http_source.h"

#include "net/http_server.h"

namespace weir {
namespace {

class HttpSource final : public Source {
 public:
  HttpSource(HttpOptions options, const TransportPlace& place, std::shared_ptr<NetLoop> loop)
      : place_(place),
        options_(std::move(options)),
        loop_(std::move(loop)),
        entry_(std::make_shared<HttpServer::Entry>(options_.path, place.properties,
                                                   options_.socket.queue_bytes)) {}

  ~HttpSource() override {
    if (attached_) loop_->PostAndWait([this] { server_->Detach(entry_); });
  }

  Status Open() override {
    Status status = entry_->arrivals.status();
    if (!status.ok()) return status;
    auto server = HttpServer::At(loop_, options_);
    if (!server.ok()) return server.status();
    server_ = std::move(server).value();
    entry_->arrivals.OnRoom(
        [this] { loop_->Post([server = server_, entry = entry_] { server->SetRoom(entry); }); });
    loop_->PostAndWait([&] { status = server_->Attach(entry_); });
    if (!status.ok()) return status;
    attached_ = true;
    // What tells that the engine takes.
    entry_->arrivals.Push({Arrivals::Item::Kind::kWake, 0, "", ""});
    if (place_.report) {
      place_.report("stream '" + place_.stream + "' takes POST " + options_.path +
                    " and listens on " + options_.socket.host + ":" +
                    std::to_string(server_->port()));
    }
    return status;
  }

  int poll_fd() const override { return entry_->arrivals.fd(); }

  Status Take(SourceOutput* out) override {
    using Kind = Arrivals::Item::Kind;
    for (const Arrivals::Item& item : entry_->arrivals.Take()) {
      if (item.kind == Kind::kWake) {
        loop_->Post([server = server_, entry = entry_] { server->SetReady(entry); });
        continue;
      }
      const PayloadKind kind = item.kind == Kind::kLines           ? PayloadKind::kLines
                               : item.kind == Kind::kQuery         ? PayloadKind::kQuery
                               : item.kind == Kind::kReadOnlyQuery ? PayloadKind::kReadOnlyQuery
                                                                   : PayloadKind::kRecord;
      properties_ = item.properties;
      out->OnPayload(item.channel, item.name, item.bytes, kind);
    }
    return Status::Ok();
  }

  std::vector<std::optional<std::string>> Properties(uint64_t) const override {
    return properties_;
  }

  void OnReceipt(uint64_t channel, const PayloadReceipt& receipt) override {
    loop_->Post([server = server_, channel, receipt] { server->OnReceipt(channel, receipt); });
  }

 private:
  TransportPlace place_;
  HttpOptions options_;
  std::shared_ptr<NetLoop> loop_;  // ends after what lives on it
  std::shared_ptr<HttpServer::Entry> entry_;
  std::shared_ptr<HttpServer> server_;
  bool attached_ = false;
  std::vector<std::optional<std::string>> properties_;  // of the payload that is handed on
};

}  // namespace

Result<std::unique_ptr<Source>> MakeHttpSource(const HttpOptions& options,
                                               const TransportPlace& place) {
  auto loop = NetLoop::Shared();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<Source>(
      std::make_unique<HttpSource>(options, place, std::move(loop).value()));
}

}  // namespace weir
