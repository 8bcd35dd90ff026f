#include "library/records/json_reader.h"

#include "json/json_document.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

ObjectRef ByName(const ObjectRef& event, const std::string& name) {
  const ObjectRef* value = FindText(*MapOf(event), name);
  return value == nullptr ? nullptr : *value;
}

}  // namespace

bool JsonReader::Read(std::string_view record, RowAppender* rows) {
  ObjectRef root;
  BadRecord bad;
  if (!ReadJsonDocument(record, &root, &bad)) return rows->Fail(bad.kind, bad.reason);
  if (places_->enclosing) {
    const std::vector<ObjectRef> found = places_->enclosing->Find(root);
    if (found.empty() || found[0] == nullptr) {
      return rows->Fail(BadRecordKind::kShape, "no enclosing element");
    }
    root = found[0];
  }
  const Object::List* list = ListOf(root);
  if (list == nullptr) return ReadEvent(root, rows);
  if (list->items.empty()) return rows->Fail(BadRecordKind::kShape, "a message without rows");
  for (const ObjectRef& event : list->items) {
    if (!ReadEvent(event, rows)) return false;
  }
  return true;
}

bool JsonReader::ReadEvent(ObjectRef event, RowAppender* rows) {
  if (MapOf(event) == nullptr) return rows->Fail(BadRecordKind::kShape, "an event is an object");
  const bool custom = !places_->attributes.empty();
  if (!custom && MapOf(event)->entries.size() == 1) {
    const ObjectRef* inner = FindText(*MapOf(event), "event");
    if (inner != nullptr && MapOf(*inner) != nullptr) event = ObjectRef(*inner);
  }
  for (uint32_t c = 0; c < rows->schema().size(); ++c) {
    if (rows->is_given(c)) continue;
    const ObjectRef value = custom ? ByPath(event, c) : ByName(event, rows->schema()[c].name);
    if (value == nullptr && places_->fail_on_missing) {
      return rows->Fail(BadRecordKind::kShape,
                        "attribute '" + rows->schema()[c].name + "' is missing");
    }
    if (!rows->AppendObject(c, value)) return false;
  }
  return rows->FinishRow();
}

ObjectRef JsonReader::ByPath(const ObjectRef& event, uint32_t column) const {
  if (!places_->attributes[column]) return nullptr;
  const std::vector<ObjectRef> found = places_->attributes[column]->Find(event);
  return found.empty() ? nullptr : found[0];
}

}  // namespace weir
