#include "base/ring.h"
#include "catalog/registry.h"
#include "library/windows/condition_text.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Holds the longest run of last events for which a condition is true.
class ExpressionWindow final : public Window {
 public:
  explicit ExpressionWindow(ConditionText text) : text_(std::move(text)) {}

  void OnRow(RowId row, WindowContext& context) override {
    const ConditionText::Change change = text_.Take(row, context.rows());
    if (change == ConditionText::Change::kNone) {
      context.Release(row);
      return;
    }
    if (change == ConditionText::Change::kNew) AddAgain(context);
    Add(row, context);
    while (rows_.size() > 1 && !Holds(context)) ExpireOldest(context);
    context.EmitCurrent(row);
    if (!Holds(context)) ExpireOldest(context);  // not even for the event alone
  }

  void Save(StateWriter& out) const override { out.Write(text_, rows_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(text_);
    rows.ReadIds(in, &rows_);
  }

 private:
  void Add(RowId row, WindowContext& context) {
    rows_.PushBack(row);
    text_.condition().Add(row, context.rows(), context.now());
  }
  bool Holds(WindowContext& context) {
    return text_.condition().Holds(rows_.front(), rows_.back(), context.rows(), context.now());
  }
  void ExpireOldest(WindowContext& context) {
    const RowId row = rows_.PopFront();
    text_.condition().Remove(row, context.rows(), context.now());
    context.EmitExpired(row, context.now());
    context.Release(row);
  }
  void AddAgain(WindowContext& context) {
    Ring<RowId> rows;
    std::swap(rows, rows_);
    while (!rows.empty()) {
      Add(rows.PopFront(), context);
      while (!rows_.empty() && !Holds(context)) ExpireOldest(context);
    }
  }

  ConditionText text_;
  Ring<RowId> rows_;
};

constexpr Parameter kExpression{"expression", kStringOnly};

}  // namespace

void RegisterExpressionWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "expression";
  spec.summary =
      "Holds the last events for which an expression is true; it may look at the first and the "
      "last of them and at aggregates of all. An attribute may give it; events whose expression "
      "is not valid are dropped.";
  spec.example =
      "from Trades#window.expression('sum(volume) < 1000 and last.price <= first.price * 1.1') "
      "select symbol, price insert into Calm;";
  spec.overloads = {{kExpression}};
  spec.reads_whole_row = true;
  spec.make_conditional =
      [](std::span<const Argument> arguments,
         std::shared_ptr<const ConditionCompiler> compiler) -> Result<std::unique_ptr<Window>> {
    auto text = ConditionText::Make(arguments[0], std::move(compiler));
    if (!text.ok()) return text.status();
    return std::unique_ptr<Window>(std::make_unique<ExpressionWindow>(std::move(text).value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
