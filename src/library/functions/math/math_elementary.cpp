// Functions of one double (or two) that give a double: trigonometry, roots, powers and logarithms.
#include <cmath>
#include <numbers>

#include "library/functions/simple_function.h"

namespace weir {
namespace {

// Computed with more precision than a double has and rounded once: the same on every machine, while
// the C library's functions for double differ in the last digit between processors.
using Wide = long double;

constexpr double kDegree = std::numbers::pi / 180.0;

struct Row {
  FunctionText text;
  Wide (*compute)(Wide);
};

const Row kRows[] = {
    {{"math:sin", "Returns the sine of an angle in radians.", "math:sin(0.5)", "0.479425538604203"},
     [](Wide x) { return std::sin(x); }},
    {{"math:cos", "Returns the cosine of an angle in radians.", "math:cos(6)", "0.960170286650366"},
     [](Wide x) { return std::cos(x); }},
    {{"math:tan", "Returns the tangent of an angle in radians.", "math:tan(0)", "0.0"},
     [](Wide x) { return std::tan(x); }},
    {{"math:asin", "Returns the arc sine in radians; NaN outside of -1 to 1.", "math:asin(1)",
      "1.5707963267948966"},
     [](Wide x) { return std::asin(x); }},
    {{"math:acos", "Returns the arc cosine in radians; NaN outside of -1 to 1.", "math:acos(0.5)",
      "1.0471975511965979"},
     [](Wide x) { return std::acos(x); }},
    {{"math:sinh", "Returns the hyperbolic sine.", "math:sinh(0)", "0.0"},
     [](Wide x) { return std::sinh(x); }},
    {{"math:cosh", "Returns the hyperbolic cosine.", "math:cosh(0)", "1.0"},
     [](Wide x) { return std::cosh(x); }},
    {{"math:tanh", "Returns the hyperbolic tangent.", "math:tanh(0)", "0.0"},
     [](Wide x) { return std::tanh(x); }},
    {{"math:toDegrees", "Converts an angle from radians to degrees.", "math:toDegrees(0)", "0.0"},
     [](Wide x) -> Wide { return static_cast<double>(x) / kDegree; }},
    {{"math:toRadians", "Converts an angle from degrees to radians.", "math:toRadians(180)",
      "3.141592653589793"},
     [](Wide x) -> Wide { return static_cast<double>(x) * kDegree; }},
    {{"math:sqrt", "Returns the square root; NaN of a negative number.", "math:sqrt(4)", "2.0"},
     [](Wide x) -> Wide { return std::sqrt(static_cast<double>(x)); }},
    {{"math:cbrt", "Returns the cube root.", "math:cbrt(27)", "3.0"},
     [](Wide x) { return std::cbrt(x); }},
    {{"math:exp", "Returns e to the power of the argument.", "math:exp(0)", "1.0"},
     [](Wide x) { return std::exp(x); }},
    {{"math:ln", "Returns the natural logarithm; NaN of a negative number.", "math:ln(1)", "0.0"},
     [](Wide x) { return std::log(x); }},
    {{"math:log2", "Returns the logarithm to the base 2.", "math:log2(8)", "3.0"},
     [](Wide x) { return std::log2(x); }},
    {{"math:log10", "Returns the logarithm to the base 10.", "math:log10(1000)", "3.0"},
     [](Wide x) { return std::log10(x); }},
    {{"math:abs", "Returns the absolute value, as a double.", "math:abs(-3)", "3.0"},
     [](Wide x) { return std::fabs(x); }},
};

// Not a number where the C library gives 1.
double Power(double base, double exponent) {
  if (std::isnan(exponent)) return exponent;
  if (std::fabs(base) == 1 && std::isinf(exponent)) return std::nan("");
  return static_cast<double>(std::pow(Wide{base}, Wide{exponent}));
}

std::optional<double> Logarithm(double number, double base) {
  if (base == 1) return std::nullopt;
  return static_cast<double>(std::log(Wide{number})) / static_cast<double>(std::log(Wide{base}));
}

void RegisterArcTangent(Registry* registry) {
  FunctionSpec spec = MakeSpec(
      {"math:atan", "Returns the arc tangent in radians, of p1 / p2 if two numbers are given.",
       "math:atan(1, 1)", "0.7853981633974483"},
      {{{"p1", kNumeric}}, {{"p1", kNumeric}, {"p2", kNumeric}}});
  spec.bind = [](std::span<const Argument>, size_t overload) -> Result<BoundFunction> {
    if (overload == 0)
      return BindScalar([](double x) { return static_cast<double>(std::atan(Wide{x})); });
    return BindScalar(
        [](double y, double x) { return static_cast<double>(std::atan2(Wide{y}, Wide{x})); });
  };
  registry->Add(std::move(spec));
}

void AddConstant(Registry* registry, const FunctionText& text, double value) {
  FunctionSpec spec = MakeSpec(text, {{}});
  spec.bind = [value](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BoundFunction{Type::kDouble, [value](std::span<const Vector>, const CallContext&) {
                           return ConstantVector(Value::Double(value));
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterMathElementary(Registry* registry) {
  for (const Row& row : kRows) {
    AddScalar(registry, row.text, {{"p1", kNumeric}},
              [compute = row.compute](double x) { return static_cast<double>(compute(x)); });
  }
  RegisterArcTangent(registry);
  AddScalar(registry,
            {"math:power", "Returns a number to the power of another one.", "math:power(2, 10)",
             "1024.0"},
            {{"value", kNumeric}, {"to.power", kNumeric}},
            [](double base, double exponent) { return Power(base, exponent); });
  AddScalar(registry,
            {"math:log", "Returns the logarithm of a number to a base; null for the base 1.",
             "math:log(34, 2)", "5.08746284125034"},
            {{"number", kNumeric}, {"base", kNumeric}},
            [](double number, double base) { return Logarithm(number, base); });
  AddConstant(registry, {"math:e", "Returns the number e.", "math:e()", "2.718281828459045"},
              std::numbers::e);
  AddConstant(registry, {"math:pi", "Returns the number pi.", "math:pi()", "3.141592653589793"},
              std::numbers::pi);
}

}  // namespace weir
