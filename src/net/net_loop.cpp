#include "net/net_loop.h"

#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <mutex>
#include <system_error>

namespace weir {

Result<std::shared_ptr<NetLoop>> NetLoop::Shared() {
  static std::mutex mutex;
  static std::weak_ptr<NetLoop> running;
  const std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<NetLoop> loop = running.lock();
  if (loop != nullptr) return loop;
  try {
    loop = std::shared_ptr<NetLoop>(new NetLoop);
  } catch (const std::system_error& error) {
    return Status(StatusCode::kIoError, std::string("sockets: ") + error.what());
  }
  running = loop;
  return loop;
}

// Signals are for the engine's thread.
NetLoop::NetLoop() : context_(1), work_(context_.get_executor()) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { context_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

NetLoop::~NetLoop() {
  work_.reset();
  context_.stop();
  thread_.join();
}

void NetLoop::Post(std::function<void()> call) { boost::asio::post(context_, std::move(call)); }

void NetLoop::PostAndWait(const std::function<void()>& call) {
  std::promise<void> done;
  Post([&] {
    call();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace weir
