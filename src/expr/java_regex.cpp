#include "expr/java_regex.h"

#include <cctype>

namespace weir {
namespace {

struct PosixClass {
  std::string_view java;
  std::string_view posix;
};
constexpr PosixClass kPosixClasses[] = {
    {"Lower", "lower"}, {"Upper", "upper"}, {"ASCII", "ascii"}, {"Alpha", "alpha"},
    {"Digit", "digit"}, {"Alnum", "alnum"}, {"Punct", "punct"}, {"Graph", "graph"},
    {"Print", "print"}, {"Blank", "blank"}, {"Cntrl", "cntrl"}, {"XDigit", "xdigit"},
    {"Space", "space"},
};

// Copies the pattern element by element and changes what the two dialects write differently.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> Run() {
    while (at_ < pattern_.size() && error_.empty()) Step();
    if (!error_.empty()) {
      return unsupported_ ? Status::NotSupported(error_) : Status::Invalid(error_);
    }
    return std::move(out_);
  }

 private:
  bool Ahead(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  void Copy(size_t count) {
    out_ += pattern_.substr(at_, count);
    at_ += count;
  }
  void Fail(std::string_view what) {
    error_ = std::string(what) + " at offset " + std::to_string(at_);
    unsupported_ = true;
  }

  void Step() {
    const char c = pattern_[at_];
    if (c == '\\') return Escape();
    if (in_class_) return ClassStep(c);
    if (c == '[') {
      in_class_ = true;
      Copy(1);
      if (at_ < pattern_.size() && pattern_[at_] == '^') Copy(1);
      if (at_ < pattern_.size() && pattern_[at_] == ']') Copy(1);
      return;
    }
    if (Ahead("(*")) {
      error_ = "nothing to repeat at offset " + std::to_string(at_ + 1);
      return;
    }
    if (Ahead("(?")) return Group();
    Copy(1);
  }

  void ClassStep(char c) {
    if (c == '[') return Fail("a class within a class");
    if (Ahead("&&")) return Fail("'&&' in a class");
    if (c == ']') in_class_ = false;
    Copy(1);
  }

  // Flags that PCRE2 lacks or gives another meaning.
  void Group() {
    size_t end = at_ + 2;
    while (end < pattern_.size() &&
           (std::isalpha(static_cast<unsigned char>(pattern_[end])) != 0 || pattern_[end] == '-')) {
      ++end;
    }
    const bool flags = end < pattern_.size() && (pattern_[end] == ')' || pattern_[end] == ':');
    const std::string_view letters = pattern_.substr(at_ + 2, end - at_ - 2);
    if (flags && letters.find_first_of("udU") != std::string_view::npos) {
      return Fail("the flag u, d or U");
    }
    Copy(2);
  }

  void Escape() {
    if (Ahead("\\Q")) {
      const size_t end = pattern_.find("\\E", at_ + 2);
      return Copy(end == std::string_view::npos ? pattern_.size() - at_ : end + 2 - at_);
    }
    if (Ahead("\\u")) {
      const std::string_view digits = pattern_.substr(at_ + 2, 4);
      out_ += "\\x{" + std::string(digits) + "}";
      at_ += 2 + digits.size();
      return;
    }
    if (Ahead("\\p{") || Ahead("\\P{")) return Property();
    Copy(2);
  }

  void Property() {
    const size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos) return Copy(2);
    const bool negated = pattern_[at_ + 1] == 'P';
    std::string_view name = pattern_.substr(at_ + 3, close - at_ - 3);
    at_ = close + 1;
    for (const PosixClass& each : kPosixClasses) {
      if (each.java != name) continue;
      const std::string posix = (negated ? "[:^" : "[:") + std::string(each.posix) + ":]";
      out_ += in_class_ ? posix : "[" + posix + "]";
      return;
    }
    if (name.starts_with("Is")) name.remove_prefix(2);
    out_ += (negated ? "\\P{" : "\\p{") + std::string(name) + "}";
  }

  std::string_view pattern_;
  size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
  std::string error_;
  bool unsupported_ = false;  // the error is about what Java has
};

}  // namespace

Result<std::string> TranslateJavaRegex(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace weir
