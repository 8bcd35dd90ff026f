#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

namespace weir {

// Allocates arrays that are read all over: from some size on in huge pages, if the system has them.
// An access that misses the caches then does not miss the address translation, too.
template <class T>
struct LargeAllocator {
  using value_type = T;
  static constexpr size_t kHugePage = size_t{2} << 20;

  LargeAllocator() = default;
  template <class U>
  explicit LargeAllocator(const LargeAllocator<U>&) {}

  T* allocate(size_t count) {
    if (count > std::numeric_limits<ptrdiff_t>::max() / 2 / sizeof(T)) throw std::bad_alloc();
    const size_t bytes = count * sizeof(T);
    if (!IsLarge(bytes)) return static_cast<T*>(::operator new (bytes, std::align_val_t{64}));
    const size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* data = std::aligned_alloc(kHugePage, rounded);
    if (data == nullptr) throw std::bad_alloc();
    madvise(data, rounded, MADV_HUGEPAGE);  // advice: all is well without
    return static_cast<T*>(data);
  }
  void deallocate(T* data, size_t count) {
    if (IsLarge(count * sizeof(T))) {
      std::free(data);
    } else {
      ::operator delete (data, std::align_val_t{64});
    }
  }

  template <class U>
  friend bool operator==(const LargeAllocator&, const LargeAllocator<U>&) {
    return true;
  }

 private:
  static bool IsLarge(size_t bytes) { return bytes >= 2 * kHugePage; }
};

// A vector that may get large and is not read in order.
template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

// The same advice for memory that is there already, as far as it covers whole huge pages.
inline void AdviseHugePages(void* data, size_t bytes) {
  constexpr size_t kHugePage = size_t{2} << 20;
  if (bytes < 2 * kHugePage) return;
  const auto begin = (reinterpret_cast<size_t>(data) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = (reinterpret_cast<size_t>(data) + bytes) / kHugePage * kHugePage;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace weir
