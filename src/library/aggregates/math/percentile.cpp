#include <bit>
#include <cmath>
#include <set>

#include "base/hash.h"
#include "base/state_parts.h"
#include "catalog/registry.h"
#include "library/aggregates/row_aggregate.h"

namespace weir {
namespace {

// By value; -0.0 before 0.0 and NaN last.
struct TotalOrder {
  bool operator()(double a, double b) const {
    if (a < b) return true;
    if (a > b) return false;
    if (a == b) return std::signbit(a) && !std::signbit(b);
    return !std::isnan(a) && std::isnan(b);
  }
};

// All values in order, cut in two behind the one that the percentile asks for: a row moves the cut
// by at most one value.
class Percentile {
 public:
  using Settings = double;  // which one, above 0 and at most 100

  void Add(const AggregateInput& in, uint32_t row, Settings) {
    if (!in.arguments[0]->IsValid(row)) return;
    const double value = Read(*in.arguments[0], row);
    const bool low = !low_.empty() && !TotalOrder()(*low_.rbegin(), value);
    (low ? low_ : high_).insert(value);
  }

  void Remove(const AggregateInput& in, uint32_t row, Settings) {
    if (!in.arguments[0]->IsValid(row)) return;
    const double value = Read(*in.arguments[0], row);
    auto at = low_.find(value);
    if (at != low_.end()) {
      low_.erase(at);
    } else if (at = high_.find(value); at != high_.end()) {
      high_.erase(at);
    }
  }

  void Write(const AggregateInput&, uint32_t row, Settings percent, Column* out) {
    double& value = out->mutable_values<double>()[row];
    value = 0;
    const size_t count = low_.size() + high_.size();
    if (count == 0) return out->SetNull(row);
    const double place = percent * static_cast<double>(count) / 100;
    const bool between = std::floor(place) == place;
    const auto rank = static_cast<size_t>(between ? place : std::floor(place + 0.5));
    Cut(std::min(std::max<size_t>(rank, 1), count));
    value = *low_.rbegin();
    if (between && !high_.empty() && rank > 0) value = (value + *high_.begin()) / 2;
  }

  bool IsNew() const { return low_.empty() && high_.empty(); }

  // Where the cut is makes no difference. Equal values are counted, some at a time, so that what
  // is loaded is not much more than what is read.
  void Save(StateWriter& out) const {
    std::vector<Hashed<std::pair<double, uint64_t>>> runs;
    uint64_t equal = 0;
    for (const auto* values : {&low_, &high_}) {
      for (const double value : *values) {
        const bool again = !runs.empty() && !TotalOrder()(runs.back().value.first, value);
        equal = again ? equal + 1 : 0;
        if (equal % kRun == 0) {
          runs.push_back({CombineHash(std::bit_cast<uint64_t>(value), equal / kRun), {value, 0}});
        }
        ++runs.back().value.second;
      }
    }
    WriteHashed(out, std::move(runs),
                [](const auto& run, StateWriter& to) { to.Write(run.first, run.second); });
  }
  void Load(StateReader& in) {
    ReadHashed(in, [&] {
      const auto [value, count] = in.Get<std::pair<double, uint64_t>>();
      if (!in.Check(count <= kRun, "too many equal values")) return;
      for (uint64_t i = 0; i < count; ++i) high_.insert(value);
    });
  }

 private:
  static constexpr uint64_t kRun = 64;

  static double Read(const Column& column, uint32_t row) {
    switch (column.type()) {
      case Type::kInt:
        return column.values<int32_t>()[row];
      case Type::kLong:
        return static_cast<double>(column.values<int64_t>()[row]);
      case Type::kFloat:
        return column.values<float>()[row];
      default:
        return column.values<double>()[row];
    }
  }

  void Cut(size_t rank) {
    while (low_.size() > rank) {
      const auto last = std::prev(low_.end());
      high_.insert(high_.begin(), *last);
      low_.erase(last);
    }
    while (low_.size() < rank) {
      low_.insert(low_.end(), *high_.begin());
      high_.erase(high_.begin());
    }
  }

  std::multiset<double, TotalOrder> low_;
  std::multiset<double, TotalOrder> high_;
};

}  // namespace

void RegisterPercentile(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "math:percentile",
      .summary = "The p-th percentile of all values that are not null (p above 0, at most 100): "
                 "the value at p percent of their number, rounded, or the mean of that one and the "
                 "next where no rounding was needed; null when there are none.",
      .example = "from Trades#window.length(100) select math:percentile(price, 97.0) as p97 "
                 "insert into Percentiles;",
      .overloads =
          {{{.name = "arg", .types = kNumeric},
            {.name = "p", .types = OneType(Type::kDouble), .form = Parameter::Form::kConstant}}},
      .check =
          [](std::span<const Argument> arguments) {
            const Value& p = *arguments[1].constant;
            if (!p.is_null() && p.double_value() > 0 && p.double_value() <= 100) {
              return Status::Ok();
            }
            return Status::Invalid("math:percentile(): p must be above 0 and at most 100, not " +
                                   p.ToText());
          },
      .result_type = [](std::span<const Argument>) { return Type::kDouble; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return MakeRowAggregator<Percentile>(arguments[1].constant->double_value());
          },
  });
}

}  // namespace weir
