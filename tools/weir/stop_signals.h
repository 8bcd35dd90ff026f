#pragma once

#include <deque>

#include "weir/run.h"

// SIGINT and SIGTERM: the first one asks for an orderly end, the second is the end. A closed pipe
// is seen as a failed write.
void HandleStopSignals(weir::StopRequest* stop);
// SIGHUP asks for a reload of all apps.
void HandleReloadSignal(std::deque<weir::StopRequest>* reload);
