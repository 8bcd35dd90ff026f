#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/object.h"

namespace weir {

// A path into JSON: `$`, `.name`, `['name']`, `[0]` (from the end: `[-1]`), `.*`, `[*]`, `..name`.
class JsonPath {
 public:
  // An error of code kNotSupported for filters, slices, unions and functions.
  static Result<JsonPath> Parse(std::string_view text);

  // A path without wildcards leads to at most one place.
  bool definite() const { return definite_; }

  // Where the path leads to, in order.
  std::vector<ObjectRef> Find(const ObjectRef& root) const;

  // A copy of the root where `change` has replaced the value that a definite path leads to; nothing
  // if it leads nowhere.
  template <class Change>
  std::optional<ObjectRef> Replace(const ObjectRef& root, const Change& change) const {
    return ReplaceFrom(0, root, change);
  }

 private:
  struct Step {
    enum class Kind { kName, kIndex, kAll, kDeepName, kDeepAll } kind;
    std::string name;
    int64_t index = 0;
  };

  bool ParseBracket(std::string_view text, size_t* at);
  static std::optional<size_t> Place(const Step& step, const ObjectRef& in);
  static const ObjectRef& Child(const ObjectRef& in, size_t place);
  static ObjectRef WithChild(const ObjectRef& in, size_t place, ObjectRef child);
  static void Walk(const Step& step, const ObjectRef& in, std::vector<ObjectRef>* out);

  template <class Change>
  std::optional<ObjectRef> ReplaceFrom(size_t step, const ObjectRef& in,
                                       const Change& change) const {
    if (step == steps_.size()) return change(in);
    const std::optional<size_t> place = Place(steps_[step], in);
    if (!place.has_value()) return std::nullopt;
    std::optional<ObjectRef> changed = ReplaceFrom(step + 1, Child(in, *place), change);
    if (!changed.has_value()) return std::nullopt;
    return WithChild(in, *place, std::move(*changed));
  }

  std::vector<Step> steps_;
  bool definite_ = true;
};

}  // namespace weir
