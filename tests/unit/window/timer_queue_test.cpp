#include "time/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace weir::window_test {
namespace {

Timeline MakeTimeline(std::vector<TimeMs> clocks) {
  Timeline timeline;
  timeline.base = clocks.front();
  timeline.clocks = std::move(clocks);
  return timeline;
}

TEST(Timeline, DueMomentIsTheSameWithEveryHint) {
  const Timeline timeline =
      MakeTimeline({0, 0, 3, 3, 3, 10, 11, 40, 41, 42, 43, 44, 45, 46, 47, 90, 90});
  for (TimeMs due = 1; due <= timeline.end(); ++due) {
    const Moment plain = timeline.DueMoment(due);
    const uint32_t at = MomentPosition(plain);
    EXPECT_GE(timeline.clocks[at], due);
    EXPECT_TRUE(at == 0 || timeline.clocks[at - 1] < due);
    EXPECT_EQ(timeline.TimeOf(plain), due);
    for (uint32_t start = 0; start < timeline.size() + 3; ++start) {
      uint32_t hint = start;
      EXPECT_EQ(timeline.DueMoment(due, &hint), plain);
      EXPECT_EQ(hint, at);
    }
  }
}

TEST(TimerQueue, FiresByDueTimeThenByArming) {
  const Timeline timeline = MakeTimeline({0, 100, 200});
  TimerQueue queue;
  queue.Arm(50, 1, timeline.MessageMoment(0), 0);
  queue.Arm(20, 2, timeline.MessageMoment(0), 0);
  queue.Arm(50, 3, timeline.MessageMoment(0), 0);
  queue.Arm(150, 4, timeline.MessageMoment(0), 0);
  queue.Arm(20, 5, timeline.MessageMoment(0), 0);
  queue.Arm(300, 6, timeline.MessageMoment(0), 0);
  queue.Arm(kNever, 7, timeline.MessageMoment(0), 0);
  std::vector<uint64_t> order;
  while (queue.NextMoment(timeline).has_value()) order.push_back(queue.Pop(timeline).payload);
  EXPECT_EQ(order, (std::vector<uint64_t>{2, 5, 1, 3, 4}));
  EXPECT_EQ(queue.NextDue(), 300);
  EXPECT_FALSE(queue.empty());
}

TEST(TimerQueue, OverdueTimersFireInTheNextRoundOfTheirStep) {
  const Timeline timeline = MakeTimeline({100, 200});
  TimerQueue queue;
  const Moment step = timeline.MessageMoment(0);
  queue.Arm(100, 1, step, 100);  // due just now is overdue
  queue.Arm(30, 2, step, 100);
  queue.Arm(150, 3, step, 100);
  EXPECT_TRUE(queue.MayFireBy(100));
  EXPECT_EQ(queue.NextMoment(timeline), step + 1);
  EXPECT_EQ(queue.Pop(timeline).payload, 1u);
  EXPECT_EQ(queue.Pop(timeline).payload, 2u);
  EXPECT_FALSE(queue.MayFireBy(149));
  EXPECT_EQ(queue.NextMoment(timeline), timeline.DueMoment(150));
  EXPECT_EQ(queue.Pop(timeline).payload, 3u);
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, AgreesWithASortedList) {
  std::mt19937_64 random(11);
  std::vector<TimeMs> clocks;
  TimeMs clock = 0;
  for (int i = 0; i < 500; ++i) clocks.push_back(clock += static_cast<TimeMs>(random() % 20));
  const Timeline timeline = MakeTimeline(clocks);
  struct Armed {
    Moment moment;
    uint64_t number;
  };
  TimerQueue queue;
  std::vector<Armed> list;
  const auto fire_before = [&](Moment limit) {
    while (true) {
      const auto next = std::min_element(list.begin(), list.end(), [](auto& a, auto& b) {
        return std::pair(a.moment, a.number) < std::pair(b.moment, b.number);
      });
      const auto moment = queue.NextMoment(timeline);
      const bool fires = next != list.end() && next->moment < limit;
      ASSERT_EQ(moment.has_value() && *moment < limit, fires);
      if (!fires) return;
      ASSERT_EQ(*moment, next->moment);
      ASSERT_EQ(queue.Pop(timeline).payload, next->number);
      list.erase(next);
    }
  };
  uint64_t number = 0;
  for (uint32_t position = 0; position < timeline.size(); ++position) {
    const Moment step = timeline.MessageMoment(position);
    const TimeMs now = timeline.clocks[position];
    fire_before(step);
    for (uint64_t i = random() % 4; i > 0; --i) {
      const TimeMs due = std::min(now - 30 + static_cast<TimeMs>(random() % 200), timeline.end());
      queue.Arm(due, ++number, step, now);
      list.push_back({due <= now ? step + 1 : timeline.DueMoment(due), number});
    }
  }
  fire_before(UINT64_MAX);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace weir::window_test
