#include "io/record_file.h"
#include "io/transport_registry.h"

namespace weir {
namespace {

class FileSink final : public Sink {
 public:
  FileSink(const Options& options, const TransportPlace& place)
      : head_(place.head),
        file_(options.Text("file.uri"), options.Flag("append"), options.Flag("atomic"),
              place.keeps_state),
        rotate_bytes_(options.Number("rotate.bytes")) {}

  Status Open() override { return file_.Open(head_); }

  Status Write(const SinkRecord& record) override {
    if (rotate_bytes_ > 0 && file_.size() > head_.size() &&
        file_.size() + record.bytes.size() + 1 > rotate_bytes_) {
      Status status = file_.MoveAside();
      if (status.ok()) status = file_.Open(head_);
      if (!status.ok()) return status;
    }
    ++written_;
    return file_.Append(record.bytes);
  }

  Status Flush() override {
    const Status status = file_.Flush();
    if (status.ok()) delivered_ = written_;
    return status;
  }
  Status Close() override {
    const Status status = file_.Close();
    if (status.ok()) delivered_ = written_;
    return status;
  }
  uint64_t delivered() const override { return delivered_; }

  SinkRecall recall() const override { return SinkRecall::kPlace; }
  std::string Place() const override { return file_.Place(); }
  Result<bool> GoBackTo(const std::string& place) override { return file_.GoBackTo(place, head_); }
  Status Sync() override { return file_.Sync(); }

 private:
  std::string head_;
  RecordFile file_;
  uint64_t rotate_bytes_;
  uint64_t written_ = 0;
  uint64_t delivered_ = 0;
};

}  // namespace

void RegisterFileSink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "file";
  spec.summary =
      "Writes a line to a file for every event. A file that would become too large is renamed to "
      "NAME.1, NAME.2 and so on, and a new one is begun.";
  spec.example =
      "@sink(type='file', file.uri='out/seen.csv', @map(type='csv', header='true'))\n"
      "define stream Seen (symbol string, price double);";
  spec.options = {{"file.uri", "The path.", nullptr, OptionSpec::Kind::kText, true},
                  {"append", "Goes on with a file that is there, else it is emptied.", "true",
                   OptionSpec::Kind::kFlag},
                  {"rotate.bytes", "How large a file may become; 0: as large as it will.", "0",
                   OptionSpec::Kind::kNumber},
                  {"atomic", "The file is called NAME.part until it is complete; excludes append.",
                   "false", OptionSpec::Kind::kFlag}};
  spec.codec = "ndjson";
  spec.check = [](const Options& options, const TransportPlace&) {
    return options.Flag("append") && options.Flag("atomic")
               ? Status::Invalid("atomic='true' needs append='false'")
               : Status::Ok();
  };
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    if (options.Flag("atomic") && place.keeps_state) {
      return Status::NotSupported("atomic='true' together with a state directory");
    }
    return std::unique_ptr<Sink>(std::make_unique<FileSink>(options, place));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
