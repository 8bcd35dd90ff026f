#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weir {

// A compiled regular expression in Java's syntax over UTF-8. What Java has and this does not
// (the flags d and U behind the begin of the pattern) is an error of Compile, never a different
// meaning. Immutable; may be used by any thread.
class Regex {
 public:
  enum class Mode {
    kFind,       // the next match from an offset on
    kLookingAt,  // a match that begins at the offset
    kMatches,    // a match of the whole text
  };
  struct Span {
    size_t begin = 0;
    size_t end = 0;
    bool set = false;  // the group took part in the match
  };
  // Of group 0 (the whole match) and all others. Valid until the thread's next Match.
  struct Groups {
    const size_t* offsets;
    uint32_t count;  // groups that may be set; those behind it are not
    Span At(uint32_t group) const;
  };
  enum class Outcome { kMatch, kNoMatch, kLimit };  // kLimit: it would take too long

  static Result<std::shared_ptr<const Regex>> Compile(std::string_view pattern, Mode mode);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  Outcome Match(std::string_view text, size_t from, Groups* groups) const;
  uint32_t group_count() const { return group_count_; }  // without group 0
  // The number of a named group.
  std::optional<uint32_t> GroupNamed(std::string_view name) const;

 private:
  explicit Regex(void* code);

  void* code_;  // pcre2_code
  uint32_t group_count_ = 0;
};

// Compiles at most once for patterns used again and again: the thread keeps the last ones. Null if
// the pattern is bad. Valid until the thread's next call.
const Regex* CachedRegex(std::string_view pattern, Regex::Mode mode);

// Appends the text with all letters (of any script) in upper or lower case.
void AppendInCase(std::string_view text, bool upper, std::string* out);

}  // namespace weir
