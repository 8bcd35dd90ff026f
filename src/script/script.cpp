#include "script/script.h"

#include <atomic>

namespace weir {
namespace {

uint64_t NextNumber() {
  static std::atomic<uint64_t> next{0};
  return next++;
}

}  // namespace

Script::Script(std::string name, std::string body)
    : name_(std::move(name)), body_(std::move(body)), number_(NextNumber()) {}

#ifndef WEIR_WITH_MOZJS

bool Script::Available() { return false; }

std::shared_ptr<const Script> Script::Compile(std::string, std::string, ScriptProblem* problem) {
  problem->message = "weir was built without a script engine";
  return nullptr;
}

Script::~Script() = default;

Result<Value> Script::Call(std::span<const Value>, Type, const ScriptMoment&) const {
  return Status(StatusCode::kDataError, "weir was built without a script engine");
}

#endif

}  // namespace weir
