// Maps from text and back: createFromJSON, createFromXML, toJSON and toXML.
#include "expr/conversion.h"
#include "library/functions/value_function.h"
#include "library/objects/json_text.h"
#include "library/objects/xml_text.h"

namespace weir {
namespace {

Value FromJson(Values values) {
  if (values[0].is_null()) return NullObject();
  const std::optional<ObjectRef> parsed = ParseJsonText(values[0].string_value());
  if (!parsed.has_value() || MapOf(*parsed) == nullptr) return NullObject();
  return Value::FromObject(*parsed);
}

Value ToJson(Values values) {
  if (MapArgument(values[0]) == nullptr) return Value::Null(Type::kString);
  return Value::String(values[0].ToText());
}

Value FromXml(Values values) {
  if (values[0].is_null()) return NullObject();
  return Value::FromObject(ParseXmlText(values[0].string_value()));
}

Value ToXml(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  const bool named = values.size() > 1;
  if (map == nullptr || (named && values[1].is_null())) return Value::Null(Type::kString);
  std::string out;
  if (named) out += "<" + values[1].string_value() + ">";
  AppendXml(*map, &out);
  if (named) out += "</" + values[1].string_value() + ">";
  return Value::String(out);
}

}  // namespace

void RegisterMapText(Registry* registry) {
  AddValues(registry,
            {"map:createFromJSON", "Makes a map of a JSON object; null if the text is none.",
             "map:createFromJSON(\"{'symbol' : 'IBM', 'price' : 200}\")",
             "{\"symbol\":\"IBM\",\"price\":200}"},
            {{{"json.string", kStringOnly}}}, Type::kObject, FromJson);
  AddValues(registry,
            {"map:toJSON", "Writes the map as JSON.", "map:toJSON(map:create('symbol', 'IBM'))",
             "\"{\\\"symbol\\\":\\\"IBM\\\"}\""},
            {{{"map", kObjectOnly}}}, Type::kString, ToJson);
  AddValues(registry,
            {"map:createFromXML",
             "Makes a map of the elements within the root element, with the text of each: numbers "
             "and true and false as such, elements with elements as maps; null if the text is no "
             "XML.",
             "map:createFromXML('<t><symbol>IBM</symbol><price>200</price></t>')",
             "{\"symbol\":\"IBM\",\"price\":200}"},
            {{{"xml.string", kStringOnly}}}, Type::kObject, FromXml);
  AddValues(
      registry,
      {"map:toXML", "Writes the map as XML elements, within a root element if one is named.",
       "map:toXML(map:create('symbol', 'IBM'), 'abc')", "\"<abc><symbol>IBM</symbol></abc>\""},
      {{{"map", kObjectOnly}},
       {{"map", kObjectOnly}, {"root.element", kStringOnly, Parameter::Form::kConstant}}},
      Type::kString, ToXml);
}

}  // namespace weir
