#include "json/schema_inference.h"

#include <simdjson.h>

#include "json/number.h"

namespace weir {
namespace {

namespace od = simdjson::ondemand;

enum class Seen : uint8_t { kNull, kBool, kLong, kDouble, kString, kNested, kMixed };

struct SeenAttribute {
  std::string name;
  Seen seen;
};

Seen Combine(Seen a, Seen b) {
  if (a == b || b == Seen::kNull) return a;
  if (a == Seen::kNull) return b;
  const bool numbers =
      (a == Seen::kLong || a == Seen::kDouble) && (b == Seen::kLong || b == Seen::kDouble);
  if (numbers) return Seen::kDouble;
  // A column of objects holds values of any kind.
  return a == Seen::kNested || b == Seen::kNested ? Seen::kNested : Seen::kMixed;
}

Seen KindOfToken(std::string_view token) {
  switch (token[0]) {
    case '{':
    case '[':
      return Seen::kNested;
    case '"':
      return Seen::kString;
    case 't':
    case 'f':
      return Seen::kBool;
    case 'n':
      return Seen::kNull;
    default: {
      ScannedNumber number;
      int64_t value;
      return ScanNumber(token.data(), &number) && ToLong(number, &value) ? Seen::kLong
                                                                         : Seen::kDouble;
    }
  }
}

InferredAttribute Decide(const SeenAttribute& attribute) {
  switch (attribute.seen) {
    case Seen::kBool:
      return {attribute.name, Type::kBool, false};
    case Seen::kLong:
      return {attribute.name, Type::kLong, false};
    case Seen::kDouble:
      return {attribute.name, Type::kDouble, false};
    case Seen::kNested:
      return {attribute.name, Type::kObject, false};
    case Seen::kString:
      return {attribute.name, Type::kString, false};
    default:
      return {attribute.name, Type::kString, true};
  }
}

class Inference {
 public:
  explicit Inference(std::string_view stream) : stream_(stream) {}

  void AddLine(std::string_view line) {
    const simdjson::padded_string padded(line);
    od::document document;
    od::object top;
    std::vector<SeenAttribute> found;
    if (parser_.iterate(padded).get(document) || document.get_object().get(top)) return;
    std::string_view name;
    if (!top["stream"].get_string().get(name)) {
      od::value event;
      if (!top["event"].get(event)) {
        if (name == stream_ && AddEvents(event, &found)) Merge(found);
        return;
      }
    }
    document.rewind();
    if (document.get_object().get(top) || !AddEvent(top, &found)) return;
    const bool other =
        found.size() == 1 && (found[0].name == "timestamp" || found[0].name == "query");
    if (!other) Merge(found);
  }

  std::vector<SeenAttribute> attributes;

 private:
  bool AddEvents(od::value event, std::vector<SeenAttribute>* found) {
    od::array list;
    if (event.get_array().get(list)) {
      od::object object;
      return !event.get_object().get(object) && AddEvent(object, found);
    }
    for (auto item : list) {
      od::object object;
      if (item.get_object().get(object) || !AddEvent(object, found)) return false;
    }
    return true;
  }

  static bool AddEvent(od::object event, std::vector<SeenAttribute>* found) {
    for (auto field : event) {
      std::string_view key;
      od::value value;
      if (field.unescaped_key().get(key) || field.value().get(value)) return false;
      const std::string_view token = value.raw_json_token();
      if (token.empty()) return false;
      found->push_back({std::string(key), KindOfToken(token)});
    }
    return true;
  }

  void Merge(const std::vector<SeenAttribute>& found) {
    for (const SeenAttribute& one : found) {
      bool known = false;
      for (SeenAttribute& attribute : attributes) {
        if (attribute.name != one.name) continue;
        attribute.seen = Combine(attribute.seen, one.seen);
        known = true;
      }
      if (!known) attributes.push_back(one);
    }
  }

  od::parser parser_;
  std::string_view stream_;
};

}  // namespace

std::vector<InferredAttribute> InferSchema(std::string_view text, size_t lines_max,
                                           std::string_view stream) {
  Inference inference(stream);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  for (size_t lines = 0; lines < lines_max && !text.empty(); ++lines) {
    const size_t size = std::min(text.find('\n'), text.size());
    inference.AddLine(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  std::vector<InferredAttribute> result;
  for (const SeenAttribute& attribute : inference.attributes) result.push_back(Decide(attribute));
  return result;
}

}  // namespace weir
