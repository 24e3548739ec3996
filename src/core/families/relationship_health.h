// How well a relationship does on a day, told from its timeline up to that day. SPEC 3.7; derived in docs/health.md.
//
// With g the days expected between two activities, the health of a day is a score of 0..100,
//     score = 100 * (1 - exp(-activity * recency * engagement / 1.5))
// of three parts, each told without the others. Half of an activity is forgotten every 1.5 g days.
//   activity     what was still remembered on the day of the last activity: the weighted number of activities, each
//   halved
//                once per 1.5 g days before that day; a sentiment adds or takes up to 0.2. Greater than 0.
//   recency      what silence since the last activity has left of that: 2^(-days / (1.5 g)). 0..1.
//   engagement   0.6 + 0.8 * (the inbound share of what is remembered, at most a half). 0.6..1.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/families/activity_timeline.h"

namespace relinsights {

enum class Frequency : uint8_t { kDaily, kFewDays, kWeekly, kBiweekly, kMonthly };
inline constexpr const char* kFrequencyLabels[] = {"daily", "few_days", "weekly", "biweekly", "monthly"};
inline constexpr int32_t kExpectedGapDays[] = {1, 3, 7, 14, 30};
Result<Frequency> frequency_of(std::string_view label) noexcept;

enum class Grade : uint8_t { kGood, kFair, kPoor };
inline constexpr const char* kGradeLabels[] = {"good", "fair", "poor"};

enum class Trend : uint8_t { kImproving, kSteady, kDeclining };
inline constexpr const char* kTrendLabels[] = {"improving", "steady", "declining"};

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
  Trend trend{};
  double activity = 0, recency = 0, engagement = 0;
};

// Activities after `as_of` do not matter. An infinite day or bad settings are an error.
Result<RelationshipHealth> relationship_health(const ActivityTimeline& timeline, Day as_of,
                                               const HealthSettings& settings) noexcept;
inline constexpr const char* kHealthKnown = "ok";
inline constexpr const char* kHealthUnknown = "not_enough_info";

}  // namespace relinsights
