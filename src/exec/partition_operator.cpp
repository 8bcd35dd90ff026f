#include "exec/partition_operator.h"

#include <set>
#include <unordered_map>

#include "base/hash.h"
#include "exec/step_operator.h"

namespace weir {
namespace {

// Names of keys are looked up by view, so that a known key costs no allocation.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return HashString(text); }
};

class PartitionOperator : public Operator {
 public:
  explicit PartitionOperator(PartitionSpec spec)
      : spec_(std::move(spec)), row_keys_(spec_.ports.size()), exits_(spec_.output_count) {
    root_width_ = spec_.make_key()->timer_root_width();
  }

  void Process(const EpochInput& in, std::vector<Chunk>* out) override;
  TimeMs NextDue() const override { return waiting_.empty() ? kNever : waiting_.begin()->first; }
  int output_count() const override { return spec_.output_count; }
  int timer_root_width() const override { return root_width_; }
  const Failure* failure() const override { return failure_ ? &*failure_ : nullptr; }

 private:
  struct Key {
    std::unique_ptr<IslandOperator> queries;
    TimeMs due = kNever;                 // as it stands in waiting_
    std::optional<OrderKey> next_timer;  // as it stands in timers_
    bool in_epoch = false;
  };

  // The keys of a chunk's visible rows: those of row i are texts [first[i], first[i + 1]).
  struct RowKeys {
    const Chunk* chunk = nullptr;
    std::string bytes;
    std::vector<std::pair<uint32_t, uint32_t>> texts;  // offset and size in bytes
    std::vector<uint32_t> first;

    std::string_view text(uint32_t t) const {
      return std::string_view(bytes).substr(texts[t].first, texts[t].second);
    }
    void Add(std::string_view text) {
      texts.emplace_back(static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(text.size()));
      bytes += text;
    }
  };

  void TakeEmission(uint32_t port, const Chunk& chunk, uint32_t begin, uint32_t end);
  void FindKeys(uint32_t port, const Chunk& chunk);
  void Give(uint32_t key, uint32_t port, const Chunk& rows, const OrderKey& cause,
            uint64_t* digits);
  uint32_t KeyNamed(std::string_view name);
  void FireTimer();
  void Enter(uint32_t key);
  void Refresh(uint32_t key);

  PartitionSpec spec_;
  std::vector<Key> keys_;  // in the order in which they began
  std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> key_by_name_;
  // Keys with timers: those due after this epoch by time, the others in firing order.
  std::set<std::pair<TimeMs, uint32_t>> waiting_;
  std::set<std::pair<OrderKey, uint32_t>> timers_;
  std::vector<uint32_t> entered_;  // keys that take part in the epoch
  std::vector<RowKeys> row_keys_;  // by port, of the chunk that is being taken

  IslandExits exits_;
  const Timeline* timeline_ = nullptr;
  TimeMs now_ = 0;
  OrderKey last_timer_;
  uint64_t fired_ = 0;
  int root_width_ = 0;
  std::optional<Failure> failure_;
};

void PartitionOperator::Process(const EpochInput& in, std::vector<Chunk>* out) {
  CHECK(!in.limit);  // never a member of an island
  if (failure_) return;
  timeline_ = &in.timeline;
  exits_.set_out(out);
  last_timer_ = OrderKey();
  while (!waiting_.empty() && waiting_.begin()->first <= in.timeline.end()) {
    Enter(waiting_.begin()->second);
  }
  std::vector<PortCursor> cursors(in.ports.begin(), in.ports.end());
  for (RowKeys& keys : row_keys_) keys.chunk = nullptr;
  while (!failure_) {
    PortCursor* first = nullptr;
    OrderKey key;
    for (PortCursor& cursor : cursors) {
      if (cursor.done() || (first != nullptr && !(cursor.key() < key))) continue;
      first = &cursor;
      key = first->key();
    }
    if (!timers_.empty() && (first == nullptr || timers_.begin()->first < key)) {
      FireTimer();
    } else if (first != nullptr) {
      const auto port = static_cast<uint32_t>(first - cursors.data());
      if (row_keys_[port].chunk != &first->chunk()) FindKeys(port, first->chunk());
      const uint32_t end = first->chunk().EmissionEnd(first->row());
      TakeEmission(port, first->chunk(), first->row(), end);
      first->MoveTo(end);
    } else {
      break;
    }
  }
  exits_.FlushAll();
  for (uint32_t key : entered_) {
    keys_[key].queries->EndEpoch();
    keys_[key].in_epoch = false;
  }
  entered_.clear();
  timeline_ = nullptr;
}

// The keys of all rows of a chunk at once: expressions work on columns.
void PartitionOperator::FindKeys(uint32_t p, const Chunk& chunk) {
  const PartitionPort& port = spec_.ports[p];
  RowKeys& keys = row_keys_[p];
  keys.chunk = &chunk;
  keys.bytes.clear();
  keys.texts.clear();
  keys.first.assign(1, 0);
  const EvalContext context{chunk, timeline_};
  const ColumnPtr values = port.value == nullptr ? nullptr : EvalColumn(*port.value, context);
  // Which ranges a row fits, as one bit map per range over physical rows.
  std::vector<std::vector<bool>> fits;
  for (const PartitionPort::Range& range : port.ranges) {
    fits.emplace_back(chunk.physical_size(), false);
    for (uint32_t row : EvalFilter(*range.condition, context)) fits.back()[row] = true;
  }
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    if (values != nullptr && values->IsValid(row)) {
      if (values->type() == Type::kString) {
        keys.Add(values->values<StringRef>()[row].view());
      } else {
        keys.Add(values->GetValue(row).ToText());
      }
    }
    for (size_t r = 0; r < fits.size(); ++r) {
      if (fits[r][row]) keys.Add(port.ranges[r].key);
    }
    keys.first.push_back(static_cast<uint32_t>(keys.texts.size()));
  }
}

void PartitionOperator::TakeEmission(uint32_t port, const Chunk& chunk, uint32_t begin,
                                     uint32_t end) {
  const OrderKey cause = chunk.KeyAt(begin);
  now_ = timeline_->TimeOf(cause.moment);
  uint64_t digits = 0;
  const PartitionPort& spec = spec_.ports[port];
  if (spec.value == nullptr && spec.ranges.empty()) {
    const ChunkRun run{&chunk, begin, end};
    const Chunk rows = ConcatenateRuns(chunk.schema(), {&run, 1});
    for (uint32_t key = 0; key < keys_.size(); ++key) Give(key, port, rows, cause, &digits);
    return;
  }
  // Neighbours of equal key stay together, as one emission of that key.
  const RowKeys& keys = row_keys_[port];
  std::string_view name;
  std::vector<ChunkRun> run;
  const auto give = [&] {
    if (run.empty()) return;
    Give(KeyNamed(name), port, ConcatenateRuns(chunk.schema(), run), cause, &digits);
    run.clear();
  };
  for (uint32_t i = begin; i < end; ++i) {
    for (uint32_t t = keys.first[i]; t < keys.first[i + 1]; ++t) {
      if (run.empty() || name != keys.text(t)) give();
      name = keys.text(t);
      run.push_back({&chunk, i, i + 1});
    }
  }
  give();
}

uint32_t PartitionOperator::KeyNamed(std::string_view name) {
  const auto found = key_by_name_.find(name);
  if (found != key_by_name_.end()) return found->second;
  const auto key = static_cast<uint32_t>(keys_.size());
  key_by_name_.emplace(name, key);
  keys_.push_back({spec_.make_key(), kNever, std::nullopt, false});
  keys_[key].queries->Start(now_);
  return key;
}

void PartitionOperator::Enter(uint32_t k) {
  Key& key = keys_[k];
  if (key.in_epoch) return;
  key.in_epoch = true;
  entered_.push_back(k);
  key.queries->BeginEpoch(*timeline_, &exits_);
  Refresh(k);
}

// Puts the key where its next timer belongs.
void PartitionOperator::Refresh(uint32_t k) {
  Key& key = keys_[k];
  if (key.due != kNever) waiting_.erase({key.due, k});
  if (key.next_timer) timers_.erase({*key.next_timer, k});
  key.due = kNever;
  key.next_timer = key.queries->NextTimer(*timeline_);
  if (key.next_timer) {
    timers_.insert({*key.next_timer, k});
  } else {
    key.due = key.queries->NextDue();
    if (key.due != kNever) waiting_.insert({key.due, k});
  }
  if (const Failure* failure = key.queries->failure()) {
    if (!failure_) failure_ = *failure;
  }
}

void PartitionOperator::Give(uint32_t key, uint32_t port, const Chunk& rows, const OrderKey& cause,
                             uint64_t* digits) {
  Enter(key);
  keys_[key].queries->Take(port, rows, cause, digits);
  Refresh(key);
}

void PartitionOperator::FireTimer() {
  const auto [timer, key] = *timers_.begin();
  fired_ = timer == last_timer_ ? fired_ + 1 : 0;
  last_timer_ = timer;
  now_ = timeline_->TimeOf(timer.moment);
  uint64_t digits = 0;
  keys_[key].queries->Fire({timer.moment, timer.path.AppendEmission(fired_)}, &digits);
  Refresh(key);
}

}  // namespace

std::unique_ptr<Operator> MakePartitionOperator(PartitionSpec spec) {
  return std::make_unique<PartitionOperator>(std::move(spec));
}

}  // namespace weir
