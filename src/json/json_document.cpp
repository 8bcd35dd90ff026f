#include "json/json_document.h"

#include <algorithm>

#include "json/text_scan.h"
#include "json/value_reader.h"

namespace weir {

bool ReadJsonDocument(std::string_view text, ObjectRef* object, BadRecord* bad) {
  namespace od = simdjson::ondemand;
  thread_local od::parser parser;
  ValueReader reader;
  const auto fail = [&](simdjson::error_code error) {
    reader.FailJson(error);
    *bad = reader.bad();
    return false;
  };
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + kTextPadding);
  od::document document;
  if (const auto error = parser.iterate(padded).get(document)) return fail(error);
  const char first = text[std::min(text.find_first_not_of(" \t\r\n"), text.size() - 1)];
  if (first != '{' && first != '[') {
    *bad = {BadRecordKind::kShape, "neither a JSON object nor an array"};
    return false;
  }
  od::value root;
  if (const auto error = document.get_value().get(root)) return fail(error);
  if (!reader.ReadObject(root, 1, object)) {
    *bad = reader.bad();
    return false;
  }
  if (!document.current_location().error()) {
    *bad = {BadRecordKind::kSyntax, "more than one JSON value"};
    return false;
  }
  return true;
}

}  // namespace weir
