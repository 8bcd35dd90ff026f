#include "catalog/registry.h"

#include <algorithm>
#include <cctype>

namespace weir {
namespace {

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// The namespace without regard to case, the name exactly.
bool SameName(std::string_view registered, std::string_view wanted) {
  if (registered.size() != wanted.size()) return false;
  const size_t colon = registered.find(':');
  const size_t name = colon == std::string_view::npos ? 0 : colon + 1;
  for (size_t i = 0; i < name; ++i) {
    if (Lower(registered[i]) != Lower(wanted[i])) return false;
  }
  return registered.substr(name) == wanted.substr(name);
}

template <class Spec>
const Spec* FindByName(const std::vector<Spec>& specs, std::string_view name) {
  for (const Spec& spec : specs) {
    if (SameName(spec.name, name)) return &spec;
  }
  return nullptr;
}

// Edits (insert, delete, replace, exchange of neighbours) from a to b, case ignored.
size_t EditDistance(std::string_view a, std::string_view b) {
  const size_t width = b.size() + 1;
  std::vector<size_t> before(width), last(width), row(width);
  for (size_t j = 0; j < width; ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j < width; ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

const FunctionSpec* Registry::FindFunction(std::string_view full_name) const {
  return FindByName(functions_, full_name);
}

const AggregateSpec* Registry::FindAggregate(std::string_view full_name) const {
  return FindByName(aggregates_, full_name);
}

const WindowSpec* Registry::FindWindow(std::string_view full_name) const {
  return FindByName(windows_, full_name);
}

const TopicSpec* Registry::FindTopic(std::string_view name) const {
  return FindByName(topics_, name);
}

const StreamFunctionSpec* Registry::FindStreamFunction(std::string_view full_name) const {
  return FindByName(stream_functions_, full_name);
}

std::string NearestName(std::string_view name, const std::vector<std::string>& candidates) {
  // About one error in three letters is a typing error; names longer than this are no name.
  constexpr size_t kLongestName = 200;
  if (name.size() < 2 || name.size() > kLongestName) return "";
  const size_t allowed = std::max<size_t>(1, name.size() / 3);
  const std::string* nearest = nullptr;
  size_t nearest_distance = allowed + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name.size() + allowed || name.size() > candidate.size() + allowed) {
      continue;
    }
    const size_t distance = EditDistance(name, candidate);
    if (distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

}  // namespace weir
