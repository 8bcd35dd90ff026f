#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/hash.h"
#include "base/state_parts.h"
#include "catalog/registry.h"
#include "library/windows/row_key.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Manku and Motwani's lossy counting: counts are too low by at most error * events, and keys that
// cannot matter are dropped after each 1/error events.
class LossyFrequentWindow final : public Window {
 public:
  LossyFrequentWindow(double support, double error, std::vector<uint32_t> columns)
      : threshold_(support - error),
        bucket_width_(static_cast<uint64_t>(std::ceil(1 / error))),
        key_(std::move(columns)) {}

  void OnRow(RowId row, WindowContext& context) override {
    ++total_;
    const uint64_t bucket = (total_ + bucket_width_ - 1) / bucket_width_;
    const Counter& counter = Count(row, bucket, context);
    if (static_cast<double>(counter.count) >= threshold_ * static_cast<double>(total_)) {
      context.EmitCurrent(row);
    }
    if (total_ % bucket_width_ == 0) Prune(bucket, context);
  }

  // The keys are those of the rows.
  void Save(StateWriter& out) const override {
    out.Write(total_, next_number_);
    std::vector<Hashed<const Counter*>> counters;
    for (const auto& [key, counter] : counters_) counters.push_back({HashString(key), &counter});
    WriteHashed(out, std::move(counters), [](const Counter* counter, StateWriter& to) {
      to.Write(counter->count, counter->missed, counter->number, counter->row);
    });
  }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(total_, next_number_);
    ReadHashed(in, [&] {
      Counter counter{};
      in.Read(counter.count, counter.missed, counter.number);
      counter.row = rows.ReadId(in);
      if (!in.ok()) return;
      const bool added = counters_.emplace(std::string(key_.Of(counter.row, rows)), counter).second;
      in.Check(added, "a key is there twice");
    });
  }

 private:
  struct Counter {
    uint64_t count;
    uint64_t missed;  // how many events of the key may have gone uncounted
    uint64_t number;  // in order of first arrival
    RowId row;        // the last event of the key
  };

  const Counter& Count(RowId row, uint64_t bucket, WindowContext& context) {
    const std::string_view key = key_.Of(row, context.rows());
    context.FindAdd(row);
    const auto found = counters_.find(key);
    if (found == counters_.end()) {
      return counters_.emplace(std::string(key), Counter{1, bucket - 1, next_number_++, row})
          .first->second;
    }
    Counter& counter = found->second;
    ++counter.count;
    context.FindRemove(counter.row);
    context.Release(counter.row);
    counter.row = row;
    return counter;
  }

  void Prune(uint64_t bucket, WindowContext& context) {
    std::vector<Counter> gone;
    for (auto it = counters_.begin(); it != counters_.end();) {
      if (it->second.count + it->second.missed > bucket) {
        ++it;
        continue;
      }
      gone.push_back(it->second);
      it = counters_.erase(it);
    }
    std::sort(gone.begin(), gone.end(),
              [](const Counter& a, const Counter& b) { return a.number < b.number; });
    for (const Counter& counter : gone) {
      context.FindRemove(counter.row);
      context.EmitExpired(counter.row, context.now());
      context.Release(counter.row);
    }
  }

  double threshold_;
  uint64_t bucket_width_;
  RowKey key_;
  std::unordered_map<std::string, Counter, RowKeyHash, std::equal_to<>> counters_;
  uint64_t total_ = 0;
  uint64_t next_number_ = 0;
};

constexpr Parameter kSupport{"support.threshold", kFloating, Parameter::Form::kConstant};
constexpr Parameter kError{"error.bound", kFloating, Parameter::Form::kConstant};
constexpr Parameter kAttribute{"attribute", kAnyType, Parameter::Form::kAttribute,
                               /*repeats=*/true};

// Smaller ones make buckets of more events than any stream has.
constexpr double kLeastError = 1e-12;

Result<double> FractionArgument(const Parameter& parameter, const Argument& argument,
                                double least) {
  if (!argument.constant.has_value() || argument.constant->is_null()) {
    return Status::Invalid(std::string(parameter.name) + " must be a constant number");
  }
  const double fraction = argument.constant->AsDouble();
  if (!(fraction >= least && fraction <= 1)) {
    return Status::Invalid(std::string(parameter.name) + " must be above 0 and at most 1, not " +
                           argument.constant->ToText());
  }
  return fraction;
}

Result<std::unique_ptr<Window>> MakeLossyFrequentWindow(std::span<const Argument> arguments,
                                                        size_t) {
  const auto support = FractionArgument(kSupport, arguments[0], kLeastError * 10);
  if (!support.ok()) return support.status();
  double error = support.value() / 10;
  if (arguments.size() > 1) {
    const auto given = FractionArgument(kError, arguments[1], kLeastError);
    if (!given.ok()) return given.status();
    error = given.value();
  }
  std::vector<uint32_t> columns;
  for (size_t i = 2; i < arguments.size(); ++i) columns.push_back(*arguments[i].column);
  return std::unique_ptr<Window>(
      std::make_unique<LossyFrequentWindow>(support.value(), error, std::move(columns)));
}

}  // namespace

void RegisterLossyFrequentWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "lossyFrequent";
  spec.summary =
      "Passes events whose values of the given attributes, or all values, make up at least "
      "support.threshold of all events, counted with an error of at most error.bound (a tenth of "
      "the threshold); what became rare expires.";
  spec.example =
      "from Purchases#window.lossyFrequent(0.1, 0.01, cardNo) select cardNo insert into Frequent;";
  spec.overloads = {{kSupport}, {kSupport, kError}, {kSupport, kError, kAttribute}};
  spec.find_set = FindSet::kExplicit;
  spec.reads_whole_row = true;
  spec.make = MakeLossyFrequentWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
