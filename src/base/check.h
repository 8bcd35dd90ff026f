#pragma once

// CHECK ends the process on a programmer error; it stays on in release builds and must never be
// reachable through app text or event data. DCHECK is for hot loops and is off in release.

namespace weir {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace weir

#define CHECK(condition) \
  ((condition) ? (void)0 : ::weir::CheckFailed(__FILE__, __LINE__, #condition))
#define CHECK_EQ(a, b) CHECK((a) == (b))
#define CHECK_LT(a, b) CHECK((a) < (b))
#define CHECK_LE(a, b) CHECK((a) <= (b))

#ifdef NDEBUG
#define DCHECK(condition) ((void)0)
#else
#define DCHECK(condition) CHECK(condition)
#endif
