// Queries that come again and again in a session, as those of live KPIs do: planned once and kept until the session
// ends. PostgreSQL's plan cache makes them anew when a table, its statistics, the search_path or, under row-level
// security, the role is another; rights are checked at every execution.
#pragma once

#include "pg/arguments.h"

extern "C" {
#include "nodes/params.h"
#include "tcop/dest.h"
}

namespace relinsights::pg {

// Runs a query from the active snapshot; its rows go to `to`. `parameter` is the type of $1, InvalidOid where it has
// none. Requires SPI_connect().
void execute_saved(const char* query, Oid parameter, ParamListInfo params, DestReceiver* to);

}  // namespace relinsights::pg
