#include "pattern/match_output.h"

namespace weir {
namespace {

ObjectRef ObjectAt(const RowStore& rows, uint32_t column, Type type, RowId row) {
  if (!rows.IsValid(column, row)) return nullptr;
  return DispatchType(type, [&](auto tag) -> ObjectRef {
    using T = typename decltype(tag)::type;
    const T& value = rows.Get<T>(column, row);
    if constexpr (std::is_same_v<T, ObjectRef>) {
      return value;
    } else if constexpr (std::is_same_v<T, StringRef>) {
      return std::make_shared<const Object>(Object{std::string(value.view())});
    } else if constexpr (std::is_same_v<T, uint8_t>) {
      return std::make_shared<const Object>(Object{value != 0});
    } else {
      return std::make_shared<const Object>(Object{value});
    }
  });
}

bool SameEvents(const StoredValue& a, const StoredValue& b) {
  return a.state == b.state && a.index.kind == b.index.kind && a.index.n == b.index.n;
}

}  // namespace

MatchOutput::MatchOutput(const Automaton& automaton) : automaton_(automaton) {
  for (const OutputColumn& output : automaton.outputs) {
    const bool list = output.kind == OutputColumn::Kind::kList;
    lists_.emplace_back(Type::kObject, list ? 64 : 1);
    source_of_.push_back(kNone);
    if (list) continue;
    uint32_t s = 0;
    while (s < sources_.size() && !SameEvents(sources_[s].value, output.value)) ++s;
    if (s == sources_.size()) sources_.push_back({output.value, {}});
    source_of_.back() = s;
  }
}

void MatchOutput::Add(const PartialStore& partials, PartialId id, const OrderKey& key, RowKind kind,
                      TimeMs timestamp) {
  meta_.Append(timestamp, kind, key);
  for (Source& source : sources_) source.events.push_back(partials.Resolve(id, source.value));
  for (size_t c = 0; c < source_of_.size(); ++c) {
    if (source_of_[c] != kNone) continue;
    const StoredValue& value = automaton_.outputs[c].value;
    const RowStore& rows = partials.events(value.state).rows();
    const Type type = (*rows.schema())[value.column].type;
    Object::List list;
    for (EventId event : partials.All(id, value.state)) {
      list.items.push_back(ObjectAt(rows, value.column, type, event));
    }
    lists_[c].AppendObject(std::make_shared<const Object>(Object{std::move(list)}));
  }
}

Chunk MatchOutput::Take(const PartialStore& partials) {
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < source_of_.size(); ++c) {
    if (source_of_[c] == kNone) {
      columns.push_back(lists_[c].Finish());
      continue;
    }
    const OutputColumn& output = automaton_.outputs[c];
    const std::vector<EventId>& events = sources_[source_of_[c]].events;
    if (output.kind == OutputColumn::Kind::kValue) {
      columns.push_back(
          partials.events(output.value.state).rows().Gather(output.value.column, events));
      continue;
    }
    auto present = std::make_shared<Column>(Type::kBool, events.size());
    for (size_t i = 0; i < events.size(); ++i) {
      present->mutable_values<uint8_t>()[i] = events[i] == kNoEvent ? 0 : 1;
    }
    columns.push_back(std::move(present));
  }
  for (Source& source : sources_) source.events.clear();
  return meta_.Finish(automaton_.output, std::move(columns));
}

}  // namespace weir
