// How long things took: count, sum, least and greatest exactly, and percentiles.
//
// Up to 64 durations are kept as they are, so percentiles are exact (as percentile_cont). Beyond, each falls into one
// of about two thousand bins whose bounds grow by a fiftieth, so a bin's middle is within 1 % of everything in it.
// Bounds are whole microseconds computed with integers alone: the same durations give the same bins on every machine,
// in any order.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/activity.h"
#include "core/base/codec.h"
#include "core/base/json.h"

namespace relinsights {

class DurationDistribution {
 public:
  static constexpr size_t kMostExact = 64;

  explicit DurationDistribution(std::pmr::memory_resource* memory) noexcept : exact_(memory), bins_(memory) {}

  // Durations must not be negative.
  void add(const std::pmr::vector<int64_t>& sorted_microseconds);
  void clear() noexcept;
  bool operator==(const DurationDistribution& other) const noexcept;
  [[nodiscard]] bool merge(const DurationDistribution& from);  // false: a count is out of range

  int64_t count() const noexcept { return count_; }
  std::optional<Duration> mean() const noexcept;  // rounded to the nearest microsecond, halves up
  std::optional<Duration> min() const noexcept;
  std::optional<Duration> max() const noexcept;
  // `fraction` lies within 0..1. Between two neighbours it interpolates linearly.
  std::optional<Duration> percentile(double fraction) const noexcept;
  // The share, 0..1, of durations at most `limit`; beyond 64 durations the limit itself is met within 1 %.
  std::optional<double> share_within(Duration limit) const noexcept;

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors);

 private:
  struct Bin {
    uint32_t number;
    int64_t count;
    bool operator==(const Bin&) const = default;
  };

  void spill();  // the exact durations into bins
  void add_bins(const Bin* begin, const Bin* end);
  void add_one_by_one(const std::pmr::vector<int64_t>& sorted);
  int64_t at_rank(int64_t rank) const noexcept;  // microseconds of the rank-th shortest, from 0

  int64_t count_ = 0;
  StoredUint128 sum_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
  std::pmr::vector<int64_t> exact_;  // ascending; all of them, or empty once there are too many
  std::pmr::vector<Bin> bins_;       // ascending by number, none empty
};

}  // namespace relinsights
