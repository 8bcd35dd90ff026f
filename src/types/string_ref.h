#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

// A string of a column: 16 bytes, up to 12 characters inline, else length, 4-byte prefix and a
// pointer into memory that the column keeps alive. Equality needs at most one pointer chase.
// Unused inline bytes are zero, so two short strings are equal iff their 16 bytes are.
class StringRef {
 public:
  static constexpr uint32_t kInlineSize = 12;

  StringRef() : size_(0) { std::memset(inline_, 0, sizeof(inline_)); }
  // `data` must outlive the reference if it is longer than kInlineSize.
  StringRef(const char* data, uint32_t size) : size_(size) {
    if (size <= kInlineSize) {
      std::memset(inline_, 0, sizeof(inline_));
      std::memcpy(inline_, data, size);
    } else {
      std::memcpy(inline_, data, 4);
      std::memcpy(inline_ + 4, &data, sizeof(data));
    }
  }
  explicit StringRef(std::string_view text)
      : StringRef(text.data(), static_cast<uint32_t>(text.size())) {}

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineSize; }
  const char* data() const {
    if (is_inline()) return inline_;
    const char* pointer;
    std::memcpy(&pointer, inline_ + 4, sizeof(pointer));
    return pointer;
  }
  // Valid only as long as this object (inline) or the referenced memory.
  std::string_view view() const { return {data(), size_}; }

  friend bool operator==(const StringRef& a, const StringRef& b) {
    uint64_t a0, b0, a1, b1;
    std::memcpy(&a0, &a, 8);
    std::memcpy(&b0, &b, 8);
    if (a0 != b0) return false;  // length or first four characters differ
    std::memcpy(&a1, reinterpret_cast<const char*>(&a) + 8, 8);
    std::memcpy(&b1, reinterpret_cast<const char*>(&b) + 8, 8);
    if (a1 == b1) return true;
    return !a.is_inline() && std::memcmp(a.data(), b.data(), a.size_) == 0;
  }

 private:
  uint32_t size_;
  char inline_[kInlineSize];
};
static_assert(sizeof(StringRef) == 16);

}  // namespace weir
