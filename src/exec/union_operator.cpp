#include "exec/union_operator.h"

#include <queue>

#include "exec/select_operator.h"
#include "exec/serves_all_keys.h"
#include "exec/step_operator.h"

namespace weir {
namespace {

// A run this long, and at least half of its chunk, is not worth copying.
constexpr uint32_t kPassRows = 256;

// Collects runs in key order and copies the short ones into common chunks.
class RunCollector {
 public:
  explicit RunCollector(std::vector<Chunk>* out) : out_(out) {}

  void Add(const Chunk& chunk, uint32_t begin, uint32_t end) {
    const uint32_t rows = end - begin;
    if (rows >= kPassRows && rows >= chunk.physical_size() / 2) {
      Flush();
      out_->push_back(chunk.Slice(begin, end));
      return;
    }
    runs_.push_back({&chunk, begin, end});
    rows_ += rows;
    if (rows_ >= kChunkRows) Flush();
  }

  void Flush() {
    if (runs_.empty()) return;
    out_->push_back(ConcatenateRuns(runs_.front().chunk->schema(), runs_));
    runs_.clear();
    rows_ = 0;
  }

 private:
  std::vector<Chunk>* out_;
  std::vector<ChunkRun> runs_;
  size_t rows_ = 0;
};

struct Head {
  OrderKey key;
  size_t cursor;
};
struct LaterHead {
  bool operator()(const Head& a, const Head& b) const {
    return a.key != b.key ? a.key > b.key : a.cursor > b.cursor;
  }
};

class UnionOperator : public Operator, public ServesAllKeys {
 public:
  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    MergePorts(in.ports, out);
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}
};

}  // namespace

void MergePorts(std::span<const Port> ports, std::vector<Chunk>* out) {
  std::vector<PortCursor> cursors;
  std::priority_queue<Head, std::vector<Head>, LaterHead> heads;
  for (const Port& port : ports) {
    PortCursor cursor(port);
    if (cursor.done()) continue;
    heads.push({cursor.key(), cursors.size()});
    cursors.push_back(cursor);
  }
  if (cursors.size() == 1) {
    for (; !cursors[0].done(); cursors[0].MoveTo(cursors[0].chunk().size())) {
      out->push_back(cursors[0].chunk());
    }
    return;
  }
  RunCollector collector(out);
  while (!heads.empty()) {
    PortCursor& cursor = cursors[heads.top().cursor];
    const size_t index = heads.top().cursor;
    heads.pop();
    const uint32_t end = cursor.RunEnd(heads.empty() ? nullptr : &heads.top().key);
    collector.Add(cursor.chunk(), cursor.row(), end);
    cursor.MoveTo(end);
    if (!cursor.done()) heads.push({cursor.key(), index});
  }
  collector.Flush();
}

std::unique_ptr<Operator> MakeUnionOperator(SchemaPtr) { return std::make_unique<UnionOperator>(); }

}  // namespace weir
