// What functions of JSON share: the JSON itself, as text or object, and the path into it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "catalog/parameter.h"
#include "library/objects/json_path.h"
#include "library/objects/json_text.h"

namespace weir {

// The value that an argument has: a text is read as JSON. Nothing if it is null or no JSON.
inline std::optional<ObjectRef> JsonOf(const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (value.type() == Type::kObject) return value.object_value();
  return ParseJsonText(value.string_value());
}

// The path that an argument gives: read once if it is a constant.
class PathArgument {
 public:
  static Result<PathArgument> Of(std::string_view function, const Argument& argument) {
    PathArgument made;
    if (!argument.constant.has_value() || argument.constant->is_null()) return made;
    Result<JsonPath> path = JsonPath::Parse(argument.constant->string_value());
    if (!path.ok()) {
      return Status(path.status().code(), std::string(function) + "(): " + path.status().message());
    }
    made.constant_ = std::make_shared<const JsonPath>(std::move(path).value());
    return made;
  }

  // Nothing if the row's path is null or bad.
  std::shared_ptr<const JsonPath> For(const Value& value) const {
    if (constant_ != nullptr || value.is_null()) return constant_;
    Result<JsonPath> path = JsonPath::Parse(value.string_value());
    if (!path.ok()) return nullptr;
    return std::make_shared<const JsonPath>(std::move(path).value());
  }

 private:
  std::shared_ptr<const JsonPath> constant_;
};

}  // namespace weir
