#pragma once

#include <compare>
#include <cstdint>

#include "base/check.h"
#include "types/type.h"

namespace weir {

// The order law in two words. A moment is (position, time, round) packed so that integers compare
// as the triple does: position 12 bits | time minus the epoch's base clock 42 bits | round 10 bits.
using Moment = uint64_t;

inline constexpr uint32_t kMaxEpochMessages = 4096;
inline constexpr TimeMs kMaxEpochSpanMs = (TimeMs{1} << 42) - 1;
// The round of a message's own rows: rounds before it belong to timers due before the message,
// rounds after it to timers that the message armed when they were already due.
inline constexpr uint32_t kMessageRound = 512;
inline constexpr uint32_t kMaxRound = 1023;
// How often, at one time of the clock, a timer that is already due may arm another such timer.
inline constexpr uint32_t kMaxTimerRounds = 511;
static_assert(kMaxTimerRounds < kMessageRound && kMessageRound + kMaxTimerRounds == kMaxRound);

inline Moment PackMoment(uint32_t position, TimeMs time_since_base, uint32_t round) {
  DCHECK(position < kMaxEpochMessages && time_since_base >= 0 &&
         time_since_base <= kMaxEpochSpanMs && round <= kMaxRound);
  return (uint64_t{position} << 52) | (static_cast<uint64_t>(time_since_base) << 10) | round;
}
inline uint32_t MomentPosition(Moment m) { return static_cast<uint32_t>(m >> 52); }
inline TimeMs MomentTimeSinceBase(Moment m) {
  return static_cast<TimeMs>((m >> 10) & ((uint64_t{1} << 42) - 1));
}
inline uint32_t MomentRound(Moment m) { return static_cast<uint32_t>(m & 1023); }

// The depth-first call path: bits appended from the left, zero padded; the low byte holds the
// number of bits used. Digits are the operator whose timer fired, then in turn the number of an
// emission among those of one step and the place of the reader among the stream's readers.
class Path {
 public:
  static constexpr int kMaxBits = 120;

  constexpr Path() = default;

  int bits() const { return static_cast<int>(static_cast<uint8_t>(word_)); }

  // Appends `width` bits. The planner guarantees that paths fit; see plan/order_layout.h.
  Path Append(uint64_t digit, int width) const {
    if (width == 0) return *this;
    const int used = bits();
    CHECK(used + width <= kMaxBits);
    Path result;
    result.word_ = (word_ + static_cast<unsigned>(width)) |
                   (static_cast<unsigned __int128>(digit) << (128 - used - width));
    return result;
  }

  // Appends the number of an emission in a prefix-free code that keeps order: 0 -> 0,
  // 1..4 -> 10+2 bits, 5..68 -> 110+6, up to 16,452 -> 1110+14, else 1111+32.
  Path AppendEmission(uint64_t number) const {
    if (number == 0) return Append(0, 1);
    if (number <= 4) return Append(0b1000 | (number - 1), 4);
    if (number <= 68) return Append((0b110u << 6) | (number - 5), 9);
    if (number <= 16452) return Append((0b1110u << 14) | (number - 69), 18);
    return Append((uint64_t{0b1111} << 32) | (number - 16453), 36);
  }
  static constexpr int kEmissionBitsMax = 36;

  friend bool operator==(const Path&, const Path&) = default;
  friend auto operator<=>(const Path& a, const Path& b) = default;

  uint64_t high() const { return static_cast<uint64_t>(word_ >> 64); }
  uint64_t low() const { return static_cast<uint64_t>(word_); }

 private:
  unsigned __int128 word_ = 0;
};

// Where a row stands in the order of everything that happens. Equal keys mean one emission.
struct OrderKey {
  Moment moment = 0;
  Path path;
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
  friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

}  // namespace weir
