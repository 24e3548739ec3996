// The units that time is kept in, and which moments are kept.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "core/base/status.h"

namespace relinsights {

// A length of time in microseconds; a day is 24 hours.
struct Duration {
  int64_t microseconds = 0;
  auto operator<=>(const Duration&) const = default;
};

// A moment, in microseconds since 2000-01-01 00:00 UTC (as PostgreSQL counts).
struct Instant {
  int64_t microseconds = 0;
  auto operator<=>(const Instant&) const = default;
};

// A civil date, in days since 2000-01-01.
struct Day {
  int32_t number = 0;
  auto operator<=>(const Day&) const = default;
};

// Instants from 4713 BC to the year 287 000 are kept: so many microseconds fit 63 bits, and one bit stays free.
inline constexpr Instant kEarliestInstant{-211813488000000000};
inline constexpr Instant kLatestInstant{kEarliestInstant.microseconds + std::numeric_limits<int64_t>::max()};

inline Status check_instant(Instant at) noexcept {
  if (at >= kEarliestInstant && at <= kLatestInstant) return {};
  return Status::error(StatusCode::kOutOfRange, "time is infinite or out of range")
      .detail("Activity times lie between 4713 BC and the year 287000.")
      .hint("Leave activities without a real time out, or give them NULL, which is ignored.");
}

}  // namespace relinsights
