// Sorts what may be large, and stops with a status when the host asks to.
//
// Blocks that are sorted in some ten milliseconds each, then merged pair by pair; a check lies between any two steps. Takes
// as much memory again as it sorts once there is more than one block.
#pragma once

#include <algorithm>
#include <memory_resource>
#include <vector>

#include "core/interrupt.h"

namespace relinsights {

// Asks for an interrupt at every 65536th step of a loop.
class InterruptPace {
 public:
  Status step() noexcept { return (++steps_ & 0xffff) != 0 ? Status() : check_interrupt(); }

 private:
  uint32_t steps_ = 0;
};

// Merges two sorted neighbours, in parts, into `out`.
template <class T, class Less>
Status merge_interruptibly(const T* a, const T* a_end, const T* b, const T* b_end, T* out, Less& less) {
  InterruptPace pace;
  while (a != a_end && b != b_end) {
    RELINSIGHTS_RETURN_IF_ERROR(pace.step());
    *out++ = less(*b, *a) ? *b++ : *a++;
  }
  std::copy(b, b_end, std::copy(a, a_end, out));
  return {};
}

template <class T, class Less>
Status sort_interruptibly(std::pmr::vector<T>& values, Less less) {
  constexpr size_t kBlock = 65536;
  const size_t count = values.size();
  for (size_t at = 0; at < count; at += kBlock) {
    if (at > 0) RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
    std::sort(values.data() + at, values.data() + std::min(at + kBlock, count), less);
  }
  if (count <= kBlock) return {};
  std::pmr::vector<T> buffer(count, values.get_allocator());
  for (size_t width = kBlock; width < count; width *= 2) {
    for (size_t at = 0; at < count; at += 2 * width) {
      const T* middle = values.data() + std::min(at + width, count);
      const T* end = values.data() + std::min(at + 2 * width, count);
      RELINSIGHTS_RETURN_IF_ERROR(
          merge_interruptibly<T>(values.data() + at, middle, middle, end, buffer.data() + at, less));
    }
    values.swap(buffer);
  }
  return {};
}

}  // namespace relinsights
