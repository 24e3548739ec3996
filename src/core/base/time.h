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

// The days PostgreSQL's date holds: 4713 BC to the year 5874897.
inline constexpr Day kEarliestDay{-2451545};
inline constexpr Day kLatestDay{2145031948};

// An error that names `what` for an infinite day.
inline Status check_day(Day day, const char* what) noexcept {
  if (day >= kEarliestDay && day <= kLatestDay) return {};
  return Status::error(StatusCode::kOutOfRange, "%s is infinite or out of range", what)
      .detail("Days lie between 4713 BC and the year 5874897.")
      .hint("Give a real date.");
}

inline constexpr int64_t kMicrosecondsPerDay = int64_t{86400} * 1000000;
inline constexpr int64_t kDaysFrom1970To2000 = 10957;

// The day of a moment on a clock that is so many seconds ahead of UTC.
inline int64_t day_number(Instant at, int64_t seconds_ahead = 0) noexcept {
  const int64_t local = at.microseconds + seconds_ahead * 1000000;
  return local / kMicrosecondsPerDay - (local % kMicrosecondsPerDay < 0 ? 1 : 0);
}

}  // namespace relinsights
