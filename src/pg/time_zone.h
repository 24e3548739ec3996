// Time zones as PostgreSQL knows them, for a core that knows none. Everything here calls PostgreSQL and may raise its
// errors: call it while no C++ object is alive.
#pragma once

#include "core/families/working_calendar.h"
#include "pg/guard.h"

extern "C" {
#include "pgtime.h"
}

namespace relinsights::pg {

// nullptr if this server knows no such zone, or only one whose clocks count leap seconds.
pg_tz* find_zone(const char* name);
// What its clocks show, in memory of the current context.
ZoneRules rules_of(pg_tz* zone);
// Both, in memory of `context`; a zone that is not known is an error.
const ZoneRules& zone_rules(const char* name, MemoryContext context);

}  // namespace relinsights::pg
