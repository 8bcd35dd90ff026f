// How a TableStore is saved and loaded.
#include <algorithm>
#include <utility>

#include "exec/table_store.h"

namespace weir {

// The numbers of the rows tell their order. The order within an index shows nowhere.
void TableStore::Save(StateWriter& out, const RowStore::SaveMore& more) const {
  out.Write(next_number_);
  if (disk_ != nullptr) {
    disk_->Save(out);
    return;
  }
  rows_.Save(out, 1, more);
}

void TableStore::Load(StateReader& in, const RowStore::LoadMore& more) {
  CHECK_EQ(size_, 0u);
  in.Read(next_number_);
  if (disk_ != nullptr) {
    disk_->Load(in);
    return;
  }
  const size_t number_column = schema_->size();
  std::vector<std::pair<int64_t, RowId>> rows;
  rows_.Load(in, 1, [&](RowId id, StateReader& part) {
    const bool numbered = rows_.IsValid(number_column, id);
    if (part.Check(numbered, "a row has no number")) {
      rows.emplace_back(rows_.Get<int64_t>(number_column, id), id);
    }
    if (more) more(id, part);
  });
  if (!in.ok()) return;
  std::sort(rows.begin(), rows.end());
  for (const auto& [number, id] : rows) {
    Reserve(id);
    Append(id);
  }
}

}  // namespace weir
