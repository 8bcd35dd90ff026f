#include "io/transport_registry.h"

namespace weir {
namespace {

// The buffer of the standard output is shared with everything else that is printed, and flushed
// with it.
class StdoutSink final : public Sink {
 public:
  explicit StdoutSink(const TransportPlace& place)
      : head_(place.head), output_(place.standard_output) {}

  Status Open() override {
    output_->Append(head_);
    return Status::Ok();
  }
  Status Write(const SinkRecord& record) override {
    output_->Append(record.bytes);
    output_->Append('\n');
    ++written_;
    return Status::Ok();
  }
  Status Flush() override { return Status::Ok(); }
  Status Close() override { return Status::Ok(); }
  uint64_t delivered() const override { return written_; }

 private:
  std::string head_;
  TextBuffer* output_;
  uint64_t written_ = 0;
};

}  // namespace

void RegisterStdoutSink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "stdout";
  spec.summary = "Writes a line to the standard output for every event.";
  spec.example =
      "@sink(type='stdout', @map(type='csv', header='true'))\n"
      "define stream Seen (symbol string, price double);";
  spec.codec = "ndjson";
  spec.make = [](const Options&, const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    return std::unique_ptr<Sink>(std::make_unique<StdoutSink>(place));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
