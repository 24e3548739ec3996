// What happened on which day: the number of activities of each kind and direction (or of none that is known), and the
// sum of their sentiments. SPEC 3.5; relationship_health.h reads it as well. Exact; as large as there are days with
// activities (3 or 4 bytes each).
//
// A day is a civil date of the caller's own time zone. A sentiment lies within -1..1 and is kept to four decimals, as
// an integer, so that a sum does not depend on its order.
#pragma once

#include <bit>
#include <memory_resource>
#include <utility>
#include <vector>

#include "core/activity.h"
#include "core/base/interrupt.h"
#include "core/summary.h"

namespace relinsights {

// What the six series of a timeline count; the other kinds, and what has no known direction, are kept, but not shown in
// it.
inline constexpr size_t kSeries = 6;
struct SeriesRow {
  int64_t counts[kSeries];  // e-mails sent, received, meetings sent, received, calls made, received
  int64_t total() const noexcept;
};

// Which days a timeline shows: `rows` rows of `days_per_row` days from `first` on, without any after `until`.
struct TimelineWindow {
  Day first, until;
  int32_t rows, days_per_row;
  Day day_of(int32_t row) const noexcept { return {first.number + row * days_per_row}; }
};
inline constexpr int32_t kMostDaysShown = 100000;
inline constexpr int32_t kMostWeeksShown = 10000;
Result<TimelineWindow> last_days(Day until, int32_t days) noexcept;
// ISO weeks, from their Monday; the last is the one `until` is in.
Result<TimelineWindow> last_weeks(Day until, int32_t weeks) noexcept;

// One character a row: the lowest for none, seven more for up to the window's busiest row. Block characters take UTF-8.
void write_sparkline(const SeriesRow* rows, int32_t count, bool utf8, ByteWriter& out);

// One day of a timeline.
struct ActivityDay {
  Day day;
  int64_t counts[kKinds][kDirectionsAndUnknown];
  int64_t sentiment;  // the sum, in ten-thousandths
};

class ActivityTimeline {
 public:
  static constexpr const char* kTypeName = "activity_timeline";
  static constexpr uint8_t kVersion = 2;  // version 1 knows no activities of unknown direction

  explicit ActivityTimeline(std::pmr::memory_resource* memory) noexcept : cells_(memory) {}

  // An error beyond 10^12 activities of one kind and direction on one day.
  Status merge(const ActivityTimeline& from) noexcept;

  // Visits every day with activities in ascending order.
  template <class Visit>
  void for_each_day(Visit&& visit) const {
    for (size_t at = 0; at < cells_.size();) {
      ActivityDay day{cells_[at].day(), {}, 0};
      for (; at < cells_.size() && cells_[at].day() == day.day; ++at) {
        const Cell& cell = cells_[at];
        if (cell.number() == kSentimentCell)
          day.sentiment = cell.amount;
        else
          day.counts[kind_of(cell.number())][direction_of(cell.number())] = cell.amount;
      }
      visit(std::as_const(day));
    }
  }
  // Visits the days of an encoded timeline in ascending order, without making it. The reader fails where the bytes make
  // no sense, after the days before; whether a day's numbers do is for fault_of() to say (no full stop, or nullptr).
  template <class Visit>
  static void for_each_encoded_day(ByteReader& in, uint8_t version, Visit&& visit);
  static const char* fault_of(const ActivityDay& day) noexcept;

  // Adds what the window shows to its rows, which the caller gives as zeros.
  void add_series(const TimelineWindow& window, SeriesRow* rows) const noexcept;

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  friend class TimelineAggregation;
  friend class TimelineFold;

  // Cells 0..9 of a day count a kind and known direction, cells 10..14 a kind of unknown direction, cell 15 sums
  // sentiments. Only those that are not zero exist.
  static constexpr uint32_t kKnownCells = kKinds * kDirections;
  static constexpr uint32_t kCountCells = kKinds * kDirectionsAndUnknown;
  static constexpr uint32_t kSentimentCell = kCountCells;
  static constexpr uint32_t kCells = kCountCells + 1;
  static_assert(kCells == 16, "a cell's number takes 4 bits of its key, all of them");
  static constexpr uint32_t cell_of(Kind kind, Direction direction) noexcept {
    return static_cast<uint32_t>(direction == Direction::kUnknown ? kKnownCells + index(kind)
                                                                  : index(kind) * kDirections + index(direction));
  }
  static constexpr uint32_t kind_of(uint32_t cell) noexcept {
    return cell < kKnownCells ? cell / kDirections : cell - kKnownCells;
  }
  static constexpr uint32_t direction_of(uint32_t cell) noexcept {
    return cell < kKnownCells ? cell % kDirections : static_cast<uint32_t>(index(Direction::kUnknown));
  }
  struct Cell {
    uint64_t key;  // ordered by day, then cell
    int64_t amount;

    static constexpr uint64_t key_of(Day day, uint32_t number) noexcept {
      return static_cast<uint64_t>(int64_t{day.number} - kEarliestDay.number) << 4 | number;
    }
    Day day() const noexcept { return {static_cast<int32_t>(static_cast<int64_t>(key >> 4) + kEarliestDay.number)}; }
    uint32_t number() const noexcept { return static_cast<uint32_t>(key & 15); }
  };
  Status add_cells(const std::pmr::vector<Cell>& sorted);
  void insert_missing(const std::pmr::vector<Cell>& sorted, size_t missing);
  void read_day(JsonValue value, JsonErrors& errors);

  std::pmr::vector<Cell> cells_;  // in ascending order of their keys
};

template <class Visit>
void ActivityTimeline::for_each_encoded_day(ByteReader& in, uint8_t version, Visit&& visit) {
  size_t days = in.count(3);
  int64_t number = 0;
  InterruptPace pace;
  for (size_t i = 0; i < days; ++i) {
    pace.step();
    if (i == 0) {
      number = in.signed_varint();
      if (number < kEarliestDay.number || number > kLatestDay.number) return in.reject();
    } else {
      uint64_t between = in.varint();
      if (between >= static_cast<uint64_t>(kLatestDay.number - number)) return in.reject();
      number += static_cast<int64_t>(between) + 1;
    }
    uint64_t mask = in.varint();
    if (version == 1) {  // its mask had the cells of known directions, then sentiments
      if (mask >> (kKnownCells + 1) != 0) return in.reject();
      mask = (mask << 1 | mask >> kKnownCells) & ((uint64_t{2} << kKnownCells) - 1);
    }
    if (mask >> kCells != 0 || mask <= 1) return in.reject();
    ActivityDay day{{static_cast<int32_t>(number)}, {}, 0};
    for (uint64_t cells = mask >> 1; cells != 0; cells &= cells - 1) {
      auto cell = static_cast<uint32_t>(std::countr_zero(cells));
      int64_t amount = in.bigint();
      if (amount == 0) return in.reject();
      day.counts[kind_of(cell)][direction_of(cell)] = amount;
    }
    if ((mask & 1) != 0) {
      day.sentiment = in.signed_varint();
      if (day.sentiment == 0) return in.reject();
    }
    visit(std::as_const(day));
  }
}

// An error unless it lies within -1..1.
Status check_sentiment(double sentiment) noexcept;
// A sentiment, -1..1, as it is kept.
int64_t in_ten_thousandths(double sentiment) noexcept;

// Makes a timeline of activities that come in order of time, whoever has them so: the one place that counts a day. Days
// ascend, but for clocks that are set back over midnight: then the days are put in order at the end. A day out of range
// throws a Failure.
class TimelineFold {
 public:
  explicit TimelineFold(ActivityTimeline& into) noexcept : cells_(into.cells_) {}

  // `sentiment` in ten-thousandths.
  void add(Kind kind, Direction direction, Day day, int64_t sentiment) {
    if (day.number != day_.number || used_ == 0) [[unlikely]]
      begin_day(day);
    add_cell(ActivityTimeline::cell_of(kind, direction), sentiment);
  }
  void finish();

 private:
  friend class TimelineAggregation;
  explicit TimelineFold(std::pmr::vector<ActivityTimeline::Cell>& into) noexcept : cells_(into) {}

  void add_cell(uint32_t cell, int64_t sentiment) noexcept {
    ++counts_[cell];
    used_ |= uint32_t{1} << cell;
    sentiment_ += sentiment;
  }
  void begin_day(Day day);
  void end_day();

  std::pmr::vector<ActivityTimeline::Cell>& cells_;
  Day day_{};
  uint32_t used_ = 0;  // which cells of the day have a count; none: there is no day yet
  bool descended_ = false;
  int64_t sentiment_ = 0;
  int64_t counts_[ActivityTimeline::kCountCells] = {};
};

// The state while rows come in: the latest rows as they are, 8 bytes each, and all before them already as a timeline.
// So memory is bounded by the days with activities, however many rows there are.
class TimelineAggregation {
 public:
  using Summary = ActivityTimeline;

  explicit TimelineAggregation(std::pmr::memory_resource* memory) noexcept
      : memory_(memory), timeline_(memory), rows_(memory) {}

  // One completed activity, of a known or unknown direction. `sentiment` lies within -1..1 and is 0 where none is
  // known.
  Status add(Kind kind, Direction direction, Day day, double sentiment) noexcept;

  Status merge(const TimelineAggregation& from) noexcept;
  void serialize(ByteWriter& out) const;
  void deserialize(ByteReader& in);
  Status finish(ActivityTimeline& summary) noexcept;

  // What it holds of its resource, in bytes.
  uint64_t memory() const noexcept {
    return timeline_.cells_.capacity() * sizeof(ActivityTimeline::Cell) + rows_.capacity() * sizeof(uint64_t);
  }

 private:
  Status append(uint64_t row);
  Status make_room();
  void count_rows(std::pmr::vector<ActivityTimeline::Cell>& cells);
  Status compact();

  std::pmr::memory_resource* memory_;
  ActivityTimeline timeline_;
  std::pmr::vector<uint64_t> rows_;  // the key of a count cell, and 16 bits of sentiment
};

}  // namespace relinsights
