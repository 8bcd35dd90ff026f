#include "bind/table_binder.h"

#include <algorithm>
#include <cctype>

#include "base/same_text.h"
#include "bind/annotations.h"
#include "bind/lookup_binder.h"
#include "expr/node.h"

namespace weir {
namespace {

std::vector<std::string> AttributeNames(const Schema& schema) {
  std::vector<std::string> names;
  for (const Attribute& attribute : schema.attributes()) names.push_back(attribute.name);
  return names;
}

std::optional<uint32_t> FindAttribute(const ast::AnnotationElement& element,
                                      const BoundStream& table, BindContext& context) {
  const auto at = table.schema->Find(element.value);
  if (!at) {
    context.UnknownName(element.value_span,
                        "unknown attribute '" + element.value + "' in table '" + table.name + "'",
                        element.value, AttributeNames(*table.schema));
  }
  return at;
}

class TableAnnotations {
 public:
  TableAnnotations(BoundStream* table, const TableStores& stores, BindContext& context)
      : table_(table), stores_(stores), context_(context) {}

  void Bind(const ast::Annotation& annotation) {
    const std::string& name = annotation.name.text;
    if (SameText(name, "PrimaryKey")) {
      BindPrimaryKey(annotation);
    } else if (SameText(name, "Index")) {
      BindIndex(annotation);
    } else if (SameText(name, "IndexBy")) {
      context_.Error(annotation.span, "@IndexBy does not exist", "write @Index('attribute')");
    } else if (SameText(name, "Store")) {
      BindStore(annotation);
    } else if (SameText(name, "OnError")) {
      BindOnError(annotation);
    } else if (SameText(name, "Cache")) {
      context_.Error(annotation.span, "a table in memory has no cache",
                     "@cache belongs into the @store of a table that is kept outside");
    } else {
      WarnAboutAnnotation(annotation, AnnotationPlace::kTable, context_);
    }
  }

  // Once all were bound.
  void Finish(const ast::Span& span) {
    std::optional<uint64_t>& cache_bytes = table_->table->disk_cache_bytes;
    if (cache_bytes && HasObjectKey()) {
      context_.Error(span, "a table on disk has no primary key with an object");
    }
    // A table in memory never fails, so there is nothing to do but what is the default anyway.
    if (cache_bytes && on_error_ != nullptr) {
      context_.Warn(on_error_->span, "@OnError has no effect: a failure of the disk ends the run");
    }
    if (!has_store_ && stores_.on_disk && !HasObjectKey()) cache_bytes = kCacheBytes;
  }

 private:
  static constexpr uint64_t kCacheBytes = uint64_t{1} << 20;  // of tables without an @store

  void BindPrimaryKey(const ast::Annotation& annotation) {
    std::vector<uint32_t>& key = table_->table->primary_key;
    if (has_key_) {
      context_.Error(annotation.span, "a table has one @PrimaryKey, with all its attributes");
      return;
    }
    has_key_ = true;
    if (annotation.elements.empty()) {
      context_.Error(annotation.span, "@PrimaryKey needs the name of an attribute");
    }
    for (const ast::AnnotationElement& element : annotation.elements) {
      const auto at = FindAttribute(element, *table_, context_);
      if (!at) continue;
      if (std::find(key.begin(), key.end(), *at) != key.end()) {
        context_.Error(element.span, "'" + element.value + "' is twice in the primary key");
        continue;
      }
      key.push_back(*at);
    }
  }

  void BindIndex(const ast::Annotation& annotation) {
    if (annotation.elements.size() != 1) {
      context_.Error(annotation.span, "@Index takes one attribute",
                     "write one @Index for each attribute");
      return;
    }
    const auto at = FindAttribute(annotation.elements[0], *table_, context_);
    if (!at) return;
    std::vector<uint32_t>& indexes = table_->table->indexes;
    if (std::find(indexes.begin(), indexes.end(), *at) != indexes.end()) {
      context_.Error(annotation.span,
                     "two @Index annotations on '" + annotation.elements[0].value + "'");
    }
    indexes.push_back(*at);
  }

  void BindStore(const ast::Annotation& annotation) {
    const auto is_type = [](const ast::AnnotationElement& e) {
      return SameText(e.key.text, "type");
    };
    const auto& elements = annotation.elements;
    const auto type = std::find_if(elements.begin(), elements.end(), is_type);
    has_store_ = true;
    if (type == elements.end()) {
      context_.Error(annotation.span, "@store needs a type", "write @store(type = 'memory')");
      return;
    }
    const StoreSpec* store = stores_.known.FindStore(type->value);
    if (store == nullptr) {
      std::string known;
      for (const StoreSpec& spec : stores_.known.stores()) {
        known += (known.empty() ? "" : ", ") + std::string(spec.name);
      }
      context_.Error(type->value_span,
                     "not supported yet: a table in a store of type '" + type->value + "'",
                     "known types: " + known);
      return;
    }
    BindOptions(*store, annotation);
  }

  void BindOptions(const StoreSpec& store, const ast::Annotation& annotation) {
    Options options;
    const std::string name = std::string("@store(type = '") + store.name + "')";
    for (const ast::AnnotationElement& element : annotation.elements) {
      if (SameText(element.key.text, "type")) continue;
      const OptionSpec* spec = Options::Find(store.options, element.key.text);
      if (spec == nullptr) {
        const bool is_path = store.on_disk && SameText(element.key.text, "path");
        context_.Error(
            element.span, name + " takes no '" + element.key.text + "'",
            is_path ? "the rows are in the state directory of the run (--state-dir)" : "");
        continue;
      }
      const Status fits = Options::Check(*spec, element.value);
      if (!fits.ok()) context_.Error(element.value_span, fits.message());
      if (fits.ok()) options.Set(spec->name, element.value);
    }
    for (const ast::Annotation& nested : annotation.nested) {
      const bool is_cache = SameText(nested.name.text, "Cache");
      if (is_cache && !store.on_disk) {
        context_.Error(nested.span, "a table in memory has no cache");
      } else {
        context_.Error(nested.span, name + " takes no @" + nested.name.text,
                       is_cache ? "write cache.size = '64MB'" : "");
      }
    }
    if (store.on_disk && options.Complete(store.options).ok()) {
      table_->table->disk_cache_bytes = options.Size("cache.size");
    }
  }

  void BindOnError(const ast::Annotation& annotation) {
    on_error_ = &annotation;
    for (const ast::AnnotationElement& element : annotation.elements) {
      if (SameText(element.value, "LOG") || SameText(element.value, "RETRY")) continue;
      if (SameText(element.value, "STORE")) {
        context_.NotSupported(element.value_span, "@OnError with action STORE");
      } else {
        context_.Error(element.value_span, "unknown action '" + element.value + "'",
                       "a table knows LOG and RETRY");
      }
    }
  }

  bool HasObjectKey() const {
    const std::vector<uint32_t>& key = table_->table->primary_key;
    return std::any_of(key.begin(), key.end(), [this](uint32_t column) {
      return (*table_->schema)[column].type == Type::kObject;
    });
  }

  BoundStream* table_;
  const TableStores& stores_;
  BindContext& context_;
  bool has_key_ = false;
  bool has_store_ = false;
  const ast::Annotation* on_error_ = nullptr;
};

// The value as `type`, where it fits without surprise. Null if an error was reported.
ExprPtr FitTo(ExprPtr value, const Attribute& attribute, const ast::Span& span,
              BindContext& context) {
  const Type type = attribute.type;
  if (value->type() == type || IsNullLiteral(*value)) return WidenTo(std::move(value), type);
  const bool numbers = IsNumeric(value->type()) && IsNumeric(type);
  if (numbers && PromoteNumeric(value->type(), type) == type) {
    return WidenTo(std::move(value), type);
  }
  const FunctionSpec* convert = context.registry().FindFunction("convert");
  if (value->type() == Type::kDouble && type == Type::kFloat && convert != nullptr) {
    auto made =
        MakeCall(*convert, {value, MakeConstant(Value::String("float"))}, context.NextCallSite());
    if (made.ok()) return std::move(made).value();
  }
  context.Error(span,
                "attribute '" + attribute.name + "' has type " + std::string(TypeName(type)) +
                    ", the value has type " + TypeText(*value),
                numbers ? "write convert(..., '" + std::string(TypeName(type)) + "')" : "");
  return nullptr;
}

// Adds a definition unless it is there already; the same text twice is no error.
void AddDefinition(BoundStream stream, bool same_kind, const ast::Span& span, StreamTable& streams,
                   BindContext& context) {
  const auto known = streams.Find(stream.name);
  if (!known) {
    streams.Add(std::move(stream));
  } else if (!same_kind || !(*streams.at(*known).schema == *stream.schema)) {
    context.Error(span, "'" + stream.name + "' is defined twice, in different ways");
  }
}

// `set T.a = x, T.b = y`; without `set`, every attribute by name.
bool BindSet(const ast::UpdateTable& update, const SchemaPtr& output, const BoundStream& table,
             ExpressionBinder& binder, const ast::Span& span, BindContext& context,
             BoundTableWrite* write) {
  bool ok = true;
  for (const ast::SetAssignment& one : update.set) {
    if (one.target.stream && one.target.stream->stream.name != table.name) {
      context.Error(one.span, "set changes attributes of table '" + table.name + "' only");
      ok = false;
      continue;
    }
    const auto at = table.schema->Find(one.target.name.text);
    if (!at) {
      context.UnknownName(
          one.target.name.span,
          "unknown attribute '" + one.target.name.text + "' in table '" + table.name + "'",
          one.target.name.text, AttributeNames(*table.schema));
    }
    ExprPtr value = binder.Bind(*one.value);
    if (at && value != nullptr) {
      value = FitTo(std::move(value), (*table.schema)[*at], one.value->span, context);
    }
    ok = ok && at && value != nullptr;
    if (ok) write->set.push_back({*at, std::move(value)});
  }
  if (!update.set.empty()) return ok;
  for (uint32_t i = 0; i < output->size(); ++i) {
    const Attribute& attribute = (*output)[i];
    const auto at = table.schema->Find(attribute.name);
    if (!at) {
      context.UnknownName(span,
                          "the query's attribute '" + attribute.name + "' is not in table '" +
                              table.name + "' " + DescribeSchema(*table.schema),
                          attribute.name, AttributeNames(*table.schema));
      ok = false;
      continue;
    }
    ExprPtr value =
        FitTo(MakeColumn(i, attribute.type, attribute.name), (*table.schema)[*at], span, context);
    ok = ok && value != nullptr;
    if (value != nullptr) write->set.push_back({*at, std::move(value)});
  }
  return ok;
}

}  // namespace

Type ToType(ast::AttributeType type) {
  switch (type) {
    case ast::AttributeType::kString:
      return Type::kString;
    case ast::AttributeType::kInt:
      return Type::kInt;
    case ast::AttributeType::kLong:
      return Type::kLong;
    case ast::AttributeType::kFloat:
      return Type::kFloat;
    case ast::AttributeType::kDouble:
      return Type::kDouble;
    case ast::AttributeType::kBool:
      return Type::kBool;
    case ast::AttributeType::kObject:
      return Type::kObject;
  }
  return Type::kObject;
}

std::string DescribeSchema(const Schema& schema) {
  std::string text = "(";
  for (size_t i = 0; i < schema.size(); ++i) {
    text += (i > 0 ? ", " : "") + schema[i].name + " " + std::string(TypeName(schema[i].type));
  }
  return text + ")";
}

SchemaPtr BindAttributes(const std::string& what, const ast::Name& name,
                         const std::vector<ast::AttributeDefinition>& attributes,
                         const ast::Span& span, BindContext& context) {
  std::vector<Attribute> bound;
  for (const ast::AttributeDefinition& written : attributes) {
    const auto same = [&](const Attribute& a) { return a.name == written.name.text; };
    if (std::any_of(bound.begin(), bound.end(), same)) {
      context.Error(written.span, what + " '" + name.text + "' has two attributes named '" +
                                      written.name.text + "'");
      continue;
    }
    bound.push_back({written.name.text, ToType(written.type)});
  }
  if (bound.size() > kMaxColumns) {
    context.Error(span, what + " '" + name.text + "' has more than " + std::to_string(kMaxColumns) +
                            " attributes (limits.columns)");
    return nullptr;
  }
  return std::make_shared<const Schema>(std::move(bound));
}

void DefineTable(const ast::TableDefinition& definition, const TableStores& stores,
                 StreamTable& streams, BindContext& context) {
  BoundStream table;
  table.name = definition.name.text;
  table.schema =
      BindAttributes("table", definition.name, definition.attributes, definition.span, context);
  if (table.schema == nullptr) return;
  table.defined = true;
  table.table.emplace();
  TableAnnotations annotations(&table, stores, context);
  for (const ast::Annotation& annotation : definition.annotations) annotations.Bind(annotation);
  annotations.Finish(definition.name.span);
  const auto known = streams.Find(table.name);
  const bool same_kind =
      known && streams.at(*known).table &&
      streams.at(*known).table->primary_key == table.table->primary_key &&
      streams.at(*known).table->disk_cache_bytes == table.table->disk_cache_bytes;
  AddDefinition(std::move(table), same_kind, definition.name.span, streams, context);
}

void DefineNamedWindow(const ast::WindowDefinition& definition, StreamTable& streams,
                       BindContext& context) {
  BoundStream stream;
  stream.name = definition.name.text;
  stream.schema =
      BindAttributes("window", definition.name, definition.attributes, definition.span, context);
  if (stream.schema == nullptr) return;
  stream.defined = true;
  for (const ast::Annotation& annotation : definition.annotations) {
    WarnAboutAnnotation(annotation, AnnotationPlace::kWindow, context);
  }
  RowScope scope({{stream.name, "", stream.schema, 0}});
  QueryBinder binder(context, streams);
  auto window = binder.BindWindow(definition.window, definition.window_span, scope);
  // A definition with errors still has a name.
  stream.named_window.emplace();
  if (window) stream.named_window->window = std::move(*window);
  const ast::EventType output = definition.output.value_or(ast::EventType::kAll);
  stream.named_window->emits_current = output != ast::EventType::kExpired;
  stream.named_window->emits_expired = output != ast::EventType::kCurrent;
  const auto known = streams.Find(stream.name);
  const bool same_kind =
      known && streams.at(*known).named_window &&
      streams.at(*known).named_window->window.text == stream.named_window->window.text;
  AddDefinition(std::move(stream), same_kind, definition.name.span, streams, context);
}

TableScope::TableScope(ScopeSource rows, const std::string& table, const SchemaPtr& table_schema)
    : rows_({rows}),
      table_({{table, "", table_schema, static_cast<uint32_t>(rows.schema->size())}}) {}

ExprPtr TableScope::TableColumn(const ast::AttributeRef& ref, const ast::Span& span,
                                BindContext& context) {
  const ExprPtr column = table_.Resolve(ref, span, context);
  if (column == nullptr) return nullptr;
  const std::string& table = table_.sources()[0].name;
  return MakeColumn(column->column(), column->type(), table + "." + ref.name.text);
}

ExprPtr TableScope::Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                            BindContext& context) {
  const ScopeSource& rows = rows_.sources()[0];
  const ScopeSource& table = table_.sources()[0];
  if (ref.stream) {
    const std::string& name = ref.stream->stream.name;
    if (name == table.name) return TableColumn(ref, span, context);
    if (name == rows.name || name == rows.alias) return rows_.Resolve(ref, span, context);
    context.UnknownName(ref.stream->stream.span, "unknown stream or table '" + name + "' here",
                        name, {rows.alias.empty() ? rows.name : rows.alias, table.name});
    return nullptr;
  }
  if (rows.schema->Find(ref.name.text)) return rows_.Resolve(ref, span, context);
  if (table.schema->Find(ref.name.text)) return TableColumn(ref, span, context);
  std::vector<std::string> names = AttributeNames(*rows.schema);
  for (std::string& name : AttributeNames(*table.schema)) names.push_back(std::move(name));
  context.UnknownName(span, "unknown attribute '" + ref.name.text + "'", ref.name.text, names);
  return nullptr;
}

std::optional<uint32_t> FindTable(const ast::Name& name, StreamTable& streams,
                                  BindContext& context) {
  const auto found = streams.Find(name.text);
  if (!found) {
    context.UnknownName(name.span, "unknown table '" + name.text + "'", name.text, streams.Names());
  } else if (!streams.at(*found).table) {
    context.Error(name.span, "'" + name.text + "' is not a table");
    return std::nullopt;
  }
  return found;
}

std::optional<BoundTableWrite> BindTableWrite(const ast::OutputAction& action,
                                              const SchemaPtr& output, StreamTable& streams,
                                              BindContext& context) {
  const auto* removal = std::get_if<ast::DeleteFrom>(&action.node);
  const auto* update = std::get_if<ast::UpdateTable>(&action.node);
  CHECK(removal != nullptr || update != nullptr);
  const ast::StreamName& target = removal != nullptr ? removal->target : update->target;
  const auto found = FindTable({target.name, target.span}, streams, context);
  if (!found) return std::nullopt;
  BoundStream& table = streams.at(*found);
  BoundTableWrite write;
  write.table = *found;
  write.action = removal != nullptr  ? TableAction::kDelete
                 : update->or_insert ? TableAction::kUpdateOrInsert
                                     : TableAction::kUpdate;
  if (write.action == TableAction::kUpdateOrInsert && !(*table.schema == *output)) {
    context.Error(action.span, "the query's output " + DescribeSchema(*output) +
                                   " differs from table '" + table.name + "' " +
                                   DescribeSchema(*table.schema));
    return std::nullopt;
  }
  TableScope scope({"", "", output, 0}, table.name, table.schema);
  ExpressionBinder binder(context, scope);
  const auto columns = static_cast<uint32_t>(output->size() + table.schema->size());
  Lookups lookups(scope, streams, context, columns, &write.lookups);
  binder.set_lookups(&lookups);
  const ast::ExprPtr& on = removal != nullptr ? removal->on : update->on;
  bool ok = true;
  if (on != nullptr) {
    write.on = binder.BindCondition(*on, "the condition");
    ok = write.on != nullptr;
  }
  if (update != nullptr) {
    ok = BindSet(*update, output, table, binder, action.span, context, &write) && ok;
  }
  table.written = true;
  return ok ? std::optional(std::move(write)) : std::nullopt;
}

}  // namespace weir
