#include "pg/summary_functions.h"

namespace relinsights::pg {

Bytes summary_argument(FunctionCallInfo fcinfo, int number) {
  varlena* value = PG_GETARG_VARLENA_PP(number);
  return {reinterpret_cast<const uint8_t*>(VARDATA_ANY(value)), VARSIZE_ANY_EXHDR(value)};
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context;
  if (AggCheckCallContext(fcinfo, &context)) return context;
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("aggregate support function called outside an aggregate"),
           errhint("Call the aggregate itself; this function is part of it.")));
}

namespace {

bool equal(FunctionCallInfo fcinfo) {
  Bytes a = summary_argument(fcinfo, 0);
  Bytes b = summary_argument(fcinfo, 1);
  return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

int order(FunctionCallInfo fcinfo) {
  Bytes a = summary_argument(fcinfo, 0);
  Bytes b = summary_argument(fcinfo, 1);
  int first_difference = memcmp(a.data, b.data, std::min(a.size, b.size));
  if (first_difference != 0) return first_difference < 0 ? -1 : 1;
  return a.size == b.size ? 0 : a.size < b.size ? -1 : 1;
}

}  // namespace
}  // namespace relinsights::pg

// Summaries are canonical, so equal values are equal bytes: these serve every summary type.
RELINSIGHTS_FUNCTION(summary_eq) { PG_RETURN_BOOL(relinsights::pg::equal(fcinfo)); }
RELINSIGHTS_FUNCTION(summary_ne) { PG_RETURN_BOOL(!relinsights::pg::equal(fcinfo)); }
RELINSIGHTS_FUNCTION(summary_lt) { PG_RETURN_BOOL(relinsights::pg::order(fcinfo) < 0); }
RELINSIGHTS_FUNCTION(summary_le) { PG_RETURN_BOOL(relinsights::pg::order(fcinfo) <= 0); }
RELINSIGHTS_FUNCTION(summary_gt) { PG_RETURN_BOOL(relinsights::pg::order(fcinfo) > 0); }
RELINSIGHTS_FUNCTION(summary_ge) { PG_RETURN_BOOL(relinsights::pg::order(fcinfo) >= 0); }
RELINSIGHTS_FUNCTION(summary_cmp) { PG_RETURN_INT32(relinsights::pg::order(fcinfo)); }
RELINSIGHTS_FUNCTION(summary_hash) {
  relinsights::pg::Bytes bytes = relinsights::pg::summary_argument(fcinfo, 0);
  return hash_any(bytes.data, static_cast<int>(bytes.size));
}
RELINSIGHTS_FUNCTION(summary_hash_extended) {
  relinsights::pg::Bytes bytes = relinsights::pg::summary_argument(fcinfo, 0);
  return hash_any_extended(bytes.data, static_cast<int>(bytes.size), static_cast<uint64>(PG_GETARG_INT64(1)));
}
