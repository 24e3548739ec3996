#include "pg/arguments.h"

namespace relinsights::pg {

CallCache& make_call_cache(FunctionCallInfo fcinfo) {
  auto* cache = make_in<CallCache>(fcinfo->flinfo->fn_mcxt);
  fcinfo->flinfo->fn_extra = cache;
  return *cache;
}

uint8_t look_up_label(CallCache::Label& remembered, Oid oid, const char* const* labels, size_t count) {
  HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(oid));
  if (!HeapTupleIsValid(tuple))
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid internal value for enum: %u", oid)));
  NameData label = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel;
  ReleaseSysCache(tuple);
  for (size_t value = 0; value < count; ++value) {
    if (strcmp(NameStr(label), labels[value]) != 0) continue;
    remembered = {oid, static_cast<uint8_t>(value)};
    return remembered.value;
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("label \"%s\" is not known to pg_relinsights", NameStr(label)),
                  errhint("The enums of schema relinsights must keep the labels they were installed with.")));
}

TupleDesc row_type(FunctionCallInfo fcinfo) {
  CallCache& cache = call_cache(fcinfo);
  if (cache.row == nullptr) {
    TupleDesc row;
    if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE)
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("the result of this function must be a row")));
    MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    cache.row = BlessTupleDesc(CreateTupleDescCopy(row));
    MemoryContextSwitchTo(before);
  }
  return cache.row;
}

std::span<std::string_view> texts_of(ArrayType* array) {
  Datum* elements;
  bool* nulls;
  int count;
  deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &count);
  auto* texts = static_cast<std::string_view*>(
      MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * static_cast<Size>(count + 1)));
  size_t size = 0;
  for (int i = 0; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    if (!nulls[i]) texts[size++] = view_of(DatumGetTextPP(elements[i]));
  }
  return {texts, size};
}

Duration duration_from(const Interval* interval, const char* what) {
  if (interval->month != 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not contain months or years", what),
                    errdetail("A month has no fixed length."),
                    errhint("Give it in days (of 24 hours), hours, minutes and seconds.")));
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
