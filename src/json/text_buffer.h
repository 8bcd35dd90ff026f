#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir {

// Bytes to be written out: grows, never shrinks, so that steady output allocates nothing.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  size_t size() const { return size_; }
  std::string_view view() const { return {data_.get(), size_}; }
  void clear() { size_ = 0; }

  // Room for `size` more bytes; what is written there counts once Advance says how much it was.
  char* Reserve(size_t size) {
    if (size > capacity_ - size_) Grow(size);
    return data_.get() + size_;
  }
  void Advance(const char* end) { size_ = static_cast<size_t>(end - data_.get()); }

  void Append(std::string_view text) {
    if (text.empty()) return;  // memcpy takes no null, even for nothing
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Append(char c) {
    *Reserve(1) = c;
    ++size_;
  }

 private:
  void Grow(size_t size);

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace weir
