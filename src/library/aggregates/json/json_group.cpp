// json:group and json:groupAsObject.
#include "catalog/registry.h"
#include "library/aggregates/counted_order.h"
#include "library/aggregates/row_aggregate.h"
#include "library/objects/json_text.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

struct GroupSettings {
  bool distinct = false;
  bool enclosed = false;  // the second argument names the enclosing element
  bool as_text = false;
};

// JSON objects with their counts, in order of arrival. The value is made when somebody reads it and
// something has changed since.
class JsonGroup {
 public:
  using Settings = GroupSettings;

  void Add(const AggregateInput& in, uint32_t row, const Settings&) {
    const std::optional<ObjectRef> element = Read(*in.arguments[0], row);
    if (!element.has_value()) return;
    elements_.Add(*element);
    list_ = nullptr;
  }

  void Remove(const AggregateInput& in, uint32_t row, const Settings&) {
    const std::optional<ObjectRef> element = Read(*in.arguments[0], row);
    if (!element.has_value()) return;
    elements_.Remove(*element);
    list_ = nullptr;
  }

  void Write(const AggregateInput& in, uint32_t row, const Settings& settings, Column* out) {
    if (list_ == nullptr) Collect(settings.distinct);
    ObjectRef value = list_;
    if (settings.enclosed && in.arguments[1]->IsValid(row)) {
      Object::Map map;
      map.entries.emplace_back(in.arguments[1]->values<StringRef>()[row].view(), list_);
      value = MakeObject(std::move(map));
    }
    if (!settings.as_text) return WriteObject(std::move(value), row, out);
    std::string text;
    AppendJson(value, &text);
    WriteText(text, row, out);
  }

  bool IsNew() const { return elements_.empty(); }
  void Save(StateWriter& out) const { out.Write(elements_); }
  void Load(StateReader& in) { in.Read(elements_); }

 private:
  // Nothing for what is no JSON object (and not null).
  static std::optional<ObjectRef> Read(const Column& column, uint32_t row) {
    if (!column.IsValid(row)) return ObjectRef();
    ObjectRef element;
    if (column.type() == Type::kObject) {
      element = column.values<ObjectRef>()[row];
    } else if (auto parsed = ParseJsonText(column.values<StringRef>()[row].view())) {
      element = std::move(*parsed);
    }
    if (MapOf(element) == nullptr) return std::nullopt;
    return element;
  }

  void Collect(bool distinct) {
    Object::List list;
    for (const auto& entry : elements_.entries()) {
      list.items.insert(list.items.end(), distinct ? 1 : entry.count, entry.key);
    }
    list_ = MakeObject(std::move(list));
  }

  CountedObjects elements_;
  ObjectRef list_;  // null: to be made
};

void RegisterGroup(Registry* registry, const char* name, const char* summary, const char* example,
                   bool as_text) {
  const Parameter json{.name = "json", .types = kStringOnly | kObjectOnly};
  const Parameter enclosing{.name = "enclosing.element", .types = kStringOnly};
  const Parameter distinct{
      .name = "distinct", .types = kBoolOnly, .form = Parameter::Form::kConstant};
  registry->Add(AggregateSpec{
      .name = name,
      .summary = summary,
      .example = example,
      .overloads = {{json}, {json, distinct}, {json, enclosing}, {json, enclosing, distinct}},
      .result_type =
          [as_text](std::span<const Argument>) { return as_text ? Type::kString : Type::kObject; },
      .make =
          [as_text](std::span<const Argument> arguments, bool) {
            const bool enclosed = arguments.size() > 1 && arguments[1].type == Type::kString;
            return MakeRowAggregator<JsonGroup>(
                {ConstantFlag(arguments, arguments.size() - 1), enclosed, as_text});
          },
  });
}

}  // namespace

void RegisterJsonGroup(Registry* registry) {
  RegisterGroup(
      registry, "json:group",
      "All JSON objects as the text of one JSON array, equal ones together or once if "
      "distinct; within an object under the enclosing element if one is named.",
      "from Messages#window.length(5) select json:group(attributes, 'result', true) as all "
      "insert into Grouped;",
      true);
  RegisterGroup(registry, "json:groupAsObject",
                "All JSON objects as one list, equal ones together or once if distinct; within an "
                "object under the enclosing element if one is named.",
                "from Messages#window.length(5) select json:groupAsObject(attributes) as all "
                "insert into Grouped;",
                false);
}

}  // namespace weir
