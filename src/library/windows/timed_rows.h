#pragma once

#include "base/ring.h"
#include "types/row_store.h"

namespace weir {

// A row and the time by which a window judges it.
struct TimedRow {
  RowId row = kNoRow;
  TimeMs time = 0;
};

inline void SaveTimedRows(const Ring<TimedRow>& rows, StateWriter& out) {
  out.WriteSequence<RowId>(rows.popped(), rows.size(), [&](size_t i) { return rows[i].row; });
  out.WriteSequence<TimeMs>(rows.popped(), rows.size(), [&](size_t i) { return rows[i].time; });
}

inline void LoadTimedRows(StateReader& in, const RowStore& stored, Ring<TimedRow>* rows) {
  Ring<RowId> ids;
  Ring<TimeMs> times;
  stored.ReadIds(in, &ids);
  in.Read(times);
  if (!in.Check(ids.size() == times.size(), "rows have no time")) return;
  rows->Restore(ids.popped());
  for (size_t i = 0; i < ids.size(); ++i) rows->PushBack({ids[i], times[i]});
}

}  // namespace weir
