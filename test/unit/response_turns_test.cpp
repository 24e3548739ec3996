#include "core/families/response_turns.h"

#include <cmath>
#include <map>

#include "core/families/response_rules.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

struct Email {
  uint64_t thread;
  Direction direction;
  Instant at;
  bool needs_reply = true;
};

constexpr Direction kIn = Direction::kInbound, kOut = Direction::kOutbound;
constexpr uint64_t kNoThread = ~uint64_t{0};  // in these tests: an e-mail without a thread

Status add_email(ResponseAggregation& into, const Email& email) {
  return email.thread == kNoThread ? into.add_unthreaded(email.at)
                                   : into.add(email.thread, email.direction, email.at, email.needs_reply);
}

std::string rules_of(Duration gap, Instant as_of = kLatestInstant) {
  ResponseRules rules(memory());
  EXPECT_TRUE(rules.set_gap(gap).ok() && rules.set_as_of(as_of).ok());
  return bytes_of(rules);
}

ResponseSummary summary_of(const std::vector<Email>& emails, const std::string& rules = rules_of({})) {
  ResponseAggregation state(memory());
  EXPECT_TRUE(state.use_rules(rules).ok());
  for (const Email& email : emails) EXPECT_TRUE(add_email(state, email).ok());
  ResponseSummary summary(memory());
  EXPECT_TRUE(state.finish(summary).ok());
  return summary;
}

constexpr int64_t kDays = 24 * 60;  // in minutes

// E-mails over about two days; a tenth of them need no reply if `closing`.
std::vector<Email> random_emails(std::mt19937_64& random, size_t count, uint64_t threads, uint64_t first_thread = 0,
                                 bool closing = false) {
  std::vector<Email> emails;
  for (size_t i = 0; i < count; ++i) {
    uint64_t thread = random() % 20 == 0 ? kNoThread : first_thread + random() % threads;
    emails.push_back({thread, random() % 2 == 0 ? kIn : kOut, minutes(static_cast<int64_t>(random() % 3000)),
                      !closing || random() % 10 != 0});
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

// SPEC 3.4, the same example: 40 minutes are our first response as well; with a gap of 5 days and as of a week later
// the last turn has lapsed.
TEST(ResponseTurns, WorkedExampleWithAGap) {
  const std::vector<Email> emails = {{1, kIn, minutes(540)},
                                     {1, kIn, minutes(550)},
                                     {1, kOut, minutes(580)},
                                     {1, kOut, minutes(590)},
                                     {1, kIn, minutes(660)}};
  auto now = summary_of(emails, rules_of(for_minutes(5 * kDays)));
  EXPECT_EQ(now.responses(Side::kUs), 1);
  EXPECT_EQ(now.first_responses(Side::kUs), 1);
  EXPECT_EQ(now.first_response_times(Side::kUs).mean(), for_minutes(40));
  EXPECT_EQ(now.first_responses(Side::kThem), 1);
  EXPECT_EQ(now.first_response_times(Side::kThem).mean(), for_minutes(80));
  EXPECT_EQ(now.awaiting(Side::kUs), 1);
  EXPECT_EQ(now.oldest_awaiting_since(Side::kUs), minutes(660));
  EXPECT_EQ(now.lapsed(Side::kUs), 0);
  // The gap itself has not passed yet.
  auto at_the_gap = summary_of(emails, rules_of(for_minutes(5 * kDays), minutes(660 + 5 * kDays)));
  EXPECT_EQ(bytes_of(at_the_gap), bytes_of(now));
  auto later = summary_of(emails, rules_of(for_minutes(5 * kDays), minutes(660 + 7 * kDays)));
  EXPECT_EQ(later.awaiting(Side::kUs), 0);
  EXPECT_FALSE(later.oldest_awaiting_since(Side::kUs).has_value());
  EXPECT_EQ(later.lapsed(Side::kUs), 1);
  EXPECT_EQ(later.response_rate(Side::kUs), 0.5);
  EXPECT_EQ(later.response_rate(Side::kThem), 1.0);
  // Without a gap it waits for ever.
  EXPECT_EQ(summary_of(emails, rules_of({}, minutes(660 + 7 * kDays))).awaiting(Side::kUs), 1);
  expect_round_trips(later);
}

TEST(ResponseTurns, ASilenceLongerThanTheGapEndsAConversation) {
  const std::vector<Email> emails = {{1, kIn, minutes(0)}, {1, kOut, minutes(60)}, {1, kIn, minutes(180)}};
  auto as_one = summary_of(emails, rules_of(for_minutes(120)));
  EXPECT_EQ(as_one.responses(Side::kThem), 1);
  auto apart = summary_of(emails, rules_of(for_minutes(119)));
  EXPECT_EQ(apart.responses(Side::kUs), 1);
  EXPECT_EQ(apart.responses(Side::kThem), 0);
  EXPECT_EQ(apart.lapsed(Side::kThem), 1);
  EXPECT_EQ(apart.awaiting(Side::kUs), 1);
  EXPECT_EQ(apart.oldest_awaiting_since(Side::kUs), minutes(180));
  // Silence counts from the last e-mail of a turn, not from its first.
  auto nagging =
      summary_of({{1, kIn, minutes(0)}, {1, kIn, minutes(100)}, {1, kOut, minutes(210)}}, rules_of(for_minutes(119)));
  EXPECT_EQ(nagging.response_times(Side::kUs).mean(), for_minutes(210));
}

TEST(ResponseTurns, FirstResponsesAreOnePerSideAndConversation) {
  const std::vector<Email> emails = {{1, kIn, minutes(0)},    {1, kOut, minutes(10)},  {1, kIn, minutes(30)},
                                     {1, kOut, minutes(31)},  {1, kIn, minutes(33)},   {1, kOut, minutes(5000)},
                                     {1, kIn, minutes(5001)}, {1, kOut, minutes(5004)}};
  auto one = summary_of(emails);
  EXPECT_EQ(one.responses(Side::kUs), 4);
  EXPECT_EQ(one.first_responses(Side::kUs), 1);
  EXPECT_EQ(one.first_response_times(Side::kUs).max(), for_minutes(10));
  EXPECT_EQ(one.first_responses(Side::kThem), 1);
  EXPECT_EQ(one.first_response_times(Side::kThem).max(), for_minutes(20));
  auto two = summary_of(emails, rules_of(for_minutes(kDays)));
  EXPECT_EQ(two.first_responses(Side::kUs), 2);
  EXPECT_EQ(two.first_response_times(Side::kUs).mean(), for_minutes(6.5));
  EXPECT_EQ(*two.first_percentile(Side::kThem, 0.5).value, for_minutes(10.5));
  EXPECT_EQ(two.lapsed(Side::kUs), 1);
  expect_round_trips(two);
}

TEST(ResponseTurns, WhatNeedsNoReplyClosesItsTurn) {
  auto thanks = summary_of({{1, kIn, minutes(0)}, {1, kOut, minutes(5)}, {1, kIn, minutes(6), false}});
  EXPECT_EQ(thanks.responses(Side::kThem), 1);
  EXPECT_EQ(thanks.awaiting(Side::kUs), 0);
  EXPECT_EQ(thanks.lapsed(Side::kUs), 0);
  EXPECT_EQ(thanks.response_rate(Side::kUs), 1.0);
  // One e-mail of the turn that needs a reply keeps it open, since that e-mail.
  auto question = summary_of({{1, kIn, minutes(6), false}, {1, kIn, minutes(8)}, {1, kIn, minutes(9), false}});
  EXPECT_EQ(question.awaiting(Side::kUs), 1);
  EXPECT_EQ(question.oldest_awaiting_since(Side::kUs), minutes(8));
  // An answer is one whatever it answers, and runs from the turn's first e-mail.
  auto answered = summary_of({{1, kIn, minutes(6), false}, {1, kIn, minutes(8)}, {1, kOut, minutes(10), false}});
  EXPECT_EQ(answered.response_times(Side::kUs).mean(), for_minutes(4));
  EXPECT_EQ(answered.awaiting(Side::kThem), 0);
  // In the middle of a conversation, too, and where it ends by its gap.
  auto apart = summary_of({{1, kIn, minutes(0), false}, {1, kIn, minutes(500)}}, rules_of(for_minutes(100)));
  EXPECT_EQ(apart.lapsed(Side::kUs), 0);
  EXPECT_EQ(apart.awaiting(Side::kUs), 1);
}

// What leaves no count is a summary all the same: of rows, unlike no rows.
TEST(ResponseTurns, ClosedTurnsAloneAreASummaryOfZeros) {
  auto s = summary_of({{1, kIn, minutes(6), false}}, rules_of(for_minutes(100)));
  EXPECT_FALSE(s.empty());
  EXPECT_EQ(s.validate(), nullptr);
  EXPECT_FALSE(s.response_rate(Side::kUs).has_value());
  expect_round_trips(s);
  auto none = summary_of({});
  EXPECT_TRUE(none.empty());
  EXPECT_NE(none.validate(), nullptr);
}

TEST(ResponseTurns, WhatComesAfterTheAsOfMomentIsLeftOut) {
  auto s = summary_of({{1, kIn, minutes(0)},
                       {1, kOut, minutes(10)},
                       {1, kIn, minutes(11)},
                       {kNoThread, kIn, minutes(10)},
                       {kNoThread, kIn, minutes(11)}},
                      rules_of({}, minutes(10)));
  EXPECT_EQ(s.responses(Side::kUs), 1);
  EXPECT_EQ(s.responses(Side::kThem), 0);
  EXPECT_EQ(s.awaiting(Side::kThem), 1);
  EXPECT_EQ(s.unthreaded(), 1);
  EXPECT_TRUE(summary_of({{1, kIn, minutes(11)}}, rules_of({}, minutes(10))).empty());
}

TEST(ResponseTurns, UnknownDirectionIsLeftOut) {
  const Email nobody_knows{1, Direction::kUnknown, minutes(5)};
  auto s = summary_of({{1, kIn, minutes(0)}, nobody_knows, {1, kOut, minutes(10)}});
  EXPECT_EQ(bytes_of(s), bytes_of(summary_of({{1, kIn, minutes(0)}, {1, kOut, minutes(10)}})));
  EXPECT_TRUE(summary_of({nobody_knows}).empty());
}

TEST(ResponseTurns, OneSetOfRulesInAGroup) {
  ResponseAggregation state(memory()), other(memory()), plain(memory());
  ASSERT_OK(state.use_rules(rules_of(for_minutes(5), minutes(100))));
  ASSERT_OK(state.use_rules(rules_of(for_minutes(5), minutes(100))));
  EXPECT_EQ(state.use_rules(rules_of(for_minutes(5), minutes(101))).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(state.use_rules(rules_of(for_minutes(6), minutes(100))).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(state.use_rules(rules_of({})).code(), StatusCode::kInvalidArgument);
  ASSERT_OK(add_email(plain, {1, kIn, minutes(0)}));
  EXPECT_EQ(plain.use_rules(rules_of(for_minutes(5))).code(), StatusCode::kInvalidArgument);
  ASSERT_OK(other.use_rules(rules_of(for_minutes(5))));
  EXPECT_EQ(state.merge(other).code(), StatusCode::kInvalidArgument);
  ResponseRules rules(memory());
  EXPECT_EQ(rules.set_gap({-1}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(rules.set_as_of({std::numeric_limits<int64_t>::max()}).code(), StatusCode::kOutOfRange);
}

TEST(ResponseTurns, SummariesOfDifferentGapsDoNotMerge) {
  auto five = summary_of({{1, kIn, minutes(0)}}, rules_of(for_minutes(5))), again = five;
  auto six = summary_of({{2, kIn, minutes(0)}}, rules_of(for_minutes(6)));
  auto none = summary_of({{2, kIn, minutes(0)}});
  ASSERT_OK(again.merge(five));
  EXPECT_EQ(again.merge(six).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(again.merge(none).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(none.merge(five).code(), StatusCode::kInvalidArgument);
  // An as-of moment is not kept.
  ASSERT_OK(again.merge(summary_of({{3, kIn, minutes(0)}}, rules_of(for_minutes(5), minutes(1)))));
}

TEST(ResponseRules, TextOfAGap) {
  constexpr int64_t kSecond = 1000000, kDay = 86400 * kSecond;
  auto text = [](int64_t microseconds) { return std::string(GapText({microseconds}).c_str()); };
  EXPECT_EQ(text(0), "none");
  EXPECT_EQ(text(kDay), "1 day");
  EXPECT_EQ(text(30 * kDay), "30 days");
  EXPECT_EQ(text(kDay + kDay / 2), "1 day 12:00:00");
  EXPECT_EQ(text(500000), "00:00:00.5");
  EXPECT_EQ(text(std::numeric_limits<int64_t>::max()), "106751991 days 04:00:54.775807");
}

// A reading of the definition as plain and slow as it can be.
struct Plain {
  int64_t awaiting[kSides] = {}, lapsed[kSides] = {};
  std::vector<int64_t> times[kSides], first_times[kSides];
  Instant oldest[kSides] = {kLatestInstant, kLatestInstant};

  void add_conversation(const std::vector<Email>& emails, bool last, Duration gap, Instant as_of) {
    bool responded[kSides] = {};
    for (size_t i = 0; i < emails.size();) {
      size_t end = i;
      while (end < emails.size() && emails[end].direction == emails[i].direction) ++end;
      const size_t side = index(other(initiator(emails[i].direction)));
      auto open = std::find_if(emails.begin() + static_cast<ptrdiff_t>(i), emails.begin() + static_cast<ptrdiff_t>(end),
                               [](const Email& email) { return email.needs_reply; });
      if (end < emails.size()) {
        const int64_t taken = emails[end].at.microseconds - emails[i].at.microseconds;
        times[side].push_back(taken);
        if (!std::exchange(responded[side], true)) first_times[side].push_back(taken);
      } else if (open != emails.end()) {
        const bool waits = gap.microseconds == 0 || as_of == kLatestInstant ||
                           as_of.microseconds - emails.back().at.microseconds <= gap.microseconds;
        ++(last && waits ? awaiting : lapsed)[side];
        if (last && waits) oldest[side] = std::min(oldest[side], open->at);
      }
      i = end;
    }
  }
  void expect(const ResponseSummary& s) const {
    for (Side side : {Side::kUs, Side::kThem}) {
      const size_t i = index(side);
      ASSERT_EQ(s.awaiting(side), awaiting[i]);
      ASSERT_EQ(s.lapsed(side), lapsed[i]);
      ASSERT_EQ(s.oldest_awaiting_since(side).value_or(kLatestInstant), oldest[i]);
      ASSERT_EQ(s.first_responses(side), static_cast<int64_t>(first_times[i].size()));
      expect(s.response_times(side), times[i]);
      expect(s.first_response_times(side), first_times[i]);
      double turns = static_cast<double>(times[i].size()) + static_cast<double>(awaiting[i] + lapsed[i]);
      ASSERT_EQ(s.response_rate(side).value_or(-1), turns == 0 ? -1 : static_cast<double>(times[i].size()) / turns);
    }
  }
  static void expect(const DurationDistribution& found, std::vector<int64_t> times) {
    std::sort(times.begin(), times.end());
    DurationDistribution expected(memory());
    expected.add({times.begin(), times.end(), memory()});
    ASSERT_TRUE(found == expected);
  }
};

std::map<uint64_t, std::vector<Email>> threads_of(const std::vector<Email>& emails) {
  std::map<uint64_t, std::vector<Email>> threads;
  for (const Email& email : emails)
    if (email.thread != kNoThread) threads[email.thread].push_back(email);
  for (auto& [thread, list] : threads)
    std::stable_sort(list.begin(), list.end(), [](const Email& a, const Email& b) {
      return a.at < b.at || (a.at == b.at && a.direction == kIn && b.direction == kOut);
    });
  return threads;
}

TEST(ResponseTurns, ConversationsAgreeWithThePlainDefinition) {
  std::mt19937_64 random(31);
  for (int round = 0; round < 1000; ++round) {
    auto emails = random_emails(random, 1 + random() % 200, 1 + random() % 6, 0, true);
    const Duration gap = random() % 4 == 0 ? Duration{} : for_minutes(1 + static_cast<double>(random() % 600));
    const Instant as_of = random() % 4 == 0 ? kLatestInstant : minutes(static_cast<int64_t>(random() % 4000));
    Plain plain;
    std::vector<Email> known;
    for (const Email& email : emails)
      if (email.at <= as_of) known.push_back(email);
    for (auto& [thread, list] : threads_of(known)) {
      std::vector<Email> conversation;
      for (const Email& email : list) {
        const bool silence = !conversation.empty() && gap.microseconds > 0 &&
                             email.at.microseconds - conversation.back().at.microseconds > gap.microseconds;
        if (silence) plain.add_conversation(std::exchange(conversation, {}), false, gap, as_of);
        conversation.push_back(email);
      }
      plain.add_conversation(conversation, true, gap, as_of);
    }
    plain.expect(summary_of(emails, rules_of(gap, as_of)));
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

// A record's activities come in order of time over all its threads, an aggregate's thread by thread.
TEST(ResponseTurns, TheFoldGivesTheSameBytesInOrderOfTime) {
  std::mt19937_64 random(32);
  ResponseFold fold(memory());
  for (int round = 0; round < 1000; ++round) {
    const uint64_t threads = 1 + random() % 8;
    auto emails = random_emails(random, 1 + random() % (round % 10 == 0 ? 2000 : 60), threads, 0, true);
    const Duration gap = round % 3 == 0 ? Duration{} : for_minutes(1 + static_cast<double>(random() % 600));
    const Instant as_of = round % 4 == 0 ? kLatestInstant : minutes(3000 + static_cast<int64_t>(random() % 1000));
    std::string expected = bytes_of(summary_of(emails, rules_of(gap, as_of)));
    std::stable_sort(emails.begin(), emails.end(), [](const Email& a, const Email& b) {
      return a.at < b.at || (a.at == b.at && a.direction < b.direction);
    });
    ResponseSummary summary(memory());
    fold.begin({gap, as_of, nullptr}, threads, summary);
    for (const Email& email : emails) {
      if (email.thread == kNoThread)
        fold.add_unthreaded();
      else
        fold.add(static_cast<uint32_t>(email.thread), email.direction, email.at, email.needs_reply);
    }
    fold.finish();
    ASSERT_EQ(bytes_of(summary), expected) << round;
  }
}

// The definition without gap and closing, as 0.1.0 had it.
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
    auto emails =
        random_emails(random, 1 + random() % (round % 10 == 0 ? 1500 : 60), 1 + random() % 20, 0, round % 2 == 0);
    const std::string rules = round % 3 == 0
                                  ? rules_of({})
                                  : rules_of(for_minutes(100), minutes(2500 + static_cast<int64_t>(random() % 900)));
    ResponseSummary all = summary_of(emails, rules);
    if (all.empty()) continue;
    std::string expected = bytes_of(all);
    auto add = [&](ResponseAggregation& into, const Email& email) {
      EXPECT_TRUE(into.use_rules(rules).ok());
      return add_email(into, email);
    };
    ASSERT_EQ((bytes_in_random_order<ResponseAggregation, Email>(emails, add, random)), expected) << round;
  }
}

TEST(ResponseTurns, RollupOfDisjointThreadsEqualsOneAggregation) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Email> all;
    std::vector<std::vector<Email>> parts;
    size_t size = round % 10 == 0 ? 800 : 40;
    for (uint64_t part = 0, count = 1 + random() % 5; part < count; ++part) {
      parts.push_back(random_emails(random, 1 + random() % size, 5, part * 100, round % 2 == 0));
      all.insert(all.end(), parts.back().begin(), parts.back().end());
    }
    std::shuffle(parts.begin(), parts.end(), random);
    const std::string rules = round % 3 == 0 ? rules_of({}) : rules_of(for_minutes(90), minutes(3100));
    ResponseSummary merged = summary_of(parts[0], rules);
    for (size_t i = 1; i < parts.size(); ++i) ASSERT_OK(merged.merge(summary_of(parts[i], rules)));
    ASSERT_EQ(bytes_of(merged), bytes_of(summary_of(all, rules))) << round;
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
    samples.push_back(summary_of(random_emails(random, 1 + random() % (i % 10 == 0 ? 600 : 40), 5, 0, true),
                                 i % 2 == 0 ? rules_of({}) : rules_of(for_minutes(60), minutes(3010))));
    expect_round_trips(samples.back());
  }
  expect_survives_mutation(samples, 1000000, 20000);
}

// As 0.1.0 and 0.2.0 stored it: no gap, no first responses, no telling which calendar.
TEST(ResponseTurns, ReadsVersion1) {
  const char* const texts[] = {
      R"({"version":1,"us":{"responses":2,"microseconds":[5,7],"awaiting":0},"them":{"responses":0,"awaiting":1,)"
      R"("oldest_awaiting_since":"2026-02-14T11:55:00.942334Z"},"unthreaded":3})",
      R"({"version":1,"working_time":true,"us":{"responses":2,"microseconds":[5,7],"awaiting":0},"them":{"responses":0,)"
      R"("awaiting":1,"oldest_awaiting_since":"2026-02-14T11:55:00.942334Z"},"unthreaded":3})"};
  for (bool working : {false, true}) {
    std::string bytes(1, '\1');
    bytes += std::string(1, working ? '\1' : '\0') + std::string("\3\0\2\5\2\1\xfc\xb7\xaa\x90\xc5\xf1\xf6\2\0", 15);
    ResponseSummary from_bytes(memory()), from_text(memory());
    ASSERT_OK(decode(bytes, from_bytes));
    Tokens text(texts[working]);
    ASSERT_OK(read_summary(text.value(), from_text));
    EXPECT_EQ(bytes_of(from_bytes), bytes_of(from_text));
    EXPECT_EQ(bytes_of(from_bytes)[0], 2);
    EXPECT_EQ(from_bytes.responses(Side::kUs), 2);
    EXPECT_EQ(from_bytes.lapsed(Side::kUs), 0);
    EXPECT_FALSE(from_bytes.first_responses(Side::kUs).has_value());
    EXPECT_FALSE(from_bytes.first_response_times(Side::kUs).mean().has_value());
    EXPECT_EQ(from_bytes.in_working_time(), working);
    expect_round_trips(from_bytes);
  }
  // Merged with new ones, in either order, the sum does not know first responses, and knows all else.
  ResponseSummary old(memory()), fresh = summary_of({{1, kIn, minutes(0)}, {1, kOut, minutes(1)}});
  Tokens text(texts[0]);
  ASSERT_OK(read_summary(text.value(), old));
  ResponseSummary one = old, other = fresh;
  ASSERT_OK(one.merge(fresh));
  ASSERT_OK(other.merge(old));
  EXPECT_EQ(bytes_of(one), bytes_of(other));
  EXPECT_EQ(one.responses(Side::kUs), 3);
  EXPECT_FALSE(one.first_responses(Side::kUs).has_value());
  expect_round_trips(one);
  // Version 1 had no gap.
  EXPECT_EQ(old.merge(summary_of({{1, kIn, minutes(0)}}, rules_of(for_minutes(5)))).code(),
            StatusCode::kInvalidArgument);
  // Of unthreaded e-mails alone it knows everything.
  ResponseSummary unthreaded(memory());
  ASSERT_OK(decode(std::string("\1\0\3\0\0\0\0", 7), unthreaded));
  EXPECT_EQ(unthreaded.first_responses(Side::kUs), 0);
  // What it never wrote.
  ResponseSummary refused(memory());
  EXPECT_EQ(decode(std::string("\1\0\3\0\2\5\2\0\0", 9), refused).code(), StatusCode::kCorruptBytes);
  EXPECT_EQ(decode(std::string("\1\0\0\0\0\0\0", 7), refused).code(), StatusCode::kCorruptBytes);
}

// A calendar that is not known, of version 1, merges with any; two known ones only if they are one.
TEST(ResponseTurns, SummariesOfDifferentCalendarsDoNotMerge) {
  auto text = [](const char* calendar) {
    return std::string(R"({"version":2,"working_time":true,)") + calendar +
           R"("us":{"responses":0,"first":{"responses":0},"awaiting":0},)"
           R"("them":{"responses":0,"first":{"responses":0},"awaiting":0},"unthreaded":1})";
  };
  auto read = [&](const char* calendar) {
    ResponseSummary s(memory());
    Tokens tokens(text(calendar));
    EXPECT_TRUE(is_ok(read_summary(tokens.value(), s)));
    expect_round_trips(s);
    return s;
  };
  auto one = read(R"("calendar":18446744073709551615,)"), two = read(R"("calendar":2,)"), unknown = read("");
  auto merged = unknown;
  ASSERT_OK(merged.merge(one));
  ASSERT_OK(merged.merge(one));
  ASSERT_OK(merged.merge(unknown));
  EXPECT_EQ(merged.merge(two).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(two.merge(merged).code(), StatusCode::kInvalidArgument);
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
  bytes[0] = 3;
  ResponseSummary s(memory());
  EXPECT_EQ(decode(bytes, s).code(), StatusCode::kUnknownVersion);
  Tokens text("{\"version\":3,\"anything\":1}");
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
  ByteWriter state(memory());
  state.byte(0);  // no gap
  state.signed_varint(kLatestInstant.microseconds);
  state.byte(0);  // no calendar
  state.varint(static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  state.byte(0);  // none that needs no reply
  ASSERT_TRUE(deserialized(taken(state), most));
  ASSERT_OK(one.add_unthreaded(minutes(0)));
  EXPECT_EQ(one.merge(most).code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace relinsights
