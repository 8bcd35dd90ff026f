#pragma once

#include <memory>

#include "weir/run.h"

namespace weir {

// A run of one app, in two steps, which may be on different threads.
class PreparedRun {
 public:
  virtual ~PreparedRun() = default;
  // Opens state, inputs, outputs, sinks and sources; nothing is read yet.
  virtual Outcome Open() = 0;
  // Recovers, reads until the end and closes. After Open was ok, once.
  virtual Outcome Run() = 0;
  virtual bool reads_standard_input() const = 0;
};

std::unique_ptr<PreparedRun> PrepareRun(const std::shared_ptr<const App>& app,
                                        const RunOptions& options);

}  // namespace weir
