#include <algorithm>

#include "pattern/match_output.h"
#include "pattern/pattern_machine.h"
#include "pattern/pattern_spec.h"

namespace weir {
namespace {

// After so many rows in a row that fit no state of a sequence, one more changes nothing.
constexpr int kRowsToRest = 3;

class PatternOperator final : public StepOperator, private MachineHost {
 public:
  PatternOperator(OrderPlace place, std::shared_ptr<const Automaton> automaton)
      : StepOperator(place),
        automaton_(std::move(automaton)),
        steps_by_row_(automaton_->has_absent || automaton_->gives_expired ||
                      automaton_->lateness_ms >= 0),
        machine_(*automaton_, this),
        output_(*automaton_),
        chunks_(automaton_->streams.size()) {
    for (uint32_t s = 0; s < automaton_->states.size(); ++s) MakeLookups(s);
  }

  void Start(TimeMs now) override { machine_.Start(now); }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    const auto p = static_cast<uint32_t>(port);
    if (p >= chunks_.size()) {
      lookup_ports_[p - chunks_.size()].Change(chunk, begin, end, timeline());
      return;
    }
    if (machine_.finished()) return;
    if (begin == 0 || chunks_[p] != &chunk) {
      chunks_[p] = &chunk;
      machine_.Attach(p, &chunk, &timeline());
    }
    chunk_ = &chunk;
    has_step_ = false;
    if (steps_by_row_) {
      FeedWithTimers(p, begin, end);
    } else if (automaton_->sequence) {
      FeedSequence(p, begin, end);
    } else {
      FeedPattern(p, begin, end);
    }
  }

  void OnTimer(const Timer& timer) override {
    row_ = kNoRow;
    machine_.OnTimer(now(), timer.payload);
  }

  void Flush() override {
    for (uint32_t p = 0; p < chunks_.size(); ++p) {
      machine_.Attach(p, nullptr, nullptr);
      chunks_[p] = nullptr;
    }
    for (const auto& lookup : lookups_) lookup->Unload();
    TakeOutput();
  }

  void SaveStep(StateWriter& out) const override {
    out.Write(machine_, idle_port_, idle_rows_);
    for (const auto& lookup : lookups_) lookup->Save(out);
  }
  void LoadStep(StateReader& in) override {
    in.Read(machine_, idle_port_, idle_rows_);
    for (const auto& lookup : lookups_) lookup->Load(in);
  }

 private:
  // Those of a state; what is kept for all keys of a partition elsewhere has no ports here.
  void MakeLookups(uint32_t s) {
    const AutomatonState& state = automaton_->states[s];
    std::vector<std::shared_ptr<TableLookup>> lookups = state.shared_lookups;
    for (size_t i = lookups.size(); i < state.lookups.size(); ++i) {
      lookups.push_back(std::make_shared<TableLookup>(state.lookup_rows, state.lookups[i]));
      AddPorts(lookups.back().get(), &lookup_ports_);
      lookups_.push_back(lookups.back());
    }
    machine_.set_lookups(s, lookups);
  }

  // Only rows that pass what some waiting state asks of the event alone are offered.
  void FeedPattern(uint32_t port, uint32_t begin, uint32_t end) {
    uint32_t next = begin;
    while (true) {
      const uint32_t row = machine_.Relevant(port).Next(next, end);
      Skip(port, next, row);
      if (row == end) return;
      OfferRow(port, row);
      next = row + 1;
      if (machine_.finished()) return;
    }
  }

  void FeedSequence(uint32_t port, uint32_t begin, uint32_t end) {
    for (uint32_t row = begin; row < end; ++row) {
      if (!IsEvent(row)) continue;
      if (machine_.MayMatch(port, row)) {
        idle_rows_ = 0;
      } else if (port == idle_port_ && idle_rows_ >= kRowsToRest) {
        LetTimePass(row, row + 1);
        continue;
      } else {
        idle_rows_ = port == idle_port_ ? idle_rows_ + 1 : 1;
        idle_port_ = port;
      }
      OfferRow(port, row);
      if (machine_.finished()) return;
    }
  }

  // Rows that a named window pushes out are events like those that it takes in.
  bool IsEvent(uint32_t row) const {
    const RowKind kind = chunk_->kind(chunk_->Row(row));
    return kind == RowKind::kCurrent || kind == RowKind::kExpired;
  }

  void OfferRow(uint32_t port, uint32_t row) {
    if (!IsEvent(row)) return;
    row_ = row;
    machine_.Offer(port, row);
    if (output_.size() >= kChunkRows) TakeOutput();
  }

  // A timer before a row may decide whether the row matters.
  void FeedWithTimers(uint32_t port, uint32_t begin, uint32_t end) {
    for (uint32_t row = begin; row < end; ++row) {
      row_ = row;
      EnterStep();
      if (automaton_->sequence || machine_.Relevant(port).Test(row)) {
        OfferRow(port, row);
      } else {
        Skip(port, row, row + 1);
      }
      if (output_.size() >= kChunkRows) TakeOutput();
    }
  }

  // What rows [begin, end) do although they fit no state: newcomers take their places.
  void Skip(uint32_t port, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    machine_.Update(port);
    LetTimePass(begin, end);
  }

  void LetTimePass(uint32_t begin, uint32_t end) {
    if (automaton_->within_ms < 0) return;
    TimeMs latest = chunk_->timestamp(chunk_->Row(begin));
    TimeMs earliest = latest;
    for (uint32_t row = begin + 1; row < end; ++row) {
      const TimeMs timestamp = chunk_->timestamp(chunk_->Row(row));
      latest = std::max(latest, timestamp);
      earliest = std::min(earliest, timestamp);
    }
    machine_.Expire(latest);
    if (earliest != latest) machine_.Expire(earliest);
  }

  // Begins the step of the row's emission, once for all its rows.
  void EnterStep() {
    const OrderKey key = chunk_->KeyAt(row_);
    if (has_step_ && key == step_key_) return;
    step_key_ = key;
    has_step_ = true;
    const uint32_t row = row_;
    BeginStep(key);
    row_ = row;
  }

  void OnMatch(const PartialStore& partials, PartialId id) override {
    if (row_ != kNoRow && !steps_by_row_) EnterStep();  // only matches matter
    output_.Add(partials, id, EmissionKey(), RowKind::kCurrent, partials[id].timestamp);
  }
  void OnGivenUp(const PartialStore& partials, PartialId id) override {
    output_.Add(partials, id, EmissionKey(), RowKind::kExpired, now());
  }

  void ArmTimer(TimeMs due, uint64_t payload) override { Arm(due, payload); }

  void TakeOutput() {
    if (output_.size() > 0) out()->push_back(output_.Take(machine_.partials()));
    machine_.Reclaim();
  }

  const std::shared_ptr<const Automaton> automaton_;
  const bool steps_by_row_;  // there are timers, which may come before a row
  PatternMachine machine_;
  MatchOutput output_;
  std::vector<const Chunk*> chunks_;  // by port of a stream: the chunk that the machine has
  std::vector<std::shared_ptr<TableLookup>> lookups_;  // of all states, but for shared ones
  std::vector<LookupPort> lookup_ports_;               // behind those of the streams
  const Chunk* chunk_ = nullptr;
  uint32_t row_ = kNoRow;  // offered now; kNoRow in a timer
  bool has_step_ = false;
  OrderKey step_key_;
  uint32_t idle_port_ = kNone;
  int idle_rows_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakePatternOperator(OrderPlace place, PatternSpec spec) {
  auto automaton = BuildAutomaton(spec);
  CHECK(automaton.ok());
  return MakePatternOperator(place, std::move(automaton).value());
}

std::unique_ptr<Operator> MakePatternOperator(OrderPlace place,
                                              std::shared_ptr<const Automaton> automaton) {
  return std::make_unique<PatternOperator>(place, std::move(automaton));
}

}  // namespace weir
