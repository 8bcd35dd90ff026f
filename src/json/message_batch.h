#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "types/column.h"
#include "types/schema.h"

namespace weir {

// A timestamp that was not given.
inline constexpr TimeMs kNoTime = std::numeric_limits<TimeMs>::min();
// Timestamps lie within plus and minus this, so that adding spans to them cannot overflow.
inline constexpr TimeMs kTimestampMax = TimeMs{1} << 60;

// A stream as records are read for it.
struct StreamFormat {
  std::string name;
  SchemaPtr schema;
  // The long attribute that carries an event's timestamp.
  std::optional<uint32_t> time_attribute;
  // String attributes that take any scalar as its JSON text; empty: none.
  std::vector<bool> takes_any_scalar;
};
using StreamFormats = std::vector<StreamFormat>;

// Rows of one stream in arrival order.
struct StreamRows {
  std::vector<ColumnBuilder> columns;
  std::vector<TimeMs> timestamps;  // kNoTime: the clock at the row's message

  size_t size() const { return timestamps.size(); }
  void Truncate(size_t rows) {
    for (ColumnBuilder& column : columns) {
      if (column.size() > rows) column.Truncate(rows);
    }
    timestamps.resize(rows);
  }
};

// One message: some rows of one stream that arrived together, or a clock step without rows.
struct BatchMessage {
  static constexpr uint32_t kClockStep = std::numeric_limits<uint32_t>::max();
  TimeMs time = kNoTime;         // of its last row, or of the clock step
  uint32_t stream = kClockStep;  // position in StreamFormats
  uint32_t rows = 0;
};

// Messages in arrival order with their rows in columns: what becomes one epoch, or a few.
struct MessageBatch {
  explicit MessageBatch(const StreamFormats& formats);
  // Makes it empty; columns may have been handed over.
  void Clear();

  std::vector<StreamRows> streams;
  std::vector<BatchMessage> messages;
  size_t rows = 0;  // of all streams
};

}  // namespace weir
