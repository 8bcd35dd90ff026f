#include "bind/scope.h"
#include "expr/element.h"

namespace weir {
namespace {

std::vector<std::string> AttributeNames(const Schema& schema) {
  std::vector<std::string> names;
  for (const Attribute& attribute : schema.attributes()) names.push_back(attribute.name);
  return names;
}

}  // namespace

ExprPtr RowScope::Column(const ScopeSource& source, uint32_t attribute, bool qualified) const {
  const Attribute& found = (*source.schema)[attribute];
  const std::string& prefix = source.alias.empty() ? source.name : source.alias;
  return MakeColumn(source.offset + attribute, found.type,
                    qualified ? prefix + "." + found.name : found.name);
}

ExprPtr RowScope::Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                          BindContext& context) {
  const bool several = sources_.size() > 1;
  if (ref.stream) {
    if (ref.stream->index) {
      context.Error(span, "an event index needs a pattern; '" + ref.stream->stream.name +
                              "' is not a state of one");
      return nullptr;
    }
    std::vector<std::string> names;
    for (const ScopeSource& source : sources_) {
      const std::string& name = ref.stream->stream.name;
      if (name == source.alias || name == source.name) {
        const auto at = source.schema->Find(ref.name.text);
        if (at) return Column(source, *at, several);
        context.UnknownName(ref.name.span,
                            "unknown attribute '" + ref.name.text + "' in stream '" + name + "'",
                            ref.name.text, AttributeNames(*source.schema));
        return nullptr;
      }
      names.push_back(source.alias.empty() ? source.name : source.alias);
    }
    context.UnknownName(ref.stream->stream.span,
                        "unknown stream or alias '" + ref.stream->stream.name + "' here",
                        ref.stream->stream.name, names);
    return nullptr;
  }
  const ScopeSource* found = nullptr;
  uint32_t attribute = 0;
  std::vector<std::string> names;
  for (const ScopeSource& source : sources_) {
    const auto at = source.schema->Find(ref.name.text);
    for (std::string& name : AttributeNames(*source.schema)) names.push_back(std::move(name));
    if (!at) continue;
    if (found != nullptr) {
      context.Error(span, "ambiguous attribute '" + ref.name.text + "': both sides have it",
                    "write '" + (found->alias.empty() ? found->name : found->alias) + "." +
                        ref.name.text + "'");
      return nullptr;
    }
    found = &source;
    attribute = *at;
  }
  if (found == nullptr) {
    const std::string where = several ? "" : " in stream '" + sources_[0].name + "'";
    context.UnknownName(span, "unknown attribute '" + ref.name.text + "'" + where, ref.name.text,
                        names);
    return nullptr;
  }
  return Column(*found, attribute, several);
}

std::vector<ExprPtr> RowScope::Everything() const {
  std::vector<ExprPtr> columns;
  for (const ScopeSource& source : sources_) {
    for (uint32_t a = 0; a < source.schema->size(); ++a) {
      if ((*source.schema)[a].name.empty()) continue;  // a row number
      columns.push_back(Column(source, a, sources_.size() > 1));
    }
  }
  return columns;
}

std::optional<ExprPtr> RowScope::ResolveTimestamp(const ast::StreamRef& ref, BindContext& context) {
  for (const ScopeSource& source : sources_) {
    if (ref.stream.name != source.alias && ref.stream.name != source.name) continue;
    if (ref.index) break;
    if (sources_.size() == 1) return MakeRowTimestamp();
    if (source.time) {
      return MakeColumn(source.offset + *source.time, Type::kLong,
                        "eventTimestamp(" + ref.stream.name + ")");
    }
    context.NotSupported(ref.stream.span,
                         "eventTimestamp of a table, named window or aggregation in a join");
    return ExprPtr();
  }
  return std::nullopt;
}

std::optional<ExprPtr> RowScope::ResolveEvent(const ast::StreamRef& ref, BindContext& context) {
  if (sources_.size() < 2) return std::nullopt;
  for (const ScopeSource& source : sources_) {
    if (ref.stream.name != source.alias && ref.stream.name != source.name) continue;
    if (ref.index) break;
    // A side of an outer join is absent when all its attributes are null; one row of all nulls
    // that did match reads the same, as it does in the language.
    ExprPtr all_null;
    for (uint32_t a = 0; a < source.schema->size(); ++a) {
      ExprPtr one = MakeIsNull(Column(source, a, true));
      if (all_null == nullptr) {
        all_null = std::move(one);
        continue;
      }
      auto both = MakeLogical(LogicalOp::kAnd, std::move(all_null), std::move(one));
      CHECK(both.ok());
      all_null = std::move(both).value();
    }
    return all_null;
  }
  (void)context;
  return std::nullopt;
}

}  // namespace weir
