#include "types/chunk.h"

#include <type_traits>

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

namespace {

bool AnyNulls(size_t column, std::span<const ChunkRun> runs) {
  for (const ChunkRun& run : runs) {
    if (run.chunk->column(column)->has_nulls()) return true;
  }
  return false;
}

template <class T, bool kNullable>
void CopyRuns(size_t c, std::span<const ChunkRun> runs, Column* to) {
  T* out = to->mutable_values<T>();
  size_t at = 0;
  const Column* last_kept = nullptr;
  for (const ChunkRun& run : runs) {
    const ColumnPtr& from = run.chunk->column(c);
    const T* in = from->values<T>();
    bool shares = false;
    for (uint32_t i = run.begin; i < run.end; ++i, ++at) {
      const uint32_t row = run.chunk->Row(i);
      if (kNullable && !from->IsValid(row)) {
        out[at] = T();
        to->SetNull(at);
        continue;
      }
      out[at] = in[row];
      if constexpr (std::is_same_v<T, StringRef>) shares |= !in[row].is_inline();
    }
    if (shares && from.get() != last_kept) {
      to->KeepAlive(from);
      last_kept = from.get();
    }
  }
}

ColumnPtr ConcatenateColumn(Type type, size_t c, std::span<const ChunkRun> runs, size_t rows) {
  auto result = std::make_shared<Column>(type, rows);
  const bool nulls = AnyNulls(c, runs);
  DispatchType(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (nulls) {
      CopyRuns<T, true>(c, runs, result.get());
    } else {
      CopyRuns<T, false>(c, runs, result.get());
    }
  });
  return result;
}

}  // namespace

Chunk ConcatenateRuns(const SchemaPtr& schema, std::span<const ChunkRun> runs) {
  RowMetaBuilder meta;
  size_t rows = 0;
  bool row_ids = true;
  for (const ChunkRun& run : runs) {
    rows += run.end - run.begin;
    row_ids &= run.chunk->has_row_ids();
  }
  meta.Reserve(rows);
  for (const ChunkRun& run : runs) {
    for (uint32_t i = run.begin; i < run.end; ++i) {
      const uint32_t row = run.chunk->Row(i);
      meta.Append(run.chunk->timestamp(row), run.chunk->kind(row), run.chunk->key(row));
      if (row_ids) meta.AppendRowId(run.chunk->row_id(row));
    }
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(schema->size());
  for (size_t c = 0; c < schema->size(); ++c) {
    columns.push_back(ConcatenateColumn((*schema)[c].type, c, runs, rows));
  }
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
