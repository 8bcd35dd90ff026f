#include "runtime/fault_sink.h"

#include "json/row_writer.h"
#include "time/system_clock.h"

namespace weir {
namespace {

// What `_error` holds under a name.
std::string MemberOf(const ObjectRef& error, std::string_view name) {
  const auto* map = error == nullptr ? nullptr : std::get_if<Object::Map>(&error->value);
  if (map == nullptr) return "";
  for (const auto& [key, value] : map->entries) {
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->value);
    if (key == name && text != nullptr) return *text;
  }
  return "";
}

// The rows of a fault stream as letters, without what is written for people.
class FaultEncoder : public Encoder {
 public:
  explicit FaultEncoder(const BoundStream& faults)
      : stream_(faults.name.substr(1)), writer_(WithoutError(*faults.schema), {}) {}

 protected:
  DeadLetter LetterOf(const Chunk& chunk, uint32_t row) {
    DeadLetter letter;
    letter.stored_ms = SystemClock().WallMs();
    letter.timestamp_ms = chunk.timestamp(row);
    letter.stream = stream_;
    const Column& errors = *chunk.column(chunk.columns().size() - 1);
    if (errors.IsValid(row)) {
      const ObjectRef& error = errors.values<ObjectRef>()[row];
      letter.query = MemberOf(error, "query");
      letter.error = MemberOf(error, "message");
    }
    event_.clear();
    writer_.WriteEvent(chunk, row, &event_);
    letter.event = event_.view();
    return letter;
  }

 private:
  static SchemaPtr WithoutError(const Schema& schema) {
    std::vector<Attribute> attributes = schema.attributes();
    attributes.pop_back();
    return std::make_shared<const Schema>(std::move(attributes));
  }

  const std::string stream_;
  const RowWriter writer_;
  TextBuffer event_;
};

class LetterEncoder final : public FaultEncoder {
 public:
  using FaultEncoder::FaultEncoder;
  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    out->Append(EncodeDeadLetter(LetterOf(chunk, row)));
  }
};

class LineEncoder final : public FaultEncoder {
 public:
  using FaultEncoder::FaultEncoder;
  void Write(const Chunk& chunk, uint32_t row, TextBuffer* out) override {
    const DeadLetter letter = LetterOf(chunk, row);
    out->Append("ERROR query '" + letter.query + "' drops an event of time " +
                std::to_string(letter.timestamp_ms) + ": " + letter.error);
  }
};

class DeadLetterSink final : public Sink {
 public:
  explicit DeadLetterSink(DeadLetterWriter* letters) : letters_(letters) {}

  Status Open() override { return Status::Ok(); }
  Status Write(const SinkRecord& record) override {
    const Status status = letters_->Append(record.bytes);
    if (status.ok()) ++appended_;
    return status;
  }
  Status Flush() override {
    const Status status = appended_ == flushed_ ? Status::Ok() : letters_->Flush();
    if (status.ok()) flushed_ = appended_;
    return status;
  }
  Status Close() override { return Flush(); }
  uint64_t delivered() const override { return flushed_; }
  SinkRecall recall() const override { return SinkRecall::kCount; }

 private:
  DeadLetterWriter* letters_;
  uint64_t appended_ = 0;
  uint64_t flushed_ = 0;
};

class TellingSink final : public Sink {
 public:
  explicit TellingSink(std::function<void(std::string_view)> report) : report_(std::move(report)) {}

  Status Open() override { return Status::Ok(); }
  Status Write(const SinkRecord& record) override {
    if (report_) report_(record.bytes);
    ++told_;
    return Status::Ok();
  }
  Status Flush() override { return Status::Ok(); }
  Status Close() override { return Status::Ok(); }
  uint64_t delivered() const override { return told_; }

 private:
  std::function<void(std::string_view)> report_;
  uint64_t told_ = 0;
};

}  // namespace

FaultSink MakeDeadLetterSink(const BoundStream& faults, DeadLetterWriter* letters) {
  return {std::make_unique<LetterEncoder>(faults), std::make_unique<DeadLetterSink>(letters)};
}

FaultSink MakeTellingSink(const BoundStream& faults, std::function<void(std::string_view)> report) {
  return {std::make_unique<LineEncoder>(faults), std::make_unique<TellingSink>(std::move(report))};
}

}  // namespace weir
