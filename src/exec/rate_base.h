#pragma once

#include <string>
#include <vector>

#include "exec/rate_operator.h"
#include "types/row_store.h"

namespace weir {

// What the rate limiters share: rows kept in a store, rows chosen for output, ticks at the start
// of the app plus multiples of the interval. One thread at a time.
class RateBase : public StepOperator {
 public:
  RateBase(OrderPlace place, RateSpec spec);

  void Start(TimeMs now) override;

 protected:
  // A row of the query's output that is kept; its values are in rows().
  struct Kept {
    RowId row;
    RowKind kind;
  };
  // The same with a number that tells it from others.
  struct Numbered {
    uint64_t number;
    Kept kept;
  };

  // Saves rows(), which are those of the list. They come back in ascending order of number, no two
  // of them equal. Of rows that change here and there `part_rows` is 1.
  void SaveRows(const std::vector<Numbered>& list, uint32_t part_rows, StateWriter& out) const;
  std::vector<Numbered> LoadRows(StateReader& in, uint32_t part_rows);
  // The same for a list whose numbers are the places in it.
  void SaveRows(const std::vector<Kept>& list, uint32_t part_rows, StateWriter& out) const;
  void LoadRows(StateReader& in, uint32_t part_rows, std::vector<Kept>* list);

  // The state of the limiter beside its ticks; with rows(), if it keeps any between epochs.
  virtual void SaveRate(StateWriter& out) const = 0;
  virtual void LoadRate(StateReader& in) = 0;
  void SaveStep(StateWriter& out) const final {
    out.Write(start_, tick_wanted_);
    SaveRate(out);
  }
  void LoadStep(StateReader& in) final {
    in.Read(start_, tick_wanted_);
    LoadRate(in);
  }

  // One arriving row, current or expired, already stored; the limiter owns it from here.
  virtual void OnRow(Kept row) = 0;
  virtual void OnEmissionEnd() {}
  virtual void OnTick() {}

  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) final;
  void OnTimer(const Timer& timer) final;
  void Flush() final;

  const RateSpec& spec() const { return spec_; }
  bool grouped() const { return spec_.input->size() > spec_.output_columns; }
  // Bytes that are equal iff the values of the columns are.
  std::string KeyOf(RowId row, size_t first_column, size_t end_column) const;
  std::string GroupOf(RowId row) const {
    return KeyOf(row, spec_.output_columns, spec_.input->size());
  }
  RowStore& rows() { return store_; }
  const RowStore& rows() const { return store_; }

  // Puts a row out in the emission that is open; see BeginEmission.
  void Emit(RowId row, RowKind kind) { EmitPatched(row, kind, {}); }
  // The same with other values in some columns, as (column, value).
  using Patch = std::vector<std::pair<uint32_t, Value>>;
  void EmitPatched(RowId row, RowKind kind, Patch patch);
  // What is emitted until the next call leaves together.
  void BeginEmission() { emission_key_ = EmissionKey(); }

  // Makes sure that OnTick comes at the next tick, which may be one of now(); ticks nobody asked
  // for are left out.
  void WantTick();
  TimeMs start() const { return start_; }

 private:
  struct Output {
    RowId row;
    RowKind kind;
    TimeMs timestamp;
    OrderKey key;
  };

  RateSpec spec_;
  SchemaPtr output_;
  RowStore store_;
  std::vector<Output> outputs_;
  std::vector<std::pair<size_t, Patch>> patches_;  // by output
  OrderKey emission_key_;
  TimeMs start_ = 0;
  bool tick_wanted_ = false;
};

std::unique_ptr<Operator> MakeSnapshotRate(OrderPlace place, RateSpec spec);

}  // namespace weir
