#include "exec/row_condition.h"

#include <utility>

#include "time/timeline.h"

namespace weir {
namespace {

class RowCondition final : public WindowCondition {
 public:
  explicit RowCondition(RowConditionSpec spec) : spec_(std::move(spec)) {
    const size_t attributes = spec_.schema->size();
    first_aggregate_ = 2 * attributes + 2;
    read_.resize(first_aggregate_ + spec_.aggregates.size(), false);
    CollectColumns(*spec_.condition, &read_);
    read_by_aggregates_.resize(attributes, false);
    for (const RowConditionSpec::Aggregate& aggregate : spec_.aggregates) {
      for (const ExprPtr& argument : aggregate.arguments) {
        CollectColumns(*argument, &read_by_aggregates_);
      }
      aggregate.state->EnsureGroups(1);
    }
    values_.resize(spec_.aggregates.size());
    Update(RowKind::kReset, kNoRow, nullptr, 0);
  }

  void Add(RowId row, const RowStore& rows, TimeMs now) override {
    Update(RowKind::kCurrent, row, &rows, now);
  }
  void Remove(RowId row, const RowStore& rows, TimeMs now) override {
    Update(RowKind::kExpired, row, &rows, now);
  }
  void Clear() override { Update(RowKind::kReset, kNoRow, nullptr, 0); }

  bool Holds(RowId first, RowId last, const RowStore& rows, TimeMs now) override {
    const size_t attributes = spec_.schema->size();
    std::vector<ColumnPtr> columns(read_.size());
    for (size_t c = 0; c < attributes; ++c) {
      if (read_[c]) columns[c] = rows.Gather(c, {&last, 1});
      if (read_[attributes + c]) columns[attributes + c] = rows.Gather(c, {&first, 1});
    }
    if (read_[2 * attributes]) columns[2 * attributes] = OneLong(rows.timestamp(first));
    if (read_[2 * attributes + 1]) columns[2 * attributes + 1] = OneLong(rows.timestamp(last));
    for (size_t a = 0; a < values_.size(); ++a) columns[first_aggregate_ + a] = values_[a];
    const Chunk chunk = OneRow(std::move(columns), rows.timestamp(last));
    const Timeline timeline = ClockAt(now);
    return !EvalFilter(*spec_.condition, {chunk, &timeline}).empty();
  }

  void Save(StateWriter& out) const override {
    for (size_t a = 0; a < values_.size(); ++a) {
      spec_.aggregates[a].state->SaveGroup(0, out);
      out.Write(values_[a]->GetValue(0));
    }
  }
  void Load(StateReader& in) override {
    for (size_t a = 0; a < values_.size(); ++a) {
      spec_.aggregates[a].state->LoadGroup(0, in);
      const Type type = spec_.aggregates[a].type;
      Value value(type);
      in.Read(value);
      if (!in.Check(value.type() == type, "the value of an aggregate has another type")) return;
      auto column = std::make_shared<Column>(type, 1);
      column->SetValue(0, value);
      values_[a] = std::move(column);
    }
  }

 private:
  static ColumnPtr OneLong(int64_t value) {
    auto column = std::make_shared<Column>(Type::kLong, 1);
    column->mutable_values<int64_t>()[0] = value;
    return column;
  }
  static Timeline ClockAt(TimeMs now) {
    Timeline timeline;
    timeline.base = now;
    timeline.clocks = {now};
    return timeline;
  }
  Chunk OneRow(std::vector<ColumnPtr> columns, TimeMs timestamp) const {
    auto meta = std::make_shared<RowMeta>();
    meta->timestamps = {timestamp};
    meta->moments = {PackMoment(0, 0, kMessageRound)};
    return Chunk(spec_.schema, std::move(columns), std::move(meta));
  }

  void Update(RowKind kind, RowId row, const RowStore* rows, TimeMs now) {
    if (spec_.aggregates.empty()) return;
    std::vector<ColumnPtr> columns(spec_.schema->size());
    for (size_t c = 0; c < columns.size(); ++c) {
      if (rows != nullptr && read_by_aggregates_[c]) columns[c] = rows->Gather(c, {&row, 1});
    }
    const Chunk chunk = OneRow(std::move(columns), rows == nullptr ? 0 : rows->timestamp(row));
    const Timeline timeline = ClockAt(now);
    for (size_t a = 0; a < values_.size(); ++a) {
      const RowConditionSpec::Aggregate& aggregate = spec_.aggregates[a];
      std::vector<ColumnPtr> arguments;
      for (const ExprPtr& argument : aggregate.arguments) {
        arguments.push_back(rows == nullptr ? std::make_shared<const Column>(argument->type(), 1)
                                            : EvalColumn(*argument, {chunk, &timeline}));
      }
      auto value = std::make_shared<Column>(aggregate.type, 1);
      aggregate.state->Update({1, nullptr, &kind, arguments}, value.get());
      values_[a] = std::move(value);
    }
  }

  RowConditionSpec spec_;
  size_t first_aggregate_;
  std::vector<bool> read_;                // by column of the condition
  std::vector<bool> read_by_aggregates_;  // by attribute
  std::vector<ColumnPtr> values_;         // of the aggregates, after the last row
};

}  // namespace

std::unique_ptr<WindowCondition> MakeRowCondition(RowConditionSpec spec) {
  return std::make_unique<RowCondition>(std::move(spec));
}

}  // namespace weir
