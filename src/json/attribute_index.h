#pragma once

#include <string_view>
#include <unordered_map>

#include "types/schema.h"

namespace weir {

// Attribute positions by name, for schemas of any width.
class AttributeIndex {
 public:
  explicit AttributeIndex(SchemaPtr schema) : schema_(std::move(schema)) {
    if (schema_->size() <= kScanMax) return;
    for (uint32_t i = 0; i < schema_->size(); ++i) positions_.emplace((*schema_)[i].name, i);
  }

  std::optional<uint32_t> Find(std::string_view name) const {
    if (positions_.empty()) return schema_->Find(name);
    const auto at = positions_.find(name);
    if (at == positions_.end()) return std::nullopt;
    return at->second;
  }

 private:
  static constexpr size_t kScanMax = 16;  // narrower schemas are searched from the front
  SchemaPtr schema_;                      // owns the names
  std::unordered_map<std::string_view, uint32_t> positions_;
};

}  // namespace weir
