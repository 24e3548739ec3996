#include "core/deals/deal_factors.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace relinsights {
namespace {

using Cells = std::pmr::vector<OutcomeCounts>;

// Outcomes by value of the column, in the order of the values.
Cells count_values(const DealProfile& profile, const DealProfile::Column& column, std::pmr::memory_resource* memory) {
  Cells cells(column.values().size(), memory);
  InterruptPace pace;
  for (uint32_t deal = 0; deal < profile.deals(); ++deal) {
    pace.step();
    uint32_t code = column.code(deal);
    if (code != 0) ++(profile.won(deal) ? cells[code - 1].won : cells[code - 1].lost);
  }
  return cells;
}

void add(OutcomeCounts& to, const OutcomeCounts& more) noexcept {
  to.won += more.won;
  to.lost += more.lost;
}

// bin = min(7, floor(8 F)), F = (below + equal / 2) / N: in whole numbers floor(4 (2 below + equal)
// / N).
Cells into_bins(const Cells& values, int64_t deals, std::pmr::memory_resource* memory) {
  Cells bins(kFactorBins, memory);
  int64_t below = 0;
  for (const OutcomeCounts& value : values) {
    auto bin = static_cast<size_t>(static_cast<int64_t>(kFactorBins) / 2 * (2 * below + value.deals()) / deals);
    add(bins[std::min(bin, kFactorBins - 1)], value);
    below += value.deals();
  }
  return bins;
}

Cells pool_rare(const Cells& values, std::pmr::memory_resource* memory) {
  Cells cells(1, memory);  // the first is the pool
  for (const OutcomeCounts& value : values) {
    if (value.deals() < kLeastDealsOfCategory)
      add(cells[0], value);
    else
      cells.push_back(value);
  }
  return cells;
}

int64_t total(const Cells& cells) noexcept {
  int64_t deals = 0;
  for (const OutcomeCounts& cell : cells) deals += cell.deals();
  return deals;
}

}  // namespace

double information_bits(const Cells& cells) noexcept {
  OutcomeCounts all;
  int used = 0;
  for (const OutcomeCounts& cell : cells) {
    add(all, cell);
    if (cell.deals() > 0) ++used;
  }
  auto deals = static_cast<double>(all.deals());
  if (all.deals() == 0) return 0;
  double sum = 0;
  auto term = [&](int64_t both, int64_t of_cell, int64_t of_outcome) {
    if (both == 0) return;
    auto n = static_cast<double>(both);
    sum += n * std::log2(n * deals / (static_cast<double>(of_cell) * static_cast<double>(of_outcome)));
  };
  for (const OutcomeCounts& cell : cells) {
    term(cell.won, cell.deals(), all.won);
    term(cell.lost, cell.deals(), all.lost);
  }
  int outcomes = (all.won > 0 ? 1 : 0) + (all.lost > 0 ? 1 : 0);
  double bias = (used - 1) * (outcomes - 1) / (2 * deals * std::numbers::ln2);
  return std::max(0.0, sum / deals - bias);
}

Status learn_factors(const DealProfile& profile, DealFactors& result) noexcept {
  return contain([&]() -> Status {
    std::pmr::memory_resource* memory = result.factors.get_allocator().resource();
    int64_t won = 0;
    for (uint32_t deal = 0; deal < profile.deals(); ++deal) won += profile.won(deal) ? 1 : 0;
    double sum = 0;
    for (const DealProfile::Column& column : profile.columns()) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      Cells values = count_values(profile, column, memory);
      DealFactor factor{&column, 0, column.numeric(), total(values)};
      double bits =
          information_bits(factor.numeric ? into_bins(values, factor.deals, memory) : pool_rare(values, memory));
      factor.weight = bits * static_cast<double>(factor.deals) / static_cast<double>(profile.deals());
      sum += factor.weight;
      result.factors.push_back(factor);
    }
    int64_t lost = profile.deals() - won;
    result.learned = won >= kLeastDealsToLearn && lost >= kLeastDealsToLearn && sum > 0;
    for (DealFactor& factor : result.factors)
      factor.weight = result.learned ? factor.weight / sum : 1 / static_cast<double>(result.factors.size());
    return {};
  });
}

}  // namespace relinsights
