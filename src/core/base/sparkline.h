// Small values as characters of a line: the lowest for none, seven more for up to the greatest.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

namespace relinsights {

inline constexpr std::string_view kSparks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};  // UTF-8
inline constexpr std::string_view kPlainSparks[] = {"_", ".", ":", "-", "=", "+", "*", "#"};

// Rounded up: even one among thousands is told from none.
inline size_t spark_level(double value, double greatest) noexcept {
  return value > 0 ? static_cast<size_t>(std::ceil(7 * value / greatest)) : 0;
}

}  // namespace relinsights
