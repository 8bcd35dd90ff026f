#include "runtime/source_input.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace weir {
namespace {

const std::string kNoQuery;

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
  bool is_ready = false;
  bool ended = false;
  uint64_t known_bytes = 0;  // begins with so many that another process is done with
  PayloadReceipt receipt;
};

SourceInput::SourceInput(std::string name, std::unique_ptr<Source> source, MakeDecoder make_decoder,
                         DecoderPlace place, Surroundings surroundings)
    : name_(std::move(name)),
      source_(std::move(source)),
      make_decoder_(std::move(make_decoder)),
      place_(std::move(place)),
      surroundings_(surroundings) {}

SourceInput::~SourceInput() = default;

SourceInput::Channel* SourceInput::Find(uint64_t number, std::string_view name, bool payload) {
  if (!payload) {
    const auto at = channels_.find(number);
    if (at != channels_.end()) return at->second.get();
  }
  auto channel = std::make_unique<Channel>();
  channel->number = number;
  channel->name = name;
  channel->surroundings = &surroundings_;
  channel->is_payload = payload;
  if (!payload) channel->known_bytes = std::exchange(known_bytes_, 0);
  DecoderPlace place = place_;
  place.bad_records = channel.get();
  place.whole = payload;
  channel->decoder = make_decoder_(place);
  Channel* made = channel.get();
  if (payload) {
    payloads_.push_back(std::move(channel));
  } else {
    channels_.emplace(number, std::move(channel));
  }
  return made;
}

void SourceInput::MarkReady(Channel* channel) {
  if (channel->is_ready) return;
  channel->is_ready = true;
  ready_.push_back(channel);
}

void SourceInput::OnBytes(uint64_t number, std::string_view name, std::string_view bytes) {
  Channel* channel = Find(number, name, /*payload=*/false);
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

void SourceInput::OnPayload(uint64_t number, std::string_view name, std::string_view bytes) {
  Channel* channel = Find(number, name, /*payload=*/true);
  channel->decoder->Put(bytes);
  channel->decoder->Finish();
  channel->ended = true;
  bytes_ += bytes.size();
  MarkReady(channel);
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
    switch (state) {
      case Decoder::State::kQuery:
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

const std::string& SourceInput::query() const {
  return asking_ == nullptr ? kNoQuery : asking_->decoder->query();
}

// Who waits for a receipt gets the answer with it.
bool SourceInput::TakeAnswer(const std::string& line) {
  if (asking_ == nullptr || !asking_->is_payload || asking_->number == 0) return false;
  if (!asking_->receipt.answer.empty()) asking_->receipt.answer += '\n';
  asking_->receipt.answer += line;
  return true;
}

void SourceInput::AfterBatch() {
  for (const auto& [channel, receipt] : receipts_) source_->OnReceipt(channel, receipt);
  receipts_.clear();
}

}  // namespace weir
