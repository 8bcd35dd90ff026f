#include <algorithm>
#include <map>
#include <sstream>

#include "unit/exec/toy_app.h"

namespace weir::test {
namespace {

// Makes random apps: streams have levels so that only some apps have loops.
class CaseMaker {
 public:
  explicit CaseMaker(uint64_t seed) : random_(seed) {}

  ToyCase Make() {
    for (int i = Between(1, 3); i > 0; --i) app_.sources.push_back("S" + std::to_string(i));
    for (int i = 0, n = Between(1, 4); i < n; ++i) {
      middle_.push_back("X" + std::to_string(i));
      level_[middle_.back()] = i + 1;
    }
    std::vector<std::string> outputs;
    for (int i = Between(1, 2); i > 0; --i) {
      outputs.push_back("O" + std::to_string(i));
      level_[outputs.back()] = 50;
    }
    readable_ = app_.sources;
    readable_.insert(readable_.end(), middle_.begin(), middle_.end());
    if (Chance(30)) {
      app_.triggers.push_back({"TR", Pick({0, 3, 5, 5, 10})});
      readable_.push_back("TR");
    }
    writable_ = middle_;
    writable_.insert(writable_.end(), outputs.begin(), outputs.end());
    const bool loops = Chance(25);
    for (int q = Between(2, 7); q > 0; --q) AddQuery(loops && Chance(40));
    app_.prints = outputs;
    for (const std::string& stream : middle_) {
      if (Chance(25)) app_.prints.push_back(stream);
    }
    if (Chance(40)) app_.extra_rank_bits = Pick({8, 16, 24});
    AddMessages();
    return {app_, messages_};
  }

 private:
  int Between(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  bool Chance(int percent) { return Between(0, 99) < percent; }
  template <class T>
  T Pick(const std::vector<T>& from) {
    return from[static_cast<size_t>(Between(0, static_cast<int>(from.size()) - 1))];
  }
  int Pick(std::initializer_list<int> from) { return Pick(std::vector<int>(from)); }
  int AnyTime() { return Pick({0, 1, 2, 3, 5, 5, 10, 10, 20}); }
  int LaterTime() { return Pick({1, 2, 3, 5, 5, 10, 10, 20}); }

  void AddWindow(ToyQuery* query) {
    switch (Between(0, 7)) {
      case 0:
        query->stages.push_back({Stage::kLength, Between(1, 3)});
        break;
      case 1:
        query->stages.push_back({Stage::kTimeBatch, LaterTime()});
        break;
      case 2:
        query->stages.push_back({Stage::kSession, LaterTime()});
        break;
      case 3:
        query->stages.push_back({Stage::kLengthBatch, Between(1, 3)});
        break;
      case 4:
        query->stages.push_back({Stage::kTime, AnyTime()});
        break;
      case 5:
        query->stages.push_back({Stage::kEachRow, 0});
        break;
      default:
        query->stages.push_back({Stage::kDelay, AnyTime()});
        break;
    }
  }

  void AddBody(ToyQuery* query) {
    query->inputs = {Pick(readable_)};
    const int kind = Between(0, 99);
    if (kind < 42) query->inputs.push_back(Pick(readable_));
    if (kind < 20) {
      query->stages = {{Stage::kJoin, Between(0, 8)}};
    } else if (kind < 30) {
      query->stages = {{Stage::kPattern, AnyTime()}};
    } else if (kind < 39) {
      query->stages = {{Stage::kAbsent, AnyTime()}};
    } else if (kind < 42) {
      query->stages = {{Stage::kAbsentFirst, LaterTime()}};
    } else {
      if (Chance(25)) query->stages.push_back({Stage::kFilter, Between(2, 4)});
      if (Chance(10)) query->stages.push_back({Stage::kIncrement, 0});
      if (Chance(10)) query->stages.push_back({Pick(1) ? Stage::kKey : Stage::kTakeNow, 0});
      if (Chance(45)) AddWindow(query);
    }
    if (Chance(40)) query->stages.push_back({Stage::kSum, Between(0, 1)});
    if (Chance(10)) query->stages.push_back({Stage::kLastEvery, LaterTime()});
    if (Chance(10)) query->stages.push_back({Stage::kEveryN, Between(2, 3)});
  }
  bool Pick(int) { return Chance(50); }

  void AddQuery(bool loop) {
    ToyQuery query;
    query.mode = Pick({0, 0, 1, 2});
    AddBody(&query);
    int level = 0;
    for (const std::string& input : query.inputs) level = std::max(level, level_[input]);
    std::vector<std::string> later;
    for (const std::string& stream : writable_) {
      if (level_[stream] > level) later.push_back(stream);
    }
    query.output = Pick(later);
    if (loop && Chance(60)) {
      query.output = Chance(50) ? Pick(app_.sources) : Pick(middle_);
      query.stages.push_back({Stage::kHop, 0});
    }
    app_.queries.push_back(std::move(query));
  }

  void AddMessages() {
    TimeMs clock = Pick({0, 100});
    for (int m = Between(1, 14); m > 0; --m) {
      const TimeMs at =
          std::max<TimeMs>(0, clock + Pick({0, 0, 0, 1, 1, 2, 3, 5, 5, 10, 10, 20, 40, -3, -10}));
      ToyMessage message;
      message.clock = at;
      if (!Chance(15)) {
        message.source = Between(0, static_cast<int>(app_.sources.size()) - 1);
        for (int r = Pick({1, 1, 1, 2, 3}); r > 0; --r) {
          const TimeMs late = Chance(70) ? 0 : Pick({1, 2, 5, 10});
          message.rows.push_back(
              {std::max<TimeMs>(0, at - late), 1, Between(0, 1), Between(1, 9), 0});
        }
      }
      messages_.push_back(std::move(message));
      clock = std::max(clock, at);
    }
  }

  std::mt19937_64 random_;
  ToyApp app_;
  std::vector<ToyMessage> messages_;
  std::vector<std::string> middle_, readable_, writable_;
  std::map<std::string, int> level_;
};

void Write(const ToyEmission& rows, std::ostream& out) {
  for (const ToyRow& row : rows) {
    out << " (" << row.ts
        << (row.sign < 0   ? "-"
            : row.sign > 0 ? "+"
                           : "R")
        << " k" << row.key << " v" << row.value << ")";
  }
  out << "\n";
}

}  // namespace

ToyCase RandomCase(uint64_t seed) { return CaseMaker(seed).Make(); }

std::string Describe(const ToyCase& c) {
  std::ostringstream out;
  for (const auto& [name, period] : c.app.triggers)
    out << "trigger " << name << " " << period << "\n";
  for (const ToyQuery& query : c.app.queries) {
    out << "from";
    for (const std::string& input : query.inputs) out << " " << input;
    for (const auto& [stage, n] : query.stages) out << " #" << static_cast<int>(stage) << ":" << n;
    out << " insert " << query.mode << " into " << query.output << "\n";
  }
  out << "rank bits +" << c.app.extra_rank_bits << ", print";
  for (const std::string& print : c.app.prints) out << " " << print;
  out << "\n";
  for (const ToyMessage& message : c.messages) {
    out << message.clock << ": " << (message.source < 0 ? "-" : c.app.sources[message.source]);
    Write(message.rows, out);
  }
  return out.str();
}

std::string Describe(const std::vector<Printed>& printed) {
  std::ostringstream out;
  for (const Printed& p : printed) {
    out << p.print << " at " << p.now << ":";
    Write(p.rows, out);
  }
  return out.str();
}

}  // namespace weir::test
