#include "plan/table_lowering.h"

#include <algorithm>

#include "bind/bind_context.h"
#include "bind/lookup_binder.h"

namespace weir {

void SplitForTable(const BoundStream& table, const ExprPtr& condition, uint32_t row_columns,
                   TableWrite* parts) {
  const auto columns = row_columns + static_cast<uint32_t>(table.schema->size());
  SplitTableCondition(condition, row_columns, columns - row_columns, parts);
  if (!parts->keys.empty() || !table.table) return;
  OrderedPart part =
      SplitOrderedPart(OrderedAttributes(table), row_columns, columns, columns, &parts->residual);
  parts->ordered_column = part.column;
  parts->bounds = std::move(part.bounds);
}

namespace {

void NoteOwn(uint32_t table, const LoweredLookup& lookup, TableWrite* write) {
  write->own_columns.emplace_back();
  if (lookup.table == table) write->own_columns.back() = lookup.columns;
  for (const LoweredLookup& nested : lookup.nested) NoteOwn(table, nested, write);
}

}  // namespace

TableWrite LowerTableWrite(const BoundApp& app, const BoundTableWrite& write,
                           const SchemaPtr& output, const DiskOfTable& disks,
                           std::vector<LoweredLookup>* lookups, bool make_indexes) {
  TableWrite lowered;
  lowered.action = write.action;
  lowered.set = write.set;
  const BoundStream& table = app.streams[write.table];
  const auto row_columns = static_cast<uint32_t>(output->size());
  SplitForTable(table, write.on, row_columns, &lowered);
  const SchemaPtr pairs = SideBySide(*output, *table.schema);
  for (const BoundLookup& lookup : write.lookups) {
    lookups->push_back(LowerLookup(app, pairs, lookup, disks, make_indexes));
    lowered.lookups.push_back(lookups->back().spec);
    NoteOwn(write.table, lookups->back(), &lowered);
  }
  if (!lowered.lookups.empty()) lowered.pairs = pairs;
  return lowered;
}

std::string DescribeTableWrite(const BoundApp& app, const BoundTableWrite& write,
                               const TableWrite& lowered) {
  const BoundStream& table = app.streams[write.table];
  std::string text = write.action == TableAction::kDelete   ? "delete from "
                     : write.action == TableAction::kUpdate ? "update "
                                                            : "update or insert into ";
  text += table.name;
  for (size_t i = 0; i < write.set.size(); ++i) {
    text += (i == 0 ? " set " : ", ") + (*table.schema)[write.set[i].column].name + " = " +
            write.set[i].value->Describe();
  }
  if (write.on == nullptr) return text;
  return text + " on " + write.on->Describe() + " by " +
         DescribeAccess(table, lowered.key_columns, lowered.ordered_column);
}

TableSide MakeTableSide(const BoundStream& table, const ColumnSubset& subset) {
  const TableStore store(table.schema, table.table->primary_key);
  TableSide side;
  side.columns = subset.kept;
  const auto order = std::find(side.columns.begin(), side.columns.end(), store.order_column());
  side.order_column = static_cast<uint32_t>(order - side.columns.begin());
  if (order == side.columns.end()) side.columns.push_back(store.order_column());
  // Rows of a table on disk are known by their numbers.
  const auto number = static_cast<uint32_t>(table.schema->size());
  const bool has_number =
      std::find(side.columns.begin(), side.columns.end(), number) != side.columns.end();
  if (table.table->disk_cache_bytes && !has_number) side.columns.push_back(number);
  std::vector<Attribute> attributes;
  for (const uint32_t column : side.columns) {
    attributes.push_back((*store.stored_schema())[column]);
  }
  side.schema = std::make_shared<const Schema>(std::move(attributes));
  return side;
}

std::optional<uint32_t> FoundInOrderOf(const BoundStream& table, const ExprPtr& condition,
                                       uint32_t begin) {
  if (condition == nullptr || !table.table) return std::nullopt;
  const auto columns = static_cast<uint32_t>(table.schema->size());
  const auto of_table = [&](const Expr& expr) -> std::optional<uint32_t> {
    const uint32_t column = expr.column();
    if (column == Expr::kNoColumn || column < begin || column >= begin + columns)
      return std::nullopt;
    return column - begin;
  };
  const auto is_among = [](const std::vector<uint32_t>& all, uint32_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const auto reads_table = [&](const Expr& expr) {
    std::vector<bool> used(begin + columns, false);
    CollectColumns(expr, &used);
    const auto first = used.begin() + begin;
    return std::find(first, first + columns, true) != first + columns;
  };
  std::optional<uint32_t> order;
  for (const ExprPtr& part : SplitConjunction(condition)) {
    const auto comparison = AsComparison(*part);
    if (!comparison || comparison->op == CompareOp::kNotEqual) continue;
    for (const auto& [side, other] : {std::pair(comparison->left, comparison->right),
                                      std::pair(comparison->right, comparison->left)}) {
      const std::optional<uint32_t> attribute = of_table(*side);
      if (!attribute || reads_table(*other)) continue;
      const bool indexed = is_among(table.table->indexes, *attribute);
      if (comparison->op == CompareOp::kEqual) {
        if (indexed || is_among(table.table->primary_key, *attribute)) return std::nullopt;
      } else if (indexed && !order) {
        order = attribute;
      }
    }
  }
  return order;
}

DiskAccess MakeDiskAccess(DiskTable* disk, const std::vector<uint32_t>& keys,
                          std::optional<uint32_t> ordered, bool make) {
  if (!keys.empty()) return disk->AccessTo(keys, make);
  return ordered ? disk->OrderedAccessTo(*ordered, make) : DiskAccess();
}

std::vector<uint32_t> OrderedAttributes(const BoundStream& table) {
  std::vector<uint32_t> ordered = table.table->indexes;
  if (table.table->primary_key.size() == 1) ordered.push_back(table.table->primary_key[0]);
  std::erase_if(ordered, [&](uint32_t a) { return !IsNumeric((*table.schema)[a].type); });
  return ordered;
}

std::string DescribeAccess(const BoundStream& table, const std::vector<uint32_t>& keys,
                           std::optional<uint32_t> ordered) {
  std::vector<uint32_t> columns = keys;
  if (columns.empty() && ordered) columns = {*ordered};
  if (columns.empty()) return "scan";
  const std::vector<uint32_t>& primary = table.table->primary_key;
  const auto has = [&](uint32_t a) {
    return std::find(columns.begin(), columns.end(), a) != columns.end();
  };
  if (!primary.empty() && std::all_of(primary.begin(), primary.end(), has)) return "primary key";
  std::string text = "index ";
  for (size_t i = 0; i < columns.size(); ++i) {
    text += (i > 0 ? ", " : "") + (*table.schema)[columns[i]].name;
  }
  const std::vector<uint32_t>& declared = table.table->indexes;
  const bool known = columns.size() == 1 &&
                     std::find(declared.begin(), declared.end(), columns[0]) != declared.end();
  return known || keys.empty() ? text : text + " (made for it)";
}

LoweredLookup LowerLookup(const BoundApp& app, const SchemaPtr& rows, const BoundLookup& lookup,
                          const DiskOfTable& disks, bool make_indexes) {
  const BoundStream& table = app.streams[lookup.table];
  const std::shared_ptr<DiskTable> disk = disks(lookup.table);
  const auto row_columns = static_cast<uint32_t>(rows->size());
  std::vector<bool> used(kTableBase + table.schema->size(), false);
  CollectRowColumns(lookup, &used);
  const ColumnSubset subset =
      ColumnSubset::Of(std::vector<bool>(used.begin() + kTableBase, used.end()));
  const auto table_columns = static_cast<uint32_t>(subset.kept.size());
  std::vector<uint32_t> mapping(kTableBase, 0);
  for (uint32_t c = 0; c < row_columns; ++c) mapping[c] = c;
  for (const uint32_t position : subset.new_position) mapping.push_back(row_columns + position);
  mapping.resize(kTableBase + kNestedAnswers, 0);
  for (uint32_t i = 0; i < lookup.nested.size(); ++i) {
    mapping.push_back(row_columns + table_columns + (disk != nullptr ? 1 : 0) + i);
  }
  LoweredLookup lowered;
  lowered.table = lookup.table;
  lowered.columns = subset.kept;
  lowered.spec.table = subset.Narrow(*table.schema);
  if (disk != nullptr) {
    lowered.columns.push_back(disk->number_column());
    lowered.spec.table =
        SideBySide(*lowered.spec.table, Schema(std::vector<Attribute>{{"", Type::kLong}}));
  }
  const SchemaPtr pairs = SideBySide(*rows, *lowered.spec.table);
  for (const BoundLookup& nested : lookup.nested) {
    lowered.nested.push_back(LowerLookup(
        app, pairs, LiftNested(nested, row_columns, subset.new_position), disks, make_indexes));
    lowered.spec.nested.push_back(lowered.nested.back().spec);
  }
  TableWrite parts;
  SplitTableCondition(RemapColumns(lookup.condition, mapping), row_columns, table_columns, &parts);
  std::vector<uint32_t> keys;
  for (const uint32_t column : parts.key_columns) {
    const Attribute& attribute = (*lowered.spec.table)[column];
    lowered.spec.table_keys.push_back(MakeColumn(column, attribute.type, attribute.name));
    keys.push_back(subset.kept[column]);
  }
  lowered.spec.row_keys = std::move(parts.keys);
  lowered.spec.residual = std::move(parts.residual);
  std::optional<uint32_t> ordered;
  if (keys.empty()) {
    std::vector<uint32_t> candidates;
    for (const uint32_t attribute : OrderedAttributes(table)) {
      if (used[kTableBase + attribute]) candidates.push_back(subset.new_position[attribute]);
    }
    OrderedPart part = SplitOrderedPart(candidates, row_columns, row_columns + table_columns,
                                        row_columns + table_columns, &lowered.spec.residual);
    lowered.spec.ordered_column = part.column;
    lowered.spec.bounds = std::move(part.bounds);
    if (part.column) ordered = subset.kept[*part.column];
  }
  lowered.description = lookup.condition->Describe() + " in " + table.name + " by " +
                        DescribeAccess(table, keys, ordered);
  if (disk != nullptr) {
    lowered.spec.disk = {disk, lowered.columns,
                         MakeDiskAccess(disk.get(), keys, ordered, make_indexes)};
  }
  return lowered;
}

}  // namespace weir
