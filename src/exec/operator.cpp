#include "exec/operator.h"

namespace weir {

void Operator::SaveOwned(const std::string& owner, StateWriter& out) const {
  out.BeginOwner(owner);
  Save(out);
  out.EndOwner();
}

void Operator::LoadOwned(const std::string& owner, StateReader& in) {
  if (!in.BeginOwner(owner)) return;
  Load(in);
  in.EndOwner();
}

}  // namespace weir
