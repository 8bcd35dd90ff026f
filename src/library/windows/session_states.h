#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/state_parts.h"
#include "library/windows/session_rows.h"

namespace weir {

constexpr TimeMs kUnscheduled = std::numeric_limits<TimeMs>::max();

struct Session {
  SessionRows rows;
  TimeMs start = 0;
  TimeMs end = 0;  // last event + gap
};

// The sessions of one key: the one at hand and, if latency is allowed, the one before it, which
// still takes late events.
struct KeyState {
  const std::string* key = nullptr;  // null: the sessions of events without a key
  uint64_t number = 0;               // in order of creation; 0: of no key
  Session current;
  Session previous;
  TimeMs queued = kUnscheduled;  // when the state is looked at next
};

// The states of all keys that have a session, each in a slot.
class SessionStates {
 public:
  explicit SessionStates(std::optional<uint32_t> key_column) : key_column_(key_column) {}

  KeyState& operator[](uint32_t slot) { return states_[slot]; }
  size_t slots() const { return states_.size(); }

  // The slot of a row's key, which gets one if it has none.
  uint32_t SlotOf(RowId row, const RowStore& rows) {
    const std::string* key = nullptr;
    uint32_t* slot = Find(row, rows, &key);
    if (*slot != kNoSlot) return *slot;
    if (free_.empty()) {
      *slot = static_cast<uint32_t>(states_.size());
      states_.emplace_back();
    } else {
      *slot = free_.back();
      free_.pop_back();
      states_[*slot] = KeyState();
    }
    states_[*slot].key = key;
    states_[*slot].number = ++created_;
    return *slot;
  }

  void Free(uint32_t slot) {
    KeyState& state = states_[slot];
    if (state.key == nullptr) {
      keyless_ = kNoSlot;
    } else {
      slots_.erase(slots_.find(*state.key));
    }
    state.number = 0;
    free_.push_back(slot);
  }

  // Keys are those of the sessions' rows.
  void Save(const SessionLinks& links, StateWriter& out) const;
  // Into an empty one.
  void Load(StateReader& in, const RowStore& rows, SessionLinks* links);

 private:
  static constexpr uint32_t kNoSlot = UINT32_MAX;

  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  uint32_t* Find(RowId row, const RowStore& rows, const std::string** key) {
    if (!key_column_.has_value() || !rows.IsValid(*key_column_, row)) return &keyless_;
    const std::string_view text = rows.Get<StringRef>(*key_column_, row).view();
    auto found = slots_.find(text);
    if (found == slots_.end()) found = slots_.emplace(std::string(text), kNoSlot).first;
    *key = &found->first;
    return &found->second;
  }
  static KeyState LoadState(StateReader& in, const RowStore& rows, SessionLinks* links);

  std::optional<uint32_t> key_column_;
  std::vector<KeyState> states_;
  std::vector<uint32_t> free_;
  std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> slots_;
  uint32_t keyless_ = kNoSlot;
  uint64_t created_ = 0;
};

inline void SessionStates::Save(const SessionLinks& links, StateWriter& out) const {
  std::vector<uint32_t> used;
  for (uint32_t slot = 0; slot < states_.size(); ++slot) {
    if (states_[slot].number != 0) used.push_back(slot);
  }
  out.Write(created_, free_);
  out.WriteSize(states_.size());
  WriteNumbered(
      out, used, [](uint32_t slot) { return slot; },
      [&](uint32_t slot) {
        const KeyState& state = states_[slot];
        out.Write(state.number, state.queued);
        for (const Session* session : {&state.current, &state.previous}) {
          out.Write(session->start, session->end);
          links.Save(session->rows, out);
        }
      });
}

inline KeyState SessionStates::LoadState(StateReader& in, const RowStore& rows,
                                         SessionLinks* links) {
  KeyState state;
  in.Read(state.number, state.queued);
  for (Session* session : {&state.current, &state.previous}) {
    in.Read(session->start, session->end);
    session->rows = links->Load(in, rows);
  }
  const bool used =
      state.number != 0 && !(state.current.rows.empty() && state.previous.rows.empty());
  in.Check(used, "a key has no session");
  return state;
}

inline void SessionStates::Load(StateReader& in, const RowStore& rows, SessionLinks* links) {
  in.Read(created_, free_);
  const uint64_t size = in.ReadSize();
  std::vector<std::pair<uint64_t, KeyState>> states;
  ReadNumbered(in, size,
               [&](uint64_t slot) { states.emplace_back(slot, LoadState(in, rows, links)); });
  if (!in.Check(states.size() + free_.size() == size, "a slot is neither free nor used")) return;
  states_.resize(size);
  for (auto& [slot, state] : states) {
    const SessionRows& first =
        state.current.rows.empty() ? state.previous.rows : state.current.rows;
    uint32_t* found = Find(first.first, rows, &state.key);
    if (!in.Check(*found == kNoSlot && state.number <= created_, "a key is there twice")) return;
    *found = static_cast<uint32_t>(slot);
    states_[slot] = std::move(state);
  }
  std::vector<bool> free(size);
  for (const uint32_t slot : free_) {
    const bool once = slot < size && states_[slot].number == 0 && !free[slot];
    if (!in.Check(once, "a slot is free and used")) return;
    free[slot] = true;
  }
}

}  // namespace weir
