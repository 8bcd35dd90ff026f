#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ring.h"
#include "pattern/guard_runner.h"

namespace weir {

// What a machine asks of the operator around it.
class MachineHost {
 public:
  virtual ~MachineHost() = default;
  // A match: its events are in `partials` during the call.
  virtual void OnMatch(const PartialStore& partials, PartialId id) = 0;
  // A partial match that is given up, if the automaton gives those.
  virtual void OnGivenUp(const PartialStore& partials, PartialId id) = 0;
  virtual void ArmTimer(TimeMs due, uint64_t payload) = 0;
};

// Runs an automaton. Every state has a list of partial matches that wait for it; an event is
// offered to the states of its stream, the last element first, and moves those on whose condition
// holds. A partial match may wait in several places: at a counted state that collects more and at
// the next, or at all operands of `and` / `or`.
//
// In a sequence everything that waited for the event before and did not take it is dropped when
// the next event of any of the streams arrives; each list then takes at most one newcomer.
class PatternMachine {
 public:
  PatternMachine(const Automaton& automaton, MachineHost* host);

  // The look-ups of a state, which outlive the machine.
  void set_lookups(uint32_t s, const std::vector<std::shared_ptr<TableLookup>>& lookups) {
    guards_[s]->set_lookups(lookups);
  }

  // Absences at the beginning count from here.
  void Start(TimeMs now);

  // Rows come from this chunk of `port` from now on; null: from none.
  void Attach(uint32_t port, const Chunk* chunk, const Timeline* timeline);
  // The rows of the attached chunk that may matter in a pattern, given what waits now. Grows as
  // events are offered.
  const RowMask& Relevant(uint32_t port);
  // True if the row passes the part about the event alone at some state of the port.
  bool MayMatch(uint32_t port, uint32_t row);
  // True if no event can matter any more.
  bool finished() const;

  // Events without a match up to this time have passed: what began too long before is dropped.
  void Expire(TimeMs timestamp);
  // Lets newcomers at the port's states into their place; part of Offer.
  void Update(uint32_t port);
  void Offer(uint32_t port, uint32_t row);
  void OnTimer(TimeMs now, uint64_t payload);

  // Frees what was released; no event may be read any more that a match referred to.
  void Reclaim();

  const PartialStore& partials() const { return partials_; }

  // Between epochs (pattern_state.cpp).
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr TimeMs kNoArrival = -kNever;
  static constexpr uint64_t kGivingUpTimer = UINT64_MAX;  // payloads
  static constexpr uint64_t kFreeingTimer = UINT64_MAX - 1;
  // So many partial matches before one is dropped it is brought near, then its places, then their
  // lists, then what these leave: each step reads what the one before fetched.
  static constexpr size_t kBringPartialAhead = 24;
  static constexpr size_t kBringPlaceAhead = 19;
  static constexpr size_t kBringSecondAhead = 14;
  static constexpr size_t kBringListsAhead = 10;
  static constexpr size_t kBringKeysAhead = 5;

  static constexpr uint32_t kBringWorthIt = 2048;  // fewer are near anyway

  // What a state remembers beside its lists.
  struct StateMemory {
    bool initialized = false;
    bool reset_start = false;          // arm once more at the next update
    bool active = true;                // false: an absence that is settled for good
    TimeMs scheduled = 0;              // kAbsent: when silence is complete; 0: no event yet
    TimeMs last_arrival = kNoArrival;  // kAbsentLogical: of an event that breaks the silence
    uint32_t waiting = 0;              // pending, all keys together
    KeyTable keys;
    bool relevant = false;  // its rows are in relevant_[port]

    void Save(StateWriter& out) const {
      out.Write(initialized, reset_start, active, scheduled, last_arrival);
    }
    void Load(StateReader& in) {
      in.Read(initialized, reset_start, active, scheduled, last_arrival);
    }
  };

  // Keeps a partial match from being freed while it moves.
  class Pin {
   public:
    Pin(PatternMachine* machine, PartialId id) : machine_(machine), id_(id) {
      ++machine_->partials_[id].pins;
    }
    ~Pin() { machine_->Unpin(id_); }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

   private:
    PatternMachine* machine_;
    PartialId id_;
  };

  const AutomatonState& state(uint32_t s) const { return automaton_.states[s]; }
  const AutomatonElement& element(uint32_t e) const { return automaton_.elements[e]; }
  bool sequence() const { return automaton_.sequence; }
  bool FreshEmpty(uint32_t s) const { return lists_.empty(WaitingLists::Fresh(s)); }

  // Moves between lists (pattern_machine.cpp).
  void Unpin(PartialId id);
  void AddFresh(uint32_t s, PartialId id);
  void BringKeysNear(uint32_t s);
  // `ahead(n)`: the partial match that is dropped n after this one, or kNone.
  template <class Ahead>
  void BringNear(Ahead&& ahead) const;
  void RemoveWait(WaitId wait);
  void RemoveAll(PartialId id);
  void RemoveEarlier(PartialId id, uint32_t e);
  void RemoveFrom(uint32_t s, PartialId id);
  bool MetLater(PartialId id, uint32_t e) const;
  void ClearList(uint32_t list);
  void ClearPending(uint32_t s) { ClearList(WaitingLists::Pending(s)); }
  void Settle(uint32_t s);
  void SortFresh(uint32_t s);
  void EnterPending(uint32_t s, WaitId wait);
  void EnterRange(uint32_t s, WaitId wait);

  // Arming and advancing.
  void Init(uint32_t s);
  void AddState(uint32_t e, PartialId id);
  void AddLogical(uint32_t e, PartialId id);
  void AddEvery(uint32_t e, PartialId from);
  void PassOn(uint32_t s, PartialId id);
  void Complete(uint32_t s, PartialId id);
  void RecordStart(uint32_t s, PartialId id, TimeMs timestamp);
  void WatchStart(PartialId id);
  void GiveUp(PartialId id);
  void GiveUpIfLost(PartialId id) {
    if (partials_[id].waits == 0) GiveUp(id);
  }
  void PushStart(PartialId id, StartQueue* queue);
  bool IsAlive(const StartQueue::Start& start) const {
    const Partial& partial = partials_[start.partial];
    return partial.alive && partial.generation == start.generation;
  }
  void ArmFreeing();
  void OnFreeingTimer(TimeMs now);
  void DropTooOld(PartialId id, bool* armed);
  void DropStartedBefore(TimeMs limit, bool* armed);
  void ArmGivingUp();
  void OnGivingUpTimer(TimeMs now);
  void ResetElement(uint32_t e);
  void UpdateElement(uint32_t e);

  // Offering an event (offer_event.cpp).
  void OfferTo(uint32_t s, uint32_t row);
  void Collect(uint32_t s, uint32_t row);
  void CollectRange(uint32_t s, uint32_t row, uint32_t list);
  bool StillWaits(const Candidate& candidate, uint32_t s) const {
    return lists_[candidate.wait].partial == candidate.partial && lists_[candidate.wait].state == s;
  }
  void OfferSingle(uint32_t s, const Candidate& candidate, uint32_t row);
  void SpawnFromStart(uint32_t s, uint32_t row);
  void OfferCount(uint32_t s, const Candidate& candidate, uint32_t row);
  void OfferLogical(uint32_t s, const Candidate& candidate, uint32_t row);

  // Absence (absence.cpp).
  void OfferAbsent(uint32_t s, const Candidate& candidate);
  void OfferAbsentLogical(uint32_t s, const Candidate& candidate);
  bool PartnerAllows(uint32_t absent, PartialId id);
  void AddAbsent(uint32_t s, PartialId id);
  void ArmState(uint32_t s, TimeMs due);
  void ArmPartial(uint32_t s, PartialId id, TimeMs due);
  void OnPartialTimer(uint32_t s, PartialId id, TimeMs now, uint64_t payload);
  bool NoteSilence(uint32_t s, PartialId id);
  void ArmSilence(uint32_t s, PartialId id);
  void OnAbsentTimer(uint32_t s, TimeMs now);
  void OnAbsentLogicalTimer(uint32_t s, TimeMs now);
  void SilenceComplete(uint32_t s, PartialId id, TimeMs now);

  void LoadPartials(StateReader& in, std::vector<NumberedWait>* places);
  void CheckPlaces(StateReader& in, const std::vector<NumberedWait>& places) const;
  void IndexPlaces(StateReader& in);

  const Automaton& automaton_;
  MachineHost& host_;
  PartialStore partials_;
  WaitingLists lists_;
  std::vector<StateMemory> memory_;
  std::vector<std::unique_ptr<GuardRunner>> guards_;
  std::vector<RangeHeap> ranges_;  // by list
  StartQueue starts_;
  TimeMs latest_start_ = -kNever;  // of all in starts_
  StartQueue to_give_up_;          // when the clock says so, if that is wanted
  TimeMs giving_up_due_ = kNever;  // of the pending timer
  TimeMs freeing_due_ = kNever;    // of the pending timer that frees what the clock says is over
  bool rearm_on_expiry_ = false;   // the first element belongs to an `every`

  std::vector<RowMask> relevant_;       // by port
  std::vector<const Chunk*> attached_;  // by port
  const Chunk* chunk_ = nullptr;        // the rows offered are of this one
  TimeMs now_ = 0;                      // timestamp of the event offered
  // Whose timers will probably fire next, in that order: a hint for what to bring near.
  Ring<PartialId> silences_;
  std::vector<Candidate> candidates_;
  std::vector<WaitId> scratch_;
};

}  // namespace weir
