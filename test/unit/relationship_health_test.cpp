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

RelationshipHealth health(const std::vector<Row>& rows, int32_t as_of, const HealthSettings& settings = {}) {
  auto result = relationship_health(timeline_of(rows), {as_of}, settings);
  EXPECT_TRUE(result.ok()) << result.status.message();
  return result.value;
}

constexpr Kind kEmail = Kind::kEmail;
constexpr Direction kIn = Direction::kInbound, kOut = Direction::kOutbound;

// The words of SPEC 3.7, one activity at a time.
struct ByTheBook {
  double score = 0;
  int count = 0;
  ByTheBook(const std::vector<Row>& rows, int32_t as_of, const HealthSettings& settings) {
    double felt = 0, inbound = 0, all = 0;
    for (const Row& row : rows) {
      if (row.day > as_of) continue;
      ++count;
      double left = std::pow(2, -(as_of - row.day) / (1.5 * settings.expected_gap()));
      double weight = settings.weights[index(row.kind)] / 6.0;
      felt += left * (weight + 0.2 * row.sentiment);
      all += left * weight;
      if (row.direction == kIn) inbound += left * weight;
    }
    if (count < 2 || all == 0) return;
    score = 100 * (1 - std::exp(-std::max(0.0, felt) * (0.6 + 0.8 * std::min(0.5, inbound / all)) / 1.5));
  }
};

TEST(Health, IsWhatTheBookSays) {
  std::mt19937_64 random(1);
  int known = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<Row> rows;
    for (size_t n = random() % 40; n > 0; --n)
      rows.push_back({static_cast<Kind>(random() % kKinds), random() % 3 == 0 ? kIn : kOut,
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
    ASSERT_NEAR(100 * (1 - std::exp(-actual.activity * actual.recency * actual.engagement / 1.5)), now.score, 1e-9);
    ASSERT_EQ(actual.score, static_cast<int32_t>(std::floor(now.score + 0.5)));
    double change = now.score - before.score;
    ASSERT_EQ(actual.trend, change >= 5 ? Trend::kImproving : change <= -5 ? Trend::kDeclining : Trend::kSteady);
    ASSERT_EQ(actual.grade, actual.score >= 60 ? Grade::kGood : actual.score >= 40 ? Grade::kFair : Grade::kPoor);
    ASSERT_TRUE(actual.activity > 0 && actual.recency >= 0 && actual.recency <= 1 && actual.engagement >= 0.6 &&
                actual.engagement <= 1);
  }
  EXPECT_GT(known, 1000);
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
  EXPECT_EQ(today.activity, 2);
  EXPECT_EQ(today.recency, 1);
  EXPECT_EQ(today.engagement, 1);
  EXPECT_EQ(today.score, 74);  // 100 (1 - exp(-2 / 1.5)) = 73.6
  EXPECT_EQ(today.grade, Grade::kGood);
  EXPECT_EQ(today.trend, Trend::kImproving);
  // Silence halves recency every 1.5 gaps, and leaves the other parts alone.
  RelationshipHealth later = health({{kEmail, kIn, 0}, {kEmail, kOut, 0}}, 21);
  EXPECT_EQ(later.activity, 2);
  EXPECT_EQ(later.recency, 0.25);
  EXPECT_EQ(later.engagement, 1);
  EXPECT_EQ(later.score, 28);
}

TEST(Health, EngagementOfOneSide) {
  EXPECT_EQ(health({{kEmail, kOut, 0}, {kEmail, kOut, 0}}, 0).engagement, 0.6);
  EXPECT_EQ(health({{kEmail, kIn, 0}, {kEmail, kIn, 0}}, 0).engagement, 1);
  EXPECT_DOUBLE_EQ(health({{kEmail, kIn, 0}, {kEmail, kOut, 0}, {kEmail, kOut, 0}, {kEmail, kOut, 0}}, 0).engagement,
                   0.8);
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
  auto result = relationship_health(timeline, {9700}, {});
  ASSERT_OK(result.status);
  EXPECT_EQ(result.value.score, 100);
}

TEST(Health, RefusesSettingsThatMakeNoSense) {
  ActivityTimeline timeline = timeline_of({{kEmail, kIn, 0}});
  auto code = [&](auto change) {
    HealthSettings settings;
    change(settings);
    return relationship_health(timeline, {0}, settings).status.code();
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
  EXPECT_EQ(relationship_health(timeline, {std::numeric_limits<int32_t>::max()}, {}).status.code(),
            StatusCode::kOutOfRange);
  EXPECT_FALSE(frequency_of("yearly").ok());
  EXPECT_FALSE(frequency_of("").ok());
  for (const char* label : kFrequencyLabels) EXPECT_TRUE(frequency_of(label).ok());
}

}  // namespace
}  // namespace relinsights
