#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "catalog/aggregate.h"
#include "types/column.h"

namespace weir {

// Makes an Aggregator of a state for calls that aggregate_adapter.h cannot serve: with settings,
// with several arguments, or with a value that is written as text.
//
//   struct State {
//     struct Settings {...};
//     void Add(const AggregateInput& in, uint32_t row, const Settings&);      // a current row
//     void Remove(const AggregateInput& in, uint32_t row, const Settings&);   // an expired row
//     void Write(const AggregateInput& in, uint32_t row, const Settings&, Column* out);
//     bool IsNew() const;                                                     // as if just made
//     void Save(StateWriter& out) const;
//     void Load(StateReader& in);
//   };
//
// The state looks at the arguments' nulls itself. A reset costs O(1) whatever the groups.
template <class State>
class RowAggregator final : public Aggregator {
 public:
  using Settings = typename State::Settings;
  explicit RowAggregator(Settings settings) : settings_(std::move(settings)) {}

  void Update(const AggregateInput& in, Column* out) override {
    for (uint32_t row = 0; row < in.size; ++row) {
      const RowKind kind = in.kinds == nullptr ? RowKind::kCurrent : in.kinds[row];
      if (kind == RowKind::kReset) {
        ++generation_;
        out->SetNull(row);
        continue;
      }
      State& state = Current(in.groups == nullptr ? 0 : in.groups[row]);
      if (kind == RowKind::kCurrent) {
        state.Add(in, row, settings_);
      } else {
        state.Remove(in, row, settings_);
      }
      if (in.wanted == nullptr || in.wanted[row] != 0) state.Write(in, row, settings_, out);
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
    slot.generation == generation_ ? out.Write(slot.state) : out.Write(State());
  }
  void LoadGroup(uint32_t group, StateReader& in) override {
    in.Read(slots_[group].state);
    slots_[group].generation = generation_;
  }

 private:
  struct Slot {
    State state;
    uint64_t generation = 0;  // not generation_: the state is to be cleared before use
  };

  State& Current(uint32_t group) {
    Slot& slot = slots_[group];
    if (slot.generation != generation_) {
      slot.state = State();
      slot.generation = generation_;
    }
    return slot.state;
  }

  Settings settings_;
  std::vector<Slot> slots_;
  uint64_t generation_ = 0;
};

template <class State>
std::unique_ptr<Aggregator> MakeRowAggregator(typename State::Settings settings) {
  return std::make_unique<RowAggregator<State>>(std::move(settings));
}

// For State::Write: a text, which is copied, or an object.
inline void WriteText(std::string_view text, uint32_t row, Column* out) {
  const char* data = text.size() <= StringRef::kInlineSize ? text.data() : out->arena()->Copy(text);
  out->mutable_values<StringRef>()[row] = StringRef(data, static_cast<uint32_t>(text.size()));
}
inline void WriteObject(ObjectRef object, uint32_t row, Column* out) {
  if (object == nullptr) out->SetNull(row);
  out->mutable_values<ObjectRef>()[row] = std::move(object);
}

// The constant of an optional argument.
inline bool ConstantFlag(std::span<const Argument> arguments, size_t index) {
  if (index >= arguments.size()) return false;
  const Argument& argument = arguments[index];
  return argument.type == Type::kBool && argument.constant.has_value() &&
         !argument.constant->is_null() && argument.constant->bool_value();
}

}  // namespace weir
