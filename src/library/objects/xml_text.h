#pragma once

#include <string>
#include <string_view>

#include "types/object.h"

namespace weir {

// The elements within the root element as a map of their texts: a number as long or double, true
// and false as bool, an element with elements as a map. Attributes, comments and processing
// instructions are passed over. Null if the text is no XML, or nested deeper than 64 levels.
ObjectRef ParseXmlText(std::string_view text);

// Appends an element for each entry.
void AppendXml(const Object::Map& map, std::string* out);

}  // namespace weir
