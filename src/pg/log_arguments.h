// Arguments that whatever reads a log may have. Called before any C++ object with a destructor exists.
#pragma once

#include "core/families/working_calendar.h"
#include "pg/arguments.h"

namespace relinsights::pg {

// The moment in argument `place`, if it is given; else the latest there is. An infinite one is an error.
Instant as_of_argument(FunctionCallInfo fcinfo, int place);
// The rules of the zone that argument `place` names, kept by the call site.
const ZoneRules& zone_argument(FunctionCallInfo fcinfo, int place);

}  // namespace relinsights::pg
