#include "core/families/response_turns.h"

#include <cmath>
#include <map>

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

struct Email {
  uint64_t thread;
  Direction direction;
  Instant at;
};

constexpr Direction kIn = Direction::kInbound, kOut = Direction::kOutbound;
constexpr uint64_t kNoThread = ~uint64_t{0};  // in these tests: an e-mail without a thread

Status add_email(ResponseAggregation& into, const Email& email) {
  return email.thread == kNoThread ? into.add_unthreaded(email.at) : into.add(email.thread, email.direction, email.at);
}

ResponseSummary summary_of(const std::vector<Email>& emails) {
  ResponseAggregation state(memory());
  for (const Email& email : emails) EXPECT_TRUE(add_email(state, email).ok());
  ResponseSummary summary(memory());
  EXPECT_TRUE(state.finish(summary).ok());
  return summary;
}

std::vector<Email> random_emails(std::mt19937_64& random, size_t count, uint64_t threads, uint64_t first_thread = 0) {
  std::vector<Email> emails;
  for (size_t i = 0; i < count; ++i) {
    uint64_t thread = random() % 20 == 0 ? kNoThread : first_thread + random() % threads;
    emails.push_back({thread, random() % 2 == 0 ? kIn : kOut, minutes(static_cast<int64_t>(random() % 3000))});
  }
  return emails;
}

// SPEC 3.4: inbound 09:00, inbound 09:10, outbound 09:40, outbound 09:50, inbound 11:00.
TEST(ResponseTurns, WorkedExampleOfTheSpec) {
  auto s = summary_of({{1, kIn, minutes(540)},
                       {1, kIn, minutes(550)},
                       {1, kOut, minutes(580)},
                       {1, kOut, minutes(590)},
                       {1, kIn, minutes(660)}});
  EXPECT_EQ(s.responses(Side::kUs), 1);
  EXPECT_EQ(s.response_times(Side::kUs).mean(), for_minutes(40));
  EXPECT_EQ(s.responses(Side::kThem), 1);
  EXPECT_EQ(s.response_times(Side::kThem).mean(), for_minutes(80));
  EXPECT_EQ(s.awaiting(Side::kUs), 1);
  EXPECT_EQ(s.oldest_awaiting_since(Side::kUs), minutes(660));
  EXPECT_EQ(s.awaiting(Side::kThem), 0);
  EXPECT_FALSE(s.oldest_awaiting_since(Side::kThem).has_value());
  EXPECT_EQ(s.response_rate(Side::kUs), 0.5);
  EXPECT_EQ(s.response_rate(Side::kThem), 1.0);
}

TEST(ResponseTurns, EqualTimesAreInboundBeforeOutbound) {
  auto s = summary_of({{1, kOut, minutes(5)}, {1, kIn, minutes(5)}});
  EXPECT_EQ(s.responses(Side::kUs), 1);
  EXPECT_EQ(s.response_times(Side::kUs).max(), for_minutes(0));
  EXPECT_EQ(s.awaiting(Side::kThem), 1);
}

TEST(ResponseTurns, ThreadsAreApartAndUnthreadedOnlyCounted) {
  auto s = summary_of({{1, kIn, minutes(0)}, {2, kOut, minutes(1)}, {kNoThread, kOut, minutes(2)}});
  EXPECT_EQ(s.responses(Side::kUs), 0);
  EXPECT_EQ(s.awaiting(Side::kUs), 1);
  EXPECT_EQ(s.awaiting(Side::kThem), 1);
  EXPECT_EQ(s.unthreaded(), 1);
  auto alone = summary_of({{kNoThread, kIn, minutes(0)}});
  EXPECT_FALSE(alone.response_rate(Side::kUs).has_value());
  expect_round_trips(alone);
}

TEST(ResponseTurns, TheEdgesOfTime) {
  auto s = summary_of({{~uint64_t{0} - 1, kIn, kEarliestInstant}, {~uint64_t{0} - 1, kOut, kLatestInstant}});
  EXPECT_EQ(s.response_times(Side::kUs).max()->microseconds, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(s.oldest_awaiting_since(Side::kThem), kLatestInstant);
  expect_round_trips(s);
  ResponseAggregation state(memory());
  EXPECT_EQ(state.add(1, kIn, {kLatestInstant.microseconds + 1}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(state.add_unthreaded({std::numeric_limits<int64_t>::min()}).code(), StatusCode::kOutOfRange);
}

// The definition again, as slowly and plainly as it can be written.
TEST(ResponseTurns, AgreesWithThePlainDefinition) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 500; ++round) {
    auto emails = random_emails(random, 1 + random() % 60, 1 + random() % 6);
    std::map<uint64_t, std::vector<Email>> threads;
    for (const Email& email : emails)
      if (email.thread != kNoThread) threads[email.thread].push_back(email);
    std::vector<int64_t> times[kSides];
    int64_t awaiting[kSides] = {};
    for (auto& [thread, list] : threads) {
      std::stable_sort(list.begin(), list.end(), [](const Email& a, const Email& b) {
        return a.at < b.at || (a.at == b.at && a.direction == kIn && b.direction == kOut);
      });
      size_t start = 0;
      for (size_t i = 1; i < list.size(); ++i) {
        if (list[i].direction == list[start].direction) continue;
        times[index(initiator(list[i].direction))].push_back(list[i].at.microseconds - list[start].at.microseconds);
        start = i;
      }
      ++awaiting[index(other(initiator(list[start].direction)))];
    }
    auto s = summary_of(emails);
    for (Side side : {Side::kUs, Side::kThem}) {
      auto& expected = times[index(side)];
      ASSERT_EQ(s.responses(side), static_cast<int64_t>(expected.size()));
      ASSERT_EQ(s.awaiting(side), awaiting[index(side)]);
      if (expected.empty()) continue;
      ASSERT_EQ(s.response_times(side).max()->microseconds, *std::max_element(expected.begin(), expected.end()));
      long double sum = 0;
      for (int64_t time : expected) sum += time;
      ASSERT_EQ(s.response_times(side).mean()->microseconds, std::floor(sum / expected.size() + 0.5L));
    }
  }
}

TEST(ResponseTurns, EveryOrderAndSplitGivesTheSameBytes) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 3000; ++round) {
    // Some groups pass 64 responses a side, so exact lists and bins are both met.
    auto emails = random_emails(random, 1 + random() % (round % 10 == 0 ? 1500 : 60), 1 + random() % 20);
    std::string expected = bytes_of(summary_of(emails));
    ASSERT_EQ((bytes_in_random_order<ResponseAggregation, Email>(emails, add_email, random)), expected) << round;
  }
}

TEST(ResponseTurns, RollupOfDisjointThreadsEqualsOneAggregation) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Email> all;
    std::vector<std::vector<Email>> parts;
    size_t size = round % 10 == 0 ? 800 : 40;
    for (uint64_t part = 0, count = 1 + random() % 5; part < count; ++part) {
      parts.push_back(random_emails(random, 1 + random() % size, 5, part * 100));
      all.insert(all.end(), parts.back().begin(), parts.back().end());
    }
    std::shuffle(parts.begin(), parts.end(), random);
    ResponseSummary merged = summary_of(parts[0]);
    for (size_t i = 1; i < parts.size(); ++i) ASSERT_OK(merged.merge(summary_of(parts[i])));
    ASSERT_EQ(bytes_of(merged), bytes_of(summary_of(all))) << round;
  }
}

TEST(ResponseTurns, MemoryIsAtMost32BytesAnEmail) {
  ResponseAggregation state(memory());
  std::mt19937_64 random(14);
  for (uint64_t count = 1; count <= 1000000; ++count) {
    ASSERT_OK(state.add(random() % 1000, kIn, minutes(static_cast<int64_t>(random() % 1000000))));
    if (count >= 500) {
      ASSERT_LE(state.memory(), 32 * count) << count;
    }
  }
}

TEST(ResponseTurns, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(15);
  std::vector<ResponseSummary> samples;
  for (int i = 0; i < 100; ++i) {
    samples.push_back(summary_of(random_emails(random, 1 + random() % (i % 10 == 0 ? 600 : 40), 5)));
    expect_round_trips(samples.back());
  }
  expect_survives_mutation(samples, 1000000, 20000);
}

TEST(ResponseTurns, RefusesWhatMakesNoSense) {
  auto s = summary_of({{1, kIn, minutes(0)}, {1, kOut, minutes(1)}});
  for (double p : {-0.01, 1.01, std::nan(""), HUGE_VAL})
    EXPECT_EQ(s.percentile(Side::kUs, p).status.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(s.percentile(Side::kUs, 0).ok());
  EXPECT_TRUE(s.percentile(Side::kUs, 1).ok());
  EXPECT_EQ(s.answered_within(Side::kUs, {-1}).status.code(), StatusCode::kInvalidArgument);
}

// A later version is told apart from damage.
TEST(ResponseTurns, ALaterVersionSaysSo) {
  std::string bytes = bytes_of(summary_of({{1, kIn, minutes(0)}}));
  bytes[0] = 2;
  ResponseSummary s(memory());
  EXPECT_EQ(decode(bytes, s).code(), StatusCode::kUnknownVersion);
  Tokens text("{\"version\":2,\"anything\":1}");
  EXPECT_EQ(read_summary(text.value(), s).code(), StatusCode::kUnknownVersion);
}

std::pmr::vector<int64_t> sorted(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return {values.begin(), values.end(), memory()};
}

// percentile_cont on sorted values.
double continuous(const std::pmr::vector<int64_t>& values, double p) {
  double at = p * static_cast<double>(values.size() - 1);
  auto low = static_cast<size_t>(at);
  if (low + 1 >= values.size()) return static_cast<double>(values.back());
  return static_cast<double>(values[low]) +
         (at - static_cast<double>(low)) * static_cast<double>(values[low + 1] - values[low]);
}

TEST(DurationDistribution, IsExactUpTo64AndWithinOnePercentBeyond) {
  std::mt19937_64 random(21);
  std::uniform_real_distribution<double> magnitude(0, 43.6);
  for (int round = 0; round < 300; ++round) {
    size_t count = round % 2 == 0 ? 1 + random() % 64 : 65 + random() % 3000;
    std::vector<int64_t> values;
    for (size_t i = 0; i < count; ++i) values.push_back(static_cast<int64_t>(std::exp(magnitude(random))));
    auto ascending = sorted(values);
    DurationDistribution d(memory());
    d.add(ascending);
    for (double p : {0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.999, 1.0}) {
      double expected = continuous(ascending, p);
      double found = static_cast<double>(d.percentile(p)->microseconds);
      if (count <= 64)
        ASSERT_NEAR(found, expected, 1 + expected * 1e-15) << "p " << p;
      else
        ASSERT_NEAR(found, expected, 1 + expected * 0.01) << "p " << p;
    }
    ASSERT_EQ(d.min()->microseconds, ascending.front());
    ASSERT_EQ(d.max()->microseconds, ascending.back());
    // The share within a limit is the exact share for a limit at most 1 % off.
    auto limit = static_cast<int64_t>(std::exp(magnitude(random)));
    auto share = [&](double l) {
      return static_cast<double>(std::upper_bound(ascending.begin(), ascending.end(), static_cast<int64_t>(l)) -
                                 ascending.begin()) /
             static_cast<double>(count);
    };
    double slack = count <= 64 ? 0 : 0.01 * static_cast<double>(limit);
    ASSERT_GE(*d.share_within({limit}), share(static_cast<double>(limit) - slack));
    ASSERT_LE(*d.share_within({limit}), share(static_cast<double>(limit) + slack));
  }
}

TEST(DurationDistribution, SixtyFourIsExactSixtyFiveIsNot) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 64; ++i) values.push_back(1000003 + i * 7919);
  DurationDistribution d(memory());
  d.add(sorted(values));
  EXPECT_EQ(d.percentile(32.0 / 63)->microseconds, values[32]);
  d.add(sorted({5}));
  EXPECT_EQ(d.count(), 65);
  EXPECT_NEAR(static_cast<double>(d.percentile(0.5)->microseconds), static_cast<double>(values[31]),
              0.01 * static_cast<double>(values[31]));
  EXPECT_EQ(d.min()->microseconds, 5);
}

// However many e-mails: times over the whole range a time can have, three million of them a side.
TEST(DurationDistribution, ASummaryStaysBelow16Kilobytes) {
  std::mt19937_64 random(22);
  std::uniform_real_distribution<double> magnitude(0, 43.66);
  ResponseSummary summary = summary_of({{1, kIn, minutes(0)}, {1, kOut, minutes(1)}});
  ResponseAggregation state(memory());
  for (uint64_t i = 0; i < 600000; ++i) {
    auto taken = static_cast<int64_t>(std::exp(magnitude(random)));
    ASSERT_OK(state.add(i, i % 2 == 0 ? kIn : kOut, kEarliestInstant));
    ASSERT_OK(state.add(i, i % 2 == 0 ? kOut : kIn, {kEarliestInstant.microseconds + taken}));
  }
  ResponseSummary many(memory());
  ASSERT_OK(state.finish(many));
  std::string once = bytes_of(many);
  for (int i = 0; i < 10; ++i) ASSERT_OK(summary.merge(many));
  ASSERT_LT(bytes_of(summary).size(), 16384u);
  for (int i = 0; i < 12; ++i) {  // times 4096 more
    ResponseSummary twice(memory());
    ASSERT_OK(decode(bytes_of(summary), twice));
    ASSERT_OK(summary.merge(twice));
  }
  EXPECT_GT(summary.responses(Side::kUs), int64_t{10000000000});
  EXPECT_LT(bytes_of(summary).size(), 20000u) << "even ten billion responses a side";
}

TEST(ResponseTurns, StopsWhenTheHostAsks) {
  ResponseAggregation state(memory()), other(memory());
  for (uint64_t i = 0; i < 70000; ++i)
    ASSERT_OK(state.add(i % 7, Direction::kInbound, minutes(static_cast<int64_t>(i))));
  const std::string bytes = state_of(state);
  ResponseSummary summary(memory());
  auto stops = [](auto&& work) { return when_asked_to_stop(work) == StatusCode::kInterrupted; };
  EXPECT_TRUE(stops([&] { return other.merge(state); }));
  EXPECT_TRUE(stops([&] { return state.finish(summary); }));
  EXPECT_TRUE(stops([&] { return state_of(state), Status(); }));
  EXPECT_TRUE(stops([&] { return accepts_state<ResponseAggregation>(bytes), Status(); }));
}

TEST(ResponseTurns, UnthreadedBeyondABigintAreAnError) {
  ResponseAggregation most(memory()), one(memory());
  ASSERT_TRUE(deserialized(std::string("\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10), most));
  ASSERT_OK(one.add_unthreaded(minutes(0)));
  EXPECT_EQ(one.merge(most).code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace relinsights
