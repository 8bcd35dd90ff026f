#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/parameter.h"
#include "catalog/window_condition.h"
#include "types/row_store.h"

namespace weir {

// What a window may do while it handles a row, a timer or the end of an emission. Rows are named
// by id in a store that the host owns and fills; the window keeps ids only.
class WindowContext {
 public:
  virtual ~WindowContext() = default;

  const RowStore& rows() const { return *store_; }
  TimeMs now() const { return now_; }

  // Emits a stored row; `timestamp` is what the row carries from here on.
  void EmitCurrent(RowId row, TimeMs timestamp) { Emit(row, RowKind::kCurrent, timestamp); }
  void EmitCurrent(RowId row) { Emit(row, RowKind::kCurrent, store_->timestamp(row)); }
  // Dropped unless needs_expired().
  void EmitExpired(RowId row, TimeMs timestamp) {
    if (needs_expired_) Emit(row, RowKind::kExpired, timestamp);
  }
  // Clears the aggregates behind the window.
  void EmitReset(TimeMs timestamp) { Emit(kNoRow, RowKind::kReset, timestamp); }
  // False when nobody behind the window looks at expired rows, which also means that no aggregate
  // counts them (or that the window's resets clear the aggregates anyway): a window need not keep
  // rows only to expire them.
  bool needs_expired() const { return needs_expired_; }
  // What is emitted from here on in this step is another chunk in the language's semantics. Only
  // for windows whose spec says multi_emitter.
  virtual void NextEmission() = 0;

  // The window no longer needs the row; it may still be emitted within the same step.
  void Release(RowId row) { store_->Release(row); }
  // Changes a stored value (externalTimeBatch replaces the timestamp attribute).
  void SetValue(size_t column, RowId row, const Value& value) {
    store_->SetValue(column, row, value);
  }

  // Asks for OnTimer at `due` (ms); fires right after this step if that is not in the future.
  virtual void Schedule(TimeMs due) = 0;
  // For a timer that recurs but was left out while it had nothing to do: asks for OnTimer at now(),
  // as if it had been scheduled all the time. False if it would have fired before this step.
  virtual bool ScheduleForNow() = 0;

  // For windows whose spec says kExplicit: the row becomes visible to joins and look-ups, or stops
  // being so.
  virtual void FindAdd(RowId row) = 0;
  virtual void FindRemove(RowId row) = 0;

 protected:
  WindowContext(RowStore* store, bool needs_expired)
      : store_(store), needs_expired_(needs_expired) {}

  // Emitted rows, column by column, until the host turns them into a chunk.
  struct Emitted {
    std::vector<RowId> rows;  // kNoRow: a reset
    std::vector<RowKind> kinds;
    std::vector<TimeMs> timestamps;
  };
  void Emit(RowId row, RowKind kind, TimeMs timestamp) {
    emitted_.rows.push_back(row);
    emitted_.kinds.push_back(kind);
    emitted_.timestamps.push_back(timestamp);
  }

  RowStore* store_;
  bool needs_expired_;
  TimeMs now_ = 0;
  Emitted emitted_;
};

// The behaviour and state of one window over one stream of rows. It knows nothing of groups,
// partitions, clocks or who reads it. Only current rows reach it.
class Window {
 public:
  virtual ~Window() = default;
  // A row arrived; it is stored already and belongs to the window until Release.
  virtual void OnRow(RowId row, WindowContext& context) = 0;
  // The last row of an arriving emission (one message, one chunk of the language) was handled.
  virtual void OnEmissionEnd(WindowContext&) {}
  virtual void OnTimer(TimeMs /*due*/, WindowContext&) {}
  // The state beside the stored rows and the timers, which are the host's: ids of rows and what
  // else makes a difference later. Load is called once on a new window, when `rows` are loaded; it
  // checks every id (RowStore::ReadIds does).
  virtual void Save(StateWriter& out) const = 0;
  virtual void Load(StateReader& in, const RowStore& rows) = 0;
  // The stored row that the next event is likely to touch, to be brought near; kNoRow: none.
  virtual RowId Likely() const { return kNoRow; }
  // True if every arriving row is emitted as current at once and unchanged. Such a window does
  // nothing at all where expired rows are not needed, and the host leaves it out there.
  virtual bool passes_current() const { return false; }
};

// What joins and on-demand queries see of a window.
enum class FindSet {
  kEmitted,   // rows emitted as current and not yet expired
  kExplicit,  // what FindAdd / FindRemove say
  kNothing,
};

struct WindowSpec {
  const char* name;     // as written, e.g. "timeBatch"; "unique:length" with a namespace
  const char* summary;  // one sentence
  const char* example;  // a query
  std::vector<Overload> overloads;
  // Emits a reset where a batch begins anew, so aggregates behind it describe one batch.
  bool batch = false;
  bool multi_emitter = false;  // one step may emit several chunks
  FindSet find_set = FindSet::kEmitted;
  bool reads_whole_row = false;  // looks at attributes that its arguments do not name
  // Makes a window; `overload` is the index in overloads that the arguments fit. Fails on values
  // out of range, e.g. a negative length.
  std::function<Result<std::unique_ptr<Window>>(std::span<const Argument>, size_t overload)> make;
  // Instead of `make`, for windows that take the text of a condition over their rows.
  std::function<Result<std::unique_ptr<Window>>(std::span<const Argument>,
                                                std::shared_ptr<const ConditionCompiler>)>
      make_conditional;
};

}  // namespace weir
