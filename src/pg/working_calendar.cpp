// The type working_calendar and working_time: SPEC 3.4.
#include "pg/working_calendar.h"

#include "pg/time_zone.h"

using relinsights::Instant;
using relinsights::WorkingCalendar;

namespace relinsights::pg {
namespace {

// A name as PostgreSQL's functions take it.
struct ZoneName {
  char text[WorkingCalendar::kLongestZoneName + 1] = "";

  ZoneName() = default;
  explicit ZoneName(std::string_view name) noexcept {
    memcpy(text, name.data(), Min(name.size(), sizeof text - 1));  // what is cut was too long for any zone
  }
};

[[noreturn]] void unknown_zone(const ZoneName& name, int sqlstate) {
  ereport(ERROR,
          (errcode(sqlstate), errmsg("time zone \"%s\" of a working_calendar is not known to this server", name.text),
           errhint("The names it knows are in pg_timezone_names.")));
  pg_unreachable();
}

// The name in the text form, as it is written there; none if there is no such member.
ZoneName zone_name_in(JsonValue text) {
  ZoneName name;
  if (text.type() != JsonToken::Type::kObject) return name;
  JsonErrors unused(WorkingCalendar::kTypeName);
  text.for_each_member("working_calendar", unused, [&](std::string_view member, JsonValue value) {
    if (member == "time_zone" && value.type() == JsonToken::Type::kString) name = ZoneName(value.text());
  });
  return name;
}

ZoneName zone_name_of(Bytes bytes) {
  ContextMemory memory;
  WorkingCalendar calendar(&memory);
  check(decode_summary(bytes.data, bytes.size, calendar));
  return ZoneName(calendar.time_zone());
}

// In a memory context of its own, which frees it whole: no destructor runs.
struct Prepared {
  MemoryContext context;
  uint32 hash = 0;
  Bytes encoded;
  ContextMemory memory;
  PreparedCalendar calendar;

  bool is_of(Bytes other) const noexcept {
    return encoded.size == other.size && memcmp(encoded.data, other.data, other.size) == 0;
  }

  explicit Prepared(MemoryContext of) noexcept : context(of), encoded{}, memory(of), calendar(&memory) {}
};

// Every team's calendar may come by in one query, in any order.
struct CalendarCache {
  static constexpr uint32 kMost = 64;
  uint32 count, oldest, latest;
  Prepared* known[kMost];
};

Prepared* prepare(Bytes encoded, uint32 hash, MemoryContext parent) {
  ZoneName name = zone_name_of(encoded);
  pg_tz* zone = find_zone(name.text);
  if (zone == nullptr) unknown_zone(name, ERRCODE_INVALID_PARAMETER_VALUE);
  MemoryContext context = AllocSetContextCreate(parent, "relinsights working calendar", ALLOCSET_DEFAULT_SIZES);
  auto* key = static_cast<uint8_t*>(MemoryContextAlloc(context, encoded.size));
  memcpy(key, encoded.data, encoded.size);
  auto* prepared = make_in<Prepared>(context, context);
  prepared->hash = hash;
  prepared->encoded = {key, encoded.size};
  ZoneRules rules = rules_of(zone);
  ContextMemory memory;
  WorkingCalendar calendar(&memory);
  check(decode_summary(encoded.data, encoded.size, calendar));
  check(prepared->calendar.prepare(calendar, rules));
  return prepared;
}

}  // namespace

Datum calendar_from_json(JsonValue text) {
  ZoneName name = zone_name_in(text);
  pg_tz* zone = find_zone(name.text);
  Datum result = [&] {
    ContextMemory memory;
    WorkingCalendar calendar(&memory);
    check(read_calendar(text, calendar));
    // Names are found in any case of letters and kept in the one of the zone's file.
    if (zone != nullptr) calendar.set_time_zone(pg_get_timezone_name(zone));
    return summary_datum(calendar, &memory);
  }();
  if (zone == nullptr) unknown_zone(name, ERRCODE_INVALID_TEXT_REPRESENTATION);
  return result;
}

void check_received_calendar(Bytes encoded) {
  ZoneName name = zone_name_of(encoded);
  pg_tz* zone = find_zone(name.text);
  // In other letters it would be another value for the same calendar.
  if (zone == nullptr || strcmp(pg_get_timezone_name(zone), name.text) != 0)
    unknown_zone(name, ERRCODE_INVALID_BINARY_REPRESENTATION);
}

const PreparedCalendar& prepared_calendar(FunctionCallInfo fcinfo, Bytes encoded) {
  CallCache& call = call_cache(fcinfo);
  if (call.calendars == nullptr)
    call.calendars = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CalendarCache));
  auto& cache = *static_cast<CalendarCache*>(call.calendars);
  if (cache.count > 0 && cache.known[cache.latest]->is_of(encoded)) return cache.known[cache.latest]->calendar;
  uint32 hash = hash_bytes(encoded.data, static_cast<int>(encoded.size));
  for (uint32 i = 0; i < cache.count; ++i) {
    if (cache.known[i]->hash != hash || !cache.known[i]->is_of(encoded)) continue;
    cache.latest = i;
    return cache.known[i]->calendar;
  }
  Prepared* prepared = prepare(encoded, hash, fcinfo->flinfo->fn_mcxt);
  if (cache.count < CalendarCache::kMost) {
    cache.latest = cache.count++;
  } else {
    cache.latest = cache.oldest;
    cache.oldest = (cache.oldest + 1) % CalendarCache::kMost;
    MemoryContextDelete(cache.known[cache.latest]->context);
  }
  cache.known[cache.latest] = prepared;
  return prepared->calendar;
}

}  // namespace relinsights::pg

using namespace relinsights::pg;

RELINSIGHTS_FUNCTION(working_calendar_in) { return calendar_from_json(parse_json(PG_GETARG_CSTRING(0))); }

RELINSIGHTS_FUNCTION(working_calendar_out) {
  Bytes bytes = summary_argument(fcinfo, 0);
  ContextMemory memory;
  WorkingCalendar calendar(&memory);
  check(decode_summary(bytes.data, bytes.size, calendar));
  relinsights::ByteWriter out(&memory);
  write_calendar(calendar, out);
  out.byte(0);
  return cstring_from(out, WorkingCalendar::kTypeName);
}

RELINSIGHTS_FUNCTION(working_calendar_recv) {
  Datum result = summary_recv<WorkingCalendar>(fcinfo);
  auto* value = reinterpret_cast<varlena*>(DatumGetPointer(result));
  check_received_calendar({reinterpret_cast<uint8_t*>(VARDATA_ANY(value)), VARSIZE_ANY_EXHDR(value)});
  return result;
}

RELINSIGHTS_FUNCTION(working_calendar_send) { return summary_send<WorkingCalendar>(fcinfo); }

// (calendar, from, to)
RELINSIGHTS_FUNCTION(working_time) {
  auto from = argument<Instant>(fcinfo, 1);
  auto to = argument<Instant>(fcinfo, 2);
  const relinsights::PreparedCalendar& calendar = prepared_calendar(fcinfo, summary_argument(fcinfo, 0));
  return to_datum(value_of(relinsights::working_time(calendar, from, to)));
}
