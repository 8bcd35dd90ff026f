// Short ways to register functions with one set of parameters.
#pragma once

#include <utility>

#include "catalog/registry.h"
#include "expr/scalar_function.h"

namespace weir {

struct FunctionText {
  const char* name;
  const char* summary;
  const char* example;
  const char* result;
};

inline FunctionSpec MakeSpec(const FunctionText& text, std::vector<Overload> overloads) {
  FunctionSpec spec;
  spec.name = text.name;
  spec.summary = text.summary;
  spec.example = text.example;
  spec.result = text.result;
  spec.overloads = std::move(overloads);
  return spec;
}

// A function whose body BindScalar takes.
template <class Body>
void AddScalar(Registry* registry, const FunctionText& text, Overload parameters, Body body) {
  FunctionSpec spec = MakeSpec(text, {std::move(parameters)});
  spec.bind = [body](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindScalar(body);
  };
  registry->Add(std::move(spec));
}

// Text that a body makes for one row: valid until the body is called again, which is long enough
// for it to be copied into the column.
inline std::string& RowText() {
  thread_local std::string text;
  text.clear();
  return text;
}

}  // namespace weir
