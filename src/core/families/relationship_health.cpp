#include "core/families/relationship_health.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/base/interrupt.h"

namespace relinsights {
namespace {

constexpr double kNeutralWeight = 6;
constexpr double kSentimentWeight = 0.2 / 10000;  // a day's sentiments come in ten-thousandths
constexpr double kHalfLifeInGaps = 1.5;
constexpr double kScale = 1.5;
constexpr double kTrendStep = 5;

struct Parts {
  bool known = false;
  double activity = 0, recency = 0, engagement = 0;

  double score() const noexcept { return known ? 100 * -std::expm1(-activity * recency * engagement / kScale) : 0; }
};

double left_after(int64_t days, double half_life) noexcept { return std::exp2(-static_cast<double>(days) / half_life); }

// The number of activities of a direction, times their weights: exact.
__int128 weighted(const ActivityDay& day, Direction direction, const HealthSettings& settings) noexcept {
  __int128 sum = 0;
  for (size_t kind = 0; kind < kKinds; ++kind)
    sum += static_cast<__int128>(day.counts[kind][index(direction)]) * settings.weights[kind];
  return sum;
}

Parts parts_of(const ActivityTimeline& timeline, Day as_of, const HealthSettings& settings) {
  const double half_life = kHalfLifeInGaps * settings.expected_gap();
  // What is remembered on the day visited last: each day first forgets for the days since, then adds its own. Days come
  // in ascending order, so equal timelines give equal sums.
  double felt = 0, inbound = 0, all = 0;
  int64_t activities = 0;
  Day last{};
  InterruptPace pace;
  timeline.for_each_day([&](const ActivityDay& day) {
    pace.step();
    if (day.day > as_of) return;
    double left = activities == 0 ? 0 : left_after(int64_t{day.day.number} - last.number, half_life);
    __int128 in = weighted(day, Direction::kInbound, settings);
    double of_day = static_cast<double>(in + weighted(day, Direction::kOutbound, settings)) / kNeutralWeight;
    felt = felt * left + of_day + kSentimentWeight * static_cast<double>(day.sentiment);
    inbound = inbound * left + static_cast<double>(in) / kNeutralWeight;
    all = all * left + of_day;
    for (const auto& of_kind : day.counts)
      for (int64_t count : of_kind) activities += std::min<int64_t>(count, 2);
    last = day.day;
  });
  if (activities < 2) return {};
  return {true, std::max(felt, 0.0), left_after(int64_t{as_of.number} - last.number, half_life),
          0.6 + 0.8 * std::min(0.5, inbound / all)};
}

Trend trend_of(double change) noexcept {
  if (change >= kTrendStep) return Trend::kImproving;
  return change <= -kTrendStep ? Trend::kDeclining : Trend::kSteady;
}

}  // namespace

Result<Frequency> frequency_of(std::string_view label) noexcept {
  for (size_t i = 0; i < std::size(kFrequencyLabels); ++i)
    if (label == kFrequencyLabels[i]) return static_cast<Frequency>(i);
  return Status::error(StatusCode::kInvalidArgument, "frequency \"%.*s\" of a relationship is not known",
                       static_cast<int>(std::min<size_t>(label.size(), 100)), label.data())
      .hint("Known frequencies: %s, %s, %s, %s, %s.", kFrequencyLabels[0], kFrequencyLabels[1], kFrequencyLabels[2],
            kFrequencyLabels[3], kFrequencyLabels[4]);
}

Status HealthSettings::check() const noexcept {
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (weights[kind] >= 3 && weights[kind] <= 9) continue;
    return Status::error(StatusCode::kInvalidArgument, "health weight of %s must lie between 3 and 9",
                         kKindLabels[kind])
        .detail("It is %d.", weights[kind])
        .hint("6 is neutral; 9 counts the kind up to 50 %% more, 3 up to 50 %% less.");
  }
  if (good <= 100 && fair < good && fair >= 0) return {};
  return Status::error(StatusCode::kInvalidArgument, "health thresholds must satisfy 0 <= fair < good <= 100")
      .detail("good is %d and fair is %d.", good, fair)
      .hint("The defaults are good 60 and fair 40.");
}

Result<RelationshipHealth> relationship_health(const ActivityTimeline& timeline, Day as_of,
                                               const HealthSettings& settings) noexcept {
  if (Status status = settings.check(); !status.ok()) return status;
  if (Status status = check_day(as_of, "day of a relationship's health"); !status.ok()) return status;
  Parts now, before;
  Status status = contain([&] {
    now = parts_of(timeline, as_of, settings);
    before = parts_of(timeline, {as_of.number - std::max(4 * settings.expected_gap(), 14)}, settings);
    return Status();
  });
  if (!status.ok()) return status;
  if (!now.known) return RelationshipHealth{};
  double change = now.score() - before.score();
  RelationshipHealth health{true,          static_cast<int32_t>(std::floor(now.score() + 0.5)),
                            Grade::kPoor,  trend_of(change),
                            now.activity,  now.recency,
                            now.engagement};
  if (health.score >= settings.fair) health.grade = Grade::kFair;
  if (health.score >= settings.good) health.grade = Grade::kGood;
  return health;
}

}  // namespace relinsights
