// What no summary answers of a record's activities: what happened after a moment, and who knows whom. SPEC 5.8, 5.9.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/families/relationship_health.h"
#include "core/record/record_entries.h"
#include "core/record/record_summaries.h"

namespace relinsights {

// The activities of known direction after a moment, and those by which we turned to them: e-mails, calls and meetings.
struct LaterActivities {
  int64_t inbound = 0, outbound = 0;  // of all kinds
  std::optional<Instant> first;       // of both
  int64_t contacts = 0;               // outbound e-mails, phone calls and meetings
  std::optional<Instant> first_contact;
};
// Those with a time after `after` that count as of `as_of`.
LaterActivities later_activities(const RecordEntries& log, Instant after, Instant as_of);

// One of our people and one of theirs, and the activities in which both took part.
struct Acquaintance {
  uint32_t ours = 0, theirs = 0;  // numbers in the log's lists of people
  int64_t interactions = 0, meetings = 0;
  Instant last;
  std::optional<int32_t> strength;  // the health score of these activities, 0..100; none of a single one
};
// An activity with more people of a side than that makes nobody acquainted.
inline constexpr uint32_t kMostAcquainted = 10;

// Everybody who took part in something together, in order of our people, then theirs. Of `rules` as_of and the zone are
// read, which must be there; the strength is that of `today` and knows no sentiment.
Status who_knows_whom(const RecordEntries& log, const SummaryRules& rules, Day today, const HealthSettings& health,
                      std::pmr::vector<Acquaintance>& into, std::pmr::memory_resource* memory) noexcept;

}  // namespace relinsights
