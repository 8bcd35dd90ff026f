// How the keys of a partition are saved and loaded.
#include <algorithm>

#include "exec/id_state.h"
#include "exec/partition_keys.h"

namespace weir {

void PartitionKeys::Save(StateWriter& out) const {
  SaveIds(keys_.size(), free_, out);
  out.Write(born_, start_);
  if (purge_) out.Write(purge_due_);
  const uint32_t section = out.NewSection();
  for (uint32_t at = 0; at < keys_.size(); ++at) {
    const Key& key = keys_[at];
    if (key.ops == nullptr) continue;
    out.BeginPart(section, KeyGroupOf(HashString(*key.name)), at);
    out.Write(*key.name, key.born);
    if (purge_) out.Write(last_use_[at].time);
    for (size_t slot = 0; slot < make_.size(); ++slot) key.ops[slot]->Save(out);
    out.EndPart();
  }
}

void PartitionKeys::Load(StateReader& in) {
  LoadedIds ids(in, &free_);
  in.Read(born_, start_);
  keys_.resize(ids.end());
  if (purge_) {
    in.Read(purge_due_);
    last_use_.resize(ids.end());
  }
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    if (ids.Take(number)) LoadKey(in, static_cast<uint32_t>(number));
    in.EndPart();
  }
  ids.Finish();
  in.Check(born_ >= key_by_name_.size(), "keys began that are not counted");
  if (in.ok()) LinkLoaded();
}

// Operators are loaded instead of started.
void PartitionKeys::LoadKey(StateReader& in, uint32_t at) {
  Key& key = keys_[at];
  const auto [name, added] = key_by_name_.emplace(in.ReadText(), at);
  if (!in.Check(added, "a key is there twice")) return;
  key.name = &name->first;
  in.Read(key.born);
  in.Check(key.born < born_, "a key began that is not counted");
  if (purge_) in.Read(last_use_[at].time);
  key.waiting = waiting_.end();
  key.timer = timers_.end();
  key.ops = std::make_unique<std::unique_ptr<Operator>[]>(make_.size());
  TimeMs due = kNever;
  for (size_t slot = 0; slot < make_.size(); ++slot) {
    key.ops[slot] = make_[slot]();
    key.ops[slot]->Load(in);
    due = std::min(due, key.ops[slot]->NextDue());
  }
  if (due != kNever) key.waiting = waiting_.insert({due, key.born, at}).first;
}

// The order of last use. Keys used at one time are dropped at one time, in any order.
void PartitionKeys::LinkLoaded() {
  if (!purge_) return;
  std::vector<uint32_t> used;
  for (const auto& [name, at] : key_by_name_) used.push_back(at);
  std::sort(used.begin(), used.end(), [this](uint32_t a, uint32_t b) {
    const TimeMs time_a = last_use_[a].time;
    const TimeMs time_b = last_use_[b].time;
    return time_a != time_b ? time_a < time_b : keys_[a].born < keys_[b].born;
  });
  for (const uint32_t at : used) {
    LastUse& use = last_use_[at];
    use.before = last_used_;
    (last_used_ == kNone ? first_used_ : last_use_[last_used_].after) = at;
    last_used_ = at;
  }
}

}  // namespace weir
