#include "exec/select_operator.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "exec/distinct_rows.h"
#include "exec/emission_arranger.h"
#include "exec/group_table.h"
#include "exec/id_state.h"
#include "exec/serves_all_keys.h"

namespace weir {
namespace {

// Groups are looked through for empty ones when there are this many, then whenever there are twice
// as many as were left: O(1) per row.
constexpr uint32_t kFirstSweep = 1024;
// How many rows ahead the group of a key is brought near.
constexpr uint32_t kPrefetchAhead = 16;

SchemaPtr WithAttributes(const SchemaPtr& schema, std::vector<Attribute> more) {
  std::vector<Attribute> attributes = schema->attributes();
  for (Attribute& attribute : more) attributes.push_back(std::move(attribute));
  return std::make_shared<const Schema>(std::move(attributes));
}

// A dense column (value i is of visible row i) indexed by physical row instead.
ColumnPtr Scatter(const Chunk& chunk, ColumnPtr dense) {
  if (chunk.selection() == nullptr) return dense;
  auto result = std::make_shared<Column>(dense->type(), chunk.physical_size());
  DispatchType(dense->type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = dense->values<T>();
    T* to = result->template mutable_values<T>();
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      to[chunk.Row(i)] = from[i];
      if (!dense->IsValid(i)) result->SetNull(chunk.Row(i));
    }
  });
  return result;
}

ColumnPtr EvalDense(const Expr& expr, const EvalContext& context) {
  ColumnPtr column = EvalColumn(expr, context);
  const Selection* selection = context.chunk.selection();
  return selection == nullptr ? column : GatherColumn(column, *selection);
}

// The given physical rows alone, in the order given, copied into a chunk.
Chunk Compact(const Chunk& chunk, const Selection& rows) {
  RowMetaBuilder meta;
  meta.Reserve(rows.size());
  for (const uint32_t row : rows)
    meta.Append(chunk.timestamp(row), chunk.kind(row), chunk.key(row));
  std::vector<ColumnPtr> columns;
  columns.reserve(chunk.column_count());
  for (const ColumnPtr& column : chunk.columns()) columns.push_back(GatherColumn(column, rows));
  return meta.Finish(chunk.schema(), std::move(columns));
}

bool HasReset(const Chunk& chunk) {
  if (chunk.all_current()) return false;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    if (chunk.kind(chunk.Row(i)) == RowKind::kReset) return true;
  }
  return false;
}

Selection Ascending(const Selection& rows) {
  Selection sorted = rows;
  if (!std::is_sorted(sorted.begin(), sorted.end())) std::sort(sorted.begin(), sorted.end());
  return sorted;
}

class SelectOperator final : public Operator, public ServesAllKeys {
 public:
  explicit SelectOperator(SelectSpec spec);

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.empty()) continue;
      ProcessChunk(chunk, in.timeline, out);
      SweepGroups();
    }
  }
  bool serves_all_keys() const override {
    return spec_.aggregates.empty() && spec_.distinct != Distinct::kForever;
  }
  void Save(StateWriter& out) const override;
  void Load(StateReader& in) override;

 private:
  void ProcessChunk(const Chunk& arriving, const Timeline& timeline, std::vector<Chunk>* out);
  Chunk Computed(Chunk chunk, const Timeline& timeline);
  void FindGroups(const Chunk& chunk);
  void FindKeyGroups(const Chunk& chunk);
  void MapKeysToGroups(const Chunk& chunk);
  void ReleaseKeyGroups();
  bool IsNewGroup(uint32_t group) const;
  void SaveKeyGroups(StateWriter& out) const;
  void LoadKeyGroups(StateReader& in);
  Chunk Aggregate(const Chunk& chunk);
  AggregateInput DenseRows(const Chunk& chunk);
  void SweepGroups();

  bool IsOutput(RowKind kind) const {
    return (kind == RowKind::kCurrent && spec_.emits_current) ||
           (kind == RowKind::kExpired && spec_.emits_expired);
  }
  void TakeOutputKinds(const Chunk& chunk);
  void KeepLast(const Chunk& chunk);
  void KeepLastOfGroups(const Chunk& chunk);
  RowFaults* faults() { return spec_.faults == nullptr ? nullptr : &faults_; }
  void DropFailed(const Chunk& chunk);
  std::vector<ColumnPtr> Project(const Chunk& rows, const Timeline& timeline);
  Chunk WithOutputs(const Chunk& extended, const std::vector<ColumnPtr>& outputs) const;
  void Emit(const Chunk& chunk, std::vector<ColumnPtr> outputs, std::vector<Chunk>* out) const;

  SelectSpec spec_;
  SchemaPtr extended_;                      // the input, then the aggregates
  SchemaPtr with_outputs_;                  // and then the outputs
  std::unique_ptr<DistinctRows> distinct_;  // null: all rows are kept
  EmissionArranger arranger_;
  bool arranges_;
  bool folds_;                // one row per emission (and group)
  bool computes_ = false;     // not all projections are plain columns
  bool lazy_values_ = false;  // an aggregate's value is dear: tell it which rows are read

  std::unique_ptr<GroupTable> table_;  // null: no group by
  uint32_t next_sweep_ = kFirstSweep;
  // By group: the last emission of several rows that had a row of it, and that row's place.
  std::vector<uint64_t> group_emission_;
  std::vector<size_t> group_place_;
  uint64_t emission_ = 0;

  // With a key column: the group of each key's rows. A reset of the key ends it; before the first
  // reset the group has the number of the key.
  bool keys_are_groups_ = true;
  std::vector<uint32_t> key_groups_;  // by key; kNoRow: none
  std::vector<uint32_t> ended_groups_;
  std::vector<uint32_t> free_groups_;
  uint32_t group_end_ = 0;

  // Scratch of one chunk.
  std::vector<ColumnPtr> keys_;
  std::vector<ColumnPtr> arguments_;  // dense; of all aggregates
  RowFaults faults_;
  std::vector<uint32_t> groups_;         // dense
  std::vector<uint32_t> groups_by_row_;  // by physical row; only with a selection
  std::vector<RowKind> kinds_;           // dense; only with a selection or a key column
  std::vector<uint8_t> wanted_;          // dense
  Selection rows_;                       // physical rows on their way to the output
};

SelectOperator::SelectOperator(SelectSpec spec)
    : spec_(std::move(spec)),
      arranger_(spec_.order_by, spec_.limit, spec_.offset),
      arranges_(!spec_.order_by.empty() || spec_.limit.has_value() || spec_.offset > 0),
      folds_((!spec_.aggregates.empty() || !spec_.group_by.empty() || spec_.last_row) &&
             !spec_.every_row) {
  CHECK_EQ(spec_.projections.size(), spec_.output->size());
  for (const ExprPtr& expr : spec_.projections) {
    computes_ = computes_ || expr->column() == Expr::kNoColumn;
  }
  std::vector<Attribute> aggregates;
  for (AggregateCall& call : spec_.aggregates) {
    aggregates.push_back({call.description, call.result});
    lazy_values_ = lazy_values_ || call.result == Type::kObject;
    if (spec_.group_by.empty()) call.aggregator->EnsureGroups(1);
  }
  if (spec_.schemas == nullptr) spec_.schemas = std::make_shared<SelectSchemas>();
  SelectSchemas& schemas = *spec_.schemas;
  if (schemas.extended == nullptr) {
    schemas.extended = WithAttributes(spec_.input, std::move(aggregates));
    schemas.with_outputs = WithAttributes(schemas.extended, spec_.output->attributes());
  }
  extended_ = schemas.extended;
  with_outputs_ = schemas.with_outputs;
  if (spec_.distinct != Distinct::kNo) {
    std::vector<Type> types;
    for (size_t i = 0; i < spec_.distinct_columns; ++i) types.push_back((*spec_.output)[i].type);
    distinct_ = std::make_unique<DistinctRows>(types, spec_.distinct == Distinct::kForever);
  }
  if (spec_.group_by.empty()) return;
  std::vector<Type> types;
  for (const ExprPtr& key : spec_.group_by) types.push_back(key->type());
  table_ = std::make_unique<GroupTable>(std::move(types));
}

// Which rows are kept does not depend on the aggregates unless `having` asks, so they are chosen
// before if possible and nothing is computed for rows that go.
void SelectOperator::ProcessChunk(const Chunk& arriving, const Timeline& timeline,
                                  std::vector<Chunk>* out) {
  const Chunk chunk = Computed(arriving, timeline);
  if (table_ != nullptr) FindGroups(chunk);
  if (spec_.key_column) FindKeyGroups(chunk);
  const bool filters = spec_.having != nullptr;
  TakeOutputKinds(chunk);
  if (!filters && folds_) table_ == nullptr ? KeepLast(chunk) : KeepLastOfGroups(chunk);
  const Chunk extended = Aggregate(chunk);
  if (rows_.empty()) return;

  Chunk visible = extended;
  if (rows_.size() != chunk.size() && (computes_ || filters)) {
    visible = extended.WithSelection(Ascending(rows_));
  }
  std::vector<ColumnPtr> outputs = Project(visible, timeline);
  if (!faults_.empty()) DropFailed(visible);
  if (filters) {
    if (rows_.size() != visible.size()) visible = visible.WithSelection(Ascending(rows_));
    rows_ = EvalFilter(*spec_.having, {WithOutputs(visible, outputs), &timeline, faults()});
    if (!faults_.empty()) DropFailed(visible);
    if (folds_) table_ == nullptr ? KeepLast(chunk) : KeepLastOfGroups(chunk);
  }
  if (rows_.empty()) return;
  if (distinct_ != nullptr) distinct_->Keep(visible, outputs, &rows_);
  if (arranges_) arranger_.Arrange(WithOutputs(extended, outputs), timeline, &rows_);
  Emit(chunk, std::move(outputs), out);
}

// Computes what groups and aggregates take; gives the chunk without the rows for which that failed.
Chunk SelectOperator::Computed(Chunk chunk, const Timeline& timeline) {
  for (;;) {
    const EvalContext context{chunk, &timeline, faults()};
    keys_.clear();
    for (const ExprPtr& key : spec_.group_by) keys_.push_back(EvalColumn(*key, context));
    arguments_.clear();
    for (const AggregateCall& call : spec_.aggregates) {
      for (const ExprPtr& expr : call.arguments) arguments_.push_back(EvalDense(*expr, context));
    }
    if (faults_.empty()) return chunk;
    Selection good = spec_.faults->Take(chunk, spec_.number_column, &faults_);
    if (good.size() == chunk.size()) return chunk;
    chunk = chunk.WithSelection(std::move(good));
  }
}

// Takes the rows of the chunk that failed out of rows_.
void SelectOperator::DropFailed(const Chunk& chunk) {
  const Selection good = spec_.faults->Take(chunk, spec_.number_column, &faults_);
  std::erase_if(rows_,
                [&](uint32_t row) { return !std::binary_search(good.begin(), good.end(), row); });
}

void SelectOperator::FindGroups(const Chunk& chunk) {
  groups_.resize(chunk.size());
  table_->Find(chunk, keys_, groups_.data());
  group_emission_.resize(table_->group_end(), 0);
  group_place_.resize(table_->group_end(), 0);
  for (AggregateCall& call : spec_.aggregates) call.aggregator->EnsureGroups(table_->group_end());
  if (chunk.selection() == nullptr) return;
  groups_by_row_.resize(chunk.physical_size());
  for (uint32_t i = 0; i < chunk.size(); ++i) groups_by_row_[chunk.Row(i)] = groups_[i];
}

// The group of a key is another one after a reset. The reset itself counts as the last row of the
// group that it ends: nobody sees what it does there.
void SelectOperator::FindKeyGroups(const Chunk& chunk) {
  groups_.resize(chunk.size());
  const int32_t* keys = chunk.column(*spec_.key_column)->values<int32_t>();
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    groups_[i] = static_cast<uint32_t>(keys[chunk.Row(i)]);
  }
  if (keys_are_groups_ && !HasReset(chunk)) {
    for (const uint32_t group : groups_) group_end_ = std::max(group_end_, group + 1);
  } else {
    if (std::exchange(keys_are_groups_, false)) {
      key_groups_.resize(group_end_);
      std::iota(key_groups_.begin(), key_groups_.end(), 0);
    }
    MapKeysToGroups(chunk);
  }
  for (AggregateCall& call : spec_.aggregates) call.aggregator->EnsureGroups(group_end_);
}

// Of keys in groups_ to their groups.
void SelectOperator::MapKeysToGroups(const Chunk& chunk) {
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const size_t ahead = i + kPrefetchAhead;
    if (ahead < chunk.size() && groups_[ahead] < key_groups_.size()) {
      __builtin_prefetch(&key_groups_[groups_[ahead]], 1);
    }
    const uint32_t key = groups_[i];
    if (key >= key_groups_.size()) {
      key_groups_.resize(std::max<size_t>(key + 1, key_groups_.size() * 2), kNoRow);
    }
    uint32_t& group = key_groups_[key];
    if (group == kNoRow && free_groups_.empty()) {
      group = group_end_++;
    } else if (group == kNoRow) {
      group = free_groups_.back();
      free_groups_.pop_back();
    }
    groups_[i] = group;
    if (chunk.kind(chunk.Row(i)) != RowKind::kReset) continue;
    ended_groups_.push_back(group);
    group = kNoRow;
  }
}

void SelectOperator::ReleaseKeyGroups() {
  for (const uint32_t group : ended_groups_) {
    for (AggregateCall& call : spec_.aggregates) call.aggregator->ReleaseGroup(group);
    free_groups_.push_back(group);
  }
  ended_groups_.clear();
}

// The chunk with a column per aggregate: its value after each visible row.
Chunk SelectOperator::Aggregate(const Chunk& chunk) {
  DCHECK(chunk.column_count() == spec_.input->size());
  if (spec_.aggregates.empty()) return chunk;
  AggregateInput in = DenseRows(chunk);
  std::vector<ColumnPtr> columns = chunk.columns();
  std::span<const ColumnPtr> arguments = arguments_;
  for (AggregateCall& call : spec_.aggregates) {
    in.arguments = arguments.first(call.arguments.size());
    arguments = arguments.subspan(call.arguments.size());
    auto values = std::make_shared<Column>(call.result, in.size);
    call.aggregator->Update(in, values.get());
    columns.push_back(Scatter(chunk, std::move(values)));
  }
  ReleaseKeyGroups();
  return chunk.WithColumns(extended_, std::move(columns));
}

AggregateInput SelectOperator::DenseRows(const Chunk& chunk) {
  AggregateInput in{chunk.size(), nullptr, nullptr, {}};
  if (table_ != nullptr || spec_.key_column) in.groups = groups_.data();
  if (!chunk.all_current()) {
    in.kinds = chunk.meta()->kinds.data();
    if (chunk.selection() != nullptr || spec_.key_column) {
      kinds_.resize(chunk.size());
      for (uint32_t i = 0; i < chunk.size(); ++i) kinds_[i] = chunk.kind(chunk.Row(i));
      in.kinds = kinds_.data();
    }
    if (spec_.key_column) {
      std::replace(kinds_.begin(), kinds_.end(), RowKind::kReset, RowKind::kCurrent);
    }
  }
  if (lazy_values_ && spec_.having == nullptr) {
    wanted_.assign(chunk.physical_size(), 0);
    for (const uint32_t row : rows_) wanted_[row] = 1;
    // Dense rows are not after their physical places, so this can be done in place.
    for (uint32_t i = 0; i < chunk.size(); ++i) wanted_[i] = wanted_[chunk.Row(i)];
    in.wanted = wanted_.data();
  }
  return in;
}

void SelectOperator::SweepGroups() {
  if (table_ == nullptr || table_->size() < next_sweep_) return;
  table_->Sweep([this](uint32_t group) {
    if (!IsNewGroup(group)) return false;
    for (AggregateCall& call : spec_.aggregates) call.aggregator->ReleaseGroup(group);
    return true;
  });
  next_sweep_ = std::max(kFirstSweep, table_->size() * 2);
}

void SelectOperator::TakeOutputKinds(const Chunk& chunk) {
  rows_.resize(chunk.size());
  if (chunk.all_current()) {
    if (!spec_.emits_current) rows_.clear();
    for (uint32_t i = 0; i < rows_.size(); ++i) rows_[i] = chunk.Row(i);
    return;
  }
  size_t count = 0;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    rows_[count] = row;
    count += IsOutput(chunk.kind(row)) ? 1 : 0;
  }
  rows_.resize(count);
}

void SelectOperator::KeepLast(const Chunk& chunk) {
  size_t kept = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const bool last = i + 1 == rows_.size() || !SameEmission(chunk, rows_[i], rows_[i + 1]);
    rows_[kept] = rows_[i];
    kept += last ? 1 : 0;
  }
  rows_.resize(kept);
}

// Groups stand where their first row stood.
void SelectOperator::KeepLastOfGroups(const Chunk& chunk) {
  const uint32_t* groups = chunk.selection() == nullptr ? groups_.data() : groups_by_row_.data();
  size_t kept = 0;
  for (size_t begin = 0; begin < rows_.size();) {
    const size_t end = EmissionEndOf(chunk, rows_, begin);
    if (end == begin + 1) {
      rows_[kept++] = rows_[begin];
    } else {
      ++emission_;
      for (size_t i = begin; i < end; ++i) {
        const uint32_t row = rows_[i];
        const uint32_t group = groups[row];
        if (group_emission_[group] != emission_) {
          group_emission_[group] = emission_;
          group_place_[group] = kept++;
        }
        rows_[group_place_[group]] = row;
      }
    }
    begin = end;
  }
  rows_.resize(kept);
}

std::vector<ColumnPtr> SelectOperator::Project(const Chunk& rows, const Timeline& timeline) {
  std::vector<ColumnPtr> outputs;
  outputs.reserve(spec_.projections.size());
  for (const ExprPtr& expr : spec_.projections) {
    outputs.push_back(expr->column() != Expr::kNoColumn
                          ? rows.column(expr->column())
                          : EvalColumn(*expr, {rows, &timeline, faults()}));
  }
  return outputs;
}

Chunk SelectOperator::WithOutputs(const Chunk& extended,
                                  const std::vector<ColumnPtr>& outputs) const {
  std::vector<ColumnPtr> columns = extended.columns();
  columns.insert(columns.end(), outputs.begin(), outputs.end());
  return extended.WithColumns(with_outputs_, std::move(columns));
}

// A selection shares everything but must be ascending, and drags along what it leaves out.
void SelectOperator::Emit(const Chunk& chunk, std::vector<ColumnPtr> outputs,
                          std::vector<Chunk>* out) const {
  if (rows_.empty()) return;
  const Chunk result = chunk.WithColumns(spec_.output, std::move(outputs));
  if (!std::is_sorted(rows_.begin(), rows_.end()) || rows_.size() * 4 <= chunk.physical_size()) {
    out->push_back(Compact(result, rows_));
  } else if (rows_.size() == chunk.size()) {
    out->push_back(result);
  } else {
    out->push_back(result.WithSelection(rows_));
  }
}

// A part for each key that has a group. Those that look as if just made have none, as long as keys
// are groups.
void SelectOperator::SaveKeyGroups(StateWriter& out) const {
  std::vector<bool> begun;
  std::vector<uint32_t> free = free_groups_;
  const size_t keys = keys_are_groups_ ? group_end_ : key_groups_.size();
  for (uint32_t key = 0; key < keys; ++key) {
    begun.push_back(keys_are_groups_ ? !IsNewGroup(key) : key_groups_[key] != kNoRow);
    if (keys_are_groups_ && !begun.back()) free.push_back(key);
  }
  SaveUsedIds(begun, out);
  SaveIds(group_end_, free, out);
  const uint32_t section = out.NewSection();
  for (uint32_t key = 0; key < keys; ++key) {
    if (!begun[key]) continue;
    const uint32_t group = keys_are_groups_ ? key : key_groups_[key];
    out.BeginPart(section, 0, group);
    out.Write(key);
    for (const AggregateCall& call : spec_.aggregates) call.aggregator->SaveGroup(group, out);
    out.EndPart();
  }
}

bool SelectOperator::IsNewGroup(uint32_t group) const {
  return std::all_of(spec_.aggregates.begin(), spec_.aggregates.end(),
                     [group](const AggregateCall& call) { return call.aggregator->IsNew(group); });
}

void SelectOperator::LoadKeyGroups(StateReader& in) {
  LoadedIds keys(in);
  LoadedIds groups(in, &free_groups_);
  bool same = keys.end() == groups.end();
  keys_are_groups_ = false;
  key_groups_.assign(keys.end(), kNoRow);
  group_end_ = groups.end();
  for (AggregateCall& call : spec_.aggregates) call.aggregator->EnsureGroups(group_end_);
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    const auto key = in.Get<uint32_t>();
    if (groups.Take(number) && keys.Take(key)) {
      key_groups_[key] = static_cast<uint32_t>(number);
      same = same && key == number;
      for (AggregateCall& call : spec_.aggregates) call.aggregator->LoadGroup(key_groups_[key], in);
      same = same && !IsNewGroup(key_groups_[key]);
    }
    in.EndPart();
  }
  groups.Finish();
  keys.Finish();
  if (!same || !std::is_sorted(free_groups_.begin(), free_groups_.end())) return;
  keys_are_groups_ = true;
  key_groups_.clear();
  free_groups_.clear();
}

// What is known of the last emission that a group was in means nothing to the next one.
void SelectOperator::Save(StateWriter& out) const {
  const auto save_group = [this](uint32_t group, StateWriter& part) {
    for (const AggregateCall& call : spec_.aggregates) call.aggregator->SaveGroup(group, part);
  };
  if (table_ != nullptr) {
    out.Write(next_sweep_);
    table_->Save(out, save_group);
  } else if (spec_.key_column) {
    SaveKeyGroups(out);
  } else {
    save_group(0, out);
  }
  if (distinct_ != nullptr) distinct_->Save(out);
}

void SelectOperator::Load(StateReader& in) {
  const auto load_group = [this](uint32_t group, StateReader& part) {
    for (AggregateCall& call : spec_.aggregates) {
      if (table_ != nullptr) call.aggregator->EnsureGroups(table_->group_end());
      call.aggregator->LoadGroup(group, part);
    }
  };
  if (table_ != nullptr) {
    in.Read(next_sweep_);
    table_->Load(in, load_group);
  } else if (spec_.key_column) {
    LoadKeyGroups(in);
  } else {
    load_group(0, in);
  }
  if (distinct_ != nullptr) distinct_->Load(in);
}

}  // namespace

std::unique_ptr<Operator> MakeSelectOperator(SelectSpec spec) {
  return std::make_unique<SelectOperator>(std::move(spec));
}

}  // namespace weir
