#pragma once

namespace weir {

// An operator may be one of these, too: if it says so, what Process emits follows from the rows it
// is given alone (or from what all keys of a partition share, as the rows of a table), so that one
// operator serves all keys.
class ServesAllKeys {
 public:
  virtual ~ServesAllKeys() = default;
  virtual bool serves_all_keys() const { return true; }
};

}  // namespace weir
