#include "exec/query_faults.h"

#include <algorithm>

namespace weir {
namespace {

// Follows everything else a query can emit in a step; see Path::AppendEmission.
constexpr uint64_t kLastEmission = uint64_t{1} << 31;

class RowNumbers final : public StreamFunction {
 public:
  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    const OrderKey key = row.chunk().key(row.row());
    const bool goes_on = meta_ == row.chunk().meta() && key == key_;
    number_ = goes_on ? number_ + 1 : 0;
    meta_ = row.chunk().meta();
    key_ = key;
    out.appended(0).Append(number_);
    out.Emit();
  }

 private:
  // Of the chunk the last row was in; kept, so that no later one has its address.
  std::shared_ptr<const RowMeta> meta_;
  OrderKey key_;
  int32_t number_ = 0;
};

// True if what has path `path` follows from an emission with path `cause`.
bool FollowsFrom(const Path& path, const Path& cause) {
  const int bits = cause.bits();
  if (path.bits() < bits) return false;
  const auto differs = [](uint64_t a, uint64_t b, int count) {
    return count > 0 && ((a ^ b) >> (64 - count)) != 0;
  };
  return !differs(path.high(), cause.high(), std::min(bits, 64)) &&
         !differs(path.low(), cause.low(), bits - 64);
}

ObjectRef Text(const std::string& text) {
  auto object = std::make_shared<Object>();
  object->value = text;
  return object;
}

class FaultOperator final : public Operator {
 public:
  FaultOperator(SchemaPtr output, std::shared_ptr<QueryFaults> faults)
      : output_(std::move(output)), faults_(std::move(faults)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    std::vector<QueryFaults::Fault>& faults = faults_->kept();
    if (faults.empty()) return;
    std::stable_sort(faults.begin(), faults.end(),
                     [](const auto& a, const auto& b) { return a.key < b.key; });
    for (const Chunk& chunk : in.ports[0].chunks) Match(chunk, out);
  }
  // Faults do not outlive their epoch.
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  struct Failed {
    uint32_t row;
    const QueryFaults::Fault* fault;
  };

  void Match(const Chunk& chunk, std::vector<Chunk>* out);
  void TakeEmission(const Chunk& chunk, uint32_t begin, uint32_t end);
  Chunk Finish(const Chunk& chunk) const;
  ObjectRef ErrorOf(const QueryFaults::Fault& fault) const;

  SchemaPtr output_;
  std::shared_ptr<QueryFaults> faults_;
  std::vector<Failed> failed_;  // of the chunk
  std::vector<bool> taken_;
};

void FaultOperator::Match(const Chunk& chunk, std::vector<Chunk>* out) {
  std::vector<QueryFaults::Fault>& faults = faults_->kept();
  failed_.clear();
  taken_.assign(faults.size(), false);
  for (uint32_t begin = 0; begin < chunk.size();) {
    const uint32_t end = chunk.EmissionEnd(begin);
    TakeEmission(chunk, begin, end);
    begin = end;
  }
  if (!failed_.empty() && output_ != nullptr) out->push_back(Finish(chunk));
  size_t left = 0;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (taken_[i]) {
      if (output_ == nullptr) faults_->Tell(faults[i]);
      continue;
    }
    if (left != i) faults[left] = std::move(faults[i]);
    ++left;
  }
  faults.resize(left, QueryFaults::Fault{});
}

void FaultOperator::TakeEmission(const Chunk& chunk, uint32_t begin, uint32_t end) {
  const std::vector<QueryFaults::Fault>& faults = faults_->kept();
  const OrderKey key = chunk.KeyAt(begin);
  const size_t first = failed_.size();
  auto at = std::lower_bound(faults.begin(), faults.end(), key,
                             [](const auto& fault, const OrderKey& k) { return fault.key < k; });
  for (; at != faults.end() && at->key.moment == key.moment; ++at) {
    if (!FollowsFrom(at->key.path, key.path)) break;
    taken_[static_cast<size_t>(at - faults.begin())] = true;
    const uint32_t first_row = at->number ? begin + *at->number : begin;
    const uint32_t last_row = at->number ? first_row + 1 : end;
    for (uint32_t i = first_row; i < last_row && i < end; ++i)
      failed_.push_back({chunk.Row(i), &*at});
  }
  // Each row once, in the order of the message.
  const auto middle = failed_.begin() + static_cast<std::ptrdiff_t>(first);
  std::stable_sort(middle, failed_.end(),
                   [](const Failed& a, const Failed& b) { return a.row < b.row; });
  failed_.erase(std::unique(middle, failed_.end(),
                            [](const Failed& a, const Failed& b) { return a.row == b.row; }),
                failed_.end());
}

ObjectRef FaultOperator::ErrorOf(const QueryFaults::Fault& fault) const {
  Object::Map map;
  map.entries.emplace_back("query", Text(faults_->query()));
  map.entries.emplace_back("message", Text(fault.message));
  auto error = std::make_shared<Object>();
  error->value = std::move(map);
  return error;
}

Chunk FaultOperator::Finish(const Chunk& chunk) const {
  Selection rows;
  RowMetaBuilder meta;
  ColumnBuilder errors(Type::kObject, failed_.size());
  for (const Failed& failed : failed_) {
    OrderKey key = chunk.key(failed.row);
    key.path = key.path.AppendEmission(kLastEmission);
    meta.Append(chunk.timestamp(failed.row), RowKind::kCurrent, key);
    errors.AppendObject(ErrorOf(*failed.fault));
    rows.push_back(failed.row);
  }
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : chunk.columns()) columns.push_back(GatherColumn(column, rows));
  columns.push_back(errors.Finish());
  return meta.Finish(output_, std::move(columns));
}

}  // namespace

Selection QueryFaults::Take(const Chunk& chunk, std::optional<uint32_t> number_column,
                            RowFaults* faults) {
  Selection remaining;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    const std::string* message = faults->Find(row);
    // A reset has no values, so nothing can be said of it.
    if (message == nullptr || chunk.kind(row) == RowKind::kReset) {
      remaining.push_back(row);
      continue;
    }
    Fault fault{chunk.key(row), chunk.timestamp(row), std::nullopt, *message};
    if (number_column && *number_column < chunk.column_count()) {
      fault.number = static_cast<uint32_t>(chunk.column(*number_column)->values<int32_t>()[row]);
    }
    if (kept_) {
      faults_.push_back(std::move(fault));
    } else {
      Tell(fault);
    }
  }
  faults->clear();
  return remaining;
}

void QueryFaults::TellAll() {
  for (const Fault& fault : faults_) Tell(fault);
  faults_.clear();
}

void QueryFaults::Tell(const Fault& fault) {
  log_->Add(fault.key, "ERROR query '" + query_ + "' drops an event of time " +
                           std::to_string(fault.timestamp) + ": " + fault.message);
}

std::unique_ptr<StreamFunction> MakeRowNumbers() { return std::make_unique<RowNumbers>(); }

std::unique_ptr<Operator> MakeFaultOperator(SchemaPtr output, std::shared_ptr<QueryFaults> faults) {
  return std::make_unique<FaultOperator>(std::move(output), std::move(faults));
}

}  // namespace weir
