// Sorts what may be large, and throws a Failure when the host asks to stop.
//
// Blocks that are sorted in some ten milliseconds each, then merged pair by pair; a check lies between any two steps.
// Takes as much memory again as it sorts once there is more than one block.
#pragma once

#include <algorithm>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/base/interrupt.h"

namespace relinsights {

// Merges two sorted neighbours, in parts, into `out`.
template <class T, class Less>
void merge_interruptibly(const T* a, const T* a_end, const T* b, const T* b_end, T* out, Less& less) {
  InterruptPace pace;
  while (a != a_end && b != b_end) {
    pace.step();
    *out++ = less(*b, *a) ? *b++ : *a++;
  }
  std::copy(b, b_end, std::copy(a, a_end, out));
}

template <class T, class Less>
void sort_interruptibly(std::span<T> values, std::pmr::memory_resource* memory, Less less) {
  constexpr size_t kBlock = 65536;
  const size_t count = values.size();
  for (size_t at = 0; at < count; at += kBlock) {
    if (at > 0) throw_if_interrupted();
    std::sort(values.begin() + at, values.begin() + std::min(at + kBlock, count), less);
  }
  if (count <= kBlock) return;
  std::pmr::vector<T> buffer(count, memory);
  T* from = values.data();
  T* into = buffer.data();
  for (size_t width = kBlock; width < count; width *= 2) {
    for (size_t at = 0; at < count; at += 2 * width) {
      const T* middle = from + std::min(at + width, count);
      const T* end = from + std::min(at + 2 * width, count);
      merge_interruptibly<T>(from + at, middle, middle, end, into + at, less);
    }
    std::swap(from, into);
  }
  if (from != values.data()) std::copy_n(from, count, values.data());
}

}  // namespace relinsights
