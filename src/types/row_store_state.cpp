// How a RowStore is saved and loaded.
#include <algorithm>
#include <bit>
#include <memory>

#include "types/row_store.h"

namespace weir {

std::vector<uint64_t> RowStore::LiveBits() const {
  std::vector<uint64_t> bits(used_ / 64 + 2);
  std::fill_n(bits.begin(), used_ / 64, ~uint64_t{0});
  bits[used_ / 64] = (uint64_t{1} << (used_ % 64)) - 1;
  for (const std::vector<RowId>* gone : {&free_, &released_}) {
    for (const RowId id : *gone) bits[id / 64] &= ~(uint64_t{1} << (id % 64));
  }
  return bits;
}

RowId RowStore::ReadId(StateReader& in) const {
  const auto id = in.Get<RowId>();
  return in.Check(id < used_, "an id of a row is not in use") ? id : 0;
}

void RowStore::ReadIds(StateReader& in, Ring<RowId>* ids) const {
  in.Read(*ids);
  bool used = true;
  for (size_t i = 0; i < ids->size(); ++i) used = used && (*ids)[i] < used_;
  if (!in.Check(used, "an id of a row is not in use")) ids->Clear();
}

void RowStore::ReadIds(StateReader& in, std::vector<RowId>* ids) const {
  in.Read(*ids);
  bool used = true;
  for (const RowId id : *ids) used = used && id < used_;
  if (!in.Check(used, "an id of a row is not in use")) ids->clear();
}

void RowStore::Save(StateWriter& out, uint32_t part_rows, const SaveMore& more) const {
  CHECK(part_rows > 0 && 64 % part_rows == 0);
  std::vector<RowId> gone = free_;  // as Reclaim leaves it
  gone.insert(gone.end(), released_.rbegin(), released_.rend());
  out.Write(uint64_t{used_}, gone);
  const uint32_t section = out.NewSection();
  const std::vector<uint64_t> bits = LiveBits();
  for (size_t first = 0; first < used_; first += part_rows) {
    const size_t count = std::min<size_t>(part_rows, used_ - first);
    const uint64_t mask = count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
    const uint64_t live = bits[first / 64] >> (first % 64) & mask;
    if (live == 0) continue;
    out.BeginPart(section, 0, first / part_rows);
    out.WriteSize(live);
    for (uint64_t left = live; left != 0; left &= left - 1) {
      const auto id = static_cast<RowId>(first + static_cast<size_t>(std::countr_zero(left)));
      SaveRow(out, id);
      if (more) more(id, out);
    }
    out.EndPart();
  }
}

void RowStore::SaveRow(StateWriter& out, RowId id) const {
  out.Write(timestamp(id));
  for (size_t c = 0; c < columns_.size(); ++c) {
    const bool valid = IsValid(c, id);
    out.Write(valid);
    if (!valid) continue;
    DispatchType(columns_[c].type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, StringRef>) {
        out.WriteText(Get<T>(c, id).view());
      } else {
        out.Write(Get<T>(c, id));
      }
    });
  }
}

// Slots beyond what is loaded hold no string, so that a failure leaves nothing undefined.
void RowStore::GrowForLoad(size_t capacity) {
  if (capacity <= capacity_) return;
  const size_t before = capacity_;
  Grow(std::max<size_t>({4, capacity_ * 2, capacity}));
  MakeStrings(before, capacity_);
}

// Parts come in the order of ids, and below a row there are others and free ids only: so nothing
// is made room for that is not there.
void RowStore::Load(StateReader& in, uint32_t part_rows, const LoadMore& more) {
  CHECK(used_ == 0 && part_rows > 0 && 64 % part_rows == 0);
  uint64_t used = 0;
  in.Read(used, free_);
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    const uint64_t live = in.ReadSize();
    const uint64_t end = number * part_rows + static_cast<uint64_t>(std::bit_width(live));
    if (in.Check(key_group == 0 && live != 0 && live >> (part_rows - 1) <= 1 &&
                     number < kNoRow / part_rows && end <= used &&
                     number * part_rows <= live_ + free_.size(),
                 "a row has an id that is not in use")) {
      GrowForLoad(end);
      for (uint64_t left = live; left != 0 && in.ok(); left &= left - 1) {
        const auto id =
            static_cast<RowId>(number * part_rows + static_cast<uint64_t>(std::countr_zero(left)));
        LoadRow(in, id);
        if (more && in.ok()) more(id, in);
      }
    }
    in.EndPart();
  }
  in.Check(live_ + free_.size() == used && used < kNoRow - 1, "rows are missing");
  for (const RowId id : free_) in.Check(id < used, "a free id is not in use");
  if (!in.ok()) {
    free_.clear();
    used_ = capacity_;
    return;
  }
  GrowForLoad(used);
  used_ = used;
  const std::vector<uint64_t> bits = LiveBits();
  size_t live = 0;
  for (size_t id = 0; id < used_; ++id) live += bits[id / 64] >> (id % 64) & 1;
  in.Check(live == live_, "an id is free and in use");
}

void RowStore::LoadRow(StateReader& in, RowId id) {
  ++live_;
  set_timestamp(id, in.Get<TimeMs>());
  for (StoredColumn& column : columns_) {
    const bool valid = in.Get<bool>();
    if (!valid && column.nulls.empty()) column.nulls.resize(capacity_, 0);
    if (!column.nulls.empty()) column.nulls[id] = valid ? 0 : 1;
    DispatchType(column.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      T& slot = Slot<T>(column, id);
      if constexpr (std::is_same_v<T, StringRef>) {
        if (!valid) return;
        const std::string text = in.ReadText();
        StoreString(&slot, StringRef(text));
      } else if (valid) {
        in.Read(slot);
      } else {
        slot = T();
      }
    });
  }
}

}  // namespace weir
