#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/object.h"

namespace weir {

// The condition of a JSON path's `[?(...)]`: `@.path` and `$.path`, texts, numbers, true, false,
// null and lists of them, compared by == != < <= > >= =~ in nin contains size empty, combined by
// && || ! and brackets. A path alone asks whether it leads anywhere.
class JsonFilter {
 public:
  virtual ~JsonFilter() = default;
  // `depth`: of filters around this one.
  static Result<std::shared_ptr<const JsonFilter>> Parse(std::string_view text, uint32_t depth);
  // `value` is what `@` means, `document` what `$` means.
  virtual bool Accepts(const ObjectRef& value, const ObjectRef& document) const = 0;
};

}  // namespace weir
