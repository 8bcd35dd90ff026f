// Values of events as values of SpiderMonkey and back.
#pragma once

#include <jsapi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/value.h"

namespace weir {

// All of it is called in a realm, and returns false with a pending exception or with `failure`.
class ScriptValues {
 public:
  // Adds to `steps`, and gives up at kMaxScriptSteps.
  ScriptValues(JSContext* context, uint64_t* steps, std::string* failure)
      : context_(context), steps_(steps), failure_(failure) {}

  bool ToScript(const Value& value, JS::MutableHandleValue out);
  // Null and undefined are null; else the value must be of the type.
  bool FromScript(JS::HandleValue value, Type type, Value* out);

 private:
  bool Fail(const std::string& message) {
    *failure_ = message;
    return false;
  }

  bool ToScript(const ObjectRef& object, uint32_t depth, JS::MutableHandleValue out);
  bool LongToScript(int64_t number, JS::MutableHandleValue out);
  bool TextToScript(std::string_view text, JS::MutableHandleValue out);
  bool ListToScript(const std::vector<ObjectRef>& items, uint32_t depth,
                    JS::MutableHandleValue out);
  bool MapToScript(const Object::Map& map, uint32_t depth, JS::MutableHandleValue out);

  bool WholeFromScript(JS::HandleValue value, Type type, Value* out);
  bool TextFromScript(JS::HandleString text, std::string* out);
  bool ObjectFromScript(JS::HandleValue value, uint32_t depth, ObjectRef* out);
  bool ListFromScript(JS::HandleObject array, uint32_t depth, ObjectRef* out);
  bool MapFromScript(JS::HandleObject object, uint32_t depth, ObjectRef* out);
  bool Mismatch(JS::HandleValue value, Type type);

  JSContext* context_;
  uint64_t* steps_;
  std::string* failure_;
};

}  // namespace weir
