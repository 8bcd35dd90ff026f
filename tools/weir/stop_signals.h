#pragma once

#include <cstddef>
#include <deque>

#include "weir/run.h"

// What these give lives until the process is gone: a signal may come when the run is over already.

// SIGINT and SIGTERM: the first one asks for an orderly end, the second is the end. A closed pipe
// is seen as a failed write.
weir::StopRequest& StopOnSignals();
// SIGHUP asks for a reload of each of so many apps.
std::deque<weir::StopRequest>& ReloadOnSignal(size_t apps);
