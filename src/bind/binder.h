#pragma once

#include <optional>
#include <vector>

#include "bind/bound_app.h"

namespace weir {

struct BindResult {
  std::optional<BoundApp> app;  // absent if there is an error
  std::vector<ast::Diagnostic> diagnostics;
};

// Resolves names and checks types; all errors of the app in one run, each with its place. What the
// engine does not do yet is an error that begins with `not supported yet: `.
// `tables_on_disk`: tables without an @store are kept on disk.
BindResult BindApp(const ast::App& app, const Registry& registry,
                   const TransportRegistry& transports, bool tables_on_disk = false);

}  // namespace weir
