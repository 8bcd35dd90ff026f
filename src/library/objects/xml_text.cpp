#include "library/objects/xml_text.h"

#include <charconv>
#include <cmath>

#include "expr/conversion.h"
#include "expr/utf8_text.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

constexpr int kDepthMax = 64;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A text as the number, truth value or string that it is.
ObjectRef TypedText(std::string text) {
  if (text == "true" || text == "false") return MakeObject(text == "true");
  double number = 0;
  const char* end = text.data() + text.size();
  const bool digits = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  const auto read = std::from_chars(text.data(), end, number);
  if (!digits || read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) {
    return MakeObject(std::move(text));
  }
  int64_t whole = 0;
  const auto exact = std::from_chars(text.data(), end, whole);
  if (exact.ec == std::errc() && exact.ptr == end) return MakeObject(whole);
  if (number == std::floor(number) && std::fabs(number) < 0x1p63) {
    return MakeObject(static_cast<int64_t>(number));
  }
  return MakeObject(number);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ObjectRef Run() {
    std::string name;
    ObjectRef root;
    if (!SkipMisc() || !ReadElement(0, &name, &root) || !SkipMisc() || at_ != text_.size()) {
      return nullptr;
    }
    return MapOf(root) != nullptr ? root : MakeObject(Object::Map());
  }

 private:
  bool Ahead(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  bool SkipBehind(std::string_view end) {
    const size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) return false;
    at_ = found + end.size();
    return true;
  }
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }

  // What may stand around the root element.
  bool SkipMisc() {
    for (;;) {
      SkipBlanks();
      if (Ahead("<?")) {
        if (!SkipBehind("?>")) return false;
      } else if (Ahead("<!--")) {
        if (!SkipBehind("-->")) return false;
      } else {
        return true;
      }
    }
  }

  std::string_view ReadName() {
    const size_t begin = at_;
    while (at_ < text_.size() && !IsBlank(text_[at_]) &&
           std::string_view("<>/=\"'&").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  bool SkipAttributes() {
    for (;;) {
      SkipBlanks();
      if (at_ == text_.size() || text_[at_] == '>' || text_[at_] == '/') return at_ < text_.size();
      if (ReadName().empty()) return false;
      SkipBlanks();
      if (!Ahead("=")) return false;
      ++at_;
      SkipBlanks();
      if (!Ahead("\"") && !Ahead("'")) return false;
      const std::string_view quote = text_.substr(at_++, 1);
      if (!SkipBehind(quote)) return false;
    }
  }

  bool ReadElement(int depth, std::string* name, ObjectRef* value) {
    if (depth > kDepthMax || !Ahead("<")) return false;
    ++at_;
    *name = ReadName();
    if (name->empty() || !SkipAttributes()) return false;
    if (Ahead("/>")) {
      at_ += 2;
      *value = MakeObject(std::string());
      return true;
    }
    if (!Ahead(">")) return false;
    ++at_;
    Object::Map children;
    std::string text;
    if (!ReadContent(depth, &children, &text)) return false;
    at_ += 2;  // </
    if (ReadName() != *name) return false;
    SkipBlanks();
    if (!Ahead(">")) return false;
    ++at_;
    *value =
        children.entries.empty() ? TypedText(std::move(text)) : MakeObject(std::move(children));
    return true;
  }

  // Up to the end tag.
  bool ReadContent(int depth, Object::Map* children, std::string* text) {
    while (at_ < text_.size()) {
      if (Ahead("</")) return true;
      if (Ahead("<!--")) {
        if (!SkipBehind("-->")) return false;
      } else if (Ahead("<![CDATA[")) {
        const size_t begin = at_ + 9;
        if (!SkipBehind("]]>")) return false;
        text->append(text_.substr(begin, at_ - 3 - begin));
      } else if (Ahead("<?")) {
        if (!SkipBehind("?>")) return false;
      } else if (Ahead("<")) {
        std::string name;
        ObjectRef value;
        if (!ReadElement(depth + 1, &name, &value)) return false;
        Put(MakeObject(std::move(name)), std::move(value), children);
      } else if (Ahead("&")) {
        if (!ReadEntity(text)) return false;
      } else {
        text->push_back(text_[at_++]);
      }
    }
    return false;
  }

  bool ReadEntity(std::string* text) {
    const size_t end = text_.find(';', at_);
    if (end == std::string_view::npos) return false;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    constexpr std::pair<std::string_view, char> kEntities[] = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [known, character] : kEntities) {
      if (name != known) continue;
      text->push_back(character);
      return true;
    }
    const bool hex = name.starts_with("#x");
    if (!name.starts_with('#')) return false;
    const std::string_view digits = name.substr(hex ? 2 : 1);
    uint32_t code = 0;
    const char* last = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), last, code, hex ? 16 : 10);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (read.ec != std::errc() || read.ptr != last || code > 0x10FFFF || surrogate) return false;
    AppendCharacter(code, text);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      case '&':
        *out += "&amp;";
        break;
      default:
        out->push_back(c);
    }
  }
}

}  // namespace

ObjectRef ParseXmlText(std::string_view text) { return Parser(text).Run(); }

void AppendXml(const Object::Map& map, std::string* out) {
  for (const auto& [key, value] : map.entries) {
    *out += "<" + key + ">";
    if (const Object::Map* inner = MapOf(value)) {
      AppendXml(*inner, out);
    } else if (value != nullptr) {
      const Value scalar = ScalarOf(value);
      AppendEscaped(scalar.is_null() ? Value::FromObject(value).ToText() : scalar.ToText(), out);
    }
    *out += "</" + key + ">";
  }
}

}  // namespace weir
