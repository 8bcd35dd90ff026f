#include "exec/partition_split.h"

#include "base/state_reader.h"
#include "exec/group_table.h"

namespace weir {
namespace {

class SplitOperator final : public Operator {
 public:
  explicit SplitOperator(SplitSpec spec) : spec_(std::move(spec)), keys_({spec_.key->type()}) {
    CHECK(spec_.key->type() != Type::kObject);
  }

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.empty()) continue;
      const ColumnPtr values = EvalColumn(*spec_.key, {chunk, &in.timeline});
      const Chunk rows = values->has_nulls() ? WithKey(chunk, *values) : chunk;
      if (!rows.empty()) out->push_back(Split(rows, values));
    }
  }

  void Save(StateWriter& out) const override {
    keys_.Save(out, [](uint32_t, StateWriter&) {});
  }
  void Load(StateReader& in) override {
    keys_.Load(in, [](uint32_t, StateReader&) {});
  }

 private:
  static Chunk WithKey(const Chunk& chunk, const Column& values) {
    Selection rows;
    rows.reserve(chunk.size());
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      if (values.IsValid(chunk.Row(i))) rows.push_back(chunk.Row(i));
    }
    return chunk.WithSelection(std::move(rows));
  }

  Chunk Split(const Chunk& chunk, const ColumnPtr& values) {
    numbers_.resize(chunk.size());
    keys_.Find(chunk, {&values, 1}, numbers_.data());
    auto column = std::make_shared<Column>(Type::kInt, chunk.physical_size());
    auto* by_row = column->mutable_values<int32_t>();
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      by_row[chunk.Row(i)] = static_cast<int32_t>(numbers_[i]);
    }
    std::vector<ColumnPtr> columns = chunk.columns();
    columns.push_back(std::move(column));
    const Chunk numbered = chunk.WithColumns(spec_.output, std::move(columns));
    if (chunk.has_constant_path() && IsOneRowEach(chunk)) {
      return numbered.WithPath(chunk.constant_path().AppendEmission(0));
    }
    return numbered.WithPaths(PathsOfRuns(chunk));
  }

  static bool IsOneRowEach(const Chunk& chunk) {
    for (uint32_t i = 1; i < chunk.size(); ++i) {
      if (chunk.moment(chunk.Row(i)) == chunk.moment(chunk.Row(i - 1))) return false;
    }
    return true;
  }

  std::vector<Path> PathsOfRuns(const Chunk& chunk) const {
    std::vector<Path> paths(chunk.physical_size());
    for (uint32_t i = 0; i < chunk.size();) {
      const uint32_t end = chunk.EmissionEnd(i);
      const Path of_emission = chunk.path(chunk.Row(i));
      uint64_t run = 0;
      Path path = of_emission.AppendEmission(run);
      for (const uint32_t begin = i; i < end; ++i) {
        if (i > begin && numbers_[i] != numbers_[i - 1]) path = of_emission.AppendEmission(++run);
        paths[chunk.Row(i)] = path;
      }
    }
    return paths;
  }

  SplitSpec spec_;
  GroupTable keys_;
  std::vector<uint32_t> numbers_;  // of the keys of the chunk at hand, dense
};

}  // namespace

SchemaPtr WithKeyNumber(const SchemaPtr& schema) {
  std::vector<Attribute> attributes = schema->attributes();
  attributes.push_back({"", Type::kInt});
  return std::make_shared<const Schema>(std::move(attributes));
}

std::unique_ptr<Operator> MakeSplitOperator(SplitSpec spec) {
  return std::make_unique<SplitOperator>(std::move(spec));
}

}  // namespace weir
