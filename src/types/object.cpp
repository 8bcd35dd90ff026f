#include "types/object.h"

#include <bit>
#include <type_traits>

#include "base/hash.h"
#include "types/value.h"

namespace weir {
namespace {

void AppendItems(const std::vector<ObjectRef>& items, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendJson(items[i], out);
  }
  out->push_back(']');
}

void AppendEntries(const Object::Map& map, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [key, item] : map.entries) {
    if (!first) out->push_back(',');
    first = false;
    AppendStringJson(key, out);
    out->push_back(':');
    AppendJson(item, out);
  }
  out->push_back('}');
}

bool ListsEqual(const std::vector<ObjectRef>& a, const std::vector<ObjectRef>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!ObjectsEqual(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

void AppendJson(const ObjectRef& object, std::string* out) {
  if (object == nullptr) {
    out->append("null");
    return;
  }
  std::visit(
      [out](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          out->append(v ? "true" : "false");
        } else if constexpr (std::is_integral_v<T>) {
          out->append(std::to_string(v));
        } else if constexpr (std::is_same_v<T, float>) {
          AppendFloatJson(v, out);
        } else if constexpr (std::is_same_v<T, double>) {
          AppendDoubleJson(v, out);
        } else if constexpr (std::is_same_v<T, std::string>) {
          AppendStringJson(v, out);
        } else if constexpr (std::is_same_v<T, Object::Map>) {
          AppendEntries(v, out);
        } else {
          AppendItems(v.items, out);
        }
      },
      object->value);
}

bool ObjectsEqual(const ObjectRef& a, const ObjectRef& b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || a->value.index() != b->value.index()) return false;
  return std::visit(
      [&b](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        const T& w = std::get<T>(b->value);
        if constexpr (std::is_same_v<T, Object::Map>) {
          if (v.entries.size() != w.entries.size() || !ListsEqual(v.keys, w.keys)) return false;
          for (size_t i = 0; i < v.entries.size(); ++i) {
            if (v.entries[i].first != w.entries[i].first) return false;
            if (!ObjectsEqual(v.entries[i].second, w.entries[i].second)) return false;
          }
          return true;
        } else if constexpr (std::is_same_v<T, Object::List> || std::is_same_v<T, Object::Set>) {
          return ListsEqual(v.items, w.items);
        } else {
          return v == w;
        }
      },
      a->value);
}

uint64_t HashObject(const ObjectRef& object) {
  std::string text;
  AppendJson(object, &text);
  return HashString(text);
}

}  // namespace weir
