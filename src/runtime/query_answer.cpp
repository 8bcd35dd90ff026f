#include "runtime/query_answer.h"

#include "types/value.h"

namespace weir {

std::string AnswerQuery(std::string_view query) {
  std::string answer = "{\"query\":";
  AppendStringJson(query, &answer);
  answer += ",\"error\":";
  AppendStringJson("not supported yet: on-demand queries", &answer);
  answer += "}";
  return answer;
}

}  // namespace weir
