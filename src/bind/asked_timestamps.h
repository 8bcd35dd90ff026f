#pragma once

#include <string>
#include <vector>

#include "ast/query.h"

namespace weir {

// What a join calls the rows whose timestamps it asks for.
std::vector<std::string> TimestampsOf(const ast::Query& query, const ast::JoinInput& join);

}  // namespace weir
