#include "exec/lookup_operator.h"

#include <deque>
#include <utility>

#include "exec/serves_all_keys.h"

namespace weir {
namespace {

class LookupOperator final : public StepOperator, public ServesAllKeys {
 public:
  LookupOperator(const SchemaPtr& rows, std::vector<LookupSpec> lookups, SchemaPtr output)
      : StepOperator(OrderPlace()), output_(std::move(output)) {
    for (LookupSpec& spec : lookups) {
      lookups_.emplace_back(rows, std::move(spec));
      AddPorts(&lookups_.back(), &ports_);
    }
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (port > 0) {
      ports_[port - 1].Change(chunk, begin, end, timeline());
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

  void SaveStep(StateWriter& out) const override {
    for (const TableLookup& lookup : lookups_) lookup.Save(out);
  }
  void LoadStep(StateReader& in) override {
    for (TableLookup& lookup : lookups_) lookup.Load(in);
  }

 private:
  SchemaPtr output_;
  std::deque<TableLookup> lookups_;
  std::vector<LookupPort> ports_;  // from port 1 on
};

class LookupTableOperator final : public Operator, public ServesAllKeys {
 public:
  LookupTableOperator(std::shared_ptr<TableLookup> lookup, size_t table)
      : lookup_(std::move(lookup)), table_(table) {}

  void Process(const EpochInput& in, std::vector<Chunk>*) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      lookup_->Change(table_, chunk, 0, chunk.size(), in.timeline);
    }
    lookup_->Unload();
  }
  void Save(StateWriter& out) const override {
    if (table_ == 0) lookup_->Save(out);
  }
  void Load(StateReader& in) override {
    if (table_ == 0) lookup_->Load(in);
  }

 private:
  std::shared_ptr<TableLookup> lookup_;
  size_t table_;
};

}  // namespace

std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output) {
  return std::make_unique<LookupOperator>(rows, std::move(lookups), std::move(output));
}

std::unique_ptr<Operator> MakeLookupTableOperator(std::shared_ptr<TableLookup> lookup,
                                                  size_t table) {
  return std::make_unique<LookupTableOperator>(std::move(lookup), table);
}

}  // namespace weir
