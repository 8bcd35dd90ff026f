#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/attribute_index.h"
#include "json/message_batch.h"

namespace weir {

// The forms of a line that make one row; see the command-line contract.
enum class RowShape {
  kBare,   // {"a":1}
  kEvent,  // {"stream":"S","event":{"a":1}}
  kData,   // {"stream":"S","data":[1]}
};

// The layout of a line that was read the thorough way, as fixed bytes with values between them.
// Lines of one producer look alike, so most need only a comparison of the fixed bytes and one pass
// over the values, straight into columns. Whatever deviates - other keys, order, spacing, nested
// or escaped values, values of another type - is left to the thorough reader, so a template never
// decides that a line is bad, and never accepts one that the thorough reader would not.
class LineTemplate {
 public:
  // `line` is a good message of one row of formats[stream]; no template if it is too irregular.
  static std::optional<LineTemplate> Learn(std::string_view line, RowShape shape, uint32_t stream,
                                           const StreamFormat& format, const AttributeIndex& index);

  // Reads the line that begins at `text` if it has this layout and ends with a newline within the
  // readable bytes, which kTextPadding zero bytes follow. Appends its row and returns the byte
  // after the newline; or appends nothing and returns null.
  const char* Read(const char* text, MessageBatch* batch) const;

  friend bool operator==(const LineTemplate& a, const LineTemplate& b) {
    return a.stream_ == b.stream_ && a.literals_ == b.literals_;
  }

 private:
  enum class StepKind : uint8_t {
    kBool,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kString,
    kScalarText,     // any scalar as a string
    kTimeAttribute,  // a long that is the row's timestamp as well
    kTimestamp,      // of the envelope
    kIgnored,        // any value
    kEnd,            // the line's end
  };
  struct Step {
    uint64_t first[2];  // the first 16 of the fixed bytes before the value, zeros behind them
    uint64_t mask[2];   // ones where `first` has a byte
    uint32_t literal;   // position in literals_ of all of them
    uint32_t literal_size;
    StepKind kind;
    uint32_t column;
  };
  struct Times {
    TimeMs envelope = kNoTime;
    TimeMs attribute = kNoTime;
  };
  class Learner;

  bool Matches(const Step& step, const char* p) const;
  static StepKind KindOf(const StreamFormat& format, uint32_t column);
  static const char* ReadValue(const Step& step, const char* p, StreamRows* rows, Times* times);

  uint32_t stream_ = 0;
  std::vector<Step> steps_;
  std::string literals_;  // padded for EqualPadded
  std::vector<uint32_t> missing_;
};

}  // namespace weir
