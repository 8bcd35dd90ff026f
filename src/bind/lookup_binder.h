#pragma once

#include <optional>
#include <vector>

#include "bind/query_binder.h"

namespace weir {

// Names in the condition of `condition in Table`: what they mean around it, then the attributes of
// the table, whose columns begin at kTableBase.
class LookupScope : public Scope {
 public:
  LookupScope(Scope& rows, const BoundStream& table) : rows_(rows), table_(table) {}
  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override;
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) override {
    return rows_.ResolveEvent(ref, context);
  }
  std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef& ref,
                                          BindContext& context) override {
    return rows_.ResolveTimestamp(ref, context);
  }

 private:
  ExprPtr TableColumn(const ast::AttributeRef& ref, const ast::Span& span,
                      BindContext& context) const;

  Scope& rows_;
  const BoundStream& table_;
};

// Collects the look-ups of expressions over one kind of row; the i-th is read back as column
// first_column + i.
class Lookups : public LookupBinder {
 public:
  // `aggregates`: as for ExpressionBinder, if aggregates may stand before `in`.
  Lookups(Scope& rows, StreamTable& streams, BindContext& context, uint32_t first_column,
          std::vector<BoundLookup>* lookups, std::vector<BoundAggregate>* aggregates = nullptr)
      : rows_(rows),
        streams_(streams),
        context_(context),
        first_column_(first_column),
        lookups_(lookups),
        aggregates_(aggregates) {}
  ExprPtr BindIn(const ast::InTable& node, const ast::Span& span) override;

 private:
  Scope& rows_;
  StreamTable& streams_;
  BindContext& context_;
  uint32_t first_column_;
  std::vector<BoundLookup>* lookups_;
  std::vector<BoundAggregate>* aggregates_;
};

// The expression of a look-up's condition with its row columns renumbered; those of the table stay.
ExprPtr RemapRowColumns(const ExprPtr& condition, const std::vector<uint32_t>& mapping);
// Sets used[c] for the row columns that a look-up's condition reads.
void CollectRowColumns(const Expr& condition, std::vector<bool>* used);

// All look-ups of a query, in the order in which they are lowered.
std::vector<const BoundLookup*> LookupsOf(const BoundQuery& query);

}  // namespace weir
