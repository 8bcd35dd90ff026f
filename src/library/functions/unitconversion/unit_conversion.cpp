// unitconversion:cmToft and its like: one number, in one unit, gives a double in another.
#include <deque>
#include <string>

#include "library/functions/simple_function.h"

namespace weir {
namespace {

// A value in one unit times `times` and divided by `by` is the value in the other. Both are exact,
// so that the result is rounded as little as can be.
struct Row {
  const char* name;
  const char* from;
  const char* to;
  double times;
  double by;
};

constexpr Row kRows[] = {
    {"cmToft", "centimeters", "feet", 100, 3048},
    {"cmToin", "centimeters", "inches", 100, 254},
    {"cmTokm", "centimeters", "kilometers", 1, 1e5},
    {"cmTom", "centimeters", "meters", 1, 100},
    {"cmTomi", "centimeters", "miles", 10, 1609344},
    {"cmTomm", "centimeters", "millimeters", 10, 1},
    {"cmTonm", "centimeters", "nanometers", 1e7, 1},
    {"cmToum", "centimeters", "micrometers", 1e4, 1},
    {"cmToyd", "centimeters", "yards", 100, 9144},
    {"kmTocm", "kilometers", "centimeters", 1e5, 1},
    {"kmToft", "kilometers", "feet", 1e7, 3048},
    {"kmToin", "kilometers", "inches", 1e7, 254},
    {"kmTom", "kilometers", "meters", 1000, 1},
    {"kmTomi", "kilometers", "miles", 1e6, 1609344},
    {"kmTomm", "kilometers", "millimeters", 1e6, 1},
    {"kmTonm", "kilometers", "nanometers", 1e12, 1},
    {"kmToum", "kilometers", "micrometers", 1e9, 1},
    {"kmToyd", "kilometers", "yards", 1e7, 9144},
    {"MmTokm", "megameters", "kilometers", 1000, 1},
    {"mTocm", "meters", "centimeters", 100, 1},
    {"mToft", "meters", "feet", 1e4, 3048},
    {"mTomm", "meters", "millimeters", 1000, 1},
    {"mToyd", "meters", "yards", 1e4, 9144},
    {"miTokm", "miles", "kilometers", 1609344, 1e6},
    {"gTokg", "grams", "kilograms", 1, 1000},
    {"gTomg", "grams", "milligrams", 1000, 1},
    {"gToug", "grams", "micrograms", 1e6, 1},
    {"kgTog", "kilograms", "grams", 1000, 1},
    {"kgToLT", "kilograms", "imperial tons", 1e8, 45359237.0 * 2240},
    {"kgToST", "kilograms", "US tons", 1e8, 45359237.0 * 2000},
    {"kgTolb", "kilograms", "pounds", 1e8, 45359237},
    {"kgTooz", "kilograms", "ounces", 16e8, 45359237},
    {"kgTost", "kilograms", "stones", 1e8, 45359237.0 * 14},
    {"kgTot", "kilograms", "tonnes", 1, 1000},
    {"tTog", "tonnes", "grams", 1e6, 1},
    {"tTokg", "tonnes", "kilograms", 1000, 1},
    {"yTod", "years", "days", 3652425, 1e4},
    {"dToh", "days", "hours", 24, 1},
    {"hTom", "hours", "minutes", 60, 1},
    {"hTos", "hours", "seconds", 3600, 1},
    {"mTos", "minutes", "seconds", 60, 1},
    {"sToms", "seconds", "milliseconds", 1000, 1},
    {"sTous", "seconds", "microseconds", 1e6, 1},
    {"sTons", "seconds", "nanoseconds", 1e9, 1},
    {"lTom3", "liters", "cubic meters", 1, 1000},
    {"lToml", "liters", "milliliters", 1000, 1},
    {"m3Tol", "cubic meters", "liters", 1000, 1},
    {"mlTol", "milliliters", "liters", 1, 1000},
};

// Text that a spec points to and that is made here; it lives as long as the registry.
const char* Keep(std::string text) {
  static std::deque<std::string> kept;
  return kept.emplace_back(std::move(text)).c_str();
}

}  // namespace

void RegisterUnitConversion(Registry* registry) {
  for (const Row& row : kRows) {
    const std::string name = std::string("unitconversion:") + row.name;
    std::string result;
    AppendDoubleJson(1.0 * row.times / row.by, &result);
    const FunctionText text{
        Keep(name),
        Keep(std::string("Converts from ") + row.from + " to " + row.to + ", as a double."),
        Keep(name + "(1)"), Keep(result)};
    AddScalar(registry, text, {{"p1", kNumeric}},
              [times = row.times, by = row.by](double value) { return value * times / by; });
  }
}

}  // namespace weir
