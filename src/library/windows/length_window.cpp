#include "catalog/registry.h"
#include "library/windows/row_queue.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class LengthWindow final : public Window {
 public:
  explicit LengthWindow(size_t length) : length_(length) {}

  void OnRow(RowId row, WindowContext& context) override {
    if (length_ == 0) {
      context.EmitCurrent(row);
      context.EmitExpired(row, context.rows().timestamp(row));
      context.EmitReset(context.now());
      context.Release(row);
      return;
    }
    if (rows_.size() == length_) {
      const RowId oldest = rows_.PopFront();
      context.EmitExpired(oldest, context.now());
      context.Release(oldest);
    }
    rows_.PushBack(row);
    context.EmitCurrent(row);
  }

  RowId Likely() const override { return rows_.size() == length_ ? rows_.front() : kNoRow; }
  bool passes_current() const override { return length_ > 0; }

  void Save(StateWriter& out) const override { out.Write(rows_); }
  void Load(StateReader& in, const RowStore& rows) override {
    rows_.Load(in, rows);
    in.Check(rows_.size() <= length_, "there are more rows than the window holds");
  }

 private:
  size_t length_;
  RowQueue rows_;
};

}  // namespace

void RegisterLengthWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "length";
  spec.summary = "Holds the last window.length events; each new event pushes out the oldest.";
  spec.example =
      "from Trades#window.length(10) select symbol, avg(price) as price insert into Averages;";
  spec.overloads = {{kWindowLength}};
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto length = NumberArgument(kWindowLength, arguments[0], 0);
    if (!length.ok()) return length.status();
    return std::unique_ptr<Window>(std::make_unique<LengthWindow>(length.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
