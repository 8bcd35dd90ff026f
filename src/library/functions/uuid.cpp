#include "catalog/registry.h"
#include "expr/row_seed.h"
#include "expr/scalar_function.h"

namespace weir {
namespace {

constexpr uint32_t kTextSize = 36;

// Version 4 (random) and variant 1 of RFC 4122, as 8-4-4-4-12 hexadecimal digits.
void WriteText(uint64_t high, uint64_t low, char* text) {
  static const char kHex[] = "0123456789abcdef";
  high = (high & ~uint64_t{0xf000}) | 0x4000;
  low = (low & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) *text++ = '-';
    const uint64_t word = digit < 16 ? high : low;
    *text++ = kHex[(word >> (60 - 4 * (digit % 16))) & 15];
  }
}

Vector MakeUuids(std::span<const Vector>, const CallContext& context) {
  auto out = std::make_shared<Column>(Type::kString, context.chunk.physical_size());
  StringRef* result = out->mutable_values<StringRef>();
  ForEachRowSeed(context, [&](uint32_t row, uint64_t seed) {
    char* text = out->arena()->Allocate(kTextSize);
    WriteText(MixHash(seed), CombineHash(seed, 1), text);
    result[row] = StringRef(text, kTextSize);
  });
  return {std::move(out), false};
}

}  // namespace

void RegisterUuid(Registry* registry) {
  FunctionSpec spec;
  spec.name = "UUID";
  spec.summary = "Returns a new unique identifier for each row; a replay gives the same ones.";
  spec.example = "UUID()";
  spec.result = "\"a6a1cf21-6bd4-4b64-9f4f-3a0c7a2f3d57\"";
  spec.overloads = {{}};
  spec.deterministic = false;
  spec.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BoundFunction{Type::kString, MakeUuids};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
