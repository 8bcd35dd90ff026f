#include "net/http_server.h"

#include <algorithm>
#include <mutex>

#include "base/same_text.h"
#include "net/tls_context.h"

namespace weir {
namespace {

using Kind = Arrivals::Item::Kind;

Status ReadToken(const std::string& where, std::string* token) {
  if (where.empty()) return Status::Ok();
  Result<std::string> secret = ReadSecret(where);
  if (secret.ok()) *token = std::move(secret).value();
  return secret.status();
}

HttpAnswer AnswerOf(const PayloadReceipt& receipt) {
  HttpAnswer answer;
  if (!receipt.answer.empty()) {
    answer.status = receipt.refused ? 400 : 200;
    answer.body = receipt.answer;
    return answer;
  }
  answer.body = "{\"accepted\":" + std::to_string(receipt.accepted);
  if (receipt.bad > 0) {
    // Some events that were taken must not be sent again.
    answer.status = receipt.accepted > 0 ? 200 : 400;
    answer.body += ",\"bad\":" + std::to_string(receipt.bad) + ",\"error\":";
    AppendStringJson(receipt.first_bad, &answer.body);
  }
  answer.body += '}';
  return answer;
}

}  // namespace

Result<std::shared_ptr<HttpServer>> HttpServer::At(const std::shared_ptr<NetLoop>& loop,
                                                   const HttpOptions& options) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<HttpServer>> running;
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string address = options.socket.ShownAddress();
  const bool shared = options.socket.port != "0";
  std::shared_ptr<HttpServer> server = shared ? running[address].lock() : nullptr;
  if (server != nullptr) {
    if (server->options_.signature == options.signature) return server;
    return Status::Invalid("http sources on " + address +
                           " share a server, so that all options "
                           "but the path must be the same");
  }
  server = std::make_shared<HttpServer>(loop->context(), options);
  const Status opened = server->Open();
  if (!opened.ok()) return opened;
  if (shared) running[address] = server;
  return server;
}

HttpServer::HttpServer(boost::asio::io_context& context, HttpOptions options)
    : options_(std::move(options)), context_(context) {}

namespace {

// The first one, as names are compared in HTTP.
std::optional<std::string> HeaderNamed(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (SameText(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace

Status HttpServer::Open() {
  Status status = ReadToken(options_.read_token, &tokens_.read);
  if (status.ok()) status = ReadToken(options_.write_token, &tokens_.write);
  if (status.ok()) status = ReadToken(options_.admin_token, &tokens_.admin);
  if (!status.ok()) return status;
  auto tls = MakeTlsContext(options_.socket);
  if (!tls.ok()) return tls.status();
  tls_ = std::move(tls).value();
  listener_ = std::make_shared<Listener>(context_, options_.socket);
  return listener_->Open();
}

Status HttpServer::Attach(const std::shared_ptr<Entry>& entry) {
  if (std::find(paths_.begin(), paths_.end(), entry->path) != paths_.end()) {
    return Status::Invalid("two http sources on " + options_.socket.ShownAddress() +
                           " have the path " + entry->path);
  }
  entries_.push_back(entry);
  paths_.push_back(entry->path);
  if (!std::exchange(started_, true)) {
    listener_->Start([this](Wire::Socket socket, std::string name, Listener::Place place) {
      Accept(std::move(socket), std::move(name), std::move(place));
    });
  }
  return Status::Ok();
}

void HttpServer::Detach(const std::shared_ptr<Entry>& entry) {
  std::erase(entries_, entry);
  std::erase(paths_, entry->path);
  if (!entries_.empty()) return;
  listener_->Stop();
  const auto connections = std::exchange(connections_, {});
  for (const auto& [raw, connection] : connections) connection->Close();
}

void HttpServer::Accept(Wire::Socket socket, std::string name, Listener::Place place) {
  HttpConnection::Calls calls;
  calls.refuse = [this](const HttpRequest& request) -> std::optional<HttpAnswer> {
    HttpRoute route = Route(request);
    if (route.to != HttpRoute::To::kNowhere) return std::nullopt;
    return std::move(route.refusal);
  };
  calls.take = [this](HttpConnection* connection, HttpRequest request) {
    Take(connection, std::move(request));
  };
  calls.has_room = [this] { return HasRoom(); };
  calls.closed = [self = shared_from_this()](HttpConnection* connection) {
    self->connections_.erase(connection);
  };
  auto connection =
      std::make_shared<HttpConnection>(context_, MakeWire(std::move(socket), tls_, ""), &options_,
                                       std::move(place), std::move(name), std::move(calls));
  connections_.emplace(connection.get(), connection);
  connection->Start();
}

HttpRoute HttpServer::Route(const HttpRequest& request) const {
  return RouteHttp(request, paths_, tokens_);
}

HttpAnswer HttpServer::Readiness() const {
  const bool ready =
      std::all_of(entries_.begin(), entries_.end(), [](const auto& entry) { return entry->ready; });
  HttpAnswer answer;
  answer.status = ready ? 200 : 503;
  answer.body = ready ? "{\"status\":\"ready\"}" : "{\"status\":\"starting\"}";
  return answer;
}

void HttpServer::Take(HttpConnection* connection, HttpRequest request) {
  HttpRoute route = Route(request);
  switch (route.to) {
    case HttpRoute::To::kNowhere:
      return connection->Answer(route.refusal);
    case HttpRoute::To::kLive:
      return connection->Answer({200, "{\"status\":\"live\"}"});
    case HttpRoute::To::kReady:
      return connection->Answer(Readiness());
    case HttpRoute::To::kVersion:
      return connection->Answer({200, "{\"version\":\"" WEIR_VERSION "\"}"});
    case HttpRoute::To::kEvents:
    case HttpRoute::To::kQuery:
      break;
  }
  const bool query = route.to == HttpRoute::To::kQuery;
  Arrivals::Item item;
  item.channel = ++last_request_;
  item.name = connection->name();
  item.bytes = route.query ? std::move(*route.query) : std::move(request.body);
  item.kind = query         ? route.may_change ? Kind::kQuery : Kind::kReadOnlyQuery
              : route.lines ? Kind::kLines
                            : Kind::kPayload;
  waiting_.emplace(last_request_, connection->weak_from_this());
  const std::shared_ptr<Entry>& entry = entries_[query ? 0 : route.path];
  for (const std::string& name : entry->headers) {
    item.properties.push_back(HeaderNamed(request.headers, name));
  }
  if (!entry->arrivals.Push(std::move(item))) entry->full = true;
}

bool HttpServer::HasRoom() const {
  return std::none_of(entries_.begin(), entries_.end(),
                      [](const auto& entry) { return entry->full; });
}

void HttpServer::SetRoom(const std::shared_ptr<Entry>& entry) {
  entry->full = false;
  if (!HasRoom()) return;
  const auto connections = connections_;
  for (const auto& [raw, connection] : connections) connection->Resume();
}

void HttpServer::OnReceipt(uint64_t request, const PayloadReceipt& receipt) {
  const auto at = waiting_.find(request);
  if (at == waiting_.end()) return;
  const std::shared_ptr<HttpConnection> connection = at->second.lock();
  waiting_.erase(at);
  if (connection != nullptr) connection->Answer(AnswerOf(receipt));
}

}  // namespace weir
