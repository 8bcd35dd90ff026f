#include "types/chunk.h"


namespace weir {

uint32_t Chunk::EmissionEnd(uint32_t begin) const {
  DCHECK(begin < size_);
  const uint32_t first = Row(begin);
  const Moment moment = meta_->moments[first];
  uint32_t end = begin + 1;
  if (paths_ == nullptr) {
    while (end < size_ && meta_->moments[Row(end)] == moment) ++end;
  } else {
    const Path path = (*paths_)[first];
    while (end < size_ && meta_->moments[Row(end)] == moment && (*paths_)[Row(end)] == path) ++end;
  }
  return end;
}

Chunk Chunk::WithColumns(SchemaPtr schema, std::vector<ColumnPtr> columns) const {
  Chunk result = *this;
  result.schema_ = std::move(schema);
  result.columns_ = std::make_shared<const std::vector<ColumnPtr>>(std::move(columns));
  return result;
}

Chunk Chunk::WithSelection(Selection selection) const {
  Chunk result = *this;
  result.size_ = static_cast<uint32_t>(selection.size());
  result.selection_ = std::make_shared<const Selection>(std::move(selection));
  return result;
}

Chunk Chunk::Slice(uint32_t begin, uint32_t end) const {
  DCHECK(begin <= end && end <= size_);
  if (begin == 0 && end == size_) return *this;
  Selection selection(end - begin);
  for (uint32_t i = begin; i < end; ++i) selection[i - begin] = Row(i);
  return WithSelection(std::move(selection));
}

Chunk Chunk::WithMeta(std::shared_ptr<const RowMeta> meta) const {
  CHECK_EQ(meta->timestamps.size(), meta_->timestamps.size());
  Chunk result = *this;
  result.meta_ = std::move(meta);
  return result;
}

Chunk Chunk::WithPath(Path constant) const {
  Chunk result = *this;
  result.paths_ = nullptr;
  result.constant_path_ = constant;
  return result;
}

Chunk Chunk::WithPaths(std::vector<Path> paths) const {
  CHECK_EQ(paths.size(), meta_->timestamps.size());
  Chunk result = *this;
  result.paths_ = std::make_shared<const std::vector<Path>>(std::move(paths));
  return result;
}

Chunk Chunk::WithRank(uint32_t rank, int width) const {
  if (width == 0) return *this;
  if (paths_ == nullptr) return WithPath(constant_path_.Append(rank, width));
  std::vector<Path> paths(paths_->size());
  for (uint32_t i = 0; i < size_; ++i) {
    const uint32_t row = Row(i);
    paths[row] = (*paths_)[row].Append(rank, width);
  }
  return WithPaths(std::move(paths));
}

Chunk ConcatenateRuns(const SchemaPtr& schema, std::span<const ChunkRun> runs) {
  RowMetaBuilder meta;
  std::vector<ColumnBuilder> builders;
  builders.reserve(schema->size());
  for (const Attribute& attribute : schema->attributes()) builders.emplace_back(attribute.type);
  for (const ChunkRun& run : runs) {
    for (uint32_t i = run.begin; i < run.end; ++i) {
      const uint32_t row = run.chunk->Row(i);
      meta.Append(run.chunk->timestamp(row), run.chunk->kind(row), run.chunk->key(row));
    }
    for (size_t c = 0; c < builders.size(); ++c) {
      const Column& from = *run.chunk->column(c);
      for (uint32_t i = run.begin; i < run.end; ++i) {
        builders[c].AppendFrom(from, run.chunk->Row(i));
      }
    }
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(builders.size());
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  return meta.Finish(schema, std::move(columns));
}

Chunk RowMetaBuilder::Finish(SchemaPtr schema, std::vector<ColumnPtr> columns) {
  Chunk chunk(std::move(schema), std::move(columns),
              std::make_shared<const RowMeta>(std::move(meta_)));
  chunk = paths_.empty() ? chunk.WithPath(constant_path_) : chunk.WithPaths(std::move(paths_));
  *this = RowMetaBuilder();
  return chunk;
}

}  // namespace weir
