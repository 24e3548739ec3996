#include "pg/arguments.h"

namespace relinsights::pg {

CallCache& call_cache(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == nullptr)
    fcinfo->flinfo->fn_extra = new (MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(CallCache))) CallCache();
  return *static_cast<CallCache*>(fcinfo->flinfo->fn_extra);
}

uint8_t enum_value(FunctionCallInfo fcinfo, int number, const char* const* labels, size_t count) {
  CallCache& cache = call_cache(fcinfo);
  Oid oid = PG_GETARG_OID(number);
  for (size_t i = 0; i < cache.label_count; ++i)
    if (cache.labels[i].oid == oid) return cache.labels[i].value;

  HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple))
    ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid internal value for enum: %u", oid)));
  NameData label = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel;
  ReleaseSysCache(tuple);
  for (size_t value = 0; value < count; ++value) {
    if (strcmp(NameStr(label), labels[value]) != 0) continue;
    if (cache.label_count < CallCache::kLabels) cache.labels[cache.label_count++] = {oid, static_cast<uint8_t>(value)};
    return static_cast<uint8_t>(value);
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
