#include "base/state_reader.h"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

// Reads what AppendOrdered of the writer wrote and drops it from `key`; false: it is not there.
bool TakeOrdered(std::string_view* key, uint64_t* number) {
  if (key->empty()) return false;
  const auto bytes = static_cast<uint8_t>((*key)[0]);
  if (bytes > 8 || key->size() < 1u + bytes) return false;
  *number = 0;
  for (size_t b = 1; b <= bytes; ++b) *number = *number << 8 | static_cast<uint8_t>((*key)[b]);
  key->remove_prefix(1u + bytes);
  return true;
}

}  // namespace

void StateReader::Fail(std::string_view reason) {
  if (!status_.ok()) return;
  const std::string owner = key_.substr(0, key_.find('\0'));
  status_ = Status(StatusCode::kDataError,
                   "state of '" + owner + "' cannot be read: " + std::string(reason));
}

StateReader::Frame& StateReader::Push(size_t key_size) {
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  frame.key_size = key_size;
  frame.sections = 0;
  frame.at = 0;
  frame.bytes = source_->value();
  source_->Next();
  if (!source_->status().ok() && status_.ok()) status_ = source_->status();
  return frame;
}

// Whoever reads less than was written has another idea of the layout.
void StateReader::Pop() {
  const Frame& frame = frames_[depth_ - 1];
  Check(frame.at == frame.bytes.size(), "a record is longer than expected");
  Check(!source_->valid() || source_->key().substr(0, frame.key_size) != key_,
        "there are more parts than expected");
  --depth_;
}

bool StateReader::BeginOwner(std::string_view name) {
  CHECK_EQ(depth_, 0u);
  if (skipped_.count(std::string(name)) > 0) return false;
  key_ = name;
  key_.push_back('\0');
  source_->Seek(key_);
  if (!source_->status().ok() && status_.ok()) status_ = source_->status();
  if (!ok() || !source_->valid() || source_->key() != key_) return false;
  Push(key_.size());
  return true;
}

void StateReader::EndOwner() {
  CHECK_EQ(depth_, 1u);
  Pop();
}

bool StateReader::NextPart(uint32_t section, uint8_t* key_group, uint64_t* number) {
  if (!ok() || !source_->valid()) return false;
  const size_t parent = frames_[depth_ - 1].key_size;
  std::string_view key = source_->key();
  if (key.size() <= parent || key.substr(0, parent) != key_) return false;
  std::string_view rest = key.substr(parent);
  uint64_t found = 0;
  const bool readable = TakeOrdered(&rest, &found);
  if (readable && found > section) return false;
  if (!readable || found < section || rest.empty()) {
    Fail("there are more parts than expected");
    return false;
  }
  *key_group = static_cast<uint8_t>(rest[0]);
  rest.remove_prefix(1);
  if (!TakeOrdered(&rest, number) || !rest.empty()) {
    Fail("a record is missing");
    return false;
  }
  key_ = key;
  Push(key_.size());
  if (ok()) return true;
  EndPart();
  return false;
}

void StateReader::EndPart() {
  CHECK(depth_ > 1);
  Pop();
  key_.resize(frames_[depth_ - 1].key_size);
}

void StateReader::ReadBytes(void* bytes, size_t size) {
  Frame& frame = frames_[depth_ - 1];
  if (!Check(size <= frame.bytes.size() - frame.at, "a record is shorter than expected")) {
    std::memset(bytes, 0, size);
    return;
  }
  std::memcpy(bytes, frame.bytes.data() + frame.at, size);
  frame.at += size;
}

uint64_t StateReader::ReadSize() {
  uint64_t size = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte = 0;
    ReadBytes(&byte, 1);
    size |= uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return ok() ? size : 0;
  }
  Fail("a number has too many bytes");
  return 0;
}

uint64_t StateReader::ReadSize(size_t bytes) {
  const uint64_t size = ReadSize();
  const Frame& frame = frames_[depth_ - 1];
  const uint64_t there = (frame.bytes.size() - frame.at) / std::max<size_t>(bytes, 1);
  return Check(size <= there, "a sequence is longer than its record") ? size : 0;
}

std::string StateReader::ReadText() {
  const uint64_t size = ReadSize(1);
  std::string text(size, '\0');
  ReadBytes(text.data(), size);
  return text;
}

}  // namespace weir
