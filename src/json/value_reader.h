#pragma once

#include <simdjson.h>

#include <string_view>

#include "json/bad_record.h"
#include "types/column.h"
#include "types/schema.h"

namespace weir {

// Arrays and objects within each other, the line's own object included.
inline constexpr int kJsonDepthMax = 64;

// Reads simdjson values thoroughly: every byte that is passed over is checked too, which simdjson
// itself leaves out. All functions return false with `bad` set if the record is bad.
class ValueReader {
 public:
  // Appends a value for an attribute to its column.
  bool AppendValue(simdjson::ondemand::value value, const Attribute& attribute,
                   bool takes_any_scalar, int depth, ColumnBuilder* column);
  // Checks a value that nobody reads.
  bool CheckValue(simdjson::ondemand::value value, int depth);
  // Reads a value of any kind; null gives a null pointer.
  bool ReadObject(simdjson::ondemand::value value, int depth, ObjectRef* object);
  // Reads a timestamp in ms.
  bool ReadTimestamp(simdjson::ondemand::value value, TimeMs* time);

  // What AppendValue appended last, if it was a long.
  TimeMs last_long() const { return last_long_; }

  bool Fail(BadRecordKind kind, std::string reason) {
    bad_ = {kind, std::move(reason)};
    return false;
  }
  bool FailSyntax() { return Fail(BadRecordKind::kSyntax, "not valid JSON"); }
  bool FailJson(simdjson::error_code error);
  const BadRecord& bad() const { return bad_; }

 private:
  bool AppendNested(simdjson::ondemand::value value, const Attribute& attribute, int depth,
                    ColumnBuilder* column);
  bool AppendString(simdjson::ondemand::value value, const Attribute& attribute,
                    ColumnBuilder* column);
  bool AppendNumber(std::string_view token, const Attribute& attribute, bool takes_any_scalar,
                    ColumnBuilder* column);
  bool AppendLiteral(std::string_view token, const Attribute& attribute, bool takes_any_scalar,
                     ColumnBuilder* column);
  bool ReadList(simdjson::ondemand::array array, int depth, ObjectRef* object);
  bool ReadMap(simdjson::ondemand::object map, int depth, ObjectRef* object);
  bool ReadNumber(std::string_view token, ObjectRef* object);
  bool FailType(const Attribute& attribute, std::string_view what);
  bool FailRange(const Attribute& attribute, std::string_view token);

  BadRecord bad_;
  TimeMs last_long_ = 0;
};

}  // namespace weir
