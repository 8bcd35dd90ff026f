#pragma once

#include <cstdint>
#include <vector>

#include "json/line_template.h"

namespace weir {

// The layouts seen lately. Guesses that what followed a layout last time follows it again, so that
// producers that take turns cost no search. Gives up for a while when lines are too irregular.
class TemplateCache {
 public:
  // As LineTemplate::Read with whichever template fits.
  const char* Read(const char* text, MessageBatch* batch) {
    if (templates_.empty()) return nullptr;
    const char* end = ReadBy(successors_[last_], text, batch);
    return end != nullptr ? end : Search(text, batch);
  }

  // To be asked for each line that no template could read.
  bool WantsToLearn();
  void Add(LineTemplate added);

 private:
  static constexpr size_t kTemplatesMax = 8;
  static constexpr uint32_t kAlwaysLearn = 64;   // misses
  static constexpr uint32_t kLearnEvery = 32;    // misses after that
  static constexpr uint32_t kTrialMisses = 512;  // then at least as many hits are expected
  static constexpr uint32_t kPauseLines = 1 << 16;

  const char* ReadBy(uint32_t index, const char* text, MessageBatch* batch) {
    const char* end = templates_[index].Read(text, batch);
    if (end == nullptr) return nullptr;
    successors_[last_] = index;
    last_ = index;
    ++hits_;
    return end;
  }
  const char* Search(const char* text, MessageBatch* batch);

  std::vector<LineTemplate> templates_;
  std::vector<uint32_t> successors_;  // of each template: the one that followed it last
  uint32_t last_ = 0;
  uint32_t next_replaced_ = 0;
  uint64_t hits_ = 0;
  uint32_t misses_ = 0;
  uint32_t pause_ = 0;  // lines left before templates are tried again
};

}  // namespace weir
