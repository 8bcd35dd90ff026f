#include "bind/on_demand_binder.h"

#include "bind/aggregation_binder.h"
#include "bind/lookup_binder.h"
#include "bind/table_binder.h"

namespace weir {
namespace {

class OnDemandBinder {
 public:
  OnDemandBinder(const BoundApp& app, const Registry& registry,
                 std::vector<ast::Diagnostic>* diagnostics)
      : app_(app), context_(registry, diagnostics), all_(app.streams), streams_(&all_) {
    context_.set_functions(&app.functions);
  }

  std::optional<BoundOnDemand> Bind(ast::OnDemandQuery query) {
    ScopeSource source{"", "", std::make_shared<const Schema>(), 0};
    if (query.input && !BindSource(*query.input, &source)) return std::nullopt;
    bound_.input = source.schema;
    RowScope scope({source});
    if (query.input && query.input->on != nullptr) {
      ExpressionBinder binder(context_, scope);
      const auto columns = static_cast<uint32_t>(source.schema->size());
      Lookups lookups(scope, streams_, context_, columns, &bound_.lookups);
      binder.set_lookups(&lookups);
      bound_.on = binder.BindCondition(*query.input->on, "the condition");
      if (bound_.on == nullptr) return std::nullopt;
    }
    ast::Query select;
    select.span = query.span;
    select.selection = std::move(query.selection);
    std::vector<NamedColumn> all;
    for (uint32_t a = 0; a < source.schema->size(); ++a) {
      const Attribute& attribute = (*source.schema)[a];
      all.push_back({attribute.name, MakeColumn(a, attribute.type, attribute.name)});
    }
    if (!BindSelect(select, scope, all, &streams_, context_, &bound_.select)) return std::nullopt;
    PlaceColumns(bound_.input->size(), &bound_.select);
    if (query.action && !BindAction(*query.action)) return std::nullopt;
    return std::move(bound_);
  }

 private:
  bool BindSource(const ast::StoreInput& input, ScopeSource* source) {
    for (uint32_t a = 0; a < app_.aggregations.size(); ++a) {
      if (app_.aggregations[a].name == input.source.text) return BindAggregation(input, a, source);
    }
    const auto found = streams_.Find(input.source.text);
    if (!found) {
      std::vector<std::string> names;
      for (const BoundStream& stream : all_) {
        if (stream.table || stream.named_window) names.push_back(stream.name);
      }
      for (const BoundAggregation& aggregation : app_.aggregations) {
        names.push_back(aggregation.name);
      }
      context_.UnknownName(input.source.span,
                           "unknown table, window or aggregation '" + input.source.text + "'",
                           input.source.text, names);
      return false;
    }
    const BoundStream& stream = streams_.at(*found);
    if (!stream.table && !stream.named_window) {
      context_.Error(input.source.span, "'" + stream.name + "' is a stream, it keeps no rows");
      return false;
    }
    if (input.per != nullptr || input.within_begin != nullptr) {
      context_.Error(input.span, "within ... per ... is for aggregations");
      return false;
    }
    bound_.source = *found;
    *source = {stream.name, input.alias ? input.alias->text : "", stream.schema, 0};
    return true;
  }

  bool BindAction(const ast::OutputAction& action) {
    const auto* insert = std::get_if<ast::InsertInto>(&action.node);
    if (insert == nullptr) {
      bound_.write = BindTableWrite(action, bound_.select.output, streams_, context_);
      return bound_.write.has_value();
    }
    const auto found = streams_.Find(insert->target.name);
    if (!found || !streams_.at(*found).table) {
      context_.Error(insert->target.span, "'" + insert->target.name + "' is not a table");
      return false;
    }
    const BoundStream& table = streams_.at(*found);
    if (!(*table.schema == *bound_.select.output)) {
      context_.Error(insert->target.span, "the query's output " +
                                              DescribeSchema(*bound_.select.output) +
                                              " differs from table '" + table.name + "' " +
                                              DescribeSchema(*table.schema));
      return false;
    }
    bound_.write = BoundTableWrite{*found, TableAction::kInsert, nullptr, {}, {}};
    return true;
  }

  bool BindAggregation(const ast::StoreInput& input, uint32_t aggregation, ScopeSource* source) {
    const BoundAggregation& found = app_.aggregations[aggregation];
    RowScope none({{"", "", std::make_shared<const Schema>(), 0}});
    bound_.read.emplace();
    bound_.read->aggregation = aggregation;
    *source = {found.name, input.alias ? input.alias->text : "", found.output, 0};
    return BindAggregationRead(input.within_begin.get(), input.within_end.get(), input.per.get(),
                               input.span, found, none, context_, &*bound_.read);
  }

  const BoundApp& app_;
  BindContext context_;
  std::vector<BoundStream> all_;
  StreamTable streams_;
  BoundOnDemand bound_;
};

}  // namespace

std::optional<BoundOnDemand> BindOnDemand(ast::OnDemandQuery query, const BoundApp& app,
                                          const Registry& registry,
                                          std::vector<ast::Diagnostic>* diagnostics) {
  auto bound = OnDemandBinder(app, registry, diagnostics).Bind(std::move(query));
  if (ast::HasErrors(*diagnostics)) return std::nullopt;
  return bound;
}

}  // namespace weir
