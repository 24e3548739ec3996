// The row of record_kpi beside what each summary says by itself.
#include "core/record/record_kpi.h"

#include <map>
#include <string>

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

std::map<std::string, KpiValue> filled(const RecordSummaries& summaries, const KpiSettings& settings = {}) {
  KpiValue row[kKpiColumns];
  EXPECT_TRUE(is_ok(fill(summaries, settings, row)));
  std::map<std::string, KpiValue> named;
  for (size_t i = 0; i < kKpiColumns; ++i) {
    EXPECT_EQ(row[i].type, kRecordKpis[i].type) << kRecordKpis[i].name;
    named[kRecordKpis[i].name] = row[i];
  }
  return named;
}

TEST(RecordKpi, ColumnsAreNamedOnceAndExplained) {
  std::map<std::string, int> names;
  for (const KpiColumn& column : kRecordKpis) {
    EXPECT_EQ(++names[column.name], 1) << column.name;
    EXPECT_GT(std::string(column.words).size(), 0u) << column.name;
    EXPECT_EQ(std::string(column.name).ends_with("_hours"), column.unit == KpiUnit::kHours) << column.name;
    EXPECT_EQ(column.type == KpiType::kInstant, column.unit == KpiUnit::kTime) << column.name;
    EXPECT_EQ(column.type == KpiType::kCount, column.unit == KpiUnit::kCount) << column.name;
  }
}

TEST(RecordKpi, ARecordWithoutActivitiesHasCountsAndTimesSpentOfZeroAndNothingElse) {
  RecordSummaries none(memory());
  auto row = filled(none);
  for (const KpiColumn& column : kRecordKpis) {
    std::string name = column.name;
    bool spent = name.starts_with("time_spent") || name == "face_time_hours";
    EXPECT_EQ(row[name].null, column.type != KpiType::kCount && !spent) << name;
    if (column.type == KpiType::kCount) EXPECT_EQ(row[name].count, 0) << name;
    if (spent) EXPECT_EQ(row[name].number, 0) << name;
  }
}

// SPEC 3.3: a 30-minute meeting of three of us and two of them takes us 90 minutes, them 30.
TEST(RecordKpi, SumsAndTimesOfAnExample) {
  RecordSummaries summaries(memory());
  constexpr int64_t kMinute = 60 * 1000000;
  InteractionSummary& interactions = summaries.interactions;
  EXPECT_TRUE(is_ok(interactions.add(Kind::kMeeting, Direction::kOutbound, {10}, {30 * kMinute}, 3)));
  EXPECT_TRUE(is_ok(interactions.add(Kind::kEmail, Direction::kInbound, {20}, {}, 1)));
  EXPECT_TRUE(is_ok(interactions.add(Kind::kEmail, Direction::kOutbound, {30}, {}, 1)));
  EXPECT_TRUE(is_ok(interactions.add(Kind::kEmail, Direction::kOutbound, {40}, {}, 1)));
  ASSERT_TRUE(is_ok(summaries.engagement.add({2, 0, 0, 1})));
  ASSERT_TRUE(is_ok(summaries.engagement.add({0, 0, 0, 0})));

  auto row = filled(summaries);
  EXPECT_EQ(row["emails_sent"].count, 2);
  EXPECT_EQ(row["emails_received"].count, 1);
  EXPECT_EQ(row["meetings_sent"].count, 1);
  EXPECT_EQ(row["activities"].count, 4);
  EXPECT_EQ(row["activities_by_us"].count, 3);
  EXPECT_EQ(row["activities_by_them"].count, 1);
  EXPECT_EQ(row["email_ratio_by_us"].number, 2.0);
  EXPECT_EQ(row["email_ratio_by_them"].number, 0.5);
  EXPECT_EQ(row["time_spent_by_us_hours"].number, (90 + 2 * 5 + 2.5) / 60);
  EXPECT_EQ(row["time_spent_by_them_hours"].number, (30 + 5 + 2 * 2.5) / 60);
  EXPECT_EQ(row["face_time_hours"].number, 0.5);
  EXPECT_EQ(row["first_interaction_at"].microseconds, 10);
  EXPECT_EQ(row["last_interaction_at"].microseconds, 40);
  EXPECT_EQ(row["last_interaction_by_them_at"].microseconds, 20);
  EXPECT_EQ(row["followed_emails"].count, 2);
  EXPECT_EQ(row["open_rate"].number, 0.5);
  EXPECT_EQ(row["link_click_rate"].number, 0);
  EXPECT_TRUE(row["response_rate_by_us"].null);

  auto slower = filled(summaries, {.write = {10 * kMinute}, .read = {0}});
  EXPECT_EQ(slower["time_spent_by_us_hours"].number, (90 + 2 * 10) / 60.0);
}

TEST(RecordKpi, ResponsesOfAnExample) {
  RecordSummaries summaries(memory());
  ResponseAggregation responses(memory());
  constexpr int64_t kMinute = 60 * 1000000;
  for (auto [minute, direction] : {std::pair{0, Direction::kInbound},
                                   {10, Direction::kInbound},
                                   {40, Direction::kOutbound},
                                   {50, Direction::kOutbound},
                                   {120, Direction::kInbound}})
    EXPECT_TRUE(is_ok(responses.add(1, direction, {minute * kMinute})));
  ASSERT_TRUE(is_ok(responses.finish(summaries.responses)));
  auto row = filled(summaries);
  EXPECT_EQ(row["avg_response_time_by_us_hours"].number, 40 / 60.0);
  EXPECT_EQ(row["median_response_time_by_them_hours"].number, 80 / 60.0);
  EXPECT_EQ(row["response_rate_by_us"].number, 0.5);
  EXPECT_EQ(row["response_rate_by_them"].number, 1.0);
  EXPECT_EQ(row["awaiting_us"].count, 1);
  EXPECT_EQ(row["awaiting_them"].count, 0);
  EXPECT_EQ(row["oldest_awaiting_us_since"].microseconds, 120 * kMinute);
}

TEST(RecordKpi, ASumOutOfRangeIsAnError) {
  RecordSummaries summaries(memory());
  ASSERT_TRUE(is_ok(summaries.interactions.add(Kind::kEmail, Direction::kOutbound, {1}, {}, 1)));
  ASSERT_TRUE(is_ok(summaries.interactions.add(Kind::kEmail, Direction::kOutbound, {2}, {}, 1)));
  KpiValue row[kKpiColumns];
  EXPECT_FALSE(fill(summaries, {.write = {std::numeric_limits<int64_t>::max()}}, row).ok());
}

}  // namespace
}  // namespace relinsights
