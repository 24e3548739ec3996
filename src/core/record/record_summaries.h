// All that a model keeps of one record, from one pass over its activities in order of time.
#pragma once

#include <memory_resource>
#include <optional>

#include "core/families/activity_timeline.h"
#include "core/families/contact_summary.h"
#include "core/families/engagement_summary.h"
#include "core/families/interaction_summary.h"
#include "core/families/response_turns.h"
#include "core/record/record_entries.h"

namespace relinsights {

struct RecordSummaries {
  explicit RecordSummaries(std::pmr::memory_resource* memory) noexcept
      : interactions(memory),
        responses(memory),
        timeline(memory),
        their_contacts(memory),
        our_contacts(memory),
        engagement(memory) {}
  InteractionSummary interactions;
  ResponseSummary responses;
  ActivityTimeline timeline;
  ContactSummary their_contacts, our_contacts;
  EngagementSummary engagement;
};

// What the summaries depend on beside the activities.
struct SummaryRules {
  Instant as_of = kLatestInstant;              // activities that count from a later moment are left out
  const ZoneRules* zone = nullptr;             // whose dates the days of the timeline are; none: no timeline
  const PreparedCalendar* calendar = nullptr;  // responses in working time; none: elapsed
  std::string_view calendar_bytes;             // the calendar as it is encoded; empty without one
  Duration gap{0};                             // silence that ends a conversation; 0: none does
  // Which summaries are wanted; the others stay empty.
  enum Family : uint8_t { kInteractions = 1, kResponses = 2, kTimeline = 4, kContacts = 8, kEngagement = 16 };
  uint8_t families = kInteractions | kResponses | kTimeline | kContacts | kEngagement;

  bool want(Family family) const noexcept { return (families & family) != 0; }
};

// An empty summary stands for none: SQL says NULL. Takes memory for the work from `memory`.
Status summarize(const RecordEntries& entries, const SummaryRules& rules, RecordSummaries& summaries,
                 std::pmr::memory_resource* memory) noexcept;

// The date that clocks of `zone` show at `at`.
Day local_day(const ZoneRules& zone, Instant at) noexcept;

}  // namespace relinsights
