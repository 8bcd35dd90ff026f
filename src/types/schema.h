#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/type.h"

namespace weir {

struct Attribute {
  std::string name;
  Type type;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// Ordered attributes of a stream or of the rows between two operators. Immutable.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Attribute> attributes) : attributes_(std::move(attributes)) {}

  size_t size() const { return attributes_.size(); }
  const Attribute& operator[](size_t i) const { return attributes_[i]; }
  const std::vector<Attribute>& attributes() const { return attributes_; }

  // Position of the first attribute with this exact name.
  std::optional<uint32_t> Find(std::string_view name) const {
    for (uint32_t i = 0; i < attributes_.size(); ++i) {
      if (attributes_[i].name == name) return i;
    }
    return std::nullopt;
  }

  friend bool operator==(const Schema&, const Schema&) = default;

 private:
  std::vector<Attribute> attributes_;
};

using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace weir
