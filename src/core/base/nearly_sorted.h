// Sorts what is mostly in order already, as rows that come in order of time are: each is moved a few places back. What
// turns out not to be so is sorted as anything else, after at most kMoves moves a value.
#pragma once

#include <algorithm>
#include <cstddef>

namespace relinsights {

template <class T>
void sort_nearly_sorted(T* begin, T* end) {
  if (begin == end) return;
  constexpr size_t kMoves = 8;
  size_t budget = kMoves * static_cast<size_t>(end - begin);
  for (T* at = begin + 1; at < end; ++at) {
    if (!(*at < at[-1])) continue;
    T value = *at;
    T* to = at;
    do {
      *to = to[-1];
      --to;
    } while (--budget > 0 && to > begin && value < to[-1]);
    *to = value;
    if (budget == 0) return std::sort(begin, end);
  }
}

}  // namespace relinsights
