#include "pg/log_arguments.h"

#include "pg/time_zone.h"

namespace relinsights::pg {
namespace {

// The rules of a zone for a call site, which may be asked for the zones of many customers in any order.
struct ZoneCache {
  static constexpr int kMost = 64;
  struct Known {
    char* name;
    const ZoneRules* rules;
  };
  int count, oldest;
  MemoryContext contexts[kMost];
  Known known[kMost];
};

}  // namespace

Instant as_of_argument(FunctionCallInfo fcinfo, int place) {
  if (PG_ARGISNULL(place)) return kLatestInstant;
  auto as_of = argument<Instant>(fcinfo, place);
  if (!check_instant(as_of).ok())
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("as_of must be a finite time"),
                    errhint("NULL, the default, stands for all activities of the log.")));
  return as_of;
}

const ZoneRules& zone_argument(FunctionCallInfo fcinfo, int place) {
  CallCache& call = call_cache(fcinfo);
  MemoryContext parent = fcinfo->flinfo->fn_mcxt;
  if (call.own == nullptr) call.own = MemoryContextAllocZero(parent, sizeof(ZoneCache));
  auto& cache = *static_cast<ZoneCache*>(call.own);
  char* name = text_to_cstring(PG_GETARG_TEXT_PP(place));
  for (int i = 0; i < cache.count; ++i)
    if (strcmp(cache.known[i].name, name) == 0) return *cache.known[i].rules;
  if (const char* fault = fault_of_zone_name(name))
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" is not the name of a zone", name),
             errdetail("%s.", fault), errhint("The names are in pg_timezone_names.")));
  MemoryContext context = AllocSetContextCreate(parent, "relinsights time zone", ALLOCSET_SMALL_SIZES);
  const ZoneRules& rules = zone_rules(name, context);
  int slot = cache.count;
  if (slot < ZoneCache::kMost) {
    ++cache.count;
  } else {
    slot = cache.oldest;
    cache.oldest = (cache.oldest + 1) % ZoneCache::kMost;
    MemoryContextDelete(cache.contexts[slot]);
  }
  cache.contexts[slot] = context;
  cache.known[slot] = {MemoryContextStrdup(context, name), &rules};
  return rules;
}

}  // namespace relinsights::pg
