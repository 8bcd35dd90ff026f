#pragma once

#include <bit>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "types/row_store.h"
#include "types/type_dispatch.h"

namespace weir {

// The values of some attributes of a stored row as bytes: equal values give equal bytes, different
// ones never run together.
class RowKey {
 public:
  // Without columns: the whole row.
  explicit RowKey(std::vector<uint32_t> columns) : columns_(std::move(columns)) {}

  // Valid until the next call.
  std::string_view Of(RowId row, const RowStore& rows) {
    bytes_.clear();
    if (columns_.empty()) {
      for (uint32_t c = 0; c < rows.schema()->size(); ++c) AppendValue(c, row, rows);
    } else {
      for (uint32_t c : columns_) AppendValue(c, row, rows);
    }
    return bytes_;
  }

 private:
  void AppendValue(uint32_t column, RowId row, const RowStore& rows) {
    const bool valid = rows.IsValid(column, row);
    bytes_.push_back(valid ? 1 : 0);
    if (!valid) return;
    DispatchType((*rows.schema())[column].type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T& value = rows.Get<T>(column, row);
      if constexpr (std::is_same_v<T, StringRef>) {
        AppendText(value.view());
      } else if constexpr (std::is_same_v<T, ObjectRef>) {
        std::string json;
        AppendJson(value, &json);
        AppendText(json);
      } else if constexpr (std::is_floating_point_v<T>) {
        const T one_nan = std::isnan(value) ? T(NAN) : value;
        bytes_.append(reinterpret_cast<const char*>(&one_nan), sizeof(T));
      } else {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
      }
    });
  }

  void AppendText(std::string_view text) {
    const size_t size = text.size();
    bytes_.append(reinterpret_cast<const char*>(&size), sizeof(size));
    bytes_.append(text);
  }

  std::vector<uint32_t> columns_;
  std::string bytes_;
};

// Lets a map from std::string be asked with a view.
struct RowKeyHash {
  using is_transparent = void;
  size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
};

}  // namespace weir
