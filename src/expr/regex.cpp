#include "expr/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <unordered_map>

#include "base/check.h"
#include "expr/java_regex.h"

namespace weir {
namespace {

// Steps of one match before it is given up.
constexpr uint32_t kMatchLimit = 1'000'000;
constexpr size_t kCachedPatterns = 256;
constexpr size_t kPatternBytesMax = 64 * 1024;

PCRE2_SPTR Bytes(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() == nullptr ? "" : text.data());
}

std::string ErrorText(int error) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(error, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

// Room for the groups of one match, of the pattern with most groups so far.
class MatchRoom {
 public:
  ~MatchRoom() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
  }
  pcre2_match_data* For(uint32_t pairs) {
    if (pairs > pairs_) {
      pcre2_match_data_free(data_);
      data_ = pcre2_match_data_create(pairs, nullptr);
      pairs_ = pairs;
    }
    return data_;
  }
  pcre2_match_context* context() {
    if (context_ == nullptr) {
      context_ = pcre2_match_context_create(nullptr);
      pcre2_set_match_limit(context_, kMatchLimit);
    }
    return context_;
  }

 private:
  pcre2_match_data* data_ = nullptr;
  uint32_t pairs_ = 0;
  pcre2_match_context* context_ = nullptr;
};

MatchRoom& ThreadRoom() {
  thread_local MatchRoom room;
  return room;
}

uint32_t OptionsOf(Regex::Mode mode) {
  switch (mode) {
    case Regex::Mode::kFind:
      return 0;
    case Regex::Mode::kLookingAt:
      return PCRE2_ANCHORED;
    case Regex::Mode::kMatches:
      return PCRE2_ANCHORED | PCRE2_ENDANCHORED;
  }
  __builtin_unreachable();
}

const pcre2_code* CodeOf(const void* code) { return static_cast<const pcre2_code*>(code); }

}  // namespace

Regex::Span Regex::Groups::At(uint32_t group) const {
  if (group >= count || offsets[2 * group] == PCRE2_UNSET) return {};
  return {offsets[2 * group], offsets[2 * group + 1], true};
}

Result<std::shared_ptr<const Regex>> Regex::Compile(std::string_view pattern, Mode mode) {
  if (pattern.size() > kPatternBytesMax) {
    return Status::Invalid("a regular expression has at most " + std::to_string(kPatternBytesMax) +
                           " bytes");
  }
  Result<std::string> translated = TranslateJavaRegex(pattern);
  if (!translated.ok()) return translated.status();
  const std::string& text = translated.value();
  static pcre2_compile_context* const context = [] {
    pcre2_compile_context* made = pcre2_compile_context_create(nullptr);
    pcre2_set_newline(made, PCRE2_NEWLINE_ANYCRLF);
    return made;
  }();
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(Bytes(text), text.size(),
                    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | OptionsOf(mode),
                    &error, &offset, context);
  if (code == nullptr) {
    return Status::Invalid(ErrorText(error) + " at offset " + std::to_string(offset));
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where there is none, the interpreter does it
  return std::shared_ptr<const Regex>(new Regex(code));
}

Regex::Regex(void* code) : code_(code) {
  pcre2_pattern_info(CodeOf(code_), PCRE2_INFO_CAPTURECOUNT, &group_count_);
}

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

Regex::Outcome Regex::Match(std::string_view text, size_t from, Groups* groups) const {
  MatchRoom& room = ThreadRoom();
  pcre2_match_data* data = room.For(group_count_ + 1);
  const auto run = [&](uint32_t options) {
    return pcre2_match(CodeOf(code_), Bytes(text), text.size(), from, options, data,
                       room.context());
  };
  int found = run(0);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = run(PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return Outcome::kNoMatch;
  if (found < 0) return Outcome::kLimit;
  CHECK(found > 0);
  *groups = {pcre2_get_ovector_pointer(data), static_cast<uint32_t>(found)};
  return Outcome::kMatch;
}

std::optional<uint32_t> Regex::GroupNamed(std::string_view name) const {
  const std::string text(name);
  const int number = pcre2_substring_number_from_name(CodeOf(code_), Bytes(text));
  if (number < 0) return std::nullopt;
  return static_cast<uint32_t>(number);
}

const Regex* CachedRegex(std::string_view pattern, Regex::Mode mode) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const Regex>> cache;
  thread_local std::string key;
  key.assign(1, static_cast<char>('0' + static_cast<int>(mode)));
  key += pattern;
  const auto at = cache.find(key);
  if (at != cache.end()) return at->second.get();
  if (cache.size() >= kCachedPatterns) cache.clear();
  Result<std::shared_ptr<const Regex>> compiled = Regex::Compile(pattern, mode);
  auto& kept = cache[key];
  if (compiled.ok()) kept = std::move(compiled).value();
  return kept.get();
}

void AppendInCase(std::string_view text, bool upper, std::string* out) {
  static const pcre2_code* const whole = [] {
    int error = 0;
    PCRE2_SIZE offset = 0;
    return pcre2_compile(Bytes("(?s).+"), PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &offset,
                         nullptr);
  }();
  CHECK(whole != nullptr);
  const std::string_view replacement = upper ? "\\U$0" : "\\L$0";
  const size_t before = out->size();
  // A letter may take more bytes in the other case, at most three for one.
  out->resize(before + 3 * text.size() + 1);
  PCRE2_SIZE size = 3 * text.size() + 1;
  const int done = pcre2_substitute(whole, Bytes(text), text.size(), 0, PCRE2_SUBSTITUTE_EXTENDED,
                                    nullptr, nullptr, Bytes(replacement), replacement.size(),
                                    reinterpret_cast<PCRE2_UCHAR*>(out->data() + before), &size);
  if (done > 0) {
    out->resize(before + size);
  } else {  // empty, or bytes that are not UTF-8
    out->resize(before);
    out->append(text);
  }
}

}  // namespace weir
