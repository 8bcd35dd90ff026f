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

void HandleStopSignals(weir::StopRequest* stop) {
  stop_request = stop;
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = OnStopSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void HandleReloadSignal(std::deque<weir::StopRequest>* reload) {
  reload_requests = reload;
  struct sigaction action = {};
  action.sa_handler = OnReloadSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGHUP, &action, nullptr);
}
