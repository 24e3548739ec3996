// How much each attribute tells won deals from lost ones. SPEC 4.
//
// The measure is the mutual information in bits between the attribute and the outcome, over the N
// deals that have the attribute: of a numeric one in 8 bins by rank, of a categorical one between
// its categories, those with fewer than 5 deals taken as one. From it the Miller-Madow bias is
// taken off (what chance alone would show), not below 0, and it counts in proportion to the deals
// that have the attribute. Weights are these, normalised to sum 1.
//
// With fewer than 30 won or 30 lost deals, or where no attribute tells anything, nothing is
// learned: every attribute has the same weight.
#pragma once

#include <memory_resource>
#include <vector>

#include "core/base/interrupt.h"
#include "core/deals/deal_profile.h"

namespace relinsights {

inline constexpr int64_t kLeastDealsToLearn = 30;  // of either outcome
inline constexpr size_t kFactorBins = 8;
inline constexpr int64_t kLeastDealsOfCategory = 5;

struct DealFactor {
  const DealProfile::Column* column;
  double weight;  // 0..1; all of a profile's sum to 1
  bool numeric;
  int64_t deals;  // won and lost ones that have the attribute
};

struct DealFactors {
  explicit DealFactors(std::pmr::memory_resource* memory) noexcept : factors(memory) {}
  std::pmr::vector<DealFactor> factors;  // in the order of the profile's columns
  bool learned = false;
};

// How many deals of a cell (a bin or a category) were won and lost.
struct OutcomeCounts {
  int64_t won = 0;
  int64_t lost = 0;
  int64_t deals() const noexcept { return won + lost; }
};

// Mutual information in bits between cell and outcome, less the Miller-Madow bias, 0 or more. Empty
// cells do not count.
double information_bits(const std::pmr::vector<OutcomeCounts>& cells) noexcept;

// `factors` refers to the profile, which must be sorted (as decode leaves it) and live on.
Status learn_factors(const DealProfile& profile, DealFactors& factors) noexcept;

}  // namespace relinsights
