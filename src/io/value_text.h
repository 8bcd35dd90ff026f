#pragma once

#include "json/text_buffer.h"
#include "types/column.h"

namespace weir {

// Appends a value as text: strings as they are, everything else as JSON (NaN without quotes);
// null is `null`.
void AppendValueText(const Column& column, uint32_t row, TextBuffer* out);

}  // namespace weir
