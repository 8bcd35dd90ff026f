#include "unit/window/naive_windows.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <set>
#include <stdexcept>

namespace weir::window_test {
namespace {

int64_t Number(const Argument& argument) { return argument.constant->AsLong(); }

class NaiveLength final : public NaiveWindow {
 public:
  explicit NaiveLength(int64_t length) : length_(length) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      if (length_ == 0) {
        step->Current(row);
        step->Expired(row, row.timestamp);
        step->Reset(step->now);
        continue;
      }
      held_.push_back(row);
      if (std::ssize(held_) > length_) {
        step->Expired(held_.front(), step->now);
        held_.erase(held_.begin());
      }
      step->Current(row);
    }
  }

 private:
  int64_t length_;
  std::vector<TestRow> held_;
};

// time, timeLength and delay: all three let the events go from the oldest on while they are due.
class NaiveTime final : public NaiveWindow {
 public:
  NaiveTime(TimeMs span, int64_t length, bool delays)
      : span_(span), length_(length), delays_(delays) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      OnTimer(step->now, step);
      if (std::ssize(held_) == length_) LetGo(step);
      held_.push_back(row);
      if (!delays_) step->Current(row);
      const bool limited = length_ != INT64_MAX;
      if (limited || row.timestamp >= newest_) step->timers.push_back(row.timestamp + span_);
      newest_ = std::max(newest_, row.timestamp);
      // An event that others held back may be due once those are pushed out.
      if (limited) step->timers.push_back(held_.front().timestamp + span_);
    }
  }
  void OnTimer(TimeMs, NaiveStep* step) override {
    while (!held_.empty() && held_.front().timestamp + span_ <= step->now) LetGo(step);
  }

 private:
  void LetGo(NaiveStep* step) {
    delays_ ? step->Current(held_.front(), step->now) : step->Expired(held_.front(), step->now);
    held_.erase(held_.begin());
  }
  TimeMs span_;
  int64_t length_;
  bool delays_;
  std::vector<TestRow> held_;
  TimeMs newest_ = INT64_MIN;
};

class NaiveExternalTime final : public NaiveWindow {
 public:
  explicit NaiveExternalTime(TimeMs span) : span_(span) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      const int64_t at = row.at.value_or(newest_);
      newest_ = std::max(newest_, at);
      while (!held_.empty() && held_.front().first + span_ <= at) {
        step->Expired(held_.front().second, at);
        held_.erase(held_.begin());
      }
      held_.emplace_back(at, row);
      step->Current(row);
    }
  }

 private:
  TimeMs span_;
  int64_t newest_ = INT64_MIN / 2;
  std::vector<std::pair<int64_t, TestRow>> held_;
};

class NaiveSort final : public NaiveWindow {
 public:
  NaiveSort(int64_t length, bool by_key, bool descending)
      : length_(length), by_key_(by_key), descending_(descending) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      step->Current(row);
      held_.push_back(row);
      if (std::ssize(held_) <= length_) continue;
      std::stable_sort(held_.begin(), held_.end(), [&](const TestRow& a, const TestRow& b) {
        const int order = by_key_ ? Order(a.key, b.key) : Order(a.value, b.value);
        if (order != 0 || !by_key_) return order < 0;
        return Order(a.value, b.value) < 0;
      });
      step->Expired(held_.back(), step->now);
      held_.pop_back();
    }
  }

 private:
  template <class T>
  int Order(const std::optional<T>& a, const std::optional<T>& b) const {
    if (!a || !b) return int{a == std::nullopt} - int{b == std::nullopt};
    if (*a == *b) return 0;
    return (*a < *b) != descending_ ? -1 : 1;
  }
  int64_t length_;
  bool by_key_, descending_;
  std::vector<TestRow> held_;
};

class NaiveLengthBatch final : public NaiveWindow {
 public:
  NaiveLengthBatch(int64_t length, bool streams) : length_(length), streams_(streams) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      step->NextEmission();
      if (length_ == 0) {
        step->Current(row);
        step->Expired(row, step->now);
        step->Reset(step->now);
      } else if (streams_) {
        if (std::ssize(previous_) == length_) Flush(step);
        step->Current(row);
        previous_.push_back(row);
      } else {
        batch_.push_back(row);
        if (std::ssize(batch_) == length_) Flush(step);
      }
    }
  }

 private:
  void Flush(NaiveStep* step) {
    for (const TestRow& row : previous_) step->Expired(row, step->now);
    step->Reset(step->now);
    for (const TestRow& row : batch_) step->Current(row);
    previous_ = batch_;
    batch_.clear();
  }
  int64_t length_;
  bool streams_;
  std::vector<TestRow> batch_, previous_;
};

class NaiveTimeBatch final : public NaiveWindow {
 public:
  NaiveTimeBatch(TimeMs span, std::optional<int64_t> start, bool streams)
      : span_(span), start_(start), streams_(streams) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    if (rows.empty()) return;
    if (!started_) {
      started_ = true;
      const TimeMs next = step->now + span_ - (step->now - start_.value_or(step->now)) % span_;
      step->timers.push_back(next);
    }
    for (const TestRow& row : rows) {
      if (streams_) step->Current(row);
      (streams_ ? previous_ : batch_).push_back(row);
    }
    fresh_ = true;
  }
  void OnTimer(TimeMs due, NaiveStep* step) override {
    step->timers.push_back(due + span_);
    for (const TestRow& row : previous_) step->Expired(row, step->now);
    if (fresh_) step->Reset(step->now);
    for (const TestRow& row : batch_) step->Current(row);
    previous_ = batch_;
    batch_.clear();
    fresh_ = false;
  }

 private:
  TimeMs span_;
  std::optional<int64_t> start_;
  bool streams_;
  bool started_ = false, fresh_ = false;
  std::vector<TestRow> batch_, previous_;
};

class NaiveBatch final : public NaiveWindow {
 public:
  explicit NaiveBatch(int64_t length) : length_(length == 0 ? INT64_MAX : length) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    if (rows.empty()) return;
    for (const TestRow& row : previous_) step->Expired(row, step->now);
    for (int64_t i = 0; i < std::ssize(rows); ++i) {
      if (i > 0 && i % length_ == 0) step->NextEmission();
      if (i % length_ == 0 && seen_) step->Reset(step->now);
      seen_ = true;
      step->Current(rows[i]);
    }
    previous_ = rows;
  }

 private:
  int64_t length_;
  bool seen_ = false;
  std::vector<TestRow> previous_;
};

class NaiveExternalTimeBatch final : public NaiveWindow {
 public:
  NaiveExternalTimeBatch(TimeMs span, std::optional<int64_t> start, TimeMs timeout)
      : span_(span), constant_start_(start), timeout_(timeout) {}
  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      if (row.at.has_value()) OnTime(*row.at, step);
      batch_.push_back(row);
    }
  }
  void OnTimer(TimeMs due, NaiveStep* step) override {
    if (due < scheduled_) return;  // something happened since
    Emit(step);
    early_ = true;
    Schedule(step);
  }

 private:
  TimeMs End(TimeMs time) const { return time + span_ - (time - start_) % span_; }
  void Schedule(NaiveStep* step) {
    if (timeout_ == 0) return;
    scheduled_ = step->now + timeout_;
    step->timers.push_back(scheduled_);
  }
  void OnTime(TimeMs time, NaiveStep* step) {
    newest_ = started_ ? std::max(newest_, time) : time;
    if (!started_) {
      started_ = true;
      start_ = constant_start_.value_or(time);
      end_ = End(time);
      Schedule(step);
    }
    if (time < end_) return;
    Emit(step);
    early_ = false;
    end_ = End(newest_);
    Schedule(step);
  }
  void Emit(NaiveStep* step) {
    step->NextEmission();
    if (early_ && batch_.empty()) return;
    for (const TestRow& row : previous_) step->Expired(row, newest_);
    if (!early_) previous_.clear();
    if (batch_.empty()) return;
    step->Reset(newest_);
    previous_.insert(previous_.end(), batch_.begin(), batch_.end());
    for (const TestRow& row : previous_) step->Current(row);
    batch_.clear();
  }
  TimeMs span_;
  std::optional<int64_t> constant_start_;
  TimeMs timeout_;
  bool started_ = false, early_ = false;
  TimeMs start_ = 0, end_ = 0, newest_ = 0, scheduled_ = INT64_MAX;
  std::vector<TestRow> batch_, previous_;
};

class NaiveSession final : public NaiveWindow {
 public:
  NaiveSession(TimeMs gap, bool keyed, TimeMs latency)
      : gap_(gap), keyed_(keyed), latency_(latency) {}

  void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) override {
    for (const TestRow& row : rows) {
      const std::string key = !keyed_ ? "" : row.key ? "key " + *row.key : "null";
      auto [found, fresh] = states_.emplace(key, State());
      if (fresh || found->second.empty()) found->second.number = ++created_;
      if (Join(found->second, row, step)) step->Current(row);
    }
  }

  void OnTimer(TimeMs, NaiveStep* step) override {
    std::vector<std::tuple<TimeMs, int64_t, std::list<TestRow>>> ended;
    for (auto& [key, state] : states_) {
      const auto end = [&](Session* session, TimeMs time) {
        if (!session->rows.empty()) ended.emplace_back(time, state.number, session->rows);
        *session = Session();
      };
      Session& previous = state.previous;
      if (previous.end + latency_ <= step->now) end(&previous, previous.end + latency_);
      if (state.current.rows.empty() || state.current.end > step->now) continue;
      end(&previous, previous.end + latency_);
      previous = state.current;
      previous.cursor = 0;
      state.current = Session();
      Watch(previous.end + latency_, step);
      if (previous.end + latency_ <= step->now) end(&previous, previous.end + latency_);
    }
    std::sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) {
      return std::pair(std::get<0>(a), std::get<1>(a)) < std::pair(std::get<0>(b), std::get<1>(b));
    });
    for (const auto& [time, number, rows] : ended) Expire(rows, step);
  }

 private:
  struct Session {
    std::list<TestRow> rows;
    TimeMs start = 0, end = 0;
    int64_t cursor = 0;  // 1 = the first row, 0 = none
  };
  struct State {
    Session current, previous;
    int64_t number = 0;
    bool empty() const { return current.rows.empty() && previous.rows.empty(); }
  };

  void Watch(TimeMs time, NaiveStep* step) {
    step->timers.push_back(std::max(time, step->now + 1));
  }
  void Expire(const std::list<TestRow>& rows, NaiveStep* step) {
    for (const TestRow& row : rows) step->Expired(row, row.timestamp);
  }
  void InsertLate(Session* session, const std::list<TestRow>& late) {
    if (session->cursor < std::ssize(session->rows)) ++session->cursor;
    session->rows.insert(std::next(session->rows.begin(), session->cursor - 1), late.begin(),
                         late.end());
    session->cursor += std::ssize(late);
  }
  void Merge(State& state) {
    if (state.previous.rows.empty() || state.previous.end < state.current.start - gap_) return;
    InsertLate(&state.current, state.previous.rows);
    state.current.start = state.previous.start;
    state.previous = Session();
  }
  bool Join(State& state, const TestRow& row, NaiveStep* step) {
    Session& current = state.current;
    const TimeMs time = row.timestamp;
    if (!current.rows.empty() && time < current.start) return JoinLate(state, row, step);
    if (!current.rows.empty() && time > current.end) {
      Expire(state.previous.rows, step);
      state.previous = Session();
      if (latency_ == 0) {
        Expire(current.rows, step);
      } else {
        state.previous = current;
        state.previous.cursor = 0;
        Watch(current.end + latency_, step);
      }
      current = Session();
    }
    if (current.rows.empty()) current.start = time;
    current.end = time + gap_;
    current.rows.push_back(row);
    Watch(current.end, step);
    return true;
  }
  bool JoinLate(State& state, const TestRow& row, NaiveStep* step) {
    const TimeMs time = row.timestamp;
    Session& previous = state.previous;
    if (time >= state.current.start - gap_) {
      InsertLate(&state.current, {row});
      state.current.start = time;
      Merge(state);
      return true;
    }
    if (previous.rows.empty() || time < previous.start - gap_) return false;
    previous.rows.push_back(row);
    if (time <= previous.end - gap_ && time < previous.start) {
      previous.start = time;
    } else {
      previous.end = time + gap_;
      Watch(previous.end + latency_, step);
      Merge(state);
    }
    return true;
  }

  TimeMs gap_;
  bool keyed_;
  TimeMs latency_;
  std::map<std::string, State> states_;
  int64_t created_ = 0;
};

std::unique_ptr<NaiveWindow> MakeNaiveTimeBatch(const WindowCall& call) {
  std::optional<int64_t> start;
  bool streams = false;
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    if (call.arguments[i].type == Type::kBool) {
      streams = call.arguments[i].constant->bool_value();
    } else {
      start = Number(call.arguments[i]);
    }
  }
  return std::make_unique<NaiveTimeBatch>(Number(call.arguments[0]), start, streams);
}

}  // namespace

std::unique_ptr<NaiveWindow> MakeNaiveWindow(const WindowCall& call) {
  const auto& arguments = call.arguments;
  const auto number = [&](size_t i, int64_t fallback) {
    return i < arguments.size() ? Number(arguments[i]) : fallback;
  };
  if (call.name == "length") return std::make_unique<NaiveLength>(number(0, 0));
  if (call.name == "time") return std::make_unique<NaiveTime>(number(0, 0), INT64_MAX, false);
  if (call.name == "timeLength") {
    return std::make_unique<NaiveTime>(number(0, 0), number(1, 0), false);
  }
  if (call.name == "delay") return std::make_unique<NaiveTime>(number(0, 0), INT64_MAX, true);
  if (call.name == "externalTime") return std::make_unique<NaiveExternalTime>(number(1, 0));
  if (call.name == "sort") {
    const bool descending = arguments.size() > 2 && arguments[2].constant->string_value() == "desc";
    return std::make_unique<NaiveSort>(number(0, 0), arguments[1].column == kKeyColumn, descending);
  }
  if (call.name == "lengthBatch") {
    return std::make_unique<NaiveLengthBatch>(
        number(0, 0), arguments.size() > 1 && arguments[1].constant->bool_value());
  }
  if (call.name == "timeBatch") return MakeNaiveTimeBatch(call);
  if (call.name == "batch") return std::make_unique<NaiveBatch>(number(0, 0));
  if (call.name == "externalTimeBatch") {
    std::optional<int64_t> start;
    if (arguments.size() > 2) start = number(2, 0);
    return std::make_unique<NaiveExternalTimeBatch>(number(1, 1), start, number(3, 0));
  }
  if (call.name == "session") {
    return std::make_unique<NaiveSession>(number(0, 0), arguments.size() > 1, number(2, 0));
  }
  throw std::logic_error("no naive window " + call.name);
}

std::vector<OutputEmission> RunNaiveWindow(const WindowCall& call,
                                           const std::vector<TestMessage>& messages) {
  const auto window = MakeNaiveWindow(call);
  std::vector<OutputEmission> result;
  std::multiset<TimeMs> timers;
  TimeMs now = messages.empty() ? 0 : messages.front().clock;
  for (size_t m = 0; m < messages.size(); ++m) {
    const auto finish = [&](NaiveStep& step) {
      timers.insert(step.timers.begin(), step.timers.end());
      for (auto& rows : step.emissions) {
        std::erase_if(rows, [&](const OutputRow& row) {
          return !call.needs_expired && row.kind == RowKind::kExpired;
        });
        if (!rows.empty()) result.push_back({m, step.now, rows});
      }
    };
    const auto fire = [&](TimeMs until) {
      while (!timers.empty() && *timers.begin() <= until) {
        const TimeMs due = *timers.begin();
        timers.erase(timers.begin());
        now = std::max(now, due);
        NaiveStep step;
        step.now = now;
        window->OnTimer(due, &step);
        finish(step);
      }
    };
    const TimeMs clock = std::max(now, messages[m].clock);
    fire(clock);
    now = clock;
    NaiveStep step;
    step.now = now;
    window->OnMessage(messages[m].rows, &step);
    finish(step);
    fire(now);  // those that were due already when they were armed
  }
  return result;
}

}  // namespace weir::window_test
