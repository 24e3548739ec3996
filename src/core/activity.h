// The words every KPI is made of (kinds, directions, sides) and the units time is kept in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/status.h"

namespace relinsights {

enum class Kind : uint8_t { kEmail, kMeeting, kPhoneCall, kTask, kOther };
enum class Direction : uint8_t { kInbound, kOutbound };  // inbound sorts first where times are equal
enum class Side : uint8_t { kUs, kThem };

inline constexpr size_t kKinds = 5;
inline constexpr size_t kDirections = 2;
inline constexpr size_t kSides = 2;

// The labels of the SQL enums, in the order of the enumerators above.
inline constexpr const char* kKindLabels[kKinds] = {"email", "meeting", "phone_call", "task", "other"};
inline constexpr const char* kDirectionLabels[kDirections] = {"inbound", "outbound"};
inline constexpr const char* kSideLabels[kSides] = {"us", "them"};

constexpr size_t index(Kind k) { return static_cast<size_t>(k); }
constexpr size_t index(Direction d) { return static_cast<size_t>(d); }
constexpr size_t index(Side s) { return static_cast<size_t>(s); }

constexpr Direction initiated_by(Side s) { return s == Side::kUs ? Direction::kOutbound : Direction::kInbound; }
constexpr Side initiator(Direction d) { return d == Direction::kOutbound ? Side::kUs : Side::kThem; }
constexpr Side other(Side s) { return s == Side::kUs ? Side::kThem : Side::kUs; }

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

// Counts and sums of non-negative numbers stay within a bigint; beyond it they are an error, never a wrong number.
template <class T>
bool add_checked(T& sum, T more) noexcept {
  return !__builtin_add_overflow(sum, more, &sum) && (sizeof(T) != 8 || sum <= static_cast<T>(std::numeric_limits<int64_t>::max()));
}

inline Status sum_overflow(const char* what) noexcept {
  return Status::error(StatusCode::kOutOfRange, "%s is out of range", what).detail("The sum exceeds a 64-bit integer.");
}

}  // namespace relinsights
