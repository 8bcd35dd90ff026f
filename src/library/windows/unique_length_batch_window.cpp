#include "catalog/registry.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Collects one event of each key until there are so many keys. Each batch is a chunk of its own;
// joins and look-ups see the batch that is being collected.
class UniqueLengthBatchWindow final : public Window {
 public:
  UniqueLengthBatchWindow(uint32_t key_column, UniqueBatch::Keep keep, size_t length)
      : length_(length), batch_({key_column}, keep) {}

  void OnRow(RowId row, WindowContext& context) override {
    const RowId dropped = batch_.Add(row, context.rows());
    if (dropped != row) {
      if (dropped != kNoRow) context.FindRemove(dropped);
      context.FindAdd(row);
    }
    if (dropped != kNoRow) context.Release(dropped);
    if (batch_.size() < length_) return;
    context.NextEmission();
    for (RowId old : previous_) {
      context.EmitExpired(old, context.now());
      context.Release(old);
    }
    previous_.clear();
    context.EmitReset(context.now());
    for (RowId current : batch_.rows()) {
      context.FindRemove(current);
      context.EmitCurrent(current, context.now());
      if (!context.needs_expired()) context.Release(current);
    }
    if (context.needs_expired()) previous_ = batch_.rows();
    batch_.Clear();
  }

  void Save(StateWriter& out) const override { out.Write(batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    batch_.Load(in, rows);
    rows.ReadIds(in, &previous_);
  }

 private:
  size_t length_;
  UniqueBatch batch_;
  std::vector<RowId> previous_;  // the last completed batch, if someone wants it to expire
};

void Register(const char* name, const char* summary, const char* example, UniqueBatch::Keep keep,
              Registry* registry) {
  WindowSpec spec;
  spec.name = name;
  spec.summary = summary;
  spec.example = example;
  spec.overloads = {{kUniqueKey, kWindowLength}};
  spec.batch = true;
  spec.multi_emitter = true;
  spec.find_set = FindSet::kExplicit;
  spec.make = [keep](std::span<const Argument> arguments,
                     size_t) -> Result<std::unique_ptr<Window>> {
    const auto length = NumberArgument(kWindowLength, arguments[1], 1);
    if (!length.ok()) return length.status();
    return std::unique_ptr<Window>(
        std::make_unique<UniqueLengthBatchWindow>(*arguments[0].column, keep, length.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterUniqueLengthBatchWindow(Registry* registry) {
  Register(
      "unique:lengthBatch",
      "Collects the latest event of each value of unique.key and emits them as one batch when "
      "there are window.length values.",
      "from Trades#window.unique:lengthBatch(symbol, 3) select symbol, price insert into Last;",
      UniqueBatch::Keep::kLatest, registry);
  Register("unique:firstLengthBatch",
           "Collects the first event of each value of unique.key and emits them as one batch when "
           "there are window.length values; other events are dropped.",
           "from Trades#window.unique:firstLengthBatch(symbol, 3) select symbol, price "
           "insert into First;",
           UniqueBatch::Keep::kFirst, registry);
}

}  // namespace weir
