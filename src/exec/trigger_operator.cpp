#include "exec/trigger_operator.h"

namespace weir {
namespace {

class TriggerOperator : public StepOperator {
 public:
  TriggerOperator(OrderPlace place, TriggerSpec spec)
      : StepOperator(place), spec_(spec), times_(Type::kLong) {}

  void Start(TimeMs now) override {
    if (spec_.at_start) {
      Arm(now, 0);
    } else {
      ArmNext(now);
    }
  }

 protected:
  // All is in the timers.
  void SaveStep(StateWriter&) const override {}
  void LoadStep(StateReader&) override {}

 private:
  void OnRows(int, const Chunk&, uint32_t, uint32_t) override { CHECK(false); }

  void OnTimer(const Timer& timer) override {
    times_.Append<int64_t>(now());
    meta_.Append(now(), RowKind::kCurrent, EmissionKey());
    if (!spec_.at_start) ArmNext(timer.due);
    if (meta_.size() >= kChunkRows) Flush();
  }

  void Flush() override {
    if (meta_.size() == 0) return;
    out()->push_back(meta_.Finish(TriggerSchema(), {times_.Finish()}));
  }

  void ArmNext(TimeMs after) {
    if (spec_.every_ms) {
      Arm(after + *spec_.every_ms, 0);
    } else if (const auto next = spec_.cron->NextAfter(after)) {
      Arm(*next, 0);
    }
  }

  TriggerSpec spec_;
  ColumnBuilder times_;
  RowMetaBuilder meta_;
};

}  // namespace

SchemaPtr TriggerSchema() {
  static const SchemaPtr schema =
      std::make_shared<const Schema>(std::vector<Attribute>{{"triggered_time", Type::kLong}});
  return schema;
}

std::unique_ptr<Operator> MakeTriggerOperator(OrderPlace place, TriggerSpec spec) {
  return std::make_unique<TriggerOperator>(place, spec);
}

}  // namespace weir
