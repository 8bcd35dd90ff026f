#include <algorithm>
#include <map>
#include <tuple>

#include "bind/bound_app.h"
#include "runtime/app_impl.h"
#include "runtime/distributed_sink.h"
#include "runtime/sink_set.h"
#include "runtime/state_view.h"
#include "state/dead_letters.h"
#include "weir/dead_letters.h"

namespace weir {
namespace {

// A directory of dead letters that is looked at.
class LetterView {
 public:
  static Outcome Open(const DeadLetterLocation& location, LetterView* view) {
    Result<std::optional<KeyRing>> keys = ReadKeys(location.key_file, location.key_variable);
    if (!keys.ok()) return ToOutcome(keys.status());
    if (keys.value()) view->sealing_ = std::make_unique<Sealing>(std::move(*keys.value()));
    view->directory_ = location.directory.empty()
                           ? JoinPath(location.state_directory, kDeadLetterFolder)
                           : location.directory;
    const Result<bool> is_directory = PosixFileSystem().IsDirectory(view->directory_);
    if (!is_directory.ok()) return ViewOutcome(is_directory.status());
    if (is_directory.value()) return {};
    return {OutcomeCode::kNoInput, view->directory_ + ": not a directory"};
  }

  Outcome Read(const DeadLetterRange& range, const TakeDeadLetter& take) const {
    return ViewOutcome(ReadDeadLetters(
        &PosixFileSystem(), directory_, sealing_.get(), {range.from, range.to},
        [&](uint64_t number, const DeadLetter& letter) {
          return (!range.stream.empty() && letter.stream != range.stream) || take(number, letter);
        }));
  }

  Outcome Drop(const std::vector<uint64_t>& numbers) const {
    std::vector<DeadLetterSpan> spans;
    for (const uint64_t number : numbers) {
      if (!spans.empty() && spans.back().to + 1 == number) {
        spans.back().to = number;
      } else {
        spans.push_back({number, number});
      }
    }
    if (spans.empty()) return {};
    return ViewOutcome(DropDeadLetters(&PosixFileSystem(), directory_, std::move(spans)));
  }

 private:
  std::string directory_;
  std::unique_ptr<Sealing> sealing_;
};

JsonLine& WriteOrigin(const DeadLetter& letter, JsonLine* line) {
  line->Text("stream", letter.stream);
  return letter.sink.empty() ? line->Text("query", letter.query) : line->Text("sink", letter.sink);
}

// Letters on their way to one sink.
class Resender {
 public:
  Resender(const BoundStream& stream, const BoundSink& bound) : stream_(stream), bound_(bound) {}

  Status Open(const App::Impl& app, const ReplayDeadLettersOptions& options) {
    TransportPlace place;
    place.app = app.bound.name;
    place.stream = stream_.name;
    place.schema = stream_.schema;
    place.insecure = options.insecure;
    place.tells_lost = true;
    place.stop = options.stop;
    place.report = options.report;
    TextBuffer head;
    bound_.make_encoder()->WriteHead(&head);
    place.head = head.view();
    if (bound_.destinations.size() > 1 && bound_.strategy == SinkStrategy::kPartitioned) {
      return Status::NotSupported(
          "letters of a sink with @distribution by key cannot be sent again as they are "
          "(weir deadletters show --events gives its events)");
    }
    Result<std::unique_ptr<Sink>> sink = MakeSink(bound_, place, /*lost_fds=*/nullptr);
    if (!sink.ok()) return sink.status();
    sink_ = std::move(sink).value();
    return sink_->Open();
  }

  Status Send(uint64_t number, const std::string& record) {
    const Status status = sink_->Write({record, nullptr, 0});
    if (status.ok()) taken_.push_back(number);
    return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
  }

  // The numbers of the letters that were delivered.
  Status Close(std::vector<uint64_t>* delivered) {
    if (sink_ == nullptr) return Status::Ok();
    const Status status = sink_->Close();
    const uint64_t settled = sink_->settled();
    std::vector<bool> gone(taken_.size(), true);
    std::fill(gone.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(settled, gone.size())),
              gone.end(), false);
    for (const LostRecords& lost : sink_->TakeLost()) {
      for (uint64_t i = lost.first; i < lost.first + lost.count; ++i) gone[i - 1] = false;
    }
    for (size_t i = 0; i < gone.size(); ++i) {
      if (gone[i]) delivered->push_back(taken_[i]);
    }
    return status;
  }

 private:
  const BoundStream& stream_;
  const BoundSink& bound_;
  std::unique_ptr<Sink> sink_;
  std::vector<uint64_t> taken_;
};

// The sink that letters know by that name.
const BoundSink* FindSink(const BoundStream& stream, const std::string& name) {
  for (size_t i = 0; i < stream.sinks.size(); ++i) {
    const BoundSink& sink = stream.sinks[i];
    if (sink.on_error == SinkOnError::kStore && ShortSinkName(stream, i) == name) return &sink;
  }
  return nullptr;
}

}  // namespace

Outcome ListDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        const LineSink& out) {
  LetterView view;
  Outcome outcome = LetterView::Open(location, &view);
  if (!outcome.ok()) return outcome;
  struct Sum {
    uint64_t letters = 0, first = 0, last = 0;
    int64_t oldest = 0, newest = 0;
    DeadLetter sample;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Sum> sums;
  outcome = view.Read(range, [&](uint64_t number, const DeadLetter& letter) {
    Sum& sum = sums[{letter.stream, letter.sink, letter.query}];
    if (sum.letters++ == 0) {
      sum.first = number;
      sum.oldest = sum.newest = letter.stored_ms;
    }
    sum.last = number;
    sum.oldest = std::min(sum.oldest, letter.stored_ms);
    sum.newest = std::max(sum.newest, letter.stored_ms);
    sum.sample = letter;
    return true;
  });
  if (!outcome.ok()) return outcome;
  for (const auto& [key, sum] : sums) {
    JsonLine line;
    if (!out(WriteOrigin(sum.sample, &line)
                 .Number("letters", sum.letters)
                 .Number("first", sum.first)
                 .Number("last", sum.last)
                 .Number("oldest_at", sum.oldest)
                 .Number("newest_at", sum.newest)
                 .Text("last_error", sum.sample.error)
                 .End())) {
      break;
    }
  }
  return {};
}

Outcome ShowDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        bool events, const LineSink& out) {
  LetterView view;
  const Outcome opened = LetterView::Open(location, &view);
  if (!opened.ok()) return opened;
  return view.Read(range, [&](uint64_t number, const DeadLetter& letter) {
    JsonLine line;
    if (events) {
      return out(line.Text("stream", letter.stream)
                     .Number("timestamp", letter.timestamp_ms)
                     .Raw("event", letter.event)
                     .End());
    }
    line.Number("letter", number).Number("stored_at", letter.stored_ms);
    WriteOrigin(letter, &line)
        .Text("error", letter.error)
        .Number("timestamp", letter.timestamp_ms)
        .Raw("event", letter.event);
    if (!letter.sink.empty()) line.Text("record", letter.record);
    return out(line.End());
  });
}

Outcome ReplayDeadLetters(const std::shared_ptr<const App>& app,
                          const ReplayDeadLettersOptions& options, const LineSink& out) {
  LetterView view;
  Outcome outcome = LetterView::Open(options.location, &view);
  if (!outcome.ok()) return outcome;
  std::map<const BoundSink*, Resender> resenders;
  uint64_t letters = 0, for_sinks = 0;
  Status status;
  outcome = view.Read(options.range, [&](uint64_t number, const DeadLetter& letter) {
    ++letters;
    const BoundStream* stream = app->impl().bound.FindStream(letter.stream);
    const BoundSink* sink = stream == nullptr ? nullptr : FindSink(*stream, letter.sink);
    if (sink == nullptr) return true;
    ++for_sinks;
    const auto [at, is_new] = resenders.try_emplace(sink, *stream, *sink);
    if (is_new) status = at->second.Open(app->impl(), options);
    if (status.ok()) status = at->second.Send(number, letter.record);
    return status.ok() && (options.stop == nullptr || !options.stop->requested());
  });
  std::vector<uint64_t> delivered;
  for (auto& [sink, resender] : resenders) {
    const Status closed = resender.Close(&delivered);
    if (status.ok()) status = closed;
  }
  std::sort(delivered.begin(), delivered.end());
  const Outcome dropped = view.Drop(delivered);
  if (!outcome.ok()) return outcome;
  if (!status.ok()) return ToOutcome(status);
  if (!dropped.ok()) return dropped;
  out(JsonLine()
          .Number("delivered", uint64_t{delivered.size()})
          .Number("left", letters - delivered.size())
          .End());
  if (delivered.size() == for_sinks) return {};
  return {OutcomeCode::kIo,
          std::to_string(for_sinks - delivered.size()) + " dead letters were not delivered"};
}

Outcome DropDeadLetters(const DeadLetterLocation& location, const DeadLetterRange& range,
                        const LineSink& out) {
  LetterView view;
  Outcome outcome = LetterView::Open(location, &view);
  if (!outcome.ok()) return outcome;
  std::vector<uint64_t> numbers;
  outcome = view.Read(range, [&](uint64_t number, const DeadLetter&) {
    numbers.push_back(number);
    return true;
  });
  if (outcome.ok()) outcome = view.Drop(numbers);
  if (!outcome.ok()) return outcome;
  out(JsonLine().Number("dropped", uint64_t{numbers.size()}).End());
  return {};
}

}  // namespace weir
