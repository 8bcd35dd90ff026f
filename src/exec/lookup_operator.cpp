#include "exec/lookup_operator.h"

#include <deque>
#include <utility>

#include "exec/join_side.h"

namespace weir {
namespace {

class Lookup {
 public:
  Lookup(const SchemaPtr& rows, LookupSpec spec)
      : residual_(std::move(spec.residual)),
        rows_(RowSide(rows, spec.row_keys)),
        table_(TableSide(spec)),
        row_columns_(rows->size()),
        reads_(rows->size() + spec.table->size(), false),
        pair_schema_(rows) {
    if (residual_ != nullptr) CollectColumns(*residual_, &reads_);
  }

  void Change(const Chunk& chunk, uint32_t begin, uint32_t end, const Timeline& timeline) {
    if (begin == 0) table_.Load(chunk, timeline);
    for (uint32_t i = begin; i < end; ++i) {
      const uint32_t row = chunk.Row(i);
      if (chunk.kind(row) == RowKind::kFindAdd) table_.Insert(row, chunk.row_id(row));
      if (chunk.kind(row) == RowKind::kFindRemove) table_.Remove(chunk.row_id(row));
    }
    table_.Reclaim();
  }

  // One value per physical row of `chunk`, whose visible rows are asked about.
  ColumnPtr Ask(const Chunk& chunk, const Timeline& timeline) {
    auto found = std::make_shared<Column>(Type::kBool, chunk.physical_size());
    uint8_t* out = found->mutable_values<uint8_t>();
    rows_.Load(chunk, timeline);
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      const uint32_t row = chunk.Row(i);
      out[row] = 0;
      if (chunk.kind(row) != RowKind::kCurrent && chunk.kind(row) != RowKind::kExpired) continue;
      RowId id = rows_.loaded(row);
      const bool borrowed = id == kNoRow;
      if (borrowed) id = rows_.Borrow(row);
      RowId match = table_.FirstMatch(rows_, row, id);
      if (residual_ == nullptr) {
        out[row] = match != kNoRow ? 1 : 0;
      } else {
        for (; match != kNoRow; match = table_.NextMatch(match)) {
          asking_.push_back(row);
          candidates_.push_back(match);
          if (candidates_.size() == kChunkRows) Test(chunk, timeline, out);
        }
      }
      if (!borrowed) rows_.Drop(id);
    }
    Test(chunk, timeline, out);
    rows_.Reclaim();
    rows_.Unload();
    return found;
  }

  void Unload() { table_.Unload(); }

 private:
  static JoinSide RowSide(const SchemaPtr& schema, const std::vector<ExprPtr>& keys) {
    JoinSide side;
    side.schema = schema;
    side.has_window = false;
    side.keys = keys;
    return side;
  }
  static JoinSide TableSide(const LookupSpec& spec) {
    JoinSide side;
    side.schema = spec.table;
    side.triggers = false;
    side.find_set = FindSet::kExplicit;
    side.keys = spec.table_keys;
    return side;
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
    for (const uint32_t kept : EvalFilter(*residual_, {pairs, &timeline})) out[asking_[kept]] = 1;
    asking_.clear();
    candidates_.clear();
  }

  ExprPtr residual_;
  JoinInput rows_;
  JoinInput table_;
  size_t row_columns_;
  std::vector<bool> reads_;  // by the residual
  SchemaPtr pair_schema_;
  std::vector<uint32_t> asking_;   // physical rows, one per candidate
  std::vector<RowId> candidates_;  // not tested yet
};

class LookupOperator final : public StepOperator {
 public:
  LookupOperator(const SchemaPtr& rows, std::vector<LookupSpec> lookups, SchemaPtr output)
      : StepOperator(OrderPlace()), output_(std::move(output)) {
    for (LookupSpec& spec : lookups) lookups_.emplace_back(rows, std::move(spec));
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (port > 0) {
      lookups_[port - 1].Change(chunk, begin, end, timeline());
      return;
    }
    const Chunk rows = chunk.Slice(begin, end);
    std::vector<ColumnPtr> columns = rows.columns();
    for (Lookup& lookup : lookups_) columns.push_back(lookup.Ask(rows, timeline()));
    out()->push_back(rows.WithColumns(output_, std::move(columns)));
  }

  void Flush() override {
    for (Lookup& lookup : lookups_) lookup.Unload();
  }

 private:
  SchemaPtr output_;
  std::deque<Lookup> lookups_;
};

}  // namespace

std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output) {
  return std::make_unique<LookupOperator>(rows, std::move(lookups), std::move(output));
}

}  // namespace weir
