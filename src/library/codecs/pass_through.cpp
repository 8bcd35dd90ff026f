#include "io/row_appender.h"
#include "io/transport_registry.h"
#include "library/records/event_record.h"

namespace weir {
namespace {

const std::string kNoQuery;

class PassThroughEncoder final : public Encoder {
 public:
  explicit PassThroughEncoder(SchemaPtr schema) : schema_(std::move(schema)) {}

  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    AppendEventRecord(*schema_, chunk, row, out);
  }

 private:
  SchemaPtr schema_;
};

// For each attribute of the stream the event's that it takes; empty: by position.
using Names = std::vector<std::optional<std::string>>;

// Of one record.
class PassThroughDecoder final : public Decoder {
 public:
  PassThroughDecoder(const DecoderPlace& place, Names names)
      : rows_(*place.formats, place.stream),
        bad_records_(place.bad_records),
        names_(std::move(names)) {}

  Space Reserve() override {
    bytes_.resize(size_ + kPieceBytes);
    return {bytes_.data() + size_, kPieceBytes};
  }
  void Commit(size_t size) override { size_ += size; }
  void Finish() override { bytes_.resize(size_); }
  State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override {
    if (read_) return State::kEnd;
    if (batch->messages.size() >= messages_max || batch->rows >= rows_max) return State::kFull;
    read_ = true;
    rows_.BeginMessage(batch);
    if (ReadRow()) {
      rows_.FinishMessage();
      return State::kEnd;
    }
    rows_.Cancel();
    const bool go_on = bad_records_->OnBadRecord(1, rows_.bad());
    bad_records_->OnRawBytes(IsEventRecord(bytes_) ? "" : bytes_, /*last=*/true);
    return go_on ? State::kEnd : State::kStopped;
  }
  const std::string& query() const override { return kNoQuery; }
  uint64_t bytes_read() const override { return read_ ? size_ : 0; }
  uint64_t lines_read() const override { return 0; }

 private:
  static constexpr size_t kPieceBytes = 1024;

  bool ReadRow() {
    EventRecord event;
    if (!ReadEventRecord(bytes_, &event)) {
      return rows_.Fail(BadRecordKind::kShape,
                        "not an event of @map(type='passThrough') but bytes of another codec");
    }
    rows_.SetTime(event.timestamp);
    const bool ok = names_.empty() ? TakeByPosition(event) : TakeByName(event);
    return ok && rows_.FinishRow();
  }

  bool TakeByPosition(const EventRecord& event) {
    if (event.values.size() != rows_.schema().size()) {
      return rows_.Fail(BadRecordKind::kShape,
                        "the number of the event's attributes is not that of the stream's: " +
                            std::to_string(event.values.size()));
    }
    for (uint32_t c = 0; c < event.values.size(); ++c) {
      if (!rows_.AppendValue(c, event.values[c].second)) return false;
    }
    return true;
  }

  bool TakeByName(const EventRecord& event) {
    for (uint32_t c = 0; c < names_.size(); ++c) {
      if (!names_[c]) continue;
      size_t from = 0;
      while (from < event.values.size() && event.values[from].first != *names_[c]) ++from;
      if (from == event.values.size()) {
        return rows_.Fail(BadRecordKind::kShape, "the event has no attribute '" + *names_[c] + "'");
      }
      if (!rows_.AppendValue(c, event.values[from].second)) return false;
    }
    return true;
  }

  RowAppender rows_;
  BadRecordSink* bad_records_;
  const Names names_;
  std::string bytes_;
  size_t size_ = 0;
  bool read_ = false;
};

}  // namespace

void RegisterPassThrough(TransportRegistry* registry) {
  CodecSpec spec;
  spec.name = "passThrough";
  spec.summary =
      "Events as they are, from an inMemory sink to inMemory sources: values of all types, and the "
      "timestamp. Attributes are taken by position, or by the names that @attributes gives; those "
      "it leaves out are null. A sink of the type log shows events as it does without @map.";
  spec.example =
      "@source(type='inMemory', topic='trades', @map(type='passThrough',\n"
      "  @attributes(symbol='name', price='last')))\n"
      "define stream Trades (symbol string, price double);";
  spec.bind_decoder = [](const CodecSetup& setup, const SchemaPtr&) -> Result<MakeDecoder> {
    return MakeDecoder([names = setup.attributes](const DecoderPlace& place) {
      return std::make_unique<PassThroughDecoder>(place, names);
    });
  };
  spec.bind_encoder = [](const CodecSetup& setup, const SchemaPtr& schema) -> Result<MakeEncoder> {
    if (setup.payload) return Status::Invalid("@map(type='passThrough') takes no @payload");
    return MakeEncoder([schema] { return std::make_unique<PassThroughEncoder>(schema); });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
