#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ast/diagnostic.h"
#include "catalog/registry.h"

namespace weir {

// Columns an expression of a select clause may name, before positions are final: the input columns
// come first, aggregate results and output columns follow at these offsets.
inline constexpr uint32_t kAggregateBase = 4096;
inline constexpr uint32_t kOutputBase = 8192;
// Answers to `condition in Table`; those of having follow the outputs.
inline constexpr uint32_t kLookupBase = 12288;
inline constexpr uint32_t kHavingLookupBase = 14336;
// In the condition before `in`: the attributes of the table, behind whatever the rows have, and the
// answers to what stands in it; then the same of an `in` within that, and so on.
inline constexpr uint32_t kTableBase = 16384;
inline constexpr uint32_t kLookupLevel = 4096;
inline constexpr uint32_t kNestedAnswers = 2048;  // behind the attributes of the table
inline constexpr uint32_t kMaxLookupLevels = 4;
// Attributes of one definition or select clause (`limits.columns`).
inline constexpr size_t kMaxColumns = 2000;

// What one run of the binder shares: built-ins to look up, findings to report.
class BindContext {
 public:
  BindContext(const Registry& registry, std::vector<ast::Diagnostic>* diagnostics)
      : registry_(registry), diagnostics_(diagnostics) {}

  const Registry& registry() const { return registry_; }
  // Functions that the app itself defines; they come before built-ins. They outlive the context.
  void set_functions(const std::vector<FunctionSpec>* functions) { functions_ = functions; }
  const FunctionSpec* FindFunction(std::string_view name) const {
    const FunctionSpec* own = FindOwnFunction(name);
    return own != nullptr ? own : registry_.FindFunction(name);
  }
  // Null also for built-ins.
  const FunctionSpec* FindOwnFunction(std::string_view name) const {
    if (functions_ == nullptr) return nullptr;
    for (const FunctionSpec& function : *functions_) {
      if (function.name == name) return &function;
    }
    return nullptr;
  }
  const std::vector<FunctionSpec>* functions() const { return functions_; }
  // Empty as long as the app has no name.
  const std::string& app_name() const { return app_name_; }
  void set_app_name(std::string name) { app_name_ = std::move(name); }

  void Error(const ast::Span& span, std::string message, std::string help = "") {
    diagnostics_->push_back({span, ast::Severity::kError, std::move(message), std::move(help)});
  }
  void Warn(const ast::Span& span, std::string message, std::string help = "") {
    diagnostics_->push_back({span, ast::Severity::kWarning, std::move(message), std::move(help)});
  }
  void NotSupported(const ast::Span& span, std::string_view what) {
    Error(span, "not supported yet: " + std::string(what));
  }
  // An error with the nearest of `candidates` as help.
  void UnknownName(const ast::Span& span, std::string message, std::string_view name,
                   const std::vector<std::string>& candidates) {
    const std::string near = NearestName(name, candidates);
    Error(span, std::move(message), near.empty() ? "" : "did you mean '" + near + "'?");
  }
  size_t finding_count() const { return diagnostics_->size(); }

  // Numbers the function calls of the app in the order they are written.
  uint32_t NextCallSite() { return call_site_++; }

 private:
  const Registry& registry_;
  std::vector<ast::Diagnostic>* diagnostics_;
  const std::vector<FunctionSpec>* functions_ = nullptr;
  std::string app_name_;
  uint32_t call_site_ = 0;
};

}  // namespace weir
