#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace weir {

// Bump allocator for bytes that live as long as the arena. Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Returns `size` bytes, unaligned; valid until the arena goes.
  char* Allocate(size_t size) {
    if (size > left_) Grow(size);
    char* result = next_;
    next_ += size;
    left_ -= size;
    return result;
  }

  const char* Copy(std::string_view text) {
    char* to = Allocate(text.size());
    std::memcpy(to, text.data(), text.size());
    return to;
  }

  size_t bytes_reserved() const { return reserved_; }

 private:
  void Grow(size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t reserved_ = 0;
};

}  // namespace weir
