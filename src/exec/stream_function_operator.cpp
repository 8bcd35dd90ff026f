#include "exec/stream_function_operator.h"

namespace weir {
namespace {

class StreamFunctionOperator final : public Operator, private StreamFunctionOutput {
 public:
  explicit StreamFunctionOperator(StreamFunctionNode node) : node_(std::move(node)) {
    for (const Attribute& attribute : node_.appended) {
      types_.push_back(attribute.type);
      appended_.emplace_back(attribute.type);
    }
  }

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (!chunk.empty()) ProcessChunk(chunk, in.timeline, out);
    }
  }
  void Save(StateWriter& out) const override { node_.function->Save(out); }
  void Load(StateReader& in) override { node_.function->Load(in); }

 private:
  void ProcessChunk(const Chunk& chunk, const Timeline& timeline, std::vector<Chunk>* out);
  Chunk Finish(const Chunk& chunk);

  void Emit() override { rows_.push_back(row_); }
  void Log(std::string line) override { node_.log->Add(chunk_->key(row_), std::move(line)); }
  void Fail(std::string message) override { faults_.Raise(row_, std::move(message)); }

  StreamFunctionNode node_;
  std::vector<Type> types_;
  // Scratch of one chunk.
  const Chunk* chunk_ = nullptr;
  uint32_t row_ = 0;
  Selection rows_;  // the physical row behind each row that is emitted
  RowFaults faults_;
};

void StreamFunctionOperator::ProcessChunk(const Chunk& chunk, const Timeline& timeline,
                                          std::vector<Chunk>* out) {
  std::vector<Vector> arguments;
  for (const ExprPtr& argument : node_.arguments) {
    arguments.push_back(argument->Eval({chunk, &timeline, &faults_}));
  }
  chunk_ = &chunk;
  rows_.clear();
  RowFaults failed = std::move(faults_);
  faults_.clear();
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    row_ = chunk.Row(i);
    if (chunk.kind(row_) == RowKind::kReset) {
      for (ColumnBuilder& column : appended_) column.AppendNull();
      Emit();
    } else if (const std::string* message = failed.empty() ? nullptr : failed.Find(row_)) {
      Fail(*message);
    } else {
      node_.function->OnRow(StreamFunctionRow(chunk, arguments, row_), *this);
    }
  }
  if (!faults_.empty()) node_.faults->Take(chunk, node_.number_column, &faults_);
  if (!rows_.empty()) out->push_back(Finish(chunk));
}

Chunk StreamFunctionOperator::Finish(const Chunk& chunk) {
  std::vector<ColumnPtr> columns;
  columns.reserve(node_.output->size());
  bool same = chunk.selection() == nullptr && rows_.size() == chunk.size();
  for (uint32_t i = 0; same && i < rows_.size(); ++i) same = rows_[i] == i;
  for (const ColumnPtr& column : chunk.columns()) {
    columns.push_back(same ? column : GatherColumn(column, rows_));
  }
  for (size_t i = 0; i < appended_.size(); ++i) {
    columns.push_back(appended_[i].Finish());
    CHECK_EQ(columns.back()->size(), rows_.size());
    appended_[i] = ColumnBuilder(types_[i], rows_.size());
  }
  if (same) return chunk.WithColumns(node_.output, std::move(columns));
  RowMetaBuilder meta;
  meta.Reserve(rows_.size());
  for (const uint32_t row : rows_) {
    meta.Append(chunk.timestamp(row), chunk.kind(row), chunk.key(row));
    if (chunk.has_row_ids()) meta.AppendRowId(chunk.row_id(row));
  }
  return meta.Finish(node_.output, std::move(columns));
}

}  // namespace

std::unique_ptr<Operator> MakeStreamFunctionOperator(StreamFunctionNode node) {
  return std::make_unique<StreamFunctionOperator>(std::move(node));
}

}  // namespace weir
