#include "library/objects/json_filter.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "expr/regex.h"
#include "library/objects/json_path.h"
#include "library/objects/json_text.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

constexpr uint32_t kMaxDepth = 16;  // of brackets and of filters within filters

// One side of a comparison: a value of the text, or where a path leads to (perhaps nowhere).
struct Operand {
  std::optional<JsonPath> path;
  bool of_document = false;
  ObjectRef constant;

  std::optional<ObjectRef> Of(const ObjectRef& value, const ObjectRef& document) const {
    if (!path) return constant;
    std::vector<ObjectRef> found = path->Find(of_document ? document : value, document);
    if (!path->definite()) return MakeObject(Object::List{std::move(found)});
    if (found.empty()) return std::nullopt;
    return std::move(found[0]);
  }
};

template <class T>
const T* As(const ObjectRef& object) {
  return object == nullptr ? nullptr : std::get_if<T>(&object->value);
}

// The value as a number; also of a text that is one.
std::optional<double> Number(const ObjectRef& object) {
  if (object == nullptr) return std::nullopt;
  return std::visit(
      [](const auto& v) -> std::optional<double> {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) {
          double number = 0;
          const auto read = std::from_chars(v.data(), v.data() + v.size(), number);
          if (read.ec != std::errc() || read.ptr != v.data() + v.size()) return std::nullopt;
          return number;
        } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
          return static_cast<double>(v);
        }
        return std::nullopt;
      },
      object->value);
}

bool Equal(const ObjectRef& a, const ObjectRef& b) {
  if (As<std::string>(a) == nullptr || As<std::string>(b) == nullptr) {
    const auto left = Number(a);
    const auto right = Number(b);
    if (left && right) return *left == *right;
  }
  return SameValue(a, b);
}

// -1, 0, 1, or nothing if the two have no order.
std::optional<int> Order(const ObjectRef& a, const ObjectRef& b) {
  const auto* left = As<std::string>(a);
  const auto* right = As<std::string>(b);
  if (left != nullptr && right != nullptr) return (*left > *right) - (*left < *right);
  const auto x = Number(a);
  const auto y = Number(b);
  if (!x || !y) return std::nullopt;
  return (*x > *y) - (*x < *y);
}

bool Holds(const Object::List* list, const ObjectRef& value) {
  return list != nullptr && std::any_of(list->items.begin(), list->items.end(),
                                        [&](const ObjectRef& item) { return Equal(item, value); });
}

size_t SizeOf(const ObjectRef& object) {
  if (const auto* text = As<std::string>(object)) return text->size();
  if (const Object::List* list = ListOf(object)) return list->items.size();
  if (const Object::Map* map = MapOf(object)) return map->entries.size();
  return SIZE_MAX;
}

constexpr std::string_view kComparisons[] = {"==", "!=", "<=",  ">=",       "=~",   "<",
                                             ">",  "in", "nin", "contains", "size", "empty"};

class Exists final : public JsonFilter {
 public:
  explicit Exists(Operand operand) : operand_(std::move(operand)) {}
  bool Accepts(const ObjectRef& value, const ObjectRef& document) const override {
    const auto found = operand_.Of(value, document);
    if (!operand_.path->definite()) return !ListOf(*found)->items.empty();
    return found.has_value();
  }

 private:
  Operand operand_;
};

class Comparison final : public JsonFilter {
 public:
  Comparison(Operand left, std::string_view op, Operand right)
      : left_(std::move(left)), op_(op), right_(std::move(right)) {}

  bool Accepts(const ObjectRef& value, const ObjectRef& document) const override {
    const auto left = left_.Of(value, document);
    const auto right = right_.Of(value, document);
    if (!left || !right) return op_ == "!=";
    if (op_ == "==") return Equal(*left, *right);
    if (op_ == "!=") return !Equal(*left, *right);
    if (op_ == "in") return Holds(ListOf(*right), *left);
    if (op_ == "nin") return !Holds(ListOf(*right), *left);
    if (op_ == "contains") return Contains(*left, *right);
    if (op_ == "size") return Number(*right) == static_cast<double>(SizeOf(*left));
    if (op_ == "empty") {
      const bool* wanted = As<bool>(*right);
      return wanted != nullptr && (SizeOf(*left) == 0) == *wanted;
    }
    const auto order = Order(*left, *right);
    if (!order) return false;
    if (op_ == "<") return *order < 0;
    if (op_ == "<=") return *order <= 0;
    return op_ == ">" ? *order > 0 : *order >= 0;
  }

 private:
  static bool Contains(const ObjectRef& whole, const ObjectRef& part) {
    const auto* text = As<std::string>(whole);
    const auto* piece = As<std::string>(part);
    if (text != nullptr && piece != nullptr) return text->find(*piece) != std::string::npos;
    return Holds(ListOf(whole), part);
  }

  Operand left_;
  std::string op_;
  Operand right_;
};

class Matches final : public JsonFilter {
 public:
  Matches(Operand operand, std::shared_ptr<const Regex> regex)
      : operand_(std::move(operand)), regex_(std::move(regex)) {}
  bool Accepts(const ObjectRef& value, const ObjectRef& document) const override {
    const auto found = operand_.Of(value, document);
    const auto* text = found ? As<std::string>(*found) : nullptr;
    Regex::Groups groups;
    return text != nullptr && regex_->Match(*text, 0, &groups) == Regex::Outcome::kMatch;
  }

 private:
  Operand operand_;
  std::shared_ptr<const Regex> regex_;
};

class Logical final : public JsonFilter {
 public:
  enum class Kind { kAnd, kOr, kNot };
  Logical(Kind kind, std::vector<std::shared_ptr<const JsonFilter>> operands)
      : kind_(kind), operands_(std::move(operands)) {}
  bool Accepts(const ObjectRef& value, const ObjectRef& document) const override {
    if (kind_ == Kind::kNot) return !operands_[0]->Accepts(value, document);
    for (const auto& operand : operands_) {
      const bool accepts = operand->Accepts(value, document);
      if (accepts == (kind_ == Kind::kOr)) return accepts;
    }
    return kind_ == Kind::kAnd;
  }

 private:
  Kind kind_;
  std::vector<std::shared_ptr<const JsonFilter>> operands_;
};

using FilterPtr = std::shared_ptr<const JsonFilter>;

// Null where the text is no condition.
class Parser {
 public:
  Parser(std::string_view text, uint32_t depth) : text_(text), depth_(depth) {}

  FilterPtr Whole() {
    FilterPtr filter = Or();
    SkipSpace();
    return at_ == text_.size() ? filter : nullptr;
  }

 private:
  FilterPtr Or() { return Chain("||", Logical::Kind::kOr); }

  FilterPtr Chain(std::string_view op, Logical::Kind kind) {
    std::vector<FilterPtr> operands;
    do {
      operands.push_back(kind == Logical::Kind::kOr ? Chain("&&", Logical::Kind::kAnd) : Unary());
      if (operands.back() == nullptr) return nullptr;
    } while (Take(op));
    if (operands.size() == 1) return operands[0];
    return std::make_shared<Logical>(kind, std::move(operands));
  }

  FilterPtr Unary() {
    if (depth_ >= kMaxDepth) return nullptr;
    ++depth_;
    FilterPtr filter = Nested();
    --depth_;
    return filter;
  }

  FilterPtr Nested() {
    if (Take("!")) {
      FilterPtr operand = Unary();
      if (operand == nullptr) return nullptr;
      return std::make_shared<Logical>(Logical::Kind::kNot, std::vector<FilterPtr>{operand});
    }
    if (!Take("(")) return Condition();
    FilterPtr inside = Or();
    return Take(")") ? inside : nullptr;
  }

  FilterPtr Condition() {
    std::optional<Operand> left = ReadOperand();
    if (!left) return nullptr;
    for (const std::string_view op : kComparisons) {
      if (!Take(op)) continue;
      if (op == "=~") return MatchOf(std::move(*left));
      std::optional<Operand> right = ReadOperand();
      if (!right) return nullptr;
      return std::make_shared<Comparison>(std::move(*left), op, std::move(*right));
    }
    if (!left->path) return nullptr;
    return std::make_shared<Exists>(std::move(*left));
  }

  // `/pattern/` or `/pattern/i`
  FilterPtr MatchOf(Operand left) {
    if (!Take("/")) return nullptr;
    const size_t end = text_.find('/', at_);
    if (end == std::string_view::npos) return nullptr;
    std::string pattern(text_.substr(at_, end - at_));
    at_ = end + 1;
    if (Take("i")) pattern.insert(0, "(?i)");
    auto regex = Regex::Compile(pattern, Regex::Mode::kMatches);
    if (!regex.ok()) return nullptr;
    return std::make_shared<Matches>(std::move(left), std::move(regex).value());
  }

  std::optional<Operand> ReadOperand() {
    SkipSpace();
    if (at_ == text_.size()) return std::nullopt;
    const char first = text_[at_];
    const size_t begin = at_;
    if (first == '@' || first == '$') {
      at_ = EndOf(" =!<>&|),~");
      auto path = JsonPath::ParseFrom(text_.substr(begin, at_ - begin), first, depth_ + 1);
      if (!path.ok()) return std::nullopt;
      return Operand{std::move(path).value(), first == '$', nullptr};
    }
    at_ = EndOf(" =!<>&|)~");
    const auto constant = ParseJsonText(text_.substr(begin, at_ - begin));
    if (!constant) return std::nullopt;
    // A word without quotes is true, false or null only.
    if (As<std::string>(*constant) != nullptr && first != '\'' && first != '"') return std::nullopt;
    return Operand{std::nullopt, false, *constant};
  }

  // Where the operand at hand ends; quotes and brackets hide what would end it.
  size_t EndOf(std::string_view ends) const {
    int open = 0;
    char quote = '\0';
    size_t at = at_;
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quote != '\0') {
        if (c == '\\') {
          ++at;
        } else if (c == quote) {
          quote = '\0';
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[' || c == '(' || c == '{') {
        ++open;
      } else if (open > 0 && (c == ']' || c == ')' || c == '}')) {
        --open;
      } else if (open == 0 && ends.find(c) != std::string_view::npos) {
        break;
      }
    }
    return std::min(at, text_.size());
  }

  bool Take(std::string_view token) {
    SkipSpace();
    if (!text_.substr(at_).starts_with(token)) return false;
    const size_t end = at_ + token.size();
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    // A word ends where no letter follows.
    if (letter(token[0]) && end < text_.size() && letter(text_[end])) return false;
    at_ = end;
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string_view text_;
  uint32_t depth_;
  size_t at_ = 0;
};

}  // namespace

Result<std::shared_ptr<const JsonFilter>> JsonFilter::Parse(std::string_view text, uint32_t depth) {
  FilterPtr filter = Parser(text, depth).Whole();
  if (filter == nullptr) return Status::Invalid("bad filter in a JSON path");
  return filter;
}

}  // namespace weir
