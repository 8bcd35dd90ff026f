#include "library/objects/json_path.h"

#include <charconv>

#include "library/objects/object_map.h"

namespace weir {
namespace {

Status Bad(std::string_view text, size_t at) {
  return Status::Invalid("bad JSON path '" + std::string(text) + "' at offset " +
                         std::to_string(at));
}

}  // namespace

Result<JsonPath> JsonPath::Parse(std::string_view text) {
  JsonPath path;
  if (!text.starts_with('$')) return Bad(text, 0);
  for (size_t at = 1; at < text.size();) {
    const bool deep = text.substr(at).starts_with("..");
    if (text[at] == '[' || (deep && text.substr(at + 2).starts_with('['))) {
      if (deep) return Status::NotSupported("'..[' in a JSON path");
      if (text.substr(at).starts_with("[?") || text.substr(at).starts_with("[(")) {
        return Status::NotSupported("a filter in a JSON path");
      }
      const size_t begin = at;
      if (path.ParseBracket(text, &at)) continue;
      const std::string_view inside = text.substr(begin, text.find(']', begin) - begin);
      if (inside.find_first_of(":,") != std::string_view::npos) {
        return Status::NotSupported("several indexes in a JSON path");
      }
      return Bad(text, begin);
    }
    if (text[at] != '.') return Bad(text, at);
    at += deep ? 2 : 1;
    const size_t end = std::min(text.find_first_of(".[", at), text.size());
    const std::string_view name = text.substr(at, end - at);
    if (name.empty()) return Bad(text, at);
    if (name.ends_with("()")) return Status::NotSupported("a function in a JSON path");
    using Kind = Step::Kind;
    const bool all = name == "*";
    const Kind kind =
        deep ? (all ? Kind::kDeepAll : Kind::kDeepName) : (all ? Kind::kAll : Kind::kName);
    path.steps_.push_back({kind, std::string(name)});
    path.definite_ = path.definite_ && kind == Kind::kName;
    at = end;
  }
  return path;
}

// Reads `[...]` and moves `at` behind it.
bool JsonPath::ParseBracket(std::string_view text, size_t* at) {
  if (text.substr(*at).starts_with("[*]")) {
    steps_.push_back({Step::Kind::kAll, ""});
    definite_ = false;
    *at += 3;
    return true;
  }
  const char first = *at + 1 < text.size() ? text[*at + 1] : '\0';
  if (first == '\'' || first == '"') {
    const size_t end = text.find(first, *at + 2);
    if (end == std::string_view::npos || !text.substr(end + 1).starts_with(']')) return false;
    steps_.push_back({Step::Kind::kName, std::string(text.substr(*at + 2, end - *at - 2))});
    *at = end + 2;
    return true;
  }
  const size_t close = text.find(']', *at);
  if (close == std::string_view::npos) return false;
  Step step{Step::Kind::kIndex, ""};
  const char* end = text.data() + close;
  const auto read = std::from_chars(text.data() + *at + 1, end, step.index);
  if (read.ec != std::errc() || read.ptr != end) return false;
  steps_.push_back(std::move(step));
  *at = close + 1;
  return true;
}

// The place of the child that a name or index means.
std::optional<size_t> JsonPath::Place(const Step& step, const ObjectRef& in) {
  if (step.kind == Step::Kind::kName) {
    const Object::Map* map = MapOf(in);
    if (map == nullptr) return std::nullopt;
    for (size_t i = 0; i < map->entries.size(); ++i) {
      if (map->entries[i].first == step.name) return i;
    }
    return std::nullopt;
  }
  const Object::List* list = ListOf(in);
  if (list == nullptr) return std::nullopt;
  const auto size = static_cast<int64_t>(list->items.size());
  const int64_t index = step.index < 0 ? step.index + size : step.index;
  if (index < 0 || index >= size) return std::nullopt;
  return static_cast<size_t>(index);
}

const ObjectRef& JsonPath::Child(const ObjectRef& in, size_t place) {
  const Object::Map* map = MapOf(in);
  return map != nullptr ? map->entries[place].second : ListOf(in)->items[place];
}

ObjectRef JsonPath::WithChild(const ObjectRef& in, size_t place, ObjectRef child) {
  if (const Object::Map* map = MapOf(in)) {
    Object::Map copy = *map;
    copy.entries[place].second = std::move(child);
    return MakeObject(std::move(copy));
  }
  Object::List copy = *ListOf(in);
  copy.items[place] = std::move(child);
  return MakeObject(std::move(copy));
}

void JsonPath::Walk(const Step& step, const ObjectRef& in, std::vector<ObjectRef>* out) {
  using Kind = Step::Kind;
  if (step.kind == Kind::kName || step.kind == Kind::kIndex) {
    if (const auto place = Place(step, in)) out->push_back(Child(in, *place));
    return;
  }
  const Object::Map* map = MapOf(in);
  const Object::List* list = ListOf(in);
  const size_t children =
      map != nullptr ? map->entries.size() : (list != nullptr ? list->items.size() : 0);
  for (size_t i = 0; i < children; ++i) {
    const bool named = map != nullptr && map->entries[i].first == step.name;
    if (step.kind != Kind::kDeepName || named) out->push_back(Child(in, i));
  }
  if (step.kind == Kind::kAll) return;
  for (size_t i = 0; i < children; ++i) Walk(step, Child(in, i), out);
}

std::vector<ObjectRef> JsonPath::Find(const ObjectRef& root) const {
  std::vector<ObjectRef> found = {root};
  for (const Step& step : steps_) {
    std::vector<ObjectRef> next;
    for (const ObjectRef& each : found) Walk(step, each, &next);
    found = std::move(next);
  }
  return found;
}

}  // namespace weir
