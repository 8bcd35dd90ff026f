#include "runtime/source_input.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "types/value.h"

namespace weir {
namespace {

const std::string kNoQuery;

// Among events sent by who waits for a receipt: they need not be allowed to ask.
const BadRecord kHiddenQuery{BadRecordKind::kShape, "an on-demand query among events"};

// The whole of a payload as an on-demand query.
class QueryDecoder final : public Decoder {
 public:
  Space Reserve() override {
    bytes_.resize(size_ + kPieceBytes);
    return {bytes_.data() + size_, kPieceBytes};
  }
  void Commit(size_t size) override { size_ += size; }
  void Finish() override { bytes_.resize(size_); }
  State Read(size_t, size_t, MessageBatch*) override {
    return std::exchange(read_, true) ? State::kEnd : State::kQuery;
  }
  const std::string& query() const override { return bytes_; }
  uint64_t bytes_read() const override { return read_ ? size_ : 0; }
  uint64_t lines_read() const override { return 0; }

 private:
  static constexpr size_t kPieceBytes = 1024;

  std::string bytes_;
  size_t size_ = 0;
  bool read_ = false;
};

}  // namespace

struct SourceInput::Channel : BadRecordSink {
  bool OnBadRecord(uint64_t line, const BadRecord& bad) override {
    if (known_bytes > 0) return true;  // it was told of then
    if (receipt.bad++ == 0) receipt.first_bad = bad.reason;
    surroundings->bad_records->Add(name, line, bad);
    return !surroundings->stop_at_bad_record;
  }
  void OnRawBytes(std::string_view piece, bool last) override {
    if (known_bytes > 0) return;
    surroundings->bad_records->AddRaw(piece, last);
  }

  uint64_t number = 0;
  std::string name;
  const Surroundings* surroundings = nullptr;
  std::unique_ptr<Decoder> decoder;
  bool is_payload = false;
  bool asks = false;        // a payload that is a query
  bool may_change = false;  // the query may
  bool is_ready = false;
  bool ended = false;
  uint64_t known_bytes = 0;  // begins with so many that another process is done with
  PayloadReceipt receipt;
};

bool SourceInput::IsHidden(const Channel& channel) {
  return channel.is_payload && channel.number != 0 && !channel.asks;
}

SourceInput::SourceInput(std::string name, std::unique_ptr<Source> source, MakeDecoder make_decoder,
                         DecoderPlace place, Surroundings surroundings)
    : name_(std::move(name)),
      source_(std::move(source)),
      make_decoder_(std::move(make_decoder)),
      place_(std::move(place)),
      surroundings_(surroundings) {}

SourceInput::~SourceInput() = default;

std::unique_ptr<SourceInput::Channel> SourceInput::MakeChannel(uint64_t number,
                                                               std::string_view name) {
  auto channel = std::make_unique<Channel>();
  channel->number = number;
  channel->name = name;
  channel->surroundings = &surroundings_;
  return channel;
}

DecoderPlace SourceInput::PlaceOf(Channel* channel, bool whole) const {
  DecoderPlace place = place_;
  place.bad_records = channel;
  place.whole = whole;
  if (place.given.empty()) return place;
  std::vector<std::optional<std::string>> known = source_->Properties(channel->number);
  known.resize(place.given.size());
  for (size_t i = 0; i < known.size(); ++i) place.given[i].text = std::move(known[i]);
  return place;
}

SourceInput::Channel* SourceInput::Find(uint64_t number, std::string_view name) {
  std::unique_ptr<Channel>& channel = channels_[number];
  if (channel == nullptr) {
    channel = MakeChannel(number, name);
    channel->known_bytes = std::exchange(known_bytes_, 0);
    channel->decoder = make_decoder_(PlaceOf(channel.get(), /*whole=*/false));
  }
  return channel.get();
}

void SourceInput::MarkReady(Channel* channel) {
  if (channel->is_ready) return;
  channel->is_ready = true;
  ready_.push_back(channel);
}

void SourceInput::OnBytes(uint64_t number, std::string_view name, std::string_view bytes) {
  Channel* channel = Find(number, name);
  channel->decoder->Put(bytes);
  bytes_ += bytes.size();
  MarkReady(channel);
}

void SourceInput::OnEnd(uint64_t number, bool whole) {
  const auto at = channels_.find(number);
  if (at == channels_.end()) return;
  if (whole) at->second->decoder->Finish();
  at->second->ended = true;
  MarkReady(at->second.get());
}

void SourceInput::OnPayload(uint64_t number, std::string_view name, std::string_view bytes,
                            PayloadKind kind) {
  std::unique_ptr<Channel> channel = MakeChannel(number, name);
  channel->is_payload = true;
  channel->asks = kind == PayloadKind::kQuery || kind == PayloadKind::kReadOnlyQuery;
  channel->may_change = kind != PayloadKind::kReadOnlyQuery;
  if (channel->asks) {
    channel->decoder = std::make_unique<QueryDecoder>();
  } else {
    DecoderPlace place = PlaceOf(channel.get(), kind == PayloadKind::kRecord);
    place.limits.buffer_bytes = std::clamp<size_t>(bytes.size(), 64, place.limits.buffer_bytes);
    channel->decoder = make_decoder_(place);
  }
  channel->decoder->Put(bytes);
  channel->decoder->Finish();
  channel->ended = true;
  bytes_ += bytes.size();
  MarkReady(channel.get());
  payloads_.push_back(std::move(channel));
}

// Read once more, since what comes first (a header) may say what the rest means.
bool SourceInput::PassKnown(Channel* channel) {
  MessageBatch known(*place_.formats);
  while (channel->decoder->bytes_read() < channel->known_bytes) {
    const Decoder::State state = channel->decoder->Read(1, 1, &known);
    known.Clear();
    if (state == Decoder::State::kNeedBytes || state == Decoder::State::kEnd) return false;
  }
  channel->known_bytes = 0;
  return true;
}

std::string SourceInput::Position() const {
  uint64_t bytes = last_place_bytes_;
  std::string place = last_place_;
  if (!channels_.empty()) {
    const Channel& channel = *channels_.begin()->second;
    place = source_->PlaceOf(channel.number);
    bytes = std::max(channel.known_bytes, channel.decoder->bytes_read());
  }
  return place.empty() ? "" : std::to_string(bytes) + " " + place;
}

Result<bool> SourceInput::Resume(const std::string& position) {
  uint64_t bytes = 0;
  const char* end = position.data() + position.size();
  const auto read = std::from_chars(position.data(), end, bytes);
  if (read.ec != std::errc() || read.ptr == end) return false;
  const Result<bool> resumed = source_->Resume(std::string(read.ptr + 1, end), bytes);
  if (resumed.ok() && resumed.value()) known_bytes_ = bytes;
  return resumed;
}

void SourceInput::Pass(Channel* channel) {
  channel->is_ready = false;
  ready_.pop_front();
  if (!channel->ended) return;
  if (!channel->is_payload) {
    last_place_ = source_->PlaceOf(channel->number);
    last_place_bytes_ = channel->decoder->bytes_read();
    channels_.erase(channel->number);
    return;
  }
  if (channel->number != 0) {
    receipts_.emplace_back(channel->number, std::move(channel->receipt));
  }
  payloads_.pop_front();  // payloads become ready in the order in which they came
}

Decoder::State SourceInput::Read(size_t messages_max, size_t rows_max, MessageBatch* batch) {
  asking_ = nullptr;
  while (!ready_.empty()) {
    Channel* channel = ready_.front();
    if (channel->known_bytes > 0 && !PassKnown(channel)) {
      Pass(channel);
      continue;
    }
    const size_t before = batch->messages.size();
    const Decoder::State state = channel->decoder->Read(messages_max, rows_max, batch);
    channel->receipt.accepted += batch->messages.size() - before;
    if (source_->wants_progress()) NoteProgress(*channel);
    switch (state) {
      case Decoder::State::kQuery:
        if (IsHidden(*channel)) {
          channel->OnBadRecord(channel->decoder->lines_read() + 1, kHiddenQuery);
          break;
        }
        asking_ = channel;
        return state;
      case Decoder::State::kFull:
      case Decoder::State::kStopped:
        return state;
      case Decoder::State::kNeedBytes:
      case Decoder::State::kEnd:
        Pass(channel);
        break;
    }
  }
  return source_->ended() && channels_.empty() ? Decoder::State::kEnd : Decoder::State::kNeedBytes;
}

void SourceInput::NoteProgress(const Channel& channel) {
  if (channel.is_payload || channel.decoder->lines_read() == 0) return;
  progress_[channel.number] = channel.decoder->lines_read();
}

const std::string& SourceInput::query() const {
  return asking_ == nullptr ? kNoQuery : asking_->decoder->query();
}

bool SourceInput::query_may_change() const {
  return asking_ == nullptr || !asking_->asks || asking_->may_change;
}

// Who waits for a receipt gets the answer with it.
bool SourceInput::TakeAnswer(const std::string& line) {
  if (asking_ == nullptr || !asking_->asks || asking_->number == 0) return false;
  std::string error = "{\"query\":";
  AppendStringJson(asking_->decoder->query(), &error);
  asking_->receipt.refused = line.starts_with(error + ",\"error\":");
  asking_->receipt.answer = line;
  return true;
}

void SourceInput::AfterBatch() {
  for (const auto& [channel, receipt] : receipts_) source_->OnReceipt(channel, receipt);
  receipts_.clear();
  for (const auto& [channel, lines] : progress_) source_->OnProgress(channel, lines);
  progress_.clear();
}

}  // namespace weir
