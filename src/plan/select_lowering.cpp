#include <algorithm>

#include "bind/expression_binder.h"
#include "exec/rate_operator.h"
#include "exec/select_operator.h"
#include "plan/having_split.h"
#include "plan/lowering.h"

namespace weir {
namespace {

std::string DescribeSelect(const BoundSelect& select) {
  std::string text = select.distinct == Distinct::kNo ? "" : "distinct ";
  for (size_t i = 0; i < select.output->size(); ++i) {
    const std::string value = select.projections[i]->Describe();
    const std::string& name = (*select.output)[i].name;
    text += (i > 0 ? ", " : "") + (value == name ? name : value + " as " + name);
  }
  for (size_t i = 0; i < select.group_by.size(); ++i) {
    text += (i > 0 ? ", " : " group by ") + select.group_by[i]->Describe();
  }
  if (select.having != nullptr) text += " having " + select.having->Describe();
  for (const BoundSelect::Order& order : select.order_by) {
    text += " order by " + order.value->Describe() + (order.ascending ? "" : " desc");
  }
  if (select.limit) text += " limit " + std::to_string(*select.limit);
  if (select.offset > 0) text += " offset " + std::to_string(select.offset);
  return text;
}

// The select clause with its group by values as further outputs.
BoundSelect WithGroups(const BoundSelect& select) {
  BoundSelect result = select;
  std::vector<Attribute> attributes = select.output->attributes();
  for (size_t i = 0; i < select.group_by.size(); ++i) {
    attributes.push_back({"#group" + std::to_string(i), select.group_by[i]->type()});
    result.projections.push_back(select.group_by[i]);
  }
  result.output = std::make_shared<const Schema>(std::move(attributes));
  return result;
}

}  // namespace

SelectSpec NewSelect(const BoundSelect& select, SchemaPtr input, bool expires) {
  SelectSpec spec;
  spec.input = std::move(input);
  spec.output = select.output;
  spec.projections = select.projections;
  spec.group_by = select.group_by;
  for (const BoundAggregate& aggregate : select.aggregates) {
    AggregateCall call;
    call.aggregator = aggregate.spec->make(ToArguments(aggregate.arguments), expires);
    call.arguments = aggregate.arguments;
    call.result = aggregate.result;
    call.keeps_forever = aggregate.spec->keeps_forever;
    call.description = aggregate.text;
    spec.aggregates.push_back(std::move(call));
  }
  spec.having = select.having;
  spec.distinct = select.distinct;
  spec.distinct_columns = select.distinct_columns;
  for (const BoundSelect::Order& order : select.order_by) {
    spec.order_by.push_back({order.value, order.ascending});
  }
  spec.limit = select.limit;
  spec.offset = select.offset;
  return spec;
}

QueryLowering::Chain QueryLowering::SelectStep(Chain chain, std::string detail,
                                               std::shared_ptr<const BoundSelect> select,
                                               bool expires, bool every_row, bool last_row) {
  auto make = [select, input = chain.schema, expires, every_row, last_row,
               current = query_.emits_current, expired = query_.emits_expired,
               schemas = std::make_shared<SelectSchemas>(), faults = faults_,
               number = number_column_, keyed = keyed_] {
    SelectSpec spec = NewSelect(*select, input, expires);
    if (keyed && !spec.aggregates.empty()) {
      const auto key = static_cast<uint32_t>(input->size()) - 1;
      if (spec.group_by.empty()) {
        spec.key_column = key;
      } else {
        spec.group_by.push_back(MakeColumn(key, Type::kInt, ""));
      }
    }
    spec.schemas = schemas;
    spec.faults = faults;
    spec.number_column = number;
    spec.emits_current = current;
    spec.emits_expired = expired;
    spec.every_row = every_row;
    spec.last_row = last_row;
    return MakeSelectOperator(std::move(spec));
  };
  number_column_.reset();  // outputs have no numbers
  const SchemaPtr output = select->output;
  return Append(std::move(chain), "select", std::move(detail), std::move(make), output);
}

NodeId QueryLowering::Select(Chain chain, const BoundSelect& select, bool expires) {
  chain = Lookups(std::move(chain), select.lookups);
  input_columns_ = chain.schema->size();
  // The rate limiter needs to know the group of a row, which the output may not show.
  auto lowered = std::make_shared<BoundSelect>(query_.rate ? WithGroups(select) : select);
  if (optimize_) {
    for (ExprPtr& expr : lowered->projections) expr = FoldConstants(expr);
  }
  const bool every_row = query_.rate && query_.rate->kind == ast::RateKind::kSnapshot;
  const SchemaPtr output = lowered->output;
  if (select.having_lookups.empty()) {
    chain =
        SelectStep(std::move(chain), DescribeSelect(select), lowered, expires, every_row, false);
  } else {
    HavingSplit split = SplitHaving(*lowered, *chain.schema, select.output->size());
    chain = SelectStep(std::move(chain), DescribeSelect(split.first),
                       std::make_shared<BoundSelect>(split.first), expires, true, false);
    chain = Lookups(std::move(chain), split.lookups);
    chain = SelectStep(std::move(chain), DescribeSelect(split.second),
                       std::make_shared<BoundSelect>(split.second), false, every_row, split.folds);
  }
  return query_.rate ? Rate(std::move(chain), select, output) : chain.edge.node;
}

NodeId QueryLowering::Rate(Chain chain, const BoundSelect& select, const SchemaPtr& grouped) {
  static constexpr const char* kKinds[] = {"all", "first", "last", "snapshot"};
  RateSpec spec;
  spec.kind = static_cast<RateSpec::Kind>(query_.rate->kind);
  spec.every_events = query_.rate->every_events;
  spec.every_ms = query_.rate->every_ms;
  spec.input = grouped;
  spec.output_columns = select.output->size();
  const auto* stream = std::get_if<BoundStreamInput>(&query_.input);
  const auto* join = std::get_if<BoundJoin>(&query_.input);
  const auto* reader = std::get_if<BoundAggregationJoin>(&query_.input);
  spec.windowed = (stream != nullptr && stream->window) ||
                  (reader != nullptr && reader->rows.window) ||
                  (join != nullptr && (join->left.window || join->right.window));
  // Aggregate columns stand behind the input columns, wherever narrowing has put those.
  for (const ExprPtr& projection : select.projections) {
    std::vector<bool> used(input_columns_ + ColumnsBehind(select), false);
    CollectColumns(*projection, &used);
    const auto first = used.begin() + static_cast<std::ptrdiff_t>(input_columns_);
    spec.aggregate_columns.push_back(std::find(first, used.end(), true) != used.end());
  }
  const std::string every = spec.every_events ? std::to_string(*spec.every_events) + " events"
                                              : std::to_string(*spec.every_ms) + " ms";
  const std::string detail =
      std::string(kKinds[static_cast<int>(query_.rate->kind)]) + " every " + every;
  return Append(
             std::move(chain), "rate", detail,
             [spec, place = rate_place_] { return MakeRateOperator(place, spec); }, select.output,
             true)
      .edge.node;
}

}  // namespace weir
