#include "core/families/working_calendar.h"

#include <algorithm>

#include "core/base/interruptible_sort.h"

namespace relinsights {
namespace {

constexpr const char* kWeekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr unsigned kDays = 7;
constexpr unsigned kMinutesOfDay = 1440;
constexpr unsigned kMinutesOfWeek = kDays * kMinutesOfDay;
constexpr int64_t kMinute = int64_t{60} * 1000000;
constexpr int64_t kDay = kMinutesOfDay * kMinute;
constexpr int64_t kWeek = kDays * kDay;
constexpr int64_t kSomeMonday = 2 * kDay;  // 2000-01-03

constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct ClockText {
  char text[16];
  ClockText(unsigned begin, unsigned end) noexcept {
    std::snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", begin / 60 % 25, begin % 60, end / 60 % 25, end % 60);
  }
};

struct HolidayText {
  char text[48];
  explicit HolidayText(const WorkingCalendar::Holiday& holiday) noexcept {
    std::snprintf(text, sizeof text, holiday.whole() ? "%s" : "%s %s", DayText(holiday.day).text,
                  ClockText(holiday.begin, holiday.end).text);
  }
};

bool take_clock(std::string_view text, unsigned& minutes) noexcept {
  auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || !digit(0) || !digit(1) || text[2] != ':' || !digit(3) || !digit(4)) return false;
  auto number = [&](size_t i) {
    return static_cast<unsigned>(text[i] - '0') * 10 + static_cast<unsigned>(text[i + 1] - '0');
  };
  minutes = number(0) * 60 + number(3);
  return number(3) < 60 && minutes <= kMinutesOfDay;
}

// "09:00-18:00": from a minute of a day to one, or to its end.
bool take_clocks(std::string_view text, unsigned& begin, unsigned& end) noexcept {
  return text.size() == 11 && text[5] == '-' && take_clock(text.substr(0, 5), begin) &&
         take_clock(text.substr(6), end) && begin < kMinutesOfDay;
}

unsigned weekday_of(std::string_view name) noexcept {
  return static_cast<unsigned>(std::find(kWeekdays, kWeekdays + kDays, name) - kWeekdays);
}

}  // namespace

// Names such as Asia/Seoul, Etc/GMT-9, UTC: digits are left to those that begin with Etc/.
const char* fault_of_zone_name(std::string_view name) noexcept {
  if (name.empty()) return "\"time_zone\" is missing";
  if (name.size() > WorkingCalendar::kLongestZoneName) return "\"time_zone\" is too long for a name";
  bool etc = name.substr(0, 4) == "Etc/";
  for (char c : name) {
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '/' || c == '-';
    bool of_offset = (c >= '0' && c <= '9') || c == '+';
    if (of_offset && !etc) return "\"time_zone\" must be the name of a zone, not an offset";
    if (!letter && !of_offset) return "\"time_zone\" must be a name such as \"Asia/Seoul\"";
  }
  return nullptr;
}

// Reads the text form. The first thing wrong is kept in `errors`; reading goes on harmlessly.
class CalendarReader {
 public:
  CalendarReader(WorkingCalendar& calendar, JsonErrors& errors) noexcept : calendar_(calendar), errors_(errors) {}

  void read(JsonValue text) {
    text.for_each_member("working_calendar", errors_, [&](std::string_view name, JsonValue value) {
      if (name == "time_zone") {
        once(has_time_zone_, "time_zone");
        calendar_.time_zone_ = value.string("time_zone", errors_);
      } else if (name == "open") {
        once(has_open_, "open");
        value.for_each_member("open", errors_, [&](std::string_view days, JsonValue times) { read_days(days, times); });
      } else if (name == "holidays") {
        once(has_holidays_, "holidays");
        value.for_each_element("holidays", errors_, [&](JsonValue day) { read_holiday(day); });
      } else {
        errors_.add("\"%s\" is not known: a calendar has \"time_zone\", \"open\" and \"holidays\"",
                    ShownText(name).text);
      }
    });
    if (errors_.any()) return;
    keep_openings();
    keep_holidays();
  }

 private:
  void once(bool& seen, const char* name) {
    if (std::exchange(seen, true)) errors_.add("\"%s\" is given twice", name);
  }

  // "mon", or "mon-fri" for each of those days.
  void read_days(std::string_view days, JsonValue times) {
    size_t dash = days.find('-');
    unsigned first = weekday_of(days.substr(0, dash));
    unsigned last = dash == std::string_view::npos ? first : weekday_of(days.substr(dash + 1));
    if (first == kDays || last == kDays)
      return errors_.add("\"%s\" is no day: days are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri",
                         ShownText(days).text);
    if (times.type() != JsonToken::Type::kArray)
      return errors_.add("\"%s\" in \"open\" must be an array, such as [\"09:00-18:00\"]", ShownText(days).text);
    for (unsigned day = first;; day = (day + 1) % kDays) {
      if (named_[day]) return errors_.add("\"%s\" is named twice in \"open\"", kWeekdays[day]);
      named_[day] = true;
      times.for_each_element("open", errors_, [&](JsonValue opening) { read_opening(day, opening); });
      if (day == last) return;
    }
  }

  void read_opening(unsigned day, JsonValue opening) {
    if (opening.type() != JsonToken::Type::kString)
      return errors_.add("an opening of %s in \"open\" must be a string, such as \"09:00-18:00\"", kWeekdays[day]);
    std::string_view text = opening.text();
    unsigned begin = 0, end = 0;
    if (!take_clocks(text, begin, end) || begin == end)
      return errors_.add("opening \"%s\" of %s must be like \"09:00-18:00\"; \"00:00-24:00\" is the whole day",
                         ShownText(text).text, kWeekdays[day]);
    throw_if_interrupted();  // up to a day of minutes each
    if (end < begin) end += kMinutesOfDay;
    for (unsigned minute = begin; minute < end; ++minute) open_.set((day * kMinutesOfDay + minute) % kMinutesOfWeek);
  }

  void read_holiday(JsonValue holiday) {
    if (holiday.type() != JsonToken::Type::kString)
      return errors_.add("a holiday must be a string, such as \"2026-01-01\" or \"2026-12-24 13:00-24:00\"");
    std::string_view text = holiday.text();
    pace_.step();
    Day day;
    unsigned begin = 0, end = kMinutesOfDay;
    size_t space = text.find(' ');
    if (!parse_day(text.substr(0, space), day))
      return errors_.add("holiday \"%s\" must be a date such as \"2026-01-01\"", ShownText(text).text);
    if (space != text.npos && (!take_clocks(text.substr(space + 1), begin, end) || end <= begin))
      return errors_.add(
          "holiday \"%s\" must be a date or a part of one such as \"2026-12-24 13:00-24:00\", which ends on that "
          "date",
          ShownText(text).text);
    if (day < kFirstHoliday || day > kLastHoliday)
      return errors_.add("holiday \"%s\" must lie within 1900 and 2199", ShownText(text).text);
    calendar_.holidays_.push_back({day, static_cast<uint16_t>(begin), static_cast<uint16_t>(end)});
  }

  void keep_holidays() {
    auto& holidays = calendar_.holidays_;
    sort_interruptibly(std::span(holidays), holidays.get_allocator().resource(), std::less<>());
    auto kept = holidays.begin();
    for (const WorkingCalendar::Holiday& holiday : holidays) {
      if (kept != holidays.begin() && std::prev(kept)->day == holiday.day && holiday.begin <= std::prev(kept)->end)
        std::prev(kept)->end = std::max(std::prev(kept)->end, holiday.end);
      else
        *kept++ = holiday;
    }
    holidays.erase(kept, holidays.end());
  }

  void keep_openings() {
    auto& openings = calendar_.openings_;
    for (unsigned minute = 0; minute < kMinutesOfWeek; ++minute) {
      if (!open_[minute]) continue;
      bool goes_on = minute % kMinutesOfDay != 0 && open_[minute - 1];
      if (!goes_on) openings.push_back({static_cast<uint16_t>(minute), 0});
      openings.back().end = static_cast<uint16_t>(minute + 1);
    }
  }

  WorkingCalendar& calendar_;
  JsonErrors& errors_;
  InterruptPace pace_;
  std::bitset<kMinutesOfWeek> open_;
  bool named_[kDays] = {};
  bool has_time_zone_ = false, has_open_ = false, has_holidays_ = false;
};

Status read_calendar(JsonValue text, WorkingCalendar& calendar) noexcept {
  return contain([&]() -> Status {
    JsonErrors errors(WorkingCalendar::kTypeName);
    CalendarReader(calendar, errors).read(text);
    if (!errors.any()) {
      if (const char* fault = calendar.validate()) errors.add("%s", fault);
    }
    if (!errors.any()) return {};
    return errors.status().hint(
        "A calendar is like {\"time_zone\": \"Asia/Seoul\", \"open\": {\"mon-fri\": [\"09:00-18:00\"]}, "
        "\"holidays\": [\"2026-01-01\", \"2026-12-24 13:00-24:00\"]}; zones are those of pg_timezone_names.");
  });
}

void write_calendar(const WorkingCalendar& calendar, ByteWriter& out) {
  JsonWriter json(out);
  json.begin_object().key("time_zone").string(calendar.time_zone()).key("open").begin_object();
  unsigned day = kDays;
  for (const WorkingCalendar::Opening& opening : calendar.openings()) {
    unsigned of_day = opening.begin / kMinutesOfDay;
    if (of_day != day) {
      if (day != kDays) json.end_array();
      json.key(kWeekdays[of_day]).begin_array();
      day = of_day;
    }
    json.string(ClockText(opening.begin - day * kMinutesOfDay, opening.end - day * kMinutesOfDay).text);
  }
  json.end_array().end_object().key("holidays").begin_array();
  for (const WorkingCalendar::Holiday& holiday : calendar.holidays()) json.string(HolidayText(holiday).text);
  json.end_array().end_object();
}

uint8_t WorkingCalendar::version() const noexcept {
  return std::all_of(holidays_.begin(), holidays_.end(), [](const Holiday& holiday) { return holiday.whole(); }) ? 1
                                                                                                                 : 2;
}

// The name with its length; the openings as minutes closed before and minutes open; the whole holidays as differences
// of dates; and if there are any, the others as differences of dates, minutes before and minutes taken.
void WorkingCalendar::encode(ByteWriter& out) const {
  out.varint(uint64_t{time_zone_.size()});
  out.text(time_zone_);
  out.varint(uint64_t{openings_.size()});
  unsigned before = 0;
  for (const Opening& opening : openings_) {
    out.varint(uint64_t{opening.begin - before});
    out.varint(uint64_t{opening.end} - opening.begin);
    before = opening.end;
  }
  auto whole = static_cast<size_t>(
      std::count_if(holidays_.begin(), holidays_.end(), [](const Holiday& holiday) { return holiday.whole(); }));
  out.varint(uint64_t{whole});
  int32_t last = kFirstHoliday.number - 1;
  for (const Holiday& holiday : holidays_)
    if (holiday.whole())
      out.varint(static_cast<uint64_t>(holiday.day.number - std::exchange(last, holiday.day.number)));
  if (whole == holidays_.size()) return;
  out.varint(uint64_t{holidays_.size() - whole});
  last = kFirstHoliday.number - 1;
  for (const Holiday& holiday : holidays_) {
    if (holiday.whole()) continue;
    out.varint(static_cast<uint64_t>(holiday.day.number - std::exchange(last, holiday.day.number)));
    out.varint(uint64_t{holiday.begin});
    out.varint(uint64_t{holiday.end} - holiday.begin);
  }
}

void WorkingCalendar::decode(ByteReader& in, uint8_t version) {
  time_zone_ = in.bytes(in.count(1));
  size_t count = in.count(2);
  uint64_t at = 0;
  for (; count > 0 && !in.failed(); --count) {
    uint64_t closed = in.varint(), open = in.varint();
    if (closed > kMinutesOfWeek || open == 0 || open > kMinutesOfWeek || at + closed + open > kMinutesOfWeek)
      return in.reject();
    openings_.push_back({static_cast<uint16_t>(at + closed), static_cast<uint16_t>(at + closed + open)});
    at += closed + open;
  }
  int64_t day = kFirstHoliday.number - 1;
  auto step = [&](uint64_t least) {
    uint64_t days = in.varint();
    if (days < least || days > static_cast<uint64_t>(kLastHoliday.number - day)) return in.reject();
    day += static_cast<int64_t>(days);
  };
  for (count = in.count(1); count > 0; --count) {
    step(1);
    if (in.failed()) return;
    holidays_.push_back({{static_cast<int32_t>(day)}});
  }
  if (version == 1) return;
  const auto whole = static_cast<std::ptrdiff_t>(holidays_.size());
  day = kFirstHoliday.number - 1;
  count = in.count(3);
  if (count == 0) return in.reject();  // version 1 would have done
  for (; count > 0; --count) {
    step(holidays_.size() == static_cast<size_t>(whole) ? 1 : 0);
    uint64_t begin = in.varint(), minutes = in.varint();
    if (begin >= kMinutesOfDay || minutes > kMinutesOfDay - begin) return in.reject();
    if (in.failed()) return;
    Holiday holiday{{static_cast<int32_t>(day)}, static_cast<uint16_t>(begin), static_cast<uint16_t>(begin + minutes)};
    if (holiday.whole()) return in.reject();
    holidays_.push_back(holiday);
  }
  std::inplace_merge(holidays_.begin(), holidays_.begin() + whole, holidays_.end());
}

const char* WorkingCalendar::validate() const noexcept {
  if (const char* fault = fault_of_zone_name(time_zone_)) return fault;
  if (openings_.empty()) return "\"open\" has no opening: a calendar without working time measures nothing";
  for (size_t i = 0; i < openings_.size(); ++i) {
    const Opening& opening = openings_[i];
    if (opening.begin >= opening.end || opening.end > kMinutesOfWeek ||
        opening.begin / kMinutesOfDay != (opening.end - 1u) / kMinutesOfDay)
      return "An opening must begin before it ends, on one day";
    if (i == 0) continue;
    unsigned before = openings_[i - 1].end;
    bool cut_at_midnight = opening.begin == before && before % kMinutesOfDay == 0;
    if (opening.begin <= before && !cut_at_midnight) return "Openings must ascend and be merged";
  }
  for (size_t i = 0; i < holidays_.size(); ++i) {
    const Holiday& holiday = holidays_[i];
    if (holiday.day < kFirstHoliday || holiday.day > kLastHoliday) return "Holidays must lie within 1900 and 2199";
    if (holiday.begin >= holiday.end || holiday.end > kMinutesOfDay) return "A holiday must begin before it ends";
    if (i == 0 || holidays_[i - 1].day < holiday.day) continue;
    if (holidays_[i - 1].day > holiday.day || holidays_[i - 1].end >= holiday.begin)
      return "Holidays must ascend and be merged";
  }
  return nullptr;
}

namespace {

// FNV-1a: summaries keep it, so it is the same for ever.
uint64_t identity_of(const WorkingCalendar& calendar, std::pmr::memory_resource* memory) {
  ByteWriter bytes(memory);
  calendar.encode(bytes);
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < bytes.size(); ++i) hash = (hash ^ bytes.data()[i]) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

}  // namespace

Status PreparedCalendar::prepare(const WorkingCalendar& calendar, const ZoneRules& rules) noexcept {
  return contain([&]() -> Status {
    for (const WorkingCalendar::Opening& opening : calendar.openings()) {
      openings_.push_back({opening.begin * kMinute, opening.end * kMinute, per_week_});
      per_week_ += (opening.end - opening.begin) * kMinute;
    }
    holidays_.reserve(calendar.holidays().size());
    int64_t lost = 0;
    for (const WorkingCalendar::Holiday& holiday : calendar.holidays()) {
      int64_t begin = holiday.day.number * kDay + holiday.begin * kMinute;
      int64_t end = holiday.day.number * kDay + holiday.end * kMinute;
      int64_t more = weekly(end) - weekly(begin);
      holidays_.push_back({begin, end, lost, lost + more});
      lost += more;
    }
    offsets_.reserve(rules.count + 1);
    offsets_.push_back({std::numeric_limits<int64_t>::min(), rules.first_offset_seconds * int64_t{1000000}, 0});
    for (size_t i = 0; i < rules.count; ++i) {
      int64_t at = rules.transitions[i].at.microseconds, ahead = rules.transitions[i].offset_seconds * int64_t{1000000};
      const Offset& before = offsets_.back();
      if (at <= before.from || at >= kZoneCycleEnd.microseconds)
        return Status::error(StatusCode::kInternal, "transitions of a time zone are out of order");
      int64_t correction = worked_until_local(at + before.ahead) - worked_until_local(at + ahead);
      offsets_.push_back({at, ahead, before.correction + correction});
    }
    identity_ = identity_of(calendar, openings_.get_allocator().resource());
    correction_per_cycle_ = offsets_.back().correction - offset_at(kZoneCycleBegin.microseconds).correction;
    return {};
  });
}

// Working time of the bare weeks up to `local`, since some Monday.
int64_t PreparedCalendar::weekly(int64_t local) const noexcept {
  int64_t weeks = floor_divide(local - kSomeMonday, kWeek);
  int64_t of_week = local - kSomeMonday - weeks * kWeek;
  auto after = std::upper_bound(openings_.begin(), openings_.end(), of_week,
                                [](int64_t at, const Opening& opening) { return at < opening.begin; });
  int64_t worked = 0;
  if (after != openings_.begin()) {
    const Opening& opening = *std::prev(after);
    worked = opening.worked_before + std::min(of_week, opening.end) - opening.begin;
  }
  return weeks * per_week_ + worked;
}

int64_t PreparedCalendar::worked_until_local(int64_t local) const noexcept {
  int64_t worked = weekly(local);
  if (holidays_.empty()) return worked;
  auto after = std::upper_bound(holidays_.begin(), holidays_.end(), local,
                                [](int64_t at, const Holiday& holiday) { return at < holiday.begin; });
  if (after == holidays_.begin()) return worked;
  const Holiday& holiday = *std::prev(after);
  // Within a holiday nothing is added to what was worked until it began.
  return local < holiday.end ? weekly(holiday.begin) - holiday.lost_before : worked - holiday.lost_through;
}

const PreparedCalendar::Offset& PreparedCalendar::offset_at(int64_t at) const noexcept {
  return *std::prev(std::upper_bound(offsets_.begin(), offsets_.end(), at,
                                     [](int64_t when, const Offset& offset) { return when < offset.from; }));
}

int64_t PreparedCalendar::worked_until(int64_t at) const noexcept {
  int64_t cycles = at < kZoneCycleEnd.microseconds ? 0 : (at - kZoneCycleBegin.microseconds) / kZoneCycleMicroseconds;
  const Offset& offset = offset_at(at - cycles * kZoneCycleMicroseconds);
  return worked_until_local(at + offset.ahead) + offset.correction + cycles * correction_per_cycle_;
}

Result<Duration> working_time(const PreparedCalendar& calendar, Instant from, Instant to) noexcept {
  for (Instant at : {from, to}) {
    if (check_instant(at).ok()) continue;
    return Status::error(StatusCode::kOutOfRange, "time is infinite or out of range")
        .detail("Working time is measured between 4713 BC and the year 287000.");
  }
  return calendar.working_time(from, to);
}

}  // namespace relinsights
