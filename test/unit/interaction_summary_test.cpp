#include "core/families/interaction_summary.h"

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;
using Interactions = SelfAggregation<InteractionSummary>;

struct Row {
  Kind kind;
  Direction direction;
  Instant at;
  Duration duration;
  int32_t team_size;
};

Status add_row(Interactions& into, const Row& row) {
  return into.add(row.kind, row.direction, row.at, row.duration, row.team_size);
}

std::vector<Row> random_rows(std::mt19937_64& random, size_t count) {
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    rows.push_back({static_cast<Kind>(random() % kKinds),
                    static_cast<Direction>(random() % kDirectionsAndUnknown),
                    minutes(static_cast<int64_t>(random() % 100000) - 50000),
                    {static_cast<int64_t>(random() % 4) * 900000000},
                    static_cast<int32_t>(random() % 6) - 1});
  }
  return rows;
}

InteractionSummary summary_of(const std::vector<Row>& rows) {
  Interactions summary(memory());
  for (const Row& row : rows) EXPECT_TRUE(add_row(summary, row).ok());
  return summary;
}

// SPEC 3.3: a 30-minute meeting of three of us and two of them.
TEST(TimeSpent, MeetingOfThreeOfUs) {
  auto s = summary_of({{Kind::kMeeting, Direction::kOutbound, minutes(0), for_minutes(30), 3}});
  EXPECT_EQ(s.time_spent(Side::kUs, kEmailWriteTime, kEmailReadTime).value, for_minutes(90));
  EXPECT_EQ(s.time_spent(Side::kThem, kEmailWriteTime, kEmailReadTime).value, for_minutes(30));
  EXPECT_EQ(s.face_time().value, for_minutes(30));
}

TEST(TimeSpent, EveryRowOfTheTable) {
  auto one = [](Kind kind, Direction direction, Side side) {
    auto s = summary_of({{kind, direction, minutes(0), for_minutes(10), 2}});
    return s.time_spent(side, kEmailWriteTime, kEmailReadTime).value;
  };
  const Direction out = Direction::kOutbound, in = Direction::kInbound;
  EXPECT_EQ(one(Kind::kEmail, out, Side::kUs), for_minutes(5));
  EXPECT_EQ(one(Kind::kEmail, in, Side::kUs), for_minutes(2.5));
  EXPECT_EQ(one(Kind::kEmail, out, Side::kThem), for_minutes(2.5));
  EXPECT_EQ(one(Kind::kEmail, in, Side::kThem), for_minutes(5));
  for (Direction d : {in, out}) {
    EXPECT_EQ(one(Kind::kMeeting, d, Side::kUs), for_minutes(20));
    EXPECT_EQ(one(Kind::kMeeting, d, Side::kThem), for_minutes(10));
    EXPECT_EQ(one(Kind::kPhoneCall, d, Side::kUs), for_minutes(10));
    EXPECT_EQ(one(Kind::kPhoneCall, d, Side::kThem), for_minutes(10));
  }
  for (Kind kind : {Kind::kTask, Kind::kOther}) {
    EXPECT_EQ(one(kind, out, Side::kUs), for_minutes(10));
    EXPECT_EQ(one(kind, in, Side::kUs), for_minutes(0));
    EXPECT_EQ(one(kind, out, Side::kThem), for_minutes(0));
    EXPECT_EQ(one(kind, in, Side::kThem), for_minutes(10));
  }
}

// Nobody knows who initiated it: meetings and calls take their time as ever, the rest is nobody's.
TEST(TimeSpent, UnknownDirection) {
  for (Kind kind : {Kind::kEmail, Kind::kMeeting, Kind::kPhoneCall, Kind::kTask, Kind::kOther}) {
    auto s = summary_of({{kind, Direction::kUnknown, minutes(0), for_minutes(10), 2}});
    const bool talk = kind == Kind::kMeeting || kind == Kind::kPhoneCall;
    EXPECT_EQ(s.time_spent(Side::kUs, kEmailWriteTime, kEmailReadTime).value, for_minutes(kind == Kind::kMeeting ? 20
                                                                                          : talk                 ? 10
                                                                                                                 : 0));
    EXPECT_EQ(s.time_spent(Side::kThem, kEmailWriteTime, kEmailReadTime).value, for_minutes(talk ? 10 : 0));
    EXPECT_EQ(s.face_time().value, for_minutes(talk ? 10 : 0));
  }
}

TEST(Interactions, UnknownDirectionIsInTotalsOnly) {
  auto s = summary_of({{Kind::kEmail, Direction::kUnknown, minutes(7), {}, 1},
                       {Kind::kEmail, Direction::kOutbound, minutes(3), {}, 1},
                       {Kind::kMeeting, Direction::kUnknown, minutes(1), for_minutes(30), 3}});
  EXPECT_EQ(s.activities(), 3);
  EXPECT_EQ(s.activities_by(Side::kUs), 1);
  EXPECT_EQ(s.activities_by(Side::kThem), 0);
  EXPECT_EQ(s.count(Kind::kEmail), 2);
  EXPECT_EQ(s.count(Kind::kEmail, Direction::kUnknown), 1);
  EXPECT_EQ(s.first_interaction_at(), minutes(1));
  EXPECT_EQ(s.last_interaction_at(), minutes(7));
  EXPECT_EQ(s.last_interaction_at(Side::kUs), minutes(3));
  EXPECT_FALSE(s.last_interaction_at(Side::kThem).has_value());
  EXPECT_EQ(s.email_ratio(Side::kThem), 0.0);
  expect_round_trips(s);
}

// As 0.1.0 and 0.2.0 stored it.
TEST(Interactions, ReadsVersion1) {
  const std::string bytes(
      "\x01\0\0\0\0\x01\0\0\x01\0\0\xc0\xf6\xbf\xae\x08\xc0\xdc\xd0\xac\x11\x86\xc5\xfd\xbd\x92\xdf\xf5\x02\x00"
      "\xbb\xb9\x96\xa9\x99\x49",
      36);
  Tokens text(
      R"({"version":1,"phone_call":{"inbound":{"count":1,"microseconds":2245000000}},"task":{"outbound":{"count":1,)"
      R"("microseconds":4657000000}},"first_at":"2026-01-16T09:17:22.804035Z","last_at":{"inbound":)"
      R"("2026-01-16T09:17:22.804035Z","outbound":"2026-02-14T11:55:00.942334Z"}})");
  InteractionSummary from_bytes(memory()), from_text(memory());
  ASSERT_OK(decode(bytes, from_bytes));
  ASSERT_OK(read_summary(text.value(), from_text));
  EXPECT_EQ(bytes_of(from_bytes), bytes_of(from_text));
  EXPECT_EQ(bytes_of(from_bytes)[0], 2);
  EXPECT_EQ(from_bytes.activities(), 2);
  expect_round_trips(from_bytes);
  ASSERT_OK(from_bytes.merge(summary_of({{Kind::kTask, Direction::kUnknown, minutes(0), {}, 1}})));
  EXPECT_EQ(from_bytes.count(Kind::kTask), 2);
  expect_round_trips(from_bytes);
}

// SPEC 3.2: reciprocals, not shares.
TEST(EmailRatio, IsSentOverReceivedAndItsReciprocal) {
  Row sent{Kind::kEmail, Direction::kOutbound, minutes(0), {}, 1},
      received{Kind::kEmail, Direction::kInbound, minutes(1), {}, 1};
  auto s = summary_of({sent, sent, sent, received, received});
  EXPECT_DOUBLE_EQ(*s.email_ratio(Side::kUs), 1.5);
  EXPECT_DOUBLE_EQ(*s.email_ratio(Side::kThem), 2.0 / 3);
  auto one_way = summary_of({sent});
  EXPECT_FALSE(one_way.email_ratio(Side::kUs).has_value());
  EXPECT_EQ(one_way.email_ratio(Side::kThem), 0.0);
}

TEST(Interactions, RefusesWhatMakesNoSense) {
  InteractionSummary s(memory());
  EXPECT_EQ(s.add(Kind::kEmail, Direction::kInbound, minutes(0), {-1}, 1).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(s.add(Kind::kEmail, Direction::kInbound, {std::numeric_limits<int64_t>::max()}, {}, 1).code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(s.add(Kind::kEmail, Direction::kInbound, {std::numeric_limits<int64_t>::min()}, {}, 1).code(),
            StatusCode::kOutOfRange);
  EXPECT_TRUE(s.empty());
  Duration huge{std::numeric_limits<int64_t>::max() / 2 + 1};
  ASSERT_OK(s.add(Kind::kPhoneCall, Direction::kInbound, minutes(0), huge, 1));
  EXPECT_EQ(s.add(Kind::kPhoneCall, Direction::kInbound, minutes(0), huge, 1).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(s.time_spent(Side::kUs, {-1}, {0}).status.code(), StatusCode::kInvalidArgument);
}

TEST(Interactions, EveryOrderAndMergeTreeGivesTheSameBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 3000; ++round) {
    auto rows = random_rows(random, 1 + random() % 40);
    std::string expected = bytes_of(summary_of(rows));
    ASSERT_EQ((bytes_in_random_order<Interactions, Row>(rows, add_row, random)), expected) << "round " << round;
  }
}

TEST(Interactions, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(3);
  std::vector<InteractionSummary> samples;
  for (int i = 0; i < 200; ++i) {
    samples.push_back(summary_of(random_rows(random, 1 + random() % 30)));
    expect_round_trips(samples.back());
  }
  samples.push_back(summary_of({{Kind::kEmail, Direction::kInbound, kEarliestInstant, {}, 1},
                                {Kind::kEmail, Direction::kOutbound, kLatestInstant, {}, 1}}));
  expect_round_trips(samples.back());
  expect_survives_mutation(samples, 1000000, 50000);
}

TEST(Interactions, APartialStateThatNoneWroteIsRefused) {
  Interactions state(memory());
  EXPECT_EQ(state_of(state), "");
  EXPECT_TRUE(accepts_state<Interactions>(""));
  EXPECT_FALSE(accepts_state<Interactions>(std::string(11, '\0')));
  ASSERT_OK(state.add(Kind::kMeeting, Direction::kInbound, minutes(0), for_minutes(30), 2));
  std::string bytes = state_of(state);
  EXPECT_TRUE(accepts_state<Interactions>(bytes));
  bytes[2] = 0;  // the meeting whose duration follows
  EXPECT_FALSE(accepts_state<Interactions>(bytes));
}

TEST(Interactions, SumsBeyondABigintAreAnError) {
  const Duration half{std::numeric_limits<int64_t>::max() / 2 + 1};
  auto of = [&](Kind kind, int32_t team_size = 1) {
    return summary_of({{kind, Direction::kInbound, minutes(0), half, team_size}});
  };
  Interactions state(memory());
  ASSERT_OK(state.add(Kind::kTask, Direction::kInbound, minutes(0), half, 1));
  EXPECT_EQ(state.add(Kind::kTask, Direction::kInbound, minutes(0), half, 1).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(state.add(Kind::kMeeting, Direction::kInbound, minutes(0), half, 2).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(of(Kind::kTask).merge(of(Kind::kTask)).code(), StatusCode::kOutOfRange);
  auto both = of(Kind::kMeeting);
  ASSERT_OK(both.merge(of(Kind::kPhoneCall)));
  EXPECT_EQ(both.face_time().status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(both.time_spent(Side::kThem, kEmailWriteTime, kEmailReadTime).status.code(), StatusCode::kOutOfRange);

  const char* at = R"(,"first_at":"2026-03-02T09:00:00Z","last_at":{"inbound":"2026-03-02T09:00:00Z"}})";
  Tokens most(std::string(R"({"version":1,"other":{"inbound":{"count":9223372036854775807}})") + at);
  InteractionSummary many(memory()), more(memory());
  ASSERT_OK(read_summary(most.value(), many));
  ASSERT_OK(read_summary(most.value(), more));
  EXPECT_EQ(many.merge(more).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(more.merge(of(Kind::kTask)).code(), StatusCode::kOutOfRange);
  Tokens none(
      std::string(R"({"version":1,"task":{"inbound":{"count":0,"microseconds":1}},"email":{"inbound":{"count":1}})") +
      at);
  EXPECT_EQ(read_summary(none.value(), many).code(), StatusCode::kInvalidText);
}

}  // namespace
}  // namespace relinsights
