#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "json/bad_record.h"
#include "json/line_template.h"
#include "json/message_batch.h"

namespace weir {

// What lines may be.
enum class LineMode {
  kAny,       // an envelope if it looks like one, else a bare event
  kBare,      // bare events only
  kEnvelope,  // envelopes, clock steps and queries only
};

struct LineRules {
  LineMode mode = LineMode::kAny;
  bool strict_fields = false;           // an unknown key makes a record bad
  std::optional<uint32_t> bare_stream;  // takes bare events
  // Why there is no such stream.
  std::string no_bare_stream = "no stream takes bare events";
};

// Reads one line at a time, thoroughly: keys in any order, nested values, escapes. Of keys that
// are repeated in an event the last one counts; repeated keys of an envelope make it bad.
class LineParser {
 public:
  // `formats` must outlive the parser.
  LineParser(const StreamFormats& formats, LineRules rules);
  ~LineParser();

  enum class Kind {
    kMessage,  // appended to the batch; a clock step too
    kQuery,    // an on-demand query: see query()
    kBad,      // nothing was appended: see bad_record()
  };
  // At least kTextPadding bytes must be readable behind `line`, which has no newline.
  Kind Parse(std::string_view line, MessageBatch* batch);

  // Reads one row of a stream, written as an event object or as an array of values; the row's
  // timestamp is `time` unless the stream has a time attribute. Appends the row but no message.
  bool ParseRow(std::string_view text, uint32_t stream, TimeMs time, MessageBatch* batch);

  const BadRecord& bad_record() const;
  const std::string& query() const;

  // The layout of the line parsed last, if it was a message of one row and is regular enough.
  std::optional<LineTemplate> LearnTemplate(std::string_view line) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
