// The languages in which a record's summary is told: labels, lengths of time and one method per
// kind of sentence.
//
// A language is one file in src/core/words/language/: a class that derives from Language and a Registered
// object of it. Nothing else names it. Labels and sentences missing there do not compile (see
// kLabels and the pure methods).
//
// What a sentence says is decided in sentences.h; a language only words it. Numbers arrive
// rounded: a Length by length_of(), counts and points as whole numbers. Text is UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/activity.h"
#include "core/families/relationship_health.h"

namespace relinsights {

using Text = std::pmr::string;

// ---- Lengths of time as people say them

// Below an hour whole minutes, below 10 hours tenths of an hour, below 48 hours whole hours, below
// 10 days tenths of a day, then whole days; halves up. What rounds to no minute, but is not
// nothing, is kUnderAMinute. A day has 24 hours.
struct Length {
  enum class Unit : uint8_t { kUnderAMinute, kMinutes, kHours, kDays };
  Unit unit = Unit::kMinutes;
  int64_t tenths = 0;  // of the unit; 0 for kUnderAMinute
  bool operator==(const Length&) const = default;
};
constexpr bool negligible(const Length& length) noexcept { return length.tenths == 0; }
// `hours` is finite and not negative. `longest` keeps effort in hours: 30 hours of work are no day
// and a quarter.
Length length_of(double hours, Length::Unit longest = Length::Unit::kDays) noexcept;

// Rounded to the nearest whole number, halves up.
int64_t whole(double value) noexcept;

// ---- What sentences say

// `who` did it `count` times: `more` often than the other side, or as often (0). Where both are equal the other side
// did it not once.
struct Initiated {
  Kind kind;  // kEmail, kMeeting or kPhoneCall
  Side who;
  int64_t count;
  int64_t more;
};
// `who` typically (by the median) answers e-mails in `typical`, sooner than the other side by `less`; as soon where not
// different.
struct Answered {
  Side who;
  Length typical;
  Length less;
  bool different;
};
// The hours both sides spent on a record; one of them may be nothing.
struct TimeSpent {
  RecordType record;
  Length us;
  Length them;
  bool different;
};
struct Health {
  int64_t score;  // 0..100
  Grade grade;
  Trend trend;
};
// A day and time in the model's time zone.
struct LocalTime {
  int32_t year = 0, month = 0, day = 0, hour = 0, minute = 0;
};
struct Interaction {
  enum class Place : uint8_t { kLast, kNext, kUnderWay };
  Place place;
  Kind kind;
  LocalTime at;
};
// An opportunity beside the average of won deals (of their medians for response time): how much less or more, in the
// unit of what is compared.
enum class Compared : uint8_t {
  kResponseTimeByUs,
  kTimeSpentByUs,
  kActivities,
  kResponseRateByThem,
  kResponseRateByUs
};
enum class Deals : uint8_t { kSimilar, kRecent };
enum class Order : uint8_t { kLess, kSame, kMore };
struct Comparison {
  Compared what;
  Deals with;
  Order order;
  Length length;      // of kResponseTimeByUs and kTimeSpentByUs
  int64_t count = 0;  // of kActivities; percentage points of the rates
};
// Similar won deals, when they were as old as this one is, had on average so many activities less or more.
struct SameAge {
  Order order;
  int64_t count;
};

// ---- What needs attention (SPEC 5.8)

enum class Warning : uint8_t {
  kAwaitingOurReply,
  kNoReplyFromThem,
  kGoingQuiet,
  kNoNextStep,
  kSingleThreaded,
  kDecliningHealth,
  kOverdue,
  kOneSided,
  kBehindWonDeals
};
inline constexpr size_t kWarnings = 9;
inline constexpr const char* kWarningLabels[kWarnings] = {
    "awaiting_our_reply", "no_reply_from_them", "going_quiet", "no_next_step",
    "single_threaded",    "declining_health",   "overdue",     "one_sided",
    "behind_won_deals"};
// For so many whole days, 0 or more: since today, of what waits for an answer.
struct Attention {
  Warning warning;
  int64_t days;
};

// ---- Labels: what a record form writes beside the numbers. The name is the key in SQL (new_: new). Behind `points`
// come pieces that others are joined with: they hold their own blanks.

// clang-format off
#define RELINSIGHTS_LABELS(X) \
  X(summary) X(account) X(contact) X(opportunity) X(lead) X(us) X(them) X(by_us) X(by_them) \
  X(relationship_health) X(good) X(fair) X(poor) X(improving) X(steady) X(declining) X(new_) X(not_enough_info) \
  X(activity) X(recency) X(engagement) X(next_interaction) X(last_interaction) X(under_way) X(none) X(email) X(meeting) \
  X(phone_call) X(task) X(other) X(most_contacted) X(most_contacted_by) X(customer_interactions) X(emails_sent) \
  X(emails_received) X(meetings_sent) X(meetings_received) X(phone_calls_made) X(phone_calls_received) \
  X(tasks_completed) X(other_activities) X(activities) X(time_spent) X(response_time) X(first_response_time) X(response_rate) \
  X(average) X(awaiting) X(lapsed) \
  X(email_ratio) X(email_engagement) X(followed_emails) X(open_rate) X(link_click_rate) X(attachment_view_rate) \
  X(reply_rate) X(relationship_activities) X(similar_won_deals) X(recent_won_deals) X(similarity) X(comparison) \
  X(same_age) X(this_deal) X(difference) X(needs_attention) X(who_knows_whom) X(relationship_pipeline) \
  X(estimated_close_date) X(estimated_value) X(owner) X(refreshed_at) X(points) X(of_us) X(of_them) X(colon)
// clang-format on

enum class Label : uint8_t {
#define X(name) name,
  RELINSIGHTS_LABELS(X)
#undef X
};
#define X(name) +1
inline constexpr size_t kLabels = 0 RELINSIGHTS_LABELS(X);
#undef X
extern const std::array<std::string_view, kLabels> kLabelNames;

// Made in each language's file: `labels` gives a text to each label, in any order; one forgotten
// does not compile.
struct LabelText {
  Label label;
  const char* text;
};
using LabelTexts = std::array<const char*, kLabels>;
template <size_t kTexts>
consteval LabelTexts labels(const LabelText (&texts)[kTexts]) {
  LabelTexts all{};
  for (const LabelText& t : texts) {
    if (all[static_cast<size_t>(t.label)] != nullptr) throw "a label stands here twice";
    all[static_cast<size_t>(t.label)] = t.text;
  }
  for (const char* text : all)
    if (text == nullptr) throw "a label is missing";
  return all;
}

class Language {
 public:
  virtual std::string_view code() const noexcept = 0;  // ISO 639-1: en
  virtual const LabelTexts& labels() const noexcept = 0;
  const char* label(Label label) const noexcept { return labels()[static_cast<size_t>(label)]; }

  // Each appends to `out`.
  virtual void say(Text& out, const Length& length) const = 0;
  virtual void say(Text& out, const Initiated& sentence) const = 0;
  virtual void say(Text& out, const Answered& sentence) const = 0;
  virtual void say(Text& out, const TimeSpent& sentence) const = 0;
  virtual void say(Text& out, const Health& sentence) const = 0;
  virtual void say(Text& out, const Interaction& sentence) const = 0;
  virtual void say(Text& out, const Comparison& sentence) const = 0;
  virtual void say(Text& out, const SameAge& sentence) const = 0;
  virtual void say(Text& out, const Attention& sentence) const = 0;

 protected:
  ~Language() = default;
};

// Makes a language known, by its code. Objects of static life only.
class Registered {
 public:
  explicit Registered(const Language& added) noexcept;
  const Language& language;
  Registered* next = nullptr;
};

// In the order of their codes.
const Registered* languages() noexcept;
// nullptr where none has that code.
const Language* find_language(std::string_view code) noexcept;
Status unknown_language(std::string_view code) noexcept;

// Helpers of languages.
constexpr bool nothing(const Length& length) noexcept { return length == Length{}; }
void append_number(Text& out, int64_t value);      // 1234567 -> 1,234,567, as all three languages write it
void append_year(Text& out, int64_t value);        // 2026
void append_tenths(Text& out, int64_t tenths);     // 15 -> 1.5, 20 -> 2
void append_two_digits(Text& out, int32_t value);  // 7 -> 07
template <class... Parts>
void append_all(Text& out, const Parts&... parts) {
  auto one = [&out](const auto& part) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(part)>>)
      append_number(out, part);
    else
      out.append(std::string_view(part));
  };
  (one(parts), ...);
}

}  // namespace relinsights
