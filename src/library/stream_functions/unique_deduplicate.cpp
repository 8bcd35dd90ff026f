#include <deque>
#include <string>
#include <unordered_set>

#include "catalog/registry.h"

namespace weir {
namespace {

// Keys are compared as texts, whatever their type.
class Deduplicate final : public StreamFunction {
 public:
  explicit Deduplicate(TimeMs interval) : interval_(interval) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    if (row.IsNull(0)) {
      out.Fail("unique:deduplicate(): the key is null");
      return;
    }
    while (!passed_.empty() && row.timestamp() - passed_.front().timestamp > interval_) {
      keys_.erase(passed_.front().key);
      passed_.pop_front();
      ++gone_;
    }
    std::string key = row.GetValue(0).ToText();
    if (!keys_.insert(key).second) return;
    passed_.push_back({row.timestamp(), std::move(key)});
    out.Emit();
  }

  void Save(StateWriter& out) const override {
    out.WriteSequence<Passed>(gone_, passed_.size(),
                              [&](size_t i) -> const Passed& { return passed_[i]; });
  }
  void Load(StateReader& in) override {
    gone_ = in.ReadSequence<Passed>([&](Passed passed) {
      in.Check(keys_.insert(passed.key).second, "a key is there twice");
      passed_.push_back(std::move(passed));
    });
  }

 private:
  struct Passed {
    TimeMs timestamp;
    std::string key;
    void Save(StateWriter& out) const { out.Write(timestamp, key); }
    void Load(StateReader& in) { in.Read(timestamp, key); }
  };

  const TimeMs interval_;
  std::deque<Passed> passed_;  // in the order they came
  uint64_t gone_ = 0;          // how many have left passed_
  std::unordered_set<std::string> keys_;
};

}  // namespace

void RegisterUniqueDeduplicate(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "unique:deduplicate";
  spec.summary =
      "Drops events whose key was seen in an event that passed no longer than time.interval ago.";
  spec.example = "from Clicks#unique:deduplicate(user, 30 sec) select * insert into FirstClicks;";
  spec.overloads = {{{"unique.key", kAnyType & ~kObjectOnly},
                     {"time.interval", kIntOrLong, Parameter::Form::kConstant}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundStreamFunction> {
    if (arguments[1].constant->is_null()) {
      return Status::Invalid("unique:deduplicate(): time.interval must be a time");
    }
    BoundStreamFunction bound;
    bound.make = [interval = arguments[1].constant->AsLong()](const StreamFunctionPlace&) {
      return std::make_unique<Deduplicate>(interval);
    };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
