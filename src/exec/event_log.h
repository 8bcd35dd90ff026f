#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "types/order_key.h"

namespace weir {

// Lines that operators write for the user while an epoch runs. They are handed out in the order of
// what caused them, so they never tell how messages were batched.
class EventLog {
 public:
  void Add(const OrderKey& key, std::string line) { lines_.push_back({key, std::move(line)}); }

  // `add` is called at the end of every epoch, for what is known only then.
  void BeforeHandOut(std::function<void()> add) { last_words_.push_back(std::move(add)); }

  // Calls use(key, line) for each line of the epoch, and forgets them.
  template <class Use>
  void HandOut(Use&& use) {
    for (const auto& add : last_words_) add();
    if (lines_.empty()) return;
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.key < b.key; });
    for (const Line& line : lines_) use(line.key, line.text);
    lines_.clear();
  }

 private:
  struct Line {
    OrderKey key;
    std::string text;
  };
  std::vector<Line> lines_;
  std::vector<std::function<void()>> last_words_;
};

}  // namespace weir
