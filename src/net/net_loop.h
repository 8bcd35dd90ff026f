#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <thread>

#include "base/status.h"

namespace weir {

// The thread that all sockets of the process live on. Sleeps while nothing happens.
class NetLoop {
 public:
  // The loop that is running, or a new one; it ends with the last reference. kIoError: the system
  // has no descriptor or no thread left.
  static Result<std::shared_ptr<NetLoop>> Shared();
  ~NetLoop();
  NetLoop(const NetLoop&) = delete;
  NetLoop& operator=(const NetLoop&) = delete;

  boost::asio::io_context& context() { return context_; }
  void Post(std::function<void()> call);
  // Returns when the call has been made. Not to be used on the loop's thread.
  void PostAndWait(const std::function<void()>& call);

 private:
  NetLoop();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace weir
