// Patterns by brute force, as a second opinion: no index, no masks, no pools. Lists are scanned
// whole for each event, and a place that has become void is found out when it is next looked at.
#include <algorithm>
#include <map>
#include <set>

#include "unit/pattern/reference_parts.h"

namespace weir::test {
namespace {

using Kind = PatternNode::Kind;
using namespace reference;

class ReferenceMatcher {
 public:
  ReferenceMatcher(const PatternCase& pattern, TimeMs start)
      : pattern_(pattern),
        places_(pattern.states.size()),
        waits_(pattern.states.size(), -1),
        absent_(pattern.states.size()),
        clock_(start) {
    Flattener{&elements_, &absent_, &waits_, Sequence()}.Flatten(pattern.root);
    rearm_start_ = std::any_of(elements_.begin(), elements_.end(),
                               [](const Element& e) { return e.rearm == 0; });
    now_ = start;
    Init(0);
    for (uint32_t s : elements_[0].states) {
      if (!absent_[s] || waits_[s] < 0) continue;
      places_[s].scheduled = start + waits_[s];
      Arm(s, nullptr, start + waits_[s]);
    }
  }

  void Advance(TimeMs clock) {
    clock = std::max(clock_, clock);
    while (!gave_up()) {
      const bool expiry = !expiries_.empty() && *expiries_.begin() <= clock &&
                          (timers_.empty() || *expiries_.begin() <= timers_.begin()->first);
      if (expiry) {
        clock_ = std::max(clock_, *expiries_.begin());
        expiries_.erase(expiries_.begin());
        now_ = clock_;
        GiveUpOld();
        continue;
      }
      if (timers_.empty() || timers_.begin()->first > clock) break;
      const auto [due, target] = *timers_.begin();
      timers_.erase(timers_.begin());
      clock_ = std::max(clock_, due);
      now_ = clock_;
      OnTimer(target.first, target.second);
    }
    clock_ = clock;
  }

  void Take(const CaseEvent& event) {
    Advance(event.timestamp);
    now_ = event.timestamp;
    Expire();
    if (pattern_.gives_expired && pattern_.within) {
      expiries_.insert(event.timestamp + *pattern_.within + 1);
    }
    if (pattern_.sequence) {
      for (size_t e = elements_.size(); e-- > 0;) Reset(e);
      for (size_t e = 0; e < elements_.size(); ++e) Update(e);
    } else {
      for (size_t e = 0; e < elements_.size(); ++e) {
        const bool mine =
            std::any_of(elements_[e].states.begin(), elements_[e].states.end(),
                        [&](uint32_t s) { return pattern_.states[s].port == event.port; });
        if (mine) Update(e);
      }
    }
    for (size_t e = elements_.size(); e-- > 0;) {
      for (uint32_t s : elements_[e].states) {
        if (pattern_.states[s].port == event.port) Offer(e, s, event);
      }
    }
    Advance(clock_);  // what was due already when it was armed
  }

  static constexpr int kMaxPlaces = 3000;
  bool gave_up() const { return places_taken_ > kMaxPlaces; }

  std::vector<CaseRow> rows;

 private:
  bool Sequence() const { return pattern_.sequence; }
  bool Logical(size_t e) const {
    return elements_[e].kind == Kind::kAnd || elements_[e].kind == Kind::kOr;
  }
  // In the middle of a pattern each match waits for its own silence at an absent operand.
  bool OwnSilence(size_t e) const { return !Sequence() && e > 0 && elements_[e].rearm < 0; }
  bool Last(size_t e) const { return e + 1 == elements_.size(); }

  MatchPtr New() const {
    auto match = std::make_shared<Match>();
    match->events.resize(pattern_.states.size());
    match->settled.resize(pattern_.states.size());
    return match;
  }

  bool Has(const Match& match, uint32_t s) const {
    return !match.events[s].empty() || match.settled[s];
  }

  void Arm(uint32_t s, MatchPtr match, TimeMs due) {
    timers_.emplace(due, std::make_pair(s, std::move(match)));
  }

  // A list without the matches that have expired or moved past it.
  void Sweep(size_t e, std::list<MatchPtr>* list) const {
    list->remove_if([&](const MatchPtr& match) {
      if (match->dead) return true;
      for (size_t later = e + 1; later < elements_.size(); ++later) {
        for (uint32_t s : elements_[later].states) {
          if (!match->events[s].empty()) return true;
        }
      }
      return false;
    });
  }

  bool TooOld(const Match& match) const {
    std::optional<TimeMs> first;
    for (uint32_t start : elements_[0].states) {
      const auto& events = match.events[start];
      if (events.empty() || absent_[start]) continue;
      first = std::min(first.value_or(INT64_MAX), events[0].timestamp);
    }
    return first && std::abs(*first - now_) > *pattern_.within;
  }

  void GiveUpOld() {
    for (size_t e = 0; e < elements_.size(); ++e) {
      for (uint32_t s : elements_[e].states) {
        for (auto* list : {&places_[s].fresh, &places_[s].pending}) {
          Sweep(e, list);
          for (const MatchPtr& match : *list) {
            if (TooOld(*match)) GiveUp(*match);
          }
        }
      }
    }
  }

  void Expire() {
    if (!pattern_.within) return;
    bool armed = false;
    for (size_t e = 0; e < elements_.size(); ++e) {
      for (uint32_t s : elements_[e].states) {
        for (auto* list : {&places_[s].fresh, &places_[s].pending}) {
          Sweep(e, list);
          // A copy: arming changes the lists.
          for (const MatchPtr& match : std::list<MatchPtr>(*list)) {
            if (!TooOld(*match)) continue;
            GiveUp(*match);
            match->dead = true;
            if (!Sequence() && rearm_start_ && !match->rearmed && !armed) {
              armed = true;
              AddEvery(0, *match);
              Update(0);
            }
          }
          Sweep(e, list);
        }
      }
    }
  }

  void GiveUp(Match& match) {
    if (!pattern_.gives_expired || match.given_up) return;
    match.given_up = true;
    if (match.taken) Emit(match, "-@" + std::to_string(clock_));
  }

  void GiveUpIfLost(const MatchPtr& match) {
    for (size_t e = 0; e < elements_.size(); ++e) {
      for (uint32_t s : elements_[e].states) {
        for (auto* list : {&places_[s].fresh, &places_[s].pending}) {
          Sweep(e, list);
          if (std::find(list->begin(), list->end(), match) != list->end()) return;
        }
      }
    }
    GiveUp(*match);
  }

  void Init(size_t place) {
    const bool before_absent =
        Sequence() && elements_.size() > 1 && absent_[elements_[1].states[0]];
    Place& p = places_[elements_[0].states[place]];
    if (p.initialized && elements_[0].rearm < 0 && !before_absent) return;
    for (uint32_t s : elements_[0].states) places_[s].initialized = true;
    AddState(0, New());
  }

  void Push(uint32_t s, const MatchPtr& match) {
    if (++places_taken_ <= kMaxPlaces) places_[s].fresh.push_back(match);
  }

  void AddState(size_t e, const MatchPtr& match) {
    const Element& element = elements_[e];
    const uint32_t first = element.states[0];
    if (Logical(e)) {
      if (absent_[first] && !places_[first].active) return;
      for (uint32_t s : element.states) {
        if (!(e == 0 || Sequence()) || places_[s].fresh.empty()) Push(s, match);
      }
      for (uint32_t s : element.states) {
        if (e == 0 || waits_[s] < 0) continue;
        Arm(s, OwnSilence(e) ? match : nullptr, match->timestamp + waits_[s]);
      }
      return;
    }
    if (element.kind == Kind::kAbsent) {
      if (!places_[first].active) return;
      if (Sequence()) places_[first].fresh.clear();
      Push(first, match);
      if (e > 0) ArmSilence(e, match);
      return;
    }
    const bool skips = element.kind == Kind::kCount && element.min == 0 && !Has(*match, first);
    if (!(skips && Last(e)) && (!Sequence() || places_[first].fresh.empty())) Push(first, match);
    if (skips) PassOn(e, match);
  }

  void ArmSilence(size_t e, const MatchPtr& match) {
    const uint32_t s = elements_[e].states[0];
    const TimeMs since = match->timestamp == -1 ? now_ : match->timestamp;
    places_[s].scheduled = since + waits_[s];
    Arm(s, Sequence() || e == 0 ? nullptr : match, places_[s].scheduled);
  }

  void AddEvery(size_t e, const Match& from) {
    auto match = New();
    match->timestamp = from.timestamp;
    if (e > 0) match->rearmed = from.rearmed;
    for (size_t before = 0; before < e; ++before) {
      for (uint32_t s : elements_[before].states) {
        match->events[s] = from.events[s];
        match->settled[s] = from.settled[s];
      }
    }
    const uint32_t first = elements_[e].states[0];
    const bool silent = Logical(e) && absent_[first] && waits_[first] >= 0 && Has(from, first);
    if (silent) match->timestamp = -1;
    for (uint32_t s : elements_[e].states) Push(s, match);
    for (uint32_t s : elements_[e].states) {
      if (!Logical(e) || waits_[s] < 0 || !OwnSilence(e)) continue;
      Arm(s, match, (match->timestamp == -1 ? now_ : match->timestamp) + waits_[s]);
    }
    if (elements_[e].kind == Kind::kAbsent) ArmSilence(e, match);
    if (elements_[e].kind == Kind::kCount && elements_[e].min == 0 && !Sequence()) {
      AddState(e + 1, match);
    }
  }

  void PassOn(size_t e, const MatchPtr& match) {
    if (Last(e)) {
      Emit(*match, "@" + std::to_string(match->timestamp));
    } else {
      AddState(e + 1, match);
    }
    if (elements_[e].rearm < 0) return;
    if (elements_[e].rearm == 0) match->rearmed = true;
    AddEvery(static_cast<size_t>(elements_[e].rearm), *match);
  }

  // The element after a first element that may stay empty has it armed anew.
  void ResetStart(size_t e, uint32_t s) {
    if (Sequence() && e == 1 && elements_[0].kind == Kind::kCount && elements_[0].min == 0 &&
        s == elements_[1].states[0]) {
      places_[elements_[0].states[0]].reset_start = true;
    }
  }

  void Complete(size_t e, uint32_t s, const MatchPtr& match) {
    PassOn(e, match);
    ResetStart(e, s);
  }

  void Reset(size_t e) {
    const Element& element = elements_[e];
    if (element.kind == Kind::kAnd) {
      for (uint32_t s : element.states) {
        if (places_[s].pending.size() != places_[element.states[0]].pending.size()) return;
      }
    }
    for (uint32_t s : element.states) places_[s].pending.clear();
    if (e != 0) return;
    const bool every = element.rearm >= 0;
    const size_t armed = every ? 0 : element.states.size() - 1;
    if (element.kind != Kind::kAbsent && !places_[element.states[armed]].fresh.empty()) return;
    if (!every && elements_.size() > 1 && !places_[elements_[1].states[0]].pending.empty()) return;
    Init(armed);
  }

  void Update(size_t e) {
    for (uint32_t s : elements_[e].states) {
      Place& place = places_[s];
      if (place.reset_start) {
        place.reset_start = false;
        Init(0);
      }
      Sweep(e, &place.fresh);
      place.fresh.sort([](const MatchPtr& a, const MatchPtr& b) {
        const auto key = [](const MatchPtr& m) {
          return m->timestamp == -1 ? INT64_MAX : m->timestamp;
        };
        return key(a) < key(b);
      });
      place.pending.splice(place.pending.end(), place.fresh);
    }
  }

  bool Holds(const Match& match, const CaseEvent& event, uint32_t s) const {
    for (const CaseTest& test : pattern_.states[s].tests) {
      std::optional<int32_t> left, right = test.constant;
      if (!(test.attribute == kKey && event.key_null)) left = event.values[test.attribute];
      if (test.other) right = ValueFor(match, event, s, *test.other, absent_);
      if (test.or_missing && !right) continue;
      if (!Compare(test.op, left, right)) return false;
    }
    return true;
  }

  void Offer(size_t e, uint32_t s, const CaseEvent& event) {
    Place& place = places_[s];
    Sweep(e, &place.pending);
    if (absent_[s] && !place.active) return;
    const std::list<MatchPtr> offered = place.pending;
    for (const MatchPtr& match : offered) {
      // One that waited twice may be gone.
      if (std::ranges::find(place.pending, match) == place.pending.end()) continue;
      const bool holds = Holds(*match, event, s);
      if (elements_[e].kind == Kind::kState) {
        OfferSingle(e, s, match, event, holds);
      } else if (elements_[e].kind == Kind::kCount) {
        OfferCount(e, s, match, event, holds);
      } else if (elements_[e].kind == Kind::kAbsent) {
        OfferAbsent(e, s, match, event, holds);
      } else {
        OfferLogical(e, s, match, event, holds);
      }
    }
  }

  void OfferSingle(size_t e, uint32_t s, const MatchPtr& match, const CaseEvent& event,
                   bool holds) {
    if (!holds && !Sequence()) return;
    places_[s].pending.remove(match);
    if (!holds) return ResetStart(e, s);
    match->events[s] = {event};
    match->taken = true;
    match->timestamp = event.timestamp;
    Complete(e, s, match);
  }

  void OfferCount(size_t e, uint32_t s, const MatchPtr& match, const CaseEvent& event, bool holds) {
    if (!holds) {
      if (Sequence()) places_[s].pending.remove(match);
      return;
    }
    const Element& element = elements_[e];
    for (size_t later = e + 1; later < elements_.size(); ++later) {
      for (uint32_t other : elements_[later].states) {
        if (match->settled[other]) return places_[s].pending.remove(match), void();
      }
    }
    match->events[s].push_back(event);
    match->taken = true;
    match->timestamp = event.timestamp;
    const size_t n = match->events[s].size();
    if (n == element.max || (Last(e) && n >= element.min)) places_[s].pending.remove(match);
    if (!Sequence() || Last(e)) {
      if (n == element.min) PassOn(e, match);
      if (!Sequence() || n >= element.min) return;
    }
    if (n >= element.min) AddState(e + 1, match);
    if (n != element.max) AddState(e, match);
  }

  uint32_t Partner(size_t e, uint32_t s) const {
    return elements_[e].states[0] == s ? elements_[e].states[1] : elements_[e].states[0];
  }

  void OfferLogical(size_t e, uint32_t s, const MatchPtr& match, const CaseEvent& event,
                    bool holds) {
    Place& place = places_[s];
    const bool is_or = elements_[e].kind == Kind::kOr;
    if (is_or) {
      for (uint32_t other : elements_[e].states) {
        if (other == s || !Has(*match, other)) continue;
        place.pending.remove(match);
        return;
      }
    }
    if (absent_[s]) return OfferAbsentLogical(e, s, match, event, holds);
    if (!holds) {
      if (Sequence()) place.pending.remove(match);
      return;
    }
    match->events[s] = {event};
    match->taken = true;
    place.pending.remove(match);
    if (!is_or) {
      bool all = true;
      for (uint32_t other : elements_[e].states) {
        if (other == s) continue;
        all = all && (absent_[other] ? Allows(e, other, *match) : Has(*match, other));
        if (!all && absent_[other]) GiveUpIfLost(match);
      }
      if (!all) return;
    }
    match->timestamp = event.timestamp;
    for (uint32_t other : elements_[e].states) {
      places_[other].pending.remove(match);
      places_[other].fresh.remove(match);
    }
    Complete(e, s, match);
  }

  void OfferAbsent(size_t e, uint32_t s, const MatchPtr& match, const CaseEvent& event,
                   bool holds) {
    Place& place = places_[s];
    if (!holds) return ResetStart(e, s);
    match->timestamp = event.timestamp;
    place.pending.remove(match);
    if (e > 0 && !Sequence()) {
      GiveUp(*match);
      match->dead = true;
      return;
    }
    GiveUpIfLost(match);
    if (e == 0 && elements_[e].rearm == 0) AddEvery(0, *match);
    place.scheduled = event.timestamp + waits_[s];
    Arm(s, nullptr, place.scheduled);
  }

  void OfferAbsentLogical(size_t e, uint32_t s, const MatchPtr& match, const CaseEvent& event,
                          bool holds) {
    Place& place = places_[s];
    if (!holds) {
      if (Sequence()) place.pending.remove(match);
      return;
    }
    place.arrival = event.timestamp;
    const bool noted = waits_[s] >= 0 ||
                       (Sequence() && elements_[e].kind == Kind::kAnd && elements_[e].rearm >= 0);
    if (!noted) match->settled[s] = true;
    if (e == 0 && s == elements_[0].states[0]) return;
    place.pending.remove(match);
    if (Sequence()) places_[Partner(e, s)].pending.remove(match);
    GiveUpIfLost(match);
  }

  bool Allows(size_t e, uint32_t absent, const Match& match) {
    Place& place = places_[absent];
    const bool every = elements_[e].rearm >= 0;
    if (Sequence() && !every && place.arrival) return false;
    if (waits_[absent] >= 0) return Has(match, absent);
    if (!every) return !Has(match, absent);
    if (!place.arrival) return true;
    place.arrival.reset();
    if (e == 0) Init(0);
    return false;
  }

  void OnTimer(uint32_t s, const MatchPtr& match) {
    size_t e = 0;
    while (std::find(elements_[e].states.begin(), elements_[e].states.end(), s) ==
           elements_[e].states.end()) {
      ++e;
    }
    Expire();
    if (!places_[s].active) return;
    if (match == nullptr) {
      Logical(e) ? OnLogicalTimer(e, s) : OnAbsentTimer(e, s);
    } else {
      auto& place = places_[s];
      Sweep(e, &place.fresh);
      Sweep(e, &place.pending);
      const auto in = [&](const std::list<MatchPtr>& list) {
        return std::find(list.begin(), list.end(), match) != list.end();
      };
      if (!in(place.fresh) && !in(place.pending)) return;
      if (now_ < match->timestamp + waits_[s]) {
        Arm(s, match, match->timestamp + waits_[s]);
        return;
      }
      place.fresh.remove(match);
      place.pending.remove(match);
      if (Logical(e)) {
        const bool met = Has(*match, Partner(e, s));
        if (!met) match->settled[s] = true;
        if (met == (elements_[e].kind == Kind::kOr)) return;
        places_[Partner(e, s)].pending.remove(match);
        places_[Partner(e, s)].fresh.remove(match);
      }
      Silent(e, s, match);
    }
  }

  void Silent(size_t e, uint32_t s, const MatchPtr& match) {
    match->timestamp = now_;
    Complete(e, s, match);
    if (e > 0 || elements_[e].rearm >= 0) return;
    places_[s].active = false;
    if (elements_[e].kind != Kind::kOr) return;
    for (uint32_t other : elements_[e].states) {
      if (absent_[other]) places_[other].active = false;
    }
  }

  void OnAbsentTimer(size_t e, uint32_t s) {
    Place& place = places_[s];
    if (e == 0 && place.fresh.empty() && place.pending.empty()) {
      if (!Sequence() || elements_[e].rearm >= 0) AddState(e, New());
    } else if (Sequence() && !place.fresh.empty()) {
      Reset(e);
    }
    Update(e);
    std::vector<MatchPtr> silent;
    for (const MatchPtr& match : place.pending) {
      const TimeMs due = match->timestamp == -1 ? place.scheduled : match->timestamp + waits_[s];
      if (now_ >= due) silent.push_back(match);
    }
    for (const MatchPtr& match : silent) place.pending.remove(match);
    for (const MatchPtr& match : silent) Silent(e, s, match);
    if (silent.empty() && place.scheduled < now_) {
      place.scheduled = now_ + waits_[s];
      Arm(s, nullptr, place.scheduled);
    }
  }

  void OnLogicalTimer(size_t e, uint32_t s) {
    Place& place = places_[s];
    const bool is_or = elements_[e].kind == Kind::kOr;
    std::vector<MatchPtr> silent;
    if (!place.arrival || now_ >= *place.arrival + waits_[s]) {
      if (Sequence() && e == 0 && place.fresh.empty() && place.pending.empty()) {
        AddState(e, New());
      } else if (Sequence() && !place.fresh.empty()) {
        Reset(e);
      }
      Update(e);
      for (const MatchPtr& match : std::list<MatchPtr>(place.pending)) {
        if (!Has(*match, s) && now_ < match->timestamp + waits_[s]) continue;
        place.pending.remove(match);
        const bool met = Has(*match, Partner(e, s));
        if (!met) match->settled[s] = true;
        if (met != is_or) silent.push_back(match);
      }
      for (const MatchPtr& match : silent) {
        places_[Partner(e, s)].pending.remove(match);
        places_[Partner(e, s)].fresh.remove(match);
        Silent(e, s, match);
      }
      place.arrival.reset();
    }
    if (elements_[e].rearm >= 0 || (silent.empty() && e == 0)) {
      Arm(s, nullptr, (place.arrival ? *place.arrival : now_) + waits_[s]);
    }
  }

  void Emit(const Match& match, const CaseRow& time) {
    rows.push_back(time + ValuesText(elements_, match));
  }

  const PatternCase& pattern_;
  std::vector<Element> elements_;
  std::vector<Place> places_;
  std::vector<TimeMs> waits_;
  std::vector<bool> absent_;
  bool rearm_start_ = false;
  std::multimap<TimeMs, std::pair<uint32_t, MatchPtr>> timers_;
  std::multiset<TimeMs> expiries_;
  TimeMs clock_;
  TimeMs now_ = 0;
  int places_taken_ = 0;
};

}  // namespace

std::optional<std::vector<CaseRow>> RunReference(const PatternCase& pattern,
                                                 const std::vector<CaseEvent>& events, TimeMs start,
                                                 TimeMs end) {
  ReferenceMatcher matcher(pattern, start);
  for (const CaseEvent& event : events) {
    matcher.Take(event);
    if (matcher.gave_up()) return std::nullopt;
  }
  matcher.Advance(end);
  if (matcher.gave_up()) return std::nullopt;
  return matcher.rows;
}

}  // namespace weir::test
