// When people work, and how long they worked between two instants. SPEC 3.4, last paragraph.
//
// An instant is working time if its local time of day lies within the opening hours of that weekday and not within a
// holiday. Local means what the clocks of the calendar's time zone show, so an hour that daylight saving skips counts
// nothing and one it repeats counts twice. A holiday takes its own date, 00:00 to 24:00, or a part of it, and nothing
// else: an opening from 22:00 to 06:00 keeps the part before a holiday's midnight and the part after the next one.
//
// A WorkingCalendar is the stored value. Its opening hours are kept as minutes of the week, merged, and cut at
// midnight: two calendars that are open at the same times are equal. A PreparedCalendar is what answers, in time that
// does not depend on the span asked for.
#pragma once

#include <bitset>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/base/codec.h"
#include "core/base/json.h"

namespace relinsights {

// What is wrong with the name of a zone as people give it, or nullptr. A name that PostgreSQL knows may still be
// refused: it would take UTC+9 in the POSIX sense, nine hours *behind* UTC, which nobody who writes it means.
const char* fault_of_zone_name(std::string_view name) noexcept;

class WorkingCalendar {
 public:
  static constexpr const char* kTypeName = "working_calendar";
  static constexpr uint8_t kVersion = 2;
  static constexpr size_t kLongestZoneName = 64;

  // Minutes since Monday 00:00; begin < end, both on one day (24:00 is its end).
  struct Opening {
    uint16_t begin;
    uint16_t end;
  };

  // A date, or minutes of it: begin < end, 24:00 is its end.
  struct Holiday {
    Day day;
    uint16_t begin = 0;
    uint16_t end = 1440;
    bool whole() const noexcept { return begin == 0 && end == 1440; }
    auto operator<=>(const Holiday&) const = default;
  };

  explicit WorkingCalendar(std::pmr::memory_resource* memory) noexcept
      : time_zone_(memory), openings_(memory), holidays_(memory) {}

  // A name of the zone database. The core knows no zones: whether it exists is for the host to say.
  std::string_view time_zone() const noexcept { return time_zone_; }
  void set_time_zone(std::string_view name) { time_zone_ = name; }

  const std::pmr::vector<Opening>& openings() const noexcept { return openings_; }  // ascending, never empty
  // Ascending; those of one date neither overlap nor touch.
  const std::pmr::vector<Holiday>& holidays() const noexcept { return holidays_; }

  // Version 1 knew whole holidays only. A calendar that has no others is written as such, so that it equals a stored
  // one.
  uint8_t version() const noexcept;

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;

 private:
  friend class CalendarReader;

  std::pmr::string time_zone_;
  std::pmr::vector<Opening> openings_;
  std::pmr::vector<Holiday> holidays_;
};

// {"time_zone":"Asia/Seoul","open":{"mon":["09:00-18:00"]},"holidays":["2026-01-01","2026-12-24 13:00-24:00"]}
//
// Reading takes ranges of days ("mon-fri"), openings in any order that may overlap, touch or run past midnight,
// holidays likewise within their date, and no "holidays". A member or a weekday that is named twice is an error.
// Writing gives one canonical text: days that are open, one by one, merged openings cut at midnight, merged holidays.
Status read_calendar(JsonValue text, WorkingCalendar& calendar) noexcept;
void write_calendar(const WorkingCalendar& calendar, ByteWriter& out);

// From `at` on, clocks are `offset_seconds` ahead of UTC.
struct ZoneTransition {
  Instant at;
  int32_t offset_seconds;
};

// What the clocks of a time zone show at any instant, as the host knows it. From kZoneCycleBegin on the transitions
// repeat every 400 years, as the Gregorian calendar and its weekdays do; those before kZoneCycleEnd are listed,
// ascending.
struct ZoneRules {
  int32_t first_offset_seconds = 0;  // before the first transition
  const ZoneTransition* transitions = nullptr;
  size_t count = 0;
};
inline constexpr int64_t kZoneCycleMicroseconds = 146097 * kMicrosecondsPerDay;
inline constexpr Instant kZoneCycleBegin{73414 * kMicrosecondsPerDay};  // 2201-01-01
inline constexpr Instant kZoneCycleEnd{kZoneCycleBegin.microseconds + kZoneCycleMicroseconds};

// Holidays end a year before the zone's transitions begin to repeat, as no holiday repeats.
inline constexpr Day kFirstHoliday{-36524};  // 1900-01-01
inline constexpr Day kLastHoliday{73048};    // 2199-12-31

// Answers with W(to) - W(from), where W(t) is the working time up to t since a fixed moment. Integers make that
// additive over any split and monotone. W takes a closed form: whole weeks times the weekly total, plus the part of the
// week (binary search), less the holidays before (prefix sums, binary search), all as if clocks had never been changed;
// plus a prefix sum of what each change of the clocks skipped or repeated (binary search; two changes a year, 400 years
// stand for all).
class PreparedCalendar {
 public:
  explicit PreparedCalendar(std::pmr::memory_resource* memory) noexcept
      : openings_(memory), holidays_(memory), offsets_(memory) {}

  // `rules` are those of calendar.time_zone(). Nothing of either is needed afterwards.
  Status prepare(const WorkingCalendar& calendar, const ZoneRules& rules) noexcept;

  // Tells calendars apart: the same for equal ones, on every machine; never 0.
  uint64_t identity() const noexcept { return identity_; }

  // Exact to the microsecond; negative if `to` is before `from`. Both must pass check_instant.
  Duration working_time(Instant from, Instant to) const noexcept {
    return {worked_until(to.microseconds) - worked_until(from.microseconds)};
  }

 private:
  struct Opening {
    int64_t begin, end;     // microseconds since Monday 00:00
    int64_t worked_before;  // of the week
  };
  struct Holiday {
    int64_t begin, end;                 // microseconds of local time
    int64_t lost_before, lost_through;  // working time lost to holidays up to this one, without and with it
  };
  struct Offset {
    int64_t from;  // microseconds UTC
    int64_t ahead;
    int64_t correction;  // what the changes of the clocks up to here skipped (negative) or repeated
  };

  int64_t weekly(int64_t local) const noexcept;
  int64_t worked_until_local(int64_t local) const noexcept;
  int64_t worked_until(int64_t at) const noexcept;
  const Offset& offset_at(int64_t at) const noexcept;

  std::pmr::vector<Opening> openings_;
  std::pmr::vector<Holiday> holidays_;
  std::pmr::vector<Offset> offsets_;
  int64_t per_week_ = 0;
  int64_t correction_per_cycle_ = 0;
  uint64_t identity_ = 0;
};

// working_time with its arguments checked: an infinite time is an error.
Result<Duration> working_time(const PreparedCalendar& calendar, Instant from, Instant to) noexcept;

}  // namespace relinsights
