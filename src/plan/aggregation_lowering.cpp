#include "plan/aggregation_lowering.h"

#include <algorithm>

#include "bind/expression_binder.h"
#include "bind/lookup_binder.h"

namespace weir {
namespace {

std::string NameOf(CalendarUnit unit) {
  static constexpr const char* kNames[] = {"sec", "min", "hour", "day", "month", "year"};
  return kNames[static_cast<int>(unit)];
}

// Puts the projections of a select clause over what an aggregation stores: the values of the group,
// further values of the latest row, the aggregates.
class Storage {
 public:
  Storage(const BoundSelect& select, size_t inputs, AggregationSpec* spec)
      : select_(select), inputs_(inputs), spec_(spec) {}

  void PlaceProjections() {
    for (const ExprPtr& projection : select_.projections) Collect(projection);
    const size_t aggregates = spec_->group_by.size() + spec_->latest.size();
    for (Placed& placed : placed_) {
      if (placed.latest) {
        spec_->projections.push_back(
            MakeColumn(Position(placed.expr), placed.expr->type(), placed.expr->Describe()));
        continue;
      }
      std::vector<uint32_t> mapping(inputs_ + select_.aggregates.size(), 0);
      for (size_t c = 0; c < inputs_; ++c) {
        if (columns_.size() > c && columns_[c] != nullptr) mapping[c] = Position(columns_[c]);
      }
      for (size_t i = 0; i < select_.aggregates.size(); ++i) {
        mapping[inputs_ + i] = static_cast<uint32_t>(aggregates + i);
      }
      spec_->projections.push_back(FoldConstants(RemapColumns(placed.expr, mapping)));
    }
  }

 private:
  struct Placed {
    ExprPtr expr;
    bool latest;  // stored as it is, without aggregates
  };

  void Collect(const ExprPtr& projection) {
    std::vector<bool> used(inputs_ + select_.aggregates.size(), false);
    CollectColumns(*projection, &used);
    const auto first = used.begin() + static_cast<std::ptrdiff_t>(inputs_);
    const bool latest = std::find(first, used.end(), true) == used.end();
    placed_.push_back({projection, latest});
    if (latest) {
      Store(projection);
      return;
    }
    columns_.resize(inputs_);
    for (size_t c = 0; c < inputs_; ++c) {
      if (!used[c]) continue;
      columns_[c] = ColumnOf(c, *projection);
      Store(columns_[c]);
    }
  }

  // The input column that an expression reads, by itself.
  static ExprPtr ColumnOf(size_t column, const Expr& expr) {
    for (const ExprPtr& child : expr.children()) {
      if (child->column() == column) return child;
      if (ExprPtr found = ColumnOf(column, *child)) return found;
    }
    return nullptr;
  }

  static bool SameColumn(const Expr& a, const Expr& b) {
    return a.column() != Expr::kNoColumn && a.column() == b.column();
  }

  void Store(const ExprPtr& value) {
    if (!Find(value)) spec_->latest.push_back(value);
  }

  std::optional<uint32_t> Find(const ExprPtr& value) const {
    for (size_t i = 0; i < spec_->group_by.size(); ++i) {
      if (SameColumn(*spec_->group_by[i], *value)) return static_cast<uint32_t>(i);
    }
    for (size_t i = 0; i < spec_->latest.size(); ++i) {
      if (spec_->latest[i] == value || SameColumn(*spec_->latest[i], *value)) {
        return static_cast<uint32_t>(spec_->group_by.size() + i);
      }
    }
    return std::nullopt;
  }

  uint32_t Position(const ExprPtr& value) const {
    const auto found = Find(value);
    CHECK(found.has_value());
    return *found;
  }

  const BoundSelect& select_;
  const size_t inputs_;
  AggregationSpec* spec_;
  std::vector<Placed> placed_;
  std::vector<ExprPtr> columns_;  // of the input, read beside aggregates
};

}  // namespace

AggregationSpec LowerAggregation(const BoundAggregation& bound) {
  AggregationSpec spec;
  spec.name = bound.name;
  spec.units = bound.units;
  spec.time = bound.time;
  spec.group_by = bound.select.group_by;
  for (const BoundAggregate& aggregate : bound.select.aggregates) {
    auto make = [build = aggregate.spec->make, arguments = ToArguments(aggregate.arguments)] {
      return build(arguments, /*expires=*/false);
    };
    spec.aggregates.push_back(
        {std::move(make), aggregate.arguments, aggregate.result, aggregate.text});
  }
  spec.output = bound.output;
  spec.purge_interval = bound.purge_interval;
  spec.retention = bound.retention;
  Storage(bound.select, bound.input_columns, &spec).PlaceProjections();
  return spec;
}

std::string DescribeAggregation(const BoundAggregation& aggregation) {
  std::string text = aggregation.name;
  if (aggregation.time != nullptr) text += " by " + aggregation.time->Describe();
  text += ": ";
  const BoundSelect& select = aggregation.select;
  for (size_t i = 0; i < select.projections.size(); ++i) {
    const std::string value = select.projections[i]->Describe();
    const std::string& name = (*select.output)[i].name;
    text += (i > 0 ? ", " : "") + (value == name ? name : value + " as " + name);
  }
  for (size_t i = 0; i < select.group_by.size(); ++i) {
    text += (i > 0 ? ", " : " group by ") + select.group_by[i]->Describe();
  }
  for (size_t i = 0; i < aggregation.units.size(); ++i) {
    text += (i > 0 ? ", " : "; every ") + NameOf(aggregation.units[i]);
  }
  return text;
}

AggregationReader LowerReader(const BoundApp& app, const BoundQuery& query,
                              const BoundAggregationJoin& join, bool optimize) {
  const SchemaPtr& row_schema = join.rows.schema;
  const SchemaPtr& found = app.aggregations[join.read.aggregation].output;
  const JoinColumns columns = ColumnsOfJoin(app, query, join, optimize);
  AggregationReader reader;
  reader.rows = columns.rows.Narrow(*row_schema);
  reader.has_window = join.rows.window || app.streams[join.rows.stream].named_window;
  reader.needs_expired = query.emits_expired || !query.select.aggregates.empty();
  reader.keeps_unmatched = join.keeps_unmatched;
  reader.rows_first = join.rows_first;
  const auto over_rows = [&](const ExprPtr& expr) {
    return expr == nullptr ? nullptr : RemapColumns(expr, columns.rows.new_position);
  };
  reader.within_begin = over_rows(join.read.within_begin);
  reader.within_end = over_rows(join.read.within_end);
  reader.per = over_rows(join.read.per);
  reader.columns = columns.found.kept;
  if (join.on != nullptr) reader.on = RemapColumns(join.on, columns.mapping);
  const SchemaPtr buckets = columns.found.Narrow(*found);
  std::vector<Attribute> attributes = (join.rows_first ? reader.rows : buckets)->attributes();
  for (const Attribute& a : (join.rows_first ? buckets : reader.rows)->attributes()) {
    attributes.push_back(a);
  }
  reader.output = std::make_shared<const Schema>(std::move(attributes));
  return reader;
}

JoinColumns ColumnsOfJoin(const BoundApp& app, const BoundQuery& query,
                          const BoundAggregationJoin& join, bool optimize) {
  const size_t row_columns = join.rows.schema->size();
  std::vector<bool> used = ColumnsRead(query.select, query.input_schema->size());
  if (join.on != nullptr) CollectColumns(*join.on, &used);
  if (join.asks != nullptr) {
    std::vector<bool> asked(used.size() + join.lookups.size(), false);
    CollectColumns(*join.asks, &asked);
    for (size_t c = 0; c < used.size(); ++c) used[c] = used[c] || asked[c];
  }
  for (const BoundLookup& lookup : join.lookups) CollectRowColumns(lookup, &used);
  const size_t left = join.rows_first ? row_columns : used.size() - row_columns;
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(left);
  std::vector<bool> used_left(used.begin(), middle);
  std::vector<bool> used_right(middle, used.end());
  std::vector<bool>& used_rows = join.rows_first ? used_left : used_right;
  std::vector<bool>& used_found = join.rows_first ? used_right : used_left;
  for (const ExprPtr& expr : {join.read.within_begin, join.read.within_end, join.read.per}) {
    if (expr != nullptr) CollectColumns(*expr, &used_rows);
  }
  used_found[0] = true;  // there is always a column to tell the number of buckets by
  if (!optimize) used_found.assign(used_found.size(), true);
  JoinColumns columns;
  columns.rows = KeptColumns(app, join.rows, optimize, used_rows);
  columns.found = ColumnSubset::Of(used_found);
  const ColumnSubset& first = join.rows_first ? columns.rows : columns.found;
  const ColumnSubset& second = join.rows_first ? columns.found : columns.rows;
  columns.mapping = ConcatenateMappings(first, second, first.kept.size());
  return columns;
}

Edge QueryLowering::LowerAggregationInput(const BoundStreamInput& input,
                                          const std::vector<Edge>& inputs) {
  const std::vector<Edge> marked = MarkEmissions(inputs);
  lookup_edges_.assign(marked.begin() + 1, marked.end());
  const ColumnSubset all = ColumnSubset::Of(std::vector<bool>(input.schema->size(), true));
  return StreamSide(input, marked[0], all, /*needs_expired=*/false, /*needs_find_rows=*/false).edge;
}

// What the rows of a join find.
QueryLowering::Chain QueryLowering::Buckets(Chain rows, std::string detail) {
  const AggregationReader& reader = *reader_.reader;
  if (graph_->per_key()) {
    auto make = [aggregation = reader_.aggregation, reader] {
      return MakeBucketsOperator({0, 0, /*multi_emitter=*/true}, aggregation, reader);
    };
    return Append(std::move(rows), "buckets", std::move(detail), std::move(make), reader.output,
                  /*multi_emitter=*/true);
  }
  graph_->Connect(reader_.node, reader_.port, rows.edge);
  return Append(
      {{reader_.node, 0, 0}, nullptr}, "buckets", std::move(detail),
      [schema = reader.output] { return MakeReaderOutputOperator(schema); }, reader.output);
}

// Of the pairs, those for which what asks tables holds too.
QueryLowering::Chain QueryLowering::Asked(Chain pairs, const BoundAggregationJoin& join,
                                          std::vector<uint32_t> mapping) {
  if (join.asks == nullptr) return pairs;
  const SchemaPtr schema = pairs.schema;
  const std::vector<BoundLookup> lookups = RemapRowColumns(join.lookups, mapping);
  for (size_t i = 0; i < lookups.size(); ++i) {
    mapping.push_back(static_cast<uint32_t>(schema->size() + i));
  }
  const ExprPtr condition = RemapColumns(join.asks, mapping);
  pairs = Lookups(std::move(pairs), lookups);
  const SchemaPtr answered = pairs.schema;
  pairs = Append(
      std::move(pairs), "filter", condition->Describe(),
      [condition] {
        return MakeFilterOperator({condition, nullptr, std::nullopt});
      },
      answered);
  return DropAnswers(std::move(pairs), schema);
}

NodeId QueryLowering::LowerAggregationJoin(const BoundAggregationJoin& join, Edge from) {
  const JoinColumns columns = ColumnsOfJoin(app_, query_, join, optimize_);
  const Chain rows = StreamSide(join.rows, from, columns.rows, /*needs_expired=*/true,
                                /*needs_find_rows=*/false);
  const AggregationReader& reader = *reader_.reader;
  std::string detail = app_.aggregations[join.read.aggregation].name;
  detail += join.on == nullptr ? "" : " on " + join.on->Describe();
  detail += " within " + join.read.within_begin->Describe();
  if (join.read.within_end != nullptr) detail += ", " + join.read.within_end->Describe();
  detail += " per " + join.read.per->Describe();
  return Select(Asked(Buckets(rows, std::move(detail)), join, columns.mapping),
                RemapSelect(query_.select, columns.mapping, reader.output->size()),
                reader.needs_expired);
}

}  // namespace weir
