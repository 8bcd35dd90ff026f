#include "exec/operator.h"

namespace weir {

void Operator::SaveOwned(const std::string& owner, StateWriter& out) const {
  out.BeginOwner(owner);
  Save(out);
  out.EndOwner();
}

void Operator::LoadOwned(const std::string& owner, std::optional<TimeMs> now, StateReader& in) {
  if (in.BeginOwner(owner)) {
    Load(in);
    in.EndOwner();
  } else if (now) {
    Start(*now);
  }
}

}  // namespace weir
