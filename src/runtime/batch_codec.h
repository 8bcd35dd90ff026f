#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/message_batch.h"

namespace weir {

// What the replay log holds beside messages.
enum class LogEntryKind : uint8_t {
  kBatch = 1,  // messages with their rows
  kQuery = 2,  // an on-demand query, as text
};

// Where inputs stood once an entry was read, by name of the input: opaque bytes.
struct InputPosition {
  std::string input;
  std::string position;
  void Save(StateWriter& out) const { out.Write(input, position); }
  void Load(StateReader& in) { in.Read(input, position); }
  friend bool operator==(const InputPosition&, const InputPosition&) = default;
};

// The streams that entries of a log are about, as text that stands at the head of its segments.
std::string DescribeFormats(const StreamFormats& formats);
// The way back, but for takes_any_scalar. kDataError if the description cannot be read.
Result<StreamFormats> ReadFormats(std::string_view described);

// Appends an entry with the messages of a batch, column by column. Nothing of the batch changes.
void EncodeBatch(const StreamFormats& formats, const MessageBatch& batch,
                 const std::vector<InputPosition>& positions, std::string* entry);
void EncodeQuery(std::string_view query, const std::vector<InputPosition>& positions,
                 std::string* entry);

class EntryCursor;

// Reads entries that were written for other streams, or the same: a stream or attribute that is
// gone is left out (its messages still move the clock if rows do), a new attribute is null.
class EntryDecoder {
 public:
  // kDataError if the description cannot be read, kLimit if an attribute changed its type.
  static Result<EntryDecoder> Make(std::string_view described, const StreamFormats& formats,
                                   bool rows_move_clock);

  struct Entry {
    LogEntryKind kind = LogEntryKind::kBatch;
    std::string query;
    std::vector<InputPosition> positions;
  };
  // The kind and the positions alone.
  Status DecodePositions(std::string_view bytes, Entry* entry) const;
  // Appends the messages to `batch`, which is empty. kDataError if the bytes cannot be right.
  Status Decode(std::string_view bytes, Entry* entry, MessageBatch* batch) const;

 private:
  // An attribute as it was logged, and where its values go.
  struct Source {
    Type type;
    std::optional<uint32_t> target;
  };
  struct Stream {
    std::optional<uint32_t> target;
    std::optional<uint32_t> time_attribute;
    std::vector<Source> attributes;
  };

  bool DecodeMessages(EntryCursor* in, MessageBatch* batch) const;
  bool DecodeStream(EntryCursor* in, const Stream& stream, uint64_t rows, MessageBatch* batch,
                    std::vector<TimeMs>* times) const;

  std::vector<Stream> streams_;
  StreamFormats formats_;
  bool rows_move_clock_ = true;
};

}  // namespace weir
