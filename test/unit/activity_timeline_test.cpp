#include "core/families/activity_timeline.h"

#include <cmath>
#include <map>

#include "core/families/relationship_health.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

struct Row {
  Kind kind;
  Direction direction;
  Day day;
  double sentiment;
};

Status add_row(TimelineAggregation& into, const Row& row) {
  return into.add(row.kind, row.direction, row.day, row.sentiment);
}

ActivityTimeline timeline_of(const std::vector<Row>& rows) {
  TimelineAggregation aggregation(memory());
  for (const Row& row : rows) EXPECT_TRUE(add_row(aggregation, row).ok());
  ActivityTimeline timeline(memory());
  EXPECT_TRUE(aggregation.finish(timeline).ok());
  return timeline;
}

std::vector<Row> random_rows(std::mt19937_64& random, size_t count, int32_t days) {
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    double sentiment =
        random() % 3 == 0 ? static_cast<double>(static_cast<int64_t>(random() % 20001) - 10000) / 10000 : 0;
    rows.push_back({static_cast<Kind>(random() % kKinds),
                    static_cast<Direction>(random() % kDirectionsAndUnknown),
                    {static_cast<int32_t>(random() % static_cast<uint64_t>(days)) - days / 2},
                    sentiment});
  }
  return rows;
}

std::string sparkline(const std::vector<int64_t>& totals, bool utf8 = true) {
  std::vector<SeriesRow> rows;
  for (int64_t total : totals) rows.push_back({{total, 0, 0, 0, 0, 0}});
  ByteWriter out(memory());
  write_sparkline(rows.data(), static_cast<int32_t>(rows.size()), utf8, out);
  return taken(out);
}

TEST(Timeline, CountsWhatWasAdded) {
  std::mt19937_64 random(1);
  for (size_t count : {1, 100, 5000}) {
    std::vector<Row> rows = random_rows(random, count, 400);
    std::map<int32_t, ActivityDay> expected;
    for (const Row& row : rows) {
      ActivityDay& day = expected.try_emplace(row.day.number, ActivityDay{row.day, {}, 0}).first->second;
      ++day.counts[index(row.kind)][index(row.direction)];
      day.sentiment += std::llround(row.sentiment * 10000);
    }
    auto next = expected.begin();
    timeline_of(rows).for_each_day([&](const ActivityDay& day) {
      ASSERT_NE(next, expected.end());
      EXPECT_EQ(day.day, next->second.day);
      EXPECT_EQ(std::memcmp(day.counts, next->second.counts, sizeof day.counts), 0);
      EXPECT_EQ(day.sentiment, next->second.sentiment);
      ++next;
    });
    EXPECT_EQ(next, expected.end());
  }
}

TEST(Timeline, OrderAndMergeTreeDoNotMatter) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 60; ++round) {
    // Some of more rows than are kept before they are merged.
    std::vector<Row> rows =
        random_rows(random, round < 50 ? 1 + random() % 200 : 20000, 1 + static_cast<int32_t>(random() % 700));
    std::string expected = bytes_of(timeline_of(rows));
    ASSERT_EQ((bytes_in_random_order<TimelineAggregation, Row>(rows, add_row, random)), expected) << "round " << round;
  }
}

TEST(Timeline, MergedSummariesEqualOneOfAllRows) {
  std::mt19937_64 random(3);
  std::vector<Row> rows = random_rows(random, 3000, 300);
  ActivityTimeline merged(memory());
  for (size_t at = 0; at < rows.size(); at += 500)
    ASSERT_OK(merged.merge(
        timeline_of({rows.begin() + static_cast<ptrdiff_t>(at), rows.begin() + static_cast<ptrdiff_t>(at + 500)})));
  EXPECT_EQ(bytes_of(merged), bytes_of(timeline_of(rows)));
}

TEST(Timeline, SentimentsThatCancelLeaveNoTrace) {
  Row plain{Kind::kEmail, Direction::kInbound, {10}, 0}, glad = plain, cross = plain;
  glad.sentiment = 0.25;
  cross.sentiment = -0.25;
  EXPECT_EQ(bytes_of(timeline_of({glad, cross})), bytes_of(timeline_of({plain, plain})));
  ActivityTimeline merged(memory());
  ASSERT_OK(merged.merge(timeline_of({glad})));
  ASSERT_OK(merged.merge(timeline_of({cross})));
  EXPECT_EQ(bytes_of(merged), bytes_of(timeline_of({plain, plain})));
}

TEST(Timeline, SentimentRoundsHalvesAwayFromZero) {
  for (int half = 0; half < 10000; ++half) {
    std::string text =
        "0." + std::string(5 - std::to_string(half * 10 + 5).size(), '0') + std::to_string(half * 10 + 5);
    double sentiment = std::stod(text);
    for (double sign : {1.0, -1.0}) {
      timeline_of({{Kind::kTask, Direction::kInbound, {0}, sign * sentiment}})
          .for_each_day([&](const ActivityDay& day) {
            ASSERT_EQ(day.sentiment, static_cast<int64_t>(sign) * (half + 1)) << text;
          });
    }
  }
  timeline_of({{Kind::kTask, Direction::kInbound, {0}, 0.00004999}}).for_each_day([](const ActivityDay& day) {
    EXPECT_EQ(day.sentiment, 0);
  });
}

TEST(Timeline, RefusesWhatIsNoSentimentOrDay) {
  TimelineAggregation aggregation(memory());
  auto add = [&](Day day, double sentiment) {
    return aggregation.add(Kind::kEmail, Direction::kInbound, day, sentiment).code();
  };
  EXPECT_EQ(add({0}, 1.00001), StatusCode::kInvalidArgument);
  EXPECT_EQ(add({0}, -1.00001), StatusCode::kInvalidArgument);
  EXPECT_EQ(add({0}, std::nan("")), StatusCode::kInvalidArgument);
  EXPECT_EQ(add({std::numeric_limits<int32_t>::max()}, 0), StatusCode::kOutOfRange);
  EXPECT_EQ(add({std::numeric_limits<int32_t>::min()}, 0), StatusCode::kOutOfRange);
  EXPECT_EQ(add({kEarliestDay.number - 1}, 0), StatusCode::kOutOfRange);
  EXPECT_EQ(add({kLatestDay.number + 1}, 0), StatusCode::kOutOfRange);
  EXPECT_EQ(add(kEarliestDay, -1), StatusCode::kOk);
  EXPECT_EQ(add(kLatestDay, 1), StatusCode::kOk);
}

TEST(Timeline, MemoryIsBoundedByDays) {
  std::mt19937_64 random(4);
  TimelineAggregation aggregation(memory()), other(memory());
  for (int i = 0; i < 1000000; ++i) {
    Row row{static_cast<Kind>(random() % kKinds),
            static_cast<Direction>(random() % kDirectionsAndUnknown),
            {static_cast<int32_t>(random() % 60)},
            0.5};
    ASSERT_OK(add_row(i % 2 == 0 ? aggregation : other, row));
  }
  ASSERT_OK(aggregation.merge(other));
  EXPECT_LT(aggregation.memory(), 64 * 1024u);
}

TEST(Timeline, WindowOfDays) {
  auto window = last_days({100}, 60);
  ASSERT_OK(window.status);
  EXPECT_EQ(window.value.first, Day{41});
  EXPECT_EQ(window.value.day_of(59), Day{100});
  SeriesRow rows[60] = {};
  std::vector<Row> activities;
  // Outside on both sides, at both ends, and of kinds that are not shown.
  for (int32_t day : {40, 41, 100, 101})
    for (Kind kind : {Kind::kEmail, Kind::kMeeting, Kind::kPhoneCall, Kind::kTask, Kind::kOther})
      for (int i = 0; i <= static_cast<int>(index(kind)); ++i) {
        activities.push_back({kind, Direction::kOutbound, {day}, 0});
        activities.push_back({kind, Direction::kInbound, {day}, 0});
        activities.push_back({kind, Direction::kInbound, {day}, 0});
      }
  timeline_of(activities).add_series(window.value, rows);
  const int64_t expected[kSeries] = {1, 2, 2, 4, 3, 6};
  for (int32_t row = 0; row < 60; ++row)
    for (size_t i = 0; i < kSeries; ++i) EXPECT_EQ(rows[row].counts[i], row == 0 || row == 59 ? expected[i] : 0);
}

// Nobody knows who initiated them: they are in no series, but kept by kind.
TEST(Timeline, UnknownDirectionIsInNoSeries) {
  ActivityTimeline timeline = timeline_of({{Kind::kMeeting, Direction::kUnknown, {100}, 0.5},
                                           {Kind::kMeeting, Direction::kUnknown, {100}, 0},
                                           {Kind::kOther, Direction::kUnknown, {100}, 0},
                                           {Kind::kPhoneCall, Direction::kInbound, {100}, 0}});
  SeriesRow row{};
  timeline.add_series(last_days({100}, 1).value, &row);
  EXPECT_EQ(row.total(), 1);
  timeline.for_each_day([](const ActivityDay& day) {
    constexpr size_t kUnknown = index(Direction::kUnknown);
    EXPECT_EQ(day.counts[index(Kind::kMeeting)][kUnknown], 2);
    EXPECT_EQ(day.counts[index(Kind::kOther)][kUnknown], 1);
    EXPECT_EQ(day.counts[index(Kind::kPhoneCall)][kUnknown], 0);
    EXPECT_EQ(day.counts[index(Kind::kPhoneCall)][index(Direction::kInbound)], 1);
  });
  EXPECT_EQ(text_of(timeline),
            R"({"version":2,"days":[{"day":"2000-04-10","meeting":{"unknown":2},)"
            R"("phone_call":{"inbound":1},"other":{"unknown":1},"sentiment_ten_thousandths":5000}]})");
  expect_round_trips(timeline);
}

// As 0.1.0 and 0.2.0 stored it: one day with a task of ours and a sentiment.
TEST(Timeline, ReadsVersion1) {
  const std::string bytes("\x01\x01\x8a\x95\x01\x80\x09\x01\xea\x6f", 10);
  ActivityTimeline from_bytes(memory()), from_text(memory());
  ASSERT_OK(decode(bytes, from_bytes));
  Tokens text(R"({"version":1,"days":[{"day":"2026-02-14","task":{"outbound":1},"sentiment_ten_thousandths":7157}]})");
  ASSERT_OK(read_summary(text.value(), from_text));
  EXPECT_EQ(text_of(from_bytes),
            R"({"version":2,"days":[{"day":"2026-02-14","task":{"outbound":1},"sentiment_ten_thousandths":7157}]})");
  EXPECT_EQ(bytes_of(from_bytes), bytes_of(from_text));
  EXPECT_EQ(bytes_of(from_bytes)[0], 2);
  // It merges with what is written now.
  ASSERT_OK(from_bytes.merge(timeline_of({{Kind::kEmail, Direction::kUnknown, {9541}, 0}})));
  EXPECT_EQ(text_of(from_bytes), R"({"version":2,"days":[{"day":"2026-02-14","email":{"unknown":1},)"
                                 R"("task":{"outbound":1},"sentiment_ten_thousandths":7157}]})");
  // Its mask had no cells of unknown direction.
  ActivityTimeline refused(memory());
  EXPECT_EQ(decode(std::string("\x01\x01\x00\x80\x10\x01", 6), refused).code(), StatusCode::kCorruptBytes);
}

TEST(Timeline, WeeksBeginOnMondays) {
  // 2000-01-01 was a Saturday; 2000-01-03 and 1999-12-27 were Mondays.
  for (int32_t day = -5; day <= 1; ++day) EXPECT_EQ(last_weeks({day}, 1).value.first, Day{-5}) << day;
  for (int32_t day = 2; day <= 8; ++day) EXPECT_EQ(last_weeks({day}, 1).value.first, Day{2}) << day;
  EXPECT_EQ(last_weeks({4}, 3).value.first, Day{2 - 14});
}

TEST(Timeline, RefusesWindowsThatMakeNoSense) {
  for (auto window_of : {last_days, last_weeks}) {
    EXPECT_EQ(window_of({0}, 0).status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(window_of({0}, -1).status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(window_of({0}, kMostDaysShown + 1).status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(window_of({std::numeric_limits<int32_t>::max()}, 1).status.code(), StatusCode::kOutOfRange);
    EXPECT_EQ(window_of({std::numeric_limits<int32_t>::min()}, 1).status.code(), StatusCode::kOutOfRange);
    EXPECT_EQ(window_of({kEarliestDay.number + 5}, 10).status.code(), StatusCode::kOutOfRange);
    EXPECT_TRUE(window_of(kLatestDay, 10).ok());
  }
}

TEST(Sparkline, ScalesByTheBusiestDay) {
  EXPECT_EQ(sparkline({0, 0, 0}), "▁▁▁");
  EXPECT_EQ(sparkline({0, 1, 0}), "▁█▁");
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({1, 1000000, 0}), "▂█▁");
  EXPECT_EQ(sparkline({std::numeric_limits<int64_t>::max(), 1, 0}), "█▂▁");
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, false), "_.:-=+*#");
}

TEST(Timeline, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(5);
  std::vector<ActivityTimeline> samples;
  for (int i = 0; i < 200; ++i) {
    samples.push_back(timeline_of(random_rows(random, 1 + random() % 30, i % 2 == 0 ? 20 : 2000)));
    expect_round_trips(samples.back());
  }
  samples.push_back(timeline_of(
      {{Kind::kEmail, Direction::kInbound, kEarliestDay, -1}, {Kind::kOther, Direction::kOutbound, kLatestDay, 1}}));
  expect_round_trips(samples.back());
  expect_survives_mutation(samples, 1000000, 50000);
}

TEST(Timeline, RefusesTextThatIsNone) {
  const char* const bad[] = {
      R"({"version":1,"days":[]})",
      R"({"version":1,"days":[{"day":"2026-03-02"}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":0}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":-1}}]})",
      R"({"version":1,"days":[{"day":"2026-02-30","email":{"inbound":1}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1}},{"day":"2026-03-02","task":{"inbound":1}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1}},{"day":"2026-03-01","task":{"inbound":1}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1},"sentiment_ten_thousandths":10001}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","sentiment_ten_thousandths":1}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","emails":{"inbound":1}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"in":1}}]})",
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1000000000001}}]})",
      R"({"version":3,"days":[{"day":"2026-03-02","email":{"inbound":1}}]})",
      R"({"version":0,"days":[{"day":"2026-03-02","email":{"inbound":1}}]})",
      R"({"version":1})",
  };
  for (const char* text : bad) {
    Tokens tokens(text);
    ASSERT_TRUE(tokens.parsed) << text;
    ActivityTimeline timeline(memory());
    EXPECT_FALSE(read_summary(tokens.value(), timeline).ok()) << text;
  }
}

TEST(Timeline, RefusesMoreThanATrillionADay) {
  Tokens tokens(
      R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1000000000000},"sentiment_ten_thousandths":-10000000000000000}]})");
  ActivityTimeline most(memory());
  ASSERT_OK(read_summary(tokens.value(), most));
  expect_round_trips(most);
  auto add = [&](Direction direction, int32_t day) {
    ActivityTimeline sum(memory());
    EXPECT_TRUE(sum.merge(most).ok());
    return sum.merge(timeline_of({{Kind::kEmail, direction, {day}, -1}})).code();
  };
  EXPECT_EQ(add(Direction::kInbound, 9557), StatusCode::kOutOfRange);  // 2026-03-02
  EXPECT_EQ(add(Direction::kOutbound, 9557), StatusCode::kOk);
  EXPECT_EQ(add(Direction::kInbound, 9556), StatusCode::kOk);
}

TEST(Timeline, APartialStateThatNoneWroteIsRefused) {
  TimelineAggregation state(memory());
  ASSERT_OK(state.add(Kind::kOther, Direction::kUnknown, kLatestDay, 1));
  const std::string good = state_of(state);
  EXPECT_TRUE(accepts_state<TimelineAggregation>(good));
  ASSERT_EQ(good.size(), 9u);  // no timeline yet, one row: 16 bits of sentiment, 4 of kind and direction, the day
  auto changed = [&](size_t at, int by) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] + by);
    return accepts_state<TimelineAggregation>(bytes);
  };
  EXPECT_FALSE(changed(1, 1));     // a sentiment above 1
  EXPECT_FALSE(changed(3, 1));     // a sixteenth kind and direction
  EXPECT_FALSE(changed(3, 0x10));  // a day after the last
  EXPECT_FALSE(changed(8, 1));
  // One day with an inbound e-mail and a sentiment of more than 1: no valid timeline.
  EXPECT_TRUE(accepts_state<TimelineAggregation>(std::string("\x01\x00\x03\x01\x02", 5)));
  EXPECT_FALSE(accepts_state<TimelineAggregation>(std::string("\x01\x00\x03\x01\xa2\x9c\x01", 7)));
}

TEST(Timeline, StopsWhenTheHostAsks) {
  std::vector<Row> rows;
  for (int32_t day = 0; day < 70000; ++day) rows.push_back({Kind::kEmail, Direction::kInbound, {day}, 0});
  ActivityTimeline timeline = timeline_of(rows), empty(memory());
  const std::string bytes = bytes_of(timeline);
  Tokens tokens(text_of(timeline));
  auto stops = [](auto&& work) { return when_asked_to_stop(work) == StatusCode::kInterrupted; };
  EXPECT_TRUE(stops([&] { return empty.merge(timeline); }));
  EXPECT_TRUE(stops([&] { return bytes_of(timeline), Status(); }));
  EXPECT_TRUE(stops([&] { return text_of(timeline), Status(); }));
  EXPECT_TRUE(stops([&] { return relationship_health(timeline, {70000}, {}).status; }));
  ActivityTimeline from_bytes(memory()), from_text(memory());
  EXPECT_TRUE(stops([&] { return decode(bytes, from_bytes); }));
  EXPECT_TRUE(stops([&] { return read_summary(tokens.value(), from_text); }));
}

TEST(Timeline, RefusesASentimentThatIsNoWholeNumber) {
  Tokens tokens(R"({"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1},"sentiment_ten_thousandths":0.5}]})");
  ActivityTimeline timeline(memory());
  EXPECT_EQ(read_summary(tokens.value(), timeline).code(), StatusCode::kInvalidText);
}

}  // namespace
}  // namespace relinsights
