#include "catalog/registry.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class UniqueLengthWindow final : public Window {
 public:
  UniqueLengthWindow(uint32_t key_column, size_t length) : length_(length), rows_({key_column}) {}

  void OnRow(RowId row, WindowContext& context) override {
    RowId gone = rows_.RemoveKeyOf(row, context.rows());
    if (gone == kNoRow && rows_.size() == length_) gone = rows_.PopFront(context.rows());
    if (gone != kNoRow) {
      context.EmitExpired(gone, context.now());
      context.Release(gone);
    }
    rows_.Append(row, context.rows());
    context.EmitCurrent(row);
  }

  bool passes_current() const override { return true; }

  void Save(StateWriter& out) const override { out.Write(rows_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows_.Load(in, rows);
    in.Check(rows_.size() <= length_, "there are more rows than the window holds");
  }

 private:
  size_t length_;
  LatestRows rows_;
};

}  // namespace

void RegisterUniqueLengthWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:length";
  spec.summary =
      "Holds the latest event of each of the last window.length values of unique.key; a new event "
      "makes the one of its key expire, or else the oldest.";
  spec.example =
      "from Trades#window.unique:length(symbol, 10) select sum(volume) as volume insert into Sums;";
  spec.overloads = {{kUniqueKey, kWindowLength}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto length = NumberArgument(kWindowLength, arguments[1], 1);
    if (!length.ok()) return length.status();
    return std::unique_ptr<Window>(
        std::make_unique<UniqueLengthWindow>(*arguments[0].column, length.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
