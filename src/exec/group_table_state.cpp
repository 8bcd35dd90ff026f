// How a GroupTable is saved and loaded.
#include "base/hash.h"
#include "exec/group_table.h"
#include "exec/id_state.h"

namespace weir {

uint8_t GroupTable::KeyGroupOfGroup(uint32_t group) const {
  if (group + 1 == null_group_or_0_) return 0;
  return KeyGroupOf(by_number_ ? MixHash(number_keys_[group])
                               : HashString(text_keys_[group].view()));
}

void GroupTable::Save(StateWriter& out,
                      const std::function<void(uint32_t, StateWriter&)>& more) const {
  SaveIds(group_end(), free_, out);
  out.Write(null_group_or_0_);
  const uint32_t section = out.NewSection();
  for (uint32_t group = 0; group < group_end(); ++group) {
    if (!used_[group]) continue;
    out.BeginPart(section, KeyGroupOfGroup(group), group);
    if (group + 1 == null_group_or_0_) {
      // The null needs no words.
    } else if (by_number_) {
      out.Write(number_keys_[group]);
    } else {
      out.WriteText(text_keys_[group].view());
    }
    more(group, out);
    out.EndPart();
  }
}

void GroupTable::Load(StateReader& in, const std::function<void(uint32_t, StateReader&)>& more) {
  CHECK_EQ(group_end(), 0u);
  LoadedIds ids(in, &free_);
  in.Read(null_group_or_0_);
  used_.assign(ids.end(), true);
  for (const uint32_t group : free_) used_[group] = false;
  by_number_ ? number_keys_.resize(ids.end()) : text_keys_.resize(ids.end());
  const bool null_used =
      null_group_or_0_ == 0 || (null_group_or_0_ <= ids.end() && used_[null_group_or_0_ - 1]);
  if (!in.Check(null_used, "the group of null is not in use")) null_group_or_0_ = 0;
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    if (ids.Take(number)) {
      const auto group = static_cast<uint32_t>(number);
      if (group + 1 == null_group_or_0_) {
        // See Save.
      } else if (by_number_) {
        in.Read(number_keys_[group]);
      } else {
        text_keys_[group] = KeepText(StringRef(in.ReadText()));
      }
      more(group, in);
    }
    in.EndPart();
  }
  ids.Finish();
  size_t slot_count = slots_.size();
  while (slot_count < size() * size_t{4}) slot_count *= 2;
  Rebuild(slot_count);
}

}  // namespace weir
