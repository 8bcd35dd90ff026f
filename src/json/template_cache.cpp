#include "json/template_cache.h"

#include <algorithm>

namespace weir {

const char* TemplateCache::Search(const char* text, MessageBatch* batch) {
  const uint32_t tried = successors_[last_];
  for (uint32_t i = 0; i < templates_.size(); ++i) {
    if (i == tried) continue;
    const char* end = ReadBy(i, text, batch);
    if (end != nullptr) return end;
  }
  return nullptr;
}

bool TemplateCache::WantsToLearn() {
  if (pause_ > 0) {
    --pause_;
    return false;
  }
  if (++misses_ % kTrialMisses == 0) {
    if (hits_ < kTrialMisses) {
      *this = TemplateCache();
      pause_ = kPauseLines;
      return false;
    }
    hits_ = 0;
  }
  return misses_ <= kAlwaysLearn || misses_ % kLearnEvery == 0;
}

void TemplateCache::Add(LineTemplate added) {
  if (std::find(templates_.begin(), templates_.end(), added) != templates_.end()) return;
  if (templates_.size() < kTemplatesMax) {
    templates_.push_back(std::move(added));
    successors_.push_back(static_cast<uint32_t>(templates_.size()) - 1);
  } else {
    templates_[next_replaced_] = std::move(added);
    next_replaced_ = (next_replaced_ + 1) % kTemplatesMax;
  }
}

}  // namespace weir
