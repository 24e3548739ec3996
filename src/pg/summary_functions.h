// Ties a core Summary to the functions of a PostgreSQL type and its rollup, and a core Aggregation to the functions of
// an aggregate: see core/summary.h for what they promise. A family needs two macros and its own transition function:
//
//   RELINSIGHTS_SUMMARY_TYPE(interaction_summary, InteractionSummary)
//   RELINSIGHTS_AGGREGATE(interaction_agg, SelfAggregation<InteractionSummary>)
//   RELINSIGHTS_FUNCTION(interaction_agg_transition) { ... return transition<...>(fcinfo, [&](auto& state) { ... }); }
//
// A value on disk is a varlena of the version byte and what the core encodes. Equality, inequality and hash are those
// of the bytes, the same for every type: see summary_functions.cpp.
#pragma once

#include "core/base/interrupt.h"
#include "pg/arguments.h"
#include "pg/json_input.h"

namespace relinsights::pg {

struct Bytes {
  const uint8_t* data;
  size_t size;
};

// Detoasts argument `number`: call it while no C++ object is alive.
Bytes summary_argument(FunctionCallInfo fcinfo, int number);

// The finished buffer as a varlena (or, with a zero byte behind it, as a C string), without a second copy.
inline Datum varlena_from(ByteWriter& out) {
  if (out.size() > MaxAllocSize)
    throw Failure{Status::error(StatusCode::kLimitExceeded, "value is too large")
                      .detail("It takes %zu bytes; 1 GB is the most.", out.size())};
  SET_VARSIZE(out.data(), out.size());
  return PointerGetDatum(out.release());
}

inline void begin_varlena(ByteWriter& out) {
  static constexpr uint8_t kHeader[VARHDRSZ] = {};
  out.bytes(kHeader, sizeof kHeader);
}

// Text that PostgreSQL could neither hand over nor read back is not written.
inline Datum cstring_from(ByteWriter& out, const char* type_name) {
  if (out.size() > MaxAllocSize)
    throw Failure{Status::error(StatusCode::kLimitExceeded, "%s is too large for its text form", type_name)
                      .detail("The text takes %zu bytes; 1 GB is the most.", out.size())
                      .hint("Copy it in binary form: COPY ... (FORMAT binary).")};
  return CStringGetDatum(reinterpret_cast<char*>(out.release()));
}

template <StoredValue S>
Datum summary_datum(const S& summary, std::pmr::memory_resource* memory) {
  ByteWriter out(memory);
  begin_varlena(out);
  encode_summary(summary, out);
  return varlena_from(out);
}

template <Summary S>
Datum summary_out(FunctionCallInfo fcinfo) {
  Bytes bytes = summary_argument(fcinfo, 0);
  ContextMemory memory;
  S summary(&memory);
  check(decode_summary(bytes.data, bytes.size, summary));
  ByteWriter out(&memory);
  write_summary(summary, out);
  out.byte(0);
  return cstring_from(out, S::kTypeName);
}

// Bytes from outside may hold text of another encoding, which PostgreSQL's own functions must never see. A summary that
// keeps texts shows them by for_each_text(visit).
template <StoredValue S>
void check_encoding(const S& summary) {
  if constexpr (requires { summary.for_each_text([](std::string_view) {}); }) {
    InterruptPace pace;
    summary.for_each_text([&](std::string_view text) {
      pace.step();
      if (pg_verify_mbstr(GetDatabaseEncoding(), text.data(), static_cast<int>(text.size()), true)) return;
      throw Failure{Status::error(StatusCode::kCorruptBytes, "invalid binary value for type %s", S::kTypeName)
                        .detail("A text in it is not valid in this database's encoding, %s.", GetDatabaseEncodingName())
                        .hint("Binary values keep the encoding of their database; copy between encodings as text.")};
    });
  }
}

template <StoredValue S>
Datum summary_from_outside(const uint8_t* data, size_t size) {
  ContextMemory memory;
  S summary(&memory);
  check(decode_summary(data, size, summary));
  check_encoding(summary);
  return summary_datum(summary, &memory);
}

template <StoredValue S>
Datum summary_recv(FunctionCallInfo fcinfo) {
  auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
  int size = message->len - message->cursor;
  const auto* data = reinterpret_cast<const uint8_t*>(pq_getmsgbytes(message, size));
  return summary_from_outside<S>(data, static_cast<size_t>(size));
}

// Text is JSON, or the bytes of the binary form as a bytea shows them (\x...): what other servers send takes a fifth of
// the room that way.
template <Summary S>
Datum summary_in(FunctionCallInfo fcinfo) {
  const char* given = PG_GETARG_CSTRING(0);
  if (given[0] == '\\' && given[1] == 'x') {
    bytea* bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, CStringGetDatum(given)));
    return summary_from_outside<S>(reinterpret_cast<const uint8_t*>(VARDATA_ANY(bytes)), VARSIZE_ANY_EXHDR(bytes));
  }
  JsonValue text = parse_json(given);
  ContextMemory memory;
  S summary(&memory);
  check(read_summary(text, summary));
  return summary_datum(summary, &memory);
}

// The flat value is the wire format; it is read whole first, so that nothing broken is sent on.
template <StoredValue S>
Datum summary_send(FunctionCallInfo fcinfo) {
  Bytes bytes = summary_argument(fcinfo, 0);
  ContextMemory memory;
  S summary(&memory);
  check(decode_summary(bytes.data, bytes.size, summary));
  return summary_datum(summary, &memory);
}

// Reads the other arguments, then the summary in argument 0, and answers `read(summary, arguments...)`: a value, an
// optional one (SQL NULL) or a Result of either.
template <class T>
struct is_result : std::false_type {};
template <class T>
struct is_result<Result<T>> : std::true_type {};

template <Summary S, class... Arguments, class Read>
Datum accessor(FunctionCallInfo fcinfo, Read&& read) {
  auto arguments = [&]<int... kNumber>(std::integer_sequence<int, kNumber...>) {
    return std::tuple<Arguments...>{argument<Arguments>(fcinfo, kNumber + 1)...};
  }
  (std::make_integer_sequence<int, static_cast<int>(sizeof...(Arguments))>());
  Bytes bytes = summary_argument(fcinfo, 0);
  auto answer = [&] {
    ContextMemory memory;
    S summary(&memory);
    check(decode_summary(bytes.data, bytes.size, summary));
    auto result = std::apply([&](const auto&... values) { return read(std::as_const(summary), values...); }, arguments);
    if constexpr (is_result<decltype(result)>::value)
      return value_of(result);
    else
      return result;
  }();
  return to_datum(fcinfo, answer);
}

// ---- aggregate: the state behind `internal`

// A state and its memory, in one allocation of the aggregate's context, which frees both: no destructor runs.
template <AggregationState A>
struct State {
  explicit State(MemoryContext context) : memory(context), aggregation(&memory) {}
  ContextMemory memory;
  A aggregation;

  static State* make(MemoryContext context) {
    static_assert(alignof(State) <= MAXIMUM_ALIGNOF, "palloc aligns to MAXALIGN only");
    void* place = MemoryContextAllocExtended(context, sizeof(State), MCXT_ALLOC_NO_OOM);
    if (place == nullptr) throw std::bad_alloc();
    return new (place) State(context);
  }
};

MemoryContext aggregate_context(FunctionCallInfo fcinfo);

template <AggregationState A>
State<A>* state_argument(FunctionCallInfo fcinfo, int number) {
  return PG_ARGISNULL(number) ? nullptr : reinterpret_cast<State<A>*>(PG_GETARG_POINTER(number));
}

// A row that is ignored: the state stays what it was.
inline Datum unchanged(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  return PG_GETARG_DATUM(0);
}

// Adds one row, whose arguments have been read: `add(aggregation)` answers a Status.
template <AggregationState A, class Add>
Datum transition(FunctionCallInfo fcinfo, Add&& add) {
  State<A>* state = state_argument<A>(fcinfo, 0);
  if (state == nullptr) state = State<A>::make(aggregate_context(fcinfo));
  check(add(state->aggregation));
  PG_RETURN_POINTER(state);
}

template <AggregationState A>
Datum aggregate_combine(FunctionCallInfo fcinfo) {
  State<A>* into = state_argument<A>(fcinfo, 0);
  State<A>* from = state_argument<A>(fcinfo, 1);
  if (from == nullptr) return unchanged(fcinfo);
  if (into == nullptr) into = State<A>::make(aggregate_context(fcinfo));
  check(into->aggregation.merge(from->aggregation));
  PG_RETURN_POINTER(into);
}

template <AggregationState A>
Datum aggregate_serialize(FunctionCallInfo fcinfo) {
  aggregate_context(fcinfo);
  ContextMemory memory;
  ByteWriter out(&memory, 1024);
  begin_varlena(out);
  state_argument<A>(fcinfo, 0)->aggregation.serialize(out);
  return varlena_from(out);
}

template <AggregationState A>
Datum aggregate_deserialize(FunctionCallInfo fcinfo) {
  aggregate_context(fcinfo);
  Bytes bytes = summary_argument(fcinfo, 0);
  State<A>* state = State<A>::make(CurrentMemoryContext);
  ByteReader in(bytes.data, bytes.size);
  state->aggregation.deserialize(in);
  if (!in.complete()) throw Failure{Status::error(StatusCode::kCorruptBytes, "invalid partial state of an aggregate")};
  PG_RETURN_POINTER(state);
}

// `settings` is what the aggregation needs to finish beyond its rows; mostly nothing.
template <Aggregation A, class... Settings>
Datum aggregate_final(FunctionCallInfo fcinfo, const Settings&... settings) {
  State<A>* state = state_argument<A>(fcinfo, 0);
  if (state == nullptr) PG_RETURN_NULL();
  ContextMemory memory;
  typename A::Summary summary(&memory);
  check(state->aggregation.finish(summary, settings...));
  return summary_datum(summary, &memory);
}

// ---- rollup: the state is the summary type itself
//
// The first value stays flat. The second makes it a read-write expanded object in the aggregate's context, into which
// the rest are merged in place. PostgreSQL flattens it when it sends or stores it, so a partial state is a value of the
// type.

template <MergeableValue S>
struct ExpandedSummary {
  ExpandedObjectHeader header;  // first: PostgreSQL knows the object by it
  ContextMemory memory;
  S summary;
  Datum flat = 0;  // made when asked for; merging drops it

  explicit ExpandedSummary(MemoryContext context) : memory(context), summary(&memory) {
    static_assert(alignof(ExpandedSummary) <= MAXIMUM_ALIGNOF, "palloc aligns to MAXALIGN only");
    EOH_init_header(&header, &kMethods, context);
  }

  static Size flat_size(ExpandedObjectHeader* object) {
    auto* self = reinterpret_cast<ExpandedSummary*>(object);
    return guarded([self] {
      if (self->flat == 0) self->flat = summary_datum(self->summary, &self->memory);
      return static_cast<Size>(VARSIZE(DatumGetPointer(self->flat)));
    });
  }
  static void flatten(ExpandedObjectHeader* object, void* result, Size size) {
    auto* self = reinterpret_cast<ExpandedSummary*>(object);
    memcpy(result, DatumGetPointer(self->flat), size);
  }
  static constexpr ExpandedObjectMethods kMethods = {flat_size, flatten};

  void drop_flat() {
    if (flat != 0) pfree(DatumGetPointer(std::exchange(flat, 0)));
  }
};

template <MergeableValue S>
ExpandedSummary<S>* expanded_argument(FunctionCallInfo fcinfo, int number) {
  Datum value = PG_GETARG_DATUM(number);
  if (!VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value))) return nullptr;
  return reinterpret_cast<ExpandedSummary<S>*>(DatumGetEOHP(value));
}

// Merges one more value, with a plain header, into the state in argument 0.
template <MergeableValue S>
Datum add_to_rollup(FunctionCallInfo fcinfo, MemoryContext context, varlena* more) {
  if (PG_ARGISNULL(0)) return PointerGetDatum(more);
  ExpandedSummary<S>* state = expanded_argument<S>(fcinfo, 0);
  if (state == nullptr) {
    Bytes first = summary_argument(fcinfo, 0);
    MemoryContext own = AllocSetContextCreate(context, "relinsights rollup", ALLOCSET_SMALL_SIZES);
    void* place = MemoryContextAlloc(own, sizeof(ExpandedSummary<S>));
    state = new (place) ExpandedSummary<S>(own);
    check(decode_summary(first.data, first.size, state->summary));
  }
  state->drop_flat();
  ContextMemory memory;
  S summary(&memory);
  check(decode_summary(reinterpret_cast<uint8_t*>(VARDATA(more)), VARSIZE(more) - VARHDRSZ, summary));
  check(state->summary.merge(summary));
  return EOHPGetRWDatum(&state->header);
}

// Transition and combine function in one, as both merge a summary into a summary.
template <MergeableValue S>
Datum rollup_merge(FunctionCallInfo fcinfo) {
  MemoryContext context = aggregate_context(fcinfo);
  if (PG_ARGISNULL(1)) return unchanged(fcinfo);
  return add_to_rollup<S>(fcinfo, context, PG_GETARG_VARLENA_P(1));
}

inline Datum rollup_final(FunctionCallInfo fcinfo) { return PointerGetDatum(PG_DETOAST_DATUM(PG_GETARG_DATUM(0))); }

}  // namespace relinsights::pg

#define RELINSIGHTS_SUMMARY_TYPE(name, Type) RELINSIGHTS_SUMMARY_TYPE_ROLLED_UP(name, Type, Type)

// One whose rollup has a state of its own, which is the same value.
#define RELINSIGHTS_SUMMARY_TYPE_ROLLED_UP(name, Type, State)                                          \
  RELINSIGHTS_FUNCTION(name##_in) { return ::relinsights::pg::summary_in<Type>(fcinfo); }              \
  RELINSIGHTS_FUNCTION(name##_out) { return ::relinsights::pg::summary_out<Type>(fcinfo); }            \
  RELINSIGHTS_FUNCTION(name##_recv) { return ::relinsights::pg::summary_recv<Type>(fcinfo); }          \
  RELINSIGHTS_FUNCTION(name##_send) { return ::relinsights::pg::summary_send<Type>(fcinfo); }          \
  RELINSIGHTS_FUNCTION(name##_rollup_merge) { return ::relinsights::pg::rollup_merge<State>(fcinfo); } \
  RELINSIGHTS_FUNCTION(name##_rollup_final) { return ::relinsights::pg::rollup_final(fcinfo); }

#define RELINSIGHTS_AGGREGATE_STATE(name, Type)                                                           \
  RELINSIGHTS_FUNCTION(name##_combine) { return ::relinsights::pg::aggregate_combine<Type>(fcinfo); }     \
  RELINSIGHTS_FUNCTION(name##_serialize) { return ::relinsights::pg::aggregate_serialize<Type>(fcinfo); } \
  RELINSIGHTS_FUNCTION(name##_deserialize) { return ::relinsights::pg::aggregate_deserialize<Type>(fcinfo); }

#define RELINSIGHTS_AGGREGATE(name, Type) \
  RELINSIGHTS_AGGREGATE_STATE(name, Type) \
  RELINSIGHTS_FUNCTION(name##_final) { return ::relinsights::pg::aggregate_final<Type>(fcinfo); }

// One accessor: its SQL arguments behind the summary are given as core types.
#define RELINSIGHTS_ACCESSOR(name, Type, expression)                                            \
  RELINSIGHTS_FUNCTION(name) {                                                                  \
    return ::relinsights::pg::accessor<Type>(fcinfo, [](const Type& s) { return expression; }); \
  }
#define RELINSIGHTS_ACCESSOR_OF_SIDE(name, Type, expression)                         \
  RELINSIGHTS_FUNCTION(name) {                                                       \
    return ::relinsights::pg::accessor<Type, ::relinsights::Side>(                   \
        fcinfo, [](const Type& s, ::relinsights::Side side) { return expression; }); \
  }
