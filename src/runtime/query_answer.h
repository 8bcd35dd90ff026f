#pragma once

#include <string>
#include <string_view>

namespace weir {

// The answer to an on-demand query as one line of JSON, without a newline.
std::string AnswerQuery(std::string_view query);

}  // namespace weir
