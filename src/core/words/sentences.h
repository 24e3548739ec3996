// The summary of a record: which sentences its KPIs make, most telling first (SPEC 3.10).
// language.h words them.
//
// 1-3. who starts more meetings, sends more e-mails, makes more phone calls, and by how many; none
// where neither did
// 4. who typically (by the median) answers e-mails faster, and by how much; as fast where the difference rounds to no
//    minute
// 5. time spent by both sides; none where both are 0, as much where both round to the same
// 6. relationship health and its trend
// 7-8. next interaction (or the one under way) and last interaction
// 9-13. an opportunity beside won deals: response time and time spent of ours, activities, response rate of theirs and
//    of ours; as long, much, many, high where the difference rounds to nothing
// 14. activities of similar won deals when they were as old as this one
//
// A sentence says only what the facts say: each needs all of its facts, a missing one makes no
// sentence. Differences are taken before rounding.
#pragma once

#include <optional>
#include <variant>

#include "core/base/json.h"
#include "core/words/language.h"

namespace relinsights {

using Sentence = std::variant<Initiated, Answered, TimeSpent, Health, Interaction, Comparison, SameAge>;
inline constexpr size_t kMostSentences = 14;

// A record's KPIs as a model's views give them. Hours and counts are not negative.
struct RecordFacts {
  RecordType record = RecordType::kAccount;
  std::optional<int64_t> initiated[kKinds][kSides];  // e-mails, meetings and phone calls
  std::optional<double> response_hours[kSides];      // median
  std::optional<double> hours_spent[kSides];
  std::optional<Health> health;
  std::optional<Interaction> next, last;
  struct Differences {
    Deals with = Deals::kSimilar;
    std::optional<double> response_hours, hours_spent, activities,
        response_rate[kSides];                     // this deal minus the average
    std::optional<double> activities_at_same_age;  // this deal minus the average of similar ones at its age
  };
  Differences differences;
};

// From the JSON object that the SQL layer makes of a record; a member it does not know is an error.
Result<RecordFacts> read_facts(JsonValue facts) noexcept;

// At most kMostSentences; the number of them.
size_t choose_sentences(const RecordFacts& facts, Sentence (&sentences)[kMostSentences]) noexcept;

inline void say(const Language& language, const Sentence& sentence, Text& out) {
  std::visit([&](const auto& s) { language.say(out, s); }, sentence);
}

}  // namespace relinsights
