#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/object.h"

namespace weir {

class JsonFilter;

// A path into JSON: `$`, `.name`, `['name']`, `[0]` (from the end: `[-1]`), `.*`, `[*]`, `..`
// before any of them, several at once `['a', 'b']`, `[0, 2]`, slices `[1:3]`, filters `[?(@.x >
// 1)]`, and at the end one of `.length()`, `.keys()`, `.min()`, `.max()`, `.avg()`, `.sum()`,
// `.stddev()`.
class JsonPath {
 public:
  static Result<JsonPath> Parse(std::string_view text) { return ParseFrom(text, '$', 0); }
  // A path that begins with `root`, as `@` within `depth` filters.
  static Result<JsonPath> ParseFrom(std::string_view text, char root, uint32_t depth);

  // A path without wildcards leads to at most one place.
  bool definite() const { return definite_; }

  // Where the path leads to, in order.
  std::vector<ObjectRef> Find(const ObjectRef& root) const { return Find(root, root); }
  // The same from another place than `document`, which is what `$` in a filter means.
  std::vector<ObjectRef> Find(const ObjectRef& from, const ObjectRef& document) const;

  // A copy of the root where `change` has replaced the value that a definite path leads to; nothing
  // if it leads nowhere.
  template <class Change>
  std::optional<ObjectRef> Replace(const ObjectRef& root, const Change& change) const {
    return function_ ? std::nullopt : ReplaceFrom(0, root, change);
  }

 private:
  struct Step {
    enum class Kind { kNames, kIndexes, kSlice, kAll, kFilter } kind;
    bool deep = false;  // of the value and all values in it
    std::vector<std::string> names = {};
    std::vector<int64_t> indexes = {};
    std::optional<int64_t> begin = {};  // of a slice
    std::optional<int64_t> end = {};
    std::shared_ptr<const JsonFilter> filter = {};

    bool single() const { return !deep && names.size() + indexes.size() == 1; }
  };
  enum class Function { kLength, kKeys, kMin, kMax, kAverage, kSum, kDeviation };

  static std::optional<Step> ParseBracket(std::string_view text, size_t* at, uint32_t depth);
  static bool ParseNames(std::string_view inside, Step* step);
  static bool ParseIndexes(std::string_view inside, Step* step);
  static std::optional<Function> FunctionNamed(std::string_view name);
  void SetDefinite();

  static std::optional<size_t> Place(const std::string* name, int64_t index, const ObjectRef& in);
  static const ObjectRef& Child(const ObjectRef& in, size_t place);
  static ObjectRef WithChild(const ObjectRef& in, size_t place, ObjectRef child);
  static void Walk(const Step& step, const ObjectRef& in, const ObjectRef& document,
                   std::vector<ObjectRef>* out);
  static void WalkHere(const Step& step, const ObjectRef& in, const ObjectRef& document,
                       std::vector<ObjectRef>* out);
  std::optional<ObjectRef> Apply(const ObjectRef& value) const;

  template <class Change>
  std::optional<ObjectRef> ReplaceFrom(size_t at, const ObjectRef& in, const Change& change) const {
    if (at == steps_.size()) return change(in);
    const Step& step = steps_[at];
    if (!step.single()) return std::nullopt;
    const bool named = !step.names.empty();
    const std::optional<size_t> place =
        Place(named ? &step.names[0] : nullptr, named ? 0 : step.indexes[0], in);
    if (!place.has_value()) return std::nullopt;
    std::optional<ObjectRef> changed = ReplaceFrom(at + 1, Child(in, *place), change);
    if (!changed.has_value()) return std::nullopt;
    return WithChild(in, *place, std::move(*changed));
  }

  std::vector<Step> steps_;
  std::optional<Function> function_;
  bool definite_ = true;
  bool merges_ = false;  // the last step makes one map of the names it lists
};

}  // namespace weir
