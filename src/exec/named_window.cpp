#include "exec/named_window.h"

#include <algorithm>
#include <utility>

#include "exec/id_state.h"

namespace weir {
namespace {

class ContentsOperator final : public StepOperator {
 public:
  ContentsOperator(std::shared_ptr<TableStore> store, FindSet find_set)
      : StepOperator(OrderPlace()), store_(std::move(store)), find_set_(find_set) {}

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    (void)port;
    if (find_set_ == FindSet::kNothing) return;
    CHECK(chunk.has_row_ids());
    const Chunk rows = chunk.Slice(begin, end);
    const Chunk stored = store_->WithNumbers(rows);
    for (uint32_t i = 0; i < rows.size();) {
      const uint32_t emission_end = rows.EmissionEnd(i);
      BeginStep(rows.KeyAt(i));
      key_ = EmissionKey();
      for (; i < emission_end; ++i) Take(stored, i);
      if (changes_.size() >= kChunkRows) EmitChanges();
    }
  }

  void Flush() override { EmitChanges(); }

  void SaveStep(StateWriter& out) const override {
    const SavedWindowRows window_rows(by_window_row_, out);
    store_->Save(out, [&](RowId id, StateWriter& part) { window_rows.Save(id, part); });
  }
  void LoadStep(StateReader& in) override {
    LoadedWindowRows window_rows(in, &by_window_row_);
    store_->Load(in, [&](RowId id, StateReader& part) { window_rows.Load(id, part); });
    window_rows.Finish();
  }

 private:
  void Take(const Chunk& rows, uint32_t i) {
    const uint32_t row = rows.Row(i);
    const RowKind kind = rows.kind(row);
    const bool emitted = find_set_ == FindSet::kEmitted;
    timestamp_ = rows.timestamp(row);
    if (kind == (emitted ? RowKind::kCurrent : RowKind::kFindAdd)) {
      Add(rows, i);
    } else if (kind == (emitted ? RowKind::kExpired : RowKind::kFindRemove)) {
      Remove(rows.row_id(row));
    } else if (kind == RowKind::kReset && emitted) {
      // The batch before is over, whether or not its rows were taken away one by one.
      std::vector<RowId> all;
      store_->All(&all);
      for (const RowId id : all) Drop(id);
      std::fill(by_window_row_.begin(), by_window_row_.end(), kNoRow);
    }
  }

  void Add(const Chunk& rows, uint32_t i) {
    const uint32_t window_row = rows.row_id(rows.Row(i));
    if (window_row >= by_window_row_.size()) {
      by_window_row_.resize(std::max<size_t>(window_row + 1, by_window_row_.size() * 2), kNoRow);
    }
    Remove(window_row);
    const RowId id = store_->Insert(rows, i);
    by_window_row_[window_row] = id;
    Change(id, RowKind::kFindAdd);
  }

  void Remove(uint32_t window_row) {
    if (window_row >= by_window_row_.size() || by_window_row_[window_row] == kNoRow) return;
    Drop(std::exchange(by_window_row_[window_row], kNoRow));
  }

  void Drop(RowId id) {
    Change(id, RowKind::kFindRemove);
    store_->Remove(id);
  }

  void Change(RowId id, RowKind kind) {
    changes_.push_back(id);
    meta_.Append(timestamp_, kind, key_);
    meta_.AppendRowId(id);
  }

  void EmitChanges() {
    if (!changes_.empty()) {
      std::vector<ColumnPtr> columns;
      for (size_t c = 0; c < store_->schema()->size(); ++c) {
        columns.push_back(store_->rows().Gather(c, changes_));
      }
      out()->push_back(meta_.Finish(store_->schema(), std::move(columns)));
      changes_.clear();
    }
    store_->Reclaim();
  }

  std::shared_ptr<TableStore> store_;
  FindSet find_set_;
  std::vector<RowId> by_window_row_;  // the stored row of a window's row
  OrderKey key_;
  TimeMs timestamp_ = 0;
  std::vector<RowId> changes_;
  RowMetaBuilder meta_;
};

class WindowOutputOperator final : public Operator {
 public:
  WindowOutputOperator(bool current, bool expired) : current_(current), expired_(expired) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      Selection rows;
      rows.reserve(chunk.size());
      for (uint32_t i = 0; i < chunk.size(); ++i) {
        const RowKind kind = chunk.kind(chunk.Row(i));
        if (kind == RowKind::kReset || (kind == RowKind::kCurrent && current_) ||
            (kind == RowKind::kExpired && expired_)) {
          rows.push_back(chunk.Row(i));
        }
      }
      if (rows.size() == chunk.size()) {
        out->push_back(chunk);
      } else if (!rows.empty()) {
        out->push_back(chunk.WithSelection(std::move(rows)));
      }
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  bool current_;
  bool expired_;
};

}  // namespace

std::unique_ptr<Operator> MakeContentsOperator(std::shared_ptr<TableStore> store,
                                               FindSet find_set) {
  return std::make_unique<ContentsOperator>(std::move(store), find_set);
}

std::unique_ptr<Operator> MakeWindowOutputOperator(bool current, bool expired) {
  return std::make_unique<WindowOutputOperator>(current, expired);
}

}  // namespace weir
