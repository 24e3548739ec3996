// What the core's inner steps cost, without PostgreSQL: run by `scripts/bench core`. The time of one iteration is that
// of one event, decoding, merge, pair or span.
//
// "hot" adds every event to one group, "cold" goes round 10,000 groups, as a table in order of time does: the
// difference is cache misses. Groups start again after 100 events each, so that a state is as large as that of an
// average record.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>

#include "core/deals/similarity_kernel.h"
#include "core/families/activity_timeline.h"
#include "core/families/contact_summary.h"
#include "core/families/engagement_summary.h"
#include "core/families/interaction_summary.h"
#include "core/families/response_turns.h"
#include "core/families/working_calendar.h"
#include "core/record/record_summaries.h"
#include "random_records.h"

namespace relinsights {
namespace {

std::pmr::memory_resource* memory() { return std::pmr::new_delete_resource(); }
constexpr size_t kEvents = 1 << 16, kEventsOfAGroup = 100;
constexpr size_t kStride =
    kEvents / kEventsOfAGroup;  // from one event of a group to its next, so that it spreads over two years

struct Event {
  Kind kind;
  Direction direction;
  Instant at;
  Day day;
  uint64_t thread;
  char party[16];
  size_t party_size;
};

// In order of time over two years; 75 % e-mails, threads of about three, six parties.
const std::vector<Event>& events() {
  static const std::vector<Event> all = [] {
    std::vector<Event> made(kEvents);
    std::mt19937_64 random(1);
    int64_t day = int64_t{86400} * 1000000;
    for (size_t i = 0; i < made.size(); ++i) {
      Event& e = made[i];
      uint64_t kind = random() % 20;
      e.kind = kind < 15 ? Kind::kEmail : kind < 18 ? Kind::kPhoneCall : Kind::kMeeting;
      e.direction = random() % 2 == 0 ? Direction::kInbound : Direction::kOutbound;
      e.at = {9000 * day + static_cast<int64_t>(i) * 730 * day / static_cast<int64_t>(made.size())};
      e.day = {static_cast<int32_t>(e.at.microseconds / day)};
      e.thread = i % kStride << 32 | i / kStride / 3;  // events of a group that follow each other share one
      e.party_size =
          static_cast<size_t>(std::snprintf(e.party, sizeof e.party, "%d", static_cast<int>(80000 + random() % 6)));
    }
    return made;
  }();
  return all;
}

Status add(InteractionSummary& to, const Event& e) { return to.add(e.kind, e.direction, e.at, {1800000000}, 1); }
Status add(ResponseAggregation& to, const Event& e) { return to.add(e.thread, e.direction, e.at); }
Status add(TimelineAggregation& to, const Event& e) { return to.add(e.kind, e.direction, e.day, 0); }
Status add(ContactAggregation& to, const Event& e) {
  return to.add(std::string_view(e.party, e.party_size), e.kind, e.direction, e.at);
}
Status add(EngagementSummary& to, const Event& e) {
  int32_t happened[kEngagements] = {e.kind == Kind::kEmail, 0, 1, 0};
  return to.add(happened);
}

template <Aggregation A>
void add_events(benchmark::State& state) {
  size_t groups = static_cast<size_t>(state.range(0)), period = groups * kEventsOfAGroup;
  std::vector<std::unique_ptr<A>> group(groups);
  size_t i = 0;
  for (auto _ : state) {
    if (i == 0) {
      state.PauseTiming();
      for (auto& g : group) g = std::make_unique<A>(memory());
      state.ResumeTiming();
    }
    size_t g = i % groups;
    Status status = add(*group[g], events()[(i / groups * kStride + g) % events().size()]);
    if (!status.ok()) state.SkipWithError(status.message());
    if (++i == period) i = 0;
  }
}

template <Aggregation A>
std::unique_ptr<A> average_group(size_t first = 0) {
  auto made = std::make_unique<A>(memory());
  for (size_t i = 0; i < kEventsOfAGroup; ++i)
    benchmark::DoNotOptimize(add(*made, events()[(first + i * kStride) % events().size()]).ok());
  return made;
}

// Calls step(a fresh value), of which `make` makes a thousand at a time: stopping the clock is dear.
template <class Make, class Step>
void with_fresh(benchmark::State& state, Make&& make, Step&& step) {
  std::vector<decltype(make())> fresh(1000);
  size_t next = fresh.size();
  for (auto _ : state) {
    if (next == fresh.size()) {
      state.PauseTiming();
      for (auto& value : fresh) value = make();
      next = 0;
      state.ResumeTiming();
    }
    step(*fresh[next++]);
  }
}

// One group of 100 events, finished and encoded. Finishing may sort what there is: each time from a fresh copy.
template <Aggregation A>
void finish_and_encode(benchmark::State& state) {
  with_fresh(
      state, [] { return average_group<A>(); },
      [&](A& group) {
        typename A::Summary summary(memory());
        if (!group.finish(summary).ok()) state.SkipWithError("finish");
        ByteWriter out(memory());
        encode_summary(summary, out);
        benchmark::DoNotOptimize(out.size());
      });
}

template <class A>
std::string average_bytes(size_t first = 0) {
  typename A::Summary summary(memory());
  benchmark::DoNotOptimize(average_group<A>(first)->finish(summary).ok());
  return test::bytes_of(summary);
}

template <class A, class Read>
void decode_and_read(benchmark::State& state, Read&& read) {
  std::string bytes = average_bytes<A>();
  for (auto _ : state) {
    typename A::Summary summary(memory());
    if (!test::decode(bytes, summary).ok()) state.SkipWithError("decode");
    benchmark::DoNotOptimize(read(summary));
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
void read_interactions(benchmark::State& s) {
  decode_and_read<SelfAggregation<InteractionSummary>>(s, [](auto& x) { return x.activities(); });
}
void read_responses(benchmark::State& s) {
  decode_and_read<ResponseAggregation>(s, [](auto& x) { return x.response_times(Side::kUs).percentile(0.5); });
}
void read_timeline(benchmark::State& s) {
  decode_and_read<TimelineAggregation>(s, [](auto& x) {
    int64_t days = 0;
    x.for_each_day([&](const ActivityDay&) { ++days; });
    return days;
  });
}
void read_contacts(benchmark::State& s) {
  decode_and_read<ContactAggregation>(s, [](auto& x) { return x.engaged_contacts(); });
}

// A summary of 100 events into another.
template <Aggregation A>
void merge(benchmark::State& state) {
  using Summary = typename A::Summary;
  std::string one = average_bytes<A>(), other = average_bytes<A>(331);
  Summary from(memory());
  if (!test::decode(other, from).ok()) state.SkipWithError("decode");
  auto make = [&] {
    auto made = std::make_unique<Summary>(memory());
    benchmark::DoNotOptimize(test::decode(one, *made).ok());
    return made;
  };
  with_fresh(state, make, [&](Summary& to) {
    if (!to.merge(from).ok()) state.SkipWithError("merge");
  });
}

// One deal against 100,000 others, 4 numeric and 4 categorical attributes: the time of one pair.
void compare_deals(benchmark::State& state) {
  const NamedKernel& kernel = similarity_kernels()[static_cast<size_t>(state.range(0))];
  constexpr size_t kDeals = 100000, kRun = 1000;
  std::mt19937_64 random(1);
  std::vector<std::vector<int32_t>> columns(8, std::vector<int32_t>(kDeals));
  for (auto& column : columns)
    for (auto& value : column) value = static_cast<int32_t>(random() % 20);
  std::vector<double> present(kDeals, 1), sums(kRun);
  std::vector<uint32_t> found(kRun);
  std::vector<SimilarityTerm> terms;
  for (size_t i = 0; i < columns.size(); ++i) terms.push_back({columns[i].data(), 7, i % 2 == 0, 0.125, 0.005});
  SimilarityRun run{terms, present.data(), 1, 0.45};
  size_t first = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernel.kernel(run, first, kRun, sums.data(), found.data()));
    first = (first + kRun) % kDeals;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRun));
  state.SetLabel(kernel.name);
}

void measure_working_time(benchmark::State& state) {
  test::Tokens tokens(
      R"({"time_zone":"UTC","open":{"mon-fri":["09:00-12:00","13:00-18:00"]},"holidays":["2026-01-01","2026-05-05"]})");
  WorkingCalendar calendar(memory());
  PreparedCalendar prepared(memory());
  if (!read_calendar(tokens.value(), calendar).ok() || !prepared.prepare(calendar, {}).ok())
    state.SkipWithError("calendar");
  size_t i = 0;
  for (auto _ : state) {
    Instant from = events()[i++ & 0xffff].at;
    benchmark::DoNotOptimize(prepared.working_time(from, {from.microseconds + 86400 * int64_t{1500000}}));
  }
}

// A record of so many activities as events() has them: threads of about three, ids a few hundred apart, ten people.
struct Record {
  std::vector<test::PlainActivity> activities;
  RecordEntries entries{memory()};
  std::string stored;
};
const Record& record_of(size_t count) {
  static std::map<size_t, Record> known;
  Record& record = known[count];
  if (!record.activities.empty()) return record;
  std::mt19937_64 random(2);
  const int64_t day = int64_t{86400} * 1000000;
  for (size_t i = 0; i < count; ++i) {
    const Event& e = events()[i % kEvents];
    test::PlainActivity& a = record.activities.emplace_back();
    auto key = integer_key(static_cast<int64_t>(i * 300 + random() % 300));
    a.key.assign(key.data(), key.size());
    a.at = a.counts_from = {9000 * day + static_cast<int64_t>(i * 730 * static_cast<uint64_t>(day) / count)};
    a.kind = e.kind;
    a.direction = static_cast<uint8_t>(index(e.direction));
    if (e.kind != Kind::kEmail) a.duration = {int64_t{1800000000}};
    auto thread = integer_key(static_cast<int64_t>(i / 3 * 7));
    if (e.kind == Kind::kEmail) a.thread.assign(thread.data(), thread.size());
    a.ours.insert("u" + std::to_string(random() % 4));
    a.theirs.insert(std::string(e.party, e.party_size));
    if (e.kind == Kind::kEmail && random() % 4 == 0) {
      a.flags = RecordEntry::kFollowed;
      a.engagement = {static_cast<int32_t>(random() % 3), 0, 1, 0};
    }
  }
  test::build(test::RecordShape{}, record.activities, record.entries);
  record.stored = test::stored(record.entries);
  return record;
}

// One iteration is one activity: `work` does a whole record at once.
template <class Work>
void each_activity(benchmark::State& state, Work&& work) {
  const Record& record = record_of(static_cast<size_t>(state.range(0)));
  size_t left = 0;
  for (auto _ : state) {
    if (left == 0) {
      work(record);
      left = record.entries.entries.size();
    }
    --left;
  }
}

// All summaries of a record and their bytes.
void summarize_record(benchmark::State& state) {
  static const std::vector<ZoneTransition> kTransitions = [] {
    std::vector<ZoneTransition> made;  // summer time, 400 years
    for (int half_year = 0; half_year < 800; ++half_year)
      made.push_back({{(int64_t{half_year} * 182 + 85) * 86400 * 1000000}, half_year % 2 == 0 ? 7200 : 3600});
    return made;
  }();
  static const ZoneRules kZone{3600, kTransitions.data(), kTransitions.size()};
  SummaryRules rules;
  rules.zone = &kZone;
  each_activity(state, [&](const Record& record) {
    RecordSummaries all(memory());
    ByteWriter out(memory(), 4096);
    if (!summarize(record.entries, rules, all, memory()).ok()) state.SkipWithError("summarize");
    encode_summary(all.interactions, out);
    encode_summary(all.responses, out);
    encode_summary(all.timeline, out);
    encode_summary(all.their_contacts, out);
    encode_summary(all.our_contacts, out);
    encode_summary(all.engagement, out);
    benchmark::DoNotOptimize(out.data());
  });
}

void encode_log(benchmark::State& state) {
  each_activity(state, [](const Record& record) {
    ByteWriter out(memory(), record.stored.size() + 64);
    encode_entries(record.entries, out);
    benchmark::DoNotOptimize(out.data());
  });
}

void read_log(benchmark::State& state) {
  each_activity(state, [&](const Record& record) {
    RecordEntries log(memory());
    if (!test::read_stored(record.stored, log).ok()) state.SkipWithError("decode");
    benchmark::DoNotOptimize(log.entries.data());
  });
  const Record& record = record_of(static_cast<size_t>(state.range(0)));
  state.counters["bytes"] =
      static_cast<double>(record.stored.size()) / static_cast<double>(record.entries.entries.size());
}

#define OF_EACH(name, ...)                                                                                \
  BENCHMARK_TEMPLATE(name, SelfAggregation<InteractionSummary>)->Name(#name "/interactions") __VA_ARGS__; \
  BENCHMARK_TEMPLATE(name, ResponseAggregation)->Name(#name "/responses") __VA_ARGS__;                    \
  BENCHMARK_TEMPLATE(name, TimelineAggregation)->Name(#name "/timeline") __VA_ARGS__;                     \
  BENCHMARK_TEMPLATE(name, ContactAggregation)->Name(#name "/contacts") __VA_ARGS__;                      \
  BENCHMARK_TEMPLATE(name, SelfAggregation<EngagementSummary>)->Name(#name "/engagement") __VA_ARGS__

OF_EACH(add_events, ->Arg(1)->Arg(10000));
OF_EACH(finish_and_encode);
OF_EACH(merge);
BENCHMARK(read_interactions);
BENCHMARK(read_responses);
BENCHMARK(read_timeline);
BENCHMARK(read_contacts);
BENCHMARK(compare_deals)->DenseRange(0, static_cast<int64_t>(similarity_kernels().size()) - 1);
BENCHMARK(measure_working_time);
BENCHMARK(summarize_record)->Arg(100)->Arg(100000);
BENCHMARK(encode_log)->Arg(100)->Arg(100000);
BENCHMARK(read_log)->Arg(100)->Arg(100000);

}  // namespace
}  // namespace relinsights

BENCHMARK_MAIN();
