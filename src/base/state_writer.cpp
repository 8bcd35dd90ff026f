#include "base/state_writer.h"

#include <bit>

namespace weir {
namespace {

// A byte that counts the bytes that follow, big-endian: in bytewise order as the numbers are.
void AppendOrdered(uint64_t number, std::string* key) {
  const int bytes = (std::bit_width(number) + 7) / 8;
  key->push_back(static_cast<char>(bytes));
  for (int b = bytes - 1; b >= 0; --b) key->push_back(static_cast<char>(number >> (8 * b)));
}

}  // namespace

StateWriter::Frame& StateWriter::Push() {
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  frame.bytes.clear();
  frame.sections = 0;
  return frame;
}

void StateWriter::BeginOwner(std::string_view name) {
  CHECK(depth_ == 0 && name.find('\0') == std::string_view::npos);
  key_ = name;
  key_.push_back('\0');
  Push().key_size = key_.size();
}

void StateWriter::EndOwner() {
  CHECK_EQ(depth_, 1u);
  sink_->Put(key_, frames_[--depth_].bytes);
}

void StateWriter::BeginPart(uint32_t section, uint8_t key_group, uint64_t number) {
  AppendOrdered(section, &key_);
  key_.push_back(static_cast<char>(key_group));
  AppendOrdered(number, &key_);
  Push().key_size = key_.size();
}

void StateWriter::EndPart() {
  CHECK(depth_ > 1);
  sink_->Put(key_, frames_[--depth_].bytes);
  key_.resize(frames_[depth_ - 1].key_size);
}

void StateWriter::WriteSize(uint64_t size) {
  std::string& bytes = frames_[depth_ - 1].bytes;
  for (; size >= 0x80; size >>= 7) bytes.push_back(static_cast<char>(size | 0x80));
  bytes.push_back(static_cast<char>(size));
}

}  // namespace weir
