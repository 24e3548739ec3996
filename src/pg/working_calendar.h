// A working_calendar made ready to measure: decoded, with the rules of its time zone from PostgreSQL's own tables.
#pragma once

#include "core/families/working_calendar.h"
#include "pg/summary_functions.h"

namespace relinsights::pg {

// Prepared once per call site and calendar (it takes a fraction of a millisecond); a call site keeps the last 64. Calls
// PostgreSQL and may raise its errors: call it while no C++ object is alive. The answer holds until the next such call.
const PreparedCalendar& prepared_calendar(FunctionCallInfo fcinfo, Bytes calendar);

// A working_calendar from its text form, wherever that stands, and a check of one that came as bytes: a time zone that
// this server does not know is an error. Call them while no C++ object is alive.
Datum calendar_from_json(JsonValue text);
void check_received_calendar(Bytes encoded);

}  // namespace relinsights::pg
