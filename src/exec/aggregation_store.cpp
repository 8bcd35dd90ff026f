#include "exec/aggregation_store.h"

#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "exec/java_order.h"

namespace weir {
namespace {

// Groups without rows are looked for when there are this many of them and they are the half.
constexpr uint32_t kSweepGroups = 1024;

SchemaPtr SchemaOf(const std::vector<ExprPtr>& values) {
  std::vector<Attribute> attributes;
  for (const ExprPtr& value : values) attributes.push_back({value->Describe(), value->type()});
  return std::make_shared<const Schema>(std::move(attributes));
}

std::vector<ColumnPtr> EvalAll(const std::vector<ExprPtr>& values, const Chunk& rows,
                               const Timeline& timeline) {
  std::vector<ColumnPtr> columns;
  columns.reserve(values.size());
  for (const ExprPtr& value : values) columns.push_back(EvalColumn(*value, {rows, &timeline}));
  return columns;
}

}  // namespace

size_t AggregationStore::RowKeyHash::operator()(const RowKey& key) const {
  return CombineHash(static_cast<uint64_t>(key.bucket), key.group);
}

AggregationStore::AggregationStore(AggregationSpec spec) : spec_(std::move(spec)) {
  group_schema_ = SchemaOf(spec_.group_by);
  latest_schema_ = SchemaOf(spec_.latest);
  std::vector<Attribute> attributes = group_schema_->attributes();
  for (const Attribute& attribute : latest_schema_->attributes()) attributes.push_back(attribute);
  for (const AggregationSpec::Aggregate& aggregate : spec_.aggregates) {
    attributes.push_back({aggregate.description, aggregate.result});
  }
  read_schema_ = std::make_shared<const Schema>(std::move(attributes));
  for (const CalendarUnit unit : spec_.units) {
    Level level;
    level.unit = unit;
    for (const AggregationSpec::Aggregate& aggregate : spec_.aggregates) {
      level.aggregators.push_back(aggregate.make());
    }
    if (!spec_.latest.empty()) level.latest = std::make_unique<RowStore>(latest_schema_);
    levels_.push_back(std::move(level));
  }
  if (spec_.group_by.empty()) {
    groups_.resize(1);
    return;
  }
  std::vector<Type> types;
  for (const ExprPtr& key : spec_.group_by) types.push_back(key->type());
  table_ = std::make_unique<GroupTable>(std::move(types));
  group_values_ = std::make_unique<RowStore>(group_schema_);
}

uint32_t AggregationStore::Add(const Chunk& rows, const Timeline& timeline) {
  const Chunk taken = TakeTimes(rows, timeline);
  const uint32_t left_out = rows.size() - taken.size();
  if (taken.empty()) return left_out;
  FindGroups(taken, timeline);
  arguments_.clear();
  ignored_.clear();
  for (const AggregationSpec::Aggregate& aggregate : spec_.aggregates) {
    arguments_.push_back(EvalAll(aggregate.arguments, taken, timeline));
    ignored_.push_back(std::make_unique<Column>(aggregate.result, taken.size()));
    if (taken.selection() == nullptr) continue;
    for (ColumnPtr& column : arguments_.back()) column = GatherColumn(column, *taken.selection());
  }
  if (!spec_.latest.empty()) {
    latest_rows_ = taken.WithColumns(latest_schema_, EvalAll(spec_.latest, taken, timeline));
  }
  for (Level& level : levels_) AddTo(&level, taken);
  latest_rows_ = Chunk();
  return left_out;
}

// Fills times_ and gives the rows that have one.
Chunk AggregationStore::TakeTimes(const Chunk& rows, const Timeline& timeline) {
  times_.clear();
  Selection usable;
  const ColumnPtr column =
      spec_.time == nullptr ? nullptr : EvalColumn(*spec_.time, {rows, &timeline});
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows.Row(i);
    std::optional<TimeMs> time;
    if (column == nullptr) {
      time = timeline.TimeOf(rows.moment(row));
    } else if (column->IsValid(row)) {
      time = column->type() == Type::kLong
                 ? column->values<int64_t>()[row]
                 : ParseTimestamp(column->values<StringRef>()[row].view());
    }
    if (!time || !kCalendarSpan.Holds(*time)) continue;
    times_.push_back(*time);
    usable.push_back(row);
  }
  return usable.size() == rows.size() ? rows : rows.WithSelection(std::move(usable));
}

void AggregationStore::FindGroups(const Chunk& rows, const Timeline& timeline) {
  group_ids_.assign(rows.size(), 0);
  if (table_ == nullptr) return;
  const std::vector<ColumnPtr> keys = EvalAll(spec_.group_by, rows, timeline);
  table_->Find(rows, keys, group_ids_.data());
  if (groups_.size() < table_->group_end()) groups_.resize(table_->group_end());
  const Chunk values = rows.WithColumns(group_schema_, keys);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (groups_[group_ids_[i]].values == kNoRow) AddGroup(group_ids_[i], values, i);
  }
}

void AggregationStore::AddGroup(uint32_t id, const Chunk& keys, uint32_t row) {
  Group& group = groups_[id];
  group = Group();
  group.values = group_values_->AddOne(keys, row);
  ++unused_groups_;  // until it has a row
  HashGroup(&group);
}

void AggregationStore::HashGroup(Group* group) const {
  JavaText text;
  for (size_t c = 0; c < group_schema_->size(); ++c) {
    text.Append(group_values_->GetValue(c, group->values).ToText());
    text.Append(kJavaKeyEnd);
  }
  group->hash = text.hash();
  group->hash_factor = text.factor();
}

void AggregationStore::AddTo(Level* level, const Chunk& rows) {
  if (level->current.size() < groups_.size()) level->current.resize(groups_.size(), kNoRow);
  row_ids_.resize(rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (!level->span.Holds(times_[i])) level->span = CalendarBucket(level->unit, times_[i]);
    const TimeMs bucket = level->span.begin;
    const uint32_t group = group_ids_[i];
    uint32_t& row = level->current[group];
    if (row == kNoRow || level->rows[row].bucket != bucket || level->rows[row].group != group) {
      row = RowOf(level, bucket, group);
    }
    row_ids_[i] = row;
  }
  for (size_t a = 0; a < level->aggregators.size(); ++a) {
    Aggregator& aggregator = *level->aggregators[a];
    aggregator.EnsureGroups(static_cast<uint32_t>(level->rows.size()));
    // Sets are dear to make, all else is dearer to leave out.
    const bool dear = spec_.aggregates[a].result == Type::kObject;
    if (dear) unwanted_.assign(rows.size(), 0);
    aggregator.Update(
        {rows.size(), row_ids_.data(), nullptr, arguments_[a], dear ? unwanted_.data() : nullptr},
        ignored_[a].get());
  }
  if (level->latest != nullptr) KeepLatest(level);
}

// Of rows of one bucket and group the one with the greatest time counts, of equal ones the last.
void AggregationStore::KeepLatest(Level* level) {
  winners_.resize(level->rows.size(), 0);
  for (uint32_t i = 0; i < row_ids_.size(); ++i) {
    Row& row = level->rows[row_ids_[i]];
    if (times_[i] < row.latest_time) continue;
    row.latest_time = times_[i];
    winners_[row_ids_[i]] = i + 1;
  }
  Selection kept;
  std::vector<uint32_t> of;
  for (uint32_t i = 0; i < row_ids_.size(); ++i) {
    if (winners_[row_ids_[i]] != i + 1) continue;
    winners_[row_ids_[i]] = 0;
    kept.push_back(latest_rows_.Row(i));
    of.push_back(row_ids_[i]);
  }
  if (kept.empty()) return;
  std::vector<RowId> ids(kept.size());
  const Chunk rows = latest_rows_.WithSelection(std::move(kept));
  level->latest->Add(rows, 0, rows.size(), ids.data());
  for (size_t k = 0; k < ids.size(); ++k) {
    Row& row = level->rows[of[k]];
    if (row.latest != kNoRow) level->latest->Release(row.latest);
    row.latest = ids[k];
  }
  level->latest->Reclaim();
}

uint32_t AggregationStore::RowOf(Level* level, TimeMs bucket, uint32_t group) {
  const auto [at, added] = level->index.try_emplace({bucket, group}, kNoRow);
  if (!added) return at->second;
  uint32_t row;
  if (level->free_rows.empty()) {
    row = static_cast<uint32_t>(level->rows.size());
    level->rows.emplace_back();
  } else {
    row = level->free_rows.back();
    level->free_rows.pop_back();
  }
  level->rows[row] = {bucket, group, std::numeric_limits<TimeMs>::min(), kNoRow};
  level->buckets[bucket].push_back(row);
  at->second = row;
  if (table_ != nullptr && groups_[group].rows++ == 0) --unused_groups_;
  return row;
}

TimeMs AggregationStore::NextPurge() const {
  return spec_.purge_interval ? started_ + (last_purge_ + 1) * *spec_.purge_interval : kNever;
}

void AggregationStore::Purge(TimeMs now) {
  if (now < NextPurge()) return;
  last_purge_ = (now - started_) / *spec_.purge_interval;
  const TimeMs tick = started_ + last_purge_ * *spec_.purge_interval;
  for (size_t l = 0; l < levels_.size(); ++l) {
    if (spec_.retention[l]) PurgeLevel(&levels_[l], tick - *spec_.retention[l]);
  }
  if (unused_groups_ >= kSweepGroups && unused_groups_ * 2 >= table_->size()) ForgetGroups();
}

void AggregationStore::PurgeLevel(Level* level, TimeMs before) {
  while (!level->buckets.empty() && level->buckets.begin()->first < before) {
    for (const uint32_t id : level->buckets.begin()->second) {
      Row& row = level->rows[id];
      level->index.erase({row.bucket, row.group});
      if (table_ != nullptr && --groups_[row.group].rows == 0) ++unused_groups_;
      if (row.latest != kNoRow) level->latest->Release(row.latest);
      for (const auto& aggregator : level->aggregators) aggregator->ReleaseGroup(id);
      row = Row();
      row.group = std::numeric_limits<uint32_t>::max();  // what `current` says of it is over
      level->free_rows.push_back(id);
    }
    level->buckets.erase(level->buckets.begin());
  }
  if (level->latest != nullptr) level->latest->Reclaim();
}

void AggregationStore::ForgetGroups() {
  table_->Sweep([this](uint32_t id) {
    Group& group = groups_[id];
    if (group.values == kNoRow || group.rows > 0) return false;
    group_values_->Release(group.values);
    group.values = kNoRow;
    return true;
  });
  group_values_->Reclaim();
  unused_groups_ = 0;
}

std::vector<uint32_t> AggregationStore::Find(const AggregationRange& range, TimeMs now) const {
  const Level& level = levels_[range.level];
  std::vector<uint32_t> rows;
  for (auto at = level.buckets.lower_bound(range.span.begin);
       at != level.buckets.end() && at->first < range.span.end; ++at) {
    rows.insert(rows.end(), at->second.begin(), at->second.end());
  }
  OrderRows(level, now, &rows);
  return rows;
}

// With a time of their own all rows meet in one map of Siddhi. With the clock the map of complete
// buckets, which holds those out of range too, comes before that of the bucket still open.
void AggregationStore::OrderRows(const Level& level, TimeMs now,
                                 std::vector<uint32_t>* rows) const {
  const auto order = [&](std::span<uint32_t> part, size_t held, bool open) {
    JavaMapOrder(part, held, [&](uint32_t row) { return HashOf(level.rows[row], open); });
  };
  if (spec_.time != nullptr) {
    order(*rows, rows->size(), false);
  } else if (table_ != nullptr && kCalendarSpan.Holds(now)) {
    const TimeMs open = CalendarBucket(level.unit, now).begin;
    const auto first_open = std::find_if(
        rows->begin(), rows->end(), [&](uint32_t row) { return level.rows[row].bucket >= open; });
    const auto closed = static_cast<size_t>(first_open - rows->begin());
    const auto held_open = level.buckets.find(open);
    const size_t held =
        level.index.size() - (held_open == level.buckets.end() ? 0 : held_open->second.size());
    order(std::span(*rows).first(closed), held, false);
    order(std::span(*rows).subspan(closed), rows->size() - closed, true);
  }
}

uint32_t AggregationStore::HashOf(const Row& row, bool open) const {
  const Group& group = groups_[row.group];
  const std::string bucket = std::to_string(row.bucket);
  JavaText text;
  if (open) {
    text.Append(group.hash, group.hash_factor);
    text.Append("-");
    text.Append(bucket);
  } else {
    text.Append(bucket);
    text.Append(kJavaKeyEnd);
    text.Append(group.hash, group.hash_factor);
  }
  return text.hash();
}

std::vector<ColumnPtr> AggregationStore::Read(size_t l, const std::vector<uint32_t>& rows,
                                              const std::vector<bool>& wanted, const OrderKey& key,
                                              const Timeline& timeline) const {
  const Level& level = levels_[l];
  std::vector<bool> used(read_schema_->size(), false);
  for (size_t p = 0; p < spec_.projections.size(); ++p) {
    if (wanted[p + 1]) CollectColumns(*spec_.projections[p], &used);
  }
  RowMetaBuilder meta;
  std::vector<RowId> groups, latest;
  for (const uint32_t row : rows) {
    groups.push_back(groups_[level.rows[row].group].values);
    latest.push_back(level.rows[row].latest);
    meta.Append(timeline.TimeOf(key.moment), RowKind::kCurrent, key);
  }
  std::vector<ColumnPtr> inputs(used.size());
  const size_t latest_begin = group_schema_->size();
  const size_t aggregates_begin = latest_begin + latest_schema_->size();
  for (size_t c = 0; c < used.size(); ++c) {
    if (!used[c]) continue;
    if (c < latest_begin) {
      inputs[c] = group_values_->Gather(c, groups);
    } else if (c < aggregates_begin) {
      inputs[c] = level.latest->Gather(c - latest_begin, latest);
    } else {
      const size_t a = c - aggregates_begin;
      auto column = std::make_shared<Column>(spec_.aggregates[a].result, rows.size());
      level.aggregators[a]->Read(rows.data(), static_cast<uint32_t>(rows.size()), column.get());
      inputs[c] = std::move(column);
    }
  }
  const Chunk chunk = meta.Finish(read_schema_, std::move(inputs));
  std::vector<ColumnPtr> columns(spec_.output->size());
  if (wanted[0]) {
    auto buckets = std::make_shared<Column>(Type::kLong, rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      buckets->mutable_values<int64_t>()[i] = level.rows[rows[i]].bucket;
    }
    columns[0] = std::move(buckets);
  }
  for (size_t p = 0; p < spec_.projections.size(); ++p) {
    if (wanted[p + 1]) columns[p + 1] = EvalColumn(*spec_.projections[p], {chunk, &timeline});
  }
  return columns;
}

Result<AggregationRange> ResolveRange(const AggregationSpec& spec, const Value& begin,
                                      const std::optional<Value>& end, const Value& per) {
  const auto unit = per.is_null() ? std::nullopt : CalendarUnitFromName(per.string_value());
  if (!unit) {
    return Status::Invalid("per '" + per.ToText() +
                           "' is not one of sec, min, hour, day, month, year");
  }
  const auto level = std::find(spec.units.begin(), spec.units.end(), *unit);
  if (level == spec.units.end()) {
    return Status::Invalid("aggregation '" + spec.name + "' keeps no " +
                           std::string(CalendarUnitName(*unit)));
  }
  AggregationRange range;
  range.level = static_cast<size_t>(level - spec.units.begin());
  if (!end) {
    const auto span = begin.is_null() ? std::nullopt : ParseTimestampPattern(begin.string_value());
    if (!span) {
      return Status::Invalid("within '" + begin.ToText() +
                             "' is not like 'yyyy-MM-dd HH:mm:ss', with ** for the last fields and "
                             "a zone such as +05:30 if it is not GMT");
    }
    range.span = *span;
    return range;
  }
  const auto time = [](const Value& value) -> std::optional<TimeMs> {
    if (value.is_null()) return std::nullopt;
    return value.type() == Type::kLong ? std::optional(value.long_value())
                                       : ParseTimestamp(value.string_value());
  };
  for (const Value* value : {&begin, &*end}) {
    if (time(*value)) continue;
    return Status::Invalid("within '" + value->ToText() +
                           "' is not like 'yyyy-MM-dd HH:mm:ss', with a zone such as +05:30 if it "
                           "is not GMT");
  }
  range.span = {*time(begin), *time(*end)};
  if (range.span.begin >= range.span.end) {
    return Status::Invalid("within begins at " + begin.ToText() + ", not before its end " +
                           end->ToText());
  }
  return range;
}

}  // namespace weir
