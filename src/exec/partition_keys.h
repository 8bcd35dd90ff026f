#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "exec/circuit.h"

namespace weir {

// The keys of a chunk's visible rows: those of row i are texts [first(i), first(i + 1)).
class RowKeys {
 public:
  void Find(const PartitionPort& port, const Chunk& chunk, const Timeline& timeline);

  uint32_t first(uint32_t row) const { return first_[row]; }
  std::string_view text(uint32_t t) const {
    return std::string_view(bytes_).substr(texts_[t].first, texts_[t].second);
  }

 private:
  void Add(std::string_view text) {
    texts_.emplace_back(static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size()));
    bytes_ += text;
  }

  std::string bytes_;
  std::vector<std::pair<uint32_t, uint32_t>> texts_;  // offset and size in bytes
  std::vector<uint32_t> first_;
};

// The keys of a partition, each with its operators, its timers and the time of its last row. A key
// that has nothing to do costs memory only.
class PartitionKeys {
 public:
  // make[slot] makes one of the operators that every key has of its own.
  PartitionKeys(std::vector<OperatorFactory> make, std::optional<PurgeSpec> purge)
      : make_(std::move(make)), purge_(purge) {}

  // The first time the clock takes.
  void Start(TimeMs now) { start_ = now; }
  void BeginEpoch(const Timeline& timeline);

  // The key of that name, begun if there is none. A row of its own arrives now.
  uint32_t Use(std::string_view name, TimeMs now);
  // All keys there are, in the order in which they began.
  std::vector<uint32_t> All() const;
  Operator& op(uint32_t key, uint32_t slot) { return *keys_[key].ops[slot]; }

  // The key's operators ran, so its timers may be others; Settle looks at those of all such keys.
  void Touch(uint32_t key);
  void Settle();

  // The next timer within the timeline: the earliest of all keys, ties in the order in which they
  // began, or the purge.
  std::optional<OrderKey> NextTimer() const;
  // Whose timer that is; absent: the purge.
  struct Owner {
    uint32_t key;
    uint32_t slot;
  };
  std::optional<Owner> NextOwner() const;
  // Drops the keys that are idle for too long.
  void Purge(TimeMs now);
  TimeMs NextDue() const;

  // Between epochs. Every key has a part of the state, with all of its operators.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // A key's place in the order of last use.
  struct LastUse {
    TimeMs time = 0;
    uint32_t before = kNone;
    uint32_t after = kNone;
  };
  template <class T>
  struct Waiting {
    T at;
    uint64_t born;
    uint32_t key;
    friend auto operator<=>(const Waiting&, const Waiting&) = default;
  };
  using DueSet = std::set<Waiting<TimeMs>>;
  using TimerSet = std::set<Waiting<OrderKey>>;
  struct Key {
    std::unique_ptr<std::unique_ptr<Operator>[]> ops;  // by slot; null: dropped
    const std::string* name = nullptr;                 // in key_by_name_
    uint64_t born = 0;                                 // number among all keys there ever were
    DueSet::iterator waiting;                          // end: not there
    TimerSet::iterator timer;                          // end: not there
    bool touched = false;
  };
  // Names are looked up by view, so that a known key costs no allocation.
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return HashString(text); }
  };

  uint32_t Begin(std::string_view name, TimeMs now);
  void LoadKey(StateReader& in, uint32_t at);
  void LinkLoaded();
  void Refresh(uint32_t key);
  void Unlink(uint32_t key);
  void Used(uint32_t key, TimeMs now);
  void Drop(uint32_t key);
  void ArmPurge();

  std::vector<OperatorFactory> make_;
  std::deque<Key> keys_;
  std::vector<uint32_t> free_;  // of keys_
  uint64_t born_ = 0;
  std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> key_by_name_;
  // Keys with timers: those due after this epoch by time, the others in firing order.
  DueSet waiting_;
  TimerSet timers_;
  std::vector<uint32_t> touched_;
  const Timeline* timeline_ = nullptr;

  std::optional<PurgeSpec> purge_;
  TimeMs start_ = 0;
  TimeMs purge_due_ = kNever;      // no key can be dropped before
  std::vector<LastUse> last_use_;  // by key; empty without purge
  uint32_t first_used_ = kNone;
  uint32_t last_used_ = kNone;
};

}  // namespace weir
