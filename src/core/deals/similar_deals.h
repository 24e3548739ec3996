// Finds the won deals most like a given deal. SPEC 4.
//
// Similarity is weighted Gower over the attributes with a weight above 0: sum of w s / sum of w.
// Categorical: s = 1 if equal, else 0. Numeric: s = 1 - |F(x) - F(y)|, F(x) = (won deals below x +
// half of those equal) / won deals that have the attribute. An attribute that only one of the two
// deals has counts s = 0 with half its weight; one that neither has counts nothing; nothing left:
// 0. It is rounded to 9 decimals (halves up) and only then compared; equals are ordered by time of
// closing, latest first and unknown last, then by id (as bytes). The result is exact: every won
// deal is compared.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "core/deals/deal_factors.h"
#include "core/deals/similarity_kernel.h"

namespace relinsights {

// 0..1 in billionths, which is what 9 decimals are.
struct Similarity {
  uint32_t billionths = 0;
  double value() const noexcept { return billionths / 1e9; }
};

class SimilarDeals {
 public:
  struct Match {
    Similarity similarity;
    uint32_t place;  // of the won deal in the order of closing
  };

  // A deal to find similar ones for, and what was found: the best first.
  class Query {
   public:
    explicit Query(std::pmr::memory_resource* memory) noexcept : matches(memory), terms_(memory), has_(memory) {}
    std::pmr::vector<Match> matches;

   private:
    friend class SimilarDeals;
    std::pmr::vector<SimilarityTerm> terms_;
    std::pmr::vector<int32_t> has_;  // by attribute: the deal's value as its column holds it, or kMissing
    double own_ = 0;
    uint32_t itself_ = DealProfile::kMostDeals;
  };

  explicit SimilarDeals(std::pmr::memory_resource* memory) noexcept
      : memory_(memory), numeric_(memory), attributes_(memory), places_(memory), present_(memory) {}

  // Learns the weights and lays the won deals out. `profile` must be as decode leaves it and live
  // on.
  Status prepare(const DealProfile& profile) noexcept;

  // Reads the attributes (none where not present); `id` may be null, otherwise errors name it and a
  // won deal of that id is never found. Attributes the profile does not have are ignored; a numeric
  // one must be a number.
  Status read(const std::string_view* id, JsonValue attributes, Query& query) const noexcept;

  // k must be 1 or more, min_similarity 0..1.
  static Status check(int32_t k, double min_similarity) noexcept;
  // Finds for each query the at most `k` best won deals whose similarity is at least
  // `min_similarity`. Several queries at once are quicker; as many as queries_at_once take a few
  // MB.
  size_t queries_at_once(int32_t k) const noexcept;
  Status search(std::span<Query> queries, int32_t k, double min_similarity,
                SimilarityKernel kernel = similarity_kernels().back().kernel) const noexcept;

  std::string_view id(const Match& match) const noexcept { return profile_->id(places_[match.place]); }
  // An object: of each attribute that counted, its part of the similarity, w s / sum of w to 9
  // decimals.
  void write_contributions(const Query& query, const Match& match, JsonWriter& json) const;

 private:
  // An attribute with a weight above 0. Numeric: a deal's value is twice F's numerator, 2 * below +
  // equal, which is whole.
  struct Attribute {
    explicit Attribute(std::pmr::memory_resource* memory) noexcept : below(memory), column(memory) {}
    const DealProfile::Column* values = nullptr;
    double weight = 0;
    double slope = 0;  // weight / (2 * won deals that have it)
    bool numeric = false;
    int32_t missing = 0;               // what stands in the column where a deal has no value
    std::pmr::vector<int32_t> below;   // numeric: by value, the won deals below it; and one more, all of them
    std::pmr::vector<int32_t> column;  // of the won deals in the order of closing
  };
  static constexpr int32_t kMissing = std::numeric_limits<int32_t>::min();

  void order_by_closing();
  void lay_out(const DealFactor& factor);
  Status read_attribute(const std::string_view* id, std::string_view name, std::string_view value,
                        Query& query) const noexcept;
  int32_t value_of(const Attribute& attribute, std::string_view value) const noexcept;

  std::pmr::memory_resource* memory_;
  const DealProfile* profile_ = nullptr;
  std::pmr::vector<bool> numeric_;  // by column of the profile, those without weight too
  std::pmr::vector<Attribute> attributes_;
  std::pmr::vector<uint32_t> places_;  // won deals, latest closed first
  std::pmr::vector<double> present_;   // see SimilarityRun
};

}  // namespace relinsights
