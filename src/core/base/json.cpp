#include "core/base/json.h"

#include <charconv>
#include <cinttypes>

namespace relinsights {
namespace {

// Civil dates in the proleptic Gregorian calendar, counted in 400-year eras of 146097 days that start on 1 March.
struct CivilDate {
  int64_t year;
  unsigned month, day;
};

CivilDate civil_from_days(int64_t since_2000) noexcept {
  int64_t shifted = since_2000 + kDaysFrom1970To2000 + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  auto of_era = static_cast<unsigned>(shifted - era * 146097);
  unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned march_month = (5 * of_year + 2) / 153;
  unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          of_year - (153 * march_month + 2) / 5 + 1};
}

int64_t days_from_civil(CivilDate date) noexcept {
  int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  auto year_of_era = static_cast<unsigned>(year - era * 400);
  unsigned of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  unsigned of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
  return era * 146097 + static_cast<int64_t>(of_era) - 719468 - kDaysFrom1970To2000;
}

int write_date(char* to, size_t size, int64_t days) noexcept {
  CivilDate date = civil_from_days(days);
  bool plain = date.year >= 0 && date.year <= 9999;
  return std::snprintf(to, size, plain ? "%04" PRId64 "-%02u-%02u" : "%+05" PRId64 "-%02u-%02u", date.year, date.month,
                       date.day);
}

// Digits at the front of `text`, between `least` and `most` of them, taken off it.
bool take_digits(std::string_view& text, size_t least, size_t most, int64_t& value) noexcept {
  size_t count = 0;
  value = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9')
    value = value * 10 + (text[count++] - '0');
  text.remove_prefix(count);
  return count >= least;
}

bool take(std::string_view& text, char expected) noexcept {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, int64_t& days) noexcept {
  bool negative = take(text, '-');
  bool marked = negative || take(text, '+');
  int64_t year, month, day;
  if (!take_digits(text, 4, marked ? 7 : 4, year) || !take(text, '-') || !take_digits(text, 2, 2, month) ||
      !take(text, '-') || !take_digits(text, 2, 2, day))
    return false;
  CivilDate date{negative ? -year : year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  if (month < 1 || month > 12 || day < 1) return false;
  days = days_from_civil(date);
  CivilDate back = civil_from_days(days);  // a day that does not exist comes back as another
  return back.year == date.year && back.month == date.month && back.day == date.day;
}

}  // namespace

InstantText::InstantText(Instant at) noexcept {
  int64_t days = at.microseconds / kMicrosecondsPerDay;
  int64_t of_day = at.microseconds % kMicrosecondsPerDay;
  if (of_day < 0) {
    of_day += kMicrosecondsPerDay;
    --days;
  }
  int length = write_date(text, sizeof text, days);
  int64_t seconds = of_day / 1000000, micros = of_day % 1000000;
  length += std::snprintf(text + length, sizeof text - length, "T%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                          static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  if (micros != 0) length += std::snprintf(text + length, sizeof text - length, ".%06d", static_cast<int>(micros));
  std::snprintf(text + length, sizeof text - length, "Z");
}

DayText::DayText(Day day) noexcept { write_date(text, sizeof text, day.number); }

bool parse_instant(std::string_view text, Instant& result) noexcept {
  int64_t days, hour, minute, second, micros = 0;
  if (!take_date(text, days) || !take(text, 'T') || !take_digits(text, 2, 2, hour) || !take(text, ':') ||
      !take_digits(text, 2, 2, minute) || !take(text, ':') || !take_digits(text, 2, 2, second))
    return false;
  if (take(text, '.') && !take_digits(text, 6, 6, micros)) return false;
  if (text != "Z" || hour > 23 || minute > 59 || second > 59) return false;
  int64_t of_day = ((hour * 60 + minute) * 60 + second) * 1000000 + micros;
  if (__builtin_mul_overflow(days, kMicrosecondsPerDay, &result.microseconds)) return false;
  return !__builtin_add_overflow(result.microseconds, of_day, &result.microseconds);
}

bool parse_day(std::string_view text, Day& result) noexcept {
  int64_t days;
  if (!take_date(text, days) || !text.empty()) return false;
  if (days < std::numeric_limits<int32_t>::min() || days > std::numeric_limits<int32_t>::max()) return false;
  result.number = static_cast<int32_t>(days);
  return true;
}

JsonWriter& JsonWriter::number(uint128 value) {
  char digits[40];
  char* at = digits + sizeof digits;
  do {
    *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  return literal(std::string_view(at, digits + sizeof digits - at));
}

JsonWriter& JsonWriter::number(int64_t value) {
  char digits[24];
  auto result = std::to_chars(digits, digits + sizeof digits, value);
  return literal(std::string_view(digits, result.ptr - digits));
}

JsonWriter& JsonWriter::literal(std::string_view value) {
  element();
  out_.text(value);
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  element();
  out_.byte('"');
  for (char c : value) {
    auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_.byte('\\');
      out_.byte(code);
    } else if (code < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", code);
      out_.text(escaped);
    } else {
      out_.byte(code);
    }
  }
  out_.byte('"');
  return *this;
}

void JsonErrors::add(const char* format, ...) noexcept {
  if (any_) return;
  any_ = true;
  va_list arguments;
  va_start(arguments, format);
  print_clipped(first_, sizeof first_, format, arguments);
  va_end(arguments);
}

Status JsonErrors::status() const noexcept {
  if (!any_) return {};
  return Status::error(StatusCode::kInvalidText, "invalid input for type %s", type_name_).detail("%s.", first_);
}

uint128 JsonValue::wide_number(const char* what, JsonErrors& errors) const noexcept {
  uint128 value = 0;
  bool good = type() == JsonToken::Type::kNumber && !text().empty() && text().size() <= 39;
  for (char c : text()) {
    good = good && c >= '0' && c <= '9' && !__builtin_mul_overflow(value, uint128{10}, &value) &&
           !__builtin_add_overflow(value, static_cast<uint128>(c - '0'), &value);
  }
  if (good) return value;
  errors.add("\"%s\" must be a whole number, not negative", what);
  return 0;
}

uint64_t JsonValue::number(const char* what, JsonErrors& errors, uint64_t most) const noexcept {
  uint128 value = wide_number(what, errors);
  if (value <= most) return static_cast<uint64_t>(value);
  errors.add("\"%s\" is too large", what);
  return 0;
}

int64_t JsonValue::signed_number(const char* what, JsonErrors& errors) const noexcept {
  int64_t value = 0;
  auto parsed = std::from_chars(text().data(), text().data() + text().size(), value);
  if (type() == JsonToken::Type::kNumber && parsed.ec == std::errc() && parsed.ptr == text().data() + text().size())
    return value;
  errors.add("\"%s\" must be a whole number of at most 64 bits", what);
  return 0;
}

bool JsonValue::boolean(const char* what, JsonErrors& errors) const noexcept {
  if (type() != JsonToken::Type::kTrue && type() != JsonToken::Type::kFalse)
    errors.add("\"%s\" must be true or false", what);
  return type() == JsonToken::Type::kTrue;
}

std::string_view JsonValue::string(const char* what, JsonErrors& errors) const noexcept {
  if (type() == JsonToken::Type::kString) return text();
  errors.add("\"%s\" must be a string", what);
  return {};
}

Instant JsonValue::instant(const char* what, JsonErrors& errors) const noexcept {
  Instant result;
  if (type() == JsonToken::Type::kString && parse_instant(text(), result)) return result;
  errors.add("\"%s\" must be a time such as \"2026-03-02T09:00:00Z\"", what);
  return {};
}

Day JsonValue::day(const char* what, JsonErrors& errors) const noexcept {
  Day result;
  if (type() == JsonToken::Type::kString && parse_day(text(), result)) return result;
  errors.add("\"%s\" must be a date such as \"2026-03-02\"", what);
  return {};
}

JsonObject::JsonObject(const char* what, JsonValue value, JsonErrors& errors) noexcept
    : what_(what), value_(value), errors_(errors) {
  value_.for_each_member(what, errors_, [this](std::string_view, JsonValue) { ++members_; });
}

JsonValue JsonObject::optional(const char* name) noexcept {
  JsonValue found;
  if (members_ == 0) return found;
  value_.for_each_member(what_, errors_, [&](std::string_view member, JsonValue value) {
    if (member != name) return;
    if (found.present()) errors_.add("\"%s\" is given twice in \"%s\"", name, what_);
    found = value;
  });
  if (found.present()) ++asked_;
  return found;
}

JsonValue JsonObject::required(const char* name) noexcept {
  JsonValue found = optional(name);
  if (!found.present()) errors_.add("\"%s\" is missing in \"%s\"", name, what_);
  return found;
}

void JsonObject::done() noexcept {
  if (asked_ < members_) errors_.add("\"%s\" has a member that is not known", what_);
}

}  // namespace relinsights
