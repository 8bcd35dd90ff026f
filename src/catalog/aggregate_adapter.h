#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/large_array.h"
#include "catalog/aggregate.h"
#include "types/dispatch_numeric.h"
#include "types/type_dispatch.h"

namespace weir {

// Makes an Aggregator of a plain state, so that a leaf says only what one group does:
//
//   struct State {
//     using Output = double;             // storage type of the result
//     void Add(T value);                 // a current row, T from the argument's storage type
//     void Remove(T value);              // an expired row
//     bool Value(Output* value) const;   // false: null
//     bool IsNew() const;                // as if just made
//     void Save(StateWriter& out) const; // both not needed if it is plain (PlainState)
//     void Load(StateReader& in);
//   };
//
// and, if it wants: AddNull() / RemoveNull() (without them a null changes nothing), Clear() where
// that is cheaper than a new state, and `static constexpr bool kForever = true` to outlive resets.
// Groups, kinds, nulls and resets are the adapter's; a reset costs O(1) whatever the groups.

// Stands for the argument of a state that looks at none: Add(NoArgument).
struct NoArgument {};

template <class State>
concept StateTakesNulls = requires(State state) {
  state.AddNull();
  state.RemoveNull();
};
template <class State>
concept StateIsForever = requires {
  requires State::kForever;
};
template <class State>
concept StateClears = requires(State state) {
  state.Clear();
};

template <class State, class Storage>
class StateAggregator final : public Aggregator {
 public:
  void Update(const AggregateInput& in, Column* out) override {
    const bool plain = in.kinds == nullptr && in.wanted == nullptr && !HasNulls(in);
    if (in.groups != nullptr) {
      ManyGroups near{this, in.groups};
      FarGroups far{this, in.groups, in.size};
      const auto rows = [&](auto& of) {
        plain ? Rows<true>(in, of, out) : Rows<false>(in, of, out);
      };
      slots_.size() < kPrefetchGroups ? rows(near) : rows(far);
    } else if constexpr (std::is_trivially_copyable_v<State>) {
      // A copy of its own lets the compiler keep the state in registers.
      OneGroup group{Current(0)};
      plain ? Rows<true>(in, group, out) : Rows<false>(in, group, out);
      Current(0) = group.state;
    } else {
      OneGroupInPlace group{this};
      plain ? Rows<true>(in, group, out) : Rows<false>(in, group, out);
    }
  }

  bool can_read() const override { return true; }
  void Read(const uint32_t* groups, uint32_t count, Column* out) const override {
    auto* values = out->mutable_values<typename State::Output>();
    for (uint32_t i = 0; i < count; ++i) {
      const Slot& slot = slots_[groups[i]];
      const bool stale = slot.generation != generation_ && !StateIsForever<State>;
      stale ? Write(State(), i, values, out) : Write(slot.state, i, values, out);
    }
  }

  void EnsureGroups(uint32_t count) override {
    if (slots_.size() < count) slots_.resize(count);
  }

  bool IsNew(uint32_t group) const override {
    const Slot& slot = slots_[group];
    return slot.generation != generation_ || slot.state.IsNew();
  }

  void ReleaseGroup(uint32_t group) override { slots_[group].state = State(); }

  void SaveGroup(uint32_t group, StateWriter& out) const override {
    const Slot& slot = slots_[group];
    const bool stale = slot.generation != generation_ && !StateIsForever<State>;
    stale ? out.Write(State()) : out.Write(slot.state);
  }
  void LoadGroup(uint32_t group, StateReader& in) override {
    in.Read(slots_[group].state);
    slots_[group].generation = generation_;
  }

 private:
  static constexpr size_t kPrefetchGroups = 16384;  // fewer groups than these are near anyway
  static constexpr uint32_t kPrefetchAhead = 16;    // so many rows ahead others are brought near

  // Small ones do not lie across two cache lines.
  static constexpr size_t kBareBytes = (sizeof(State) + sizeof(uint32_t) + 7) / 8 * 8;
  struct alignas(kBareBytes > 32 ? alignof(State) : std::bit_ceil(kBareBytes)) Slot {
    State state;
    uint32_t generation = 0;  // older than generation_: the state is to be cleared before use
  };

  struct OneGroup {
    State state;
    State& At(uint32_t) { return state; }
    void Reset() { ClearState(&state); }
  };
  struct OneGroupInPlace {
    StateAggregator* self;
    State& At(uint32_t) { return self->slots_[0].state; }
    void Reset() { ClearState(&self->slots_[0].state); }
  };
  struct ManyGroups {
    StateAggregator* self;
    const uint32_t* ids;
    State& At(uint32_t i) { return self->Current(ids[i]); }
    void Reset() { self->NextGeneration(); }
  };

  struct FarGroups {
    StateAggregator* self;
    const uint32_t* ids;
    uint32_t size;
    State& At(uint32_t i) {
      if (i + kPrefetchAhead < size) {
        __builtin_prefetch(&self->slots_[ids[i + kPrefetchAhead]], 1);
      }
      return self->Current(ids[i]);
    }
    void Reset() { self->NextGeneration(); }
  };

  static void ClearState(State* state) {
    if constexpr (StateIsForever<State>) {
      return;
    } else if constexpr (StateClears<State>) {
      state->Clear();
    } else {
      *state = State();
    }
  }

  static bool HasNulls(const AggregateInput& in) {
    return !std::is_same_v<Storage, NoArgument> && in.arguments[0]->has_nulls();
  }

  State& Current(uint32_t group) {
    Slot& slot = slots_[group];
    if (slot.generation != generation_) {
      ClearState(&slot.state);
      slot.generation = generation_;
    }
    return slot.state;
  }

  void NextGeneration() {
    if (StateIsForever<State> || ++generation_ != 0) return;
    // Numbers are about to be used again: no slot may keep one.
    for (Slot& slot : slots_) {
      ClearState(&slot.state);
      slot.generation = 0;
    }
  }

  // The argument's column, looked up once for all rows.
  struct Source {
    const Column* column = nullptr;
    const Storage* values = nullptr;
    explicit Source(const AggregateInput& in) {
      if constexpr (!std::is_same_v<Storage, NoArgument>) {
        column = in.arguments[0].get();
        values = column->values<Storage>();
      }
    }
    bool IsValid(uint32_t i) const { return column == nullptr || column->IsValid(i); }
    const Storage& Read(uint32_t i) const {
      if constexpr (std::is_same_v<Storage, NoArgument>) {
        static constexpr NoArgument kNone;
        return kNone;
      } else {
        return values[i];
      }
    }
  };

  // kPlain: all rows are current, wanted and not null.
  template <bool kPlain, class Groups>
  static void Rows(const AggregateInput& in, Groups& groups, Column* out) {
    const Source source(in);
    auto* values = out->mutable_values<typename State::Output>();
    for (uint32_t i = 0; i < in.size; ++i) {
      if constexpr (kPlain) {
        State& state = groups.At(i);
        state.Add(source.Read(i));
        Write(state, i, values, out);
      } else {
        const RowKind kind = in.kinds == nullptr ? RowKind::kCurrent : in.kinds[i];
        if (kind == RowKind::kReset) {
          groups.Reset();
          out->SetNull(i);
          continue;
        }
        State& state = groups.At(i);
        Apply(source, i, kind, &state);
        if (in.wanted == nullptr || in.wanted[i] != 0) Write(state, i, values, out);
      }
    }
  }

  static void Apply(const Source& source, uint32_t i, RowKind kind, State* state) {
    const bool add = kind == RowKind::kCurrent;
    if (source.IsValid(i)) {
      add ? state->Add(source.Read(i)) : state->Remove(source.Read(i));
    } else if constexpr (StateTakesNulls<State>) {
      add ? state->AddNull() : state->RemoveNull();
    }
  }

  static void Write(const State& state, uint32_t i, typename State::Output* values, Column* out) {
    typename State::Output value{};
    if (state.Value(&value)) {
      values[i] = std::move(value);
    } else {
      values[i] = typename State::Output{};
      out->SetNull(i);
    }
  }

  LargeVector<Slot> slots_;
  uint32_t generation_ = 0;
};

template <class State, class Storage>
std::unique_ptr<Aggregator> MakeAggregator() {
  return std::make_unique<StateAggregator<State, Storage>>();
}

}  // namespace weir
