#include "exec/rate_base.h"

namespace weir {

RateBase::RateBase(OrderPlace place, RateSpec spec)
    : StepOperator(place), spec_(std::move(spec)), store_(spec_.input) {
  const auto& all = spec_.input->attributes();
  output_ = std::make_shared<const Schema>(std::vector<Attribute>(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(spec_.output_columns)));
}

void RateBase::Start(TimeMs now) { start_ = now; }

void RateBase::WantTick() {
  if (tick_wanted_) return;
  tick_wanted_ = true;
  const TimeMs every = *spec_.every_ms;
  // Rows from before the start cannot be: the clock never goes back.
  const TimeMs since_start = now() - start_;
  if (since_start > 0 && since_start % every == 0 && timers_of_now_to_come()) {
    ArmForNow(0);
  } else {
    Arm(start_ + (since_start / every + 1) * every, 0);
  }
}

void RateBase::OnRows(int, const Chunk& chunk, uint32_t begin, uint32_t end) {
  std::vector<RowId> ids(end - begin);
  store_.Add(chunk, begin, end, ids.data());
  for (uint32_t i = begin; i < end;) {
    const uint32_t emission_end = chunk.EmissionEnd(i);
    BeginStep(chunk.KeyAt(i));
    for (; i < emission_end; ++i) OnRow({ids[i - begin], chunk.kind(chunk.Row(i))});
    OnEmissionEnd();
    if (outputs_.size() >= kChunkRows) Flush();
  }
}

void RateBase::OnTimer(const Timer&) {
  tick_wanted_ = false;
  OnTick();
}

void RateBase::EmitPatched(RowId row, RowKind kind, Patch patch) {
  if (!patch.empty()) patches_.emplace_back(outputs_.size(), std::move(patch));
  outputs_.push_back({row, kind, store_.timestamp(row), emission_key_});
}

void RateBase::Flush() {
  if (!outputs_.empty()) {
    RowMetaBuilder meta;
    std::vector<RowId> ids;
    for (const Output& output : outputs_) {
      meta.Append(output.timestamp, output.kind, output.key);
      ids.push_back(output.row);
    }
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < spec_.output_columns; ++c) {
      if (patches_.empty()) {
        columns.push_back(store_.Gather(c, ids));
        continue;
      }
      ColumnBuilder patched((*output_)[c].type);
      const ColumnPtr gathered = store_.Gather(c, ids);
      size_t next = 0;
      for (size_t i = 0; i < ids.size(); ++i) {
        const Value* value = nullptr;
        if (next < patches_.size() && patches_[next].first == i) {
          for (const auto& [column, other] : patches_[next].second) {
            if (column == c) value = &other;
          }
          ++next;
        }
        if (value != nullptr) {
          patched.AppendValue(*value);
        } else {
          patched.AppendFrom(*gathered, i);
        }
      }
      columns.push_back(patched.Finish());
    }
    out()->push_back(meta.Finish(output_, std::move(columns)));
    outputs_.clear();
    patches_.clear();
  }
  store_.Reclaim();
}

std::string RateBase::KeyOf(RowId row, size_t first_column, size_t end_column) const {
  std::string key;
  for (size_t c = first_column; c < end_column; ++c) {
    if (!store_.IsValid(c, row)) {
      key.push_back(0);
      continue;
    }
    key.push_back(1);
    DispatchType((*spec_.input)[c].type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T& value = store_.Get<T>(c, row);
      if constexpr (std::is_same_v<T, StringRef>) {
        const uint32_t size = value.size();
        key.append(reinterpret_cast<const char*>(&size), sizeof(size));
        key.append(value.view());
      } else if constexpr (std::is_same_v<T, ObjectRef>) {
        std::string text;
        AppendJson(value, &text);
        const size_t size = text.size();
        key.append(reinterpret_cast<const char*>(&size), sizeof(size));
        key += text;
      } else {
        key.append(reinterpret_cast<const char*>(&value), sizeof(value));
      }
    });
  }
  return key;
}

}  // namespace weir
