#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "catalog/parameter.h"
#include "expr/regex.h"

namespace weir {

// The regular expression that an argument gives: compiled once if it is a constant.
class RegexArgument {
 public:
  // An error if the argument is a constant that is no regular expression.
  static Result<RegexArgument> Of(std::string_view function, const Argument& argument,
                                  Regex::Mode mode) {
    RegexArgument made(mode);
    if (!argument.constant.has_value() || argument.constant->is_null()) return made;
    const std::string& pattern = argument.constant->string_value();
    Result<std::shared_ptr<const Regex>> compiled = Regex::Compile(pattern, mode);
    if (!compiled.ok()) {
      const Status& status = compiled.status();
      const bool unsupported = status.code() == StatusCode::kNotSupported;
      return Status(status.code(), std::string(function) + "(): " + (unsupported ? "" : "bad ") +
                                       "regular expression '" + pattern + "': " + status.message());
    }
    made.constant_ = std::move(compiled).value();
    return made;
  }

  // Null if the row's pattern is bad. Valid until the next call.
  const Regex* For(std::string_view pattern) const {
    return constant_ != nullptr ? constant_.get() : CachedRegex(pattern, mode_);
  }

  // Whether the pattern matches from offset `from` on; null: bad pattern, or a match took too long.
  std::optional<bool> Test(std::string_view pattern, std::string_view text, size_t from) const {
    const Regex* regex = For(pattern);
    if (regex == nullptr) return std::nullopt;
    Regex::Groups groups;
    const Regex::Outcome outcome = regex->Match(text, from, &groups);
    if (outcome == Regex::Outcome::kLimit) return std::nullopt;
    return outcome == Regex::Outcome::kMatch;
  }

 private:
  explicit RegexArgument(Regex::Mode mode) : mode_(mode) {}

  Regex::Mode mode_;
  std::shared_ptr<const Regex> constant_;
};

}  // namespace weir
