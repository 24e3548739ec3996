#include "core/deals/deal_profile.h"

#include <optional>

#include "core/deals/deal_factors.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

// One closed deal, its attributes as JSON text.
struct Deal {
  std::string id;
  bool won;
  std::optional<Instant> closed_at;
  std::string attributes;
};

Status add_deal(DealAggregation& into, const Deal& deal) {
  Tokens tokens(deal.attributes);
  return into.add(deal.id, deal.won, deal.closed_at, tokens.value());
}

DealProfile profile_of(const std::vector<Deal>& deals) {
  DealAggregation aggregation(memory());
  for (const Deal& deal : deals) EXPECT_TRUE(is_ok(add_deal(aggregation, deal)));
  DealProfile profile(memory());
  EXPECT_TRUE(is_ok(aggregation.finish(profile)));
  return profile;
}

std::string random_value(std::mt19937_64& random) {
  static const char* const kValues[] = {
      "1",    "1.0",     "10e-1", "-2.5",  "0",   "-0.0", "1e30", "1.5e-9", "123456.75", "\"1\"", "\"a\\u0001\\\"\"",
      "\"\"", "\"ä한\"", "true",  "false", "null"};
  return kValues[random() % std::size(kValues)];
}

std::vector<Deal> random_deals(std::mt19937_64& random, size_t count) {
  std::vector<Deal> deals;
  bool many = random() % 4 == 0;  // values, so that codes take two bytes
  for (size_t i = 0; i < count; ++i) {
    std::string attributes = "{";
    for (int a = 0; a < 4; ++a) {
      if (random() % 4 == 0) continue;
      if (attributes.size() > 1) attributes += ",";
      attributes += "\"" + std::string(1 + a % 2, static_cast<char>('a' + a)) + "\":";
      attributes += many && a == 0 ? std::to_string(random() % 5000) : random_value(random);
    }
    std::optional<Instant> closed_at;
    if (random() % 5 != 0) closed_at = minutes(static_cast<int64_t>(random() % 100000) - 50000);
    deals.push_back({"D" + std::to_string(i), random() % 2 == 0, closed_at, attributes + "}"});
  }
  return deals;
}

std::string value_bytes(const std::string& json) {
  JsonToken token{JsonToken::Type::kNumber, 0, json};
  if (json[0] == '"') token = {JsonToken::Type::kString, 0, std::string_view(json).substr(1, json.size() - 2)};
  if (json == "true") token.type = JsonToken::Type::kTrue;
  if (json == "false") token.type = JsonToken::Type::kFalse;
  std::pmr::string bytes(memory());
  EXPECT_TRUE(encode_attribute_value(JsonValue(&token, 0), bytes)) << json;
  EXPECT_TRUE(valid_attribute_value(bytes)) << json;
  return std::string(bytes);
}

std::string value_text(const std::string& bytes) {
  ByteWriter out(memory());
  JsonWriter json(out);
  write_attribute_value(json, bytes);
  return taken(out);
}

TEST(AttributeValue, NumbersAreOrderedAsNumbersAndNeverCollapse) {
  const std::vector<std::string> ascending = {"-1e131071",
                                              "-123456789012345678901234567890.2",
                                              "-123456789012345678901234567890.1",
                                              "-100",
                                              "-99.5",
                                              "-10",
                                              "-9",
                                              "-1.5",
                                              "-1.25",
                                              "-1.2",
                                              "-1",
                                              "-0.5",
                                              "-0.05",
                                              "-1e-16383",
                                              "0",
                                              "1e-16383",
                                              "0.05",
                                              "0.5",
                                              "0.9999999999999999999999",
                                              "1",
                                              "1.2",
                                              "1.25",
                                              "1.5",
                                              "9",
                                              "10",
                                              "99.5",
                                              "100",
                                              "9007199254740992",
                                              "9007199254740993",
                                              "123456789012345678901234567890.1",
                                              "1e131071"};
  for (size_t a = 0; a < ascending.size(); ++a) {
    EXPECT_TRUE(is_attribute_number(value_bytes(ascending[a])));
    for (size_t b = 0; b < ascending.size(); ++b)
      EXPECT_EQ(value_bytes(ascending[a]) < value_bytes(ascending[b]), a < b) << ascending[a] << " " << ascending[b];
    EXPECT_EQ(value_bytes(value_text(value_bytes(ascending[a]))), value_bytes(ascending[a])) << ascending[a];
  }
}

TEST(AttributeValue, EqualityIsThatOfJsonb) {
  const std::vector<std::vector<std::string>> classes = {{"1", "1.0", "1e0", "10e-1", "0.1E+1", "0.01e2"},
                                                         {"\"1\""},
                                                         {"true"},
                                                         {"\"true\""},
                                                         {"false"},
                                                         {"0", "-0", "0.00", "0e5"},
                                                         {"\"\""},
                                                         {"-1", "-1.00"},
                                                         {"1200", "12e2", "1.2e3", "1200.000"},
                                                         {"0.0012", "12e-4", "1.20e-3"},
                                                         {"\"1.0\""}};
  for (const auto& a : classes)
    for (const auto& b : classes)
      for (const auto& x : a)
        for (const auto& y : b) EXPECT_EQ(value_bytes(x) == value_bytes(y), &a == &b) << x << " " << y;
}

TEST(AttributeValue, IsWrittenPlainlyWhereShort) {
  EXPECT_EQ(value_text(value_bytes("1200.50")), "1200.5");
  EXPECT_EQ(value_text(value_bytes("1e3")), "1000");
  EXPECT_EQ(value_text(value_bytes("-0.0012")), "-0.0012");
  EXPECT_EQ(value_text(value_bytes("1.5e40")), "1.5e40");
  EXPECT_EQ(value_text(value_bytes("-2e-30")), "-2e-30");
  EXPECT_EQ(value_text(value_bytes("false")), "false");
}

TEST(AttributeValue, RefusesNumbersBeyondNumeric) {
  for (const char* text : {"1e131072", "1e-16384", "1e999999999999999999999", "-1e-999999999999999999999"}) {
    JsonToken token{JsonToken::Type::kNumber, 0, text};
    std::pmr::string bytes(memory());
    EXPECT_FALSE(encode_attribute_value(JsonValue(&token, 0), bytes)) << text;
  }
}

TEST(DealProfile, NamesDealAndAttributeInErrors) {
  DealAggregation deals(memory());
  Status status = add_deal(deals, {"D-1", true, {}, R"({"tags": ["a"]})"});
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_STREQ(status.message(), "attribute \"tags\" of deal \"D-1\" must be a number, a string or a boolean");
  EXPECT_STREQ(status.detail_text(), "It is an array.");
  EXPECT_STREQ(add_deal(deals, {"D-2", true, {}, R"({"o": {}})"}).detail_text(), "It is an object.");
  EXPECT_STREQ(add_deal(deals, {"D-3", true, {}, "[]"}).message(), "attributes of deal \"D-3\" must be a JSON object");
  EXPECT_EQ(add_deal(deals, {"D-4", true, Instant{std::numeric_limits<int64_t>::max()}, "{}"}).code(),
            StatusCode::kOutOfRange);
  ASSERT_OK(add_deal(deals, {"D-5", true, {}, "{}"}));
  EXPECT_EQ(add_deal(deals, {"D-5", false, {}, "{}"}).code(), StatusCode::kDuplicate);
}

TEST(DealProfile, RefusesMoreAttributesThanItHolds) {
  DealAggregation deals(memory());
  for (size_t i = 0; i < DealProfile::kMostAttributes; ++i)
    ASSERT_OK(add_deal(deals, {"D" + std::to_string(i), true, {}, "{\"a" + std::to_string(i) + "\":1}"}));
  EXPECT_EQ(add_deal(deals, {"E", true, {}, "{\"more\":1}"}).code(), StatusCode::kLimitExceeded);
}

TEST(DealProfile, MergingTheSameDealIsAnError) {
  DealProfile a = profile_of({{"1", true, {}, "{}"}, {"2", false, {}, "{}"}}), b = profile_of({{"2", true, {}, "{}"}});
  Status status = a.merge(b);
  EXPECT_EQ(status.code(), StatusCode::kDuplicate);
  EXPECT_STREQ(status.message(), "deal \"2\" occurs more than once");
}

TEST(DealProfile, EveryOrderAndMergeTreeGivesTheSameBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 1000; ++round) {
    auto deals = random_deals(random, 1 + random() % (round % 50 == 0 ? 600 : 40));
    std::string expected = bytes_of(profile_of(deals));
    ASSERT_EQ((bytes_in_random_order<DealAggregation, Deal>(deals, add_deal, random)), expected) << "round " << round;

    // As rollup does it: summaries merged into a summary.
    size_t middle = random() % deals.size();
    DealProfile first(memory()), second(memory());
    ASSERT_OK(first.merge(profile_of({deals.begin(), deals.begin() + static_cast<ptrdiff_t>(middle)})));
    ASSERT_OK(second.merge(profile_of({deals.begin() + static_cast<ptrdiff_t>(middle), deals.end()})));
    ASSERT_OK(second.merge(first));
    ASSERT_EQ(bytes_of(second), expected) << "round " << round;
  }
}

TEST(DealProfile, RoundTripsAndSurvivesDamage) {
  std::mt19937_64 random(3);
  std::vector<DealProfile> samples;
  for (int i = 0; i < 100; ++i) {
    samples.push_back(profile_of(random_deals(random, 1 + random() % 12)));
    expect_round_trips(samples.back());
  }
  samples.push_back(profile_of({{"", true, kEarliestInstant, "{\"\":1}"}, {"x", false, kLatestInstant, "{}"}}));
  expect_round_trips(samples.back());
  expect_round_trips(profile_of(random_deals(random, 2000)));
  expect_survives_mutation(samples, 1000000, 30000);
}

TEST(DealProfile, APartialStateThatNoneWroteIsRefused) {
  DealAggregation state(memory());
  ASSERT_OK(add_deal(state, {"a", true, minutes(1), "{\"x\":1}"}));
  std::string bytes = state_of(state);
  EXPECT_TRUE(accepts_state<DealAggregation>(bytes));
  bytes.back() = 2;  // the first deal has the second of one value
  EXPECT_FALSE(accepts_state<DealAggregation>(bytes));
}

// Takes memory until there have been so many allocations.
class ScarceMemory final : public std::pmr::memory_resource {
 public:
  explicit ScarceMemory(size_t allocations) : left_(allocations) {}

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    if (left_ == 0) throw std::bad_alloc();
    --left_;
    return memory()->allocate(bytes, alignment);
  }
  void do_deallocate(void* place, size_t bytes, size_t alignment) override {
    memory()->deallocate(place, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  size_t left_;
};

TEST(DealProfile, TooLittleMemoryIsNoFaultOfTheText) {
  Tokens tokens(text_of(profile_of({{"a", true, minutes(1), "{\"x\":1,\"y\":\"z\"}"}})));
  size_t allocations = 0;
  for (;; ++allocations) {
    ScarceMemory scarce(allocations);
    DealProfile profile(&scarce);
    Status status = read_summary(tokens.value(), profile);
    if (status.ok()) break;
    EXPECT_EQ(status.code(), StatusCode::kOutOfMemory) << allocations << ": " << status.detail_text();
  }
  EXPECT_GT(allocations, 3u);
}

TEST(DealProfile, StopsWhenTheHostAsks) {
  DealAggregation a(memory()), b(memory());
  for (int i = 0; i < 70000; ++i) {
    ASSERT_OK(add_deal(a, {std::to_string(i), i % 2 == 0, {}, "{\"x\":" + std::to_string(i) + "}"}));
    ASSERT_OK(add_deal(b, {"b" + std::to_string(i), i % 2 == 0, {}, "{}"}));
  }
  DealProfile sorted(memory()), empty(memory());
  ASSERT_OK(a.finish(sorted));
  const std::string bytes = bytes_of(sorted);
  Tokens tokens(text_of(sorted));
  DealProfile whole(memory());  // so many values that a code takes four bytes
  ASSERT_OK(decode(bytes, whole));
  EXPECT_TRUE(bytes_of(whole) == bytes);
  auto stops = [](auto&& work) { return when_asked_to_stop(work) == StatusCode::kInterrupted; };
  EXPECT_TRUE(stops([&] { return b.merge(a); }));
  EXPECT_TRUE(stops([&] { return empty.copy_sorted(a); }));
  EXPECT_TRUE(stops([&] { return bytes_of(sorted), Status(); }));
  EXPECT_TRUE(stops([&] { return text_of(sorted), Status(); }));
  DealProfile from_bytes(memory()), from_text(memory());
  EXPECT_TRUE(stops([&] { return decode(bytes, from_bytes); }));
  EXPECT_TRUE(stops([&] { return read_summary(tokens.value(), from_text); }));
  TextPool pool(memory());
  for (int i = 0; i < 70000; ++i) pool.append(std::to_string(i));
  EXPECT_TRUE(stops([&] { return (void)pool.find_or_add("x"), Status(); }));  // makes the index
}

}  // namespace
}  // namespace relinsights
