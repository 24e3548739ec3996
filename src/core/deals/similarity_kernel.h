// The inner loop of the search for similar deals: compares one deal with a run of others, attribute
// by attribute, over columns of 32-bit numbers. It is compiled for each instruction set that earns it, chosen at
// run time; all do the same double arithmetic in the same order, so their results are equal to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace relinsights {

// One attribute that the compared deal has. It adds to another deal's sum
//   numeric: max(0, weight - slope * |column - value|)      categorical: weight where column =
//   value
struct SimilarityTerm {
  const int32_t* column;
  int32_t value;
  bool numeric;
  double weight;
  double slope;
};

struct SimilarityRun {
  std::span<const SimilarityTerm> terms;
  const double* present;  // of each deal, the sum of the weights of the attributes it has; NaN is never found
  double own;             // the same of the compared deal
  double bar;             // found are the deals whose sum >= bar * (own + present)
};

// Columns and `present` are padded to whole groups of this many.
inline constexpr size_t kSimilarityGroup = 8;

// Writes the sums of deals first .. first + count - 1 to `sums` and the offsets (from first) of
// those found, ascending, to `found`; answers how many. `count` is a multiple of kSimilarityGroup.
using SimilarityKernel = size_t (*)(const SimilarityRun& run, size_t first, size_t count, double* sums,
                                    uint32_t* found);

struct NamedKernel {
  const char* name;
  SimilarityKernel kernel;
};

// Those this processor can run, the fastest last; the first is the portable one.
std::span<const NamedKernel> similarity_kernels() noexcept;

}  // namespace relinsights
