#include "exec/table_operator.h"

#include <algorithm>
#include <utility>

#include "exec/last_updates.h"
#include "exec/serves_all_keys.h"

namespace weir {
namespace {

std::vector<uint32_t> VisibleRows(const Chunk& chunk) {
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < chunk.size(); ++i) rows.push_back(chunk.Row(i));
  return rows;
}

class TableOperator final : public StepOperator {
 public:
  TableOperator(std::shared_ptr<Table> table, std::vector<TableWrite> writes)
      : StepOperator(OrderPlace()), table_(std::move(table)), store_(table_->store) {
    writes_.emplace_back();  // port 0 inserts
    for (TableWrite& write : writes) writes_.push_back(std::move(write));
    for (const TableWrite& write : writes_) finders_.emplace_back(&store_, write, true);
    lookups_.resize(writes_.size());
    for (size_t w = 0; w < writes_.size(); ++w) MakeLookups(w);
    for (const TableWrite& write : writes_) {
      goes_together_.push_back(own_.empty() && write.lookups.empty() && GoesTogether(write));
    }
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (static_cast<size_t>(port) >= writes_.size()) {
      lookup_ports_[port - writes_.size()].Change(chunk, begin, end, timeline());
      return;
    }
    if (port == 0 && table_->asked) {
      BeginStep(chunk.KeyAt(begin));
      key_ = EmissionKey();
      timestamp_ = chunk.timestamp(chunk.Row(begin));
      const Table::Asked asked = std::move(*table_->asked);
      table_->asked.reset();
      // An index that is not there is not worth making for one write.
      TableFinder finder(&store_, asked.write, false);
      LoadRows(asked.write, asked.rows, &finder);
      CHECK(asked.lookups.empty() || asked.rows.size() <= 1);
      for (uint32_t i = 0; i < asked.rows.size(); ++i) {
        Write(asked.write, &asked.lookups, finder, i);
      }
      if (!own_.empty()) EmitChanges();
      at_hand_ = Chunk();
      return;
    }
    const TableWrite& write = writes_[port];
    const bool together = goes_together_[port] && store_.disk() == nullptr;
    LoadRows(write, chunk.Slice(begin, end), &finders_[port]);
    const Chunk& rows = at_hand_;
    for (uint32_t i = 0; i < rows.size();) {
      const uint32_t emission_end = rows.EmissionEnd(i);
      BeginStep(rows.KeyAt(i));
      key_ = EmissionKey();
      for (; i < emission_end; ++i) {
        timestamp_ = rows.timestamp(rows.Row(i));
        finders_[port].Approach(rows, i);
        together ? WriteTogether(write, finders_[port], i)
                 : Write(write, &lookups_[port], finders_[port], i);
        if (!own_.empty()) EmitChanges();
      }
      if (changes_.size() >= kChunkRows) EmitChanges();
    }
    UpdateTogether(write);
    at_hand_ = Chunk();
  }

  void Flush() override {
    EmitChanges();
    for (const Lookups& lookups : lookups_) {
      for (const auto& lookup : lookups) lookup->Unload();
    }
  }

  void SaveStep(StateWriter& out) const override {
    out.Write(*table_);
    for (const Lookups& lookups : lookups_) {
      for (const auto& lookup : lookups) lookup->Save(out);
    }
  }
  void LoadStep(StateReader& in) override {
    in.Read(*table_);
    for (const Lookups& lookups : lookups_) {
      for (const auto& lookup : lookups) lookup->Load(in);
    }
  }

 private:
  using Lookups = std::vector<std::shared_ptr<TableLookup>>;

  // A look-up that asks this table itself.
  struct Own {
    LookupPort port;
    std::vector<uint32_t> columns;
  };

  // An update of one row of the table that is still to be made.
  struct WaitingUpdate {
    RowId id;           // the row; of those behind the first, known when it is their round
    RowId new_id;       // once it is made; kNoRow: the condition did not hold
    uint32_t row;       // physical row of the chunk at hand
    uint32_t previous;  // update of the same row; LastUpdates::kNone: this is the first
    uint32_t round;     // so many come before it
    TimeMs timestamp;
    OrderKey key;
  };

  void MakeLookups(size_t w) {
    const TableWrite& write = writes_[w];
    std::vector<LookupPort> ports;
    for (const LookupSpec& spec : write.lookups) {
      lookups_[w].push_back(std::make_shared<TableLookup>(write.pairs, spec));
      AddPorts(lookups_[w].back().get(), &ports);
    }
    for (size_t p = 0; p < ports.size(); ++p) {
      if (write.own_columns[p]) {
        own_.push_back({ports[p], *write.own_columns[p]});
      } else {
        lookup_ports_.push_back(ports[p]);
      }
    }
  }

  // Takes the rows to write next.
  void LoadRows(const TableWrite& write, const Chunk& rows, TableFinder* finder) {
    at_hand_ = rows;
    store_.Refresh();
    finder->Load(rows, timeline());
    const bool inserts =
        write.action == TableAction::kInsert || write.action == TableAction::kUpdateOrInsert;
    if (!inserts) return;
    stored_ = store_.WithNumbers(rows);
    store_.FetchRivals(stored_);
  }

  void Write(const TableWrite& write, const Lookups* lookups, const TableFinder& finder,
             uint32_t i) {
    asked_ = lookups;
    if (write.action == TableAction::kInsert) {
      Insert(i);
      return;
    }
    Find(write, finder, i);
    if (write.action == TableAction::kDelete) {
      for (const RowId id : ids_) {
        Change(id, RowKind::kFindRemove);
        store_.Remove(id);
      }
    } else if (!ids_.empty()) {
      Update(write, i);
    } else if (write.action == TableAction::kUpdateOrInsert) {
      Insert(i);
    }
  }

  void Insert(uint32_t i) {
    const RowId id = store_.Insert(stored_, i);
    if (id == kNoRow) {
      ++table_->refused_inserts;
      TellRefused(" not inserted: its primary key is there already", i);
    } else {
      Change(id, RowKind::kFindAdd);
    }
  }

  void TellRefused(const char* what, uint32_t i) {
    if (table_->refused_inserts + table_->refused_updates > kRefusedRowsTold) return;
    std::string text = "row (";
    for (size_t c = 0; c < at_hand_.column_count(); ++c) {
      const Value value = at_hand_.column(c)->GetValue(at_hand_.Row(i));
      text += (c > 0 ? ", " : "") + value.ToText();
    }
    table_->refused_rows.push_back(text + ")" + what);
  }

  // Collects what row i of the chunk at hand finds before the rest of the condition is tested.
  void FindByKeys(const TableFinder& finder, uint32_t i) {
    ids_.clear();
    finder.Find(at_hand_.Row(i), &ids_);
    if (ids_.size() < 2) return;
    SortRows(store_.rows(), static_cast<uint32_t>(store_.schema()->size()), ids_);
  }

  // Collects the rows that row i of the chunk at hand is about.
  void Find(const TableWrite& write, const TableFinder& finder, uint32_t i) {
    FindByKeys(finder, i);
    if (write.residual != nullptr && !ids_.empty()) {
      const Selection kept = Test(*write.residual, i, ids_.size(),
                                  [this](size_t c) { return store_.rows().Gather(c, ids_); });
      for (size_t k = 0; k < kept.size(); ++k) ids_[k] = ids_[kept[k]];
      ids_.resize(kept.size());
    }
    if (store_.disk() != nullptr && finder.BeginOnDisk(at_hand_.Row(i)))
      FindOnDisk(write, finder, i);
  }

  // Of the rows on disk only those that are about to change get into memory.
  void FindOnDisk(const TableWrite& write, const TableFinder& finder, uint32_t i) {
    bool more = true;
    while (more) {
      Chunk rows;
      more = finder.NextOnDisk(at_hand_.Row(i), &rows);
      if (write.residual != nullptr && !rows.empty()) {
        const std::vector<uint32_t> visible = VisibleRows(rows);
        Selection kept = Test(*write.residual, i, rows.size(),
                              [&](size_t c) { return GatherColumn(rows.column(c), visible); });
        for (uint32_t& k : kept) k = visible[k];
        rows = rows.WithSelection(std::move(kept));
      }
      store_.Admit(rows, &ids_);
    }
    SortRows(store_.rows(), static_cast<uint32_t>(store_.schema()->size()), ids_);
  }

  // Which of `count` rows of the table satisfy the condition with row i of the chunk at hand;
  // `column` gives their values.
  template <class TableColumn>
  Selection Test(const Expr& condition, uint32_t i, size_t count, TableColumn column) const {
    std::vector<bool> reads(PairColumns(), false);
    CollectColumns(condition, &reads);
    const Chunk pairs = Pairs(i, count, std::move(reads), column);
    return EvalFilter(condition, {pairs, &timeline()});
  }

  // Whether updates of different rows of the table may wait for one another: none of them changes
  // what the others find, or the primary key.
  bool GoesTogether(const TableWrite& write) const {
    const bool updates =
        write.action == TableAction::kUpdate ||
        (write.action == TableAction::kUpdateOrInsert && write.residual == nullptr);
    if (!updates || write.keys.empty()) return false;
    return std::all_of(write.set.begin(), write.set.end(), [&](const auto& one) {
      const auto key = std::find(write.key_columns.begin(), write.key_columns.end(), one.column);
      if (key == write.key_columns.end()) {
        const std::vector<uint32_t>& primary = store_.primary_key();
        return one.column != write.ordered_column &&
               std::find(primary.begin(), primary.end(), one.column) == primary.end();
      }
      const ExprPtr& found_by = write.keys[key - write.key_columns.begin()];
      return one.value->column() != Expr::kNoColumn && one.value->column() == found_by->column();
    });
  }

  // As Write, but an update may wait until UpdateTogether, behind others of the same row.
  void WriteTogether(const TableWrite& write, const TableFinder& finder, uint32_t i) {
    FindByKeys(finder, i);
    if (ids_.empty() && write.action == TableAction::kUpdateOrInsert) {
      UpdateTogether(write);
      Insert(i);
      return;
    }
    for (const RowId id : ids_) {
      const uint32_t previous = last_updates_.Set(id, static_cast<uint32_t>(waiting_.size()));
      const uint32_t round = previous == LastUpdates::kNone ? 0 : waiting_[previous].round + 1;
      waiting_.push_back({id, kNoRow, at_hand_.Row(i), previous, round, timestamp_, key_});
    }
    if (waiting_.size() >= kChunkRows) UpdateTogether(write);
  }

  // The first updates of all rows together, then the second ones, and so on: each sees what the one
  // before it has made of its row. What changes is told in the order of the updates.
  void UpdateTogether(const TableWrite& write) {
    if (waiting_.empty()) return;
    uint32_t rounds = 0;
    for (const WaitingUpdate& update : waiting_) rounds = std::max(rounds, update.round + 1);
    std::vector<uint32_t> ends(rounds + 1, 0);
    for (const WaitingUpdate& update : waiting_) ++ends[update.round + 1];
    for (uint32_t r = 1; r <= rounds; ++r) ends[r] += ends[r - 1];
    by_round_.resize(waiting_.size());
    for (uint32_t u = 0; u < waiting_.size(); ++u) by_round_[ends[waiting_[u].round]++] = u;
    for (uint32_t r = 0; r < rounds; ++r) {  // ends[r] is that of round r by now
      const uint32_t begin = r == 0 ? 0 : ends[r - 1];
      UpdateRound(write, std::span(by_round_).subspan(begin, ends[r] - begin));
    }
    for (const WaitingUpdate& update : waiting_) {
      if (update.new_id == kNoRow) continue;
      Change(update.id, RowKind::kFindRemove, update.timestamp, update.key);
      Change(update.new_id, RowKind::kFindAdd, update.timestamp, update.key);
    }
    waiting_.clear();
    last_updates_.Clear();
  }

  void UpdateRound(const TableWrite& write, std::span<const uint32_t> updates) {
    waiting_ids_.clear();
    waiting_rows_.clear();
    for (const uint32_t u : updates) {
      WaitingUpdate& update = waiting_[u];
      if (update.previous != LastUpdates::kNone) {
        const WaitingUpdate& before = waiting_[update.previous];
        update.id = before.new_id == kNoRow ? before.id : before.new_id;
      }
      waiting_ids_.push_back(update.id);
      waiting_rows_.push_back(update.row);
      waiting_meta_.Append(update.timestamp, RowKind::kCurrent, update.key);
    }
    Selection kept;
    std::vector<bool> reads(PairColumns(), false);
    if (write.residual != nullptr) CollectColumns(*write.residual, &reads);
    asked_ = nullptr;
    std::vector<ColumnPtr> columns = OldColumns(write, waiting_ids_, &reads);
    Chunk pairs = PairsOf(waiting_rows_, &waiting_meta_, std::move(reads),
                          [this](size_t c) { return store_.rows().Gather(c, waiting_ids_); });
    if (write.residual != nullptr) {
      kept = EvalFilter(*write.residual, {pairs, &timeline()});
      for (size_t k = 0; k < kept.size(); ++k) waiting_ids_[k] = waiting_ids_[kept[k]];
      waiting_ids_.resize(kept.size());
      pairs = pairs.WithSelection(kept);
    }
    for (const TableWrite::Assignment& one : write.set) {
      columns[one.column] = EvalColumn(*one.value, {pairs, &timeline()});
    }
    const Chunk versions = pairs.WithColumns(store_.stored_schema(), std::move(columns));
    CHECK(store_.Replace(waiting_ids_, versions, &new_ids_));
    for (uint32_t k = 0; k < pairs.size(); ++k) {
      waiting_[updates[write.residual != nullptr ? kept[k] : k]].new_id = new_ids_[k];
    }
  }

  // The values of rows that an update leaves as they are; adds what it reads.
  std::vector<ColumnPtr> OldColumns(const TableWrite& write, std::span<const RowId> ids,
                                    std::vector<bool>* reads) const {
    std::vector<bool> stays(store_.stored_schema()->size(), true);
    for (const TableWrite::Assignment& one : write.set) {
      CollectColumns(*one.value, reads);
      stays[one.column] = false;
    }
    std::vector<ColumnPtr> columns(stays.size());
    for (size_t c = 0; c < stays.size(); ++c) {
      if (stays[c]) columns[c] = store_.rows().Gather(c, ids);
    }
    return columns;
  }

  void Update(const TableWrite& write, uint32_t i) {
    std::vector<bool> reads(PairColumns(), false);
    std::vector<ColumnPtr> columns = OldColumns(write, ids_, &reads);
    const Chunk pairs = Pairs(i, ids_.size(), std::move(reads),
                              [this](size_t c) { return store_.rows().Gather(c, ids_); });
    for (const TableWrite::Assignment& one : write.set) {
      columns[one.column] = EvalColumn(*one.value, {pairs, &timeline()});
    }
    const Chunk versions = pairs.WithColumns(store_.stored_schema(), std::move(columns));
    if (!store_.Replace(ids_, versions, &new_ids_)) {
      ++table_->refused_updates;
      TellRefused(": update not made, two rows would have one primary key", i);
      return;
    }
    for (size_t k = 0; k < ids_.size(); ++k) {
      Change(ids_[k], RowKind::kFindRemove);
      Change(new_ids_[k], RowKind::kFindAdd);
    }
  }

  size_t PairColumns() const { return at_hand_.column_count() + store_.schema()->size(); }

  // Row i of the chunk at hand beside each of `count` rows, as PairsOf.
  template <class TableColumn>
  Chunk Pairs(uint32_t i, size_t count, std::vector<bool> reads, TableColumn column) const {
    RowMetaBuilder meta;
    meta.Reserve(count);
    for (size_t k = 0; k < count; ++k) meta.Append(timestamp_, RowKind::kCurrent, key_);
    const std::vector<uint32_t> repeated(count, at_hand_.Row(i));
    return PairsOf(repeated, &meta, std::move(reads), column);
  }

  // Physical rows of the chunk at hand, each beside a row of the table, then the answers to
  // look-ups; only the columns that are read.
  template <class TableColumn>
  Chunk PairsOf(std::span<const uint32_t> rows, RowMetaBuilder* meta, std::vector<bool> reads,
                TableColumn column) const {
    reads.resize(PairColumns());
    static const Lookups kNone;
    const Lookups& lookups = asked_ != nullptr ? *asked_ : kNone;
    for (const auto& lookup : lookups) lookup->AddReads(&reads);
    std::vector<ColumnPtr> columns(reads.size());
    const size_t row_columns = at_hand_.column_count();
    for (size_t c = 0; c < reads.size(); ++c) {
      if (!reads[c]) continue;
      columns[c] =
          c < row_columns ? GatherColumn(at_hand_.column(c), rows) : column(c - row_columns);
    }
    return WithAnswers(meta->Finish(store_.schema(), std::move(columns)), lookups, timeline());
  }

  void Change(RowId id, RowKind kind) { Change(id, kind, timestamp_, key_); }
  void Change(RowId id, RowKind kind, TimeMs timestamp, const OrderKey& key) {
    changes_.push_back(id);
    meta_.Append(timestamp, kind, key);
    meta_.AppendRowId(id);
  }

  void EmitChanges() {
    if (!changes_.empty()) {
      out()->push_back(meta_.Finish(store_.stored_schema(), store_.rows().GatherAll(changes_)));
      changes_.clear();
      for (const Own& own : own_) TellOwn(own, out()->back());
    }
    store_.Reclaim();
  }

  void TellOwn(const Own& own, const Chunk& changes) {
    std::vector<ColumnPtr> columns;
    for (const uint32_t c : own.columns) columns.push_back(changes.column(c));
    const Chunk found = changes.WithColumns(store_.stored_schema(), std::move(columns));
    own.port.Change(found, 0, found.size(), timeline());
  }

  std::shared_ptr<Table> table_;
  TableStore& store_;
  std::vector<TableWrite> writes_;        // by port
  std::vector<TableFinder> finders_;      // by port
  std::vector<Lookups> lookups_;          // by port
  std::vector<LookupPort> lookup_ports_;  // behind those of the writes
  std::vector<Own> own_;
  std::vector<bool> goes_together_;  // by port

  Chunk at_hand_;                       // rows being written
  Chunk stored_;                        // the same as the store takes them
  OrderKey key_;                        // of the step
  TimeMs timestamp_ = 0;                // of the row being written
  std::vector<RowId> changes_;          // not emitted yet
  RowMetaBuilder meta_;                 // of the changes
  const Lookups* asked_ = nullptr;      // of the write at hand
  std::vector<RowId> ids_;              // scratch
  std::vector<RowId> new_ids_;          // scratch
  std::vector<WaitingUpdate> waiting_;  // for UpdateTogether
  LastUpdates last_updates_;            // of waiting_
  std::vector<uint32_t> by_round_;      // scratch
  std::vector<RowId> waiting_ids_;      // scratch
  std::vector<uint32_t> waiting_rows_;  // scratch
  RowMetaBuilder waiting_meta_;         // scratch
};

// As CollectColumns; all columns from `columns` on count as that one.
void CollectColumnsUpTo(const Expr& expr, uint32_t columns, std::vector<bool>* used) {
  if (expr.column() != Expr::kNoColumn) (*used)[std::min(expr.column(), columns)] = true;
  for (const ExprPtr& child : expr.children()) CollectColumnsUpTo(*child, columns, used);
}

CompareOp Mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
    default:
      return op;
  }
}

class ColumnsOperator final : public Operator, public ServesAllKeys {
 public:
  ColumnsOperator(SchemaPtr output, std::vector<uint32_t> columns)
      : output_(std::move(output)), columns_(std::move(columns)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      std::vector<ColumnPtr> columns;
      columns.reserve(columns_.size());
      for (const uint32_t c : columns_) columns.push_back(chunk.column(c));
      out->push_back(chunk.WithColumns(output_, std::move(columns)));
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  SchemaPtr output_;
  std::vector<uint32_t> columns_;
};

}  // namespace

std::unique_ptr<Operator> MakeTableOperator(std::shared_ptr<Table> table,
                                            std::vector<TableWrite> writes) {
  return std::make_unique<TableOperator>(std::move(table), std::move(writes));
}

void SplitTableCondition(const ExprPtr& condition, uint32_t row_columns, uint32_t table_columns,
                         TableWrite* write) {
  if (condition == nullptr) return;
  std::vector<ExprPtr> rest;
  for (const ExprPtr& part : SplitConjunction(condition)) {
    const auto comparison = AsComparison(*part);
    const auto try_key = [&](const ExprPtr& key, const ExprPtr& column) {
      const uint32_t at = column->column();
      if (at == Expr::kNoColumn || at < row_columns || at >= row_columns + table_columns)
        return false;
      std::vector<bool> used(row_columns + table_columns, false);
      CollectColumns(*key, &used);
      if (std::find(used.begin() + row_columns, used.end(), true) != used.end()) return false;
      write->keys.push_back(key);
      write->key_columns.push_back(at - row_columns);
      return true;
    };
    if (comparison && comparison->op == CompareOp::kEqual && !part->volatile_value() &&
        comparison->left->type() == comparison->right->type() &&
        (try_key(comparison->left, comparison->right) ||
         try_key(comparison->right, comparison->left))) {
      continue;
    }
    rest.push_back(part);
  }
  write->residual = JoinConjunction(rest);
}

OrderedPart SplitOrderedPart(const std::vector<uint32_t>& ordered, uint32_t begin, uint32_t end,
                             uint32_t columns, ExprPtr* condition) {
  OrderedPart part;
  if (*condition == nullptr) return part;
  std::vector<ExprPtr> rest;
  for (const ExprPtr& one : SplitConjunction(*condition)) {
    const auto comparison = AsComparison(*one);
    const auto try_bound = [&](const ExprPtr& column, CompareOp op, const ExprPtr& probe) {
      const uint32_t at = column->column();
      if (at == Expr::kNoColumn || at < begin || at >= end) return false;
      const uint32_t attribute = at - begin;
      if (part.column && *part.column != attribute) return false;
      if (std::find(ordered.begin(), ordered.end(), attribute) == ordered.end()) return false;
      std::vector<bool> used(size_t{columns} + 1, false);
      CollectColumnsUpTo(*probe, columns, &used);
      for (uint32_t c = 0; c <= columns; ++c) {
        if (used[c] && ((c >= begin && c < end) || c == columns)) return false;
      }
      part.column = attribute;
      part.bounds.push_back({op, probe});
      return true;
    };
    const bool by_order = comparison && comparison->op != CompareOp::kEqual &&
                          comparison->op != CompareOp::kNotEqual && !one->volatile_value();
    if (by_order && (try_bound(comparison->left, comparison->op, comparison->right) ||
                     try_bound(comparison->right, Mirrored(comparison->op), comparison->left))) {
      continue;
    }
    rest.push_back(one);
  }
  *condition = JoinConjunction(rest);
  return part;
}

std::unique_ptr<Operator> MakeColumnsOperator(SchemaPtr output, std::vector<uint32_t> columns) {
  return std::make_unique<ColumnsOperator>(std::move(output), std::move(columns));
}

}  // namespace weir
