#include "pattern/guard_runner.h"

#include <bit>
#include <cmath>

#include "base/hash.h"

namespace weir {
namespace {

// Floating point: equal values have equal bits except zeros, and NaN equals nothing.
template <class T>
bool IsKey(const T& value) {
  if constexpr (std::is_floating_point_v<T>) return !std::isnan(value);
  return true;
}

template <class T>
uint64_t HashKey(const T& value) {
  if constexpr (std::is_same_v<T, StringRef>) {
    return HashString(value.view());
  } else if constexpr (std::is_floating_point_v<T>) {
    return MixHash(std::bit_cast<uint64_t>(static_cast<double>(value) + 0.0));
  } else if constexpr (std::is_same_v<T, ObjectRef>) {
    return 0;
  } else {
    return MixHash(static_cast<uint64_t>(value));
  }
}

// Maps a number to an integer of the same order; values that an event must be less than are
// mirrored, so that the heap always has the smallest on top.
template <class T>
bool RangeValue(CompareOp op, const T& value, int64_t* result) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return false;
    const auto bits = std::bit_cast<int64_t>(static_cast<double>(value) + 0.0);
    *result = bits < 0 ? bits ^ INT64_MAX : bits;
  } else if constexpr (std::is_integral_v<T>) {
    *result = static_cast<int64_t>(value);
  } else {
    return false;
  }
  if (op == CompareOp::kLess || op == CompareOp::kLessEqual) *result = ~*result;
  return true;
}

template <class T>
bool Holds(CompareOp op, const T& a, const T& b) {
  if constexpr (std::is_same_v<T, StringRef>) {
    return (a == b) == (op == CompareOp::kEqual);
  } else if constexpr (std::is_same_v<T, ObjectRef>) {
    return false;
  } else {
    switch (op) {
      case CompareOp::kEqual:
        return a == b;
      case CompareOp::kNotEqual:
        return a != b;
      case CompareOp::kLess:
        return a < b;
      case CompareOp::kLessEqual:
        return a <= b;
      case CompareOp::kGreater:
        return a > b;
      case CompareOp::kGreaterEqual:
        return a >= b;
    }
    return false;
  }
}

}  // namespace

void RowMask::Reset(uint32_t rows, bool value) {
  words_.assign((rows + 63) / 64, value ? ~uint64_t{0} : 0);
}

void RowMask::Add(const RowMask& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

uint32_t RowMask::Next(uint32_t from, uint32_t end) const {
  if (from >= end) return end;
  size_t word = from >> 6;
  uint64_t bits = words_[word] & (~uint64_t{0} << (from & 63));
  while (bits == 0) {
    if (++word * 64 >= end) return end;
    bits = words_[word];
  }
  return std::min(end,
                  static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits)));
}

void GuardRunner::Attach(const Chunk* chunk, const Timeline* timeline) {
  chunk_ = chunk;
  timeline_ = timeline;
  passing_ready_ = false;
  columns_ready_ = false;
  keys_.clear();
  range_.reset();
  terms_.clear();
}

const RowMask& GuardRunner::Passing() {
  if (passing_ready_) return passing_;
  passing_ready_ = true;
  passing_.Reset(chunk_->size(), guard_.unary == nullptr);
  if (guard_.unary == nullptr) return passing_;
  const Selection passed = EvalFilter(*guard_.unary, EvalContext{*chunk_, timeline_});
  if (chunk_->selection() == nullptr) {
    for (uint32_t row : passed) passing_.Set(row);
    return passing_;
  }
  uint32_t visible = 0;
  for (uint32_t row : passed) {
    while (chunk_->Row(visible) != row) ++visible;
    passing_.Set(visible);
  }
  return passing_;
}

void GuardRunner::PrepareColumns() {
  columns_ready_ = true;
  const EvalContext context{*chunk_, timeline_};
  for (const Term& key : guard_.keys) keys_.push_back(EvalColumn(*key.event, context));
  if (guard_.range) range_ = EvalColumn(*guard_.range->event, context);
  for (const Term& term : guard_.terms) terms_.push_back(EvalColumn(*term.event, context));
}

bool GuardRunner::EventKeyHash(uint32_t row, uint64_t* hash) {
  if (!columns_ready_) PrepareColumns();
  const uint32_t physical = chunk_->Row(row);
  *hash = 0;
  for (const ColumnPtr& key : keys_) {
    if (!key->IsValid(physical)) return false;
    const bool usable = DispatchType(key->type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T& value = key->values<T>()[physical];
      *hash = CombineHash(*hash, HashKey(value));
      return IsKey(value);
    });
    if (!usable) return false;
  }
  return true;
}

bool GuardRunner::EventKeyEquals(uint32_t row, PartialId id) const {
  const uint32_t physical = chunk_->Row(row);
  for (size_t k = 0; k < keys_.size(); ++k) {
    const StoredValue& stored = guard_.keys[k].stored;
    const RowStore& rows = partials_.events(stored.state).rows();
    const EventId event = partials_.Resolve(id, stored);
    const bool equal = DispatchType(keys_[k]->type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return Holds(CompareOp::kEqual, keys_[k]->values<T>()[physical],
                   rows.Get<T>(stored.column, event));
    });
    if (!equal) return false;
  }
  return true;
}

bool GuardRunner::PartialKeyHash(PartialId id, uint64_t* hash) const {
  *hash = 0;
  for (const Term& key : guard_.keys) {
    const RowStore& rows = partials_.events(key.stored.state).rows();
    const EventId event = partials_.Resolve(id, key.stored);
    if (event == kNoEvent || !rows.IsValid(key.stored.column, event)) return false;
    const bool usable = DispatchType(key.event->type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T& value = rows.Get<T>(key.stored.column, event);
      *hash = CombineHash(*hash, HashKey(value));
      return IsKey(value);
    });
    if (!usable) return false;
  }
  return true;
}

bool GuardRunner::PartialKeyEquals(PartialId a, PartialId b) const {
  for (const Term& key : guard_.keys) {
    const RowStore& rows = partials_.events(key.stored.state).rows();
    const EventId in_a = partials_.Resolve(a, key.stored);
    const EventId in_b = partials_.Resolve(b, key.stored);
    if (in_a == in_b) continue;
    const bool equal = DispatchType(key.event->type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return Holds(CompareOp::kEqual, rows.Get<T>(key.stored.column, in_a),
                   rows.Get<T>(key.stored.column, in_b));
    });
    if (!equal) return false;
  }
  return true;
}

bool GuardRunner::EventRange(uint32_t row, int64_t* value) {
  if (!columns_ready_) PrepareColumns();
  const uint32_t physical = chunk_->Row(row);
  if (!range_->IsValid(physical)) return false;
  return DispatchType(range_->type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return RangeValue(guard_.range->op, range_->values<T>()[physical], value);
  });
}

bool GuardRunner::PartialRange(PartialId id, int64_t* value) const {
  const StoredValue& stored = guard_.range->stored;
  const RowStore& rows = partials_.events(stored.state).rows();
  const EventId event = partials_.Resolve(id, stored);
  if (event == kNoEvent || !rows.IsValid(stored.column, event)) return false;
  return DispatchType(guard_.range->event->type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return RangeValue(guard_.range->op, rows.Get<T>(stored.column, event), value);
  });
}

void GuardRunner::Test(uint32_t row, std::vector<Candidate>* candidates) {
  if (guard_.terms.empty() && guard_.residual == nullptr) return;
  if (!columns_ready_) PrepareColumns();
  const uint32_t physical = chunk_->Row(row);
  bool any = false;
  for (Candidate& candidate : *candidates) {
    candidate.holds = candidate.holds && TestTerms(physical, row, candidate.partial);
    any |= candidate.holds;
  }
  if (any && guard_.residual != nullptr) TestResidual(physical, row, candidates);
}

EventId GuardRunner::Resolve(PartialId id, const StoredValue& value, uint32_t row) {
  const EventId event = partials_.Resolve(id, value);
  if (event != kNoEvent || value.state != state_) return event;
  // In its own condition a counted state already holds the arriving event, for e1[n], but not for
  // e1[last].
  const bool from_first =
      value.index.kind == EventIndex::Kind::kFirst || value.index.kind == EventIndex::Kind::kAt;
  const uint32_t n = value.index.kind == EventIndex::Kind::kAt ? value.index.n : 0;
  if (!from_first || automaton_.states[state_].kind != StateKind::kCount ||
      n != partials_.Collected(id, state_)) {
    return kNoEvent;
  }
  return partials_.events(state_).Take(row);
}

bool GuardRunner::TestTerms(uint32_t physical_row, uint32_t row, PartialId id) {
  for (size_t t = 0; t < terms_.size(); ++t) {
    const Term& term = guard_.terms[t];
    const EventId event = Resolve(id, term.stored, row);
    const RowStore& rows = partials_.events(term.stored.state).rows();
    const bool null = event == kNoEvent || !rows.IsValid(term.stored.column, event) ||
                      !terms_[t]->IsValid(physical_row);
    if (null) {
      if (term.op != CompareOp::kNotEqual) return false;
      continue;
    }
    const bool holds = DispatchType(terms_[t]->type(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return Holds(term.op, terms_[t]->values<T>()[physical_row],
                   rows.Get<T>(term.stored.column, event));
    });
    if (!holds) return false;
  }
  return true;
}

ColumnPtr GuardRunner::ResidualInputColumn(const ResidualInput& input, uint32_t row,
                                           const std::vector<Candidate>& candidates) {
  ids_.clear();
  for (const Candidate& candidate : candidates) {
    if (candidate.holds) ids_.push_back(Resolve(candidate.partial, input.value, row));
  }
  if (!input.presence) {
    return partials_.events(input.value.state).rows().Gather(input.value.column, ids_);
  }
  auto present = std::make_shared<Column>(Type::kBool, ids_.size());
  for (size_t i = 0; i < ids_.size(); ++i) {
    present->mutable_values<uint8_t>()[i] = ids_[i] == kNoEvent ? 0 : 1;
  }
  return present;
}

void GuardRunner::TestResidual(uint32_t physical_row, uint32_t row,
                               std::vector<Candidate>* candidates) {
  std::vector<ColumnPtr> columns(guard_.residual_width);
  auto place =
      guard_.residual_places.begin() + static_cast<std::ptrdiff_t>(guard_.residual_event.size());
  for (const ResidualInput& input : guard_.residual_inputs) {
    columns[*place++] = ResidualInputColumn(input, row, *candidates);
  }
  uint32_t count = 0;
  for (const Candidate& candidate : *candidates) count += candidate.holds ? 1 : 0;
  const std::vector<uint32_t> repeated(count, physical_row);
  place = guard_.residual_places.begin();
  for (uint32_t column : guard_.residual_event) {
    columns[*place++] = GatherColumn(chunk_->column(column), repeated);
  }
  auto meta = std::make_shared<RowMeta>();
  meta->timestamps.assign(count, chunk_->timestamp(physical_row));
  meta->moments.assign(count, chunk_->moment(physical_row));
  static const auto kAnySchema = std::make_shared<const Schema>();
  Chunk rows =
      Chunk(kAnySchema, std::move(columns), std::move(meta)).WithPath(chunk_->path(physical_row));
  if (!lookups_.empty()) rows = WithAnswers(std::move(rows), lookups_, *timeline_);
  const Selection passed = EvalFilter(*guard_.residual, EvalContext{rows, timeline_});
  size_t next = 0;
  uint32_t number = 0;
  for (Candidate& candidate : *candidates) {
    if (!candidate.holds) continue;
    candidate.holds = next < passed.size() && passed[next] == number;
    next += candidate.holds ? 1 : 0;
    ++number;
  }
}

}  // namespace weir
