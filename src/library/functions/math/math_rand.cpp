#include "expr/row_seed.h"
#include "library/functions/simple_function.h"

namespace weir {

void RegisterMathRand(Registry* registry) {
  FunctionSpec spec = MakeSpec(
      {"math:rand",
       "Returns a random number from 0 to 1 (not 1 itself), another one for each row; a replay "
       "gives the same ones.",
       "math:rand()", "0.6820471311371498"},
      {{}, {{"seed", kIntOrLong, Parameter::Form::kConstant}}});
  spec.deterministic = false;
  spec.bind = [](std::span<const Argument> arguments, size_t overload) -> Result<BoundFunction> {
    uint64_t own_seed = 0;
    if (overload == 1) {
      const Value& given = *arguments[0].constant;
      if (given.is_null()) return Status::Invalid("math:rand(): the seed must not be null");
      own_seed = static_cast<uint64_t>(given.AsLong());
    }
    return BoundFunction{
        Type::kDouble, [own_seed](std::span<const Vector>, const CallContext& context) {
          auto out = std::make_shared<Column>(Type::kDouble, context.chunk.physical_size());
          double* result = out->mutable_values<double>();
          ForEachRowSeed(context, [&](uint32_t row, uint64_t seed) {
            const uint64_t bits = MixHash(CombineHash(seed, own_seed)) >> 11;
            result[row] = static_cast<double>(bits) * 0x1p-53;
          });
          return Vector{std::move(out), false};
        }};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
