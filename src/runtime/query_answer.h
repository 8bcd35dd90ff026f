#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bind/on_demand_binder.h"
#include "plan/on_demand.h"
#include "runtime/epoch_loop.h"

namespace weir {

// Answers on-demand queries between epochs.
class QueryAnswerer {
 public:
  // `loop` runs the app; `formats` are those of its sources. Both must live on.
  QueryAnswerer(const BoundApp& app, FoundInApp found, const StreamFormats& formats,
                EpochLoop* loop)
      : app_(app), found_(std::move(found)), formats_(formats), loop_(loop) {}

  // The answer as one line of JSON, without a newline. A query that changes a table is a message of
  // its own. Everything before it must have been run.
  // `before_change`, if it is given, is called before a table is changed; if that fails nothing is
  // changed, and the answer tells why.
  std::string Answer(std::string_view query,
                     const std::function<Status()>& before_change = nullptr);

  // Rows that tables did not take because of their primary keys, one line for each of the first.
  std::vector<std::string> TakeRefusedRows();
  // Warnings: rows that tables did not take because of their primary keys, or aggregations because
  // they have no time, and reads of aggregations that made no sense.
  std::vector<std::string> RefusedRows() const;

 private:
  Status Write(const BoundOnDemand& query);

  const BoundApp& app_;
  FoundInApp found_;
  const StreamFormats& formats_;
  EpochLoop* loop_;
};

}  // namespace weir
