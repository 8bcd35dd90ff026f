#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "base/state_parts.h"
#include "catalog/registry.h"
#include "library/windows/row_key.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Misra and Gries: a counter for each of so many keys; an event of another key takes one off each
// of them and gets the place of one that came down to nothing, or is dropped. All of that is paid
// for by the events that were counted, so it costs O(1) for each event.
class FrequentWindow final : public Window {
 public:
  FrequentWindow(size_t most, std::vector<uint32_t> columns)
      : most_(most), key_(std::move(columns)) {}

  void OnRow(RowId row, WindowContext& context) override {
    const std::string_view key = key_.Of(row, context.rows());
    const auto found = counters_.find(key);
    if (found != counters_.end()) {
      Counter& counter = found->second;
      ++counter.count;
      context.FindRemove(counter.row);
      context.Release(counter.row);
      counter.row = row;
    } else {
      if (counters_.size() >= most_) TakeOffEach(context);
      if (counters_.size() >= most_) {
        context.Release(row);
        return;
      }
      counters_.emplace(std::string(key), Counter{1, next_number_++, row});
    }
    context.FindAdd(row);
    context.EmitCurrent(row);
  }

  // The keys are those of the rows.
  void Save(StateWriter& out) const override {
    out.Write(next_number_);
    std::vector<Hashed<const Counter*>> counters;
    for (const auto& [key, counter] : counters_) counters.push_back({HashString(key), &counter});
    WriteHashed(out, std::move(counters), [](const Counter* counter, StateWriter& to) {
      to.Write(counter->count, counter->number, counter->row);
    });
  }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(next_number_);
    ReadHashed(in, [&] {
      Counter counter{};
      in.Read(counter.count, counter.number);
      counter.row = rows.ReadId(in);
      if (!in.ok()) return;
      const bool added = counters_.emplace(std::string(key_.Of(counter.row, rows)), counter).second;
      in.Check(added, "a key is there twice");
    });
  }

 private:
  struct Counter {
    uint64_t count;
    uint64_t number;  // in order of first arrival
    RowId row;        // the last event of the key
  };

  void TakeOffEach(WindowContext& context) {
    std::vector<Counter> gone;
    for (auto it = counters_.begin(); it != counters_.end();) {
      if (--it->second.count > 0) {
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

  size_t most_;
  RowKey key_;
  std::unordered_map<std::string, Counter, RowKeyHash, std::equal_to<>> counters_;
  uint64_t next_number_ = 0;
};

constexpr Parameter kEventCount{"event.count", kIntOrLong, Parameter::Form::kConstant};
constexpr Parameter kAttribute{"attribute", kAnyType, Parameter::Form::kAttribute,
                               /*repeats=*/true};

Result<std::unique_ptr<Window>> MakeFrequentWindow(std::span<const Argument> arguments, size_t) {
  const auto most = NumberArgument(kEventCount, arguments[0], 1);
  if (!most.ok()) return most.status();
  std::vector<uint32_t> columns;
  for (const Argument& argument : arguments.subspan(1)) columns.push_back(*argument.column);
  return std::unique_ptr<Window>(
      std::make_unique<FrequentWindow>(static_cast<size_t>(most.value()), std::move(columns)));
}

}  // namespace

void RegisterFrequentWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "frequent";
  spec.summary =
      "Holds the last event of each of the event.count most frequent values of the given "
      "attributes, or of whole events, as Misra and Gries count them; other events are dropped.";
  spec.example =
      "from Purchases#window.frequent(10, cardNo) select cardNo, price insert into Frequent;";
  spec.overloads = {{kEventCount}, {kEventCount, kAttribute}};
  spec.find_set = FindSet::kExplicit;
  spec.reads_whole_row = true;
  spec.make = MakeFrequentWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
