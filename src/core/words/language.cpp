#include "core/words/language.h"

#include <charconv>
#include <cmath>

namespace relinsights {
namespace {

// Filled before main by the Registered objects, whatever the order of the files: zero-initialised
// first.
constinit Registered* first_language = nullptr;

}  // namespace

// Of a name that C++ keeps for itself the enumerator has one more character.
constexpr std::string_view label_name(std::string_view enumerator) {
  if (enumerator.ends_with('_')) enumerator.remove_suffix(1);
  return enumerator;
}
const std::array<std::string_view, kLabels> kLabelNames = {
#define X(name) label_name(#name),
    RELINSIGHTS_LABELS(X)
#undef X
};

Registered::Registered(const Language& added) noexcept : language(added) {
  Registered** place = &first_language;
  while (*place != nullptr && (*place)->language.code() < added.code()) place = &(*place)->next;
  next = *place;
  *place = this;
}

const Registered* languages() noexcept { return first_language; }

const Language* find_language(std::string_view code) noexcept {
  for (const Registered* r = first_language; r != nullptr; r = r->next)
    if (r->language.code() == code) return &r->language;
  return nullptr;
}

Status unknown_language(std::string_view code) noexcept {
  char known[160] = "";
  size_t size = 0;
  for (const Registered* r = first_language; r != nullptr && size + 1 < sizeof known; r = r->next)
    size += static_cast<size_t>(std::snprintf(known + size, sizeof known - size, "%s%.*s", size ? ", " : "",
                                              static_cast<int>(r->language.code().size()), r->language.code().data()));
  return Status::error(StatusCode::kInvalidArgument, "unknown language \"%s\"", ShownText(code).text)
      .hint("Known languages: %s.", known);
}

int64_t whole(double value) noexcept {
  // Beyond what a bigint of tenths holds there is nothing people could read anyway.
  constexpr double kMost = 4e17;
  return static_cast<int64_t>(std::floor(std::fmin(std::fmax(value, -kMost), kMost) + 0.5));
}

Length length_of(double hours, Length::Unit longest) noexcept {
  using Unit = Length::Unit;
  if (int64_t minutes = whole(hours * 60); minutes < 60)
    return {minutes == 0 && hours > 0 ? Unit::kUnderAMinute : Unit::kMinutes, minutes * 10};
  if (int64_t tenths = whole(hours * 10); tenths < 100) return {Unit::kHours, tenths};
  if (int64_t all = whole(hours); all < 48 || longest == Unit::kHours) return {Unit::kHours, all * 10};
  if (int64_t tenths = whole(hours / 2.4); tenths < 100) return {Unit::kDays, tenths};
  return {Unit::kDays, whole(hours / 24) * 10};
}

void append_year(Text& out, int64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_number(Text& out, int64_t value) {
  char digits[24];
  std::string_view all(digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits));
  if (all.starts_with('-')) {
    out.push_back('-');
    all.remove_prefix(1);
  }
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0 && (all.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(all[i]);
  }
}

void append_tenths(Text& out, int64_t tenths) {
  append_number(out, tenths / 10);
  if (tenths % 10 != 0) {
    out.push_back('.');
    append_number(out, tenths % 10);
  }
}

void append_two_digits(Text& out, int32_t value) {
  if (value < 10) out.push_back('0');
  append_number(out, value);
}

}  // namespace relinsights
