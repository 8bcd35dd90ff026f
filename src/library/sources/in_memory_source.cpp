#include "io/topic.h"
#include "io/transport_registry.h"

namespace weir {
namespace {

class InMemorySource final : public Source {
 public:
  explicit InMemorySource(const std::string& topic) : name_(topic), topic_(Topic::Named(topic)) {}

  Status Open() override {
    subscription_ = topic_->Subscribe();
    return subscription_->status();
  }
  int poll_fd() const override { return subscription_->fd(); }
  Status Take(SourceOutput* out) override {
    for (const std::string& record : subscription_->Take()) {
      out->OnPayload(0, name_, record, PayloadKind::kRecord);
    }
    return Status::Ok();
  }

  bool ended() const override { return subscription_->ended(); }

 private:
  std::string name_;
  std::shared_ptr<Topic> topic_;
  std::shared_ptr<Topic::Subscription> subscription_;
};

}  // namespace

void RegisterInMemorySource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "inMemory";
  spec.summary =
      "Takes what sinks of the type inMemory put into a topic. A topic is in the memory of the "
      "process: what waits there is gone when it ends. The source ends when all apps that put "
      "something into the topic have ended.";
  spec.example =
      "@source(type='inMemory', topic='trades')\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.options = {{"topic", "Its name.", nullptr, OptionSpec::Kind::kText, true}};
  spec.codec = "passThrough";
  spec.make = [](const Options& options, const TransportPlace&) -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<InMemorySource>(options.Text("topic")));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
