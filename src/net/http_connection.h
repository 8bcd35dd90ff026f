#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http_message.h"
#include "net/http_options.h"
#include "net/listener.h"
#include "net/wire.h"

namespace weir {

// Takes requests from one client, one at a time, and closes it when it breaks the limits. Loop
// thread only.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  struct Calls {
    // Whether the request is refused for what stands before its body.
    std::function<std::optional<HttpAnswer>(const HttpRequest&)> refuse;
    // Answer is to be called, some time.
    std::function<void(HttpConnection*, HttpRequest)> take;
    // Nothing is read while this is false.
    std::function<bool()> has_room;
    std::function<void(HttpConnection*)> closed;
  };
  HttpConnection(boost::asio::io_context& context, std::shared_ptr<Wire> wire,
                 const HttpOptions* options, Listener::Place place, std::string name, Calls calls);

  void Start();
  void Answer(const HttpAnswer& answer);
  // There is room again.
  void Resume();
  void Close();
  const std::string& name() const { return name_; }

 private:
  enum class Phase { kHandshake, kIdle, kReading, kWaiting, kWriting, kLingering, kDone };

  void Read();
  void OnBytes(std::string_view bytes);
  void GoOn();
  void TakeRequest();
  void Refuse(const HttpAnswer& answer);
  void Write(std::string bytes, Phase next);
  void Enter(Phase phase);
  void ArmTimer();
  TimeMs Deadline() const;

  std::shared_ptr<Wire> wire_;
  const HttpOptions* options_;
  Listener::Place place_;
  std::string name_;
  Calls calls_;
  boost::asio::steady_timer timer_;
  HttpRequestReader reader_;
  std::vector<char> buffer_;
  std::string writing_;
  Phase phase_ = Phase::kHandshake;
  TimeMs phase_since_ms_ = 0;
  uint64_t request_bytes_ = 0;  // of the one that is being read
  bool any_request_ = false;
  bool keep_alive_ = true;
  bool reading_ = false;
  bool paused_ = false;
  bool closed_ = false;
};

}  // namespace weir
