#include "core/families/contact_summary.h"

#include <map>

#include "core/base/interrupt.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

struct Row {
  std::vector<std::string> parties;
  Kind kind;
  Direction direction;
  Instant at;
};

Status add_row(ContactAggregation& into, const Row& row) {
  std::vector<std::string_view> names(row.parties.begin(), row.parties.end());
  if (names.size() == 1) return into.add(names[0], row.kind, row.direction, row.at);
  return into.add(names, row.kind, row.direction, row.at);
}

// Texts that share beginnings, contain bytes beyond ASCII, are empty, are long.
std::string random_party(std::mt19937_64& random) {
  static const std::string kParts[] = {"",    "a", "A", "ann", "\xc3\xa9", "\xff", "12", "-", "person@example.com",
                                       "\x01"};
  std::string name;
  for (size_t parts = random() % 4; parts > 0; --parts) name += kParts[random() % std::size(kParts)];
  return name;
}

std::vector<Row> random_rows(std::mt19937_64& random, size_t count) {
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    Row row{{},
            static_cast<Kind>(random() % kKinds),
            static_cast<Direction>(random() % kDirectionsAndUnknown),
            minutes(static_cast<int64_t>(random() % 1000) - 500)};
    for (size_t parties = 1 + random() % 3; parties > 0; --parties) row.parties.push_back(random_party(random));
    rows.push_back(row);
  }
  return rows;
}

ContactSummary summary_of(const std::vector<Row>& rows) {
  ContactAggregation aggregation(memory());
  for (const Row& row : rows) EXPECT_TRUE(add_row(aggregation, row).ok());
  ContactSummary summary(memory());
  EXPECT_TRUE(aggregation.finish(summary).ok());
  return summary;
}

std::vector<const Party*> top(const ContactSummary& summary, int32_t n) {
  ContactSummary::Parties parties(memory());
  EXPECT_TRUE(summary.top(n, parties).ok());
  return {parties.begin(), parties.end()};
}

std::string names(const std::vector<const Party*>& parties) {
  std::string all;
  for (const Party* party : parties) all += std::string(party->name()) + ' ';
  return all;
}

const Direction kOut = Direction::kOutbound, kIn = Direction::kInbound;

TEST(Contacts, CountsByKindAndInitiator) {
  auto s = summary_of({{{"ann"}, Kind::kEmail, kOut, minutes(1)},
                       {{"ann"}, Kind::kEmail, kIn, minutes(5)},
                       {{"ann", "bob"}, Kind::kMeeting, kOut, minutes(3)},
                       {{"ann"}, Kind::kPhoneCall, kIn, minutes(2)},
                       {{"ann"}, Kind::kTask, kOut, minutes(2)},
                       {{"ann"}, Kind::kOther, kOut, minutes(2)}});
  auto parties = top(s, 3);
  ASSERT_EQ(names(parties), "ann bob ");
  const PartyActivity& ann = parties[0]->activity;
  EXPECT_EQ(ann.interactions(), 6);
  EXPECT_EQ(ann.emails, 2);
  EXPECT_EQ(ann.meetings, 1);
  EXPECT_EQ(ann.phone_calls, 1);
  EXPECT_EQ(ann.initiated_by_us(), 4);
  EXPECT_EQ(ann.initiated_by_them, 2);
  EXPECT_EQ(ann.last, minutes(5));
  EXPECT_EQ(s.contacts(), 2);
  EXPECT_EQ(s.engaged_contacts(), 1);
}

TEST(Contacts, UnknownDirectionIsInitiatedByNeither) {
  auto s = summary_of({{{"ann"}, Kind::kMeeting, Direction::kUnknown, minutes(1)},
                       {{"ann", "bob"}, Kind::kMeeting, kOut, minutes(0)},
                       {{"bob"}, Kind::kEmail, kIn, minutes(0)}});
  auto parties = top(s, 2);
  ASSERT_EQ(names(parties), "ann bob ");
  EXPECT_EQ(parties[0]->activity.interactions(), 2);
  EXPECT_EQ(parties[0]->activity.meetings, 2);
  EXPECT_EQ(parties[0]->activity.initiated_by_us(), 1);
  EXPECT_EQ(parties[0]->activity.initiated_by_them, 0);
  EXPECT_EQ(parties[0]->activity.last, minutes(1));
  EXPECT_EQ(s.engaged_contacts(), 1);
  expect_round_trips(s);
}

// As 0.1.0 and 0.2.0 stored it: what they did not initiate, we did.
TEST(Contacts, ReadsVersion1) {
  const std::string bytes(
      "\x01\x02\x86\xc5\xfd\xbd\x92\xdf\xf5\x02\x01\x36\0\0\0\x01\0\xbb\xb9\x96\xa9\x99\x49\x01\x37\0\0\x01\0\x01\0",
      31);
  Tokens text(R"({"version":1,"parties":[{"party":"6","others":1,"last_at":"2026-02-14T11:55:00.942334Z"},)"
              R"({"party":"7","phone_calls":1,"initiated_by_them":1,"last_at":"2026-01-16T09:17:22.804035Z"}]})");
  ContactSummary from_bytes(memory()), from_text(memory());
  ASSERT_OK(decode(bytes, from_bytes));
  ASSERT_OK(read_summary(text.value(), from_text));
  EXPECT_EQ(bytes_of(from_bytes), bytes_of(from_text));
  EXPECT_EQ(bytes_of(from_bytes)[0], 2);
  auto parties = top(from_bytes, 2);
  EXPECT_EQ(parties[0]->activity.initiated_by_us(), 1);
  EXPECT_EQ(parties[1]->activity.initiated_by_us(), 0);
  expect_round_trips(from_bytes);
  ASSERT_OK(from_bytes.merge(summary_of({{{"7"}, Kind::kEmail, Direction::kUnknown, minutes(0)}})));
  EXPECT_EQ(top(from_bytes, 1)[0]->activity.initiated_by_us(), 0);
  EXPECT_EQ(top(from_bytes, 1)[0]->activity.interactions(), 2);
}

TEST(Contacts, NamedTwiceInOneActivityCountsOnce) {
  auto s = summary_of({{{"ann", "bob", "ann", "", "ann", ""}, Kind::kEmail, kIn, minutes(1)}});
  EXPECT_EQ(s.contacts(), 3);
  for (const Party* party : top(s, 10)) EXPECT_EQ(party->activity.interactions(), 1);
}

TEST(Contacts, OrderIsInteractionsThenLastThenBytes) {
  auto mail = [](const char* party, int64_t at) { return Row{{party}, Kind::kEmail, kOut, minutes(at)}; };
  auto s = summary_of({mail("two old", 1), mail("two old", 2), mail("two new", 1), mail("two new", 3), mail("b", 9),
                       mail("a", 9), mail("B", 9), mail("\xc3\xa9", 9), mail("", 9), mail("ab", 9), mail("later", 10)});
  const std::string everyone = "two new two old later  B a ab b \xc3\xa9 ";
  EXPECT_EQ(names(top(s, 100)), everyone);
  EXPECT_EQ(names(top(s, 9)), everyone);
  EXPECT_EQ(names(top(s, 5)), "two new two old later  B ");
  EXPECT_EQ(names(top(s, 1)), "two new ");
  EXPECT_TRUE(top(s, 0).empty());
}

TEST(Contacts, RefusesWhatMakesNoSense) {
  ContactAggregation a(memory());
  EXPECT_EQ(a.add("ann", Kind::kEmail, kIn, {std::numeric_limits<int64_t>::max()}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(a.add("ann", Kind::kEmail, kIn, {std::numeric_limits<int64_t>::min()}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(a.contacts(), 0);
  ContactSummary::Parties parties(memory());
  EXPECT_EQ(a.top(-1, parties).code(), StatusCode::kInvalidArgument);
}

Status from_text(const std::string& text, ContactSummary& summary) {
  return read_summary(Tokens(text).value(), summary);
}

TEST(Contacts, SumsBeyondABigintAreAnError) {
  const std::string text =
      R"({"version":1,"parties":[{"party":"a","emails":9223372036854775807,"last_at":"2026-03-02T09:00:00Z"}]})";
  ContactSummary a(memory()), b(memory());
  ASSERT_OK(from_text(text, a));
  ASSERT_OK(from_text(text, b));
  EXPECT_EQ(a.merge(b).code(), StatusCode::kOutOfRange);
  // Another kind: each number fits, their sum does not.
  ContactSummary c(memory()), d(memory());
  ASSERT_OK(from_text(text, c));
  ASSERT_OK(from_text(R"({"version":1,"parties":[{"party":"a","meetings":1,"last_at":"2026-03-02T09:00:00Z"}]})", d));
  EXPECT_EQ(c.merge(d).code(), StatusCode::kOutOfRange);
}

TEST(Contacts, TextThatIsNoSummaryIsRefused) {
  auto refused = [](const std::string& parties) {
    ContactSummary s(memory());
    return from_text(R"({"version":1,"parties":[)" + parties + "]}", s).code() == StatusCode::kInvalidText;
  };
  const std::string a = R"({"party":"a","emails":1,"last_at":"2026-03-02T09:00:00Z"})";
  const std::string b = R"({"party":"b","emails":1,"last_at":"2026-03-02T09:00:00Z"})";
  EXPECT_FALSE(refused(a + "," + b));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(a + "," + a));
  EXPECT_TRUE(refused(b + "," + a));
  EXPECT_TRUE(refused(R"({"party":"a","last_at":"2026-03-02T09:00:00Z"})"));
  EXPECT_TRUE(refused(R"({"party":"a","emails":1,"initiated_by_them":2,"last_at":"2026-03-02T09:00:00Z"})"));
  EXPECT_TRUE(refused(R"({"party":"a","emails":1})"));
  EXPECT_TRUE(refused(R"({"party":1,"emails":1,"last_at":"2026-03-02T09:00:00Z"})"));
  EXPECT_TRUE(refused(R"({"party":"a","emails":1,"calls":1,"last_at":"2026-03-02T09:00:00Z"})"));
  EXPECT_TRUE(refused(R"({"party":"a\u0000b","emails":1,"last_at":"2026-03-02T09:00:00Z"})"));
}

TEST(Contacts, AgreesWithAMap) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 300; ++round) {
    auto rows = random_rows(random, 1 + random() % 300);
    std::map<std::string, PartyActivity> expected;
    for (Row row : rows) {
      std::sort(row.parties.begin(), row.parties.end());
      row.parties.erase(std::unique(row.parties.begin(), row.parties.end()), row.parties.end());
      for (const auto& party : row.parties) expected[party].add(row.kind, row.direction, row.at);
    }
    auto summary = summary_of(rows);
    auto parties = top(summary, std::numeric_limits<int32_t>::max());
    ASSERT_EQ(parties.size(), expected.size());
    for (const Party* party : parties) {
      const PartyActivity& want = expected.at(std::string(party->name()));
      ASSERT_EQ(std::memcmp(&party->activity, &want, sizeof want), 0) << party->name();
    }
  }
}

TEST(Contacts, EveryOrderAndMergeTreeGivesTheSameBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    auto rows = random_rows(random, 1 + random() % 60);
    std::string expected = bytes_of(summary_of(rows));
    ASSERT_EQ((bytes_in_random_order<ContactAggregation, Row>(rows, add_row, random)), expected) << "round " << round;
    // rollup: finished summaries, read back from their bytes, merged one after the other
    std::vector<Row> parts[3];
    for (const Row& row : rows) parts[random() % 3].push_back(row);
    ContactSummary sum(memory());
    for (const auto& part : parts) {
      ContactSummary finished(memory());
      if (part.empty()) continue;
      ASSERT_OK(decode(bytes_of(summary_of(part)), finished));
      ASSERT_OK(sum.merge(finished));
    }
    ASSERT_EQ(bytes_of(sum), expected);
    ASSERT_EQ(text_of(sum), text_of(summary_of(rows)));
  }
}

TEST(Contacts, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(3);
  std::vector<ContactSummary> samples;
  for (int i = 0; i < 200; ++i) {
    auto rows = random_rows(random, 1 + random() % 12);
    // text is UTF-8 in JSON, so these go without the lone byte
    for (Row& row : rows)
      for (auto& party : row.parties) std::replace(party.begin(), party.end(), '\xff', 'z');
    samples.push_back(summary_of(rows));
    expect_round_trips(samples.back());
  }
  samples.push_back(
      summary_of({{{"a"}, Kind::kEmail, kIn, kEarliestInstant}, {{"b"}, Kind::kEmail, kOut, kLatestInstant}}));
  expect_round_trips(samples.back());
  expect_survives_mutation(samples, 1000000, 20000);
}

// Counts what is held, to hold the documentation to its word.
class CountingMemory final : public std::pmr::memory_resource {
 public:
  size_t most = 0;
  size_t now = 0;

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    now += bytes;
    most = std::max(most, now);
    return memory()->allocate(bytes, alignment);
  }
  void do_deallocate(void* at, size_t bytes, size_t alignment) override {
    now -= bytes;
    memory()->deallocate(at, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
};

TEST(Contacts, AMillionPartiesTakeBoundedMemory) {
  CountingMemory counting;
  constexpr size_t kParties = 1000000;
  {
    ContactAggregation a(&counting);
    for (size_t i = 0; i < kParties; ++i)
      ASSERT_OK(a.add(std::to_string(1000000000 + i), Kind::kEmail, kIn, minutes(static_cast<int64_t>(i))));
    RecordProperty("bytes_per_party_held", static_cast<int>(counting.now / kParties));
    RecordProperty("bytes_per_party_at_most", static_cast<int>(counting.most / kParties));
    EXPECT_LT(counting.most, kParties * 200);
    ContactSummary s(&counting);
    ASSERT_OK(a.finish(s));
    std::string bytes = bytes_of(s);
    EXPECT_LT(counting.most, kParties * 250);
    EXPECT_LT(bytes.size(), kParties * 25);
    std::printf("bytes per party: %zu held, %zu at most, %zu encoded\n", counting.now / kParties,
                counting.most / kParties, bytes.size() / kParties);
  }
  EXPECT_EQ(counting.now, 0u);
}

TEST(Contacts, StopsWhenTheHostAsks) {
  ContactAggregation a(memory()), b(memory());
  std::vector<std::string> texts;
  for (int i = 0; i < 200000; ++i) texts.push_back(std::to_string(i));
  std::vector<std::string_view> views(texts.begin(), texts.end());
  ASSERT_OK(a.add(views, Kind::kEmail, kIn, minutes(0)));
  ASSERT_OK(b.add("z", Kind::kEmail, kIn, minutes(0)));
  ContactSummary s(memory());
  ContactSummary::Parties parties(memory());
  const std::string bytes = bytes_of(a);
  interrupt_requested = []() noexcept { return true; };
  EXPECT_EQ(a.add(views, Kind::kEmail, kIn, minutes(0)).code(), StatusCode::kInterrupted);
  EXPECT_EQ(b.merge(a).code(), StatusCode::kInterrupted);
  EXPECT_EQ(a.finish(s).code(), StatusCode::kInterrupted);
  EXPECT_EQ(a.top(200000, parties).code(), StatusCode::kInterrupted);
  EXPECT_EQ(a.top(3, parties).code(), StatusCode::kInterrupted);
  EXPECT_EQ(decode(bytes, s).code(), StatusCode::kInterrupted);
  EXPECT_THROW(bytes_of(a), Failure);
  EXPECT_THROW(text_of(a), Failure);
  interrupt_requested = nullptr;
}

TEST(Contacts, TheFirstAreTheSameHoweverManyAreAsked) {
  std::mt19937_64 random(11);
  ContactSummary s = summary_of(random_rows(random, 300));
  auto all = top(s, 1000);
  for (size_t n : {size_t{0}, size_t{1}, size_t{2}, size_t{7}, all.size() - 1, all.size()})
    EXPECT_EQ(top(s, static_cast<int32_t>(n)),
              std::vector<const Party*>(all.begin(), all.begin() + static_cast<ptrdiff_t>(n)));
}

TEST(Contacts, APartialStateThatNoneWroteIsRefused) {
  ContactAggregation state(memory());
  ASSERT_OK(state.add("ann", Kind::kEmail, kIn, minutes(0)));
  const std::string good = state_of(state);
  EXPECT_TRUE(accepts_state<ContactAggregation>(good));
  EXPECT_FALSE(accepts_state<ContactAggregation>(good.substr(0, good.size() - 1)));
  std::string zero = good;
  zero.back() = '\0';
  EXPECT_FALSE(accepts_state<ContactAggregation>(zero));
  ContactAggregation twice(memory());
  ContactSummary s(memory());
  EXPECT_TRUE(deserialized(good + good, twice));
  EXPECT_EQ(twice.finish(s).code(), StatusCode::kCorruptBytes);
}

}  // namespace
}  // namespace relinsights
