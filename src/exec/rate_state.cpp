// How the rows of rate limiters are saved and loaded.
#include <algorithm>

#include "exec/rate_base.h"

namespace weir {

void RateBase::SaveRows(const std::vector<Numbered>& list, uint32_t part_rows,
                        StateWriter& out) const {
  std::vector<const Numbered*> by_row;
  for (const Numbered& row : list) {
    if (row.kept.row >= by_row.size()) {
      by_row.resize(std::max<size_t>(row.kept.row + size_t{1}, by_row.size() * 2));
    }
    by_row[row.kept.row] = &row;
  }
  store_.Save(out, part_rows, [&](RowId id, StateWriter& part) {
    part.Write(by_row[id]->number, by_row[id]->kept.kind);
  });
}

std::vector<RateBase::Numbered> RateBase::LoadRows(StateReader& in, uint32_t part_rows) {
  std::vector<Numbered> list;
  store_.Load(in, part_rows, [&](RowId id, StateReader& part) {
    const auto number = part.Get<uint64_t>();
    const auto kind = part.Get<RowKind>();
    part.Check(kind == RowKind::kCurrent || kind == RowKind::kExpired, "a row has another kind");
    list.push_back({number, {id, kind}});
  });
  std::sort(list.begin(), list.end(),
            [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
  const auto twice =
      std::adjacent_find(list.begin(), list.end(),
                         [](const Numbered& a, const Numbered& b) { return a.number == b.number; });
  in.Check(twice == list.end(), "two rows have one place");
  if (!in.ok()) list.clear();
  return list;
}

void RateBase::SaveRows(const std::vector<Kept>& list, uint32_t part_rows, StateWriter& out) const {
  std::vector<Numbered> numbered;
  for (size_t i = 0; i < list.size(); ++i) numbered.push_back({i, list[i]});
  SaveRows(numbered, part_rows, out);
}

void RateBase::LoadRows(StateReader& in, uint32_t part_rows, std::vector<Kept>* list) {
  for (const Numbered& row : LoadRows(in, part_rows)) {
    in.Check(row.number == list->size(), "a row is missing");
    list->push_back(row.kept);
  }
}

}  // namespace weir
