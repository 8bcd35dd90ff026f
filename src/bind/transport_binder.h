#pragma once

#include "ast/annotation.h"
#include "bind/bind_context.h"
#include "bind/bound_app.h"

namespace weir {

// `@source(...)` and `@sink(...)` of a stream whose schema is known: checked options, codec and
// mapping are added to the stream; what cannot be is reported.
void BindSource(const ast::Annotation& annotation, const TransportRegistry& registry,
                BoundStream* stream, BindContext& context);
void BindSink(const ast::Annotation& annotation, const TransportRegistry& registry,
              BoundStream* stream, BindContext& context);

}  // namespace weir
