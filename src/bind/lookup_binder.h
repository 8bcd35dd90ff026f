#pragma once

#include <optional>
#include <vector>

#include "bind/query_binder.h"

namespace weir {

// Names in the condition of `condition in Table`: what they mean around it, then the attributes of
// the table, whose columns begin at `base`.
class LookupScope : public Scope {
 public:
  LookupScope(Scope& rows, const BoundStream& table, uint32_t base)
      : rows_(rows), table_(table), base_(base) {}
  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override;
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) override {
    return rows_.ResolveEvent(ref, context);
  }
  std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef& ref,
                                          BindContext& context) override {
    return rows_.ResolveTimestamp(ref, context);
  }
  std::vector<ExprPtr> Everything() const override { return rows_.Everything(); }

 private:
  ExprPtr TableColumn(const ast::AttributeRef& ref, const ast::Span& span,
                      BindContext& context) const;

  Scope& rows_;
  const BoundStream& table_;
  uint32_t base_;
};

// Collects the look-ups of expressions over one kind of row; the i-th is read back as column
// first_column + i.
class Lookups : public LookupBinder {
 public:
  // `aggregates`: as for ExpressionBinder, if aggregates may stand before `in`. `level`: so many
  // look-ups are around.
  Lookups(Scope& rows, StreamTable& streams, BindContext& context, uint32_t first_column,
          std::vector<BoundLookup>* lookups, std::vector<BoundAggregate>* aggregates = nullptr,
          uint32_t level = 0)
      : rows_(rows),
        streams_(streams),
        context_(context),
        first_column_(first_column),
        lookups_(lookups),
        aggregates_(aggregates),
        level_(level) {}
  // Takes the look-ups with aggregates where these may not stand.
  void set_late(Lookups* late) { late_ = late; }
  ExprPtr BindIn(const ast::InTable& node, const ast::Span& span) override;

 private:
  Scope& rows_;
  StreamTable& streams_;
  BindContext& context_;
  uint32_t first_column_;
  std::vector<BoundLookup>* lookups_;
  std::vector<BoundAggregate>* aggregates_;
  uint32_t level_;
  Lookups* late_ = nullptr;
};

// A look-up with its row columns renumbered; those of the tables stay.
BoundLookup RemapRowColumns(const BoundLookup& lookup, const std::vector<uint32_t>& mapping);
std::vector<BoundLookup> RemapRowColumns(const std::vector<BoundLookup>& lookups,
                                         const std::vector<uint32_t>& mapping);
// The same, nested in another look-up whose condition becomes one over pairs: the columns of that
// table are row columns from now on, with places `pairs` by attribute.
BoundLookup LiftNested(const BoundLookup& lookup, size_t row_columns,
                       const std::vector<uint32_t>& pairs);
// Sets used[c] for the row columns that a look-up reads.
void CollectRowColumns(const BoundLookup& lookup, std::vector<bool>* used);

// All look-ups of a query, in the order in which they are lowered: each before those nested in it.
std::vector<const BoundLookup*> LookupsOf(const BoundQuery& query);
std::vector<const BoundLookup*> LookupsOf(const BoundStreamInput& input);
std::vector<const BoundLookup*> LookupsOf(const BoundTableWrite& write);

}  // namespace weir
