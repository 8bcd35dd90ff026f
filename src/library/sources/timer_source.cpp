#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

#include "io/transport_registry.h"

namespace weir {
namespace {

constexpr std::string_view kNumber = "{{n}}";

// A record for every interval that has passed; without an interval, as many as are taken.
class TimerSource final : public Source {
 public:
  TimerSource(const Options& options, std::string name)
      : name_(std::move(name)),
        payload_(options.Text("payload")),
        interval_ms_(options.Has("interval") ? options.Duration("interval") : 0),
        count_(options.Number("count")) {}

  ~TimerSource() override {
    if (fd_ >= 0) close(fd_);
  }

  Status Open() override {
    fd_ = interval_ms_ > 0 ? timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)
                           : eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd_ < 0) return Status(StatusCode::kCannotCreate, "a timer");
    if (interval_ms_ == 0) return Status::Ok();
    itimerspec every{};
    every.it_interval = {interval_ms_ / 1000, interval_ms_ % 1000 * 1'000'000};
    every.it_value = every.it_interval;
    timerfd_settime(fd_, 0, &every, nullptr);
    return Status::Ok();
  }

  int poll_fd() const override { return ended() ? -1 : fd_; }
  bool ended() const override { return count_ > 0 && given_ == count_; }

  Status Take(SourceOutput* out) override {
    uint64_t due = kPiece;
    if (interval_ms_ > 0 && read(fd_, &due, sizeof(due)) != sizeof(due)) return Status::Ok();
    // What was missed while the engine was busy, within reason.
    due = std::min(due, kPiece);
    if (count_ > 0) due = std::min(due, count_ - given_);
    for (; due > 0; --due) out->OnPayload(0, name_, Next(), PayloadKind::kRecord);
    return Status::Ok();
  }

 private:
  static constexpr uint64_t kPiece = 1024;

  std::string Next() {
    const std::string number = std::to_string(++given_);
    std::string record = payload_;
    for (size_t at = 0; (at = record.find(kNumber, at)) != std::string::npos;) {
      record.replace(at, kNumber.size(), number);
      at += number.size();
    }
    return record;
  }

  std::string name_;
  std::string payload_;
  TimeMs interval_ms_;
  uint64_t count_;
  uint64_t given_ = 0;
  int fd_ = -1;
};

}  // namespace

void RegisterTimerSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "timer";
  spec.summary =
      "Makes a record again and again: by the clock, or, without an interval, as fast as they are "
      "taken.";
  spec.example =
      "@source(type='timer', interval='1 sec', count='10', payload=\"\"\"{\"n\":{{n}}}\"\"\",\n"
      "  @map(type='json'))\n"
      "define stream Ticks (n long);";
  spec.options = {{"payload", "The record; {{n}} in it is its number, from 1.", nullptr,
                   OptionSpec::Kind::kText, true},
                  {"interval", "From one to the next; else they come as fast as they are taken.",
                   nullptr, OptionSpec::Kind::kDuration},
                  {"count", "How many there are; 0: no end.", "0", OptionSpec::Kind::kNumber}};
  spec.make = [](const Options& options,
                 const TransportPlace& place) -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(
        std::make_unique<TimerSource>(options, "timer of " + place.stream));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
