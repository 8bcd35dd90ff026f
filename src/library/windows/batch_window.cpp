#include <vector>

#include "catalog/registry.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class BatchWindow final : public Window {
 public:
  // `length` 0: a whole arriving chunk is one batch.
  explicit BatchWindow(size_t length) : length_(length) {}

  void OnRow(RowId row, WindowContext&) override { batch_.push_back(row); }

  void OnEmissionEnd(WindowContext& context) override {
    for (RowId row : previous_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    previous_.clear();
    for (size_t i = 0; i < batch_.size(); ++i) {
      const bool starts_part = i == 0 || (length_ > 0 && i % length_ == 0);
      if (starts_part) {
        if (i > 0) context.NextEmission();
        if (emitted_before_) context.EmitReset(context.now());
        emitted_before_ = true;
      }
      context.EmitCurrent(batch_[i]);
      if (!context.needs_expired()) context.Release(batch_[i]);
    }
    if (context.needs_expired()) previous_.swap(batch_);
    batch_.clear();
  }

  void Save(StateWriter& out) const override { out.Write(emitted_before_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(emitted_before_);
    rows.ReadIds(in, &previous_);
  }

 private:
  size_t length_;
  bool emitted_before_ = false;
  std::vector<RowId> batch_;
  std::vector<RowId> previous_;  // all of the last chunk, if someone wants it to expire
};

}  // namespace

void RegisterBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "batch";
  spec.summary =
      "Makes each arriving chunk of events a batch, or several of at most window.length events.";
  spec.example =
      "from Baskets#window.batch() select item, count() as n group by item insert into Counts;";
  spec.overloads = {{}, {kWindowLength}};
  spec.batch = true;
  spec.multi_emitter = true;
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    size_t length = 0;
    if (!arguments.empty()) {
      const auto given = NumberArgument(kWindowLength, arguments[0], 0);
      if (!given.ok()) return given.status();
      length = given.value();
    }
    return std::unique_ptr<Window>(std::make_unique<BatchWindow>(length));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
