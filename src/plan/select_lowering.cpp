#include <algorithm>

#include "bind/expression_binder.h"
#include "exec/rate_operator.h"
#include "exec/select_operator.h"
#include "plan/lowering.h"

namespace weir {
namespace {

std::string DescribeSelect(const BoundSelect& select) {
  std::string text;
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
  for (const BoundSelect::Order& order : select.order_by) {
    spec.order_by.push_back({order.value, order.ascending});
  }
  spec.limit = select.limit;
  spec.offset = select.offset;
  return spec;
}

NodeId QueryLowering::Select(Chain chain, const BoundSelect& select, bool expires) {
  input_columns_ = chain.schema->size();
  // The rate limiter needs to know the group of a row, which the output may not show.
  auto lowered = std::make_shared<BoundSelect>(query_.rate ? WithGroups(select) : select);
  if (optimize_) {
    for (ExprPtr& expr : lowered->projections) expr = FoldConstants(expr);
  }
  const bool every_row = query_.rate && query_.rate->kind == ast::RateKind::kSnapshot;
  auto make = [lowered, input = chain.schema, expires, every_row, current = query_.emits_current,
               expired = query_.emits_expired] {
    SelectSpec spec = NewSelect(*lowered, input, expires);
    spec.emits_current = current;
    spec.emits_expired = expired;
    spec.every_row = every_row;
    return MakeSelectOperator(std::move(spec));
  };
  const SchemaPtr output = lowered->output;
  Chain selected =
      Append(std::move(chain), "select", DescribeSelect(select), std::move(make), output);
  return query_.rate ? Rate(std::move(selected), select, output) : selected.edge.node;
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
  spec.windowed = (stream != nullptr && stream->window) ||
                  (join != nullptr && (join->left.window || join->right.window));
  // Aggregate columns stand behind the input columns, wherever narrowing has put those.
  for (const ExprPtr& projection : select.projections) {
    std::vector<bool> used(input_columns_ + select.aggregates.size(), false);
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
