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
constexpr double kLeastEngagement = 0.55;
constexpr int32_t kDaysTaught = 365, kFewestDaysTaught = 5, kFewestRecordsTaught = 10;

// Scores are compared and rounded in billionths: what is a half in decimals is a half.
constexpr int64_t kPoint = 1000000000;
constexpr int64_t kTrendStep = 5 * kPoint;

// 2^(-days / half-life) for the distances between days that occur over and over.
class Forgetting {
 public:
  explicit Forgetting(int32_t gap) noexcept : half_life_(kHalfLifeInGaps * gap) {
    for (size_t days = 0; days < kNear; ++days) left_[days] = far(static_cast<double>(days));
  }
  double left_after(int64_t days) const noexcept {
    return days < static_cast<int64_t>(kNear) ? left_[days] : far(static_cast<double>(days));
  }

 private:
  static constexpr size_t kNear = 128;
  double far(double days) const noexcept { return std::exp2(-days / half_life_); }

  double half_life_;
  double left_[kNear];
};

const Forgetting& forgetting(Frequency frequency) noexcept {
  static const Forgetting all[] = {Forgetting(kExpectedGapDays[0]), Forgetting(kExpectedGapDays[1]),
                                   Forgetting(kExpectedGapDays[2]), Forgetting(kExpectedGapDays[3]),
                                   Forgetting(kExpectedGapDays[4])};
  return all[static_cast<size_t>(frequency)];
}

// What is remembered on the day visited last: each day first forgets for the days since, then adds its own. Days come
// in ascending order, so equal timelines give equal sums.
class Memory {
 public:
  Memory(const HealthSettings& settings, const Forgetting& forgetting) noexcept
      : settings_(settings), forgetting_(forgetting) {}

  void add(const ActivityDay& day) noexcept {
    double left = activities_ == 0 ? 0 : forgetting_.left_after(int64_t{day.day.number} - last_.number);
    // Exact: a day has at most 10^12 activities of each kind and direction.
    int64_t all = 0, halves_inbound = 0;
    for (size_t kind = 0; kind < kKinds; ++kind) {
      const auto& of = day.counts[kind];
      int64_t in = of[index(Direction::kInbound)], unknown = of[index(Direction::kUnknown)];
      int64_t any = in + unknown + of[index(Direction::kOutbound)];
      all += any * settings_.weights[kind];
      halves_inbound += (2 * in + unknown) * settings_.weights[kind];
      activities_ += std::min<int64_t>(any, 2);
    }
    double weighted = static_cast<double>(all) / kNeutralWeight;
    felt_ = felt_ * left + weighted + kSentimentWeight * static_cast<double>(day.sentiment);
    all_ = all_ * left + weighted;
    inbound_ = inbound_ * left + static_cast<double>(halves_inbound) / (2 * kNeutralWeight);
    last_ = day.day;
  }

  bool known() const noexcept { return activities_ >= 2; }
  double recency(int64_t as_of) const noexcept { return forgetting_.left_after(as_of - last_.number); }
  double activity(int64_t as_of) const noexcept {
    double left = std::max(felt_, 0.0) * recency(as_of);
    return left / (left + 1);
  }
  double engagement() const noexcept {
    return kLeastEngagement + (1 - kLeastEngagement) * std::min(1.0, 2 * inbound_ / all_);
  }
  int64_t score(int64_t as_of) const noexcept {
    return std::llround(100 * activity(as_of) * engagement() * static_cast<double>(kPoint));
  }

 private:
  const HealthSettings& settings_;
  const Forgetting& forgetting_;
  double felt_ = 0, all_ = 0, inbound_ = 0;
  int64_t activities_ = 0;  // 2 may stand for more
  Day last_{};
};

Trend trend_of(int64_t change) noexcept {
  if (change >= kTrendStep) return Trend::kImproving;
  return change <= -kTrendStep ? Trend::kDeclining : Trend::kSteady;
}

// Reads the bytes of a timeline and remembers what they say of two days: the one asked for and the one that its trend
// compares with.
class HealthReader {
 public:
  static constexpr const char* kTypeName = ActivityTimeline::kTypeName;
  static constexpr uint8_t kVersion = ActivityTimeline::kVersion;

  HealthReader(Day as_of, const HealthSettings& settings) noexcept
      : settings_(settings),
        as_of_(as_of.number),
        before_(as_of_ - std::max(4 * settings.expected_gap(), 14)),
        now_(settings, forgetting(settings.frequency)) {}

  void add(const ActivityDay& day) noexcept {
    if (day.day.number > as_of_) return;
    if (!then_ && day.day.number > before_) then_.emplace(now_);
    now_.add(day);
  }
  void decode(ByteReader& in, uint8_t version) {
    ActivityTimeline::for_each_encoded_day(in, version, [this](const ActivityDay& day) {
      empty_ = false;
      if (fault_ == nullptr) fault_ = ActivityTimeline::fault_of(day);
      if (fault_ == nullptr) add(day);
    });
  }
  const char* validate() const noexcept { return empty_ ? "It counts no activity" : fault_; }

  RelationshipHealth health() const noexcept {
    if (!now_.known()) return {};
    const Memory& then = then_ ? *then_ : now_;
    int64_t score = now_.score(as_of_);
    RelationshipHealth health{true,
                              static_cast<int32_t>((score + kPoint / 2) / kPoint),
                              Grade::kPoor,
                              then.known() ? trend_of(score - then.score(before_)) : Trend::kNew,
                              now_.activity(as_of_),
                              now_.engagement(),
                              now_.recency(as_of_)};
    if (health.score >= settings_.fair) health.grade = Grade::kFair;
    if (health.score >= settings_.good) health.grade = Grade::kGood;
    return health;
  }

 private:
  const HealthSettings& settings_;
  int64_t as_of_, before_;
  Memory now_;
  std::optional<Memory> then_;
  bool empty_ = true;
  const char* fault_ = nullptr;
};

}  // namespace

Result<Frequency> frequency_of(std::string_view label) noexcept {
  for (size_t i = 0; i < std::size(kFrequencyLabels); ++i)
    if (label == kFrequencyLabels[i]) return static_cast<Frequency>(i);
  return Status::error(StatusCode::kInvalidArgument, "frequency \"%s\" of a relationship is not known",
                       ShownText(label).text)
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
  RELINSIGHTS_RETURN_IF_ERROR(settings.check());
  RELINSIGHTS_RETURN_IF_ERROR(check_day(as_of, "day of a relationship's health"));
  HealthReader reader(as_of, settings);
  RELINSIGHTS_RETURN_IF_ERROR(contain([&] {
    InterruptPace pace;
    timeline.for_each_day([&](const ActivityDay& day) {
      pace.step();
      reader.add(day);
    });
    return Status();
  }));
  return reader.health();
}

Result<RelationshipHealth> relationship_health(std::span<const uint8_t> timeline, Day as_of,
                                               const HealthSettings& settings) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(settings.check());
  RELINSIGHTS_RETURN_IF_ERROR(check_day(as_of, "day of a relationship's health"));
  HealthReader reader(as_of, settings);
  if (!timeline.empty()) RELINSIGHTS_RETURN_IF_ERROR(decode_summary(timeline.data(), timeline.size(), reader));
  return reader.health();
}

Result<std::optional<double>> usual_gap(const ActivityTimeline& timeline, Day as_of) noexcept {
  if (Status status = check_day(as_of, "day up to which a frequency is learned"); !status.ok()) return status;
  int32_t days = 0;
  Day first{}, last{};
  if (Status status = contain([&] {
        InterruptPace pace;
        timeline.for_each_day([&](const ActivityDay& day) {
          pace.step();
          if (day.day > as_of || int64_t{day.day.number} <= int64_t{as_of.number} - kDaysTaught) return;
          if (days++ == 0) first = day.day;
          last = day.day;
        });
        return Status();
      });
      !status.ok())
    return status;
  if (days < kFewestDaysTaught) return std::optional<double>();
  return std::optional<double>(static_cast<double>(last.number - first.number) / (days - 1));
}

Result<Frequency> learned_frequency(std::optional<double> median_gap, int64_t records) noexcept {
  if (records < kFewestRecordsTaught || !median_gap) return Frequency::kWeekly;
  if (!(*median_gap > 0 && std::isfinite(*median_gap)))
    return Status::error(StatusCode::kInvalidArgument, "median gap must be a positive number of days")
        .detail("It is %g.", *median_gap);
  // By ratio, the border between two gaps is their geometric mean.
  size_t label = 0;
  while (label + 1 < std::size(kExpectedGapDays) &&
         *median_gap * *median_gap >= double(kExpectedGapDays[label]) * kExpectedGapDays[label + 1])
    ++label;
  return static_cast<Frequency>(label);
}

}  // namespace relinsights
