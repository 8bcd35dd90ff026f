// Scripts on SpiderMonkey.
#ifdef WEIR_WITH_MOZJS

#include <js/Array.h>
#include <js/CompilationAndEvaluation.h>
#include <js/ContextOptions.h>
#include <js/Date.h>
#include <js/Exception.h>
#include <js/Initialization.h>
#include <js/Interrupt.h>
#include <js/LocaleSensitive.h>
#include <js/Promise.h>
#include <js/SourceText.h>
#include <js/StableStringChars.h>
#include <jsapi.h>
#include <stdlib.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "script/mozjs_values.h"
#include "script/prelude.h"
#include "script/script.h"
#include "script/watchdog.h"

namespace weir {
namespace {

constexpr size_t kStackBytes = 512 << 10;
constexpr uint32_t kNurseryBytes = 1 << 20;

// Promises exist, but nothing is ever done later.
class NoJobs final : public JS::JobQueue {
 public:
  JSObject* getIncumbentGlobal(JSContext* context) override {
    return JS::CurrentGlobalOrNull(context);
  }
  bool enqueuePromiseJob(JSContext* context, JS::HandleObject, JS::HandleObject, JS::HandleObject,
                         JS::HandleObject) override {
    JS_ReportErrorASCII(context, "there are no asynchronous calls in a script");
    return false;
  }
  void runJobs(JSContext*) override {}
  bool empty() const override { return true; }

 private:
  class Saved final : public SavedJobQueue {};
  js::UniquePtr<SavedJobQueue> saveJobQueue(JSContext*) override { return js::MakeUnique<Saved>(); }
};

// Starts and stops the library, once in a process. Its local time is UTC: what the zone of the
// machine is must not be seen in a result.
class Library {
 public:
  static void Use() { static const Library library; }

 private:
  Library() {
    const char* zone = getenv("TZ");
    if (zone == nullptr || std::string_view(zone) != "UTC") setenv("TZ", "UTC", 1);
    CHECK(JS_Init());
  }
  ~Library() { JS_ShutDown(); }
};

// What scripts of one thread run in. Everything in the realm but the global object is frozen, and
// what a call adds to that is taken away after it.
class Engine {
 public:
  static Engine& OfThread();
  // Null if this thread has run no script.
  static std::unique_ptr<Engine>& Slot() {
    thread_local std::unique_ptr<Engine> engine;
    return engine;
  }

  ~Engine();
  std::optional<ScriptProblem> Compile(const Script& script);
  Result<Value> Call(const Script& script, std::span<const Value> data, Type result,
                     const ScriptMoment& moment);
  void Forget(const Script& script) { functions_.erase(script.number()); }

 private:
  Engine();
  static Engine& Of(JSContext* context) {
    return *static_cast<Engine*>(JS_GetContextPrivate(context));
  }
  static bool CountStep(JSContext* context);
  static bool Random(JSContext* context, unsigned argc, JS::Value* argv);
  static double Now(double, JSContext* context) {
    return static_cast<double>(Of(context).moment_.now) * 1000;
  }
  static bool NoteGlobal(JSContext* context, JS::HandleObject global, JS::HandleId id,
                         JS::HandleValue value);

  void MakeRealm();
  JSFunction* Function(const Script& script);
  bool CallFunction(const Script& script, std::span<const Value> data, Type result, Value* value);
  void CleanUp();
  std::string TakeError(ScriptProblem* problem = nullptr);

  JSContext* context_ = nullptr;
  NoJobs jobs_;
  JS::PersistentRootedObject global_;
  JS::PersistentRootedValue forget_matches_;  // made by the prelude
  std::unordered_map<uint64_t, JS::PersistentRootedFunction> functions_;
  // Of the running call.
  ScriptMoment moment_;
  uint64_t steps_ = 0;
  uint64_t randoms_ = 0;
  bool calling_ = false;
  std::string failure_;
  std::vector<JS::PersistentRootedId> added_;  // properties of the global object
  std::unique_ptr<Watchdog::Watched> watched_;
};

Engine& Engine::OfThread() {
  std::unique_ptr<Engine>& engine = Slot();
  if (engine == nullptr) {
    Library::Use();
    engine.reset(new Engine());
  }
  return *engine;
}

Engine::Engine() {
  context_ = JS_NewContext(kMaxScriptHeapBytes);
  CHECK(context_ != nullptr);
  JS_SetContextPrivate(context_, this);
  JS_SetNativeStackQuota(context_, kStackBytes);
  JS_SetGCParameter(context_, JSGC_MAX_NURSERY_BYTES, kNurseryBytes);
  // Compiled code is told of steps at other places than the interpreter.
  JS_SetGlobalJitCompilerOption(context_, JSJITCOMPILER_BASELINE_INTERPRETER_ENABLE, 0);
  JS_SetGlobalJitCompilerOption(context_, JSJITCOMPILER_BASELINE_ENABLE, 0);
  JS_SetGlobalJitCompilerOption(context_, JSJITCOMPILER_ION_ENABLE, 0);
  JS::ContextOptionsRef(context_).setWasm(false).setAsmJS(false);
  CHECK(JS::InitSelfHostedCode(context_));
  JS_SetDefaultLocale(JS_GetRuntime(context_), "en-US");
  JS::SetJobQueue(context_, &jobs_);
  JS::SetReduceMicrosecondTimePrecisionCallback(&Engine::Now);
  CHECK(JS_AddInterruptCallback(context_, &Engine::CountStep));
  global_.init(context_);
  forget_matches_.init(context_);
  MakeRealm();
  watched_ = std::make_unique<Watchdog::Watched>([this] { JS_RequestInterruptCallback(context_); });
  Watchdog::Instance().Add(watched_.get());
}

Engine::~Engine() {
  Watchdog::Instance().Remove(watched_.get());
  functions_.clear();
  added_.clear();
  forget_matches_.reset();
  global_.reset();
  JS_DestroyContext(context_);
}

// A request that is made before and during a call is answered at the next step.
bool Engine::CountStep(JSContext* context) {
  Engine& engine = Of(context);
  if (!engine.calling_) return true;
  if (++engine.steps_ > kMaxScriptSteps || engine.watched_->overdue()) return false;
  JS_RequestInterruptCallbackCanWait(context);
  return true;
}

bool Engine::Random(JSContext* context, unsigned argc, JS::Value* argv) {
  Engine& engine = Of(context);
  const uint64_t bits = MixHash(CombineHash(engine.moment_.seed, engine.randoms_++)) >> 11;
  JS::CallArgsFromVp(argc, argv).rval().setDouble(static_cast<double>(bits) * 0x1p-53);
  return true;
}

bool Engine::NoteGlobal(JSContext* context, JS::HandleObject, JS::HandleId id, JS::HandleValue) {
  Engine& engine = Of(context);
  if (engine.calling_) engine.added_.emplace_back(context, id);
  return true;
}

void Engine::MakeRealm() {
  static const JSClassOps kOps = {&Engine::NoteGlobal,
                                  nullptr,
                                  nullptr,
                                  JS_NewEnumerateStandardClasses,
                                  JS_ResolveStandardClass,
                                  JS_MayResolveStandardClass,
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  JS_GlobalObjectTraceHook};
  static const JSClass kGlobalClass = {"global", JSCLASS_GLOBAL_FLAGS, &kOps, nullptr, nullptr,
                                       nullptr};
  functions_.clear();
  added_.clear();
  global_ = nullptr;
  JS_GC(context_);  // of the realm before
  global_ = JS_NewGlobalObject(context_, &kGlobalClass, nullptr, JS::FireOnNewGlobalHook,
                               JS::RealmOptions());
  CHECK(global_ != nullptr);
  const JSAutoRealm realm(context_, global_);
  JS::RootedValue math(context_);
  CHECK(JS_GetProperty(context_, global_, "Math", &math));
  JS::RootedObject math_object(context_, &math.toObject());
  CHECK(JS_DefineFunction(context_, math_object, "random", &Engine::Random, 0, 0) != nullptr);
  JS::CompileOptions options(context_);
  options.setFileAndLine("prelude", 1);
  JS::SourceText<mozilla::Utf8Unit> text;
  CHECK(text.init(context_, kScriptPrelude, sizeof(kScriptPrelude) - 1,
                  JS::SourceOwnership::Borrowed));
  JS::RootedValue prelude(context_);
  CHECK(JS::Evaluate(context_, options, text, &prelude));
  JS::RootedValueArray<1> arguments(context_);
  arguments[0].setObject(*global_);
  CHECK(JS::Call(context_, JS::UndefinedHandleValue, prelude, arguments, &forget_matches_));
  bool fixed = false;
  CHECK(JS_SetImmutablePrototype(context_, global_, &fixed));
}

// Null with a pending exception if it does not compile.
JSFunction* Engine::Function(const Script& script) {
  const auto found = functions_.find(script.number());
  if (found != functions_.end()) return found->second;
  JS::CompileOptions options(context_);
  options.setFileAndLine(script.name().c_str(), 1);
  const std::string& body = script.body();
  JS::RootedString body_text(
      context_, JS_NewStringCopyUTF8N(context_, JS::UTF8Chars(body.data(), body.size())));
  JS::AutoStableStringChars chars(context_);
  if (body_text == nullptr || !chars.initTwoByte(context_, body_text)) return nullptr;
  JS::SourceText<char16_t> text;
  if (!text.init(context_, chars.twoByteRange().begin().get(), chars.twoByteRange().length(),
                 JS::SourceOwnership::Borrowed)) {
    return nullptr;
  }
  static constexpr const char* kParameters[] = {"data"};
  JS::RootedObjectVector scopes(context_);
  JS::RootedFunction function(
      context_,
      JS::CompileFunction(context_, scopes, options, script.name().c_str(), 1, kParameters, text));
  if (function == nullptr) return nullptr;
  // What a script could keep at its own function object.
  JS::RootedObject object(context_, JS_GetFunctionObject(function));
  JS::RootedValue prototype(context_);
  if (!JS_GetProperty(context_, object, "prototype", &prototype)) return nullptr;
  JS::RootedObject prototype_object(context_,
                                    prototype.isObject() ? &prototype.toObject() : object);
  if (!JS_FreezeObject(context_, prototype_object) || !JS_FreezeObject(context_, object)) {
    return nullptr;
  }
  functions_.emplace(script.number(), JS::PersistentRootedFunction(context_, function));
  return function;
}

std::optional<ScriptProblem> Engine::Compile(const Script& script) {
  const JSAutoRealm realm(context_, global_);
  if (Function(script) != nullptr) return std::nullopt;
  ScriptProblem problem;
  problem.message = TakeError(&problem);
  return problem;
}

// The pending exception as text; `problem` is given its place.
std::string Engine::TakeError(ScriptProblem* problem) {
  JS::ExceptionStack stack(context_);
  if (!JS_IsExceptionPending(context_) || !JS::StealPendingExceptionStack(context_, &stack)) {
    JS_ClearPendingException(context_);
    return "stopped";
  }
  JS::ErrorReportBuilder report(context_);
  if (!report.init(context_, stack, JS::ErrorReportBuilder::NoSideEffects)) {
    JS_ClearPendingException(context_);
    return "threw something that cannot be shown";
  }
  if (problem != nullptr) {
    // The function's head stands on a line of its own.
    problem->line = std::max(report.report()->lineno, 2u) - 1;
    problem->column = report.report()->column;
  }
  return report.toStringResult().c_str();
}

Result<Value> Engine::Call(const Script& script, std::span<const Value> data, Type result,
                           const ScriptMoment& moment) {
  const JSAutoRealm realm(context_, global_);
  moment_ = moment;
  steps_ = randoms_ = 0;
  failure_.clear();
  calling_ = true;
  watched_->Begin();
  JS_RequestInterruptCallbackCanWait(context_);
  Value value = Value::Null(result);
  const bool done = CallFunction(script, data, result, &value);
  watched_->End();
  calling_ = false;
  if (done) {
    CleanUp();
    return value;
  }
  std::string why = std::move(failure_);
  if (steps_ > kMaxScriptSteps) {
    why = "takes more than " + std::to_string(kMaxScriptSteps) + " steps (limits.script_steps)";
  } else if (watched_->overdue()) {
    why =
        "takes more than " + std::to_string(kMaxScriptSeconds) + " seconds (limits.script_seconds)";
  } else if (JS_IsThrowingOutOfMemory(context_)) {
    why = "needs more than " + std::to_string(kMaxScriptHeapBytes >> 20) +
          " MiB (limits.script_memory)";
  } else if (why.empty()) {
    why = TakeError();
  }
  const bool full = JS_IsThrowingOutOfMemory(context_);
  JS_ClearPendingException(context_);
  if (full) JS_GC(context_);  // the next call must find room
  CleanUp();
  return Status(StatusCode::kDataError, "script " + script.name() + ": " + why);
}

bool Engine::CallFunction(const Script& script, std::span<const Value> data, Type result,
                          Value* value) {
  JS::RootedFunction function(context_, Function(script));
  if (function == nullptr) return false;
  JS::RootedValueVector items(context_);
  JS::RootedValue item(context_);
  ScriptValues values(context_, &steps_, &failure_);
  for (const Value& argument : data) {
    if (!values.ToScript(argument, &item) || !items.append(item)) return false;
  }
  JS::RootedObject array(context_, JS::NewArrayObject(context_, items));
  if (array == nullptr) return false;
  JS::RootedValueArray<1> arguments(context_);
  arguments[0].setObject(*array);
  JS::RootedValue returned(context_);
  if (!JS_CallFunction(context_, nullptr, function, arguments, &returned)) return false;
  return values.FromScript(returned, result, value);
}

// Makes the realm as it was before the call; a new one if that cannot be.
void Engine::CleanUp() {
  JS::RootedValue nothing(context_);
  bool clean = JS_CallFunctionValue(context_, nullptr, forget_matches_,
                                    JS::HandleValueArray::empty(), &nothing);
  if (!added_.empty()) {
    for (JS::PersistentRootedId& id : added_) {
      JS::ObjectOpResult deleted;
      clean = clean && JS_DeletePropertyById(context_, global_, id, deleted) && deleted.ok();
    }
    added_.clear();
  }
  bool extensible = false;
  clean = clean && JS_IsExtensible(context_, global_, &extensible) && extensible;
  JS_ClearPendingException(context_);
  if (!clean) MakeRealm();
}

}  // namespace

bool Script::Available() { return true; }

std::shared_ptr<const Script> Script::Compile(std::string name, std::string body,
                                              ScriptProblem* problem) {
  auto script = std::make_shared<const Script>(std::move(name), std::move(body));
  if (auto found = Engine::OfThread().Compile(*script)) {
    *problem = std::move(*found);
    return nullptr;
  }
  return script;
}

Script::~Script() {
  if (Engine::Slot() != nullptr) Engine::Slot()->Forget(*this);
}

Result<Value> Script::Call(std::span<const Value> data, Type result,
                           const ScriptMoment& moment) const {
  return Engine::OfThread().Call(*this, data, result, moment);
}

}  // namespace weir

#endif  // WEIR_WITH_MOZJS
