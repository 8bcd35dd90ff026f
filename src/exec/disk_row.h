#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/row_store.h"

namespace weir {

// A row of a RowStore, to be written to disk.
struct StoredRow {
  const RowStore& rows;
  RowId id;

  template <class T>
  const T& Get(size_t column) const {
    return rows.Get<T>(column, id);
  }
  bool IsValid(size_t column) const { return rows.IsValid(column, id); }
  TimeMs timestamp() const { return rows.timestamp(id); }
};

// A visible row of a chunk, likewise.
struct ChunkRow {
  const Chunk& chunk;
  uint32_t row;  // physical

  template <class T>
  const T& Get(size_t column) const {
    return chunk.column(column)->values<T>()[row];
  }
  bool IsValid(size_t column) const { return chunk.column(column)->IsValid(row); }
  TimeMs timestamp() const { return chunk.timestamp(row); }
};

// How a row of a table lies on disk (docs/formats/tables.md): its number, its time, a bit for each
// attribute that is null, the attributes of fixed size, then the others with their sizes.
class DiskRowFormat {
 public:
  // `schema`: the attributes and, as the last, the number.
  explicit DiskRowFormat(SchemaPtr schema);

  template <class Row>
  void Encode(const Row& row, std::string* bytes) const;
  // False if it is no row.
  static bool NumberOf(std::string_view bytes, int64_t* number);

  // Appends the row's `columns` to one builder each, and tells its time. False, and nothing
  // sensible appended, if the bytes are not those of a row.
  bool Decode(std::string_view bytes, std::span<const uint32_t> columns,
              std::vector<ColumnBuilder>* builders, TimeMs* timestamp) const;

 private:
  struct Place {
    Type type;
    bool fixed;
    uint32_t offset;  // from the begin, or the place among those with sizes
  };
  bool FindTexts(std::string_view bytes, std::vector<std::string_view>* texts) const;

  SchemaPtr schema_;
  std::vector<Place> places_;
  uint32_t fixed_bytes_ = 0;
  uint32_t text_count_ = 0;
  mutable std::vector<std::string_view> texts_;  // scratch
};

// Numbers in keys lie in bytewise order.
void AppendBigEndian(uint64_t number, size_t bytes, std::string* out);
uint64_t ReadBigEndian(std::string_view bytes);

}  // namespace weir
