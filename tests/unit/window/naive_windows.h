#pragma once

#include <memory>
#include <string>
#include <vector>

#include "unit/window/window_harness.h"

namespace weir::window_test {

// What a naive window may do in one step; the driver keeps time.
struct NaiveStep {
  TimeMs now = 0;
  std::vector<std::vector<OutputRow>> emissions{{}};
  std::vector<TimeMs> timers;

  void Current(const TestRow& row) { Current(row, row.timestamp); }
  void Current(const TestRow& row, TimeMs time) { Put(RowKind::kCurrent, time, row.id); }
  void Expired(const TestRow& row, TimeMs time) { Put(RowKind::kExpired, time, row.id); }
  void Reset(TimeMs time) { Put(RowKind::kReset, time, -1); }
  void NextEmission() { emissions.emplace_back(); }

 private:
  void Put(RowKind kind, TimeMs time, int64_t id) { emissions.back().push_back({kind, time, id}); }
};

// A window as the language text describes it, without regard to cost: plain lists, a timer for
// every event, ticks without end.
class NaiveWindow {
 public:
  virtual ~NaiveWindow() = default;
  virtual void OnMessage(const std::vector<TestRow>& rows, NaiveStep* step) = 0;
  virtual void OnTimer(TimeMs /*due*/, NaiveStep*) {}
};

std::unique_ptr<NaiveWindow> MakeNaiveWindow(const WindowCall& call);

// One message at a time; before each, the timers that its time reaches, in order.
std::vector<OutputEmission> RunNaiveWindow(const WindowCall& call,
                                           const std::vector<TestMessage>& messages);

}  // namespace weir::window_test
