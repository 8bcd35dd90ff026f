#include "exec/query_faults.h"

#include <algorithm>

#include "exec/serves_all_keys.h"

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

// The rows of one chunk that failed, each with the first reason.
class FailedRows {
 public:
  using Fault = QueryFaults::Fault;

  void Clear() { failed_.clear(); }
  bool empty() const { return failed_.empty(); }
  // Visible rows [begin, end) are an emission in which the fault happened; of those that are added
  // one after the other each row is kept once, in the order of the message.
  void BeginEmission() { first_ = failed_.size(); }
  void Add(const Chunk& chunk, uint32_t begin, uint32_t end, const Fault& fault);
  void EndEmission();
  // The rows as those of a fault stream, after all that the query emitted in that step.
  Chunk Finish(const Chunk& chunk, const std::string& query, const SchemaPtr& output) const;

 private:
  struct Failed {
    uint32_t row;
    const Fault* fault;
  };

  std::vector<Failed> failed_;
  size_t first_ = 0;  // of the emission
};

void FailedRows::Add(const Chunk& chunk, uint32_t begin, uint32_t end, const Fault& fault) {
  const uint32_t first_row = fault.number ? begin + *fault.number : begin;
  const uint32_t last_row = fault.number ? first_row + 1 : end;
  for (uint32_t i = first_row; i < last_row && i < end; ++i) {
    failed_.push_back({chunk.Row(i), &fault});
  }
}

void FailedRows::EndEmission() {
  const auto first = failed_.begin() + static_cast<std::ptrdiff_t>(first_);
  std::stable_sort(first, failed_.end(),
                   [](const Failed& a, const Failed& b) { return a.row < b.row; });
  failed_.erase(std::unique(first, failed_.end(),
                            [](const Failed& a, const Failed& b) { return a.row == b.row; }),
                failed_.end());
}

ObjectRef ErrorOf(const std::string& query, const std::string& message) {
  Object::Map map;
  map.entries.emplace_back("query", Text(query));
  map.entries.emplace_back("message", Text(message));
  auto error = std::make_shared<Object>();
  error->value = std::move(map);
  return error;
}

Chunk FailedRows::Finish(const Chunk& chunk, const std::string& query,
                         const SchemaPtr& output) const {
  Selection rows;
  RowMetaBuilder meta;
  ColumnBuilder errors(Type::kObject, failed_.size());
  for (const Failed& failed : failed_) {
    OrderKey key = chunk.key(failed.row);
    key.path = key.path.AppendEmission(kLastEmission);
    meta.Append(chunk.timestamp(failed.row), RowKind::kCurrent, key);
    errors.AppendObject(ErrorOf(query, failed.fault->message));
    rows.push_back(failed.row);
  }
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : chunk.columns()) columns.push_back(GatherColumn(column, rows));
  columns.push_back(errors.Finish());
  return meta.Finish(output, std::move(columns));
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
  void Match(const Chunk& chunk, std::vector<Chunk>* out);
  void TakeEmission(const Chunk& chunk, uint32_t begin, uint32_t end);

  SchemaPtr output_;
  std::shared_ptr<QueryFaults> faults_;
  FailedRows failed_;  // of the chunk
  std::vector<bool> taken_;
};

void FaultOperator::Match(const Chunk& chunk, std::vector<Chunk>* out) {
  std::vector<QueryFaults::Fault>& faults = faults_->kept();
  failed_.Clear();
  taken_.assign(faults.size(), false);
  for (uint32_t begin = 0; begin < chunk.size();) {
    const uint32_t end = chunk.EmissionEnd(begin);
    TakeEmission(chunk, begin, end);
    begin = end;
  }
  if (!failed_.empty() && output_ != nullptr) {
    out->push_back(failed_.Finish(chunk, faults_->query(), output_));
  }
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
  auto at = std::lower_bound(faults.begin(), faults.end(), key,
                             [](const auto& fault, const OrderKey& k) { return fault.key < k; });
  failed_.BeginEmission();
  for (; at != faults.end() && at->key.moment == key.moment; ++at) {
    if (!FollowsFrom(at->key.path, key.path)) break;
    taken_[static_cast<size_t>(at - faults.begin())] = true;
    failed_.Add(chunk, begin, end, *at);
  }
  failed_.EndEmission();
}

class FaultBeginOperator final : public Operator, public ServesAllKeys {
 public:
  explicit FaultBeginOperator(std::shared_ptr<QueryFaults> faults) : faults_(std::move(faults)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      faults_->BeginEmission();
      out->push_back(chunk);
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  std::shared_ptr<QueryFaults> faults_;
};

class FaultEndOperator final : public Operator, public ServesAllKeys {
 public:
  FaultEndOperator(SchemaPtr output, std::shared_ptr<QueryFaults> faults)
      : output_(std::move(output)), faults_(std::move(faults)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) TakeEmission(chunk, out);
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  void TakeEmission(const Chunk& chunk, std::vector<Chunk>* out);

  SchemaPtr output_;
  std::shared_ptr<QueryFaults> faults_;
  FailedRows failed_;
};

void FaultEndOperator::TakeEmission(const Chunk& chunk, std::vector<Chunk>* out) {
  const size_t older = faults_->EndEmission();
  std::vector<QueryFaults::Fault>& faults = faults_->kept();
  if (faults.size() == older) return;
  failed_.Clear();
  failed_.BeginEmission();
  for (size_t i = older; i < faults.size(); ++i) {
    if (output_ == nullptr) {
      faults_->Tell(faults[i]);
    } else {
      failed_.Add(chunk, 0, chunk.size(), faults[i]);
    }
  }
  failed_.EndEmission();
  if (!failed_.empty()) out->push_back(failed_.Finish(chunk, faults_->query(), output_));
  faults.resize(older, QueryFaults::Fault{});
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

size_t QueryFaults::EndEmission() {
  CHECK(!open_.empty());
  const size_t older = open_.back();
  open_.pop_back();
  return older;
}

void QueryFaults::TellAll() {
  for (const Fault& fault : faults_) Tell(fault);
  faults_.clear();
  open_.clear();
}

void QueryFaults::Tell(const Fault& fault) {
  log_->Add(fault.key, "ERROR query '" + query_ + "' drops an event of time " +
                           std::to_string(fault.timestamp) + ": " + fault.message);
}

std::unique_ptr<StreamFunction> MakeRowNumbers() { return std::make_unique<RowNumbers>(); }

std::unique_ptr<Operator> MakeFaultOperator(SchemaPtr output, std::shared_ptr<QueryFaults> faults) {
  return std::make_unique<FaultOperator>(std::move(output), std::move(faults));
}

std::unique_ptr<Operator> MakeFaultBeginOperator(std::shared_ptr<QueryFaults> faults) {
  return std::make_unique<FaultBeginOperator>(std::move(faults));
}

std::unique_ptr<Operator> MakeFaultEndOperator(SchemaPtr output,
                                               std::shared_ptr<QueryFaults> faults) {
  return std::make_unique<FaultEndOperator>(std::move(output), std::move(faults));
}

}  // namespace weir
