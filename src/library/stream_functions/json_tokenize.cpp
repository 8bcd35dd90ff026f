// json:tokenize and json:tokenizeAsObject.
#include "catalog/registry.h"
#include "library/functions/json/json_source.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

class JsonTokenize final : public StreamFunction {
 public:
  JsonTokenize(PathArgument path, bool as_object, bool drops_missing)
      : path_(std::move(path)), as_object_(as_object), drops_missing_(drops_missing) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    const std::shared_ptr<const JsonPath> path = path_.For(row.GetValue(1));
    const std::optional<ObjectRef> root = JsonOf(row.GetValue(0));
    if (path == nullptr || !root.has_value()) {
      out.Fail(std::string(path == nullptr ? "the path" : "the text") + " cannot be read as JSON" +
               (path == nullptr ? " path" : ""));
      return;
    }
    std::vector<ObjectRef> found = path->Find(*root);
    const bool one = path->definite() && !found.empty() && ListOf(found[0]) == nullptr;
    if (path->definite() && !found.empty() && !one) {
      found = std::vector<ObjectRef>(ListOf(found[0])->items);
    } else if (path->definite() && !found.empty() && found[0] == nullptr) {
      found.clear();  // null stands for nothing there
    }
    for (const ObjectRef& element : found) Give(element, one, out);
    if (found.empty() && !drops_missing_) {
      out.appended(0).AppendNull();
      out.Emit();
    }
  }

 private:
  // As text an element is JSON, but for a text that stands alone at the path.
  void Give(const ObjectRef& element, bool alone, StreamFunctionOutput& out) const {
    if (as_object_) {
      out.appended(0).AppendObject(element);
    } else if (alone && element != nullptr && std::holds_alternative<std::string>(element->value)) {
      out.appended(0).AppendString(std::get<std::string>(element->value));
    } else {
      std::string text;
      AppendJson(element, &text);
      out.appended(0).AppendString(text);
    }
    out.Emit();
  }

  PathArgument path_;
  bool as_object_;
  bool drops_missing_;
};

void Add(Registry* registry, const char* name, const char* summary, const char* example,
         bool as_object) {
  StreamFunctionSpec spec;
  spec.name = name;
  spec.summary = summary;
  spec.example = example;
  const Overload two = {{"json", kStringOnly | kObjectOnly}, {"path", kStringOnly}};
  Overload three = two;
  three.push_back({"fail.on.missing.attribute", kBoolOnly, Parameter::Form::kConstant});
  spec.overloads = {two, three};
  spec.bind = [name, as_object](std::span<const Argument> arguments,
                                size_t overload) -> Result<BoundStreamFunction> {
    Result<PathArgument> path = PathArgument::Of(name, arguments[1]);
    if (!path.ok()) return path.status();
    const bool drops =
        overload == 0 || (!arguments[2].constant->is_null() && arguments[2].constant->bool_value());
    BoundStreamFunction bound;
    bound.appended = {{"jsonElement", as_object ? Type::kObject : Type::kString}};
    bound.make = [path = path.value(), as_object, drops](const StreamFunctionPlace&) {
      return std::make_unique<JsonTokenize>(path, as_object, drops);
    };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterJsonTokenize(Registry* registry) {
  Add(registry, "json:tokenize",
      "Gives one event for each element at a path in JSON (of a list there, for each item), with "
      "the element as JSON in `jsonElement`; none if nothing is there, or with `false` one of "
      "null.",
      "from Messages#json:tokenize(attributes['tags'], '$') select jsonElement insert into Tags;",
      false);
  Add(registry, "json:tokenizeAsObject",
      "Gives one event for each element at a path in JSON (of a list there, for each item), with "
      "the element in `jsonElement`; none if there is nothing, or with `false` one of null.",
      "from Messages#json:tokenizeAsObject(attributes, '$.tags') select jsonElement insert into T;",
      true);
}

}  // namespace weir
