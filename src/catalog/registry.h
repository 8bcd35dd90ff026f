#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/aggregate.h"
#include "catalog/function.h"
#include "catalog/stream_function.h"
#include "catalog/topic.h"
#include "catalog/window.h"

namespace weir {

// All built-ins by name. Function, window and aggregate names are looked up without regard to
// case of the namespace but exactly otherwise. Filled once at start (library/builtins.h), then
// read-only, so any thread may use it.
class Registry {
 public:
  void Add(FunctionSpec spec) { functions_.push_back(std::move(spec)); }
  void Add(AggregateSpec spec) { aggregates_.push_back(std::move(spec)); }
  void Add(WindowSpec spec) { windows_.push_back(std::move(spec)); }
  void Add(TopicSpec spec) { topics_.push_back(spec); }
  void Add(StreamFunctionSpec spec) { stream_functions_.push_back(std::move(spec)); }

  const FunctionSpec* FindFunction(std::string_view full_name) const;
  const AggregateSpec* FindAggregate(std::string_view full_name) const;
  const WindowSpec* FindWindow(std::string_view full_name) const;
  const TopicSpec* FindTopic(std::string_view name) const;
  const StreamFunctionSpec* FindStreamFunction(std::string_view full_name) const;

  const std::vector<FunctionSpec>& functions() const { return functions_; }
  const std::vector<AggregateSpec>& aggregates() const { return aggregates_; }
  const std::vector<WindowSpec>& windows() const { return windows_; }
  const std::vector<TopicSpec>& topics() const { return topics_; }
  const std::vector<StreamFunctionSpec>& stream_functions() const { return stream_functions_; }

 private:
  std::vector<FunctionSpec> functions_;
  std::vector<AggregateSpec> aggregates_;
  std::vector<WindowSpec> windows_;
  std::vector<TopicSpec> topics_;
  std::vector<StreamFunctionSpec> stream_functions_;
};

// The candidate nearest to `name` if near enough to be a typing error, else empty.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace weir
