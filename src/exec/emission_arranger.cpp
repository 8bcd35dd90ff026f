#include "exec/emission_arranger.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace weir {
namespace {

// As Java's compareTo: -0.0 before 0.0, NaN after all.
template <class T>
int CompareFloats(T a, T b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return static_cast<int>(std::signbit(b)) - static_cast<int>(std::signbit(a));
  return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
}

template <class T>
int CompareValues(const Column& column, uint32_t row_a, uint32_t row_b) {
  const T& a = column.values<T>()[row_a];
  const T& b = column.values<T>()[row_b];
  if constexpr (std::is_floating_point_v<T>) {
    return CompareFloats(a, b);
  } else if constexpr (std::is_same_v<T, StringRef>) {
    return a.view().compare(b.view());
  } else if constexpr (std::is_same_v<T, ObjectRef>) {
    const uint64_t hash_a = HashObject(a);  // objects have no order but need a fixed one
    const uint64_t hash_b = HashObject(b);
    return hash_a < hash_b ? -1 : hash_a > hash_b ? 1 : 0;
  } else {
    return a < b ? -1 : a > b ? 1 : 0;
  }
}

struct SortColumn {
  ColumnPtr column;
  bool ascending;
  int (*compare)(const Column&, uint32_t, uint32_t);

  int Compare(uint32_t a, uint32_t b) const {
    const bool a_valid = column->IsValid(a);
    const bool b_valid = column->IsValid(b);
    if (!a_valid || !b_valid) return static_cast<int>(b_valid) - static_cast<int>(a_valid);
    const int order = compare(*column, a, b);
    return ascending ? order : -order;
  }
};

std::vector<SortColumn> EvaluateKeys(const std::vector<OrderByKey>& order_by,
                                     const EvalContext& context) {
  std::vector<SortColumn> columns;
  columns.reserve(order_by.size());
  for (const OrderByKey& key : order_by) {
    const auto compare = DispatchType(key.value->type(), [](auto tag) {
      using T = typename decltype(tag)::type;
      return &CompareValues<T>;
    });
    columns.push_back({EvalColumn(*key.value, context), key.ascending, compare});
  }
  return columns;
}

bool AllAlone(const Chunk& chunk, const Selection& rows) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (SameEmission(chunk, rows[i - 1], rows[i])) return false;
  }
  return true;
}

}  // namespace

void EmissionArranger::Arrange(const Chunk& chunk, const Timeline& timeline,
                               Selection* rows) const {
  if (!order_by_.empty() && !AllAlone(chunk, *rows)) Sort(chunk, timeline, rows);
  if (limit_.has_value() || offset_ > 0) Cut(chunk, rows);
}

void EmissionArranger::Sort(const Chunk& chunk, const Timeline& timeline, Selection* rows) const {
  Selection ascending = *rows;
  std::sort(ascending.begin(), ascending.end());
  const Chunk visible = chunk.WithSelection(std::move(ascending));
  const auto columns = EvaluateKeys(order_by_, {visible, &timeline});
  const auto before = [&columns](uint32_t a, uint32_t b) {
    for (const SortColumn& column : columns) {
      const int order = column.Compare(a, b);
      if (order != 0) return order < 0;
    }
    return false;
  };
  for (size_t begin = 0; begin < rows->size();) {
    size_t end = begin + 1;
    while (end < rows->size() && SameEmission(chunk, (*rows)[begin], (*rows)[end]) &&
           chunk.kind((*rows)[begin]) == chunk.kind((*rows)[end])) {
      ++end;
    }
    if (end - begin > 1) std::stable_sort(rows->begin() + begin, rows->begin() + end, before);
    begin = end;
  }
}

void EmissionArranger::Cut(const Chunk& chunk, Selection* rows) const {
  size_t kept = 0;
  for (size_t begin = 0; begin < rows->size();) {
    const size_t end = EmissionEndOf(chunk, *rows, begin);
    const size_t first = begin + std::min<uint64_t>(offset_, end - begin);
    const size_t last = first + std::min<uint64_t>(limit_.value_or(end - first), end - first);
    for (size_t i = first; i < last; ++i) (*rows)[kept++] = (*rows)[i];
    begin = end;
  }
  rows->resize(kept);
}

}  // namespace weir
