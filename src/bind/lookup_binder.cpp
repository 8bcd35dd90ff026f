#include "bind/lookup_binder.h"

#include <algorithm>

#include "bind/table_binder.h"

namespace weir {
namespace {

// More than any condition names: behind the tables of all levels.
constexpr uint32_t kColumnsEnd = kTableBase + (kMaxLookupLevels + 1) * kLookupLevel;

void Append(const std::vector<BoundLookup>& lookups, std::vector<const BoundLookup*>* all) {
  for (const BoundLookup& lookup : lookups) {
    all->push_back(&lookup);
    Append(lookup.nested, all);
  }
}

void Append(const BoundStreamInput& input, std::vector<const BoundLookup*>* all) {
  Append(input.lookups, all);
  Append(input.lookups_after, all);
}

// `mapping` has a place for every column.
void Renumber(const std::vector<uint32_t>& mapping, BoundLookup* lookup) {
  lookup->condition = RemapColumns(lookup->condition, mapping);
  for (BoundLookup& nested : lookup->nested) Renumber(mapping, &nested);
}

std::vector<uint32_t> AllAsTheyAre() {
  std::vector<uint32_t> mapping(kColumnsEnd);
  for (uint32_t c = 0; c < kColumnsEnd; ++c) mapping[c] = c;
  return mapping;
}

}  // namespace

ExprPtr LookupScope::TableColumn(const ast::AttributeRef& ref, const ast::Span& span,
                                 BindContext& context) const {
  RowScope scope({{table_.name, "", table_.schema, base_}});
  const ExprPtr column = scope.Resolve(ref, span, context);
  if (column == nullptr) return nullptr;
  return MakeColumn(column->column(), column->type(), table_.name + "." + ref.name.text);
}

ExprPtr LookupScope::Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                             BindContext& context) {
  if (ref.stream && ref.stream->stream.name == table_.name) return TableColumn(ref, span, context);
  if (ref.stream || !table_.schema->Find(ref.name.text)) return rows_.Resolve(ref, span, context);
  // The table may have what the rows do not; what they have comes first.
  std::vector<ast::Diagnostic> findings;
  BindContext trial(context.registry(), &findings);
  const ExprPtr of_rows = rows_.Resolve(ref, span, trial);
  return of_rows != nullptr ? of_rows : TableColumn(ref, span, context);
}

ExprPtr Lookups::BindIn(const ast::InTable& node, const ast::Span& span) {
  const auto found = FindTable(node.table, streams_, context_);
  if (!found) return nullptr;
  streams_.at(*found).read = true;
  if (level_ == kMaxLookupLevels) {
    context_.Error(span, "'in' a table stands inside " + std::to_string(kMaxLookupLevels) +
                             " others; at most " + std::to_string(kMaxLookupLevels) +
                             " can be nested (limits.lookups)");
    return nullptr;
  }
  const uint32_t base = kTableBase + level_ * kLookupLevel;
  LookupScope scope(rows_, streams_.at(*found), base);
  BoundLookup lookup;
  lookup.table = *found;
  std::vector<BoundAggregate> found_here;
  std::vector<BoundAggregate>* aggregates = aggregates_ != nullptr ? aggregates_ : &found_here;
  ExpressionBinder binder(context_, scope, aggregates);
  Lookups nested(scope, streams_, context_, base + kNestedAnswers, &lookup.nested, aggregates,
                 level_ + 1);
  binder.set_lookups(&nested);
  lookup.condition = binder.BindCondition(*node.condition, "the condition before 'in'");
  if (lookup.condition == nullptr) return nullptr;
  if (!found_here.empty()) {
    if (late_ != nullptr) return late_->BindIn(node, span);
    context_.Error(span, "an aggregate cannot stand here");
    return nullptr;
  }
  const auto column = static_cast<uint32_t>(first_column_ + lookups_->size());
  ExprPtr result = MakeColumn(column, Type::kBool,
                              "(" + lookup.condition->Describe() + " in " + node.table.text + ")");
  lookups_->push_back(std::move(lookup));
  return result;
}

BoundLookup RemapRowColumns(const BoundLookup& lookup, const std::vector<uint32_t>& mapping) {
  std::vector<uint32_t> full = AllAsTheyAre();
  std::copy(mapping.begin(), mapping.end(), full.begin());
  BoundLookup result = lookup;
  Renumber(full, &result);
  return result;
}

std::vector<BoundLookup> RemapRowColumns(const std::vector<BoundLookup>& lookups,
                                         const std::vector<uint32_t>& mapping) {
  std::vector<BoundLookup> result;
  for (const BoundLookup& lookup : lookups) result.push_back(RemapRowColumns(lookup, mapping));
  return result;
}

BoundLookup LiftNested(const BoundLookup& lookup, size_t row_columns,
                       const std::vector<uint32_t>& pairs) {
  std::vector<uint32_t> full = AllAsTheyAre();
  for (uint32_t a = 0; a < pairs.size(); ++a) {
    full[kTableBase + a] = static_cast<uint32_t>(row_columns) + pairs[a];
  }
  for (uint32_t c = kTableBase + kLookupLevel; c < kColumnsEnd; ++c) full[c] = c - kLookupLevel;
  BoundLookup result = lookup;
  Renumber(full, &result);
  return result;
}

void CollectRowColumns(const BoundLookup& lookup, std::vector<bool>* used) {
  std::vector<bool> all(kColumnsEnd, false);
  CollectColumns(*lookup.condition, &all);
  for (size_t c = 0; c < used->size(); ++c) {
    if (all[c]) (*used)[c] = true;
  }
  for (const BoundLookup& nested : lookup.nested) CollectRowColumns(nested, used);
}

std::vector<const BoundLookup*> LookupsOf(const BoundStreamInput& input) {
  std::vector<const BoundLookup*> all;
  Append(input, &all);
  return all;
}

std::vector<const BoundLookup*> LookupsOf(const BoundTableWrite& write) {
  std::vector<const BoundLookup*> all;
  Append(write.lookups, &all);
  return all;
}

std::vector<const BoundLookup*> LookupsOf(const BoundQuery& query) {
  std::vector<const BoundLookup*> all;
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) {
    Append(*stream, &all);
  } else if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    Append(join->left, &all);
    Append(join->right, &all);
    Append(join->lookups, &all);
  } else if (const auto* reader = std::get_if<BoundAggregationJoin>(&query.input)) {
    Append(reader->rows, &all);
    Append(reader->lookups, &all);
  } else {
    const auto& pattern = *std::get<std::shared_ptr<const BoundPattern>>(query.input);
    for (const std::vector<BoundLookup>& lookups : pattern.lookups) Append(lookups, &all);
    for (const std::vector<BoundLookup>& lookups : pattern.state_lookups) Append(lookups, &all);
  }
  Append(query.select.lookups, &all);
  Append(query.select.having_lookups, &all);
  return all;
}

}  // namespace weir
