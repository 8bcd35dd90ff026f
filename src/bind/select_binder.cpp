#include <algorithm>

#include "bind/lookup_binder.h"
#include "bind/query_binder.h"

namespace weir {
namespace {

// What having and order by may name: the outputs first, then what select sees.
class OutputScope : public Scope {
 public:
  // `values` of the outputs; where one is null, that was reported already.
  OutputScope(const std::vector<Attribute>& outputs, const std::vector<ExprPtr>& values,
              Scope& inner)
      : outputs_(outputs), values_(values), inner_(inner) {}

  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override {
    if (!ref.stream) {
      for (uint32_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].name == ref.name.text) {
          if (values_[i] == nullptr) return nullptr;
          return MakeColumn(kOutputBase + i, outputs_[i].type, ref.name.text);
        }
      }
    }
    return inner_.Resolve(ref, span, context);
  }
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) override {
    for (const Attribute& output : outputs_) {
      if (!ref.index && output.name == ref.stream.name) return std::nullopt;
    }
    return inner_.ResolveEvent(ref, context);
  }

  std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef& ref,
                                          BindContext& context) override {
    return inner_.ResolveTimestamp(ref, context);
  }
  std::vector<ExprPtr> Everything() const override { return inner_.Everything(); }
  std::optional<ExprPtr> ResolveCall(const ast::Call& call) override {
    return inner_.ResolveCall(call);
  }

 private:
  const std::vector<Attribute>& outputs_;
  const std::vector<ExprPtr>& values_;
  Scope& inner_;
};

class SelectBinder {
 public:
  SelectBinder(Scope& scope, StreamTable* streams, BindContext& context, BoundSelect* select)
      : scope_(scope), streams_(streams), context_(context), select_(select) {}

  bool BindItems(const ast::Selection& selection) {
    ExpressionBinder binder(context_, scope_, &select_->aggregates);
    std::optional<Lookups> lookups, late;
    if (streams_ != nullptr) {
      lookups.emplace(scope_, *streams_, context_, kLookupBase, &select_->lookups);
      late.emplace(scope_, *streams_, context_, kHavingLookupBase, &select_->having_lookups,
                   &select_->aggregates);
      lookups->set_late(&*late);
      binder.set_lookups(&*lookups);
    }
    bool ok = true;
    for (const ast::SelectItem& item : selection.items) {
      const ast::Name* name = item.alias ? &*item.alias : nullptr;
      if (const auto* ref = std::get_if<ast::AttributeRef>(&item.value->node)) {
        if (name == nullptr) name = &ref->name;
      }
      if (name == nullptr) {
        context_.Error(item.span, "an expression in select needs a name", "write '... as name'");
        ok = false;
        continue;
      }
      ExprPtr value = binder.Bind(*item.value);
      ok = AddOutput(*name, std::move(value)) && ok;
    }
    return ok;
  }

  bool AddOutput(const ast::Name& name, ExprPtr value) {
    const auto same = [&](const Attribute& a) { return a.name == name.text; };
    if (std::any_of(outputs_.begin(), outputs_.end(), same)) {
      context_.Error(name.span, "the output has two attributes named '" + name.text + "'");
      return false;
    }
    // A failed item keeps its name, so that having and order by do not report it once more.
    failed_ = failed_ || value == nullptr;
    outputs_.push_back({name.text, value == nullptr ? Type::kObject : value->type()});
    select_->projections.push_back(std::move(value));
    return !failed_;
  }

  bool BindRest(const ast::Selection& selection) {
    bool ok = BindGroupBy(selection) && !failed_;
    OutputScope output_scope(outputs_, select_->projections, scope_);
    ExpressionBinder binder(context_, output_scope, &select_->aggregates);
    std::optional<Lookups> lookups;
    if (streams_ != nullptr) {
      lookups.emplace(output_scope, *streams_, context_, kHavingLookupBase,
                      &select_->having_lookups, &select_->aggregates);
      binder.set_lookups(&*lookups);
    }
    const size_t of_items = select_->having_lookups.size();
    binder.set_aggregate_scope(&scope_);  // outputs are there only after the aggregates
    if (selection.having != nullptr) {
      select_->having = binder.BindCondition(*selection.having, "the having condition");
      ok = ok && select_->having != nullptr;
    }
    for (const ast::OrderKey& key : selection.order_by) {
      ExprPtr value = binder.Bind(*key.value);
      ok = ok && value != nullptr;
      select_->order_by.push_back({std::move(value), !key.descending});
    }
    for (size_t i = of_items; i < select_->having_lookups.size(); ++i) {
      ok = CheckAsked(select_->having_lookups[i], selection) && ok;
    }
    std::optional<uint64_t> offset;
    ok = BindCount(selection.limit, "limit", &select_->limit) && ok;
    ok = BindCount(selection.offset, "offset", &offset) && ok;
    select_->offset = offset.value_or(0);
    return ok;
  }

  std::vector<Attribute>& outputs() { return outputs_; }

 private:
  bool BindGroupBy(const ast::Selection& selection) {
    ExpressionBinder binder(context_, scope_);
    bool ok = true;
    for (const ast::ExprPtr& key : selection.group_by) {
      ExprPtr value = binder.Bind(*key);
      ok = ok && value != nullptr;
      select_->group_by.push_back(std::move(value));
    }
    return ok;
  }

  // Tables are asked once the aggregates are there: not about what they have answered.
  bool CheckAsked(const BoundLookup& lookup, const ast::Selection& selection) {
    std::vector<bool> asked(kHavingLookupBase, false);
    CollectRowColumns(lookup, &asked);
    for (size_t i = 0; i < select_->projections.size(); ++i) {
      if (!asked[kOutputBase + i] || select_->projections[i] == nullptr) continue;
      std::vector<bool> used(kTableBase, false);
      CollectColumns(*select_->projections[i], &used);
      if (std::find(used.begin() + kHavingLookupBase, used.end(), true) == used.end()) continue;
      context_.NotSupported(selection.span, "'in' a table in having about '" + outputs_[i].name +
                                                "', which asks a table about an aggregate");
      return false;
    }
    return true;
  }

  bool BindCount(const ast::ExprPtr& expr, const char* what, std::optional<uint64_t>* count) {
    if (expr == nullptr) return true;
    ExpressionBinder binder(context_, scope_);
    const ExprPtr bound = binder.Bind(*expr);
    if (bound == nullptr) return false;
    const ExprPtr folded = FoldConstants(bound);
    const Value* value = folded->constant();
    if (value == nullptr || value->is_null() || !IsInteger(value->type()) || value->AsLong() < 0) {
      context_.Error(expr->span, std::string(what) + " must be a constant int or long, 0 or more");
      return false;
    }
    *count = static_cast<uint64_t>(value->AsLong());
    return true;
  }

  Scope& scope_;
  StreamTable* streams_;
  BindContext& context_;
  BoundSelect* select_;
  std::vector<Attribute> outputs_;
  bool failed_ = false;
};

}  // namespace

bool BindSelect(const ast::Query& query, Scope& scope, const std::vector<NamedColumn>& all,
                StreamTable* streams, BindContext& context, BoundSelect* select) {
  const ast::Selection* selection = query.selection ? &*query.selection : nullptr;
  return BindSelection(selection, query.span, scope, all, streams, context, select);
}

bool BindSelection(const ast::Selection* selection, const ast::Span& span, Scope& scope,
                   const std::vector<NamedColumn>& all, StreamTable* streams, BindContext& context,
                   BoundSelect* select) {
  SelectBinder binder(scope, streams, context, select);
  static const ast::Selection kEverything;
  const ast::Selection& written = selection != nullptr ? *selection : kEverything;
  bool ok = true;
  if (written.distinct) select->distinct = Distinct::kOfEmission;
  if (selection == nullptr || written.star) {
    const ast::Span& place = selection != nullptr ? written.span : span;
    for (const NamedColumn& column : all) {
      ok = binder.AddOutput({column.name, place}, column.value) && ok;
    }
  } else {
    ok = binder.BindItems(written);
  }
  ok = binder.BindRest(written) && ok;
  if (binder.outputs().size() > kMaxColumns) {
    context.Error(span, "select has more than " + std::to_string(kMaxColumns) +
                            " attributes (limits.columns)");
    return false;
  }
  select->output = std::make_shared<const Schema>(std::move(binder.outputs()));
  select->distinct_columns = select->output->size();
  return ok;
}

void PlaceColumns(size_t input_columns, BoundSelect* select) {
  std::vector<uint32_t> mapping(kTableBase);
  for (uint32_t c = 0; c < kAggregateBase; ++c) mapping[c] = c;
  auto next = static_cast<uint32_t>(input_columns);
  const auto place = [&](uint32_t base, size_t count) {
    for (uint32_t i = 0; i < count; ++i) mapping[base + i] = next++;
  };
  place(kLookupBase, select->lookups.size());
  place(kAggregateBase, select->aggregates.size());
  place(kOutputBase, select->output->size());
  place(kHavingLookupBase, select->having_lookups.size());
  for (ExprPtr& projection : select->projections) projection = RemapColumns(projection, mapping);
  for (BoundAggregate& aggregate : select->aggregates) {
    for (ExprPtr& argument : aggregate.arguments) argument = RemapColumns(argument, mapping);
  }
  select->having_lookups = RemapRowColumns(select->having_lookups, mapping);
  if (select->having != nullptr) select->having = RemapColumns(select->having, mapping);
  for (BoundSelect::Order& order : select->order_by) {
    order.value = RemapColumns(order.value, mapping);
  }
}

}  // namespace weir
