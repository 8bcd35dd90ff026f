#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/bad_record.h"
#include "json/message_batch.h"
#include "types/value.h"

namespace weir {

// A value that the transport gives to every row; nothing: null.
struct GivenValue {
  uint32_t column;
  std::optional<std::string> text;
};

// Appends the rows of one message to a batch, value by value in any order. All functions that
// return a bool return false with bad() set if the value does not fit.
class RowAppender {
 public:
  // `formats` must outlive it.
  RowAppender(const StreamFormats& formats, uint32_t stream, std::vector<GivenValue> given = {});

  const Schema& schema() const { return *format_.schema; }
  // True if FinishRow puts the value there, so that the record need not have it.
  bool is_given(uint32_t column) const {
    return std::any_of(given_.begin(), given_.end(),
                       [&](const GivenValue& value) { return value.column == column; });
  }

  void BeginMessage(MessageBatch* batch);
  // A value of the row that is being put together; each attribute at most once, missing ones are
  // null. As text: numbers and bools as JSON writes them, anything for a string.
  bool AppendText(uint32_t column, std::string_view text);
  // A string takes any scalar; numbers and bools take their texts too.
  bool AppendObject(uint32_t column, const ObjectRef& object);
  // Of the attribute's own type.
  bool AppendValue(uint32_t column, const Value& value);
  void AppendNull(uint32_t column);
  // The row's timestamp, unless an attribute carries it.
  void SetTime(TimeMs time) { own_time_ = time; }
  bool FinishRow();
  // A message without rows is dropped.
  void FinishMessage();
  // Takes back all rows of the message.
  void Cancel();

  bool Fail(BadRecordKind kind, std::string reason) {
    bad_ = {kind, std::move(reason)};
    return false;
  }
  const BadRecord& bad() const { return bad_; }

 private:
  ColumnBuilder* Builder(uint32_t column);
  bool FailText(const Attribute& attribute, std::string_view text);
  bool AppendNumber(const Attribute& attribute, std::string_view text, ColumnBuilder* to);

  const StreamFormat& format_;
  uint32_t stream_;
  std::vector<GivenValue> given_;
  MessageBatch* batch_ = nullptr;
  StreamRows* rows_ = nullptr;
  size_t begin_ = 0;  // of the message, among the stream's rows
  size_t row_ = 0;
  TimeMs time_ = kNoTime;      // of the row, if an attribute carries it
  TimeMs own_time_ = kNoTime;  // of the row, if it brings one
  std::string padded_;
  BadRecord bad_;
};

}  // namespace weir
