#include "exec/island_exits.h"

namespace weir {

void IslandExits::Add(uint32_t a, const Chunk& chunk, uint32_t begin, uint32_t end, Path path) {
  Arrow& arrow = arrows_[a];
  // An aggregation's readers share its output, each with rows of its own schema.
  const bool other = !arrow.runs.empty() && arrow.runs[0].chunk.schema() != chunk.schema();
  if (other) Flush(a);
  arrow.runs.push_back({chunk, begin, end, path});
  arrow.rows += end - begin;
  if (arrow.rows >= kChunkRows) Flush(a);
}

void IslandExits::FlushAll() {
  for (uint32_t a = 0; a < arrows_.size(); ++a) Flush(a);
}

void IslandExits::Flush(uint32_t a) {
  Arrow& arrow = arrows_[a];
  if (arrow.runs.empty()) return;
  std::vector<ChunkRun> runs;
  std::vector<Path> paths;
  runs.reserve(arrow.runs.size());
  paths.reserve(arrow.rows);
  for (const Run& run : arrow.runs) {
    runs.push_back({&run.chunk, run.begin, run.end});
    paths.insert(paths.end(), run.end - run.begin, run.path);
  }
  out_[a].push_back(ConcatenateRuns(runs[0].chunk->schema(), runs).WithPaths(std::move(paths)));
  arrow.runs.clear();
  arrow.rows = 0;
}

}  // namespace weir
