#pragma once

#include <string>

#include "ast/app.h"
#include "bind/bound_app.h"
#include "json/message_batch.h"
#include "plan/planner.h"
#include "weir/app.h"

namespace weir {

struct App::Impl {
  std::string text;  // the app was made from it
  CompileOptions options;
  ast::App ast;
  BoundApp bound;

  bool event_time() const {
    return bound.playback || options.playback || !options.time.empty() || has_time_attribute();
  }
  bool has_time_attribute() const;
  // Rows of tables on disk lie there as they are: fails if there are any.
  Status CheckSealable() const;
  // What records of each stream look like, in the order of Plan::sources.
  StreamFormats Formats(const Plan& plan) const;
};

// `STREAM` or `query:NAME`.
OutputRequest ParseOutputName(const std::string& text);

// How a failure inside the engine shows to its user.
Outcome ToOutcome(const Status& status);

}  // namespace weir
