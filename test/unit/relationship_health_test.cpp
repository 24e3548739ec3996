#include "core/families/relationship_health.h"

#include <cmath>

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

struct Row {
  Kind kind;
  Direction direction;
  int32_t day;
  double sentiment = 0;
};

ActivityTimeline timeline_of(const std::vector<Row>& rows) {
  TimelineAggregation aggregation(memory());
  for (const Row& row : rows) EXPECT_TRUE(aggregation.add(row.kind, row.direction, {row.day}, row.sentiment).ok());
  ActivityTimeline timeline(memory());
  EXPECT_TRUE(aggregation.finish(timeline).ok());
  return timeline;
}

Result<RelationshipHealth> health_of(const ActivityTimeline& timeline, Day as_of, const HealthSettings& settings = {}) {
  if (timeline.validate() != nullptr) return relationship_health({}, as_of, settings);  // an empty one is never stored
  std::string bytes = bytes_of(timeline);
  return relationship_health({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, as_of, settings);
}

RelationshipHealth health(const std::vector<Row>& rows, int32_t as_of, const HealthSettings& settings = {}) {
  auto result = health_of(timeline_of(rows), {as_of}, settings);
  EXPECT_TRUE(result.ok()) << result.status.message();
  return result.value;
}

constexpr Kind kEmail = Kind::kEmail, kMeeting = Kind::kMeeting;
constexpr Direction kIn = Direction::kInbound, kOut = Direction::kOutbound, kUnknown = Direction::kUnknown;

// The words of SPEC 3.7, one activity at a time.
struct ByTheBook {
  double score = 0, activity = 0, engagement = 0, recency = 0;
  int count = 0;
  ByTheBook(const std::vector<Row>& rows, int32_t as_of, const HealthSettings& settings) {
    double felt = 0, inbound = 0, all = 0;
    int32_t last = std::numeric_limits<int32_t>::min();
    auto left_after = [&](int32_t days) { return std::pow(2, -days / (1.5 * settings.expected_gap())); };
    for (const Row& row : rows) {
      if (row.day > as_of) continue;
      ++count;
      last = std::max(last, row.day);
      double left = left_after(as_of - row.day);
      double weight = settings.weights[index(row.kind)] / 6.0;
      felt += left * (weight + 0.2 * row.sentiment);
      all += left * weight;
      if (row.direction == kIn) inbound += left * weight;
      if (row.direction == kUnknown) inbound += left * weight / 2;
    }
    if (count < 2 || all == 0) return;
    recency = left_after(as_of - last);
    activity = std::max(0.0, felt) / (std::max(0.0, felt) + 1);
    engagement = 0.55 + 0.45 * std::min(1.0, 2 * inbound / all);
    score = 100 * activity * engagement;
  }
};

TEST(Health, IsWhatTheBookSays) {
  std::mt19937_64 random(1);
  int known = 0, young = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<Row> rows;
    for (size_t n = random() % 40; n > 0; --n)
      rows.push_back({static_cast<Kind>(random() % kKinds),
                      random() % 3 == 0   ? kIn
                      : random() % 3 == 0 ? kUnknown
                                          : kOut,
                      static_cast<int32_t>(random() % 300) - 150,
                      static_cast<double>(static_cast<int>(random() % 20001) - 10000) / 10000});
    HealthSettings settings;
    settings.frequency = static_cast<Frequency>(random() % 5);
    for (int32_t& weight : settings.weights) weight = 3 + static_cast<int32_t>(random() % 7);
    int32_t as_of = static_cast<int32_t>(random() % 300) - 100;
    RelationshipHealth actual = health(rows, as_of, settings);
    ByTheBook now(rows, as_of, settings), before(rows, as_of - std::max(4 * settings.expected_gap(), 14), settings);
    ASSERT_EQ(actual.known, now.count >= 2);
    if (!actual.known) continue;
    ++known;
    young += before.count < 2;
    ASSERT_NEAR(actual.activity, now.activity, 1e-12);
    ASSERT_NEAR(actual.engagement, now.engagement, 1e-12);
    ASSERT_NEAR(actual.recency, now.recency, 1e-12);
    ASSERT_EQ(actual.score, static_cast<int32_t>(std::floor(now.score + 0.5)));
    double change = now.score - before.score;
    ASSERT_EQ(actual.trend, before.count < 2 ? Trend::kNew
                            : change >= 5    ? Trend::kImproving
                            : change <= -5   ? Trend::kDeclining
                                             : Trend::kSteady);
    ASSERT_EQ(actual.grade, actual.score >= 60 ? Grade::kGood : actual.score >= 40 ? Grade::kFair : Grade::kPoor);
  }
  EXPECT_GT(known, 1000);
  EXPECT_GT(young, 100);
}

// One contact every g days, with E = 1: 73 just after it, 63 just before the next; silent for 2 g: 52, 3 g: 40, 4
// g: 30.
TEST(Health, RegularContactAndThenSilence) {
  for (Frequency frequency :
       {Frequency::kDaily, Frequency::kFewDays, Frequency::kWeekly, Frequency::kBiweekly, Frequency::kMonthly}) {
    HealthSettings settings;
    settings.frequency = frequency;
    int32_t gap = settings.expected_gap();
    std::vector<Row> rows;
    for (int32_t i = 0; i < 100; ++i) rows.push_back({kEmail, kIn, -i * gap});
    for (int32_t gaps = 0; const int32_t score : {73, 63, 52, 40, 30}) {
      RelationshipHealth after = health(rows, gap * gaps, settings);
      EXPECT_EQ(after.score, score);
      EXPECT_DOUBLE_EQ(after.recency, std::exp2(-gaps / 1.5));
      EXPECT_EQ(after.engagement, 1);
      ++gaps;
    }
  }
}

TEST(Health, OneWayContactIsAtMostFair) {
  std::vector<Row> rows;
  for (int32_t day = 0; day < 1000; ++day) rows.push_back({kEmail, kOut, day / 100});
  RelationshipHealth one_way = health(rows, 9);
  EXPECT_EQ(one_way.engagement, 0.55);
  EXPECT_EQ(one_way.score, 55);
  EXPECT_EQ(one_way.grade, Grade::kFair);
}

TEST(Health, HalvesAreRoundedUp) {
  // S = 9, A = 0.9, E = 0.55: 49.5
  EXPECT_EQ(health(std::vector<Row>(9, Row{kEmail, kOut, 0}), 0).score, 50);
  // S = 1 of two that count half, E = 0.55: 27.5
  HealthSettings settings;
  settings.weights[index(kEmail)] = 3;
  EXPECT_EQ(health(std::vector<Row>(2, Row{kEmail, kOut, 0}), 0, settings).score, 28);
}

TEST(Health, TrendIsNewUntilThereIsSomethingToCompareWith) {
  std::vector<Row> rows{{kEmail, kIn, 0}, {kEmail, kOut, 1}};
  EXPECT_EQ(health(rows, 1).trend, Trend::kNew);
  EXPECT_EQ(health(rows, 28).trend, Trend::kNew);        // 28 days earlier there was one
  EXPECT_EQ(health(rows, 29).trend, Trend::kDeclining);  // and now silence since
  rows.push_back({kEmail, kIn, 29});
  rows.push_back({kEmail, kIn, 29});
  EXPECT_EQ(health(rows, 29).trend, Trend::kSteady);
  rows.push_back({kMeeting, kIn, 29});
  EXPECT_EQ(health(rows, 29).trend, Trend::kImproving);
}

TEST(Health, NeedsTwoActivities) {
  EXPECT_FALSE(health({}, 0).known);
  EXPECT_FALSE(health({{kEmail, kIn, 0}}, 0).known);
  EXPECT_FALSE(health({{kEmail, kIn, 0}, {kEmail, kOut, 5}}, 4).known);  // the second is not yet
  EXPECT_FALSE(health({{kEmail, kIn, 1}, {kEmail, kOut, 1}}, 0).known);
  EXPECT_TRUE(health({{kEmail, kIn, 0}, {kEmail, kOut, 0}}, 0).known);
}

TEST(Health, PartsOfTwoEmailsToday) {
  RelationshipHealth today = health({{kEmail, kIn, 0}, {kEmail, kOut, 0}}, 0);
  EXPECT_DOUBLE_EQ(today.activity, 2.0 / 3);
  EXPECT_EQ(today.recency, 1);
  EXPECT_EQ(today.engagement, 1);
  EXPECT_EQ(today.score, 67);
  EXPECT_EQ(today.grade, Grade::kGood);
  // Silence halves what is left every 1.5 gaps, and leaves engagement alone.
  RelationshipHealth later = health({{kEmail, kIn, 0}, {kEmail, kOut, 0}}, 21);
  EXPECT_DOUBLE_EQ(later.activity, 1.0 / 3);
  EXPECT_EQ(later.recency, 0.25);
  EXPECT_EQ(later.engagement, 1);
  EXPECT_EQ(later.score, 33);
}

TEST(Health, EngagementOfOneSide) {
  EXPECT_EQ(health({{kEmail, kOut, 0}, {kEmail, kOut, 0}}, 0).engagement, 0.55);
  EXPECT_EQ(health({{kEmail, kIn, 0}, {kEmail, kIn, 0}}, 0).engagement, 1);
  EXPECT_DOUBLE_EQ(health({{kEmail, kIn, 0}, {kEmail, kOut, 0}, {kEmail, kOut, 0}, {kEmail, kOut, 0}}, 0).engagement,
                   0.775);
}

TEST(Health, UnknownDirectionCountsByHalf) {
  EXPECT_EQ(health({{kEmail, kUnknown, 0}, {kEmail, kUnknown, 0}}, 0).engagement, 1);
  EXPECT_DOUBLE_EQ(health({{kEmail, kUnknown, 0}, {kEmail, kOut, 0}}, 0).engagement, 0.775);
  EXPECT_EQ(health({{kEmail, kUnknown, 0}, {kMeeting, kOut, 0}}, 0).score, 52);  // 100 * 2/3 * 0.775 = 51.7
}

TEST(Health, RefusesBytesThatAreNoTimeline) {
  std::string whole = bytes_of(timeline_of({{kEmail, kIn, 0, 1}, {kMeeting, kOut, 3}, {kEmail, kUnknown, 9}}));
  std::vector<uint8_t> good(whole.begin(), whole.end());
  EXPECT_TRUE(relationship_health(good, {9}, {}).ok());
  std::mt19937_64 random(7);
  for (int round = 0; round < 100000; ++round) {
    std::vector<uint8_t> bytes = good;
    if (random() % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
    for (size_t n = 1 + random() % 3; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    ActivityTimeline timeline(memory());
    bool accepted = bytes.empty() || decode_summary(bytes.data(), bytes.size(), timeline).ok();
    ASSERT_EQ(relationship_health(bytes, {9}, {}).ok(), accepted);
  }
}

TEST(Health, LaterActivitiesDoNotMatter) {
  std::vector<Row> rows{{kEmail, kIn, -4000}, {kEmail, kOut, -3995}}, more = rows;
  more.push_back({kEmail, kOut, -3985});
  RelationshipHealth a = health(rows, -3990), b = health(more, -3990);
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.activity, b.activity);
}

TEST(Health, WorstSentimentStaysAboveZero) {
  std::vector<Row> rows;
  HealthSettings settings;
  for (int32_t& weight : settings.weights) weight = 3;
  for (int32_t day = 0; day < 100; ++day) rows.push_back({kEmail, kIn, day, -1});
  RelationshipHealth cross = health(rows, 99, settings);
  EXPECT_GT(cross.activity, 0);
  EXPECT_GE(cross.score, 0);
  EXPECT_LE(cross.score, 100);
}

TEST(Health, ForgottenIsZero) {
  RelationshipHealth forgotten =
      health({{kEmail, kIn, kEarliestDay.number}, {kEmail, kIn, kEarliestDay.number}}, kLatestDay.number);
  EXPECT_TRUE(forgotten.known);
  EXPECT_EQ(forgotten.recency, 0);
  EXPECT_EQ(forgotten.activity, 0);
  EXPECT_EQ(forgotten.score, 0);
  EXPECT_EQ(forgotten.grade, Grade::kPoor);
  EXPECT_EQ(forgotten.trend, Trend::kSteady);
  EXPECT_TRUE(
      health({{kEmail, kIn, kEarliestDay.number}, {kEmail, kIn, kEarliestDay.number}}, kEarliestDay.number).known);
}

TEST(Health, HugeCountsStayAHundred) {
  Tokens tokens(
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1000000000000},"sentiment_ten_thousandths":-10000000000000000}]})");
  ActivityTimeline timeline(memory());
  ASSERT_OK(read_summary(tokens.value(), timeline));
  auto result = health_of(timeline, {9700});
  ASSERT_OK(result.status);
  EXPECT_EQ(result.value.score, 100);
}

TEST(Frequency, IsLearnedFromTheDaysOfAYear) {
  auto gap = [](std::vector<int32_t> days, int32_t as_of) {
    std::vector<Row> rows;
    for (int32_t day : days) rows.push_back({kEmail, kOut, day});
    auto result = usual_gap(timeline_of(rows), {as_of});
    EXPECT_TRUE(result.ok()) << result.status.message();
    return result.value;
  };
  EXPECT_FALSE(gap({}, 0));
  EXPECT_FALSE(gap({0, 1, 2, 3}, 10));
  EXPECT_FALSE(gap({0, 0, 1, 2, 3, 3}, 10));  // four days with activity
  EXPECT_EQ(gap({0, 1, 2, 3, 14}, 14), 3.5);
  EXPECT_FALSE(gap({0, 1, 2, 3, 14}, 13));                 // the fifth is not yet
  EXPECT_EQ(gap({0, 1, 2, 3, 14}, 364), 3.5);              // day 0 is still in the year,
  EXPECT_FALSE(gap({0, 1, 2, 3, 14}, 365));                // and no longer
  EXPECT_EQ(gap({-900, 0, 1, 2, 3, 14, 1000}, 364), 3.5);  // nothing outside counts
  EXPECT_EQ(gap({-10, -8, -6, -4, kEarliestDay.number}, -1), std::nullopt);
  EXPECT_FALSE(gap({kEarliestDay.number}, kEarliestDay.number));
  EXPECT_FALSE(usual_gap(timeline_of({{kEmail, kOut, 0}}), {std::numeric_limits<int32_t>::max()}).status.ok());
}

TEST(Frequency, IsTheNearestByRatio) {
  auto learned = [](double gap, int64_t records) {
    auto result = learned_frequency(gap, records);
    EXPECT_TRUE(result.ok()) << result.status.message();
    return result.value;
  };
  for (size_t i = 0; i < std::size(kExpectedGapDays); ++i)
    EXPECT_EQ(learned(kExpectedGapDays[i], 10), static_cast<Frequency>(i));
  for (double gap = 1; gap < 400; gap *= 1.001) {
    size_t nearest = 0;
    for (size_t i = 1; i < std::size(kExpectedGapDays); ++i)
      if (std::fabs(std::log(gap / kExpectedGapDays[i])) <= std::fabs(std::log(gap / kExpectedGapDays[nearest])))
        nearest = i;
    EXPECT_EQ(learned(gap, 10), static_cast<Frequency>(nearest)) << gap;
  }
  EXPECT_EQ(learned(1, 9), Frequency::kWeekly);
  EXPECT_EQ(learned_frequency({}, 100).value, Frequency::kWeekly);
  for (double gap : {0.0, -1.0, HUGE_VAL}) EXPECT_FALSE(learned_frequency(gap, 10).status.ok());
}

TEST(Health, RefusesSettingsThatMakeNoSense) {
  ActivityTimeline timeline = timeline_of({{kEmail, kIn, 0}});
  auto code = [&](auto change) {
    HealthSettings settings;
    change(settings);
    return health_of(timeline, {0}, settings).status.code();
  };
  const StatusCode bad = StatusCode::kInvalidArgument, good = StatusCode::kOk;
  for (size_t kind = 0; kind < kKinds; ++kind) {
    for (int32_t weight : {-1, 0, 2, 10}) EXPECT_EQ(code([&](auto& s) { s.weights[kind] = weight; }), bad);
    for (int32_t weight : {3, 9}) EXPECT_EQ(code([&](auto& s) { s.weights[kind] = weight; }), good);
  }
  EXPECT_EQ(code([](auto& s) { s.fair = s.good; }), bad);
  EXPECT_EQ(code([](auto& s) { s.fair = 61; }), bad);
  EXPECT_EQ(code([](auto& s) { s.fair = -1; }), bad);
  EXPECT_EQ(code([](auto& s) { s.good = 101; }), bad);
  EXPECT_EQ(code([](auto& s) { s.fair = 0, s.good = 100; }), good);
  EXPECT_EQ(health_of(timeline, {std::numeric_limits<int32_t>::max()}).status.code(), StatusCode::kOutOfRange);
  EXPECT_FALSE(frequency_of("yearly").ok());
  EXPECT_FALSE(frequency_of("").ok());
  for (const char* label : kFrequencyLabels) EXPECT_TRUE(frequency_of(label).ok());
}

}  // namespace
}  // namespace relinsights
