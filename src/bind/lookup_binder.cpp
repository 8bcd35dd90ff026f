#include "bind/lookup_binder.h"

#include <algorithm>

#include "bind/table_binder.h"

namespace weir {
namespace {

// More than any condition names: behind the attributes of the table.
constexpr uint32_t kColumnsEnd = kTableBase + static_cast<uint32_t>(kMaxColumns);

void Append(const std::vector<BoundLookup>& lookups, std::vector<const BoundLookup*>* all) {
  for (const BoundLookup& lookup : lookups) all->push_back(&lookup);
}

void Append(const BoundStreamInput& input, std::vector<const BoundLookup*>* all) {
  Append(input.lookups, all);
  Append(input.lookups_after, all);
}

}  // namespace

ExprPtr LookupScope::TableColumn(const ast::AttributeRef& ref, const ast::Span& span,
                                 BindContext& context) const {
  RowScope scope({{table_.name, "", table_.schema, kTableBase}});
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
  LookupScope scope(rows_, streams_.at(*found));
  std::vector<BoundAggregate> refused;
  ExpressionBinder binder(context_, scope, aggregates_ != nullptr ? aggregates_ : &refused);
  ExprPtr condition = binder.BindCondition(*node.condition, "the condition before 'in'");
  if (condition == nullptr) return nullptr;
  if (!refused.empty()) {
    context_.NotSupported(span, "an aggregate before 'in' a table, outside of having");
    return nullptr;
  }
  const auto column = static_cast<uint32_t>(first_column_ + lookups_->size());
  ExprPtr result =
      MakeColumn(column, Type::kBool, "(" + condition->Describe() + " in " + node.table.text + ")");
  lookups_->push_back({*found, std::move(condition)});
  return result;
}

ExprPtr RemapRowColumns(const ExprPtr& condition, const std::vector<uint32_t>& mapping) {
  std::vector<uint32_t> full(kColumnsEnd);
  for (uint32_t c = 0; c < kColumnsEnd; ++c) full[c] = c;
  std::copy(mapping.begin(), mapping.end(), full.begin());
  return RemapColumns(condition, full);
}

void CollectRowColumns(const Expr& condition, std::vector<bool>* used) {
  std::vector<bool> all(kColumnsEnd, false);
  CollectColumns(condition, &all);
  for (size_t c = 0; c < used->size(); ++c) {
    if (all[c]) (*used)[c] = true;
  }
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
  } else {
    const auto& pattern = *std::get<std::shared_ptr<const BoundPattern>>(query.input);
    for (const std::vector<BoundLookup>& lookups : pattern.lookups) Append(lookups, &all);
  }
  Append(query.select.lookups, &all);
  Append(query.select.having_lookups, &all);
  return all;
}

}  // namespace weir
