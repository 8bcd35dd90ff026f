#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/record_decoder.h"
#include "library/objects/json_path.h"

namespace weir {

// Where the events and their attributes are.
struct JsonPlaces {
  std::optional<JsonPath> enclosing;
  std::vector<std::optional<JsonPath>> attributes;  // empty: by name
  bool fail_on_missing = true;
};

// Events as JSON objects, or arrays of them, somewhere within the record.
class JsonReader final : public RecordReader {
 public:
  explicit JsonReader(std::shared_ptr<const JsonPlaces> places) : places_(std::move(places)) {}

  bool splits_payloads() const override { return false; }
  bool Read(std::string_view record, RowAppender* rows) override;

 private:
  bool ReadEvent(ObjectRef event, RowAppender* rows);
  ObjectRef ByPath(const ObjectRef& event, uint32_t column) const;

  std::shared_ptr<const JsonPlaces> places_;
};

}  // namespace weir
