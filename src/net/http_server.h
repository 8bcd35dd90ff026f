#pragma once

#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/arrivals.h"
#include "net/http_connection.h"
#include "net/http_route.h"
#include "net/net_loop.h"

namespace weir {

// Answers HTTP requests on one address, for all sources of the process that are on it. Loop thread
// only, except At, Open and port. Held by shared pointers.
class HttpServer : public std::enable_shared_from_this<HttpServer> {
 public:
  // One source: what is posted to its path goes there. Queries go to the first of them.
  struct Entry {
    Entry(std::string where, std::vector<std::string> wanted, size_t bytes_max)
        : path(std::move(where)), headers(std::move(wanted)), arrivals(bytes_max) {}
    std::string path;
    std::vector<std::string> headers;  // whose values the source wants, whatever their case
    Arrivals arrivals;
    bool ready = false;  // the engine takes from it
    bool full = false;
  };

  // The one that is there, if its options are the same, or a new one, which is open.
  static Result<std::shared_ptr<HttpServer>> At(const std::shared_ptr<NetLoop>& loop,
                                                const HttpOptions& options);
  HttpServer(boost::asio::io_context& context, HttpOptions options);

  // Fails if the path is taken.
  Status Attach(const std::shared_ptr<Entry>& entry);
  // Stops with the last of them.
  void Detach(const std::shared_ptr<Entry>& entry);
  void SetReady(const std::shared_ptr<Entry>& entry) { entry->ready = true; }
  void SetRoom(const std::shared_ptr<Entry>& entry);
  void OnReceipt(uint64_t request, const PayloadReceipt& receipt);
  uint16_t port() const { return listener_->port(); }

 private:
  Status Open();
  void Accept(Wire::Socket socket, std::string name, Listener::Place place);
  HttpRoute Route(const HttpRequest& request) const;
  void Take(HttpConnection* connection, HttpRequest request);
  HttpAnswer Readiness() const;
  bool HasRoom() const;

  const HttpOptions options_;
  boost::asio::io_context& context_;
  HttpTokens tokens_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<Listener> listener_;
  bool started_ = false;
  std::vector<std::shared_ptr<Entry>> entries_;
  std::vector<std::string> paths_;  // of the entries
  std::map<HttpConnection*, std::shared_ptr<HttpConnection>> connections_;
  std::map<uint64_t, std::weak_ptr<HttpConnection>> waiting_;  // by request
  uint64_t last_request_ = 0;
};

}  // namespace weir
