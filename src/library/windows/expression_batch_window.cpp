#include <vector>

#include "catalog/registry.h"
#include "library/windows/condition_text.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// A constant bool, or what each event says in an attribute; null is false.
struct Switch {
  std::optional<uint32_t> column;
  bool constant = false;

  bool Of(RowId row, const RowStore& rows) const {
    if (!column.has_value()) return constant;
    return rows.IsValid(*column, row) && rows.Get<bool>(*column, row);
  }
};

struct ExpressionBatchParameters {
  Switch include_trigger;  // the event that ends a batch belongs to it
  bool stream_current = false;
};

// Collects events as long as a condition is true of them; each batch is a chunk of its own.
class ExpressionBatchWindow final : public Window {
 public:
  ExpressionBatchWindow(ConditionText text, ExpressionBatchParameters parameters)
      : text_(std::move(text)), parameters_(parameters) {}

  void OnRow(RowId row, WindowContext& context) override {
    const ConditionText::Change change = text_.Take(row, context.rows());
    if (change == ConditionText::Change::kNone) {
      context.Release(row);
      return;
    }
    if (parameters_.stream_current) context.NextEmission();
    if (change == ConditionText::Change::kNew) {
      std::vector<RowId> rows;
      rows.swap(batch_);
      for (RowId old : rows) {
        context.FindRemove(old);
        Take(old, /*arrives=*/false, context);
      }
    }
    Take(row, /*arrives=*/true, context);
  }

  void Save(StateWriter& out) const override { out.Write(text_, batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    in.Read(text_);
    rows.ReadIds(in, &batch_);
    rows.ReadIds(in, &previous_);
  }

 private:
  // `arrives`: not seen before, so that it passes as current if events pass at once.
  void Take(RowId row, bool arrives, WindowContext& context) {
    const bool passes = arrives && parameters_.stream_current;
    if (Add(row, context)) {
      if (passes) context.EmitCurrent(row);
      return;
    }
    if (batch_.size() > 1) {
      if (parameters_.include_trigger.Of(row, context.rows())) {
        if (passes) context.EmitCurrent(row);
        EndBatch(context);
        return;
      }
      RemoveLast(context);
      EndBatch(context);
      if (Add(row, context)) {
        if (passes) context.EmitCurrent(row);
        return;
      }
    }
    RemoveLast(context);
    PassAlone(row, passes, context);
  }

  // True if the condition holds with the row.
  bool Add(RowId row, WindowContext& context) {
    batch_.push_back(row);
    context.FindAdd(row);
    text_.condition().Add(row, context.rows(), context.now());
    return text_.condition().Holds(batch_.front(), row, context.rows(), context.now());
  }
  // The condition's run is given up with it.
  void RemoveLast(WindowContext& context) {
    context.FindRemove(batch_.back());
    batch_.pop_back();
    text_.condition().Clear();
  }

  void EndBatch(WindowContext& context) {
    text_.condition().Clear();
    if (parameters_.stream_current) {
      for (RowId row : batch_) Expire(row, context);
      batch_.clear();
      return;
    }
    context.NextEmission();
    ExpirePrevious(context);
    for (RowId row : batch_) {
      context.FindRemove(row);
      context.EmitCurrent(row, context.now());
    }
    previous_.swap(batch_);
  }

  // An event for which the condition is false even alone.
  void PassAlone(RowId row, bool passes, WindowContext& context) {
    if (parameters_.stream_current) {
      if (passes) context.EmitCurrent(row);
      context.EmitExpired(row, context.rows().timestamp(row));
    } else {
      context.NextEmission();
      ExpirePrevious(context);
      context.EmitCurrent(row, context.now());
      context.EmitExpired(row, context.now());
    }
    context.Release(row);
  }

  void ExpirePrevious(WindowContext& context) {
    for (RowId row : previous_) {
      context.EmitExpired(row, context.now());
      context.Release(row);
    }
    previous_.clear();
  }
  void Expire(RowId row, WindowContext& context) {
    context.FindRemove(row);
    context.EmitExpired(row, context.now());
    context.Release(row);
  }

  ConditionText text_;
  ExpressionBatchParameters parameters_;
  std::vector<RowId> batch_;
  std::vector<RowId> previous_;  // the last ended batch; empty if events pass at once
};

constexpr Parameter kExpression{"expression", kStringOnly};
constexpr Parameter kIncludeTrigger{"include.triggering.event", kBoolOnly};

Result<std::unique_ptr<Window>> MakeExpressionBatchWindow(
    std::span<const Argument> arguments, std::shared_ptr<const ConditionCompiler> compiler) {
  auto text = ConditionText::Make(arguments[0], std::move(compiler));
  if (!text.ok()) return text.status();
  ExpressionBatchParameters parameters;
  if (arguments.size() > 1) {
    parameters.include_trigger.column = arguments[1].column;
    if (!arguments[1].column.has_value()) {
      const auto given = BoolArgument(kIncludeTrigger, arguments[1]);
      if (!given.ok()) return given.status();
      parameters.include_trigger.constant = given.value();
    }
  }
  if (arguments.size() > 2) {
    const auto given = BoolArgument(kStreamCurrentEvent, arguments[2]);
    if (!given.ok()) return given.status();
    parameters.stream_current = given.value();
  }
  return std::unique_ptr<Window>(
      std::make_unique<ExpressionBatchWindow>(std::move(text).value(), parameters));
}

}  // namespace

void RegisterExpressionBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "expressionBatch";
  spec.summary =
      "Collects events as long as an expression is true of them, then emits them as one batch; "
      "the event that made it false begins the next batch, or ends this one with "
      "include.triggering.event.";
  spec.example =
      "from Trades#window.expressionBatch('last.symbol == first.symbol') select symbol, "
      "sum(volume) as volume insert into Runs;";
  spec.overloads = {{kExpression},
                    {kExpression, kIncludeTrigger},
                    {kExpression, kIncludeTrigger, kStreamCurrentEvent}};
  spec.multi_emitter = true;
  spec.find_set = FindSet::kExplicit;  // the batch being collected
  spec.reads_whole_row = true;
  spec.make_conditional = MakeExpressionBatchWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
