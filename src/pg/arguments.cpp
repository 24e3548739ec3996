#include "pg/arguments.h"

namespace relinsights::pg {

CallCache& make_call_cache(FunctionCallInfo fcinfo) {
  auto* cache = new (MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(CallCache))) CallCache();
  fcinfo->flinfo->fn_extra = cache;
  return *cache;
}

uint8_t look_up_label(CallCache::Label& remembered, Oid oid, const char* const* labels, size_t count) {
  HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple))
    ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid internal value for enum: %u", oid)));
  NameData label = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel;
  ReleaseSysCache(tuple);
  for (size_t value = 0; value < count; ++value) {
    if (strcmp(NameStr(label), labels[value]) != 0) continue;
    remembered = {oid, static_cast<uint8_t>(value)};
    return remembered.value;
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("label \"%s\" is not known to pg_relinsights", NameStr(label)),
                  errhint("The enums of schema relinsights must keep the labels they were installed with.")));
}

Duration duration_from(const Interval* interval, const char* what) {
  if (interval->month != 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not contain months or years", what),
                    errdetail("A month has no fixed length."), errhint("Give it in days (of 24 hours), hours, minutes and seconds.")));
  int64 days;
  int64 total;
  if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &days) || pg_add_s64_overflow(days, interval->time, &total))
    ereport(ERROR, (errcode(ERRCODE_INTERVAL_FIELD_OVERFLOW), errmsg("%s is out of range", what)));
  return Duration{total};
}

Interval* interval_from(Duration duration) {
  auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
  interval->time = duration.microseconds;
  return interval;
}

}  // namespace relinsights::pg
