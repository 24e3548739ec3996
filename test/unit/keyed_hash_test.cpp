#include "core/base/keyed_hash.h"

#include <set>

#include "core/base/text_pool.h"
#include "core/families/contact_summary.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

// Sets the key of the process for the length of a test.
struct Keyed {
  HashKey before = process_hash_key;
  explicit Keyed(HashKey key) { process_hash_key = key; }
  ~Keyed() { process_hash_key = before; }
};

TEST(KeyedHash, IsSipHashAsPublished) {
  // The example of the paper's appendix: bytes 00 to 0e under the key 00 to 0f.
  std::string message;
  for (char c = 0; c < 15; ++c) message.push_back(c);
  HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  EXPECT_EQ((sip_hash<2, 4>(message, key)), 0xa129ca6149be45e5);
  EXPECT_EQ((sip_hash<2, 4>("", key)), 0x726fdb47dd0e0e31);
}

TEST(KeyedHash, DependsOnTheKeyAndOnEveryByte) {
  Keyed keyed({1, 2});
  std::set<uint64_t> seen;
  for (size_t length = 0; length < 40; ++length)
    for (char last : {'a', 'b', '\0'}) {
      std::string text(length, 'x');
      if (length > 0) text.back() = last;
      seen.insert(keyed_hash(text));
    }
  EXPECT_EQ(seen.size(), 39u * 3 + 1);
  uint64_t under_one = keyed_hash("someone@example.com");
  Keyed other({1, 3});
  EXPECT_NE(keyed_hash("someone@example.com"), under_one);
}

std::string summary_under(HashKey key) {
  Keyed keyed(key);
  ContactAggregation aggregation(memory());
  std::mt19937_64 random(7);
  for (int i = 0; i < 5000; ++i) {
    std::string party = "party" + std::to_string(random() % 700);
    EXPECT_TRUE(is_ok(aggregation.add(party, Kind::kEmail, Direction::kInbound, minutes(i))));
  }
  ContactSummary summary(memory());
  EXPECT_TRUE(is_ok(aggregation.finish(summary)));
  return bytes_of(summary);
}

TEST(KeyedHash, ResultsDoNotDependOnTheKey) {
  std::string expected = summary_under({0, 0});
  for (uint64_t i = 1; i < 6; ++i) EXPECT_EQ(summary_under({i * 0x9e3779b97f4a7c15, i}), expected);
  for (uint64_t i = 0; i < 6; ++i) {
    Keyed keyed({i, i * 77});
    TextPool pool(memory());
    for (int text = 0; text < 1000; ++text)
      EXPECT_EQ(pool.find_or_add(std::to_string(text % 300)), static_cast<uint32_t>(text % 300));
  }
}

}  // namespace
}  // namespace relinsights
