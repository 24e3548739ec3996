// The log of a record: round trips, union, cutting, chunks, and what it refuses.
#include "core/record/activity_log.h"

#include "random_records.h"

namespace relinsights {
namespace {

using namespace test;

constexpr IdType kTypes[] = {IdType::kInteger, IdType::kUuid, IdType::kText};

RecordShape shape_of(std::mt19937_64& random, size_t most = 40) {
  RecordShape shape;
  shape.activity_type = kTypes[random() % 3];
  shape.thread_type = kTypes[random() % 3];
  shape.activities = 1 + random() % most;
  if (random() % 4 == 0) shape.spread = 3;  // many at one moment
  return shape;
}

bool earlier(const PlainActivity& a, const PlainActivity& b) { return a.at != b.at ? a.at < b.at : a.key < b.key; }

std::string alone(const RecordShape& shape, const PlainActivity& a) { return stored(shape, {a}); }

TEST(ActivityLog, KeepsWhatItIsGiven) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    RecordShape shape = shape_of(random);
    std::vector<PlainActivity> activities = random_activities(shape, random);
    std::string bytes = stored(shape, activities);
    RecordEntries log(memory());
    ASSERT_OK(read_stored(bytes, log));
    std::sort(activities.begin(), activities.end(), earlier);
    ASSERT_EQ(plain(log), activities);
    EXPECT_EQ(stored(log), bytes);
    for (const auto* list : {&log.threads, &log.our_people, &log.their_people})
      EXPECT_EQ(std::adjacent_find(list->begin(), list->end(), std::greater_equal<>()), list->end());
  }
}

TEST(ActivityLog, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(2);
  std::deque<std::string> kept;
  std::vector<ActivityLog> samples;
  for (int i = 0; i < 150; ++i) {
    RecordShape shape = shape_of(random, 12);
    kept.push_back(stored(shape, random_activities(shape, random)));
    ASSERT_OK(decode(kept.back(), samples.emplace_back(memory())));
    expect_round_trips(samples.back());
  }
  expect_survives_mutation(samples, 1000000, 50000);
}

TEST(ActivityLog, ExtremesComeBack) {
  RecordShape shape;
  PlainActivity first, last;
  first.key = random_key(IdType::kInteger, 0);
  first.at = first.counts_from = kEarliestInstant;
  first.duration.microseconds = std::numeric_limits<int64_t>::max();
  first.counts_from.microseconds += first.duration.microseconds;
  ASSERT_EQ(first.counts_from, kLatestInstant);
  first.sentiment = -10000;
  last.key = std::string(integer_key(std::numeric_limits<int64_t>::max()).data(), 8);
  last.at = last.counts_from = kLatestInstant;
  last.flags = RecordEntry::kFollowed;
  last.engagement.fill(std::numeric_limits<int32_t>::max());
  last.thread = std::string(integer_key(std::numeric_limits<int64_t>::min()).data(), 8);
  std::string bytes = stored(shape, {last, first});
  ActivityLog log(memory());
  ASSERT_OK(decode(bytes, log));
  expect_round_trips(log);
  EXPECT_EQ(plain(log.entries()), (std::vector{first, last}));
}

// As the benchmark's records are: ids that come one after the other, a few people, threads of some e-mails.
TEST(ActivityLog, TakesAboutTwentyBytesAnEntry) {
  std::mt19937_64 random(3);
  std::vector<PlainActivity> activities;
  for (int64_t i = 0; i < 2000; ++i) {
    PlainActivity a;
    auto key = integer_key(1000000 + i * 400 + static_cast<int64_t>(random() % 300));
    a.key.assign(key.data(), key.size());
    a.kind = static_cast<Kind>(random() % 3);
    a.direction = random() % 2;
    a.at = a.counts_from = {int64_t{700000000} * 1000000 + i * 9876543210};
    if (a.kind == Kind::kEmail) a.thread = random_key(IdType::kInteger, 5000 + random() % 700 * 13);
    if (a.kind != Kind::kEmail) a.duration.microseconds = static_cast<int64_t>(random() % 12) * 300000000;
    a.ours.insert("user" + std::to_string(random() % 20));
    for (int n = 0; n < 2; ++n) a.theirs.insert("contact" + std::to_string(random() % 150));
    activities.push_back(a);
  }
  EXPECT_LE(stored(RecordShape{}, activities).size(), 20u * activities.size());
}

TEST(ActivityLog, RefusesAnActivityThatIsThereTwice) {
  RecordShape shape;
  RecordEntries log(memory());
  PlainActivity a;
  a.key = random_key(IdType::kInteger, 5);
  a.at = a.counts_from = minutes(5);
  const std::vector<PlainActivity> activities = {a};  // whose texts the log shows
  build(shape, activities, log);
  log.entries.push_back(log.entries.front());
  log.entries.back().at = log.entries.back().counts_from = minutes(9);
  std::string bytes = stored(log);
  ActivityLog read(memory());
  EXPECT_EQ(decode(bytes, read).code(), StatusCode::kCorruptBytes);
  std::string text = R"({"version":1,"id_type":"bigint","activities":[)"
                     R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z"},)"
                     R"({"id":"5","kind":"email","at":"2026-01-02T00:00:00Z"}]})";
  Tokens tokens(text);
  ActivityLog from_text(memory());
  Status status = read_summary(tokens.value(), from_text);
  EXPECT_EQ(status.code(), StatusCode::kInvalidText);
  EXPECT_NE(std::string(status.detail_text()).find("there twice"), std::string::npos) << status.detail_text();
}

TEST(ActivityLog, ReadsTextAsPeopleWriteIt) {
  std::string text =
      R"({"version":1,"id_type":"text","thread_type":"uuid","activities":[)"
      R"({"id":"b","kind":"email","direction":"inbound","at":"2026-01-02T00:00:00Z","needs_reply":false,)"
      R"("thread":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","their_people":["zoe","ann","zoe"],)"
      R"("followed":{"opens":2}},)"
      R"({"id":"a","kind":"meeting","at":"2026-01-01T00:00:00Z","needs_reply":true}]})";
  Tokens tokens(text);
  ActivityLog log(memory());
  ASSERT_OK(read_summary(tokens.value(), log));
  std::vector<PlainActivity> read = plain(log.entries());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].key, "a");
  EXPECT_EQ(read[0].direction, kUnknownDirection);
  EXPECT_EQ(read[1].theirs, (std::set<std::string>{"ann", "zoe"}));
  EXPECT_EQ(read[1].flags, RecordEntry::kNeedsNoReply | RecordEntry::kFollowed);
  EXPECT_EQ(read[1].engagement, (std::array<int32_t, 4>{2, 0, 0, 0}));
  for (const char* bad :
       {R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","thread":"x"})",
        R"({"id":"5","kind":"mail","at":"2026-01-01T00:00:00Z"})",
        R"({"id":"","kind":"email","at":"2026-01-01T00:00:00Z"})",
        R"({"id":"5","kind":"email","direction":"up","at":"2026-01-01T00:00:00Z"})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","counts_from":"2025-01-01T00:00:00Z"})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","microseconds":-1})",
        R"({"id":"5","kind":"task","at":"2026-01-01T00:00:00Z","automated":true})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","followed":{"opens":2147483648}})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","sentiment_ten_thousandths":10001})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","our_people":[""]})",
        R"({"id":"5","kind":"email","at":"2026-01-01T00:00:00Z","color":"red"})", R"({"id":"5","kind":"email"})"}) {
    Tokens bad_tokens(R"({"version":1,"id_type":"bigint","thread_type":"bigint","activities":[)" + std::string(bad) +
                      "]}");
    ActivityLog refused(memory());
    EXPECT_EQ(read_summary(bad_tokens.value(), refused).code(), StatusCode::kInvalidText) << bad;
  }
  for (const char* bad : {"05", "-0", "9223372036854775808", "x", "1.5"}) {
    Tokens bad_tokens(R"({"version":1,"id_type":"bigint","activities":[{"id":")" + std::string(bad) +
                      R"(","kind":"email","at":"2026-01-01T00:00:00Z"}]})");
    ActivityLog refused(memory());
    EXPECT_EQ(read_summary(bad_tokens.value(), refused).code(), StatusCode::kInvalidText) << bad;
  }
}

// The union by definition: a map from the activity to the greatest of what is said of it.
TEST(ActivityLog, UnionIsThatOfAMapInAnyOrderAndTree) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 400; ++round) {
    RecordShape shape = shape_of(random);
    shape.ids = 1 + random() % 60;  // so that many are there several times
    std::map<std::string, PlainActivity> united;
    std::vector<std::string> logs;
    for (size_t count = 1 + random() % 6; count > 0; --count) {
      std::vector<PlainActivity> activities = random_activities(shape, random);
      // Some are as another log has them.
      for (PlainActivity& a : activities)
        if (auto known = united.find(a.key); known != united.end() && random() % 2 == 0) a = known->second;
      logs.push_back(stored(shape, activities));
      for (const PlainActivity& a : activities) {
        auto [at, added] = united.emplace(a.key, a);
        if (!added && alone(shape, a) > alone(shape, at->second)) at->second = a;
      }
    }
    std::vector<PlainActivity> all;
    for (auto& [key, activity] : united) all.push_back(activity);
    const std::string expected = stored(shape, all);

    std::shuffle(logs.begin(), logs.end(), random);
    LogUnion in_one(memory());
    for (const std::string& log : logs) {
      LogUnion one(memory());
      ASSERT_OK(decode(log, one));
      ASSERT_OK(in_one.merge(one));
      if (random() % 3 == 0) bytes_of(in_one);  // reading in between changes nothing
    }
    ASSERT_EQ(bytes_of(in_one), expected);

    while (logs.size() > 1) {
      size_t into = random() % logs.size(), from = random() % logs.size();
      if (into == from) continue;
      ActivityLog a(memory()), b(memory());
      ASSERT_OK(decode(logs[into], a));
      ASSERT_OK(decode(logs[from], b));
      ASSERT_OK(a.merge(b));
      logs[into] = bytes_of(a);
      logs.erase(logs.begin() + static_cast<ptrdiff_t>(from));
    }
    ASSERT_EQ(logs[0], expected);
  }
}

TEST(ActivityLog, UnionOfVeryManyIsCompactedInBetween) {
  std::mt19937_64 random(5);
  RecordShape shape;
  shape.activities = 120000 / kShareOfRounds;
  shape.people = 200;
  shape.threads = 3000;
  std::vector<PlainActivity> activities = random_activities(shape, random);
  LogUnion united(memory());
  for (int twice = 0; twice < 2; ++twice) {
    for (const PlainActivity& a : activities) {
      std::string log = alone(shape, a);
      LogUnion one(memory());
      ASSERT_OK(decode(log, one));
      ASSERT_OK(united.merge(one));
    }
  }
  EXPECT_EQ(bytes_of(united), stored(shape, activities));
  // What is no log is found at the latest when it is read.
  LogUnion broken(memory());
  ASSERT_OK(decode(std::string("\1no log"), broken));
  ASSERT_OK(united.merge(broken));
  Status status = contain([&] {
    bytes_of(united);
    return Status();
  });
  EXPECT_EQ(status.code(), StatusCode::kCorruptBytes);
}

TEST(ActivityLog, IdsOfTwoTypesAreOneClearError) {
  RecordShape numbers, texts;
  texts.activity_type = IdType::kText;
  PlainActivity a, b;
  a.key = random_key(numbers.activity_type, 1);
  b.key = random_key(texts.activity_type, 1);
  auto unite = [](const std::string& first, const std::string& second) {
    ActivityLog x(memory()), y(memory());
    EXPECT_TRUE(is_ok(decode(first, x)));
    EXPECT_TRUE(is_ok(decode(second, y)));
    return x.merge(y);
  };
  Status status = unite(alone(numbers, a), alone(texts, b));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_STREQ(status.message(), "activity logs whose activities are of different types cannot be united");
  EXPECT_STREQ(unite(alone(texts, b), alone(numbers, a)).detail_text(), status.detail_text());

  // The type of threads matters where there are some.
  RecordShape of_texts;
  of_texts.thread_type = IdType::kText;
  PlainActivity c;
  c.key = random_key(IdType::kInteger, 2);
  c.thread = "t";
  ASSERT_OK(unite(alone(numbers, a), alone(of_texts, c)));
  a.thread = random_key(IdType::kInteger, 3);
  EXPECT_EQ(unite(alone(numbers, a), alone(of_texts, c)).code(), StatusCode::kInvalidArgument);
}

TEST(ActivityLog, IsCutAtAMoment) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 300; ++round) {
    RecordShape shape = shape_of(random);
    std::vector<PlainActivity> activities = random_activities(shape, random), before;
    Instant as_of = random_instant(shape, random);
    for (const PlainActivity& a : activities)
      if (a.counts_from <= as_of) before.push_back(a);
    RecordEntries log(memory()), cut(memory());
    build(shape, activities, log);
    cut_log(log, as_of, cut, memory());
    std::sort(before.begin(), before.end(), earlier);
    ASSERT_EQ(plain(cut), before);
    if (before.empty()) continue;
    ASSERT_EQ(stored(cut), stored(shape, before));
  }
}

TEST(ActivityLog, ActivitiesAreTakenOutAndReplaced) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    RecordShape shape = shape_of(random);
    shape.ids = 80;
    std::vector<PlainActivity> old = random_activities(shape, random), fresh = random_activities(shape, random);
    if (random() % 4 == 0) fresh.clear();
    std::map<std::string, PlainActivity> expected;
    std::vector<std::string_view> gone;
    for (const PlainActivity& a : old) {
      if (random() % 3 == 0)
        gone.push_back(a.key);
      else
        expected[a.key] = a;
    }
    gone.push_back("no such key");
    for (const PlainActivity& a : fresh) expected[a.key] = a;
    RecordEntries log(memory()), more(memory()), result(memory());
    build(shape, old, log);
    build(shape, fresh, more);
    replace_activities(log, gone, more, result, memory());
    std::vector<PlainActivity> all;
    for (auto& [key, activity] : expected) all.push_back(activity);
    std::sort(all.begin(), all.end(), earlier);
    ASSERT_EQ(plain(result), all);
  }
}

TEST(ActivityLog, ChunksTogetherAreTheWhole) {
  std::mt19937_64 random(8);
  for (size_t size : {size_t{1}, kChunkEntries, kChunkEntries + 1, 3 * kChunkEntries - 7}) {
    RecordShape shape;
    shape.activities = size;
    shape.ids = uint64_t{1} << 40;
    shape.thread_type = IdType::kText;
    std::vector<PlainActivity> activities = random_activities(shape, random);
    RecordEntries log(memory());
    build(shape, activities, log);
    ASSERT_EQ(log.entries.size(), size);
    ASSERT_EQ(chunks_of(log), (size + kChunkEntries - 1) / kChunkEntries);
    std::vector<std::string> chunks;
    for (size_t i = 0; i < chunks_of(log); ++i) {
      RecordEntries chunk(memory());
      chunk_of(log, i, chunk, memory());
      EXPECT_EQ(chunk.entries.size(), std::min(kChunkEntries, size - i * kChunkEntries));
      chunks.push_back(stored(chunk));
    }
    std::shuffle(chunks.begin(), chunks.end(), random);
    std::deque<RecordEntries> parts;
    LogBuilder whole(memory());
    for (const std::string& chunk : chunks) {
      ASSERT_OK(read_stored(chunk, parts.emplace_back(memory())));
      whole.add(parts.back());
    }
    RecordEntries together(memory());
    whole.finish(together);
    ASSERT_EQ(stored(together), stored(log));
  }
}

TEST(ActivityLog, OfMoreThan400MegabytesIsAnError) {
  RecordEntries log(memory());
  const std::string person(size_t{50} << 20, 'x');
  std::deque<std::string> people;
  for (int i = 0; i < 9; ++i) {
    log.our_people.push_back(people.emplace_back(person + static_cast<char>('a' + i)));
    log.people.push_back(static_cast<uint32_t>(i));
  }
  auto key = integer_key(1);
  log.activities.push_back({key.data(), key.size()});
  RecordEntry entry{};
  entry.ours = 9;
  log.entries.push_back(entry);
  Status status = contain([&] {
    stored(log);
    return Status();
  });
  EXPECT_EQ(status.code(), StatusCode::kLimitExceeded);
  EXPECT_NE(std::string(status.hint_text()).find("Split"), std::string::npos);
}

TEST(ActivityLog, LongWorkIsStopped) {
  std::mt19937_64 random(9);
  RecordShape shape;
  shape.activities = 70000;
  shape.ids = uint64_t{1} << 40;
  std::vector<PlainActivity> activities = random_activities(shape, random);
  RecordEntries log(memory());
  build(shape, activities, log);
  const std::string bytes = stored(log);
  auto stopped = [](auto&& work) {
    return when_asked_to_stop([&] {
      work();
      return Status();
    });
  };
  EXPECT_EQ(stopped([&] { stored(log); }), StatusCode::kInterrupted);
  RecordEntries read(memory()), again(memory());
  EXPECT_EQ(when_asked_to_stop([&] { return read_stored(bytes, read); }), StatusCode::kInterrupted);
  EXPECT_EQ(stopped([&] { build(shape, activities, again); }), StatusCode::kInterrupted);
}

}  // namespace
}  // namespace relinsights
