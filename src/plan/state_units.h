#pragma once

#include <string>
#include <vector>

#include "plan/planner.h"

namespace weir {

// Operators whose state belongs together: those of a query, a partition or a definition. State is
// of use to another app exactly if a unit of the same name has the same shape there.
struct StateUnit {
  std::string name;   // `query 'q1'`
  std::string shape;  // one line for each operator, and for all that is read, with types
  std::vector<std::string> owners;

  void Save(StateWriter& out) const { out.Write(name, shape, owners); }
  void Load(StateReader& in) { in.Read(name, shape, owners); }
};

// All units of a plan, in its order.
std::vector<StateUnit> StateUnitsOf(const BoundApp& app, const Plan& plan);

// How the units of a saved state differ from those of an app; every list holds names, in order.
struct UnitChanges {
  std::vector<std::string> changed;  // another shape
  std::vector<std::string> gone;
  std::vector<std::string> added;
  std::vector<std::string> details;  // one line for each: what it was and is
  bool empty() const { return changed.empty() && gone.empty() && added.empty(); }
};
UnitChanges CompareUnits(const std::vector<StateUnit>& saved, const std::vector<StateUnit>& now);

}  // namespace weir
