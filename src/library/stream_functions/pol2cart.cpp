#include <cmath>
#include <numbers>

#include "catalog/registry.h"

namespace weir {
namespace {

class Pol2Cart final : public StreamFunction {
 public:
  explicit Pol2Cart(bool has_z) : has_z_(has_z) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    if (row.IsNull(0) || row.IsNull(1)) {
      out.Fail("pol2Cart(): theta and rho must not be null");
      return;
    }
    const double radians = row.Get<double>(0) / 180.0 * std::numbers::pi;
    const double rho = row.Get<double>(1);
    out.appended(0).Append(rho * std::cos(radians));
    out.appended(1).Append(rho * std::sin(radians));
    if (has_z_) out.appended(2).AppendValue(row.GetValue(2));
    out.Emit();
  }

 private:
  bool has_z_;
};

}  // namespace

void RegisterPol2cart(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "pol2Cart";
  spec.summary =
      "Appends the cartesian coordinates x and y (and z, if given) of a point with angle theta in "
      "degrees and radius rho.";
  spec.example = "from Radar#pol2Cart(theta, rho) select x, y insert into Plane;";
  constexpr TypeSet kDouble = OneType(Type::kDouble);
  spec.overloads = {{{"theta", kDouble}, {"rho", kDouble}},
                    {{"theta", kDouble}, {"rho", kDouble}, {"z", kDouble}}};
  spec.one_to_one = true;
  spec.bind = [](std::span<const Argument>, size_t overload) -> Result<BoundStreamFunction> {
    const bool has_z = overload == 1;
    BoundStreamFunction bound;
    bound.appended = {{"x", Type::kDouble}, {"y", Type::kDouble}};
    if (has_z) bound.appended.push_back({"z", Type::kDouble});
    bound.make = [has_z](const StreamFunctionPlace&) { return std::make_unique<Pol2Cart>(has_z); };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
