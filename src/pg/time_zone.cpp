#include "pg/time_zone.h"

namespace relinsights::pg {
namespace {

constexpr int64 kSecondsFrom1970To2000 = int64{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;
constexpr int kMostTransitions = 8192;  // no zone comes near; a broken file must not run away

int32 offset_at(pg_tz* zone, pg_time_t at) {
  pg_tm* local = pg_localtime(&at, zone);
  if (local == nullptr)
    ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                    errmsg("time zone \"%s\" has no local time for some instant", pg_get_timezone_name(zone))));
  return static_cast<int32>(local->tm_gmtoff);
}

// The next moment after `at` when something about the zone changes.
bool next_boundary(pg_tz* zone, pg_time_t& at) {
  long int offset_before, offset_after;
  int dst_before, dst_after;
  pg_time_t boundary;
  // Exactly at the last entry of its table PostgreSQL answers that nothing follows, a second later it goes on.
  for (pg_time_t from : {at, at + 1}) {
    if (pg_next_dst_boundary(&from, &offset_before, &dst_before, &boundary, &offset_after, &dst_after, zone) != 1)
      continue;
    at = boundary;
    return true;
  }
  return false;
}

}  // namespace

pg_tz* find_zone(const char* name) {
  pg_tz* zone = name[0] == '\0' ? nullptr : pg_tzset(name);
  return zone != nullptr && pg_tz_acceptable(zone) ? zone : nullptr;
}

ZoneRules rules_of(pg_tz* zone) {
  pg_time_t at = kEarliestInstant.microseconds / USECS_PER_SEC + kSecondsFrom1970To2000;
  const pg_time_t end = kZoneCycleEnd.microseconds / USECS_PER_SEC + kSecondsFrom1970To2000;
  ZoneRules rules;
  rules.first_offset_seconds = offset_at(zone, at);
  auto* transitions = static_cast<ZoneTransition*>(palloc(sizeof(ZoneTransition) * kMostTransitions));
  int32 offset = rules.first_offset_seconds;
  for (size_t seen = 0; next_boundary(zone, at) && at < end; ++seen) {
    if (seen == kMostTransitions)
      ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                      errmsg("time zone \"%s\" changes its clocks too often", pg_get_timezone_name(zone))));
    int32 after = offset_at(zone, at);
    if (after == offset) continue;  // only the name of the time changed
    offset = after;
    transitions[rules.count++] = {Instant{(at - kSecondsFrom1970To2000) * USECS_PER_SEC}, offset};
  }
  if (rules.count > 0)
    transitions = static_cast<ZoneTransition*>(repalloc(transitions, sizeof(ZoneTransition) * rules.count));
  rules.transitions = transitions;
  return rules;
}

const ZoneRules& zone_rules(const char* name, MemoryContext context) {
  pg_tz* zone = find_zone(name);
  if (zone == nullptr)
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" is not known to this server", name),
             errhint("The names it knows are in pg_timezone_names.")));
  MemoryContext before = MemoryContextSwitchTo(context);
  auto* rules = static_cast<ZoneRules*>(palloc(sizeof(ZoneRules)));
  *rules = rules_of(zone);
  MemoryContextSwitchTo(before);
  return *rules;
}

}  // namespace relinsights::pg

RELINSIGHTS_FUNCTION(time_zone_is_known) {
  PG_RETURN_BOOL(relinsights::pg::find_zone(text_to_cstring(PG_GETARG_TEXT_PP(0))) != nullptr);
}
