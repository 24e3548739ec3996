#include "core/families/engagement_summary.h"

#include <array>

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;
using Engagements = SelfAggregation<EngagementSummary>;
using Row = std::array<int32_t, kEngagements>;

Status add_row(Engagements& into, const Row& row) { return into.add({row[0], row[1], row[2], row[3]}); }

EngagementSummary summary_of(const std::vector<Row>& rows) {
  Engagements summary(memory());
  for (const Row& row : rows) EXPECT_TRUE(add_row(summary, row).ok());
  return summary;
}

std::vector<Row> random_rows(std::mt19937_64& random, size_t count) {
  std::vector<Row> rows(count);
  for (Row& row : rows)
    for (int32_t& events : row) events = random() % 2 == 0 ? 0 : static_cast<int32_t>(random() % 5);
  return rows;
}

TEST(Engagement, SumsAndRates) {
  auto s = summary_of({{3, 0, 1, 1}, {1, 2, 0, 0}, {0, 0, 0, 0}, {2, 0, 0, 0}});
  EXPECT_EQ(s.followed_emails(), 4);
  EXPECT_EQ(s.events(Engagement::kOpen), 6);
  EXPECT_EQ(s.events(Engagement::kLinkClick), 2);
  EXPECT_EQ(s.events(Engagement::kAttachmentView), 1);
  EXPECT_EQ(s.events(Engagement::kReply), 1);
  EXPECT_DOUBLE_EQ(s.rate(Engagement::kOpen), 0.75);
  EXPECT_DOUBLE_EQ(s.rate(Engagement::kLinkClick), 0.25);
  EXPECT_DOUBLE_EQ(s.rate(Engagement::kAttachmentView), 0.25);
  EXPECT_DOUBLE_EQ(s.rate(Engagement::kReply), 0.25);
  EXPECT_DOUBLE_EQ(summary_of({{0, 0, 0, 0}}).rate(Engagement::kOpen), 0.0);
}

TEST(Engagement, RefusesWhatMakesNoSense) {
  Engagements s(memory());
  for (size_t i = 0; i < kEngagements; ++i) {
    Row row{};
    row[i] = -1;
    Status status = add_row(s, row);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(status.message()).find(kEngagementLabels[i]), std::string::npos);
  }
  EXPECT_EQ(s.followed_emails(), 0);
  const std::string most =
      R"({"version":1,"followed_emails":9223372036854775807,"opens":{"events":9223372036854775807,"emails":9223372036854775807},)"
      R"("link_clicks":{"events":0,"emails":0},"attachment_views":{"events":0,"emails":0},"replies":{"events":0,"emails":0}})";
  EngagementSummary a(memory()), b(memory());
  ASSERT_OK(read_summary(Tokens(most).value(), a));
  EXPECT_EQ(b.merge(a).code(), StatusCode::kOk);
  EXPECT_EQ(b.merge(a).code(), StatusCode::kOutOfRange);
  expect_round_trips(a);
}

TEST(Engagement, EveryOrderAndMergeTreeGivesTheSameBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    auto rows = random_rows(random, 1 + random() % 40);
    ASSERT_EQ((bytes_in_random_order<Engagements, Row>(rows, add_row, random)), bytes_of(summary_of(rows)));
  }
}

TEST(Engagement, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(3);
  std::vector<EngagementSummary> samples;
  for (int i = 0; i < 200; ++i) {
    samples.push_back(summary_of(random_rows(random, 1 + random() % 30)));
    expect_round_trips(samples.back());
  }
  samples.push_back(summary_of({{std::numeric_limits<int32_t>::max(), 0, 0, 0}}));
  expect_round_trips(samples.back());
  expect_survives_mutation(samples, 1000000, 50000);
}

}  // namespace
}  // namespace relinsights
