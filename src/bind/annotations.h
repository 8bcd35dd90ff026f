#pragma once

#include <string_view>

#include "ast/annotation.h"
#include "bind/bind_context.h"

namespace weir {

// Where an annotation stands.
enum class AnnotationPlace { kApp, kStream, kTable, kWindow, kTrigger, kQuery, kPartition };

// Warns about an annotation that the binder has no use for: what it would do and why it does
// nothing here, or, if there is no such one, which may be meant.
void WarnAboutAnnotation(const ast::Annotation& annotation, AnnotationPlace place,
                         BindContext& context);

}  // namespace weir
