#pragma once

#include <string_view>

#include "json/bad_record.h"
#include "types/object.h"

namespace weir {

// Reads a text that is one JSON object or array. Whole numbers are longs. At
// least kTextPadding bytes must be readable behind the text. False with `bad` set if it is none.
bool ReadJsonDocument(std::string_view text, ObjectRef* object, BadRecord* bad);

}  // namespace weir
