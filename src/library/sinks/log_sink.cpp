#include "io/transport_registry.h"

namespace weir {
namespace {

class LogSink final : public Sink {
 public:
  LogSink(const Options& options, const TransportPlace& place) : report_(place.report) {
    head_ = options.Text("priority") + " ";
    if (options.Has("prefix")) {
      head_ += options.Text("prefix");
    } else {
      head_ += place.app.empty() ? place.stream : place.app + " : " + place.stream;
    }
    head_ += " : ";
  }

  Status Open() override { return Status::Ok(); }
  Status Write(const SinkRecord& record) override {
    ++written_;
    if (report_) report_(head_ + std::string(record.bytes));
    return Status::Ok();
  }
  Status Flush() override { return Status::Ok(); }
  Status Close() override { return Status::Ok(); }
  uint64_t delivered() const override { return written_; }

 private:
  std::function<void(std::string_view)> report_;
  std::string head_;
  uint64_t written_ = 0;
};

}  // namespace

void RegisterLogSink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "log";
  spec.summary = "Writes a line to the standard error output for every event.";
  spec.example =
      "@sink(type='log', prefix='seen', @map(type='text', @payload('{{symbol}} at {{price}}')))\n"
      "define stream Seen (symbol string, price double);";
  spec.options = {{"prefix", "What the line begins with, after the priority: else app and stream."},
                  {"priority", "How much it matters.", "INFO", OptionSpec::Kind::kChoice, false,
                   "INFO|DEBUG|WARN|FATAL|ERROR|TRACE"}};
  spec.writes_log = true;
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    return std::unique_ptr<Sink>(std::make_unique<LogSink>(options, place));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
