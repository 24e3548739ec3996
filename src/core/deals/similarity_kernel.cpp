#include "core/deals/similarity_kernel.h"

#include <algorithm>
#include <cstdlib>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A fused multiply-add rounds once instead of twice: the kernels would no longer agree.
#if defined(__clang__)
#pragma clang fp contract(off)
#else
#pragma GCC optimize("fp-contract=off")
#endif

namespace relinsights {
namespace {

size_t portable_kernel(const SimilarityRun& run, size_t first, size_t count, double* sums, uint32_t* found) {
  std::fill_n(sums, count, 0.0);
  for (const SimilarityTerm& term : run.terms) {
    const int32_t* column = term.column + first;
    if (term.numeric) {
      for (size_t i = 0; i < count; ++i) {
        double part = term.weight - term.slope * static_cast<double>(std::abs(column[i] - term.value));
        sums[i] += part > 0 ? part : 0;
      }
    } else {
      for (size_t i = 0; i < count; ++i) sums[i] += column[i] == term.value ? term.weight : 0;
    }
  }
  size_t hits = 0;
  const double* present = run.present + first;
  for (size_t i = 0; i < count; ++i) {
    found[hits] = static_cast<uint32_t>(i);
    hits += sums[i] >= run.bar * (run.own + present[i]) ? 1 : 0;
  }
  return hits;
}

#if defined(__x86_64__)

inline size_t note_hits(unsigned mask, size_t at, uint32_t* found, size_t hits) {
  for (; mask != 0; mask &= mask - 1)
    found[hits++] = static_cast<uint32_t>(at + static_cast<size_t>(__builtin_ctz(mask)));
  return hits;
}

inline void add_to(double* sums, __m128d part) { _mm_storeu_pd(sums, _mm_add_pd(_mm_loadu_pd(sums), part)); }

void add_numeric_sse2(const SimilarityTerm& term, const int32_t* column, size_t count, double* sums) {
  const __m128i value = _mm_set1_epi32(term.value);
  const __m128d weight = _mm_set1_pd(term.weight), slope = _mm_set1_pd(term.slope), zero = _mm_setzero_pd();
  for (size_t i = 0; i < count; i += 4) {
    __m128i apart = _mm_sub_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(column + i)), value);
    __m128i sign = _mm_srai_epi32(apart, 31);
    apart = _mm_sub_epi32(_mm_xor_si128(apart, sign), sign);
    __m128d low = _mm_cvtepi32_pd(apart), high = _mm_cvtepi32_pd(_mm_shuffle_epi32(apart, 0xee));
    add_to(sums + i, _mm_max_pd(_mm_sub_pd(weight, _mm_mul_pd(slope, low)), zero));
    add_to(sums + i + 2, _mm_max_pd(_mm_sub_pd(weight, _mm_mul_pd(slope, high)), zero));
  }
}

void add_categorical_sse2(const SimilarityTerm& term, const int32_t* column, size_t count, double* sums) {
  const __m128i value = _mm_set1_epi32(term.value);
  const __m128d weight = _mm_set1_pd(term.weight);
  for (size_t i = 0; i < count; i += 4) {
    __m128i equal = _mm_cmpeq_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(column + i)), value);
    add_to(sums + i, _mm_and_pd(_mm_castsi128_pd(_mm_unpacklo_epi32(equal, equal)), weight));
    add_to(sums + i + 2, _mm_and_pd(_mm_castsi128_pd(_mm_unpackhi_epi32(equal, equal)), weight));
  }
}

size_t sse2_kernel(const SimilarityRun& run, size_t first, size_t count, double* sums, uint32_t* found) {
  std::fill_n(sums, count, 0.0);
  for (const SimilarityTerm& term : run.terms)
    (term.numeric ? add_numeric_sse2 : add_categorical_sse2)(term, term.column + first, count, sums);
  const __m128d bar = _mm_set1_pd(run.bar), own = _mm_set1_pd(run.own);
  size_t hits = 0;
  for (size_t i = 0; i < count; i += 2) {
    __m128d least = _mm_mul_pd(bar, _mm_add_pd(own, _mm_loadu_pd(run.present + first + i)));
    hits =
        note_hits(static_cast<unsigned>(_mm_movemask_pd(_mm_cmpge_pd(_mm_loadu_pd(sums + i), least))), i, found, hits);
  }
  return hits;
}

#define RELINSIGHTS_AVX2 __attribute__((target("avx2")))

RELINSIGHTS_AVX2 inline void add_to_avx2(double* sums, __m256d part) {
  _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), part));
}

RELINSIGHTS_AVX2 void add_numeric_avx2(const SimilarityTerm& term, const int32_t* column, size_t count, double* sums) {
  const __m256i value = _mm256_set1_epi32(term.value);
  const __m256d weight = _mm256_set1_pd(term.weight), slope = _mm256_set1_pd(term.slope), zero = _mm256_setzero_pd();
  for (size_t i = 0; i < count; i += 8) {
    __m256i apart =
        _mm256_abs_epi32(_mm256_sub_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(column + i)), value));
    __m256d low = _mm256_cvtepi32_pd(_mm256_castsi256_si128(apart));
    __m256d high = _mm256_cvtepi32_pd(_mm256_extracti128_si256(apart, 1));
    add_to_avx2(sums + i, _mm256_max_pd(_mm256_sub_pd(weight, _mm256_mul_pd(slope, low)), zero));
    add_to_avx2(sums + i + 4, _mm256_max_pd(_mm256_sub_pd(weight, _mm256_mul_pd(slope, high)), zero));
  }
}

RELINSIGHTS_AVX2 void add_categorical_avx2(const SimilarityTerm& term, const int32_t* column, size_t count,
                                           double* sums) {
  const __m256i value = _mm256_set1_epi32(term.value);
  const __m256d weight = _mm256_set1_pd(term.weight);
  for (size_t i = 0; i < count; i += 8) {
    __m256i equal = _mm256_cmpeq_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(column + i)), value);
    __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(equal));
    __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(equal, 1));
    add_to_avx2(sums + i, _mm256_and_pd(_mm256_castsi256_pd(low), weight));
    add_to_avx2(sums + i + 4, _mm256_and_pd(_mm256_castsi256_pd(high), weight));
  }
}

RELINSIGHTS_AVX2 size_t avx2_kernel(const SimilarityRun& run, size_t first, size_t count, double* sums,
                                    uint32_t* found) {
  std::fill_n(sums, count, 0.0);
  for (const SimilarityTerm& term : run.terms)
    (term.numeric ? add_numeric_avx2 : add_categorical_avx2)(term, term.column + first, count, sums);
  const __m256d bar = _mm256_set1_pd(run.bar), own = _mm256_set1_pd(run.own);
  size_t hits = 0;
  for (size_t i = 0; i < count; i += 4) {
    __m256d least = _mm256_mul_pd(bar, _mm256_add_pd(own, _mm256_loadu_pd(run.present + first + i)));
    __m256d reaches = _mm256_cmp_pd(_mm256_loadu_pd(sums + i), least, _CMP_GE_OQ);
    hits = note_hits(static_cast<unsigned>(_mm256_movemask_pd(reaches)), i, found, hits);
  }
  return hits;
}

#undef RELINSIGHTS_AVX2
#endif

}  // namespace

std::span<const NamedKernel> similarity_kernels() noexcept {
#if defined(__x86_64__)
  static const NamedKernel kernels[] = {{"portable", portable_kernel}, {"sse2", sse2_kernel}, {"avx2", avx2_kernel}};
  static const size_t usable = __builtin_cpu_supports("avx2") ? 3 : 2;
  return {kernels, usable};
#else
  static const NamedKernel kernels[] = {{"portable", portable_kernel}};
  return kernels;
#endif
}

}  // namespace relinsights
