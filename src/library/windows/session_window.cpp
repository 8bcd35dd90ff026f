#include <algorithm>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "base/hash.h"
#include "catalog/registry.h"
#include "library/windows/session_states.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

class SessionWindow final : public Window {
 public:
  SessionWindow(TimeMs gap, std::optional<uint32_t> key_column, TimeMs latency)
      : gap_(gap), latency_(latency), states_(key_column) {}

  void OnRow(RowId row, WindowContext& context) override {
    const uint32_t slot = states_.SlotOf(row, context.rows());
    if (Join(states_[slot], row, context)) {
      context.EmitCurrent(row);
    } else {
      context.Release(row);
    }
    Queue(slot);
    ScheduleNext(context);
  }

  void OnTimer(TimeMs due, WindowContext& context) override {
    if (due == timer_) timer_ = kUnscheduled;
    ended_.clear();
    while (!queue_.empty() && queue_.top().time <= context.now()) {
      const Look look = queue_.top();
      queue_.pop();
      KeyState& state = states_[look.slot];
      if (state.number != look.number || state.queued != look.time) continue;
      state.queued = kUnscheduled;
      EndDue(state, context.now());
      Queue(look.slot);
    }
    std::sort(ended_.begin(), ended_.end(), [](const Ended& a, const Ended& b) {
      return a.time != b.time ? a.time < b.time : a.number < b.number;
    });
    for (const Ended& ended : ended_) Expire(ended.rows, context);
    ScheduleNext(context);
  }

  // Outdated looks too: they fire timers.
  void Save(StateWriter& out) const override {
    states_.Save(links_, out);
    std::vector<Hashed<Look>> looks;
    for (const Look& look : queue_.all()) {
      looks.push_back({CombineHash(look.number, static_cast<uint64_t>(look.time)), look});
    }
    WriteHashed(out, std::move(looks), [](const Look& look, StateWriter& to) {
      to.Write(look.time, look.number, look.slot);
    });
    out.Write(timer_);
  }
  void Load(StateReader& in, const RowStore& rows) override {
    states_.Load(in, rows, &links_);
    ReadHashed(in, [&] {
      Look look{};
      in.Read(look.time, look.number, look.slot);
      const bool there = look.slot < states_.slots() && look.number != 0;
      if (in.Check(there, "a slot is not there")) queue_.push(look);
    });
    in.Read(timer_);
  }

 private:
  // A time to look at a state; outdated if the state's `number` or `queued` says otherwise.
  struct Look {
    TimeMs time;
    uint64_t number;
    uint32_t slot;
    friend bool operator>(const Look& a, const Look& b) {
      return a.time != b.time ? a.time > b.time : a.number > b.number;
    }
  };
  // Its contents can be seen, so that they can be saved.
  struct Looks : std::priority_queue<Look, std::vector<Look>, std::greater<>> {
    const std::vector<Look>& all() const { return c; }
  };
  struct Ended {
    TimeMs time;
    uint64_t number;
    SessionRows rows;
  };

  // Takes an event into a session; false if it is too late for any.
  bool Join(KeyState& state, RowId row, WindowContext& context) {
    const TimeMs time = context.rows().timestamp(row);
    Session& current = state.current;
    if (!current.rows.empty() && time < current.start) return JoinLate(state, row, time);
    if (!current.rows.empty() && time > current.end) {
      // The session is over, but its timer has not fired yet.
      if (!state.previous.rows.empty()) Expire(state.previous.rows, context);
      state.previous = current;
      if (latency_ == 0) {
        Expire(state.previous.rows, context);
        state.previous = Session();
      }
      current = Session();
    }
    if (current.rows.empty()) current.start = time;
    links_.Append(&current.rows, row);
    current.end = After(time, gap_);
    return true;
  }

  bool JoinLate(KeyState& state, RowId row, TimeMs time) {
    Session& current = state.current;
    Session& previous = state.previous;
    if (After(time, gap_) >= current.start) {
      SessionRows one;
      links_.Append(&one, row);
      links_.InsertLate(&current.rows, one);
      current.start = time;
      Merge(state);
      return true;
    }
    if (previous.rows.empty() || After(time, gap_) < previous.start) return false;
    links_.Append(&previous.rows, row);
    if (time < previous.start && After(time, gap_) <= previous.end) {
      previous.start = time;
    } else {
      previous.end = After(time, gap_);
      Merge(state);
    }
    return true;
  }

  // Joins the previous session to the one at hand if less than a gap lies between them.
  void Merge(KeyState& state) {
    Session& previous = state.previous;
    if (previous.rows.empty() || After(previous.end, gap_) < state.current.start) return;
    links_.InsertLate(&state.current.rows, previous.rows);
    state.current.start = previous.start;
    previous = Session();
  }

  // Moves what is over at `now` to ended_.
  void EndDue(KeyState& state, TimeMs now) {
    EndPrevious(state, now);
    if (state.current.rows.empty() || state.current.end > now) return;
    EndPrevious(state, kUnscheduled);
    state.previous = state.current;
    state.current = Session();
    EndPrevious(state, now);
  }
  void EndPrevious(KeyState& state, TimeMs now) {
    const TimeMs time = After(state.previous.end, latency_);
    if (state.previous.rows.empty() || time > now) return;
    ended_.push_back({time, state.number, state.previous.rows});
    state.previous = Session();
  }

  void Expire(const SessionRows& rows, WindowContext& context) {
    for (RowId row = rows.first; row != kNoRow; row = links_.Next(row)) {
      context.EmitExpired(row, context.rows().timestamp(row));
      context.Release(row);
    }
  }

  // Sees to it that a state is looked at when the next of its sessions is over, no later; frees it
  // if it has none.
  void Queue(uint32_t slot) {
    KeyState& state = states_[slot];
    TimeMs due = kUnscheduled;
    if (!state.current.rows.empty()) due = state.current.end;
    if (!state.previous.rows.empty()) due = std::min(due, After(state.previous.end, latency_));
    if (state.current.rows.empty() && state.previous.rows.empty()) {
      states_.Free(slot);
      return;
    }
    if (due >= state.queued) return;
    state.queued = due;
    queue_.push({due, state.number, slot});
  }

  // A session that is over by the clock already ends as soon as the clock moves on, so that all
  // events of one time find it.
  void ScheduleNext(WindowContext& context) {
    if (queue_.empty()) return;
    const TimeMs due = std::max(queue_.top().time, After(context.now(), 1));
    if (due >= timer_) return;
    timer_ = due;
    context.Schedule(due);
  }

  TimeMs gap_;
  TimeMs latency_;

  SessionLinks links_;
  SessionStates states_;
  Looks queue_;
  TimeMs timer_ = kUnscheduled;  // the earliest timer that has not fired
  std::vector<Ended> ended_;     // of one timer
};

constexpr Parameter kGap{"session.gap", kIntOrLong, Parameter::Form::kConstant};
constexpr Parameter kKey{"session.key", kStringOnly, Parameter::Form::kAttribute};
constexpr Parameter kLatency{"allowed.latency", kIntOrLong, Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeSessionWindow(std::span<const Argument> arguments, size_t) {
  const auto gap = NumberArgument(kGap, arguments[0], 0);
  if (!gap.ok()) return gap.status();
  std::optional<uint32_t> key_column;
  if (arguments.size() > 1) key_column = arguments[1].column;
  TimeMs latency = 0;
  if (arguments.size() > 2) {
    const auto given = NumberArgument(kLatency, arguments[2], 0);
    if (!given.ok()) return given.status();
    latency = given.value();
  }
  if (latency > gap.value()) {
    return Status::Invalid("allowed.latency must not be greater than session.gap, but " +
                           std::to_string(latency) + " > " + std::to_string(gap.value()));
  }
  return std::unique_ptr<Window>(std::make_unique<SessionWindow>(gap.value(), key_column, latency));
}

}  // namespace

void RegisterSessionWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "session";
  spec.summary =
      "Holds the events of each session (of each key) until none came for session.gap, then "
      "expires "
      "them together; allowed.latency lets late events in after that.";
  spec.example =
      "from Clicks#window.session(5 min, user) select user, count() as n group by user "
      "insert all events into Sessions;";
  spec.overloads = {{kGap}, {kGap, kKey}, {kGap, kKey, kLatency}};
  spec.find_set = FindSet::kNothing;
  spec.make = MakeSessionWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
