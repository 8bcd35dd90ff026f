#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/ndjson_reader.h"
#include "json/row_writer.h"

namespace weir {

// What a reader made of some bytes, as text: one line per message, query and bad record.
class ReaderFixture : public BadRecordSink {
 public:
  struct Pieces {
    size_t bytes = SIZE_MAX;  // handed over at a time
    size_t messages = 2048;   // read at a time
  };

  explicit ReaderFixture(StreamFormats formats) : formats_(std::move(formats)) {}

  static StreamFormat Format(const std::string& name, std::vector<Attribute> attributes) {
    StreamFormat format;
    format.name = name;
    format.schema = std::make_shared<const Schema>(std::move(attributes));
    return format;
  }

  LineRules rules;
  ReaderLimits limits;
  bool stop_at_bad_record = false;
  std::string raw;  // of bad records

  std::string Read(std::string_view bytes) { return Read(bytes, Pieces()); }

  // With a reader of its own for each line, so that no layout is ever known.
  std::string ReadLineByLine(const std::string& text) {
    std::string result;
    uint64_t line = 0;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
      std::string one = Read(text.substr(begin, end - begin));
      ++line;
      if (one.substr(0, 6) == "bad 1:") one = "bad " + std::to_string(line) + one.substr(5);
      result += one;
      begin = end;
    }
    return result;
  }

  std::string Read(std::string_view bytes, Pieces pieces) {
    NdjsonReader reader(formats_, rules, limits, this);
    return ReadWith(&reader, bytes, pieces);
  }

  // With another reader, which tells this fixture of bad records.
  template <class Reader>
  std::string ReadWith(Reader* reader, std::string_view bytes, Pieces pieces) {
    text_.clear();
    raw.clear();
    MessageBatch batch(formats_);
    batch_ = &batch;
    for (;;) {
      const NdjsonReader::State state = reader->Read(pieces.messages, SIZE_MAX, &batch);
      AppendBatch(&batch);
      switch (state) {
        case NdjsonReader::State::kFull:
          break;
        case NdjsonReader::State::kQuery:
          text_ += "query " + reader->query() + "\n";
          break;
        case NdjsonReader::State::kNeedBytes: {
          if (bytes.empty()) {
            reader->Finish();
            break;
          }
          const NdjsonReader::Space space = reader->Reserve();
          const size_t size = std::min({space.size, bytes.size(), pieces.bytes});
          std::copy_n(bytes.data(), size, space.data);
          reader->Commit(size);
          bytes.remove_prefix(size);
          break;
        }
        case NdjsonReader::State::kStopped:
          return text_ + "stopped\n";
        case NdjsonReader::State::kEnd:
          return text_;
      }
    }
  }

  const StreamFormats& formats() const { return formats_; }

 private:
  bool OnBadRecord(uint64_t line, const BadRecord& bad) override {
    bad_.emplace_back(batch_->messages.size(),
                      "bad " + std::to_string(line) + ": " + bad.reason + "\n");
    return !stop_at_bad_record;
  }
  void OnRawBytes(std::string_view piece, bool last) override {
    raw += piece;
    if (last) raw += "\n";
  }

  // Appends the bad records that stand before the n-th message of the batch.
  void AppendBad(size_t n) {
    for (; next_bad_ < bad_.size() && bad_[next_bad_].first <= n; ++next_bad_) {
      text_ += bad_[next_bad_].second;
    }
  }

  void AppendBatch(MessageBatch* batch) {
    std::vector<Chunk> chunks;
    for (size_t s = 0; s < formats_.size(); ++s) {
      StreamRows& rows = batch->streams[s];
      auto meta = std::make_shared<RowMeta>();
      meta->timestamps = rows.timestamps;
      meta->moments.resize(rows.size());
      std::vector<ColumnPtr> columns;
      for (ColumnBuilder& column : rows.columns) columns.push_back(column.Finish());
      chunks.emplace_back(formats_[s].schema, std::move(columns), std::move(meta));
    }
    std::vector<uint32_t> next(formats_.size(), 0);
    for (size_t m = 0; m < batch->messages.size(); ++m) {
      const BatchMessage& message = batch->messages[m];
      AppendBad(m);
      if (message.stream == BatchMessage::kClockStep) {
        text_ += "clock " + std::to_string(message.time) + "\n";
        continue;
      }
      text_ += formats_[message.stream].name;
      for (uint32_t i = 0; i < message.rows; ++i) {
        AppendRow(chunks[message.stream], next[message.stream]++);
      }
      text_ += "\n";
    }
    AppendBad(batch->messages.size());
    bad_.clear();
    next_bad_ = 0;
    batch->Clear();
  }

  void AppendRow(const Chunk& chunk, uint32_t row) {
    const TimeMs time = chunk.timestamp(row);
    TextBuffer values;
    RowWriter(chunk.schema(), {}).WriteValues(chunk, row, &values);
    text_ += " @" + (time == kNoTime ? std::string("-") : std::to_string(time)) + " ";
    text_ += values.view();
  }

  StreamFormats formats_;
  std::string text_;
  MessageBatch* batch_ = nullptr;
  std::vector<std::pair<size_t, std::string>> bad_;  // each with the message it stands before
  size_t next_bad_ = 0;
};

}  // namespace weir
