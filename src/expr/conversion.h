#pragma once

#include "catalog/function.h"
#include "types/value.h"

namespace weir {

// A function of one argument that converts between types: strings are parsed by Java's rules
// (null where they are not a number), numbers become bool by being 1, floating numbers lose their
// fraction and stop at the ends of the integer range, numbers become text as Java writes them.
// An object converts by the scalar that it holds; any object has a text. `to` is not object.
BoundFunction BindConversion(Type from, Type to);

// The same for one text.
Value ConvertText(std::string_view text, Type to);

// The target type that a constant argument of cast or convert names, in any case.
Result<Type> ConversionTarget(std::string_view function, const Value& name);

// The scalar that an object holds; a list, map or set (and null) gives a null object.
Value ScalarOf(const ObjectRef& object);

}  // namespace weir
