#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ast/definition.h"
#include "bind/query_binder.h"
#include "io/transport_registry.h"

namespace weir {

Type ToType(ast::AttributeType type);

// The attributes of a definition of `what` (a table, a window). Null if errors were reported.
SchemaPtr BindAttributes(const std::string& what, const ast::Name& name,
                         const std::vector<ast::AttributeDefinition>& attributes,
                         const ast::Span& span, BindContext& context);

// Where tables may be.
struct TableStores {
  const TransportRegistry& known;
  bool on_disk = false;  // those without an @store
};

// `define table`, `define window`: add what is defined to the streams unless errors are reported.
void DefineTable(const ast::TableDefinition& definition, const TableStores& stores,
                 StreamTable& streams, BindContext& context);
void DefineNamedWindow(const ast::WindowDefinition& definition, StreamTable& streams,
                       BindContext& context);

// Names in a condition about a table: plain ones mean the attributes of the rows at hand, then
// those of the table, whose columns follow.
class TableScope : public Scope {
 public:
  // `rows`: a name, an alias (both may be empty) and a schema; its columns begin at 0.
  TableScope(ScopeSource rows, const std::string& table, const SchemaPtr& table_schema);
  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override;
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef&, BindContext&) override {
    return std::nullopt;
  }

 private:
  ExprPtr TableColumn(const ast::AttributeRef& ref, const ast::Span& span, BindContext& context);

  RowScope rows_;
  RowScope table_;
};

// Checks that the name is that of a table. Absent if an error was reported.
std::optional<uint32_t> FindTable(const ast::Name& name, StreamTable& streams,
                                  BindContext& context);

// What rows of `output` do to the table that `action` (delete, update, update or insert) names.
// Absent if errors were reported.
std::optional<BoundTableWrite> BindTableWrite(const ast::OutputAction& action,
                                              const SchemaPtr& output, StreamTable& streams,
                                              BindContext& context);

// `(symbol string, price float)`.
std::string DescribeSchema(const Schema& schema);

}  // namespace weir
