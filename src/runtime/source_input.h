#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "io/codec.h"
#include "io/transport.h"
#include "runtime/bad_record_log.h"
#include "runtime/input.h"

namespace weir {

// A source of the app as an input: every channel of the source has a decoder of its own, and
// messages are taken in the order in which their bytes came.
class SourceInput final : public Input, public SourceOutput {
 public:
  struct Surroundings {
    bool stop_at_bad_record = false;
    BadRecordLog* bad_records = nullptr;  // outlives the input
  };
  // `place` is that of each decoder, without what takes bad records and whether it is a payload.
  SourceInput(std::string name, std::unique_ptr<Source> source, MakeDecoder make_decoder,
              DecoderPlace place, Surroundings surroundings);
  ~SourceInput() override;

  int fd() const override { return source_->poll_fd(); }
  Status Fill() override { return source_->Take(this); }
  Decoder::State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override;
  const std::string& query() const override;
  bool query_may_change() const override;
  bool TakeAnswer(const std::string& line) override;
  bool owes_receipts() const override { return !receipts_.empty() || !progress_.empty(); }
  void AfterBatch() override;
  uint64_t bytes() const override { return bytes_; }
  const std::string& path() const override { return name_; }
  std::string Position() const override;
  Result<bool> Resume(const std::string& position) override;

  void OnBytes(uint64_t channel, std::string_view name, std::string_view bytes) override;
  void OnEnd(uint64_t channel, bool whole) override;
  void OnPayload(uint64_t channel, std::string_view name, std::string_view bytes,
                 PayloadKind kind) override;

 private:
  struct Channel;
  // Its events may not hold queries.
  static bool IsHidden(const Channel& channel);
  Channel* Find(uint64_t number, std::string_view name);
  std::unique_ptr<Channel> MakeChannel(uint64_t number, std::string_view name);
  DecoderPlace PlaceOf(Channel* channel, bool whole) const;
  void MarkReady(Channel* channel);
  void NoteProgress(const Channel& channel);
  // Decodes what another process is done with; false if there is more of it.
  bool PassKnown(Channel* channel);
  // The first ready channel has nothing more to give for now.
  void Pass(Channel* channel);

  std::string name_;  // for the user
  std::unique_ptr<Source> source_;
  MakeDecoder make_decoder_;
  DecoderPlace place_;
  Surroundings surroundings_;
  std::map<uint64_t, std::unique_ptr<Channel>> channels_;
  std::deque<std::unique_ptr<Channel>> payloads_;  // in order of arrival
  std::deque<Channel*> ready_;                     // channels that may hold whole records
  std::vector<std::pair<uint64_t, PayloadReceipt>> receipts_;  // of what is not run yet
  Channel* asking_ = nullptr;                                  // holds query()
  std::map<uint64_t, uint64_t> progress_;  // lines that were read since, in all, by channel
  uint64_t bytes_ = 0;
  uint64_t known_bytes_ = 0;       // of the first channel that comes
  std::string last_place_;         // of the last channel that has ended
  uint64_t last_place_bytes_ = 0;  // all of it
};

}  // namespace weir
