// Rounding, signs, limits and classes of numbers.
#include <cmath>
#include <limits>

#include "library/functions/simple_function.h"

namespace weir {
namespace {

// To the nearest whole number, halves up; the ends of the range for what is beyond, 0 for NaN.
template <class Whole, class Floating>
Whole RoundTo(Floating value) {
  if (std::isnan(value)) return 0;
  Floating whole = std::floor(value);
  if (value - whole >= Floating{0.5}) whole += 1;
  constexpr Floating kLimit = static_cast<Floating>(std::numeric_limits<Whole>::min());
  if (whole >= -kLimit) return std::numeric_limits<Whole>::max();
  if (whole < kLimit) return std::numeric_limits<Whole>::min();
  return static_cast<Whole>(whole);
}

// The unbiased exponent: one above the greatest for infinity and NaN, one below the least for 0 and
// subnormal numbers.
template <class T>
int32_t Exponent(T value) {
  constexpr int kMax = std::numeric_limits<T>::max_exponent - 1;
  switch (std::fpclassify(value)) {
    case FP_NAN:
    case FP_INFINITE:
      return kMax + 1;
    case FP_ZERO:
    case FP_SUBNORMAL:
      return -kMax;
    default:
      return std::ilogb(value);
  }
}

double Greater(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::nan("");
  if (a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

double Less(double a, double b) { return -Greater(-a, -b); }

// Registers a function of one number with a body for float and one for double; for kNumeric the
// whole numbers go to the double's.
template <class FloatBody, class DoubleBody>
void AddByWidth(Registry* registry, const FunctionText& text, TypeSet types, FloatBody of_float,
                DoubleBody of_double) {
  FunctionSpec spec = MakeSpec(text, {{{"p1", types}}});
  spec.bind = [=](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (arguments[0].type == Type::kFloat) return BindScalar(of_float);
    return BindScalar(of_double);
  };
  registry->Add(std::move(spec));
}

void RegisterRounding(Registry* registry) {
  AddScalar(registry,
            {"math:ceil", "Returns the least whole number that is not less, as a double.",
             "math:ceil(423.187)", "424.0"},
            {{"p1", kFloating}}, [](double x) { return std::ceil(x); });
  AddScalar(registry,
            {"math:floor", "Returns the greatest whole number that is not greater, as a double.",
             "math:floor(10.23)", "10.0"},
            {{"p1", kFloating}}, [](double x) { return std::floor(x); });
  AddByWidth(
      registry,
      {"math:round",
       "Returns the nearest whole number, halves up: an int of a float, a long of a double.",
       "math:round(3252.353)", "3252"},
      kFloating, [](float x) { return RoundTo<int32_t>(x); },
      [](double x) { return RoundTo<int64_t>(x); });
  AddScalar(registry,
            {"math:signum", "Returns 1 for a positive number, -1 for a negative one, else 0.",
             "math:signum(-6.32)", "-1"},
            {{"a", kNumeric}}, [](double x) { return (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0); });
  AddScalar(registry,
            {"math:copySign", "Returns the magnitude of one number with the sign of another.",
             "math:copySign(5.6, -3.0)", "-5.6"},
            {{"magnitude", kNumeric}, {"sign", kNumeric}},
            [](double magnitude, double sign) { return std::copysign(magnitude, sign); });
}

}  // namespace

void RegisterMathNumber(Registry* registry) {
  RegisterRounding(registry);
  AddByWidth(
      registry,
      {"math:getExponent", "Returns the exponent of the number in base 2.",
       "math:getExponent(60984.1)", "15"},
      kNumeric, [](float x) { return Exponent(x); }, [](double x) { return Exponent(x); });
  AddScalar(
      registry,
      {"math:isInfinite", "Tells whether a number is infinite.", "math:isInfinite(1.5)", "false"},
      {{"p1", kFloating}}, [](double x) { return std::isinf(x); });
  AddScalar(registry,
            {"math:isNan", "Tells whether a number is NaN.", "math:isNan(math:sqrt(-1))", "true"},
            {{"p1", kFloating}}, [](double x) { return std::isnan(x); });
  AddScalar(registry,
            {"math:max", "Returns the greater of two numbers, as a double.", "math:max(123.67, 91)",
             "123.67"},
            {{"p1", kNumeric}, {"p2", kNumeric}}, [](double a, double b) { return Greater(a, b); });
  AddScalar(registry,
            {"math:min", "Returns the lesser of two numbers, as a double.", "math:min(123.67, 91)",
             "91.0"},
            {{"p1", kNumeric}, {"p2", kNumeric}}, [](double a, double b) { return Less(a, b); });
}

}  // namespace weir
