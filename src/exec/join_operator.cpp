#include "exec/join_operator.h"

#include <span>
#include <utility>

#include "exec/join_side.h"
#include "exec/serves_all_keys.h"
#include "exec/table_store.h"

namespace weir {
namespace {

class JoinOperator final : public StepOperator, public ServesAllKeys {
 public:
  JoinOperator(OrderPlace place, JoinSpec spec)
      : StepOperator(place),
        inputs_{JoinInput(spec.left), JoinInput(spec.right)},
        shares_(spec.left.found != nullptr || spec.right.found != nullptr) {
    const size_t left_columns = spec.left.schema->size();
    const size_t columns = left_columns + spec.right.schema->size();
    residual_reads_.assign(columns + spec.lookups.size(), false);
    if (spec.residual != nullptr) CollectColumns(*spec.residual, &residual_reads_);
    residual_reads_.resize(columns);
    lookups_ = spec.shared_lookups;
    for (size_t i = lookups_.size(); i < spec.lookups.size(); ++i) {
      lookups_.push_back(std::make_shared<TableLookup>(spec.output, spec.lookups[i]));
    }
    for (const auto& lookup : lookups_) {
      lookup->AddReads(&residual_reads_);
      AddPorts(lookup.get(), &lookup_ports_);
    }
    spec_ = std::move(spec);
  }

  bool serves_all_keys() const override {
    return (spec_.left.found != nullptr || !spec_.left.has_window) &&
           (spec_.right.found != nullptr || !spec_.right.has_window);
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (port >= 2) {
      EmitPending();  // what was joined before asks what was there before
      lookup_ports_[port - 2].Change(chunk, begin, end, timeline());
      return;
    }
    // Every chunk is taken from its first row on, in one piece or in several.
    if (begin == 0) LoadInput(port, chunk);
    for (uint32_t i = begin; i < end;) {
      const uint32_t emission_end = chunk.EmissionEnd(i);
      BeginStep(chunk.KeyAt(i));
      for (; i < emission_end; ++i) TakeRow(port, chunk, chunk.Row(i));
    }
  }

  void Flush() override {
    EmitPending();
    for (JoinInput& input : inputs_) input.Unload();
    for (const auto& lookup : lookups_) lookup->Unload();
  }

  // What others keep for all keys of a partition is theirs.
  void SaveStep(StateWriter& out) const override {
    out.Write(clean_, inputs_[0], inputs_[1]);
    for (size_t i = spec_.shared_lookups.size(); i < lookups_.size(); ++i) lookups_[i]->Save(out);
  }
  void LoadStep(StateReader& in) override {
    in.Read(clean_, inputs_[0], inputs_[1]);
    for (size_t i = spec_.shared_lookups.size(); i < lookups_.size(); ++i) lookups_[i]->Load(in);
  }

 private:
  // A row that was joined, or a reset; its candidates are candidates_ from `begin` to the begin of
  // the next trigger.
  struct Trigger {
    uint32_t begin;
    RowId row;  // in the store of its input; kNoRow: a reset
    int8_t port;
    RowKind kind;
    TimeMs timestamp;
    OrderKey key;
  };

  void LoadInput(int port, const Chunk& chunk) {
    const JoinSide& side = inputs_[port].side();
    CHECK(!side.has_window || side.find_set == FindSet::kNothing || side.found != nullptr ||
          chunk.has_row_ids());
    inputs_[port].Load(chunk, timeline());
    if (!side.triggers) return;
    inputs_[port].LoadBounds(inputs_[1 - port].side().bounds, timeline());
    JoinInput& other = Found(1 - port);
    if (other.is_on_disk()) EmitPending();
    other.Prefetch(inputs_[port]);
  }

  void TakeRow(int port, const Chunk& chunk, uint32_t row) {
    JoinInput& input = inputs_[port];
    const JoinSide& side = input.side();
    const bool finds_emitted = side.has_window && side.find_set == FindSet::kEmitted;
    const bool finds_explicit = side.has_window && side.find_set == FindSet::kExplicit;
    const RowId id = input.loaded(row);
    switch (chunk.kind(row)) {
      case RowKind::kCurrent:
        if (finds_emitted) input.Insert(row, chunk.row_id(row));
        if (side.triggers) Join(port, row, id, RowKind::kCurrent, chunk.timestamp(row));
        if (side.triggers && !side.has_window) EndOfRow(port, row, id);
        if (side.triggers && !finds_emitted) input.Drop(id);
        break;
      case RowKind::kExpired: {
        const RowId removed = finds_emitted ? input.Remove(chunk.row_id(row)) : kNoRow;
        if (!side.triggers || !spec_.needs_expired) break;
        Join(port, row, removed != kNoRow ? removed : input.Borrow(row), RowKind::kExpired,
             chunk.timestamp(row));
        break;
      }
      case RowKind::kReset:
        // The batch before is over, whether or not its rows were taken away one by one.
        if (finds_emitted) input.Clear();
        if (side.triggers) Reset(port, chunk.timestamp(row));
        break;
      case RowKind::kFindAdd:
      case RowKind::kFindRemove:
        if (finds_explicit) input.TakeChange(chunk, row);
        break;
    }
  }

  // What can be found of a side.
  JoinInput& Found(int side) {
    const auto& found = inputs_[side].side().found;
    return found != nullptr ? *found : inputs_[side];
  }
  // Where the rows of a side that wait for output are: the joined row's own, the others as found.
  const RowStore& Store(int side) {
    return side == triggers_.front().port ? inputs_[side].store() : Found(side).store();
  }

  // A row without a window expires at once and takes the aggregates with it.
  void EndOfRow(int port, uint32_t row, RowId id) {
    if (spec_.needs_expired) Join(port, row, id, RowKind::kExpired, now());
    Reset(port, now());
  }

  void Join(int port, uint32_t row, RowId id, RowKind kind, TimeMs timestamp) {
    const JoinInput& input = inputs_[port];
    JoinInput& other = Found(1 - port);
    if (shares_ && !triggers_.empty() && triggers_.back().port != port) EmitTriggers();
    auto begin = static_cast<uint32_t>(candidates_.size());
    const OrderKey key = EmissionKey();
    other.FindMatches(input, row, &candidates_);
    if (other.is_on_disk() && other.BeginOnDisk(input, row) &&
        other.NextOnDisk(input, row, &candidates_)) {
      candidates_.resize(begin);
      begin = 0;
      EmitTriggers();  // an expired row may be borrowed itself
      other.Reclaim();
      FindMany({0, id, static_cast<int8_t>(port), kind, timestamp, key}, row);
    }
    if (other.side().order_column && candidates_.size() > begin + 1) {
      const auto found = std::span(candidates_).subspan(begin);
      SortRows(other.store(), *other.side().order_column, found);
      if (other.side().index_order) SortRows(other.store(), *other.side().index_order, found);
    }
    if (begin == candidates_.size() && !input.side().keeps_unmatched) return;
    triggers_.push_back({begin, id, static_cast<int8_t>(port), kind, timestamp, key});
    clean_ = false;
    if (candidates_.size() + triggers_.size() >= kChunkRows) EmitPending();
  }

  // Of the many rows on disk that a row may find only those stay in memory that it does find.
  void FindMany(const Trigger& trigger, uint32_t row) {
    const JoinInput& input = inputs_[trigger.port];
    JoinInput& other = Found(1 - trigger.port);
    std::vector<RowId> found;
    other.FindMatches(input, row, &found);
    triggers_.push_back(trigger);
    bool more = other.BeginOnDisk(input, row);
    while (more) {
      const size_t borrowed = other.borrowed();
      more = other.NextOnDisk(input, row, &candidates_);
      if (spec_.residual != nullptr) TestCandidates();
      other.ReleaseBorrowed(borrowed, candidates_);
      other.ReclaimReleased();
      found.insert(found.end(), candidates_.begin(), candidates_.end());
      candidates_.clear();
      triggers_.front().begin = 0;
    }
    triggers_.clear();
    candidates_ = std::move(found);
  }

  void Reset(int port, TimeMs timestamp) {
    const OrderKey key = EmissionKey();
    if (clean_) return;  // a reset after a reset says nothing
    if (shares_ && !triggers_.empty() && triggers_.back().port != port) EmitTriggers();
    const auto begin = static_cast<uint32_t>(candidates_.size());
    triggers_.push_back(
        {begin, kNoRow, static_cast<int8_t>(port), RowKind::kReset, timestamp, key});
    clean_ = true;
  }

  void EmitPending() {
    EmitTriggers();
    for (JoinInput& input : inputs_) input.Reclaim();
    for (int side = 0; side < 2; ++side) {
      if (Found(side).is_on_disk()) Found(side).Reclaim();
    }
  }

  void EmitTriggers() {
    if (triggers_.empty()) return;
    if (spec_.residual != nullptr) TestCandidates();
    CollectPairs();
    if (meta_.size() > 0) {
      std::vector<ColumnPtr> columns;
      columns.reserve(spec_.output->size());
      for (int side = 0; side < 2; ++side) {
        const size_t count = inputs_[side].side().schema->size();
        for (size_t c = 0; c < count; ++c) {
          columns.push_back(Store(side).Gather(c, pairs_[side]));
        }
      }
      out()->push_back(meta_.Finish(spec_.output, std::move(columns)));
    }
    triggers_.clear();
    candidates_.clear();
  }

  uint32_t CandidatesEnd(size_t trigger) const {
    return trigger + 1 < triggers_.size() ? triggers_[trigger + 1].begin
                                          : static_cast<uint32_t>(candidates_.size());
  }

  // The rows to emit, as ids on both sides.
  void CollectPairs() {
    for (std::vector<RowId>& ids : pairs_) ids.clear();
    for (size_t t = 0; t < triggers_.size(); ++t) {
      const Trigger& trigger = triggers_[t];
      std::vector<RowId>& mine = pairs_[trigger.port];
      std::vector<RowId>& theirs = pairs_[1 - trigger.port];
      const uint32_t end = CandidatesEnd(t);
      for (uint32_t i = trigger.begin; i < end; ++i) {
        mine.push_back(trigger.row);
        theirs.push_back(candidates_[i]);
        meta_.Append(trigger.timestamp, trigger.kind, trigger.key);
      }
      if (trigger.begin == end &&
          (trigger.row == kNoRow || inputs_[trigger.port].side().keeps_unmatched)) {
        mine.push_back(trigger.row);
        theirs.push_back(kNoRow);
        meta_.Append(trigger.timestamp, trigger.kind, trigger.key);
      }
    }
  }

  // Keeps the candidates for which the rest of the condition holds.
  void TestCandidates() {
    if (candidates_.empty()) return;
    RowMetaBuilder meta;
    meta.Reserve(candidates_.size());
    for (std::vector<RowId>& ids : pairs_) ids.clear();
    for (size_t t = 0; t < triggers_.size(); ++t) {
      const Trigger& trigger = triggers_[t];
      for (uint32_t i = trigger.begin; i < CandidatesEnd(t); ++i) {
        pairs_[trigger.port].push_back(trigger.row);
        pairs_[1 - trigger.port].push_back(candidates_[i]);
        meta.Append(trigger.timestamp, trigger.kind, trigger.key);
      }
    }
    std::vector<ColumnPtr> columns(residual_reads_.size());
    const size_t left_columns = inputs_[0].side().schema->size();
    for (size_t c = 0; c < columns.size(); ++c) {
      if (!residual_reads_[c]) continue;
      const int side = c < left_columns ? 0 : 1;
      columns[c] = Store(side).Gather(side == 0 ? c : c - left_columns, pairs_[side]);
    }
    const Chunk chunk =
        WithAnswers(meta.Finish(spec_.output, std::move(columns)), lookups_, timeline());
    const Selection kept = EvalFilter(*spec_.residual, {chunk, &timeline()});
    size_t next = 0;
    for (Trigger& trigger : triggers_) {
      while (next < kept.size() && kept[next] < trigger.begin) ++next;
      trigger.begin = static_cast<uint32_t>(next);
    }
    for (size_t i = 0; i < kept.size(); ++i) candidates_[i] = candidates_[kept[i]];
    candidates_.resize(kept.size());
  }

  JoinSpec spec_;
  JoinInput inputs_[2];               // left, right
  const bool shares_;                 // what is found of a side is kept elsewhere
  std::vector<bool> residual_reads_;  // by the residual and the look-ups
  std::vector<std::shared_ptr<TableLookup>> lookups_;
  std::vector<LookupPort> lookup_ports_;  // from port 2 on
  // Joined rows whose output is not built yet, in order.
  std::vector<Trigger> triggers_;
  std::vector<RowId> candidates_;
  std::vector<RowId> pairs_[2];  // scratch
  RowMetaBuilder meta_;          // scratch
  // Nothing but resets came since the last reset; not so at first, to be careful.
  bool clean_ = false;
};

class FoundOperator final : public Operator, public ServesAllKeys {
 public:
  explicit FoundOperator(std::shared_ptr<JoinInput> found) : found_(std::move(found)) {}

  void Process(const EpochInput& in, std::vector<Chunk>*) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      found_->Load(chunk, in.timeline);
      for (uint32_t i = 0; i < chunk.size(); ++i) {
        const uint32_t row = chunk.Row(i);
        const RowKind kind = chunk.kind(row);
        if (kind == RowKind::kFindAdd || kind == RowKind::kFindRemove) {
          found_->TakeChange(chunk, row);
        }
      }
      found_->Reclaim();
      found_->Unload();
    }
  }
  void Save(StateWriter& out) const override { found_->Save(out); }
  void Load(StateReader& in) override { found_->Load(in); }

 private:
  std::shared_ptr<JoinInput> found_;
};

}  // namespace

std::unique_ptr<Operator> MakeFoundOperator(std::shared_ptr<JoinInput> found) {
  return std::make_unique<FoundOperator>(std::move(found));
}

std::unique_ptr<Operator> MakeJoinOperator(OrderPlace place, JoinSpec spec) {
  return std::make_unique<JoinOperator>(place, std::move(spec));
}

}  // namespace weir
