#pragma once

#include <memory>
#include <string_view>

#include "base/status.h"
#include "types/row_store.h"

namespace weir {

// A condition over a run of stored rows, as expression windows take it: `first` and `last` name the
// ends of the run, plain attributes are those of the last row, aggregates count all rows of it.
class WindowCondition {
 public:
  virtual ~WindowCondition() = default;
  // The row becomes the last of the run.
  virtual void Add(RowId row, const RowStore& rows, TimeMs now) = 0;
  // The row, the first of the run, leaves it.
  virtual void Remove(RowId row, const RowStore& rows, TimeMs now) = 0;
  // The run is empty again.
  virtual void Clear() = 0;
  // Whether the condition is true of the run from `first` to `last`, which is not empty.
  virtual bool Holds(RowId first, RowId last, const RowStore& rows, TimeMs now) = 0;
  // What it knows of the run. Load is called once on a new one.
  virtual void Save(StateWriter& out) const = 0;
  virtual void Load(StateReader& in) = 0;
};

// Makes conditions over the rows of one window from their text. Any thread may use it.
class ConditionCompiler {
 public:
  virtual ~ConditionCompiler() = default;
  virtual Result<std::unique_ptr<WindowCondition>> Compile(std::string_view text) const = 0;
};

}  // namespace weir
