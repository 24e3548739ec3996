#include "core/families/working_calendar.h"

#include <chrono>

#include "../fuzz/json_tokens.h"
#include "core/families/response_turns.h"
#include "summary_checks.h"

namespace relinsights {
namespace {

using namespace test;

constexpr int64_t kHour = int64_t{3600} * 1000000;
constexpr int64_t kDay = 24 * kHour;

Instant at(const char* text) {
  Instant result;
  EXPECT_TRUE(parse_instant(text, result)) << text;
  return result;
}
int64_t day(int year, unsigned month, unsigned of_month) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", year, month, of_month);
  Day result;
  EXPECT_TRUE(parse_day(text, result)) << text;
  return result.number;
}

// The zones' rules as their laws state them, by <chrono>, up to the end of the cycle the core asks for.
struct Zone {
  const char* name;
  int32_t first_offset;
  std::vector<ZoneTransition> transitions;
  ZoneRules rules() const { return {first_offset, transitions.data(), transitions.size()}; }
  int32_t offset_at(int64_t when) const {
    auto after = std::upper_bound(transitions.begin(), transitions.end(), when,
                                  [](int64_t t, const ZoneTransition& change) { return t < change.at.microseconds; });
    return after == transitions.begin() ? first_offset : std::prev(after)->offset_seconds;
  }
};

int64_t days_of(std::chrono::sys_days date) {
  using namespace std::chrono;
  return (date - sys_days(2000y / January / 1)).count();
}

Zone berlin() {
  using namespace std::chrono;
  Zone zone{"Europe/Berlin", 3600, {}};
  for (int y = 1981; y < 2601; ++y) {
    int64_t spring = days_of(sys_days(year(y) / March / Sunday[last])),
            autumn = days_of(sys_days(year(y) / October / Sunday[last]));
    zone.transitions.push_back({{spring * kDay + kHour}, 7200});
    zone.transitions.push_back({{autumn * kDay + kHour}, 3600});
  }
  return zone;
}
Zone new_york() {
  using namespace std::chrono;
  Zone zone{"America/New_York", -18000, {}};
  for (int y = 2007; y < 2601; ++y) {
    int64_t spring = days_of(sys_days(year(y) / March / Sunday[2])),
            autumn = days_of(sys_days(year(y) / November / Sunday[1]));
    zone.transitions.push_back({{spring * kDay + 7 * kHour}, -14400});
    zone.transitions.push_back({{autumn * kDay + 6 * kHour}, -18000});
  }
  return zone;
}
// Clocks that jump a whole day ahead and back, over midnight and by odd seconds, near holidays: what zones have done.
Zone unruly() {
  return {"Pacific/Unruly",
          -36000,
          {{at("2019-12-30T10:00:00Z"), 50400},
           {at("2020-01-05T10:00:00Z"), -32400},
           {at("2020-01-06T09:30:00Z"), -32400 - 5400},
           {at("2020-01-12T12:00:17Z"), -1017},
           {at("2020-01-13T00:16:57Z"), -4617}}};
}
Zone fixed(const char* name, int hours) { return {name, hours * 3600, {}}; }

Status read(const std::string& text, WorkingCalendar& calendar) {
  Tokens tokens(text);
  EXPECT_TRUE(tokens.parsed) << text;
  return read_calendar(tokens.value(), calendar);
}
WorkingCalendar calendar_of(const std::string& text) {
  WorkingCalendar calendar(memory());
  EXPECT_TRUE(is_ok(read(text, calendar))) << text;
  return calendar;
}
std::string calendar_text(const WorkingCalendar& calendar) {
  ByteWriter out(memory());
  write_calendar(calendar, out);
  return taken(out);
}
// As PostgreSQL's parser hands text over, a key that comes twice too.
std::string fault_as_written(const std::string& text) {
  fuzz::JsonTokens tokens(text);
  EXPECT_TRUE(tokens.good()) << text;
  WorkingCalendar calendar(memory());
  return read_calendar(tokens.value(), calendar).detail_text();
}
std::string fault_of(const std::string& text) {
  WorkingCalendar calendar(memory());
  return read(text, calendar).detail_text();
}

struct Clock {
  WorkingCalendar calendar;
  Zone zone;
  PreparedCalendar prepared{memory()};

  Clock(const std::string& open, Zone of, const std::string& holidays = "")
      : calendar(calendar_of("{\"time_zone\":\"" + std::string(of.name) + "\",\"open\":{" + open + "},\"holidays\":[" +
                             holidays + "]}")),
        zone(std::move(of)) {
    EXPECT_TRUE(is_ok(prepared.prepare(calendar, zone.rules())));
  }
  int64_t between(int64_t from, int64_t to) const { return prepared.working_time({from}, {to}).microseconds; }
  double minutes(const char* from, const char* to) const {
    return static_cast<double>(between(at(from).microseconds, at(to).microseconds)) / 60e6;
  }
  // The definition itself, one second at a time.
  bool works(int64_t when) const {
    int64_t local = when + zone.offset_at(when) * int64_t{1000000};
    int64_t date = (local >= 0 ? local : local - kDay + 1) / kDay;
    int64_t minute = (((date - 2) % 7 + 7) % 7) * 1440 + (local - date * kDay) / 60000000;
    int64_t of_day = (local - date * kDay) / 60000000;
    for (const WorkingCalendar::Holiday& holiday : calendar.holidays())
      if (holiday.day.number == date && of_day >= holiday.begin && of_day < holiday.end) return false;
    for (auto opening : calendar.openings())
      if (minute >= opening.begin && minute < opening.end) return true;
    return false;
  }
  int64_t counted(int64_t from, int64_t seconds) const {
    int64_t total = 0;
    for (int64_t i = 0; i < seconds; ++i) total += works(from + i * 1000000) ? 1000000 : 0;
    return total;
  }
};

const std::string kAlways = R"("mon-sun":["00:00-24:00"])";

// SPEC 3.4, the published checks.
TEST(PublishedChecks, InBeforeOpeningAnsweredFiveMinutesAfterOpening) {
  Clock c(R"("mon-sun":["08:00-17:00"])", fixed("UTC", 0));
  EXPECT_EQ(c.minutes("2026-03-02T07:00:00Z", "2026-03-02T08:05:00Z"), 5);
}
TEST(PublishedChecks, InBeforeClosingAnsweredInTheEvening) {
  Clock c(R"("mon-sun":["08:00-17:00"])", fixed("UTC", 0));
  EXPECT_EQ(c.minutes("2026-03-02T16:00:00Z", "2026-03-02T18:27:00Z"), 60);
}
TEST(PublishedChecks, AnsweredNextWorkingDayOverAWeekend) {
  Clock c(R"("mon-fri":["09:00-17:00"])", fixed("UTC", 0));
  EXPECT_EQ(c.minutes("2026-03-06T16:30:00Z", "2026-03-09T10:30:00Z"), 120);
  EXPECT_EQ(c.minutes("2026-03-03T16:30:00Z", "2026-03-04T10:30:00Z"), 120);
}
TEST(PublishedChecks, InInTheEveningAnsweredNextMorning) {
  Clock c(R"("mon-fri":["09:00-17:00"])", fixed("UTC", 0));
  EXPECT_EQ(c.minutes("2026-03-03T20:00:00Z", "2026-03-04T09:15:00Z"), 15);
}

TEST(WorkingTime, OutsideOpeningHoursIsZero) {
  Clock c(R"("mon-fri":["09:00-17:00"])", fixed("UTC", 0));
  EXPECT_EQ(c.minutes("2026-03-06T17:00:00Z", "2026-03-09T09:00:00Z"), 0);
}

TEST(WorkingTime, DaylightSavingDaysHaveTheirTrueLength) {
  Clock b(R"("mon-sun":["01:00-04:00"])", berlin()), n(R"("mon-sun":["01:00-04:00"])", new_york());
  EXPECT_EQ(b.minutes("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 120);
  EXPECT_EQ(b.minutes("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 240);
  EXPECT_EQ(b.minutes("2026-03-27T12:00:00Z", "2026-03-28T12:00:00Z"), 180);
  EXPECT_EQ(n.minutes("2026-03-07T17:00:00Z", "2026-03-08T17:00:00Z"), 120);
  EXPECT_EQ(n.minutes("2026-10-31T17:00:00Z", "2026-11-01T17:00:00Z"), 240);
  // Office hours keep their length, whatever the night did.
  Clock office(R"("mon-sun":["09:00-17:00"])", berlin());
  EXPECT_EQ(office.minutes("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 480);
  // A holiday on the day of the change takes its 23 hours.
  Clock holiday(kAlways, berlin(), "\"2026-03-29\"");
  EXPECT_EQ(holiday.minutes("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), 48 * 60 - 23 * 60);
}

TEST(WorkingTime, ZonesEastOfUtcHaveTheirOwnDays) {
  Clock seoul(R"("mon-fri":["09:00-18:00"])", fixed("Asia/Seoul", 9), "\"2026-03-02\"");
  EXPECT_EQ(seoul.minutes("2026-02-27T08:00:00Z", "2026-03-03T01:00:00Z"), 120);  // Friday 17:00 to Tuesday 10:00
  Clock shanghai(R"("mon-fri":["09:00-18:00"])", fixed("Asia/Shanghai", 8));
  EXPECT_EQ(shanghai.minutes("2026-02-27T08:00:00Z", "2026-03-03T01:00:00Z"), 120 + 540);
}

TEST(WorkingTime, AHolidayTakesItsOwnDateFromANightShift) {
  Clock c(R"("mon-sun":["22:00-06:00"])", fixed("UTC", 0), "\"2026-03-04\"");
  EXPECT_EQ(c.minutes("2026-03-03T12:00:00Z", "2026-03-05T12:00:00Z"), (2 + 6) * 60);
}

TEST(WorkingTime, AHolidayInPartTakesThatPart) {
  // Closed from 13:00 on Christmas Eve, which is a Thursday, and all of Friday.
  Clock c(R"("mon-fri":["09:00-18:00"])", fixed("Asia/Seoul", 9), R"("2026-12-24 13:00-24:00","2026-12-25")");
  EXPECT_EQ(c.minutes("2026-12-24T00:00:00Z", "2026-12-24T09:00:00Z"), 4 * 60);  // 09:00 to 18:00 in Seoul
  EXPECT_EQ(c.minutes("2026-12-24T03:30:00Z", "2026-12-24T08:00:00Z"), 30);
  EXPECT_EQ(c.minutes("2026-12-24T05:00:00Z", "2026-12-24T08:00:00Z"), 0);
  EXPECT_EQ(c.minutes("2026-12-24T03:00:00Z", "2026-12-28T01:00:00Z"), 60 + 60);
  // Two parts of one day, and a part that nobody works in.
  Clock parts(R"("mon-fri":["09:00-18:00"])", fixed("UTC", 0),
              R"("2026-12-24 06:00-10:00","2026-12-24 17:00-20:00","2026-12-26 10:00-12:00")");
  EXPECT_EQ(parts.minutes("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z"), 7 * 60);
  EXPECT_EQ(parts.minutes("2026-12-26T00:00:00Z", "2026-12-27T00:00:00Z"), 0);
}

TEST(WorkingTime, SpansOfYearsHaveNoCutOff) {
  Clock c(R"("mon-fri":["09:00-17:00"])", berlin());
  // 400 years are 20871 weeks; ten thousand years of a zone that changes its clocks twice a year lose nothing.
  int64_t from = at("2026-03-02T00:00:00Z").microseconds;
  for (int64_t cycles : {1, 2, 25, 700})
    EXPECT_EQ(c.between(from, from + cycles * kZoneCycleMicroseconds), cycles * 20871 * 40 * kHour);
  Clock night(R"("sun":["01:00-04:00"])", berlin());
  EXPECT_EQ(night.between(from, from + kZoneCycleMicroseconds),
            int64_t{20871} * 3 * kHour);  // what spring takes, autumn gives
  // In New York spring skips 02:00-03:00 but autumn repeats 01:00-02:00: an hour more in each of the years.
  Clock repeated(R"("sun":["01:00-02:00"])", new_york());
  for (int64_t cycles : {1, 3, 700})
    EXPECT_EQ(repeated.between(from, from + cycles * kZoneCycleMicroseconds), cycles * (20871 + 400) * kHour);
}

TEST(WorkingTime, NothingRepeatsWrongAtTheEndOfACycle) {
  EXPECT_EQ(kZoneCycleBegin.microseconds, at("2201-01-01T00:00:00Z").microseconds);
  EXPECT_EQ(kZoneCycleEnd.microseconds, at("2601-01-01T00:00:00Z").microseconds);
  EXPECT_EQ(kFirstHoliday.number, day(1900, 1, 1));
  EXPECT_EQ(kLastHoliday.number, day(2199, 12, 31));
  Clock c(R"("mon-sun":["01:00-04:00"])", berlin(), "\"2199-12-31\"");
  for (const char* year : {"2600", "2601", "3000", "3001", "9999"}) {
    std::string spring = year, autumn = year;
    int64_t from = at((spring + "-01-01T12:00:00Z").c_str()).microseconds,
            to = at((autumn + "-07-01T12:00:00Z").c_str()).microseconds;
    EXPECT_EQ(c.between(from, to), (to - from) / kDay * 3 * kHour - kHour) << year;
  }
}

TEST(WorkingTime, IsNegativeBackwardsAndRefusesInfinity) {
  Clock c(kAlways, fixed("UTC", 0));
  EXPECT_EQ(working_time(c.prepared, {5}, {2}).value, Duration{-3});
  EXPECT_EQ(working_time(c.prepared, {0}, {std::numeric_limits<int64_t>::max()}).status.code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(working_time(c.prepared, {std::numeric_limits<int64_t>::min()}, {0}).status.code(),
            StatusCode::kOutOfRange);
}

std::vector<Clock> many_clocks() {
  std::vector<Clock> clocks;
  for (const Zone& zone : {berlin(), new_york(), unruly(), fixed("Asia/Seoul", 9)}) {
    clocks.emplace_back(R"("mon-fri":["09:00-17:00"])", zone, R"("2020-01-01","2020-03-29","2026-12-25","2026-11-01")");
    clocks.emplace_back(R"("mon-sun":["22:00-06:00"])", zone, R"("2020-01-01","2019-12-31","2020-01-12")");
    clocks.emplace_back(kAlways, zone,
                        R"("2019-12-31 12:00-24:00","2020-01-01","2020-01-02 00:00-07:30","2020-03-29 02:15-03:45",)"
                        R"("2026-10-25 01:00-02:30","2026-10-25 23:00-24:00","2026-11-01 00:30-01:30")");
    clocks.emplace_back(R"("sun":["00:30-02:30","02:45-03:15","23:59-00:01"],"wed-thu":["08:00-12:00","13:00-17:30"])",
                        zone);
  }
  return clocks;
}

TEST(WorkingTime, AlwaysOpenIsElapsedToTheMicrosecond) {
  std::mt19937_64 random(11);
  for (const Zone& zone : {berlin(), new_york(), unruly(), fixed("Asia/Shanghai", 8)}) {
    Clock c(kAlways, zone);
    for (int i = 0; i < 50000; ++i) {
      uint64_t range =
          i % 2 == 0 ? uint64_t{200} * 366 * kDay : static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
      int64_t from = kEarliestInstant.microseconds + static_cast<int64_t>(random() % (range)),
              to = kEarliestInstant.microseconds + static_cast<int64_t>(random() % (range));
      if (i % 2 == 0) from += int64_t{6600} * 365 * kDay, to += int64_t{6600} * 365 * kDay;
      ASSERT_EQ(c.between(from, to), to - from);
    }
    EXPECT_EQ(c.between(kEarliestInstant.microseconds, kLatestInstant.microseconds),
              std::numeric_limits<int64_t>::max());
  }
}

TEST(WorkingTime, IsAdditiveMonotoneAndNeverLongerThanElapsed) {
  std::mt19937_64 random(12);
  for (const Clock& c : many_clocks()) {
    for (int i = 0; i < 20000; ++i) {
      int64_t range = i % 3 == 0 ? 20 * kDay : i % 3 == 1 ? 3000 * kDay : int64_t{250000} * 365 * kDay;
      int64_t times[3];
      for (int64_t& t : times)
        t = day(2019, 12, 25) * kDay + static_cast<int64_t>(random() % static_cast<uint64_t>(range));
      ASSERT_EQ(c.between(times[0], times[1]) + c.between(times[1], times[2]), c.between(times[0], times[2]));
      std::sort(times, times + 3);
      ASSERT_GE(c.between(times[0], times[2]), c.between(times[0], times[1]));
      ASSERT_GE(c.between(times[1], times[2]), 0);
      ASSERT_LE(c.between(times[0], times[2]), times[2] - times[0]);
    }
  }
}

TEST(WorkingTime, EqualsCountingSeconds) {
  std::mt19937_64 random(13);
  for (const Clock& c : many_clocks()) {
    for (int i = 0; i < 12; ++i) {
      int64_t year_day = i % 3 == 0 ? day(2019, 12, 28) : i % 3 == 1 ? day(2020, 3, 27) : day(2026, 10, 23);
      int64_t from = (year_day * 86400 + static_cast<int64_t>(random() % (8 * 86400))) * 1000000;
      auto seconds = static_cast<int64_t>(random() % (3 * 86400));
      ASSERT_EQ(c.between(from, from + seconds * 1000000), c.counted(from, seconds))
          << c.zone.name << ' ' << InstantText({from}).text;
    }
  }
}

TEST(CalendarText, OpeningsMergeIntoOneCanonicalForm) {
  auto text = [](const std::string& open) {
    return calendar_text(calendar_of(R"({"time_zone":"UTC","open":{)" + open + "}}"));
  };
  std::string plain = R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":[]})";
  EXPECT_EQ(text(R"("mon":["09:00-18:00"])"), plain);
  EXPECT_EQ(text(R"("mon":["12:00-18:00","09:00-12:00"])"), plain) << "touching";
  EXPECT_EQ(text(R"("mon":["09:00-15:00","10:00-18:00","11:00-12:00"],"tue":[])"), plain) << "overlapping";
  EXPECT_EQ(text(R"("sun":["22:00-06:00"])"),
            R"({"time_zone":"UTC","open":{"mon":["00:00-06:00"],"sun":["22:00-24:00"]},"holidays":[]})");
  EXPECT_EQ(
      text(R"("sat-mon":["22:00-00:00"])"),
      R"({"time_zone":"UTC","open":{"mon":["22:00-24:00"],"sat":["22:00-24:00"],"sun":["22:00-24:00"]},"holidays":[]})");
  EXPECT_EQ(
      calendar_text(calendar_of(
          R"({"holidays":["2026-05-01","2026-01-01","2026-05-01"],"open":{"mon":["09:00-18:00"]},"time_zone":"UTC"})")),
      R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":["2026-01-01","2026-05-01"]})");
}

TEST(CalendarText, HolidaysMergeWithinTheirDate) {
  auto text = [](const std::string& holidays) {
    std::string whole = calendar_text(
        calendar_of(R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":[)" + holidays + "]}"));
    return whole.substr(whole.find("[\"2"));
  };
  EXPECT_EQ(text(R"("2026-12-24 13:00-24:00")"), R"(["2026-12-24 13:00-24:00"]})");
  EXPECT_EQ(text(R"("2026-12-24 13:00-24:00","2026-12-24 10:00-13:00","2026-12-24 08:00-09:00")"),
            R"(["2026-12-24 08:00-09:00","2026-12-24 10:00-24:00"]})");
  EXPECT_EQ(text(R"("2026-12-24 13:00-24:00","2026-12-24","2026-12-23 00:00-24:00")"),
            R"(["2026-12-23","2026-12-24"]})");
  EXPECT_EQ(text(R"("2026-12-24 00:00-12:00","2026-12-24 12:00-24:00")"), R"(["2026-12-24"]})") << "one form only";
  EXPECT_EQ(text(R"("2026-12-25","2026-12-24 13:00-24:00","2026-12-25 00:00-01:00")"),
            R"(["2026-12-24 13:00-24:00","2026-12-25"]})");
}

TEST(CalendarText, RefusesWhatIsSaidTwice) {
  const std::string rest = R"("open":{"mon":["09:00-18:00"]},"holidays":["2026-01-01"])";
  EXPECT_EQ(fault_as_written(R"({"time_zone":"UTC",)" + rest + "}"), "");
  EXPECT_EQ(fault_as_written(R"({"time_zone":"UTC",)" + rest + R"(,"holidays":["2026-05-01"]})"),
            "\"holidays\" is given twice.");
  EXPECT_EQ(fault_as_written(R"({"time_zone":"UTC",)" + rest + R"(,"time_zone":"Asia/Seoul"})"),
            "\"time_zone\" is given twice.");
  EXPECT_EQ(fault_as_written(R"({"time_zone":"UTC",)" + rest + R"(,"open":{"tue":["09:00-18:00"]}})"),
            "\"open\" is given twice.");
  EXPECT_EQ(fault_as_written(R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"],"mon":["09:00-12:00"]}})"),
            "\"mon\" is named twice in \"open\".");
}

TEST(CalendarText, RefusesWhatMakesNoSense) {
  auto open = [](const std::string& inside) { return fault_of(R"({"time_zone":"UTC","open":{)" + inside + "}}"); };
  auto names = [](const std::string& fault, const char* part) {
    return fault.find(part) != std::string::npos ? ::testing::AssertionSuccess()
                                                 : ::testing::AssertionFailure() << fault;
  };
  EXPECT_TRUE(names(fault_of("[]"), "must be an object"));
  EXPECT_TRUE(names(fault_of(R"({"open":{"mon":["09:00-18:00"]}})"), "\"time_zone\" is missing"));
  EXPECT_TRUE(names(fault_of(R"({"time_zone":9,"open":{"mon":["09:00-18:00"]}})"), "must be a string"));
  for (const char* zone : {"UTC+9", "UTC9", "+09:00", "GMT-9"})
    EXPECT_TRUE(names(fault_of(R"({"time_zone":")" + std::string(zone) + R"(","open":{"mon":["09:00-18:00"]}})"),
                      "not an offset"));
  EXPECT_EQ(fault_of(R"({"time_zone":"Etc/GMT-9","open":{"mon":["09:00-18:00"]}})"), "");
  EXPECT_TRUE(names(fault_of(R"({"time_zone":"a b","open":{"mon":["09:00-18:00"]}})"), "must be a name"));
  EXPECT_TRUE(names(fault_of(R"({"time_zone":"UTC"})"), "no opening"));
  EXPECT_TRUE(names(open(""), "no opening"));
  EXPECT_TRUE(names(open(R"("mon":[])"), "no opening"));
  EXPECT_TRUE(names(open(R"("monday":["09:00-18:00"])"), "\"monday\" is no day"));
  EXPECT_TRUE(names(open(R"("mon-fri":["09:00-18:00"],"fri":["09:00-12:00"])"), "\"fri\" is named twice"));
  for (const char* time : {"9:00-18:00", "09:00-24:01", "09:60-18:00", "09:00-09:00", "24:00-09:00", "09:00 18:00",
                           "09:00-18:00 ", "", "-9:00-18:00"})
    EXPECT_TRUE(names(open("\"tue\":[\"" + std::string(time) + "\"]"), "of tue must be like")) << time;
  EXPECT_TRUE(names(open(R"("mon":"09:00-18:00")"), "\"mon\" in \"open\" must be an array"));
  EXPECT_TRUE(names(open(R"("mon-fri":{})"), "\"mon-fri\" in \"open\" must be an array"));
  EXPECT_TRUE(names(open(R"("mon":["09:00-18:00"],"tue":[9])"), "an opening of tue in \"open\" must be a string"));
  EXPECT_TRUE(names(fault_of(R"({"time_zone":"UTC","open":[]})"), "\"open\" must be an object"));
  auto holiday = [](const std::string& value) {
    return fault_of(R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":[)" + value + "]}");
  };
  EXPECT_TRUE(names(holiday("20260101"), "a holiday must be a string"));
  for (const char* part :
       {"13:00", "13:00-12:00", "13:00-13:00", "22:00-06:00", "24:00-24:00", "13:00-24:01", " 13:00-14:00"})
    EXPECT_TRUE(names(holiday("\"2026-12-24 " + std::string(part) + "\""), "a part of one such as")) << part;
  for (const char* date : {"2026-02-30", "2026-1-1", "1 May", ""})
    EXPECT_TRUE(names(
        fault_of(R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":[")" + std::string(date) + "\"]}"),
        "must be a date"));
  for (const char* date : {"1899-12-31", "2200-01-01"})
    EXPECT_TRUE(names(
        fault_of(R"({"time_zone":"UTC","open":{"mon":["09:00-18:00"]},"holidays":[")" + std::string(date) + "\"]}"),
        "1900 and 2199"));
  EXPECT_TRUE(names(fault_of(R"({"timezone":"UTC","open":{"mon":["09:00-18:00"]}})"), "\"timezone\" is not known"));
}

std::string random_calendar(std::mt19937_64& random) {
  static const char* kZones[] = {"UTC", "Asia/Seoul", "America/New_York"};
  static const char* kNames[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  nlohmann::ordered_json json;
  json["time_zone"] = kZones[random() % 3];
  json["open"]["mon"].push_back("10:00-10:01");
  for (const char* name : kNames) {
    for (unsigned count = random() % 4; count > 0; --count) {
      char text[16];
      unsigned begin = random() % 1440, end = random() % 1441;
      if (begin == end) continue;
      std::snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", begin / 60 % 25, begin % 60, end / 60 % 25, end % 60);
      json["open"][name].push_back(text);
    }
  }
  json["holidays"] = nlohmann::ordered_json::array();
  for (unsigned count = random() % 6; count > 0; --count)
    json["holidays"].push_back(DayText({static_cast<int32_t>(random() % 109000) - 36000}).text +
                               std::string(random() % 3 == 0 ? " 13:00-24:00" : ""));
  return json.dump();
}

TEST(CalendarBytes, WithoutPartsAreThoseOfTheFirstVersion) {
  auto calendar = calendar_of(R"({"time_zone":"UTC","open":{"mon":["00:01-00:03"]},"holidays":["1900-01-02"]})");
  EXPECT_EQ(bytes_of(calendar), std::string("\1\3UTC\1\1\2\1\2", 10));
  auto parts =
      calendar_of(R"({"time_zone":"UTC","open":{"mon":["00:01-00:03"]},"holidays":["1900-01-02 00:05-00:09"]})");
  EXPECT_EQ(bytes_of(parts), std::string("\2\3UTC\1\1\2\0\1\2\5\4", 13));
  for (const std::string& bad : {std::string("\2\3UTC\1\1\2\0\0", 10), std::string("\2\3UTC\1\1\2\0\1\2\5\0", 13),
                                 std::string("\2\3UTC\1\1\2\1\2\1\2\5\4", 14)}) {
    WorkingCalendar refused(memory());
    EXPECT_EQ(decode(bad, refused).code(), StatusCode::kCorruptBytes);
  }
}

TEST(CalendarBytes, RoundTripAndSurviveDamage) {
  std::mt19937_64 random(14);
  std::vector<std::string> bytes, texts;
  for (int i = 0; i < 300; ++i) {
    auto calendar = calendar_of(random_calendar(random));
    bytes.push_back(bytes_of(calendar));
    texts.push_back(calendar_text(calendar));
    WorkingCalendar again(memory());
    ASSERT_OK(decode(bytes.back(), again));
    ASSERT_EQ(bytes_of(again), bytes.back());
    ASSERT_EQ(bytes_of(calendar_of(texts.back())), bytes.back());
    ASSERT_EQ(calendar_text(calendar_of(texts.back())), texts.back());
  }
  size_t refused = 0, accepted = 0;
  for (int round = 0; round < 1000000; ++round) {
    std::string damaged = bytes[random() % bytes.size()];
    mutate(damaged, bytes[random() % bytes.size()], random);
    WorkingCalendar calendar(memory());
    if (!decode(damaged, calendar).ok()) {
      ++refused;
      continue;
    }
    ++accepted;
    ASSERT_EQ(bytes_of(calendar), damaged) << "accepted bytes that are not canonical, round " << round;
    if (accepted % 64 != 0) continue;
    ASSERT_EQ(bytes_of(calendar_of(calendar_text(calendar))), damaged) << "text that is not lossless, round " << round;
    PreparedCalendar prepared(memory());
    ASSERT_OK(prepared.prepare(calendar, {}));
    ASSERT_GT(prepared.working_time(minutes(0), {minutes(0).microseconds + 400 * kDay}).microseconds, -1);
  }
  EXPECT_GT(refused, 200000u);
  for (int round = 0; round < 50000; ++round) {
    std::string damaged = texts[random() % texts.size()];
    mutate(damaged, texts[random() % texts.size()], random);
    Tokens tokens(damaged);
    WorkingCalendar calendar(memory()), again(memory());
    if (!tokens.parsed || !read_calendar(tokens.value(), calendar).ok()) continue;
    ASSERT_OK(decode(bytes_of(calendar), again));
  }
}

// The same pairs as in elapsed time, each measured by the calendar.
struct Email {
  uint64_t thread;
  Direction direction;
  Instant at;
};

constexpr Direction kIn = Direction::kInbound, kOut = Direction::kOutbound;

Status add_email(ResponseAggregation& into, const Email& email) {
  return into.add(email.thread, email.direction, email.at);
}

TEST(ResponsesInWorkingTime, AreTheSamePairsMeasuredByTheCalendar) {
  Clock c(R"("mon-fri":["09:00-17:00"])", fixed("UTC", 0));
  std::string encoded = bytes_of(c.calendar);
  ResponseAggregation aggregation(memory());
  ASSERT_OK(aggregation.use_calendar(encoded));
  for (const Email& email : {Email{1, kIn, at("2026-03-06T16:30:00Z")}, Email{1, kOut, at("2026-03-09T10:30:00Z")},
                             Email{2, kIn, at("2026-03-03T20:00:00Z")}, Email{2, kOut, at("2026-03-04T09:15:00Z")},
                             Email{3, kIn, at("2026-03-07T10:00:00Z")}, Email{3, kOut, at("2026-03-07T11:00:00Z")}}) {
    ASSERT_OK(aggregation.use_calendar(encoded));
    ASSERT_OK(add_email(aggregation, email));
  }
  ResponseSummary summary(memory()), unprepared(memory());
  EXPECT_FALSE(aggregation.finish(unprepared).ok());
  ASSERT_OK(aggregation.finish(summary, c.prepared));
  EXPECT_TRUE(summary.in_working_time());
  EXPECT_EQ(summary.responses(Side::kUs), 3);
  EXPECT_EQ(summary.awaiting(Side::kThem), 3);
  EXPECT_EQ(summary.oldest_awaiting_since(Side::kThem), at("2026-03-04T09:15:00Z"));
  EXPECT_EQ(*summary.response_times(Side::kUs).min(), for_minutes(0));
  EXPECT_EQ(*summary.response_times(Side::kUs).max(), for_minutes(120));
  EXPECT_EQ(*summary.response_times(Side::kUs).mean(), for_minutes(45));
  expect_round_trips(summary);
}

TEST(ResponsesInWorkingTime, OneCalendarPerGroupAndOneMeasurePerRollup) {
  Clock c(R"("mon-fri":["09:00-17:00"])", fixed("UTC", 0)), other(R"("mon":["09:00-17:00"])", fixed("UTC", 0));
  ResponseAggregation working(memory()), elapsed(memory()), elsewhere(memory());
  ASSERT_OK(working.use_calendar(bytes_of(c.calendar)));
  ASSERT_OK(working.add(1, kIn, minutes(0)));
  EXPECT_EQ(working.use_calendar(bytes_of(other.calendar)).code(), StatusCode::kInvalidArgument);
  ASSERT_OK(elapsed.add(2, kIn, minutes(0)));
  EXPECT_FALSE(working.merge(elapsed).ok());
  EXPECT_FALSE(elapsed.merge(working).ok());
  ASSERT_OK(elsewhere.use_calendar(bytes_of(other.calendar)));
  ASSERT_OK(elsewhere.add_unthreaded(minutes(0)));
  EXPECT_FALSE(working.merge(elsewhere).ok());

  ResponseSummary in_working(memory()), in_elapsed(memory()), in_other(memory()), fresh(memory());
  ASSERT_OK(working.finish(in_working, c.prepared));
  ASSERT_OK(elapsed.finish(in_elapsed));
  ASSERT_OK(elsewhere.finish(in_other, other.prepared));
  EXPECT_EQ(in_working.merge(in_elapsed).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(in_elapsed.merge(in_working).code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(in_elapsed.in_working_time());
  ASSERT_OK(fresh.merge(in_working));
  EXPECT_EQ(bytes_of(fresh), bytes_of(in_working));
  // Of two calendars neither (SPEC 3.4).
  EXPECT_EQ(in_working.merge(in_other).code(), StatusCode::kInvalidArgument);
}

// finish() by the calendar, in the shape the shared check of orders and merge trees wants.
const PreparedCalendar* shared_calendar = nullptr;
class CalendarAggregation : public ResponseAggregation {
 public:
  using ResponseAggregation::ResponseAggregation;
  Status merge(const CalendarAggregation& from) noexcept { return ResponseAggregation::merge(from); }
  Status finish(ResponseSummary& summary) noexcept { return ResponseAggregation::finish(summary, *shared_calendar); }
};

TEST(ResponsesInWorkingTime, EveryOrderAndMergeTreeGivesTheSameBytes) {
  std::mt19937_64 random(15);
  Clock c(R"("mon-fri":["09:00-17:00"],"sat":["22:00-04:00"])", berlin(), "\"2000-01-06\"");
  shared_calendar = &c.prepared;
  std::string encoded = bytes_of(c.calendar);
  auto add = [&](CalendarAggregation& into, const Email& email) {
    Status status = into.use_calendar(encoded);
    return status.ok() ? add_email(into, email) : status;
  };
  std::vector<ResponseSummary> samples;
  for (int round = 0; round < 1000; ++round) {
    std::vector<Email> emails;
    for (size_t count = 1 + random() % 200; count > 0; --count)
      emails.push_back(
          {random() % 6, static_cast<Direction>(random() % 2), minutes(static_cast<int64_t>(random() % 40000))});
    std::string first = bytes_in_random_order<CalendarAggregation, Email>(emails, add, random);
    ASSERT_EQ((bytes_in_random_order<CalendarAggregation, Email>(emails, add, random)), first) << "round " << round;
    if (round % 10 != 0) continue;
    samples.emplace_back(memory());
    ASSERT_OK(decode(first, samples.back()));
    expect_round_trips(samples.back());
  }
  expect_survives_mutation(samples, 200000, 10000);
}

TEST(CalendarText, StopsWhenTheHostAsks) {
  Tokens tokens(R"({"time_zone":"UTC","open":{"mon":["00:00-24:00"]}})");
  WorkingCalendar calendar(memory());
  EXPECT_EQ(when_asked_to_stop([&] { return read_calendar(tokens.value(), calendar); }), StatusCode::kInterrupted);
}

TEST(CalendarBytes, RefusesWhatTakesNoTime) {
  const std::string good =
      bytes_of(calendar_of(R"({"time_zone":"UTC","open":{"mon":["00:00-00:01"]},"holidays":["1900-01-01"]})"));
  auto accepted = [](const std::string& bytes) {
    WorkingCalendar calendar(memory());
    return decode(bytes, calendar).ok();
  };
  ASSERT_EQ(good, std::string("\1\3UTC\1\0\1\1\1", 10));
  EXPECT_TRUE(accepted(good));
  EXPECT_FALSE(accepted(std::string("\1\3UTC\1\0\0\1\1", 10)));
  EXPECT_FALSE(accepted(std::string("\1\3UTC\1\0\1\1\0", 10)));
}

}  // namespace
}  // namespace relinsights
