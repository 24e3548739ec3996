// Reads SQL arguments into the core's types, and makes SQL values of the core's results.
//
// argument<T>(fcinfo, n) calls PostgreSQL and may raise its errors, so it is called before any C++ object with a
// destructor exists; so is to_datum after the last one is gone. Both deal in plain values only.
#pragma once

#include "pg/guard.h"

namespace relinsights::pg {

// What a call site remembers from row to row, in fn_extra: only to be quick, never to be right.
struct CallCache {
  struct Label {
    Oid oid = InvalidOid;
    uint8_t value = 0;
  };
  static constexpr size_t kLabels = 16;  // those of a type have neighbouring numbers: each finds a place of its own
  Label labels[kLabels];
  void* own = nullptr;        // of the function itself, in fn_mcxt
  void* calendars = nullptr;  // see prepared_calendar()
  TupleDesc row = nullptr;    // see row_type()
};
CallCache& make_call_cache(FunctionCallInfo fcinfo);
inline CallCache& call_cache(FunctionCallInfo fcinfo) {
  void* cache = fcinfo->flinfo->fn_extra;
  return cache != nullptr ? *static_cast<CallCache*>(cache) : make_call_cache(fcinfo);
}

// The number of a label of one of our enums, looked up once per label and call site.
uint8_t look_up_label(CallCache::Label& remembered, Oid oid, const char* const* labels, size_t count);
inline uint8_t enum_value(FunctionCallInfo fcinfo, int number, const char* const* labels, size_t count) {
  Oid oid = PG_GETARG_OID(number);
  CallCache::Label& label = call_cache(fcinfo).labels[oid % CallCache::kLabels];
  return label.oid == oid ? label.value : look_up_label(label, oid, labels, count);
}

// The composite type that this function returns, looked up once per call site.
TupleDesc row_type(FunctionCallInfo fcinfo);

inline std::string_view view_of(text* value) {
  return {VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value))};
}
// The texts of an array of any dimensions, without its NULLs, in memory of the current context.
std::span<std::string_view> texts_of(ArrayType* array);

// An interval as a length of time: a day is 24 hours, a month is an error. `what` names it in the message.
Duration duration_from(const Interval* interval, const char* what);
Interval* interval_from(Duration duration);

template <class T>
T argument(FunctionCallInfo fcinfo, int number) {
  if constexpr (std::is_same_v<T, Kind>) {
    return static_cast<Kind>(enum_value(fcinfo, number, kKindLabels, kKinds));
  } else if constexpr (std::is_same_v<T, Direction>) {
    if (PG_ARGISNULL(number)) return Direction::kUnknown;
    return static_cast<Direction>(enum_value(fcinfo, number, kDirectionLabels, kDirections));
  } else if constexpr (std::is_same_v<T, Side>) {
    return static_cast<Side>(enum_value(fcinfo, number, kSideLabels, kSides));
  } else if constexpr (std::is_same_v<T, Instant>) {
    return Instant{PG_GETARG_TIMESTAMPTZ(number)};
  } else if constexpr (std::is_same_v<T, Duration>) {
    return duration_from(PG_GETARG_INTERVAL_P(number), "interval");
  } else if constexpr (std::is_same_v<T, double>) {
    return PG_GETARG_FLOAT8(number);
  } else if constexpr (std::is_same_v<T, int32_t>) {
    return PG_GETARG_INT32(number);
  } else {
    static_assert(std::is_same_v<T, int64_t>);
    return PG_GETARG_INT64(number);
  }
}

inline Datum text_datum(std::string_view text) {
  return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}
inline Datum uuid_datum(std::string_view bytes) {
  auto* uuid = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  memcpy(uuid->data, bytes.data(), UUID_LEN);
  return UUIDPGetDatum(uuid);
}

inline Datum to_datum(int64_t value) { return Int64GetDatum(value); }
inline Datum to_datum(int32_t value) { return Int32GetDatum(value); }
inline Datum to_datum(double value) { return Float8GetDatum(value); }
inline Datum to_datum(Instant value) { return TimestampTzGetDatum(value.microseconds); }
inline Datum to_datum(Duration value) { return IntervalPGetDatum(interval_from(value)); }

template <class T>
Datum to_datum(FunctionCallInfo fcinfo, const T& value) {
  return to_datum(value);
}
template <class T>
Datum to_datum(FunctionCallInfo fcinfo, const std::optional<T>& value) {
  if (!value.has_value()) PG_RETURN_NULL();
  return to_datum(*value);
}

}  // namespace relinsights::pg
