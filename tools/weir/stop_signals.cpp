#include "stop_signals.h"

#include <csignal>

namespace {

weir::StopRequest* stop_request = nullptr;
std::deque<weir::StopRequest>* reload_requests = nullptr;

extern "C" void OnStopSignal(int number) {
  if (stop_request->requested()) {
    std::signal(number, SIG_DFL);
    std::raise(number);
    return;
  }
  stop_request->Request();
}

extern "C" void OnReloadSignal(int) {
  for (weir::StopRequest& request : *reload_requests) request.Request();
}

}  // namespace

weir::StopRequest& StopOnSignals() {
  stop_request = new weir::StopRequest;
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = OnStopSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return *stop_request;
}

std::deque<weir::StopRequest>& ReloadOnSignal(size_t apps) {
  reload_requests = new std::deque<weir::StopRequest>(apps);
  struct sigaction action = {};
  action.sa_handler = OnReloadSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGHUP, &action, nullptr);
  return *reload_requests;
}
