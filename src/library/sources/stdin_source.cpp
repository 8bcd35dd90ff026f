#include "io/file_reader.h"
#include "io/transport_registry.h"

namespace weir {
namespace {

class StdinSource final : public Source {
 public:
  Status Open() override { return Status::Ok(); }
  int poll_fd() const override { return reader_.fd(); }
  bool ended() const override { return ended_; }

  Status Take(SourceOutput* out) override {
    const Result<std::string_view> bytes = reader_.Read();
    if (!bytes.ok()) return bytes.status();
    if (bytes.value().empty()) {
      ended_ = true;
      out->OnEnd(0, /*whole=*/true);
    } else {
      out->OnBytes(0, "-", bytes.value());
    }
    return Status::Ok();
  }

  std::string PlaceOf(uint64_t) const override { return reader_.identity(); }
  Result<bool> Resume(const std::string& place, uint64_t bytes) override {
    return place == reader_.identity() && reader_.size() >= bytes;
  }

 private:
  FileReader reader_ = FileReader::StandardInput();
  bool ended_ = false;
};

}  // namespace

void RegisterStdinSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "stdin";
  spec.summary = "Reads the standard input.";
  spec.example =
      "@source(type='stdin', @map(type='csv', header='true'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.codec = "ndjson";
  spec.make = [](const Options&, const TransportPlace&) -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<StdinSource>());
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
