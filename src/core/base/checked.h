// Sums that are errors where they leave their type.
#pragma once

#include <cstdint>
#include <limits>

#include "core/base/status.h"

namespace relinsights {

// Counts and sums of non-negative numbers stay within a bigint; beyond it they are an error, never a wrong number.
template <class T>
bool add_checked(T& sum, T more) noexcept {
  return !__builtin_add_overflow(sum, more, &sum) &&
         (sizeof(T) != 8 || sum <= static_cast<T>(std::numeric_limits<int64_t>::max()));
}

inline Status sum_overflow(const char* what) noexcept {
  return Status::error(StatusCode::kOutOfRange, "%s is out of range", what).detail("The sum exceeds a 64-bit integer.");
}

}  // namespace relinsights
