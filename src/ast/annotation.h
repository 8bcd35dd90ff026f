// Annotations: `@name(...)`, and `@app:name(...)` for the whole app.
#pragma once

#include <string>
#include <vector>

#include "ast/span.h"

namespace weir::ast {

// `key = 'value'`, or `'value'` alone. Keys such as `buffer.size` are one text without spaces.
struct AnnotationElement {
  Span span;
  Name key;  // empty text = no key was written
  std::string value;
  Span value_span;
};

// Names are compared without case by whoever looks for one; here they are kept as written.
struct Annotation {
  Span span;
  Name name;  // for `@app:playback` this is `playback`
  std::vector<AnnotationElement> elements;
  std::vector<Annotation> nested;  // `@map(...)` inside `@source(...)`
};

}  // namespace weir::ast
