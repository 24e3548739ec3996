#include "core/deals/similar_deals.h"

#include <cmath>
#include <map>
#include <set>
#include <variant>

#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

// A second computation of SPEC 4, from maps and formulas as they stand there, over small whole
// numbers, strings and booleans.
using Value = std::variant<int64_t, std::string, bool>;
using Attributes = std::map<std::string, Value>;
struct Deal {
  std::string id;
  bool won;
  std::optional<Instant> closed_at;
  Attributes attributes;
};

std::string json_of(const Attributes& attributes) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : attributes) std::visit([&, &n = name](const auto& v) { json[n] = v; }, value);
  return json.dump();
}

// F(x) over `values`.
double rank_share(const std::vector<int64_t>& values, int64_t x) {
  double below = 0, equal = 0;
  for (int64_t v : values) {
    below += v < x;
    equal += v == x;
  }
  return (below + equal / 2) / static_cast<double>(values.size());
}

struct Reference {
  std::vector<Deal> deals;
  std::map<std::string, double> weights;
  std::map<std::string, bool> numeric;
  bool learned = false;

  explicit Reference(std::vector<Deal> all) : deals(std::move(all)) {
    std::set<std::string> names;
    for (const Deal& deal : deals)
      for (const auto& [name, value] : deal.attributes) names.insert(name);
    double sum = 0;
    for (const std::string& name : names) sum += weights[name] = information(name);
    auto won = std::count_if(deals.begin(), deals.end(), [](const Deal& deal) { return deal.won; });
    learned = won >= 30 && static_cast<int64_t>(deals.size()) - won >= 30 && sum > 0;
    for (auto& [name, weight] : weights) weight = learned ? weight / sum : 1.0 / static_cast<double>(names.size());
  }

  std::vector<int64_t> numbers(const std::string& name, bool won_only) const {
    std::vector<int64_t> result;
    for (const Deal& deal : deals)
      if (deal.attributes.count(name) && (deal.won || !won_only))
        result.push_back(std::get<int64_t>(deal.attributes.at(name)));
    return result;
  }

  double information(const std::string& name) {
    std::vector<const Deal*> having;
    numeric[name] = true;
    for (const Deal& deal : deals) {
      if (!deal.attributes.count(name)) continue;
      having.push_back(&deal);
      if (!std::holds_alternative<int64_t>(deal.attributes.at(name))) numeric[name] = false;
    }
    std::map<Value, int> categories;
    for (const Deal* deal : having) ++categories[deal->attributes.at(name)];
    std::map<std::pair<Value, bool>, double> cells;
    std::map<Value, double> bins;
    std::map<bool, double> outcomes;
    for (const Deal* deal : having) {
      Value value = deal->attributes.at(name);
      if (numeric[name])
        value = static_cast<int64_t>(
            std::min(7.0, std::floor(8 * rank_share(numbers(name, false), std::get<int64_t>(value)))));
      else if (categories[value] < 5)
        value = std::string("(rare)");
      ++cells[{value, deal->won}];
      ++bins[value];
      ++outcomes[deal->won];
    }
    double n = static_cast<double>(having.size()), bits = 0;
    for (const auto& [cell, count] : cells)
      bits += count / n * std::log2(count / n / (bins[cell.first] / n * (outcomes[cell.second] / n)));
    bits -= static_cast<double>((bins.size() - 1) * (outcomes.size() - 1)) / (2 * n * std::log(2.0));
    return std::max(0.0, bits) * n / static_cast<double>(deals.size());
  }

  double similarity(const Attributes& a, const Deal& b) const {
    double sum = 0, of = 0;
    for (const auto& [name, weight] : weights) {
      bool in_a = a.count(name) > 0, in_b = b.attributes.count(name) > 0;
      if (!in_a && !in_b) continue;
      of += in_a && in_b ? weight : weight / 2;
      if (!in_a || !in_b) continue;
      const Value &x = a.at(name), &y = b.attributes.at(name);
      double s = x == y ? 1 : 0;
      if (numeric.at(name)) {
        auto won = numbers(name, true);
        s = 1 - std::fabs(rank_share(won, std::get<int64_t>(x)) - rank_share(won, std::get<int64_t>(y)));
      }
      sum += weight * s;
    }
    return of == 0 ? 0 : sum / of;
  }
};

DealProfile profile_of(const std::vector<Deal>& deals) {
  DealAggregation aggregation(memory());
  for (const Deal& deal : deals) {
    Tokens tokens(json_of(deal.attributes));
    EXPECT_TRUE(is_ok(aggregation.add(deal.id, deal.won, deal.closed_at, tokens.value())));
  }
  DealProfile profile(memory());
  EXPECT_TRUE(is_ok(aggregation.finish(profile)));
  return profile;
}

// amount and age numeric (age with many ties), industry and flag categorical, mixed both, constant
// the same for all.
Attributes random_attributes(std::mt19937_64& random, bool won) {
  Attributes result;
  auto has = [&](unsigned in) { return random() % in != 0; };
  if (has(6)) result["amount"] = static_cast<int64_t>(random() % 1000) + (won ? 200 : 0);
  if (has(5)) result["age"] = static_cast<int64_t>(random() % 4);
  if (has(5)) result["industry"] = std::string(1, static_cast<char>('a' + random() % (won ? 4 : 7)));
  if (has(3)) result["flag"] = random() % 3 == 0;
  if (has(4))
    result["mixed"] = random() % 2 ? Value(static_cast<int64_t>(random() % 3))
                                   : Value(std::string(1, static_cast<char>('0' + random() % 3)));
  if (has(9)) result["constant"] = std::string("same");
  return result;
}

std::vector<Deal> random_deals(std::mt19937_64& random, size_t count, unsigned won_percent) {
  std::vector<Deal> deals;
  for (size_t i = 0; i < count; ++i) {
    bool won = random() % 100 < won_percent;
    std::optional<Instant> closed_at;
    if (random() % 5 != 0) closed_at = minutes(static_cast<int64_t>(random() % 20));
    deals.push_back({std::to_string(i), won, closed_at, random_attributes(random, won)});
  }
  return deals;
}

std::vector<SimilarDeals::Match> search(const SimilarDeals& similar, const std::string* id,
                                        const Attributes& attributes, int32_t k, double least = 0,
                                        SimilarityKernel kernel = similarity_kernels().back().kernel) {
  std::vector<SimilarDeals::Query> queries(1, SimilarDeals::Query(memory()));
  Tokens tokens(json_of(attributes));
  std::string_view name = id == nullptr ? std::string_view() : std::string_view(*id);
  EXPECT_TRUE(is_ok(similar.read(id == nullptr ? nullptr : &name, tokens.value(), queries[0])));
  EXPECT_TRUE(is_ok(similar.search(queries, k, least, kernel)));
  return {queries[0].matches.begin(), queries[0].matches.end()};
}

void expect_as_reference(const std::vector<Deal>& deals, std::mt19937_64& random) {
  Reference reference(deals);
  DealProfile profile = profile_of(deals);
  DealFactors factors(memory());
  ASSERT_OK(learn_factors(profile, factors));
  EXPECT_EQ(factors.learned, reference.learned);
  ASSERT_EQ(factors.factors.size(), reference.weights.size());
  for (const DealFactor& factor : factors.factors) {
    std::string name(factor.column->name());
    EXPECT_NEAR(factor.weight, reference.weights.at(name), 1e-12) << name;
    EXPECT_EQ(factor.numeric, reference.numeric.at(name)) << name;
  }

  SimilarDeals similar(memory());
  ASSERT_OK(similar.prepare(profile));
  for (int round = 0; round < 5; ++round) {
    Attributes open = random_attributes(random, round % 2 == 0);
    // What the few closed deals have only numbers in must be a number.
    std::erase_if(
        open, [&](const auto& a) { return reference.numeric[a.first] && !std::holds_alternative<int64_t>(a.second); });
    struct Ranked {
      int64_t billionths, closed;
      std::string id;
    };
    std::vector<Ranked> expected;
    for (const Deal& deal : deals) {
      if (!deal.won) continue;
      auto billionths = static_cast<int64_t>(std::floor(reference.similarity(open, deal) * 1e9 + 0.5 + 5e-7));
      expected.push_back(
          {billionths, deal.closed_at ? deal.closed_at->microseconds : std::numeric_limits<int64_t>::min(), deal.id});
    }
    std::sort(expected.begin(), expected.end(), [](const Ranked& a, const Ranked& b) {
      return std::tie(b.billionths, b.closed, a.id) < std::tie(a.billionths, a.closed, b.id);
    });
    auto k = static_cast<int32_t>(1 + random() % 50);
    for (const NamedKernel& kernel : similarity_kernels()) {
      auto matches = search(similar, nullptr, open, k, 0, kernel.kernel);
      ASSERT_EQ(matches.size(), std::min<size_t>(expected.size(), static_cast<size_t>(k)));
      for (size_t i = 0; i < matches.size(); ++i) {
        EXPECT_EQ(matches[i].similarity.billionths, expected[i].billionths) << kernel.name;
        EXPECT_EQ(similar.id(matches[i]), expected[i].id) << kernel.name << " rank " << i + 1;
      }
    }
  }
}

TEST(SimilarDeals, WeightsAndOrderAreThoseOfTheDefinition) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 150; ++round)
    expect_as_reference(random_deals(random, 1 + random() % 300, static_cast<unsigned>(random() % 101)), random);
  for (unsigned percent : {0u, 100u}) expect_as_reference(random_deals(random, 100, percent), random);
  expect_as_reference(random_deals(random, 1500, 60), random);
}

TEST(DealFactors, LearnFrom30OfEachOutcome) {
  for (int least : {29, 30}) {
    std::vector<Deal> deals;
    for (int i = 0; i < 100 + least; ++i)
      deals.push_back({std::to_string(i), i < least, {}, {{"told", i < least}, {"silent", std::string("x")}}});
    DealFactors factors(memory());
    DealProfile profile = profile_of(deals);
    ASSERT_OK(learn_factors(profile, factors));
    EXPECT_EQ(factors.learned, least == 30);
    EXPECT_EQ(factors.factors[1].weight, least == 30 ? 1 : 0.5);
  }
}

TEST(DealFactors, AttributesThatTellNothingWeighTheSame) {
  std::vector<Deal> deals;
  for (int i = 0; i < 80; ++i)
    deals.push_back({std::to_string(i), i % 2 == 0, {}, {{"a", std::string("x")}, {"b", int64_t{7}}}});
  DealFactors factors(memory());
  DealProfile profile = profile_of(deals);
  ASSERT_OK(learn_factors(profile, factors));
  EXPECT_FALSE(factors.learned);
  EXPECT_EQ(factors.factors[0].weight, 0.5);
}

// The worked example of docs/similar-deals.md: 40 won and 40 lost deals, 30 of the won in retail,
// 10 of the lost.
TEST(DealFactors, WorkedExample) {
  std::pmr::vector<OutcomeCounts> cells{{30, 10}, {10, 30}};
  EXPECT_NEAR(information_bits(cells), 0.1887218755 - 1 / (160 * std::log(2.0)), 1e-9);
}

TEST(SimilarDeals, NeverFindsTheDealItself) {
  std::vector<Deal> deals{
      {"1", true, {}, {{"a", int64_t{1}}}}, {"2", true, {}, {{"a", int64_t{2}}}}, {"3", false, {}, {}}};
  DealProfile profile = profile_of(deals);
  SimilarDeals similar(memory());
  ASSERT_OK(similar.prepare(profile));
  std::string one = "1", other = "10";
  auto matches = search(similar, &one, deals[0].attributes, 10);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(similar.id(matches[0]), "2");
  EXPECT_EQ(search(similar, &other, deals[0].attributes, 10).size(), 2u);
}

TEST(SimilarDeals, KeepsThoseThatReachTheLeast) {
  std::mt19937_64 random(6);
  DealProfile profile = profile_of(random_deals(random, 400, 70));
  SimilarDeals similar(memory());
  ASSERT_OK(similar.prepare(profile));
  Attributes open = random_attributes(random, true);
  auto all = search(similar, nullptr, open, 1000);
  for (double least : {0.0, 0.25, 0.5, all[5].similarity.value(), 1.0}) {
    auto count =
        std::count_if(all.begin(), all.end(), [&](const auto& match) { return match.similarity.value() >= least; });
    EXPECT_EQ(static_cast<int64_t>(search(similar, nullptr, open, 1000, least).size()), count) << least;
  }
}

TEST(SimilarDeals, RefusesWhatMakesNoSense) {
  DealProfile profile = profile_of({{"1", true, {}, {{"amount", int64_t{1}}, {"tier", std::string("x")}}}});
  SimilarDeals similar(memory());
  ASSERT_OK(similar.prepare(profile));
  std::string_view id = "open-7";
  auto read = [&](const char* json, const std::string_view* name) {
    SimilarDeals::Query query(memory());
    Tokens tokens(json);
    return similar.read(name, tokens.value(), query);
  };
  EXPECT_STREQ(read(R"({"amount": "12"})", &id).message(), "attribute \"amount\" of deal \"open-7\" must be a number");
  EXPECT_STREQ(read(R"({"amount": true})", nullptr).message(), "attribute \"amount\" must be a number");
  EXPECT_STREQ(read(R"({"tier": [1]})", nullptr).message(),
               "attribute \"tier\" must be a number, a string or a boolean");
  ASSERT_OK(read(R"({"tier": 3, "unknown": "x", "amount": null})", &id));
  EXPECT_FALSE(SimilarDeals::check(0, 0).ok());
  EXPECT_FALSE(SimilarDeals::check(1, -0.1).ok());
  EXPECT_FALSE(SimilarDeals::check(1, std::nan("")).ok());
}

TEST(SimilarDeals, StopsWhenAskedTo) {
  DealProfile profile = profile_of({{"1", true, {}, {}}});
  SimilarDeals similar(memory());
  ASSERT_OK(similar.prepare(profile));
  std::vector<SimilarDeals::Query> queries(1, SimilarDeals::Query(memory()));
  ASSERT_OK(similar.read(nullptr, {}, queries[0]));
  interrupt_requested = []() noexcept { return true; };
  EXPECT_EQ(similar.search(queries, 1, 0).code(), StatusCode::kInterrupted);
  interrupt_requested = nullptr;
}

TEST(SimilarityKernels, AgreeToTheLastBit) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> share(0, 1);
  for (int round = 0; round < 300; ++round) {
    size_t count = 8 * (1 + random() % 64), first = 8 * (random() % 3), terms = random() % 9;
    std::vector<std::vector<int32_t>> columns(terms, std::vector<int32_t>(first + count));
    std::vector<SimilarityTerm> all;
    for (auto& column : columns) {
      bool numeric = random() % 2 == 0;
      int32_t range = numeric ? 100000 : 5;
      for (int32_t& value : column)
        value = random() % 7 == 0 ? (numeric ? -range - 1 : 0)
                                  : static_cast<int32_t>(random() % static_cast<unsigned>(range));
      double weight = share(random);
      all.push_back({column.data(), static_cast<int32_t>(random() % static_cast<unsigned>(range)), numeric, weight,
                     weight / range});
    }
    std::vector<double> present(first + count);
    for (double& p : present) p = random() % 20 == 0 ? std::nan("") : share(random) * 4;
    SimilarityRun run{all, present.data(), share(random) * 4, share(random) * 0.5};
    std::vector<double> expected(count), sums(count);
    std::vector<uint32_t> expected_found(count), found(count);
    size_t hits = similarity_kernels()[0].kernel(run, first, count, expected.data(), expected_found.data());
    for (const NamedKernel& kernel : similarity_kernels().subspan(1)) {
      ASSERT_EQ(kernel.kernel(run, first, count, sums.data(), found.data()), hits) << kernel.name;
      EXPECT_EQ(std::memcmp(sums.data(), expected.data(), count * sizeof(double)), 0) << kernel.name;
      EXPECT_TRUE(std::equal(found.begin(), found.begin() + static_cast<ptrdiff_t>(hits), expected_found.begin()))
          << kernel.name;
    }
  }
}

}  // namespace
}  // namespace relinsights
