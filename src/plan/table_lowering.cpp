#include "plan/table_lowering.h"

#include <algorithm>

namespace weir {

TableWrite LowerTableWrite(const BoundApp& app, const BoundTableWrite& write,
                           const SchemaPtr& output) {
  TableWrite lowered;
  lowered.action = write.action;
  lowered.set = write.set;
  SplitTableCondition(write.on, static_cast<uint32_t>(output->size()),
                      static_cast<uint32_t>(app.streams[write.table].schema->size()), &lowered);
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
  text += " on " + write.on->Describe() + (lowered.keys.empty() ? ", scan" : ", hash index on ");
  for (size_t i = 0; i < lowered.key_columns.size(); ++i) {
    text += (i > 0 ? ", " : "") + (*table.schema)[lowered.key_columns[i]].name;
  }
  return text;
}

TableSide MakeTableSide(const BoundStream& table, const ColumnSubset& subset) {
  const TableStore store(table.schema, table.table->primary_key);
  TableSide side;
  side.columns = subset.kept;
  const auto order = std::find(side.columns.begin(), side.columns.end(), store.order_column());
  side.order_column = static_cast<uint32_t>(order - side.columns.begin());
  if (order == side.columns.end()) side.columns.push_back(store.order_column());
  std::vector<Attribute> attributes;
  for (const uint32_t column : side.columns) {
    attributes.push_back((*store.stored_schema())[column]);
  }
  side.schema = std::make_shared<const Schema>(std::move(attributes));
  return side;
}

LoweredLookup LowerLookup(const BoundApp& app, const SchemaPtr& rows, const BoundLookup& lookup) {
  const SchemaPtr& table = app.streams[lookup.table].schema;
  const size_t row_columns = rows->size();
  std::vector<bool> used(row_columns + table->size(), false);
  CollectColumns(*lookup.condition, &used);
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(row_columns);
  const ColumnSubset subset = ColumnSubset::Of(std::vector<bool>(middle, used.end()));
  std::vector<uint32_t> mapping;
  for (uint32_t i = 0; i < row_columns; ++i) mapping.push_back(i);
  for (const uint32_t position : subset.new_position) {
    mapping.push_back(static_cast<uint32_t>(row_columns) + position);
  }
  LoweredLookup lowered;
  lowered.columns = subset.kept;
  lowered.spec.table = subset.Narrow(*table);
  TableWrite parts;
  SplitTableCondition(RemapColumns(lookup.condition, mapping), static_cast<uint32_t>(row_columns),
                      static_cast<uint32_t>(subset.kept.size()), &parts);
  lowered.spec.row_keys = std::move(parts.keys);
  for (const uint32_t column : parts.key_columns) {
    const Attribute& attribute = (*lowered.spec.table)[column];
    lowered.spec.table_keys.push_back(MakeColumn(column, attribute.type, attribute.name));
  }
  lowered.spec.residual = std::move(parts.residual);
  return lowered;
}

}  // namespace weir
