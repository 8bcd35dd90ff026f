#include "exec/keyed_window.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/prefetch.h"
#include "base/state_reader.h"
#include "exec/id_state.h"
#include "exec/window_operator.h"

namespace weir {
namespace {

// How many rows ahead a key's window is brought near.
constexpr uint32_t kPrefetchAhead = 16;
// Fewer windows than these are near anyway.
constexpr size_t kPrefetchWindows = 16384;

// The timers of all keys; those of one time in the order of the keys, and of one key in the order
// in which they were armed.
template <class At>
class KeyTimers {
 public:
  void Arm(At at, uint32_t key) {
    waiting_.push_back({at, key, next_number_++});
    std::push_heap(waiting_.begin(), waiting_.end(), std::greater<>());
  }
  // The key whose timer fires at that time; absent only if a state was read that cannot be right.
  std::optional<uint32_t> Pop(At at) {
    if (waiting_.empty() || waiting_.front().at != at) return std::nullopt;
    std::pop_heap(waiting_.begin(), waiting_.end(), std::greater<>());
    const uint32_t key = waiting_.back().key;
    waiting_.pop_back();
    return key;
  }

  // Calls use(key, i) for the few that probably fire next, i counting them.
  template <class Use>
  void ForNext(Use use) const {
    const size_t few = std::min<size_t>(waiting_.size(), 7);
    for (size_t i = 0; i < few; ++i) use(waiting_[i].key, i);
  }

  void Save(StateWriter& out) const { out.Write(next_number_, waiting_); }
  // `is_key` tells which keys there are.
  template <class IsKey>
  void Load(StateReader& in, IsKey is_key) {
    in.Read(next_number_, waiting_);
    const bool all = std::all_of(waiting_.begin(), waiting_.end(),
                                 [&](const Waiting& waiting) { return is_key(waiting.key); });
    if (!in.Check(all, "a timer is for a key without a window")) waiting_.clear();
  }

 private:
  struct Waiting {
    At at;
    uint32_t key;
    uint64_t number;
    friend auto operator<=>(const Waiting&, const Waiting&) = default;
    void Save(StateWriter& out) const { out.Write(at, key, number); }
    void Load(StateReader& in) { in.Read(at, key, number); }
  };
  std::vector<Waiting> waiting_;  // a heap, the next one first
  uint64_t next_number_ = 0;
};

SchemaPtr WithoutLast(const SchemaPtr& schema) {
  std::vector<Attribute> attributes = schema->attributes();
  attributes.pop_back();
  return std::make_shared<const Schema>(std::move(attributes));
}

class KeyedWindowOperator final : public StepOperator {
 public:
  KeyedWindowOperator(OrderPlace place, KeyedWindowNode node)
      : StepOperator(place),
        schema_(node.schema),
        stored_schema_(WithoutLast(node.schema)),
        store_(stored_schema_),
        make_(std::move(node.make)),
        context_(this, node.needs_expired) {}

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    (void)port;
    CHECK(chunk.all_current());
    std::vector<ColumnPtr> columns = chunk.columns();
    const ColumnPtr numbers = std::move(columns.back());
    columns.pop_back();
    ids_.resize(end - begin);
    store_.Add(chunk.WithColumns(stored_schema_, std::move(columns)), begin, end, ids_.data());
    keys_.resize(end - begin);
    for (uint32_t i = begin; i < end; ++i) {
      keys_[i - begin] = static_cast<uint32_t>(numbers->values<int32_t>()[chunk.Row(i)]);
    }
    const uint32_t last = *std::max_element(keys_.begin(), keys_.end());
    if (last >= windows_.size()) windows_.resize(std::max<size_t>(last + 1, windows_.size() * 2));
    for (uint32_t i = begin; i < end;) {
      PrefetchWindow(i - begin);
      const uint32_t emission_end = chunk.EmissionEnd(i);
      BeginStep(chunk.KeyAt(i));
      context_.SetNow(now());
      key_ = keys_[i - begin];
      std::unique_ptr<Window>& window = windows_[key_];
      if (window == nullptr) window = make_();
      for (; i < emission_end; ++i) window->OnRow(ids_[i - begin], context_);
      window->OnEmissionEnd(context_);
      CloseEmission();
      if (context_.emitted().rows.size() >= kChunkRows) EmitChunk();
    }
  }

  void OnTimer(const Timer& timer) override {
    const auto key = timer.overdue != 0 ? overdue_.Pop(timer.overdue) : due_.Pop(timer.due);
    if (!key) return;
    key_ = *key;
    due_.ForNext([this](uint32_t next, size_t i) {
      i < 3 ? BringWindowNear(next) : BringMemoryNear(&windows_[next]);
    });
    context_.SetNow(now());
    windows_[key_]->OnTimer(timer.due, context_);
    CloseEmission();
    if (context_.emitted().rows.size() >= kChunkRows) EmitChunk();
  }

  void Flush() override {
    if (!context_.emitted().rows.empty()) EmitChunk();
    store_.Reclaim();
  }

  // Timers that are overdue do not outlive an epoch.
  void SaveStep(StateWriter& out) const override {
    std::vector<bool> begun;
    for (const auto& window : windows_) begun.push_back(window != nullptr);
    store_.Save(out);
    SaveUsedIds(begun, out);
    const uint32_t section = out.NewSection();
    for (size_t key = 0; key < windows_.size(); ++key) {
      if (!begun[key]) continue;
      out.BeginPart(section, 0, key);
      windows_[key]->Save(out);
      out.EndPart();
    }
    out.Write(due_);
  }
  void LoadStep(StateReader& in) override {
    store_.Load(in);
    LoadedIds keys(in);
    windows_.resize(keys.end());
    const uint32_t section = in.NewSection();
    uint8_t group = 0;
    uint64_t key = 0;
    while (in.NextPart(section, &group, &key)) {
      if (keys.Take(key)) {
        windows_[key] = make_();
        windows_[key]->Load(in, store_);
      }
      in.EndPart();
    }
    keys.Finish();
    due_.Load(in, [&](uint32_t k) { return k < windows_.size() && windows_[k] != nullptr; });
  }

 private:
  class Context final : public WindowContext {
   public:
    Context(KeyedWindowOperator* host, bool needs_expired)
        : WindowContext(&host->store_, needs_expired), host_(host) {}

    void SetNow(TimeMs now) { now_ = now; }
    const Emitted& emitted() const { return emitted_; }
    void ClearEmitted() {
      emitted_.rows.clear();
      emitted_.kinds.clear();
      emitted_.timestamps.clear();
    }

    void NextEmission() override { host_->CloseEmission(); }
    void Schedule(TimeMs due) override { host_->ArmForKey(due); }
    bool ScheduleForNow() override { return host_->ArmForKeyNow(); }
    // Nothing searches the windows of a partition's key.
    void FindAdd(RowId) override {}
    void FindRemove(RowId) override {}

   private:
    KeyedWindowOperator* host_;
  };
  struct Emission {
    OrderKey key;
    uint32_t partition_key;
    size_t end;  // in the emitted rows; it begins where the one before ends
  };

  // What a window holds stands beside it as long as that is little.
  void BringWindowNear(uint32_t key) const {
    const auto* window = reinterpret_cast<const char*>(windows_[key].get());
    if (window == nullptr) return;
    BringMemoryNear(window);
    BringMemoryNear(window + 64);
  }
  // The window at some distance behind row i of those at hand.
  void PrefetchWindow(uint32_t i) const {
    if (windows_.size() < kPrefetchWindows) return;
    if (i + 2 * kPrefetchAhead < keys_.size()) {
      BringMemoryNear(&windows_[keys_[i + 2 * kPrefetchAhead]]);
    }
    if (i + kPrefetchAhead < keys_.size()) BringWindowNear(keys_[i + kPrefetchAhead]);
    if (i + kPrefetchAhead / 2 >= keys_.size()) return;
    const Window* window = windows_[keys_[i + kPrefetchAhead / 2]].get();
    const RowId row = window == nullptr ? kNoRow : window->Likely();
    if (row != kNoRow) store_.Prefetch(row);
  }

  void ArmForKey(TimeMs due) {
    Arm(due, 0);
    if (failure() != nullptr || due == kNever) return;
    if (due <= now()) {
      overdue_.Arm(Timeline::OverdueMoment(step().moment), key_);
    } else {
      due_.Arm(due, key_);
    }
  }

  bool ArmForKeyNow() {
    if (!timers_of_now_to_come()) return false;
    ArmForNow(0);
    due_.Arm(now(), key_);
    return true;
  }

  // Gives what was emitted since the last call the key of one emission.
  void CloseEmission() {
    const size_t size = context_.emitted().rows.size();
    if (size == closed_rows_) return;
    closed_rows_ = size;
    emissions_.push_back({EmissionKey(), key_, size});
  }

  void EmitChunk() {
    const auto& emitted = context_.emitted();
    RowMetaBuilder meta;
    meta.Reserve(emitted.rows.size());
    auto numbers = std::make_shared<Column>(Type::kInt, emitted.rows.size());
    size_t row = 0;
    for (const Emission& emission : emissions_) {
      for (; row < emission.end; ++row) {
        meta.Append(emitted.timestamps[row], emitted.kinds[row], emission.key);
        numbers->mutable_values<int32_t>()[row] = static_cast<int32_t>(emission.partition_key);
      }
    }
    std::vector<ColumnPtr> columns = store_.GatherAll(emitted.rows);
    columns.push_back(std::move(numbers));
    out()->push_back(meta.Finish(schema_, std::move(columns)));
    context_.ClearEmitted();
    emissions_.clear();
    closed_rows_ = 0;
    store_.Reclaim();
  }

  SchemaPtr schema_;
  SchemaPtr stored_schema_;  // without the number of the key
  RowStore store_;           // of all keys
  std::function<std::unique_ptr<Window>()> make_;
  std::vector<std::unique_ptr<Window>> windows_;  // by key; null: it had no row yet
  KeyTimers<TimeMs> due_;
  KeyTimers<Moment> overdue_;
  Context context_;
  uint32_t key_ = 0;  // that of the step
  std::vector<Emission> emissions_;
  size_t closed_rows_ = 0;  // the end of the last of them
  // Of the rows at hand.
  std::vector<RowId> ids_;
  std::vector<uint32_t> keys_;
};

}  // namespace

std::unique_ptr<Operator> MakeKeyedWindowOperator(OrderPlace place, KeyedWindowNode node) {
  auto window = node.make();
  if (!node.needs_expired && window->passes_current()) {
    return MakeWindowOperator(place, {std::move(window), node.schema, false, false});
  }
  return std::make_unique<KeyedWindowOperator>(place, std::move(node));
}

}  // namespace weir
