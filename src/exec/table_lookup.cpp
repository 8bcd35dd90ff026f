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
        pair_schema_(SideBySide(*rows, *spec.table)) {
    if (spec_.residual != nullptr) CollectColumns(*spec_.residual, &reads_);
    reads_.resize(pair_schema_->size());
    for (const LookupSpec& nested : spec_.nested) {
      nested_.push_back(std::make_shared<TableLookup>(pair_schema_, nested));
      nested_.back()->AddReads(&reads_);
    }
  }

  size_t table_count() const {
    size_t count = 1;
    for (const auto& nested : nested_) count += nested->table_count();
    return count;
  }

  void Change(size_t table, const Chunk& chunk, uint32_t begin, uint32_t end,
              const Timeline& timeline) {
    if (table > 0) {
      ChangeNested(table - 1, chunk, begin, end, timeline);
      return;
    }
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

  void Unload() {
    table_.Unload();
    for (const auto& nested : nested_) nested->Unload();
  }
  void Save(StateWriter& out) const {
    table_.Save(out);
    for (const auto& nested : nested_) nested->Save(out);
  }
  void Load(StateReader& in) {
    table_.Load(in);
    for (const auto& nested : nested_) nested->Load(in);
  }

 private:
  void ChangeNested(size_t table, const Chunk& chunk, uint32_t begin, uint32_t end,
                    const Timeline& timeline) {
    for (const auto& nested : nested_) {
      if (table < nested->table_count()) {
        nested->Change(table, chunk, begin, end, timeline);
        return;
      }
      table -= nested->table_count();
    }
  }

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
    const Chunk pairs =
        WithAnswers(meta.Finish(pair_schema_, std::move(columns)), nested_, timeline);
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
  std::vector<std::shared_ptr<TableLookup>> nested_;
  std::vector<uint32_t> asking_;   // physical rows, one per candidate
  std::vector<RowId> candidates_;  // not tested yet
};

TableLookup::TableLookup(const SchemaPtr& rows, LookupSpec spec)
    : rows_(std::make_unique<Rows>(rows, spec)) {}

TableLookup::~TableLookup() = default;

size_t TableLookup::table_count() const { return rows_->table_count(); }

void TableLookup::Change(size_t table, const Chunk& chunk, uint32_t begin, uint32_t end,
                         const Timeline& timeline) {
  rows_->Change(table, chunk, begin, end, timeline);
}

ColumnPtr TableLookup::Ask(const Chunk& rows, const Timeline& timeline) {
  return rows_->Ask(rows, timeline);
}

void TableLookup::AddReads(std::vector<bool>* reads) const { rows_->AddReads(reads); }

void TableLookup::Unload() { rows_->Unload(); }

void TableLookup::Save(StateWriter& out) const { rows_->Save(out); }

void TableLookup::Load(StateReader& in) { rows_->Load(in); }

SchemaPtr SideBySide(const Schema& left, const Schema& right) {
  std::vector<Attribute> attributes = left.attributes();
  attributes.insert(attributes.end(), right.attributes().begin(), right.attributes().end());
  return std::make_shared<const Schema>(std::move(attributes));
}

void AddPorts(TableLookup* lookup, std::vector<LookupPort>* ports) {
  for (size_t table = 0; table < lookup->table_count(); ++table) ports->push_back({lookup, table});
}

SchemaPtr WithAnswerColumns(const Schema& rows, size_t lookups) {
  std::vector<Attribute> attributes = rows.attributes();
  attributes.resize(attributes.size() + lookups, {"", Type::kBool});
  return std::make_shared<const Schema>(std::move(attributes));
}

Chunk WithAnswers(Chunk rows, const std::vector<std::shared_ptr<TableLookup>>& lookups,
                  const Timeline& timeline) {
  for (const auto& lookup : lookups) {
    std::vector<ColumnPtr> columns = rows.columns();
    columns.push_back(lookup->Ask(rows, timeline));
    rows = rows.WithColumns(rows.schema(), std::move(columns));
  }
  return rows;
}

}  // namespace weir
