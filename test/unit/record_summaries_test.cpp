// All families in one pass over a record's activities: the bytes are those that the families' own aggregations give to
// the same rows in any order.
#include "core/record/record_summaries.h"

#include "random_records.h"

namespace relinsights {
namespace {

using namespace test;

constexpr int64_t kDay = int64_t{86400} * 1000000;

// Clocks that are changed often, by odd amounts, over midnight in both directions too.
const ZoneRules& restless_zone() {
  static const std::vector<ZoneTransition> kTransitions = [] {
    std::mt19937_64 random(11);
    std::vector<ZoneTransition> made;
    for (int64_t at = 9000 * kDay; at < 9600 * kDay; at += static_cast<int64_t>(random() % (9 * kDay)) + 1)
      made.push_back({{at}, static_cast<int32_t>(random() % 100000) - 50000});
    return made;
  }();
  static const ZoneRules kZone{-3600 * 5 - 17, kTransitions.data(), kTransitions.size()};
  return kZone;
}

template <class S>
std::string bytes_if_any(const S& summary) {
  return summary.validate() == nullptr ? bytes_of(summary) : std::string();
}

struct SummaryBytes {
  std::string interactions, responses, timeline, their_contacts, our_contacts, engagement;
  auto operator<=>(const SummaryBytes&) const = default;
};

SummaryBytes bytes_of_all(const RecordSummaries& all) {
  return {bytes_if_any(all.interactions),   bytes_if_any(all.responses),    bytes_if_any(all.timeline),
          bytes_if_any(all.their_contacts), bytes_if_any(all.our_contacts), bytes_if_any(all.engagement)};
}

uint64_t thread_key(const std::string& thread) { return std::hash<std::string>{}(thread); }

// The definition: every row to the aggregations of the families, in a random order.
SummaryBytes aggregated(std::vector<PlainActivity> rows, const SummaryRules& rules, std::mt19937_64& random) {
  SelfAggregation<InteractionSummary> interactions(memory());
  ResponseAggregation responses(memory());
  TimelineAggregation timeline(memory());
  ContactAggregation ours(memory()), theirs(memory());
  SelfAggregation<EngagementSummary> engagement(memory());
  std::shuffle(rows.begin(), rows.end(), random);
  for (const PlainActivity& row : rows) {
    if (row.counts_from > rules.as_of) continue;
    const auto direction = static_cast<Direction>(row.direction);
    const auto team = static_cast<int32_t>(row.ours.size());
    EXPECT_TRUE(is_ok(timeline.add(row.kind, direction, local_day(*rules.zone, row.at), row.sentiment / 10000.0)));
    EXPECT_TRUE(is_ok(interactions.add(row.kind, direction, row.at, row.duration, team)));
    for (const std::string& person : row.ours) EXPECT_TRUE(is_ok(ours.add(person, row.kind, direction, row.at)));
    for (const std::string& person : row.theirs) EXPECT_TRUE(is_ok(theirs.add(person, row.kind, direction, row.at)));
    if (row.kind != Kind::kEmail) continue;
    if ((row.flags & RecordEntry::kFollowed) != 0) {
      int32_t events[kEngagements];
      std::copy(row.engagement.begin(), row.engagement.end(), events);
      EXPECT_TRUE(is_ok(engagement.add(events)));
    }
    if ((row.flags & (RecordEntry::kAutomated | RecordEntry::kInternal)) != 0) continue;
    if (direction == Direction::kUnknown) continue;
    if (row.thread.empty())
      EXPECT_TRUE(is_ok(responses.add_unthreaded(row.at)));
    else
      EXPECT_TRUE(is_ok(
          responses.add(thread_key(row.thread), direction, row.at, (row.flags & RecordEntry::kNeedsNoReply) == 0)));
  }
  RecordSummaries all(memory());
  EXPECT_TRUE(is_ok(interactions.finish(all.interactions)));
  EXPECT_TRUE(is_ok(responses.finish(all.responses)));
  EXPECT_TRUE(is_ok(timeline.finish(all.timeline)));
  EXPECT_TRUE(is_ok(ours.finish(all.our_contacts)));
  EXPECT_TRUE(is_ok(theirs.finish(all.their_contacts)));
  EXPECT_TRUE(is_ok(engagement.finish(all.engagement)));
  return bytes_of_all(all);
}

SummaryBytes folded(const RecordEntries& log, const SummaryRules& rules) {
  RecordSummaries all(memory());
  EXPECT_TRUE(is_ok(summarize(log, rules, all, memory())));
  return bytes_of_all(all);
}

void expect_same(const RecordShape& shape, const std::vector<PlainActivity>& rows, const SummaryRules& rules,
                 std::mt19937_64& random) {
  RecordEntries log(memory());
  build(shape, rows, log);
  const SummaryBytes expected = aggregated(rows, rules, random), got = folded(log, rules);
  ASSERT_EQ(got.interactions, expected.interactions);
  ASSERT_EQ(got.responses, expected.responses);
  ASSERT_EQ(got.timeline, expected.timeline);
  ASSERT_EQ(got.their_contacts, expected.their_contacts);
  ASSERT_EQ(got.our_contacts, expected.our_contacts);
  ASSERT_EQ(got.engagement, expected.engagement);
}

TEST(RecordSummaries, AreThoseOfTheFamiliesOwnAggregations) {
  std::mt19937_64 random(1);
  SummaryRules rules;
  rules.zone = &restless_zone();
  for (int round = 0; round < 1500; ++round) {
    RecordShape shape;
    shape.activities = 1 + random() % (round % 50 == 0 ? 3000 : 60);
    shape.threads = 1 + random() % 40;
    shape.people = 1 + random() % 30;
    if (round % 3 == 0) shape.spread = 20 * kDay;
    if (round % 7 == 0) shape.spread = 5;  // many at one moment
    ASSERT_NO_FATAL_FAILURE(expect_same(shape, random_activities(shape, random), rules, random)) << "round " << round;
  }
}

TEST(RecordSummaries, AreThoseAsOfAMoment) {
  std::mt19937_64 random(2);
  SummaryRules rules;
  rules.zone = &restless_zone();
  for (int round = 0; round < 500; ++round) {
    RecordShape shape;
    shape.activities = 1 + random() % 60;
    std::vector<PlainActivity> rows = random_activities(shape, random), before;
    rules.as_of = random_instant(shape, random);
    RecordEntries log(memory()), cut(memory());
    build(shape, rows, log);
    cut_log(log, rules.as_of, cut, memory());
    ASSERT_EQ(folded(log, rules), folded(cut, rules));
    for (const PlainActivity& row : rows)
      if (row.counts_from <= rules.as_of) before.push_back(row);
    // Without a gap the moment itself changes nothing.
    SummaryRules of_all = rules;
    of_all.as_of = kLatestInstant;
    ASSERT_EQ(folded(log, rules), aggregated(before, of_all, random));
  }
}

TEST(RecordSummaries, ThoseNotWantedStayEmpty) {
  std::mt19937_64 random(3);
  RecordShape shape;
  shape.activities = 200;
  RecordEntries log(memory());
  const std::vector<PlainActivity> rows = random_activities(shape, random);
  build(shape, rows, log);
  SummaryRules rules;
  rules.zone = &restless_zone();
  const SummaryBytes all = folded(log, rules);
  auto only = [&](uint8_t family) {
    rules.families = family;
    return folded(log, rules);
  };
  EXPECT_EQ(only(SummaryRules::kInteractions), (SummaryBytes{all.interactions, {}, {}, {}, {}, {}}));
  EXPECT_EQ(only(SummaryRules::kResponses), (SummaryBytes{{}, all.responses, {}, {}, {}, {}}));
  EXPECT_EQ(only(SummaryRules::kTimeline), (SummaryBytes{{}, {}, all.timeline, {}, {}, {}}));
  EXPECT_EQ(only(SummaryRules::kContacts), (SummaryBytes{{}, {}, {}, all.their_contacts, all.our_contacts, {}}));
  EXPECT_EQ(only(SummaryRules::kEngagement), (SummaryBytes{{}, {}, {}, {}, {}, all.engagement}));
}

TEST(RecordSummaries, LocalDaysAreThoseOfTheZoneWhateverComesBefore) {
  // 1999-12-31 at 23:59:59 in a zone an hour ahead is the next year's first day; far away too.
  const ZoneTransition kAhead[] = {{{-kDay}, 3600}};
  const ZoneRules zone{0, kAhead, 1};
  EXPECT_EQ(local_day(zone, {-1}), Day{0});
  EXPECT_EQ(local_day(zone, {-3600 * int64_t{1000000} - 1}), Day{-1});
  EXPECT_EQ(local_day(zone, {-2 * kDay - 1}), Day{-3});
  EXPECT_EQ(local_day(zone, kLatestInstant).number,
            static_cast<int32_t>((kLatestInstant.microseconds + 3600 * int64_t{1000000}) / kDay));
}

TEST(RecordSummaries, ADayOutOfRangeIsAnErrorAsInTheAggregate) {
  RecordShape shape;
  PlainActivity first;
  first.key = random_key(IdType::kInteger, 1);
  first.at = first.counts_from = kEarliestInstant;
  RecordEntries log(memory());
  const std::vector<PlainActivity> rows = {first};
  build(shape, rows, log);
  const ZoneRules behind{-3600, nullptr, 0};
  SummaryRules rules;
  rules.zone = &behind;
  RecordSummaries all(memory());
  EXPECT_EQ(summarize(log, rules, all, memory()).code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace relinsights
