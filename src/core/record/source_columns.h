// What a model reads (SPEC 5.1): its sources and their columns by name. The one list of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace relinsights {

enum class Source : uint8_t { kActivities, kParticipants, kRecords, kRecordParties, kActivityRecords, kPeople };
inline constexpr size_t kSources = 6;
inline constexpr const char* kSourceNames[kSources] = {"activities",     "participants",     "records",
                                                       "record_parties", "activity_records", "people"};
constexpr size_t index(Source s) { return static_cast<size_t>(s); }

// How a column is read.
enum class Reading : uint8_t {
  kActivityId,  // an id; all of one kind are of one type
  kRecordId,
  kPartyId,
  kOtherId,   // a type of its own
  kLabel,     // text or any enum
  kTime,      // timestamptz, timestamp in the zone of the sources, or date
  kClosing,   // likewise; a date is the end of its day
  kDuration,  // interval or a number of minutes
  kFlag,      // boolean
  kCount,     // any integer
  kReal,      // any number
  kText,
  kDate,
  kNumeric,
  kJson,
};

struct SourceColumn {
  Source source;
  const char* name;
  Reading reading;
  bool required;
  const char* labels = nullptr;  // the enum whose labels a label has
};

// By source; within one in the order in which people should see them.
inline constexpr SourceColumn kSourceColumns[] = {
    {Source::kActivities, "activity_id", Reading::kActivityId, true},
    {Source::kActivities, "kind", Reading::kLabel, true, "activity_kind"},
    {Source::kActivities, "direction", Reading::kLabel, false, "activity_direction"},
    {Source::kActivities, "occurred_at", Reading::kTime, true},
    {Source::kActivities, "status", Reading::kLabel, false, "activity_status"},
    {Source::kActivities, "duration", Reading::kDuration, false},
    {Source::kActivities, "ends_at", Reading::kTime, false},
    {Source::kActivities, "thread_id", Reading::kOtherId, false},
    {Source::kActivities, "subject", Reading::kText, false},
    {Source::kActivities, "regarding_type", Reading::kLabel, false, "record_type"},
    {Source::kActivities, "regarding_id", Reading::kRecordId, false},
    {Source::kActivities, "followed", Reading::kFlag, false},
    {Source::kActivities, "opens", Reading::kCount, false},
    {Source::kActivities, "link_clicks", Reading::kCount, false},
    {Source::kActivities, "attachment_views", Reading::kCount, false},
    {Source::kActivities, "replies", Reading::kCount, false},
    {Source::kActivities, "automated", Reading::kFlag, false},
    {Source::kActivities, "needs_reply", Reading::kFlag, false},
    {Source::kActivities, "sentiment", Reading::kReal, false},
    {Source::kActivities, "deleted", Reading::kFlag, false},
    {Source::kActivities, "dedupe_key", Reading::kText, false},
    {Source::kParticipants, "activity_id", Reading::kActivityId, true},
    {Source::kParticipants, "side", Reading::kLabel, true, "party_side"},
    {Source::kParticipants, "party_id", Reading::kPartyId, true},
    {Source::kParticipants, "role", Reading::kLabel, true, "participant_role"},
    {Source::kRecords, "record_type", Reading::kLabel, true, "record_type"},
    {Source::kRecords, "record_id", Reading::kRecordId, true},
    {Source::kRecords, "name", Reading::kText, false},
    {Source::kRecords, "owner_id", Reading::kOtherId, false},
    {Source::kRecords, "account_id", Reading::kRecordId, false},
    {Source::kRecords, "state", Reading::kLabel, false, "record_state"},
    {Source::kRecords, "created_at", Reading::kTime, false},
    {Source::kRecords, "closed_at", Reading::kClosing, false},
    {Source::kRecords, "estimated_close_date", Reading::kDate, false},
    {Source::kRecords, "estimated_value", Reading::kNumeric, false},
    {Source::kRecords, "attributes", Reading::kJson, false},
    {Source::kRecordParties, "record_type", Reading::kLabel, true, "record_type"},
    {Source::kRecordParties, "record_id", Reading::kRecordId, true},
    {Source::kRecordParties, "side", Reading::kLabel, true, "party_side"},
    {Source::kRecordParties, "party_id", Reading::kPartyId, true},
    {Source::kRecordParties, "role", Reading::kLabel, true, "record_party_role"},
    {Source::kActivityRecords, "activity_id", Reading::kActivityId, true},
    {Source::kActivityRecords, "record_type", Reading::kLabel, true, "record_type"},
    {Source::kActivityRecords, "record_id", Reading::kRecordId, true},
    {Source::kPeople, "side", Reading::kLabel, true, "party_side"},
    {Source::kPeople, "party_id", Reading::kPartyId, true},
    {Source::kPeople, "name", Reading::kText, true},
};
inline constexpr size_t kSourceColumnCount = sizeof kSourceColumns / sizeof *kSourceColumns;

// The place of a column among those of its source; does not compile for one that is not there.
consteval size_t column(Source source, const char* name) {
  size_t place = 0;
  for (const SourceColumn& candidate : kSourceColumns) {
    if (candidate.source != source) continue;
    const char *a = candidate.name, *b = name;
    while (*a != '\0' && *a == *b) ++a, ++b;
    if (*a == *b) return place;
    ++place;
  }
  throw "no such column";
}
constexpr size_t column_count(Source source) {
  size_t count = 0;
  for (const SourceColumn& candidate : kSourceColumns) count += candidate.source == source ? 1 : 0;
  return count;
}
inline constexpr size_t kMostColumns = column_count(Source::kActivities);

}  // namespace relinsights
