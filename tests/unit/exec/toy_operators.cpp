#include "unit/exec/toy_operators.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

namespace weir::test {
namespace {

ToyRow Expired(ToyRow row, TimeMs now) {
  row.ts = now;
  row.sign = -1;
  return row;
}

std::string Describe(const std::deque<ToyRow>& rows) {
  std::string text;
  for (const ToyRow& row : rows) {
    text += std::to_string(row.ts) + ":" + std::to_string(row.key) + ":" +
            std::to_string(row.value) + " ";
  }
  return text;
}

// Stages without state: one row in, one or no row out.
class RowToy : public Toy {
 public:
  RowToy(Stage stage, int n) : stage_(stage), n_(n) {}
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    ToyEmission out;
    for (ToyRow row : rows) {
      if (row.sign == 0 ? stage_ == Stage::kInsert : !Change(&row, context.now())) continue;
      out.push_back(row);
    }
    return {out};
  }

 private:
  bool Change(ToyRow* row, TimeMs now) const {
    switch (stage_) {
      case Stage::kFilter:
        return row->value % n_ != 0;
      case Stage::kIncrement:
        row->value = (row->value + 1) % 1000;
        break;
      case Stage::kTakeNow:
        row->value = static_cast<int>(now % 1000);
        break;
      case Stage::kKey:
        row->key = row->value % 2;
        break;
      case Stage::kHop:
        return row->hops++ < 2;
      case Stage::kInsert:
        if (n_ != 2 && (row->sign < 0) != (n_ == 1)) return false;
        row->sign = 1;
        break;
      default:
        break;
    }
    return true;
  }
  Stage stage_;
  int n_;
};

class SumToy : public Toy {
 public:
  explicit SumToy(bool by_key) : by_key_(by_key) {}
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext&) override {
    std::vector<ToyRow> last;
    for (ToyRow row : rows) {
      if (row.sign == 0) {
        sums_.clear();
        continue;
      }
      const int key = by_key_ ? row.key : 0;
      int& sum = sums_[key];
      sum = (sum + row.sign * (row.value % 97 + 1)) % 9973;
      row.value = sum;
      const auto same = std::find_if(last.begin(), last.end(),
                                     [&](const ToyRow& r) { return !by_key_ || r.key == row.key; });
      if (same == last.end()) {
        last.push_back(row);
      } else {
        *same = row;
      }
    }
    return {last};
  }
  std::string State() const override {
    std::string text;
    for (const auto& [key, sum] : sums_) {
      text += std::to_string(key) + "=" + std::to_string(sum) + " ";
    }
    return text;
  }

 private:
  bool by_key_;
  std::map<int, int> sums_;
};

class WindowToy : public Toy {
 public:
  explicit WindowToy(int n) : n_(n) {}
  virtual const std::deque<ToyRow>& found() const { return rows_; }
  std::string State() const override { return Describe(rows_); }

 protected:
  int n_;
  std::deque<ToyRow> rows_;
};

class LengthToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    ToyEmission out;
    for (const ToyRow& row : rows) {
      if (static_cast<int>(rows_.size()) >= n_) {
        out.push_back(Expired(rows_.front(), context.now()));
        rows_.pop_front();
      }
      rows_.push_back(row);
      out.push_back(row);
    }
    return {out};
  }
};

// Time window and delay.
class TimeToy : public WindowToy {
 public:
  TimeToy(int n, bool delay) : WindowToy(n), delay_(delay) {}
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    ToyEmission out;
    TakeDue(context, &out);
    for (const ToyRow& row : rows) {
      if (!delay_) TakeDue(context, &out);
      rows_.push_back(row);
      if (!delay_) out.push_back(row);
      if (delay_ || !newest_ || row.ts > *newest_) context.Arm(row.ts + n_, 0);
      newest_ = std::max(row.ts, newest_.value_or(row.ts));
    }
    return {out};
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    ToyEmission out;
    TakeDue(context, &out);
    return {out};
  }

 private:
  void TakeDue(ToyContext& context, ToyEmission* out) {
    while (!rows_.empty() && rows_.front().ts + n_ <= context.now()) {
      ToyRow row = Expired(rows_.front(), context.now());
      if (delay_) row.sign = 1;
      out->push_back(row);
      rows_.pop_front();
    }
  }
  bool delay_;
  std::optional<TimeMs> newest_;
};

class TimeBatchToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  const std::deque<ToyRow>& found() const override { return batch_; }
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    if (!next_) {
      next_ = context.now() + n_;
      context.Arm(*next_, 0);
    }
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    return Tick(context);
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override { return Tick(context); }
  std::string State() const override { return Describe(rows_) + "| " + Describe(batch_); }

 private:
  ToyEmissions Tick(ToyContext& context) {
    if (!next_ || context.now() < *next_) return {};
    *next_ += n_;
    context.Arm(*next_, 0);
    ToyEmission out;
    for (const ToyRow& row : batch_) out.push_back(Expired(row, context.now()));
    if (!batch_.empty() || !rows_.empty()) out.push_back({context.now(), 0, 0, 0, 0});
    out.insert(out.end(), rows_.begin(), rows_.end());
    batch_ = std::move(rows_);
    rows_.clear();
    return {out};
  }
  std::optional<TimeMs> next_;
  std::deque<ToyRow> batch_;
};

class SessionToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    for (const ToyRow& row : rows) {
      last_ = rows_.empty() ? row.ts : std::max(last_, row.ts);
      rows_.push_back(row);
    }
    context.Arm(last_ + n_, 0);
    return {rows};
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    if (rows_.empty() || last_ + n_ > context.now()) return {};
    ToyEmission out;
    for (const ToyRow& row : rows_) out.push_back(Expired(row, context.now()));
    rows_.clear();
    return {out};
  }

 private:
  TimeMs last_ = 0;
};

class LengthBatchToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext& context) override {
    ToyEmissions out;
    for (const ToyRow& row : rows) {
      rows_.push_back(row);
      if (static_cast<int>(rows_.size()) < n_) continue;
      ToyEmission batch;
      for (const ToyRow& old : batch_) batch.push_back(Expired(old, context.now()));
      batch.push_back({context.now(), 0, 0, 0, 0});
      batch.insert(batch.end(), rows_.begin(), rows_.end());
      batch_ = std::move(rows_);
      rows_.clear();
      out.push_back(std::move(batch));
    }
    return out;
  }
  std::string State() const override { return Describe(rows_) + "| " + Describe(batch_); }

 private:
  std::deque<ToyRow> batch_;
};

class EachRowToy : public Toy {
 public:
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext&) override {
    ToyEmissions out;
    for (const ToyRow& row : rows) out.push_back({row});
    return out;
  }
};

class EveryNToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext&) override {
    ToyEmissions out;
    for (const ToyRow& row : rows) {
      if (row.sign == 0) continue;
      rows_.push_back(row);
      if (static_cast<int>(rows_.size()) < n_) continue;
      out.push_back({rows_.back()});
      rows_.clear();
    }
    return out;
  }
};

class LastEveryToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  void Start(TimeMs now, ToyContext& context) override { context.Arm(now + n_, 0); }
  ToyEmissions Process(int, const ToyEmission& rows, ToyContext&) override {
    for (const ToyRow& row : rows) {
      if (row.sign != 0) rows_ = {row};
    }
    return {};
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    context.Arm(context.now() + n_, 0);
    ToyEmission out(rows_.begin(), rows_.end());
    rows_.clear();
    return {out};
  }
};

class TriggerToy : public Toy {
 public:
  explicit TriggerToy(int n) : n_(n) {}
  void Start(TimeMs now, ToyContext& context) override { context.Arm(now + n_, 0); }
  ToyEmissions Process(int, const ToyEmission&, ToyContext&) override { return {}; }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    ++fired_;
    if (n_ > 0) context.Arm(context.now() + n_, 0);
    return {{{context.now(), 1, fired_ % 2, fired_, 0}}};
  }

 private:
  int n_;
  int fired_ = 0;
};

// Two windows inside one operator, whose timers it shares.
class JoinToy : public Toy {
 public:
  explicit JoinToy(int n) {
    const Stage kinds[] = {Stage::kLength, Stage::kTime, Stage::kTimeBatch};
    for (int side = 0; side < 2; ++side, n /= 3) {
      windows_[side].reset(
          static_cast<WindowToy*>(MakeToy(kinds[n % 3], n % 3 == 0 ? 2 : 5).release()));
    }
  }
  int ports() const override { return 2; }
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int port, const ToyEmission& rows, ToyContext& context) override {
    SideContext side(context, port);
    return Probe(port, windows_[port]->Process(0, rows, side));
  }
  ToyEmissions Fire(uint64_t payload, ToyContext& context) override {
    const int port = static_cast<int>(payload);
    SideContext side(context, port);
    return Probe(port, windows_[port]->Fire(0, side));
  }
  std::string State() const override { return windows_[0]->State() + windows_[1]->State(); }

 private:
  class SideContext : public ToyContext {
   public:
    SideContext(ToyContext& context, int port) : context_(context), port_(port) {}
    TimeMs now() const override { return context_.now(); }
    void Arm(TimeMs due, uint64_t) override { context_.Arm(due, port_); }

   private:
    ToyContext& context_;
    int port_;
  };

  ToyEmissions Probe(int port, const ToyEmissions& emissions) {
    ToyEmissions out;
    for (const ToyEmission& emission : emissions) {
      for (const ToyRow& row : emission) {
        ToyEmission joined;
        if (row.sign == 0) joined.push_back(row);
        for (const ToyRow& other : windows_[1 - port]->found()) {
          if (row.sign == 0 || other.key != row.key) continue;
          ToyRow both = row;
          const int left = port == 0 ? row.value : other.value;
          const int right = port == 0 ? other.value : row.value;
          both.value = (left * 10 + right) % 1000;
          both.hops = std::max(row.hops, other.hops);
          joined.push_back(both);
        }
        if (!joined.empty()) out.push_back(std::move(joined));
      }
    }
    return out;
  }
  std::unique_ptr<WindowToy> windows_[2];
};

class PatternToy : public WindowToy {
 public:
  using WindowToy::WindowToy;
  int ports() const override { return 2; }
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int port, const ToyEmission& rows, ToyContext& context) override {
    ToyEmissions out;
    for (const ToyRow& row : rows) {
      if (port == 0) {
        rows_.push_back(row);
        context.Arm(row.ts + n_ + 1, 0);
        continue;
      }
      std::erase_if(rows_, [&](const ToyRow& first) { return std::abs(first.ts - row.ts) > n_; });
      for (const ToyRow& first : rows_) {
        if (first.key != row.key) continue;
        ToyRow match = row;
        match.sign = 1;
        match.value = (first.value * 10 + row.value) % 1000;
        match.hops = std::max(first.hops, row.hops);
        out.push_back({match});
      }
      std::erase_if(rows_, [&](const ToyRow& first) { return first.key == row.key; });
    }
    return out;
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    std::erase_if(rows_, [&](const ToyRow& first) { return context.now() - first.ts > n_; });
    return {};
  }
};

class AbsentToy : public Toy {
 public:
  explicit AbsentToy(int n) : n_(n) {}
  int ports() const override { return 2; }
  bool multi_emitter() const override { return true; }
  ToyEmissions Process(int port, const ToyEmission& rows, ToyContext& context) override {
    for (const ToyRow& row : rows) {
      if (port == 1) {
        std::erase_if(waiting_, [&](const auto& w) { return w.second.key == row.key; });
      } else {
        waiting_.emplace(number_, row);
        context.Arm(row.ts + n_, number_++);
      }
    }
    return {};
  }
  ToyEmissions Fire(uint64_t payload, ToyContext& context) override {
    const auto at = waiting_.find(payload);
    if (at == waiting_.end()) return {};
    ToyRow row = at->second;
    row.ts = context.now();
    waiting_.erase(at);
    return {{row}};
  }
  std::string State() const override { return std::to_string(waiting_.size()); }

 private:
  int n_;
  uint64_t number_ = 0;
  std::map<uint64_t, ToyRow> waiting_;
};

class AbsentFirstToy : public Toy {
 public:
  explicit AbsentFirstToy(int n) : n_(n) {}
  int ports() const override { return 2; }
  bool multi_emitter() const override { return true; }
  void Start(TimeMs now, ToyContext& context) override {
    since_ = now;
    context.Arm(now + n_, 0);
  }
  ToyEmissions Process(int port, const ToyEmission& rows, ToyContext& context) override {
    ToyEmissions out;
    for (const ToyRow& row : rows) {
      if (port == 1 && !silent_) continue;
      if (port == 1) out.push_back({row});
      silent_ = false;
      since_ = context.now();
      context.Arm(since_ + n_, 0);
    }
    return out;
  }
  ToyEmissions Fire(uint64_t, ToyContext& context) override {
    if (since_ + n_ <= context.now()) silent_ = true;
    return {};
  }
  std::string State() const override { return std::to_string(since_) + (silent_ ? " silent" : ""); }

 private:
  int n_;
  TimeMs since_ = 0;
  bool silent_ = false;
};

}  // namespace

std::unique_ptr<Toy> MakeToy(Stage stage, int n) {
  switch (stage) {
    case Stage::kSum:
      return std::make_unique<SumToy>(n != 0);
    case Stage::kLength:
      return std::make_unique<LengthToy>(n);
    case Stage::kTime:
      return std::make_unique<TimeToy>(n, false);
    case Stage::kDelay:
      return std::make_unique<TimeToy>(n, true);
    case Stage::kTimeBatch:
      return std::make_unique<TimeBatchToy>(n);
    case Stage::kSession:
      return std::make_unique<SessionToy>(n);
    case Stage::kLengthBatch:
      return std::make_unique<LengthBatchToy>(n);
    case Stage::kEachRow:
      return std::make_unique<EachRowToy>();
    case Stage::kEveryN:
      return std::make_unique<EveryNToy>(n);
    case Stage::kLastEvery:
      return std::make_unique<LastEveryToy>(n);
    case Stage::kTrigger:
      return std::make_unique<TriggerToy>(n);
    case Stage::kJoin:
      return std::make_unique<JoinToy>(n);
    case Stage::kPattern:
      return std::make_unique<PatternToy>(n);
    case Stage::kAbsent:
      return std::make_unique<AbsentToy>(n);
    case Stage::kAbsentFirst:
      return std::make_unique<AbsentFirstToy>(n);
    default:
      return std::make_unique<RowToy>(stage, n);
  }
}

}  // namespace weir::test
