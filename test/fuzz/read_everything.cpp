#include <cmath>
#include <span>

#include "core/deals/deal_factors.h"
#include "core/deals/similar_deals.h"
#include "core/families/relationship_health.h"
#include "core/record/record_summaries.h"
#include "fuzzing.h"

namespace relinsights::fuzz {
namespace {

constexpr Side kBothSides[] = {Side::kUs, Side::kThem};
constexpr int64_t kMostBigint = std::numeric_limits<int64_t>::max();

bool share(const std::optional<double>& value) { return !value.has_value() || (*value >= 0 && *value <= 1); }

Instant on_day(int64_t day, int64_t minutes) { return {(day * 1440 + minutes) * 60 * 1000000}; }

}  // namespace

ZoneRules some_zone() {
  static const ZoneTransition kTransitions[] = {
      {on_day(-40000, 17), 3600 * 9 + 1}, {on_day(-20000, 60), -3600 * 11},
      {on_day(9582, 120), 3600},          {on_day(9799, 120), 0},
      {on_day(9946, 120), 7200},          {on_day(10000, 1439), -86400 / 2},
      {kZoneCycleBegin, 3600 * 14},       {on_day(73500, 60), 3600 * 13},
      {on_day(73700, 60), 3600 * 14},     {on_day(150000, 720), 3600 * 14 + 1800}};
  return {-3600 * 3 - 17, kTransitions, std::size(kTransitions)};
}

void read_everything(const InteractionSummary& s) {
  FUZZ_REQUIRE(s.activities() > 0 && s.activities() >= s.activities_by(Side::kUs) + s.activities_by(Side::kThem));
  FUZZ_REQUIRE(s.first_interaction_at().value() <= s.last_interaction_at().value());
  FUZZ_REQUIRE(!s.face_time().ok() || s.face_time().value.microseconds >= 0);
  for (Side side : kBothSides) {
    FUZZ_REQUIRE(s.last_interaction_at(side).has_value() == (s.activities_by(side) > 0));
    FUZZ_REQUIRE(s.email_ratio(side).value_or(0) >= 0);
    for (int64_t minute : {int64_t{0}, int64_t{60000000}, kMostBigint}) {
      Result<Duration> spent = s.time_spent(side, {minute}, {minute / 2});
      FUZZ_REQUIRE(!spent.ok() || spent.value.microseconds >= 0);
    }
    FUZZ_REQUIRE(!s.time_spent(side, {-1}, {0}).ok());
  }
}

void read_everything(const ResponseSummary& s) {
  for (Side side : kBothSides) {
    const DurationDistribution& times = s.response_times(side);
    bool any = s.responses(side) > 0;
    FUZZ_REQUIRE(s.awaiting(side) >= 0 && s.oldest_awaiting_since(side).has_value() == (s.awaiting(side) > 0));
    FUZZ_REQUIRE(share(s.response_rate(side)));
    FUZZ_REQUIRE(times.mean().has_value() == any && times.min().has_value() == any && times.max().has_value() == any);
    Duration before = times.min().value_or(Duration{0});
    for (double fraction : {0.0, 0.001, 0.25, 0.5, 0.75, 0.95, 1.0}) {
      auto at = s.percentile(side, fraction);
      FUZZ_REQUIRE(at.ok() && at.value.has_value() == any);
      if (!any) continue;
      FUZZ_REQUIRE(*at.value >= before && *at.value <= *times.max());
      before = *at.value;
    }
    if (any) FUZZ_REQUIRE(before == *times.max() && *times.mean() >= *times.min() && *times.mean() <= *times.max());
    FUZZ_REQUIRE(!s.percentile(side, std::nan("")).ok() && !s.percentile(side, 1.5).ok());
    double least = 0;
    for (int64_t limit : {int64_t{0}, int64_t{1}, int64_t{3600000000}, int64_t{86400000000}, kMostBigint}) {
      auto within = s.answered_within(side, {limit});
      FUZZ_REQUIRE(within.ok() && share(within.value) && within.value.value_or(1) >= least);
      least = within.value.value_or(0);
    }
    FUZZ_REQUIRE(least == (any ? 1 : 0) && !s.answered_within(side, {-1}).ok());
  }
  FUZZ_REQUIRE(s.unthreaded() >= 0);
}

void read_everything(const ActivityTimeline& timeline) {
  Day first = kLatestDay, last = kEarliestDay;
  timeline.for_each_day([&](const ActivityDay& day) {
    first = std::min(first, day.day);
    last = std::max(last, day.day);
  });
  FUZZ_REQUIRE(first <= last);
  SeriesRow rows[80];
  for (Day until : {first, last, Day{9700}, kLatestDay}) {
    for (bool weekly : {false, true}) {
      Result<TimelineWindow> window = weekly ? last_weeks(until, std::size(rows)) : last_days(until, std::size(rows));
      if (!window.ok()) continue;
      std::fill(std::begin(rows), std::end(rows), SeriesRow{});
      timeline.add_series(window.value, rows);
      for (const SeriesRow& row : rows) FUZZ_REQUIRE(row.total() >= 0);
      ByteWriter out(memory());
      write_sparkline(rows, std::size(rows), true, out);
      FUZZ_REQUIRE(out.size() == 3 * std::size(rows));
    }
    for (Frequency frequency : {Frequency::kDaily, Frequency::kMonthly}) {
      HealthSettings settings;
      settings.frequency = frequency;
      settings.weights[0] = 9;
      settings.weights[1] = 3;
      auto health = relationship_health(timeline, until, settings);
      FUZZ_REQUIRE(health.ok());
      if (!health.value.known) continue;
      FUZZ_REQUIRE(health.value.score >= 0 && health.value.score <= 100);
      FUZZ_REQUIRE(health.value.recency >= 0 && health.value.recency <= 1);
      FUZZ_REQUIRE(health.value.engagement >= 0.55 && health.value.engagement <= 1);
      FUZZ_REQUIRE(health.value.activity >= 0 && std::isfinite(health.value.activity));
    }
  }
}

void read_everything(const ContactSummary& s) {
  FUZZ_REQUIRE(s.contacts() > 0 && s.engaged_contacts() <= s.contacts());
  for (int32_t n : {0, 1, 3, 1000}) {
    ContactSummary::Parties top(memory());
    FUZZ_REQUIRE(s.top(n, top).ok() && static_cast<int64_t>(top.size()) == std::min<int64_t>(n, s.contacts()));
    for (size_t i = 1; i < top.size(); ++i)
      FUZZ_REQUIRE(top[i - 1]->activity.interactions() >= top[i]->activity.interactions());
    for (const Party* party : top) FUZZ_REQUIRE(party->activity.initiated_by_us() >= 0);
  }
}

void read_everything(const EngagementSummary& s) {
  FUZZ_REQUIRE(s.followed_emails() > 0);
  for (size_t i = 0; i < kEngagements; ++i) {
    FUZZ_REQUIRE(s.events(static_cast<Engagement>(i)) >= 0);
    FUZZ_REQUIRE(share(s.rate(static_cast<Engagement>(i))));
  }
}

namespace {

// The attributes of one deal as JSON.
std::string attributes_of(const DealProfile& profile, uint32_t deal) {
  ByteWriter out(memory());
  JsonWriter json(out);
  json.begin_object();
  for (const DealProfile::Column& column : profile.columns()) {
    if (column.code(deal) == 0) continue;
    json.key(column.name());
    write_attribute_value(json, column.values()[column.code(deal) - 1]);
  }
  json.end_object();
  return std::string(written(out));
}

// The most similar deals of one: the same whatever the kernel, best first, never the deal itself.
void check_search(const DealProfile& profile, const SimilarDeals& similar, uint32_t deal) {
  JsonTokens tokens(attributes_of(profile, deal));
  FUZZ_REQUIRE(tokens.good());
  std::string_view id = profile.id(deal);
  std::vector<SimilarDeals::Match> expected;
  for (const auto& known : similarity_kernels()) {
    SimilarDeals::Query query(memory());
    FUZZ_REQUIRE(similar.read(&id, tokens.value(), query).ok());
    FUZZ_REQUIRE(similar.search(std::span(&query, 1), 5, 0, known.kernel).ok());
    if (&known == &similarity_kernels().front()) expected.assign(query.matches.begin(), query.matches.end());
    FUZZ_REQUIRE(query.matches.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const SimilarDeals::Match& match = query.matches[i];
      FUZZ_REQUIRE(match.place == expected[i].place &&
                   match.similarity.billionths == expected[i].similarity.billionths);
      FUZZ_REQUIRE(match.similarity.billionths <= 1000000000 && similar.id(match) != id);
      if (i > 0) FUZZ_REQUIRE(match.similarity.billionths <= expected[i - 1].similarity.billionths);
      ByteWriter out(memory());
      JsonWriter json(out);
      similar.write_contributions(query, match, json);
      FUZZ_REQUIRE(JsonTokens(written(out)).good());
    }
  }
}

}  // namespace

void read_everything(const DealProfile& profile) {
  FUZZ_REQUIRE(profile.sorted());
  DealFactors learned(memory());
  FUZZ_REQUIRE(learn_factors(profile, learned).ok() && learned.factors.size() == profile.columns().size());
  double sum = 0;
  for (const DealFactor& factor : learned.factors) {
    FUZZ_REQUIRE(factor.weight >= 0 && factor.weight <= 1 && factor.deals > 0);
    sum += factor.weight;
  }
  FUZZ_REQUIRE(learned.factors.empty() || std::fabs(sum - 1) < 1e-9);
  SimilarDeals similar(memory());
  FUZZ_REQUIRE(similar.prepare(profile).ok());
  for (uint32_t deal = 0; deal < std::min(profile.deals(), uint32_t{3}); ++deal) check_search(profile, similar, deal);
}

void read_everything(const WorkingCalendar& calendar) {
  PreparedCalendar prepared(memory());
  FUZZ_REQUIRE(prepared.prepare(calendar, some_zone()).ok());
  const Instant kTimes[] = {kEarliestInstant,  on_day(-40000, 10), on_day(0, 0),        on_day(9581, 1439),
                            on_day(9582, 110), on_day(9582, 200),  on_day(9799, 119),   on_day(9799, 185),
                            on_day(10000, 7),  on_day(10001, 999), on_day(73413, 1000), on_day(73500, 61),
                            on_day(150001, 1), on_day(400000, 1),  kLatestInstant};
  for (size_t i = 1; i < std::size(kTimes); ++i) {
    auto worked = working_time(prepared, kTimes[i - 1], kTimes[i]);
    auto back = working_time(prepared, kTimes[i], kTimes[i - 1]);
    FUZZ_REQUIRE(worked.ok() && back.ok() && worked.value.microseconds == -back.value.microseconds);
    FUZZ_REQUIRE(worked.value.microseconds >= 0);
    FUZZ_REQUIRE(worked.value.microseconds <= kTimes[i].microseconds - kTimes[i - 1].microseconds);
  }
  FUZZ_REQUIRE(!working_time(prepared, {kMostBigint}, kTimes[0]).ok());
}

void read_everything(const ActivityLog& log) {
  const RecordEntries& entries = log.entries();
  FUZZ_REQUIRE(!entries.entries.empty() && entries.activities.size() == entries.entries.size());
  size_t texts = 0;
  log.for_each_text([&](std::string_view text) { texts += !text.empty(); });
  FUZZ_REQUIRE(texts >= entries.our_people.size() + entries.their_people.size());
  const Instant middle = entries.entries[entries.entries.size() / 2].at;
  RecordEntries cut(memory()), rest(memory()), replaced(memory()), chunk(memory());
  cut_log(entries, middle, cut, memory());
  for (const RecordEntry& entry : cut.entries) FUZZ_REQUIRE(entry.counts_from <= middle);
  replace_activities(entries, cut.activities, rest, replaced, memory());
  FUZZ_REQUIRE(replaced.entries.size() + cut.entries.size() == entries.entries.size());
  chunk_of(entries, 0, chunk, memory());
  FUZZ_REQUIRE(chunk.entries.size() == std::min(kChunkEntries, entries.entries.size()));

  const ZoneRules zone = some_zone();
  SummaryRules rules;
  rules.zone = &zone;
  RecordSummaries summaries(memory());
  if (!summarize(entries, rules, summaries, memory()).ok()) return;
  auto check_if_any = [](const auto& summary) {
    if (summary.validate() == nullptr) check_value(summary);
  };
  check_if_any(summaries.interactions);
  check_if_any(summaries.responses);
  check_if_any(summaries.timeline);
  check_if_any(summaries.their_contacts);
  check_if_any(summaries.our_contacts);
  check_if_any(summaries.engagement);
}

}  // namespace relinsights::fuzz
