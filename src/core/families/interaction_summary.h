// How many activities of each kind and direction there were, how long they took, and when the first and last were.
// SPEC 3.1 to 3.3. Fixed in size and exact; also its own aggregation state, as adding a row is merging a row.
#pragma once

#include <memory_resource>
#include <optional>

#include "core/activity.h"
#include "core/summary.h"

namespace relinsights {

// An error if it is negative.
Status check_duration(Kind kind, Duration duration) noexcept;

class InteractionSummary {
 public:
  static constexpr const char* kTypeName = "interaction_summary";
  static constexpr uint8_t kVersion = 2;  // version 1 knows no activities of unknown direction

  explicit InteractionSummary(std::pmr::memory_resource*) noexcept {}

  // One completed activity, of a known or unknown direction. `duration` must not be negative; it does not matter for an
  // e-mail. `team_size` is how many of our people were in a meeting; less than one counts as one.
  Status add(Kind kind, Direction direction, Instant at, Duration duration, int32_t team_size) noexcept;
  Status merge(const InteractionSummary& from) noexcept;

  bool empty() const noexcept { return activities() == 0; }
  int64_t count(Kind kind, Direction direction) const noexcept { return counts_[index(kind)][index(direction)]; }
  int64_t count(Kind kind) const noexcept {
    return count(kind, Direction::kInbound) + count(kind, Direction::kOutbound) + count(kind, Direction::kUnknown);
  }
  int64_t activities() const noexcept;
  int64_t activities_by(Side side) const noexcept;

  std::optional<Instant> first_interaction_at() const noexcept;
  std::optional<Instant> last_interaction_at() const noexcept;
  std::optional<Instant> last_interaction_at(Side side) const noexcept;  // the last one that side initiated

  // us: sent / received; them: received / sent; none where the denominator is zero.
  std::optional<double> email_ratio(Side side) const noexcept;

  // The table of SPEC 3.3. `write` and `read` are what an e-mail takes, not negative.
  Result<Duration> time_spent(Side side, Duration write, Duration read) const noexcept;
  // Meetings and calls, once each, whoever started them.
  Result<Duration> face_time() const noexcept;

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  int64_t activities_of(Direction direction) const noexcept;
  bool countable() const noexcept;  // whether the counts and their sum are bigints
  int64_t duration(Kind kind, Direction direction) const noexcept { return durations_[index(kind)][index(direction)]; }

  static constexpr Instant kNever{std::numeric_limits<int64_t>::min()};

  int64_t counts_[kKinds][kDirectionsAndUnknown] = {};
  Instant first_{std::numeric_limits<int64_t>::max()};              // this much later than everything while empty
  Instant last_[kDirectionsAndUnknown] = {kNever, kNever, kNever};  // kNever while there is none of that direction
  int64_t durations_[kKinds][kDirectionsAndUnknown] = {};           // microseconds; none where it is nobody's time
  int64_t team_duration_ = 0;                                       // of meetings, times team size
};

inline constexpr Duration kEmailWriteTime{int64_t{300} * 1000000};
inline constexpr Duration kEmailReadTime{int64_t{150} * 1000000};

}  // namespace relinsights
