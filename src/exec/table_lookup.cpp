#include "exec/table_lookup.h"

#include <utility>

#include "exec/join_side.h"

namespace weir {
namespace {

JoinSide AskingSide(const SchemaPtr& schema, const LookupSpec& spec) {
  JoinSide side;
  side.schema = schema;
  side.has_window = false;
  side.keys = spec.row_keys;
  return side;
}

JoinSide TableSide(const LookupSpec& spec) {
  JoinSide side;
  side.schema = spec.table;
  side.triggers = false;
  side.find_set = FindSet::kExplicit;
  side.keys = spec.table_keys;
  side.ordered_column = spec.ordered_column;
  side.bounds = spec.bounds;
  side.disk = spec.disk;
  return side;
}

}  // namespace

class TableLookup::Rows {
 public:
  Rows(const SchemaPtr& rows, const LookupSpec& spec)
      : spec_(spec),
        asking_side_(AskingSide(rows, spec)),
        table_(TableSide(spec)),
        row_columns_(rows->size()),
        reads_(rows->size() + spec.table->size(), false),
        pair_schema_(rows) {
    if (spec_.residual != nullptr) CollectColumns(*spec_.residual, &reads_);
  }

  void Change(const Chunk& chunk, uint32_t begin, uint32_t end, const Timeline& timeline) {
    if (begin == 0) table_.Load(chunk, timeline);
    for (uint32_t i = begin; i < end; ++i) {
      const uint32_t row = chunk.Row(i);
      const RowKind kind = chunk.kind(row);
      if (kind == RowKind::kFindAdd || kind == RowKind::kFindRemove) table_.TakeChange(chunk, row);
    }
    table_.Reclaim();
  }

  ColumnPtr Ask(const Chunk& chunk, const Timeline& timeline) {
    auto found = std::make_shared<Column>(Type::kBool, chunk.physical_size());
    uint8_t* out = found->mutable_values<uint8_t>();
    asking_side_.LoadKeys(chunk, timeline);
    asking_side_.LoadBounds(spec_.bounds, timeline);
    table_.Prefetch(asking_side_);
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      const uint32_t row = chunk.Row(i);
      out[row] = 0;
      if (chunk.kind(row) != RowKind::kCurrent && chunk.kind(row) != RowKind::kExpired) continue;
      if (spec_.residual == nullptr) {
        out[row] = HasMatch(row) ? 1 : 0;
        continue;
      }
      table_.FindMatches(asking_side_, row, &candidates_);
      asking_.resize(candidates_.size(), row);
      bool more = table_.is_on_disk() && table_.BeginOnDisk(asking_side_, row);
      while (more) {
        more = table_.NextOnDisk(asking_side_, row, &candidates_);
        asking_.resize(candidates_.size(), row);
        if (candidates_.size() >= kChunkRows || more) Test(chunk, timeline, out);
        more = more && out[row] == 0;
      }
      if (candidates_.size() >= kChunkRows) Test(chunk, timeline, out);
    }
    Test(chunk, timeline, out);
    asking_side_.Unload();
    return found;
  }

  void AddReads(std::vector<bool>* reads) const {
    for (const ExprPtr& key : spec_.row_keys) CollectColumns(*key, reads);
    for (const OrderedBound& bound : spec_.bounds) CollectColumns(*bound.probe, reads);
    for (size_t c = 0; c < row_columns_; ++c) {
      if (reads_[c]) (*reads)[c] = true;
    }
  }

  void Unload() { table_.Unload(); }
  void Save(StateWriter& out) const { table_.Save(out); }
  void Load(StateReader& in) { table_.Load(in); }

 private:
  bool HasMatch(uint32_t row) {
    if (table_.HasMatch(asking_side_, row)) return true;
    if (!table_.is_on_disk() || !table_.BeginOnDisk(asking_side_, row)) return false;
    bool more = true;
    while (more && candidates_.empty()) {
      more = table_.NextOnDisk(asking_side_, row, &candidates_);
      table_.ReclaimReleased();
    }
    const bool found = !candidates_.empty();
    candidates_.clear();
    table_.Reclaim();
    return found;
  }

  // Marks the rows that have a candidate for which the rest of the condition holds.
  void Test(const Chunk& chunk, const Timeline& timeline, uint8_t* out) {
    if (candidates_.empty()) return;
    RowMetaBuilder meta;
    meta.Reserve(asking_.size());
    for (const uint32_t row : asking_) {
      meta.Append(chunk.timestamp(row), RowKind::kCurrent, chunk.key(row));
    }
    std::vector<ColumnPtr> columns(reads_.size());
    for (size_t c = 0; c < columns.size(); ++c) {
      if (!reads_[c]) continue;
      columns[c] = c < row_columns_ ? GatherColumn(chunk.column(c), asking_)
                                    : table_.store().Gather(c - row_columns_, candidates_);
    }
    const Chunk pairs = meta.Finish(pair_schema_, std::move(columns));
    for (const uint32_t kept : EvalFilter(*spec_.residual, {pairs, &timeline})) {
      out[asking_[kept]] = 1;
    }
    asking_.clear();
    candidates_.clear();
    if (table_.is_on_disk()) table_.Reclaim();
  }

  const LookupSpec spec_;
  JoinInput asking_side_;
  JoinInput table_;
  size_t row_columns_;
  std::vector<bool> reads_;  // by the residual
  SchemaPtr pair_schema_;
  std::vector<uint32_t> asking_;   // physical rows, one per candidate
  std::vector<RowId> candidates_;  // not tested yet
};

TableLookup::TableLookup(const SchemaPtr& rows, LookupSpec spec)
    : rows_(std::make_unique<Rows>(rows, spec)) {}

TableLookup::~TableLookup() = default;

void TableLookup::Change(const Chunk& chunk, uint32_t begin, uint32_t end,
                         const Timeline& timeline) {
  rows_->Change(chunk, begin, end, timeline);
}

ColumnPtr TableLookup::Ask(const Chunk& rows, const Timeline& timeline) {
  return rows_->Ask(rows, timeline);
}

void TableLookup::AddReads(std::vector<bool>* reads) const { rows_->AddReads(reads); }

void TableLookup::Unload() { rows_->Unload(); }

void TableLookup::Save(StateWriter& out) const { rows_->Save(out); }

void TableLookup::Load(StateReader& in) { rows_->Load(in); }

}  // namespace weir
