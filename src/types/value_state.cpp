// How values and objects are saved and loaded.
#include <variant>

#include "types/object.h"
#include "types/type_dispatch.h"
#include "types/value.h"

namespace weir {
namespace {

// What stands before an object: 0 for null, else 1 + the alternative of Object::value.
constexpr uint8_t kNullTag = 0;

ObjectRef LoadObject(StateReader& in, int depth);

std::vector<ObjectRef> LoadObjects(StateReader& in, int depth) {
  std::vector<ObjectRef> objects;
  for (uint64_t left = in.ReadSize(1); left > 0 && in.ok(); --left) {
    objects.push_back(LoadObject(in, depth));
  }
  return objects;
}

Object::Map LoadMap(StateReader& in, int depth) {
  Object::Map map;
  const uint64_t size = in.ReadSize(2);
  const bool has_keys = in.Get<bool>();
  for (uint64_t i = 0; i < size && in.ok(); ++i) {
    if (has_keys) map.keys.push_back(LoadObject(in, depth));
    std::string key = in.ReadText();
    ObjectRef value = LoadObject(in, depth);
    map.entries.emplace_back(std::move(key), std::move(value));
  }
  return map;
}

template <class T>
ObjectRef Scalar(StateReader& in) {
  return std::make_shared<const Object>(Object{in.Get<T>()});
}

ObjectRef LoadObject(StateReader& in, int depth) {
  const auto tag = in.Get<uint8_t>();
  if (tag == kNullTag || !in.Check(depth < kObjectDepthMax, "an object is nested too deeply")) {
    return nullptr;
  }
  switch (tag - 1) {
    case 0:
      return Scalar<bool>(in);
    case 1:
      return Scalar<int32_t>(in);
    case 2:
      return Scalar<int64_t>(in);
    case 3:
      return Scalar<float>(in);
    case 4:
      return Scalar<double>(in);
    case 5:
      return Scalar<std::string>(in);
    case 6:
      return std::make_shared<const Object>(Object{Object::List{LoadObjects(in, depth + 1)}});
    case 7:
      return std::make_shared<const Object>(Object{LoadMap(in, depth + 1)});
    case 8:
      return std::make_shared<const Object>(Object{Object::Set{LoadObjects(in, depth + 1)}});
    default:
      in.Fail("an object has an unknown kind");
      return nullptr;
  }
}

void SaveObjects(const std::vector<ObjectRef>& objects, StateWriter& out) {
  out.WriteSize(objects.size());
  for (const ObjectRef& object : objects) SaveState(object, out);
}

struct AlternativeWriter {
  StateWriter& out;
  template <class T>
  void operator()(const T& scalar) const {
    out.Write(scalar);
  }
  void operator()(const Object::List& list) const { SaveObjects(list.items, out); }
  void operator()(const Object::Set& set) const { SaveObjects(set.items, out); }
  void operator()(const Object::Map& map) const {
    out.WriteSize(map.entries.size());
    out.Write(!map.keys.empty());
    for (size_t i = 0; i < map.entries.size(); ++i) {
      if (!map.keys.empty()) SaveState(map.keys[i], out);
      out.WriteText(map.entries[i].first);
      SaveState(map.entries[i].second, out);
    }
  }
};

}  // namespace

void SaveState(const ObjectRef& object, StateWriter& out) {
  if (object == nullptr) {
    out.Write(kNullTag);
    return;
  }
  out.Write(static_cast<uint8_t>(1 + object->value.index()));
  std::visit(AlternativeWriter{out}, object->value);
}

void LoadState(ObjectRef* object, StateReader& in) { *object = LoadObject(in, 0); }

void Value::Save(StateWriter& out) const {
  out.Write(static_cast<uint8_t>(type_), is_null());
  if (is_null()) return;
  DispatchType(type_, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, StringRef>) {
      out.WriteText(string_value());
    } else if constexpr (std::is_same_v<T, uint8_t>) {
      out.Write(bool_value());
    } else {
      out.Write(std::get<T>(data_));
    }
  });
}

void Value::Load(StateReader& in) {
  const auto type = in.Get<uint8_t>();
  const bool null = in.Get<bool>();
  if (!in.Check(type <= static_cast<uint8_t>(Type::kObject), "a value has an unknown type")) return;
  type_ = static_cast<Type>(type);
  data_ = std::monostate();
  if (null) return;
  DispatchType(type_, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, StringRef>) {
      data_ = in.ReadText();
    } else if constexpr (std::is_same_v<T, uint8_t>) {
      data_ = in.Get<bool>();
    } else {
      data_ = in.Get<T>();
    }
  });
}

}  // namespace weir
