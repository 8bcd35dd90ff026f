#include "exec/lookup_operator.h"

#include <deque>
#include <utility>

namespace weir {
namespace {

class LookupOperator final : public StepOperator {
 public:
  LookupOperator(const SchemaPtr& rows, std::vector<LookupSpec> lookups, SchemaPtr output)
      : StepOperator(OrderPlace()), output_(std::move(output)) {
    for (LookupSpec& spec : lookups) lookups_.emplace_back(rows, std::move(spec));
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (port > 0) {
      lookups_[port - 1].Change(chunk, begin, end, timeline());
      return;
    }
    const Chunk rows = chunk.Slice(begin, end);
    std::vector<ColumnPtr> columns = rows.columns();
    for (TableLookup& lookup : lookups_) columns.push_back(lookup.Ask(rows, timeline()));
    out()->push_back(rows.WithColumns(output_, std::move(columns)));
  }

  void Flush() override {
    for (TableLookup& lookup : lookups_) lookup.Unload();
  }

 private:
  SchemaPtr output_;
  std::deque<TableLookup> lookups_;
};

}  // namespace

std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output) {
  return std::make_unique<LookupOperator>(rows, std::move(lookups), std::move(output));
}

}  // namespace weir
