#include "exec/window_operator.h"

#include <algorithm>
#include <utility>

#include "exec/serves_all_keys.h"

namespace weir {
namespace {

class WindowOperator final : public StepOperator {
 public:
  WindowOperator(OrderPlace place, WindowNode node)
      : StepOperator(place),
        schema_(node.schema),
        store_(node.schema),
        window_(std::move(node.window)),
        context_(this, node.needs_expired, node.needs_find_rows) {}

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    (void)port;
    if (chunk.all_current()) {
      OnCurrentRows(chunk, begin, end);
      return;
    }
    Selection current;
    for (uint32_t i = begin; i < end; ++i) {
      if (chunk.kind(chunk.Row(i)) == RowKind::kCurrent) current.push_back(chunk.Row(i));
    }
    if (current.empty()) return;
    const Chunk rest = chunk.WithSelection(std::move(current));
    OnCurrentRows(rest, 0, rest.size());
  }

  void OnTimer(const Timer& timer) override {
    context_.SetNow(now());
    window_->OnTimer(timer.due, context_);
    CloseEmission();
    if (context_.emitted().rows.size() >= kChunkRows) EmitChunk();
  }

  void Flush() override {
    if (!context_.emitted().rows.empty()) EmitChunk();
    store_.Reclaim();
  }

  void SaveStep(StateWriter& out) const override {
    store_.Save(out);
    window_->Save(out);
  }
  void LoadStep(StateReader& in) override {
    store_.Load(in);
    window_->Load(in, store_);
  }

 private:
  class Context final : public WindowContext {
   public:
    Context(WindowOperator* host, bool needs_expired, bool needs_find_rows)
        : WindowContext(&host->store_, needs_expired),
          host_(host),
          needs_find_rows_(needs_find_rows) {}

    void SetNow(TimeMs now) { now_ = now; }
    const Emitted& emitted() const { return emitted_; }
    bool needs_find_rows() const { return needs_find_rows_; }
    void ClearEmitted() {
      emitted_.rows.clear();
      emitted_.kinds.clear();
      emitted_.timestamps.clear();
    }

    void NextEmission() override { host_->CloseEmission(); }
    void Schedule(TimeMs due) override { host_->Arm(due, 0); }
    bool ScheduleForNow() override {
      const bool to_come = host_->timers_of_now_to_come();
      if (to_come) host_->ArmForNow(0);
      return to_come;
    }
    void FindAdd(RowId row) override { EmitFind(row, RowKind::kFindAdd); }
    void FindRemove(RowId row) override { EmitFind(row, RowKind::kFindRemove); }

   private:
    void EmitFind(RowId row, RowKind kind) {
      if (needs_find_rows_) Emit(row, kind, store_->timestamp(row));
    }

    WindowOperator* host_;
    bool needs_find_rows_;
  };

  void OnCurrentRows(const Chunk& chunk, uint32_t begin, uint32_t end) {
    ids_.resize(end - begin);
    store_.Add(chunk, begin, end, ids_.data());
    const RowId* id = ids_.data();
    for (uint32_t i = begin; i < end;) {
      const uint32_t emission_end = chunk.EmissionEnd(i);
      BeginStep(chunk.KeyAt(i));
      context_.SetNow(now());
      for (; i < emission_end; ++i) window_->OnRow(*id++, context_);
      window_->OnEmissionEnd(context_);
      CloseEmission();
      if (context_.emitted().rows.size() >= kChunkRows) EmitChunk();
    }
  }

  // Gives what was emitted since the last call the key of one emission.
  void CloseEmission() {
    const size_t size = context_.emitted().rows.size();
    if (size == closed_rows_) return;
    closed_rows_ = size;
    emissions_.push_back({EmissionKey(), size});
  }

  // The buffers are copied, not handed over: they keep their memory, and a chunk of one row (an
  // island's, or where traffic is low) takes no more than it needs.
  void EmitChunk() {
    const auto& emitted = context_.emitted();
    auto meta = std::make_shared<RowMeta>();
    meta->timestamps = emitted.timestamps;
    if (std::any_of(emitted.kinds.begin(), emitted.kinds.end(),
                    [](RowKind kind) { return kind != RowKind::kCurrent; })) {
      meta->kinds = emitted.kinds;
    }
    meta->moments.resize(emitted.rows.size());
    const Path first_path = emissions_.front().key.path;
    bool one_path = true;
    size_t row = 0;
    for (const Emission& emission : emissions_) {
      for (; row < emission.end; ++row) meta->moments[row] = emission.key.moment;
      one_path = one_path && emission.key.path == first_path;
    }
    if (context_.needs_find_rows()) meta->row_ids = emitted.rows;
    const Chunk chunk(schema_, store_.GatherAll(emitted.rows), std::move(meta));
    out()->push_back(one_path ? chunk.WithPath(first_path) : chunk.WithPaths(Paths()));
    context_.ClearEmitted();
    emissions_.clear();
    closed_rows_ = 0;
    store_.Reclaim();
  }

  std::vector<Path> Paths() const {
    std::vector<Path> paths(closed_rows_);
    size_t row = 0;
    for (const Emission& emission : emissions_) {
      for (; row < emission.end; ++row) paths[row] = emission.key.path;
    }
    return paths;
  }

  SchemaPtr schema_;
  RowStore store_;
  std::unique_ptr<Window> window_;
  Context context_;
  struct Emission {
    OrderKey key;
    size_t end;  // in the emitted rows; it begins where the one before ends
  };
  std::vector<Emission> emissions_;
  size_t closed_rows_ = 0;  // the end of the last of them
  std::vector<RowId> ids_;  // of the rows at hand
};

// Stands for a window that passes its rows where nobody wants them to expire.
class PassOperator final : public Operator, public ServesAllKeys {
 public:
  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.all_current()) {
        out->push_back(chunk);
        continue;
      }
      Selection current;
      for (uint32_t i = 0; i < chunk.size(); ++i) {
        if (chunk.kind(chunk.Row(i)) == RowKind::kCurrent) current.push_back(chunk.Row(i));
      }
      if (!current.empty()) out->push_back(chunk.WithSelection(std::move(current)));
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}
};

}  // namespace

std::unique_ptr<Operator> MakeWindowOperator(OrderPlace place, WindowNode node) {
  if (!node.needs_expired && !node.needs_find_rows && node.window->passes_current()) {
    return std::make_unique<PassOperator>();
  }
  return std::make_unique<WindowOperator>(place, std::move(node));
}

}  // namespace weir
