#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "types/type.h"

namespace weir {

struct InferredAttribute {
  std::string name;
  Type type;
  // Values of several kinds were seen, or none but null: any scalar is taken as its text.
  bool takes_any_scalar;
};

// The attributes of the events among the first `lines_max` lines of `text`, in order of first
// appearance: integers are long, other numbers double, long and double mix to double, anything
// else that mixes is a string, always null is a string, lists and maps are objects. Lines that are
// no events, or envelopes of other streams than `stream`, say nothing.
std::vector<InferredAttribute> InferSchema(std::string_view text, size_t lines_max,
                                           std::string_view stream);

}  // namespace weir
