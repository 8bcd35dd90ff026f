#include "library/objects/json_text.h"

#include <charconv>
#include <cmath>
#include <unordered_map>

#include "expr/utf8_text.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

constexpr int kDepthMax = 64;

class Parser {
 public:
  Parser(std::string_view text, const JsonTextOptions& options) : text_(text), options_(options) {}

  std::optional<ObjectRef> Run() {
    ObjectRef value;
    if (!ReadValue(0, &value)) return std::nullopt;
    SkipBlanks();
    if (at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }
  // The next character that is not blank, 0 at the end.
  char Peek() {
    SkipBlanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  bool ReadValue(int depth, ObjectRef* value) {
    switch (Peek()) {
      case '{':
        return depth < kDepthMax && ReadMap(depth, value);
      case '[':
        return depth < kDepthMax && ReadList(depth, value);
      case '"':
      case '\'': {
        std::string text;
        if (!ReadQuoted(&text)) return false;
        *value = MakeObject(std::move(text));
        return true;
      }
      default:
        return ReadWord(value);
    }
  }

  bool ReadMap(int depth, ObjectRef* value) {
    ++at_;
    Object::Map map;
    Places places;
    while (!Take('}')) {
      std::string key;
      const char c = Peek();
      if (c == '"' || c == '\'') {
        if (!ReadQuoted(&key)) return false;
      } else {
        key = Word(":,{}[]");
        if (key.empty()) return false;
      }
      ObjectRef item;
      if (!Take(':') || !ReadValue(depth + 1, &item)) return false;
      PutText(std::move(key), std::move(item), &places, &map);
      if (!Take(',') && Peek() != '}') return false;
    }
    *value = MakeObject(std::move(map));
    return true;
  }

  // Where keys stand, so that many of them cost no search each.
  using Places = std::unordered_map<std::string, size_t>;

  // Of values with one key the last counts, in the place of the first.
  static void PutText(std::string key, ObjectRef value, Places* places, Object::Map* map) {
    const auto [at, added] = places->try_emplace(key, map->entries.size());
    if (added) {
      map->entries.emplace_back(std::move(key), std::move(value));
    } else {
      map->entries[at->second].second = std::move(value);
    }
  }

  bool ReadList(int depth, ObjectRef* value) {
    ++at_;
    Object::List list;
    while (!Take(']')) {
      if (!ReadValue(depth + 1, &list.items.emplace_back())) return false;
      if (!Take(',') && Peek() != ']') return false;
    }
    *value = MakeObject(std::move(list));
    return true;
  }

  bool ReadQuoted(std::string* out) {
    const char quote = text_[at_++];
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) return true;
      if (c != '\\') {
        out->push_back(c);
      } else if (at_ == text_.size() || !ReadEscape(out)) {
        return false;
      }
    }
    return false;
  }

  bool ReadEscape(std::string* out) {
    const char c = text_[at_++];
    switch (c) {
      case 'b':
        out->push_back('\b');
        return true;
      case 'f':
        out->push_back('\f');
        return true;
      case 'n':
        out->push_back('\n');
        return true;
      case 'r':
        out->push_back('\r');
        return true;
      case 't':
        out->push_back('\t');
        return true;
      case 'u':
        return ReadCode(out);
      default:
        out->push_back(c);
        return true;
    }
  }

  std::optional<uint32_t> ReadFourDigits() {
    uint32_t code = 0;
    if (text_.size() - at_ < 4) return std::nullopt;
    const char* begin = text_.data() + at_;
    const auto read = std::from_chars(begin, begin + 4, code, 16);
    if (read.ec != std::errc() || read.ptr != begin + 4) return std::nullopt;
    at_ += 4;
    return code;
  }

  bool ReadCode(std::string* out) {
    std::optional<uint32_t> code = ReadFourDigits();
    if (!code.has_value()) return false;
    if (*code >= 0xD800 && *code < 0xE000) {  // half of a pair
      if (*code >= 0xDC00 || !text_.substr(at_).starts_with("\\u")) return false;
      at_ += 2;
      const std::optional<uint32_t> low = ReadFourDigits();
      if (!low.has_value() || *low < 0xDC00 || *low > 0xDFFF) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    AppendCharacter(*code, out);
    return true;
  }

  // The text up to one of the stops, without blanks around it.
  std::string Word(std::string_view stops) {
    SkipBlanks();
    const size_t begin = at_;
    while (at_ < text_.size() && stops.find(text_[at_]) == std::string_view::npos) ++at_;
    size_t end = at_;
    while (end > begin && IsBlank(text_[end - 1])) --end;
    return std::string(text_.substr(begin, end - begin));
  }

  bool ReadWord(ObjectRef* value) {
    std::string word = Word(",{}[]:");
    if (word.empty()) return false;
    if (word == "null") {
      *value = nullptr;
    } else if (word == "true" || word == "false") {
      *value = MakeObject(word == "true");
    } else if (!ReadNumber(word, value)) {
      *value = MakeObject(std::move(word));
    }
    return true;
  }

  bool ReadNumber(std::string_view word, ObjectRef* value) const {
    if (word[0] != '-' && (word[0] < '0' || word[0] > '9')) return false;
    const char* end = word.data() + word.size();
    int64_t whole = 0;
    const auto read = std::from_chars(word.data(), end, whole);
    if (!options_.whole_as_double && read.ec == std::errc() && read.ptr == end) {
      const auto narrow = static_cast<int32_t>(whole);
      *value = narrow == whole ? MakeObject(narrow) : MakeObject(whole);
      return true;
    }
    double floating = 0;
    const auto parsed = std::from_chars(word.data(), end, floating);
    if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(floating)) return false;
    *value = MakeObject(floating);
    return true;
  }

  std::string_view text_;
  JsonTextOptions options_;
  size_t at_ = 0;
};

}  // namespace

std::optional<ObjectRef> ParseJsonText(std::string_view text, const JsonTextOptions& options) {
  return Parser(text, options).Run();
}

}  // namespace weir
