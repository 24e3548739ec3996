#include "core/families/response_rules.h"

#include <cstdio>

#include "core/families/working_calendar.h"
#include "core/summary.h"

namespace relinsights {
namespace {

constexpr uint8_t kHasGap = 1, kHasAsOf = 2, kHasCalendar = 4;

ResponseRulesView read(ByteReader& in) noexcept {
  ResponseRulesView rules;
  const uint8_t has = in.byte();
  if (has > (kHasGap | kHasAsOf | kHasCalendar)) in.reject();
  if ((has & kHasGap) != 0 && (rules.gap.microseconds = in.bigint()) == 0) in.reject();
  if ((has & kHasAsOf) != 0) {
    rules.as_of.microseconds = in.signed_varint();
    if (rules.as_of == kLatestInstant) in.reject();
  }
  if ((has & kHasCalendar) == 0) return rules;
  rules.calendar = in.bytes(in.remaining());
  if (rules.calendar.empty()) in.reject();
  return rules;
}

}  // namespace

Status read_rules(std::string_view encoded, ResponseRulesView& rules) noexcept {
  ByteReader in(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size());
  const uint8_t version = in.byte();
  if (version > ResponseRules::kVersion) return later_version<ResponseRules>(version);
  rules = read(in);
  if (version == ResponseRules::kVersion && in.complete()) return {};
  return Status::error(StatusCode::kCorruptBytes, "invalid binary value for type %s", ResponseRules::kTypeName);
}

Status ResponseRules::set_gap(Duration gap) noexcept {
  if (gap.microseconds < 0) {
    return Status::error(StatusCode::kInvalidArgument, "gap between conversations must not be negative")
        .hint("Give the silence that ends a conversation, such as interval '30 days', or zero where none does.");
  }
  gap_ = gap;
  return {};
}

Status ResponseRules::set_as_of(Instant as_of) noexcept {
  if (!check_instant(as_of).ok()) {
    return Status::error(StatusCode::kOutOfRange, "as-of moment of responses is infinite or out of range")
        .detail("Moments lie between 4713 BC and the year 287000.")
        .hint("Leave it out to count every e-mail.");
  }
  as_of_ = as_of;
  return {};
}

void ResponseRules::encode(ByteWriter& out) const {
  const bool as_of = as_of_ != kLatestInstant;
  out.byte(static_cast<uint8_t>((gap_.microseconds > 0 ? kHasGap : 0) | (as_of ? kHasAsOf : 0) |
                                (calendar_.empty() ? 0 : kHasCalendar)));
  if (gap_.microseconds > 0) out.varint(static_cast<uint64_t>(gap_.microseconds));
  if (as_of) out.signed_varint(as_of_.microseconds);
  out.text(calendar_);
}

void ResponseRules::decode(ByteReader& in, uint8_t) {
  const ResponseRulesView rules = read(in);
  gap_ = rules.gap;
  as_of_ = rules.as_of;
  calendar_ = rules.calendar;
}

const char* ResponseRules::validate() const noexcept {
  if (gap_.microseconds < 0) return "Its gap is negative";
  if (!check_instant(as_of_).ok()) return "Its as-of moment is out of range";
  if (calendar_.empty()) return nullptr;
  WorkingCalendar calendar(calendar_.get_allocator().resource());
  Status status = decode_summary(reinterpret_cast<const uint8_t*>(calendar_.data()), calendar_.size(), calendar);
  return status.ok() ? nullptr : "Its calendar is none";
}

GapText::GapText(Duration gap) noexcept {
  constexpr int64_t kSecond = 1000000;
  if (gap.microseconds == 0) {
    std::snprintf(text_, sizeof text_, "none");
    return;
  }
  const auto days = static_cast<long long>(gap.microseconds / kMicrosecondsPerDay);
  const int64_t rest = gap.microseconds % kMicrosecondsPerDay;
  size_t size = 0;
  auto put = [&](const char* format, auto... values) {
    size += static_cast<size_t>(std::snprintf(text_ + size, sizeof text_ - size, format, values...));
  };
  if (days > 0) put("%lld %s", days, days == 1 ? "day" : "days");
  if (rest == 0) return;
  const auto seconds = static_cast<int>(rest / kSecond), fraction = static_cast<int>(rest % kSecond);
  put("%s%02d:%02d:%02d", days > 0 ? " " : "", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction == 0) return;
  put(".%06d", fraction);
  while (text_[size - 1] == '0') text_[--size] = '\0';
}

}  // namespace relinsights
