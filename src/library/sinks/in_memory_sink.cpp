#include "io/topic.h"
#include "io/transport_registry.h"

namespace weir {
namespace {

class InMemorySink final : public Sink {
 public:
  explicit InMemorySink(const std::string& topic) : publisher_(Topic::Named(topic)) {}

  Status Open() override { return Status::Ok(); }
  Status Write(const SinkRecord& record) override {
    Status status = publisher_.topic().Publish(record.bytes);
    if (status.ok()) ++published_;
    return status;
  }
  Status Flush() override { return Status::Ok(); }
  Status Close() override { return Status::Ok(); }
  uint64_t delivered() const override { return published_; }

 private:
  Topic::Publisher publisher_;
  uint64_t published_ = 0;
};

}  // namespace

void RegisterInMemorySink(TransportRegistry* registry) {
  SinkSpec spec;
  spec.name = "inMemory";
  spec.summary =
      "Puts events into a topic, from which all sources of the type inMemory that have it take "
      "them. Nothing waits, as who takes may be who puts: beyond 64 MiB events are dropped.";
  spec.example =
      "@sink(type='inMemory', topic='seen')\n"
      "define stream Seen (symbol string, price double);";
  spec.options = {{"topic", "Its name.", nullptr, OptionSpec::Kind::kText, true}};
  spec.codec = "passThrough";
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Sink>> {
    // What a restart replays would be put into the topic, and read from it, once more.
    if (place.keeps_state) {
      return Status::NotSupported("sink 'inMemory' together with a state directory");
    }
    return std::unique_ptr<Sink>(std::make_unique<InMemorySink>(options.Text("topic")));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
