#include "core/deals/similarity_kernel.h"

#include <cstdlib>

namespace relinsights {
namespace {

// One body for every instruction set: the compiler makes its loops those of the processor (the build asks for that, and
// for no fused multiply-add, which rounds once instead of twice: the kernels would no longer agree).
[[gnu::always_inline]] inline size_t compare(const SimilarityRun& run, size_t first, size_t count,
                                             double* __restrict sums, uint32_t* __restrict found) {
  for (size_t i = 0; i < count; ++i) sums[i] = 0;
  for (const SimilarityTerm& term : run.terms) {
    const int32_t* __restrict column = term.column + first;
    const int32_t value = term.value;
    const double weight = term.weight, slope = term.slope;
    if (term.numeric) {
      for (size_t i = 0; i < count; ++i) {
        const double part = weight - slope * static_cast<double>(std::abs(column[i] - value));
        sums[i] += part > 0 ? part : 0;
      }
    } else {
      for (size_t i = 0; i < count; ++i) sums[i] += column[i] == value ? weight : 0;
    }
  }
  const double* present = run.present + first;
  const double bar = run.bar, own = run.own;
  size_t hits = 0;
  for (size_t group = 0; group < count; group += kSimilarityGroup) {
    bool any = false;  // most groups hold nothing that is near
    for (size_t i = group; i < group + kSimilarityGroup; ++i) any |= sums[i] >= bar * (own + present[i]);
    if (!any) continue;
    for (size_t i = group; i < group + kSimilarityGroup; ++i) {
      found[hits] = static_cast<uint32_t>(i);
      hits += sums[i] >= bar * (own + present[i]) ? 1 : 0;
    }
  }
  return hits;
}

size_t any_processor(const SimilarityRun& run, size_t first, size_t count, double* sums, uint32_t* found) {
  return compare(run, first, count, sums, found);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] size_t avx2(const SimilarityRun& run, size_t first, size_t count, double* sums,
                                    uint32_t* found) {
  return compare(run, first, count, sums, found);
}
#endif

}  // namespace

std::span<const NamedKernel> similarity_kernels() noexcept {
#if defined(__x86_64__)
  static const NamedKernel kernels[] = {{"portable", any_processor}, {"avx2", avx2}};
  static const size_t usable = __builtin_cpu_supports("avx2") ? 2 : 1;
  return {kernels, usable};
#else
  static const NamedKernel kernels[] = {{"portable", any_processor}};
  return kernels;
#endif
}

}  // namespace relinsights
