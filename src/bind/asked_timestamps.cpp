#include "bind/asked_timestamps.h"

#include "ast/for_each_child.h"

namespace weir {
namespace {

void CollectTimestampsOf(const ast::ExprPtr& expr, std::vector<std::string>* names) {
  if (expr == nullptr) return;
  const auto* call = std::get_if<ast::Call>(&expr->node);
  if (call != nullptr && call->name.text == "eventTimestamp" && call->args.size() == 1) {
    const auto* name = std::get_if<ast::AttributeRef>(&call->args[0]->node);
    if (name != nullptr) names->push_back(name->name.text);
    const auto* ref = std::get_if<ast::StreamRef>(&call->args[0]->node);
    if (ref != nullptr) names->push_back(ref->stream.name);
  }
  ast::ForEachChild(*expr, [&](const ast::ExprPtr& child) { CollectTimestampsOf(child, names); });
}

}  // namespace

std::vector<std::string> TimestampsOf(const ast::Query& query, const ast::JoinInput& join) {
  std::vector<std::string> names;
  CollectTimestampsOf(join.on, &names);
  if (!query.selection) return names;
  for (const ast::SelectItem& item : query.selection->items) {
    CollectTimestampsOf(item.value, &names);
  }
  for (const ast::ExprPtr& key : query.selection->group_by) CollectTimestampsOf(key, &names);
  CollectTimestampsOf(query.selection->having, &names);
  for (const ast::OrderKey& key : query.selection->order_by) CollectTimestampsOf(key.value, &names);
  return names;
}

}  // namespace weir
