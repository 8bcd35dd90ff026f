#include "runtime/epoch_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace weir {
namespace {

// Two source streams; remembers what it is run with, and has one timer every `period` ms.
class RecordingDag : public Dag {
 public:
  explicit RecordingDag(std::string* log, TimeMs period) : log_(log), period_(period) {}

  void Run(const Timeline& timeline, std::span<const Port> sources,
           std::vector<Port>* taps) override {
    taps->assign(1, {});
    // Rows and timers in the order of their moments.
    std::vector<std::pair<Moment, std::string>> steps;
    for (size_t s = 0; s < sources.size(); ++s) {
      for (const Chunk& chunk : sources[s].chunks) {
        for (uint32_t i = 0; i < chunk.size(); ++i) AddRow(timeline, s, chunk, i, &steps);
      }
    }
    while (period_ > 0 && due_ <= timeline.end()) {
      const Moment moment = timeline.DueMoment(due_);
      steps.emplace_back(moment, Message(timeline, moment) + " timer " + std::to_string(due_));
      due_ += period_;
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& step : steps) *log_ += step.second + "\n";
    ++runs;
  }
  void Start(TimeMs now) override {
    *log_ += "start " + std::to_string(now) + "\n";
    if (period_ > 0) due_ = now + period_;
  }
  const Status& status() const override { return status_; }
  TimeMs NextDue() const override { return due_; }
  const std::vector<IslandInfo>& islands() const override { return islands_; }
  void Save(StateWriter&) const override {}
  void Load(StateReader&, std::optional<TimeMs>) override {}

  int runs = 0;

 private:
  static std::string Message(const Timeline& timeline, Moment moment) {
    return "#" + std::to_string(timeline.first_message + MomentPosition(moment)) + " clock " +
           std::to_string(timeline.TimeOf(moment));
  }
  static void AddRow(const Timeline& timeline, size_t stream, const Chunk& chunk, uint32_t i,
                     std::vector<std::pair<Moment, std::string>>* steps) {
    const uint32_t row = chunk.Row(i);
    const Moment moment = chunk.moment(row);
    steps->emplace_back(moment, Message(timeline, moment) + " row " + std::to_string(stream) + ":" +
                                    std::to_string(chunk.column(0)->values<int32_t>()[row]) + " @" +
                                    std::to_string(chunk.timestamp(row)));
    ASSERT_EQ(MomentRound(moment), kMessageRound);
  }

  std::string* log_;
  TimeMs period_;
  TimeMs due_ = kNever;
  Status status_;
  std::vector<IslandInfo> islands_;
};

// A script of messages, run with some number of them per epoch.
class EpochLoopTest : public testing::Test {
 protected:
  struct Message {
    uint32_t stream;            // or BatchMessage::kClockStep
    std::vector<TimeMs> times;  // one per row, or the clock step's
  };
  static constexpr uint32_t kStep = BatchMessage::kClockStep;

  EpochLoopTest() {
    for (const char* name : {"A", "B"}) {
      StreamFormat format;
      format.name = name;
      format.schema =
          std::make_shared<const Schema>(std::vector<Attribute>{{"number", Type::kInt}});
      formats_.push_back(format);
    }
  }

  std::string Run(const std::vector<Message>& script, size_t epoch, TimeMs period = 0,
                  bool rows_move_clock = true) {
    std::string log;
    auto dag = std::make_unique<RecordingDag>(&log, period);
    RecordingDag* recording = dag.get();
    EpochLoop loop(std::move(dag), {formats_[0].schema, formats_[1].schema}, rows_move_clock,
                   [](const Timeline&, const std::vector<Port>&) {});
    MessageBatch batch(formats_);
    int32_t number = 0;
    for (const Message& message : script) {
      Append(message, &number, &batch);
      if (batch.messages.size() < epoch) continue;
      EXPECT_TRUE(loop.Run(&batch).ok());
    }
    EXPECT_TRUE(loop.Run(&batch).ok());
    EXPECT_EQ(loop.next_message(), script.size());
    runs_ = recording->runs;
    return log;
  }

  static void Append(const Message& message, int32_t* number, MessageBatch* batch) {
    if (message.stream == kStep) {
      batch->messages.push_back({message.times[0], kStep, 0});
      return;
    }
    StreamRows& rows = batch->streams[message.stream];
    for (const TimeMs time : message.times) {
      rows.columns[0].Append((*number)++);
      rows.timestamps.push_back(time);
    }
    const auto count = static_cast<uint32_t>(message.times.size());
    batch->messages.push_back({rows.timestamps.back(), message.stream, count});
    batch->rows += count;
  }

  void ExpectSameForAllSizes(const std::vector<Message>& script, TimeMs period,
                             bool rows_move_clock) {
    const std::string whole = Run(script, 4096, period, rows_move_clock);
    for (const size_t epoch : {1, 2, 3, 7, 100}) {
      EXPECT_EQ(Run(script, epoch, period, rows_move_clock), whole) << epoch;
    }
  }

  StreamFormats formats_;
  int runs_ = 0;
};

TEST_F(EpochLoopTest, RowsMoveTheClockNeverBack) {
  EXPECT_EQ(Run({{0, {1000}}, {1, {900}}, {0, {kNoTime}}, {0, {1500, 1200}}, {kStep, {1100}}}, 100),
            "start 1000\n"
            "#0 clock 1000 row 0:0 @1000\n"
            "#1 clock 1000 row 1:1 @900\n"
            "#2 clock 1000 row 0:2 @1000\n"
            "#3 clock 1200 row 0:3 @1500\n"
            "#3 clock 1200 row 0:4 @1200\n");
}

TEST_F(EpochLoopTest, TheClockStandsAtZeroBeforeAnyTimestamp) {
  EXPECT_EQ(Run({{0, {kNoTime}}, {0, {-5}}, {kStep, {10}}}, 100, 4),
            "#0 clock 0 row 0:0 @0\n"
            "start 0\n"
            "#1 clock 0 row 0:1 @-5\n"
            "#2 clock 4 timer 4\n"
            "#2 clock 8 timer 8\n");
  EXPECT_EQ(Run({{0, {-5}}, {kStep, {0}}}, 100, 4),
            "start -5\n"
            "#0 clock -5 row 0:0 @-5\n"
            "#1 clock -1 timer -1\n");
}

TEST_F(EpochLoopTest, OnTheWallClockOnlyStepsMoveIt) {
  EXPECT_EQ(Run({{kStep, {1000}}, {0, {5000}}, {0, {kNoTime}}, {kStep, {1007}}, {0, {1}}}, 100, 5,
                /*rows_move_clock=*/false),
            "start 1000\n"
            "#1 clock 1000 row 0:0 @5000\n"
            "#2 clock 1000 row 0:1 @1000\n"
            "#3 clock 1005 timer 1005\n"
            "#4 clock 1007 row 0:2 @1\n");
}

TEST_F(EpochLoopTest, EpochsNeverShow) {
  std::vector<Message> script;
  TimeMs time = 1'000'000;
  for (int i = 0; i < 500; ++i) {
    switch (i % 7) {
      case 0:
        script.push_back({0, {time, time - 3, kNoTime}});
        break;
      case 1:
        script.push_back({kStep, {time += 12}});
        break;
      case 2:
        script.push_back({1, {kNoTime}});
        break;
      case 3:
        script.push_back({1, {time += i % 30 == 3 ? 100'000 : 1}});
        break;
      default:
        script.push_back({0, {time += 2}});
    }
  }
  ExpectSameForAllSizes(script, 17, true);
  ExpectSameForAllSizes(script, 1000, true);
  ExpectSameForAllSizes(script, 17, false);
}

TEST_F(EpochLoopTest, AFarJumpWithoutTimersIsOneStep) {
  constexpr TimeMs kFar = TimeMs{1} << 60;
  EXPECT_EQ(Run({{0, {-kFar}}, {0, {kFar}}}, 100),
            "start " + std::to_string(-kFar) + "\n#0 clock " + std::to_string(-kFar) +
                " row 0:0 @" + std::to_string(-kFar) + "\n#1 clock " + std::to_string(kFar) +
                " row 0:1 @" + std::to_string(kFar) + "\n");
  EXPECT_EQ(runs_, 2);
}

TEST_F(EpochLoopTest, AFarJumpOverTimersIsCut) {
  // 1000 years with a timer every 100: more than an epoch can span.
  constexpr TimeMs kYear = TimeMs{365} * 24 * 3600 * 1000;
  const std::string log = Run({{0, {0}}, {0, {1000 * kYear}}}, 100, 100 * kYear);
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 13);
  EXPECT_NE(log.find("#1 clock " + std::to_string(100 * kYear) + " timer"), std::string::npos);
  EXPECT_NE(log.find("#1 clock " + std::to_string(1000 * kYear) + " timer"), std::string::npos);
  EXPECT_EQ(log.find("#2"), std::string::npos);
}

}  // namespace
}  // namespace weir
