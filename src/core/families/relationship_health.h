// How well a relationship does on a day, told from its timeline up to that day. SPEC 3.7; explained in docs/health.md.
//
// With g the days expected between two activities, every activity fades to a half in 1.5 g days. S is what is left of
// all of them, each weighted by its kind; a sentiment adds or takes up to 0.2 of one. The score is 100 times
//   activity     S / (S + 1): 0..1, a half where one activity is left.
//   engagement   0.55 + 0.45 * min(1, twice the inbound share of what is left): 0.55..1. Activities of unknown
//   direction
//                count as inbound by half.
// and the reader is told besides
//   recency      what silence has left of the last activity: 2^(-days / (1.5 g)), 0..1. It is in activity already.
// Where all is too long ago for a double, activity and recency are 0 and engagement is that of the last day.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/families/activity_timeline.h"

namespace relinsights {

enum class Frequency : uint8_t { kDaily, kFewDays, kWeekly, kBiweekly, kMonthly };
inline constexpr const char* kFrequencyLabels[] = {"daily", "few_days", "weekly", "biweekly", "monthly"};
inline constexpr int32_t kExpectedGapDays[] = {1, 3, 7, 14, 30};
Result<Frequency> frequency_of(std::string_view label) noexcept;

enum class Grade : uint8_t { kGood, kFair, kPoor };
inline constexpr const char* kGradeLabels[] = {"good", "fair", "poor"};

enum class Trend : uint8_t { kImproving, kSteady, kDeclining, kNew };
inline constexpr const char* kTrendLabels[] = {"improving", "steady", "declining", "new"};

struct HealthSettings {
  Frequency frequency = Frequency::kWeekly;
  int32_t weights[kKinds] = {6, 6, 6, 6, 6};  // 3..9 each; 6 is neutral
  int32_t good = 60, fair = 40;               // the least score of either grade: 0 <= fair < good <= 100

  Status check() const noexcept;
  int32_t expected_gap() const noexcept { return kExpectedGapDays[static_cast<size_t>(frequency)]; }
};

struct RelationshipHealth {
  bool known = false;  // two activities at least; else nothing below means anything
  int32_t score = 0;   // 0..100
  Grade grade{};
  Trend trend{};  // kNew where there were fewer than two activities on the day it compares with
  double activity = 0, engagement = 0, recency = 0;
};

// Activities after `as_of` do not matter. An infinite day or bad settings are an error.
Result<RelationshipHealth> relationship_health(const ActivityTimeline& timeline, Day as_of,
                                               const HealthSettings& settings) noexcept;
// The same of a timeline as it is stored (its bytes, version first), read once and not made; without bytes there was no
// activity. An error besides for bytes that are no timeline.
Result<RelationshipHealth> relationship_health(std::span<const uint8_t> timeline, Day as_of,
                                               const HealthSettings& settings) noexcept;
inline constexpr const char* kHealthKnown = "ok";
inline constexpr const char* kHealthUnknown = "not_enough_info";

// ---- How often contact is to be expected, learned from how often it was

// The mean number of days between two days with activity in the year up to `as_of`; none with fewer than five such
// days. An infinite day is an error.
Result<std::optional<double>> usual_gap(const ActivityTimeline& timeline, Day as_of) noexcept;
// The frequency whose gap is the nearest by ratio to the median of so many records' usual gaps, of two as near the
// longer; weekly where the records are fewer than ten. An error for a gap that is not positive and finite.
Result<Frequency> learned_frequency(std::optional<double> median_gap, int64_t records) noexcept;

}  // namespace relinsights
