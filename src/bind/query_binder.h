#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ast/definition.h"
#include "ast/query.h"
#include "bind/bound_app.h"
#include "bind/expression_binder.h"

namespace weir {

// Streams by name, as far as they are known while queries are bound.
class StreamTable {
 public:
  explicit StreamTable(std::vector<BoundStream>* streams,
                       std::vector<BoundAggregation>* aggregations = nullptr)
      : streams_(streams), aggregations_(aggregations) {}
  std::optional<uint32_t> Find(std::string_view name) const;
  // The stream meant inside `partition` (absent: outside of any), which may be an inner one or a
  // fault stream.
  std::optional<uint32_t> Find(const ast::StreamName& name,
                               std::optional<uint32_t> partition) const;
  BoundStream& at(uint32_t i) { return (*streams_)[i]; }
  uint32_t Add(BoundStream stream);
  // Aggregations have names of their own kind: no Find above gives them.
  std::optional<uint32_t> FindAggregation(const ast::StreamName& name) const;
  const BoundAggregation& aggregation(uint32_t i) const { return (*aggregations_)[i]; }
  std::vector<std::string> Names() const;

 private:
  std::vector<BoundStream>* streams_;
  std::vector<BoundAggregation>* aggregations_;  // null: none
};

// Binds one query. Its input streams must be known; see InputStreams.
class QueryBinder {
 public:
  // `partition`: the one the query stands in.
  QueryBinder(BindContext& context, StreamTable& streams,
              std::optional<uint32_t> partition = std::nullopt)
      : context_(context), streams_(streams), partition_(partition) {}

  // `number` makes the name of a query without @info(name). Absent if errors were reported.
  std::optional<BoundQuery> Bind(const ast::Query& query, size_t number);
  // Binds a window over the rows of the scope. Absent if errors were reported.
  std::optional<BoundWindow> BindWindow(const ast::Call& call, const ast::Span& span,
                                        RowScope& scope);
  // Absent if errors were reported.
  std::optional<BoundAggregation> BindAggregation(const ast::AggregationDefinition& definition);

 private:
  // `findable`: a table may stand here too.
  // `timed`: the names of those whose rows are to keep their timestamps.
  std::optional<BoundStreamInput> BindStream(const ast::SingleStream& stream, bool findable,
                                             const std::vector<std::string>& timed = {});
  bool BindHandlers(const ast::SingleStream& stream, RowScope& scope, BoundStreamInput* input);
  void MoveFilters(uint32_t offset, uint32_t columns, BoundStreamInput* input, BoundJoin* join);
  bool BindFilter(const ast::Expr& condition, RowScope& scope, BoundStreamInput* input);
  // Appends to the schema of the scope and of the input what the function appends to rows.
  bool BindStreamFunction(const ast::StreamFunction& function, const ast::Span& span,
                          RowScope& scope, BoundStreamInput* input);
  bool CheckJoinFunctions(const ast::SingleStream& stream, const BoundStreamInput& input);
  bool CheckFound(const ast::SingleStream& stream, bool findable, const BoundStreamInput& input);
  std::optional<BoundJoin> BindJoin(const ast::JoinInput& join,
                                    const std::vector<std::string>& timed, BoundQuery* query);
  bool BindPattern(const ast::Query& query, const ast::StateInput& input, BoundQuery* bound);
  bool CheckNoAggregation(const ast::Query& query);
  bool BindReaderCondition(const ast::Expr& condition, RowScope& scope, BoundAggregationJoin* join);
  bool BindAggregationJoin(const ast::Query& query, const ast::JoinInput& join, BoundQuery* bound);
  bool BindInput(const ast::Query& query, BoundQuery* bound);
  void BindAnnotations(const ast::Query& query, BoundQuery* bound);
  // A pattern whose expired events are asked for gives its partial matches that are given up.
  bool GiveExpired(const ast::Query& query, BoundQuery* bound);
  bool BindOutput(const ast::Query& query, BoundQuery* bound);
  bool BindRate(const ast::OutputRate& rate, BoundQuery* bound);
  bool InsertInto(const ast::InsertInto& insert, BoundQuery* bound);

  BindContext& context_;
  StreamTable& streams_;
  std::optional<uint32_t> partition_;
};

// Binds `#name(args)` over the rows of a stream, the only source of `scope`; what it appends is not
// there yet. Absent if errors were reported.
std::optional<BoundStreamFunctionCall> BindFunctionCall(const ast::StreamFunction& function,
                                                        const ast::Span& span, RowScope& scope,
                                                        BindContext& context);

// `#length(2)` is taken for `#window.length(2)`.
bool NamesWindow(const ast::Call& call, const Registry& registry);

// How a stream is called in expressions and messages: `S`, `#S`, `!S`.
std::string ShownName(const ast::StreamName& name);

// `!S` where S has no fault stream.
void ReportNoFaultStream(const ast::StreamName& name, BindContext& context);

// The streams a query reads, in order of writing.
std::vector<const ast::StreamName*> InputStreams(const ast::Query& query);

// Binds what the streams of a partition are split by; false if errors were reported.
bool BindPartitionKeys(const ast::Partition& partition, StreamTable& streams, BindContext& context,
                       BoundPartition* bound);

// Binds `@purge(enable='true', interval='..', idle.period='..')`; absent if errors were reported or
// it is not enabled.
std::optional<PurgeSpec> BindPurge(const ast::Annotation& annotation, BindContext& context);

// Binds the select clause (absent: all attributes) over the scope's columns. `all` lists what
// `select *` means, as named columns. False if errors were reported.
struct NamedColumn {
  std::string name;
  ExprPtr value;
};
// `streams`: null where `in` a table cannot be asked.
bool BindSelect(const ast::Query& query, Scope& scope, const std::vector<NamedColumn>& all,
                StreamTable* streams, BindContext& context, BoundSelect* select);
// The same for a select clause (null: absent) of something at `span`.
bool BindSelection(const ast::Selection* selection, const ast::Span& span, Scope& scope,
                   const std::vector<NamedColumn>& all, StreamTable* streams, BindContext& context,
                   BoundSelect* select);
// What `select *` means over these columns.
std::vector<NamedColumn> ColumnsOf(const RowScope& scope);

// Moves look-up, aggregate and output columns from their provisional places to behind
// `input_columns`.
void PlaceColumns(size_t input_columns, BoundSelect* select);

// Binds the shape and the conditions of a pattern; the select clause's captures are added later.
// Fills names for a PatternScope. Absent if errors were reported.
std::optional<BoundPattern> BindPatternShape(const ast::StateInput& input, StreamTable& streams,
                                             std::optional<uint32_t> partition,
                                             BindContext& context, std::vector<StateName>* names);

// Every row of the input gets its timestamp as an attribute.
void AppendTimestamp(BoundStreamInput* input);

}  // namespace weir
