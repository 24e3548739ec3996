#include "core/record/record_aggregation.h"

#include <set>

#include "core/base/scratch_memory.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

std::string encoded(const ActivityPeople& people) {
  ByteWriter out(memory());
  EXPECT_TRUE(is_ok(people.encode(out, memory())));
  return taken(out);
}

// What a reader sees, as text.
std::string read(const std::string& bytes) {
  PeopleReader reader(bytes);
  std::string seen = "ours:";
  EXPECT_TRUE(reader.counted().visit([&](std::string_view name) { seen.append(" ").append(name); },
                                     [&](std::string_view name) { seen.append(" them ").append(name); }));
  seen += "; blind:";
  reader.blind_copies([&](std::string_view name) { seen.append(" ").append(name); });
  seen += "; records:";
  for (size_t left = reader.record_count(); left > 0; --left) seen += " " + std::to_string(reader.next_record());
  if (reader.gone()) seen += "; gone";
  EXPECT_FALSE(reader.broken());
  return seen;
}

struct Row {
  Side side;
  bool blind_copy, opted_out;
  std::string party;
  std::vector<RecordNumber> records;
};

Status add(ActivityPeople& people, const Row& row) {
  return people.add({row.side, row.blind_copy, row.opted_out, row.party, row.records});
}

std::string people_of(const std::vector<Row>& rows) {
  ActivityPeople people(memory());
  for (const Row& row : rows) EXPECT_TRUE(is_ok(add(people, row)));
  return encoded(people);
}

TEST(ActivityPeople, CountsEachOnceAndNoBlindCopies) {
  EXPECT_EQ(read(people_of({{Side::kThem, false, false, "zoe", {3, -2}},
                            {Side::kUs, false, false, "kim", {8}},
                            {Side::kThem, false, false, "ann", {3, 1}},
                            {Side::kThem, true, false, "bob", {7}},
                            {Side::kThem, true, false, "ann", {}},
                            {Side::kUs, true, false, "boss", {}},
                            {Side::kThem, false, false, "zoe", {3}}})),
            "ours: kim them ann them zoe; blind: bob; records: -2 1 3");
}

TEST(ActivityPeople, OptedOutPeopleAreNowhere) {
  EXPECT_EQ(read(people_of({{Side::kThem, false, true, "ann", {9}}, {Side::kUs, false, false, "kim", {}}})),
            "ours: kim; blind:; records:; gone");
  EXPECT_EQ(read(people_of({{Side::kThem, false, true, "ann", {}}, {Side::kThem, true, false, "bob", {}}})),
            "ours:; blind: bob; records:");
  // Without anyone of theirs nothing is gone.
  EXPECT_EQ(read(people_of({{Side::kUs, false, true, "kim", {}}})), "ours:; blind:; records:");
}

TEST(ActivityPeople, AnyOrderAndSplitGivesTheSameBytes) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Row> rows;
    for (size_t count = 1 + random() % 12; count > 0; --count) {
      Row row{static_cast<Side>(random() % 2),
              random() % 4 == 0,
              random() % 5 == 0,
              std::string(random() % 3, static_cast<char>('a' + random() % 4)),
              {}};
      for (size_t records = random() % 4; records > 0 && row.side == Side::kThem; --records)
        row.records.push_back(static_cast<RecordNumber>(random() % 9) - 4);
      rows.push_back(row);
    }
    std::string whole = people_of(rows);
    std::shuffle(rows.begin(), rows.end(), random);
    ActivityPeople parts[2] = {ActivityPeople(memory()), ActivityPeople(memory())};
    for (const Row& row : rows) ASSERT_OK(add(parts[random() % 2], row));
    ByteWriter handed(memory());
    parts[1].serialize(handed);
    ActivityPeople taken_over(memory());
    ByteReader in(handed.data(), handed.size());
    taken_over.deserialize(in);
    ASSERT_TRUE(in.complete());
    ASSERT_OK(parts[0].merge(taken_over));
    ASSERT_EQ(encoded(parts[0]), whole);
  }
}

TEST(ActivityPeople, DamagedBytesAreReadSafely) {
  std::string good = people_of({{Side::kThem, false, false, "ann", {1, 2}}, {Side::kUs, false, false, "kim", {}}});
  std::mt19937_64 random(2);
  size_t broken = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string bytes = good;
    for (size_t changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    PeopleReader reader(bytes);
    size_t length = 0;
    auto measure = [&](std::string_view name) { length += name.size(); };
    bool whole = reader.counted().visit(measure, measure);
    reader.blind_copies(measure);
    for (size_t left = reader.record_count(); left > 0 && !reader.broken(); --left) reader.next_record();
    reader.gone();
    broken += !whole || reader.broken();
    ASSERT_LE(length, bytes.size());
  }
  EXPECT_GT(broken, 50000u);
}

// ---- RecordAggregation

struct Activity {
  RecordActivity activity;
  std::string people;  // encoded
};

Activity random_activity(std::mt19937_64& random) {
  Activity made{};
  RecordActivity& a = made.activity;
  a.kind = static_cast<Kind>(random() % kKinds);
  a.direction = static_cast<Direction>(random() % 2);
  a.automated = random() % 8 == 0;
  a.followed = random() % 3 == 0;
  a.threaded = random() % 6 != 0;
  a.thread = random() % 20;
  a.at = minutes(static_cast<int64_t>(random() % 100000));
  a.day = {static_cast<int32_t>(a.at.microseconds / 86400000000)};
  a.sentiment = static_cast<double>(random() % 201) / 100 - 1;
  if (random() % 2 == 0) a.duration = for_minutes(static_cast<double>(random() % 90));
  for (int32_t& events : a.engagement) events = static_cast<int32_t>(random() % 3);
  if (random() % 5 != 0) {
    std::vector<Row> rows;
    for (size_t count = 1 + random() % 4; count > 0; --count)
      rows.push_back({static_cast<Side>(random() % 2), false, false, "person" + std::to_string(random() % 9), {}});
    made.people = people_of(rows);
  }
  return made;
}

// With the people's bytes as they lie in `activity` now.
RecordActivity ready(const Activity& activity) {
  RecordActivity result = activity.activity;
  if (!activity.people.empty()) result.people = PeopleReader(activity.people).counted();
  return result;
}

std::string bytes_of_all(const RecordAggregation::Summaries& s) {
  return bytes_of(s.interactions) + "|" + bytes_of(s.responses) + "|" + bytes_of(s.timeline) + "|" +
         bytes_of(s.their_contacts) + "|" + bytes_of(s.our_contacts) + "|" + bytes_of(s.engagement);
}

std::string finished(RecordAggregation& aggregation) {
  RecordAggregation::Summaries summaries(memory());
  ScratchMemory<1024> scratch(memory());
  EXPECT_TRUE(is_ok(aggregation.finish(summaries, nullptr, &scratch)));
  return bytes_of_all(summaries);
}

// The same by the aggregations that a query over one family would use.
std::string by_family(const std::vector<Activity>& activities) {
  SelfAggregation<InteractionSummary> interactions(memory());
  ResponseAggregation responses(memory());
  TimelineAggregation timeline(memory());
  ContactAggregation contacts[kSides] = {ContactAggregation(memory()), ContactAggregation(memory())};
  SelfAggregation<EngagementSummary> engagement(memory());
  for (const Activity& one : activities) {
    RecordActivity a = ready(one);
    std::set<std::string> names[kSides];
    if (!one.people.empty())
      a.people.visit([&](std::string_view name) { names[0].emplace(name); },
                     [&](std::string_view name) { names[1].emplace(name); });
    for (size_t side = 0; side < kSides; ++side)
      for (const std::string& name : names[side]) EXPECT_TRUE(contacts[side].add(name, a.kind, a.direction, a.at).ok());
    auto team = static_cast<int32_t>(std::max<size_t>(names[0].size(), 1));
    EXPECT_TRUE(interactions.add(a.kind, a.direction, a.at, a.duration, team).ok());
    EXPECT_TRUE(timeline.add(a.kind, a.direction, a.day, a.sentiment).ok());
    if (a.kind != Kind::kEmail) continue;
    if (a.followed) {
      EXPECT_TRUE(engagement.add(a.engagement).ok());
    }
    if (a.automated) continue;
    EXPECT_TRUE((a.threaded ? responses.add(a.thread, a.direction, a.at) : responses.add_unthreaded(a.at)).ok());
  }
  RecordAggregation::Summaries s(memory());
  EXPECT_TRUE(interactions.finish(s.interactions).ok() && responses.finish(s.responses).ok() &&
              timeline.finish(s.timeline).ok() && contacts[1].finish(s.their_contacts).ok() &&
              contacts[0].finish(s.our_contacts).ok() && engagement.finish(s.engagement).ok());
  return bytes_of_all(s);
}

// 2000 activities are more than a log keeps.
TEST(RecordAggregation, AnyOrderAndMergeTreeEqualsTheFamilies) {
  std::mt19937_64 random(3);
  for (size_t count : {1, 2, 7, 60, 300, 2000, 5000}) {
    std::vector<Activity> activities;
    for (size_t i = 0; i < count; ++i) activities.push_back(random_activity(random));
    std::string expected = by_family(activities);
    std::shuffle(activities.begin(), activities.end(), random);
    std::vector<std::unique_ptr<RecordAggregation>> parts;
    for (size_t i = 0; i < 1 + count % 4; ++i) parts.push_back(std::make_unique<RecordAggregation>(memory()));
    for (const Activity& one : activities) ASSERT_OK(parts[random() % parts.size()]->add(ready(one)));
    for (auto& part : parts) {
      ByteWriter handed(memory());
      part->serialize(handed);
      auto taken_over = std::make_unique<RecordAggregation>(memory());
      ByteReader in(handed.data(), handed.size());
      taken_over->deserialize(in);
      ASSERT_TRUE(in.complete());
      part = std::move(taken_over);
    }
    for (size_t i = 1; i < parts.size(); ++i) ASSERT_OK(parts[0]->merge(*parts[i]));
    ASSERT_EQ(finished(*parts[0]), expected) << count;
    ASSERT_EQ(finished(*parts[0]), expected) << "finishing changes nothing";
  }
}

TEST(RecordAggregation, GoesOnAfterItHasFinished) {
  std::mt19937_64 random(4);
  std::vector<Activity> activities;
  RecordAggregation aggregation(memory());
  for (int i = 0; i < 1500; ++i) {
    activities.push_back(random_activity(random));
    ASSERT_OK(aggregation.add(ready(activities.back())));
    if (i % 250 == 0) {
      ASSERT_EQ(finished(aggregation), by_family(activities));
    }
  }
}

TEST(RecordAggregation, DamagedStatesAreAnErrorAndNoCrash) {
  std::mt19937_64 random(5);
  RecordAggregation aggregation(memory());
  for (int i = 0; i < 40; ++i) {
    Activity one = random_activity(random);
    ASSERT_OK(aggregation.add(ready(one)));
  }
  ByteWriter out(memory());
  aggregation.serialize(out);
  std::string good = taken(out);
  size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    for (size_t changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 2 == 0) bytes.resize(random() % bytes.size());
    RecordAggregation damaged(memory());
    ByteReader in(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    damaged.deserialize(in);
    RecordAggregation::Summaries summaries(memory());
    refused += !in.complete() || !damaged.finish(summaries, nullptr, memory()).ok();
  }
  EXPECT_GT(refused, 1000u);
}

TEST(RecordAggregation, SaysWhatIsWrongWithAnActivity) {
  RecordAggregation aggregation(memory());
  RecordActivity activity{};
  activity.duration = for_minutes(-1);
  ASSERT_OK(aggregation.add(activity));
  RecordAggregation::Summaries summaries(memory());
  EXPECT_STREQ(aggregation.finish(summaries, nullptr, memory()).message(),
               "duration of an activity must not be negative");
}

}  // namespace
}  // namespace relinsights
