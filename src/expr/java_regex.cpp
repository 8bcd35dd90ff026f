#include "expr/java_regex.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace weir {
namespace {

constexpr int kMaxClassDepth = 16;

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
    LeadingFlags();
    while (at_ < pattern_.size() && error_.empty()) Step();
    if (!error_.empty()) {
      return unsupported_ ? Status::NotSupported(error_) : Status::Invalid(error_);
    }
    return verbs_ + out_;
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
    if (c == '[') return Class(0);
    if (Ahead("(*")) {
      error_ = "nothing to repeat at offset " + std::to_string(at_ + 1);
      return;
    }
    if (Ahead("(?")) return Group();
    Copy(1);
  }

  // A class that holds others, or meets them with `&&`, becomes a group that matches one character:
  // `(?:[a]|[b])` for a union, `(?=[a])[b]` for what two have in common.
  void Class(int depth) {
    if (depth > kMaxClassDepth) return Fail("so many classes within classes");
    const size_t begin = out_.size();
    const size_t open = at_++;
    const bool negated = at_ < pattern_.size() && pattern_[at_] == '^';
    if (negated) ++at_;
    std::string common;              // of the operands of && that are done
    std::vector<std::string> parts;  // of the operand at hand
    bool plain = true;
    in_class_ = true;
    std::string single;  // characters and ranges, as they stand between brackets
    const auto end_operand = [&] {
      if (!single.empty()) parts.insert(parts.begin(), "[" + single + "]");
      std::string operand = parts.size() == 1 ? parts[0] : "(?:" + Joined(parts) + ")";
      parts.clear();
      single.clear();
      return operand;
    };
    for (bool first = true; error_.empty(); first = false) {
      if (at_ >= pattern_.size()) {
        error_ = "the class at offset " + std::to_string(open) + " is not closed";
        return;
      }
      const char c = pattern_[at_];
      if (c == ']' && !first) break;
      if (c == '[') {
        Class(depth + 1);
        in_class_ = true;
        parts.push_back(out_.substr(begin));
        plain = false;
      } else if (Ahead("&&")) {
        at_ += 2;
        plain = false;
        if (!single.empty() || !parts.empty()) common += "(?=" + end_operand() + ")";
        continue;
      } else if (c == '\\') {
        Escape();
        single += out_.substr(begin);
      } else {
        single += c;
        ++at_;
      }
      out_.resize(begin);
    }
    if (!error_.empty()) return;
    ++at_;
    in_class_ = false;
    if (plain) {
      out_ += (negated ? "[^" : "[") + single + "]";
    } else if (single.empty() && parts.empty()) {
      error_ = "nothing behind '&&' at offset " + std::to_string(at_ - 1);
    } else {
      const std::string all = common + end_operand();
      out_ += negated ? "(?:(?!" + all + ")(?s:.))" : "(?:" + all + ")";
    }
  }

  static std::string Joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += (all.empty() ? "" : "|") + part;
    return all;
  }

  // `(?d)` and `(?U)` before everything else are PCRE2's verbs for the whole pattern.
  void LeadingFlags() {
    if (!Ahead("(?")) return;
    const size_t end = pattern_.find_first_not_of("idmsuxU", 2);
    if (end == std::string_view::npos || pattern_[end] != ')') return;
    for (const char flag : pattern_.substr(2, end - 2)) {
      if (flag == 'd') verbs_ += "(*LF)";
      if (flag == 'U') verbs_ += "(*UCP)";
      if (flag != 'd' && flag != 'U' && flag != 'u') out_ += flag;
    }
    if (!out_.empty()) out_ = "(?" + out_ + ")";
    at_ = end + 1;
  }

  // Elsewhere PCRE2 lacks them. It always folds the case of all letters, as `u` asks for.
  void Group() {
    size_t end = at_ + 2;
    while (end < pattern_.size() &&
           (std::isalpha(static_cast<unsigned char>(pattern_[end])) != 0 || pattern_[end] == '-')) {
      ++end;
    }
    const bool flags = end < pattern_.size() && (pattern_[end] == ')' || pattern_[end] == ':');
    if (!flags) return Copy(2);
    const std::string_view letters = pattern_.substr(at_ + 2, end - at_ - 2);
    const size_t off = std::min(letters.find('-'), letters.size());
    if (letters.find_first_of("dU") != std::string_view::npos ||
        letters.find('u', off) != std::string_view::npos) {
      return Fail("the flag d or U behind the begin, or u switched off");
    }
    out_ += "(?";
    for (const char letter : letters) {
      if (letter != 'u') out_ += letter;
    }
    at_ = end;
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
  std::string verbs_;
  std::string out_;
  std::string error_;
  bool unsupported_ = false;  // the error is about what Java has
};

}  // namespace

Result<std::string> TranslateJavaRegex(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace weir
