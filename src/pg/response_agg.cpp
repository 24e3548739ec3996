// response_agg and the accessors of response_summary: SPEC 3.4.
#include "core/families/response_turns.h"
#include "pg/working_calendar.h"

using relinsights::Direction;
using relinsights::Duration;
using relinsights::Instant;
using relinsights::ResponseAggregation;
using relinsights::ResponseSummary;
using relinsights::Side;
using namespace relinsights::pg;

RELINSIGHTS_SUMMARY_TYPE(response_summary, ResponseSummary)
RELINSIGHTS_AGGREGATE_STATE(response_agg, ResponseAggregation)

namespace {

// Fixed for ever: the same thread has the same key in every worker and on every node.
constexpr uint64 kThreadSeed = 0x72656c696e736967;

uint64_t hashed(const void* data, size_t size) {
  return hash_bytes_extended(static_cast<const unsigned char*>(data), static_cast<int>(size), kThreadSeed);
}

uint64_t key_of_bigint(Datum thread) { return static_cast<uint64_t>(DatumGetInt64(thread)); }
uint64_t key_of_uuid(Datum thread) { return hashed(DatumGetUUIDP(thread)->data, UUID_LEN); }
uint64_t key_of_text(Datum thread) {
  text* value = DatumGetTextPP(thread);
  return hashed(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

struct CalendarBytes {
  std::string_view encoded;

  // Of argument `number`, if the aggregate has it.
  CalendarBytes(FunctionCallInfo fcinfo, int number) {
    if (PG_NARGS() <= number) return;
    if (PG_ARGISNULL(number))
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("calendar of response_agg is NULL"),
                      errdetail("Elapsed and working time do not mix in one column."),
                      errhint("Leave the calendar out to measure elapsed time, or give every row one.")));
    Bytes bytes = summary_argument(fcinfo, number);
    encoded = {reinterpret_cast<const char*>(bytes.data), bytes.size};
  }
};

// (thread, direction, occurred_at [, calendar])
template <class KeyOf>
Datum response_transition(FunctionCallInfo fcinfo, KeyOf&& key_of) {
  if (PG_ARGISNULL(2) || PG_ARGISNULL(3)) return unchanged(fcinfo);
  auto direction = argument<Direction>(fcinfo, 2);
  auto at = argument<Instant>(fcinfo, 3);
  bool threaded = !PG_ARGISNULL(1);
  uint64_t thread = threaded ? key_of(PG_GETARG_DATUM(1)) : 0;
  CalendarBytes calendar(fcinfo, 4);
  return transition<ResponseAggregation>(fcinfo, [&](ResponseAggregation& aggregation) {
    if (PG_NARGS() > 4) check(aggregation.use_calendar(calendar.encoded));
    return threaded ? aggregation.add(thread, direction, at) : aggregation.add_unthreaded(at);
  });
}

// (thread, direction, occurred_at [, needs_reply], rules); NULL: a reply is needed
template <class KeyOf>
Datum response_rules_transition(FunctionCallInfo fcinfo, KeyOf&& key_of) {
  if (PG_ARGISNULL(2) || PG_ARGISNULL(3)) return unchanged(fcinfo);
  auto direction = argument<Direction>(fcinfo, 2);
  auto at = argument<Instant>(fcinfo, 3);
  bool threaded = !PG_ARGISNULL(1);
  uint64_t thread = threaded ? key_of(PG_GETARG_DATUM(1)) : 0;
  int last = PG_NARGS() - 1;
  bool needs_reply = last == 4 || PG_ARGISNULL(4) || PG_GETARG_BOOL(4);
  if (PG_ARGISNULL(last))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("rules of response_agg are NULL"),
                    errdetail("Every e-mail of a group goes by the same rules."),
                    errhint("Give response_rules() where there is no gap, no as-of moment and no calendar.")));
  Bytes rules = summary_argument(fcinfo, last);
  return transition<ResponseAggregation>(fcinfo, [&](ResponseAggregation& aggregation) {
    check(aggregation.use_rules({reinterpret_cast<const char*>(rules.data), rules.size}));
    return threaded ? aggregation.add(thread, direction, at, needs_reply) : aggregation.add_unthreaded(at);
  });
}

// With the calendar that the rows brought along, if they did. NULL where all of them came after the as-of moment.
Datum finish_responses(FunctionCallInfo fcinfo) {
  auto* state = state_argument<ResponseAggregation>(fcinfo, 0);
  if (state == nullptr || state->aggregation.empty()) PG_RETURN_NULL();
  std::string_view encoded = state->aggregation.calendar();
  if (encoded.empty()) return aggregate_final<ResponseAggregation>(fcinfo);
  Bytes calendar{reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()};
  return aggregate_final<ResponseAggregation>(fcinfo, prepared_calendar(fcinfo, calendar));
}

}  // namespace

RELINSIGHTS_FUNCTION(response_agg_transition_bigint) { return response_transition(fcinfo, key_of_bigint); }
RELINSIGHTS_FUNCTION(response_agg_transition_uuid) { return response_transition(fcinfo, key_of_uuid); }
RELINSIGHTS_FUNCTION(response_agg_transition_text) { return response_transition(fcinfo, key_of_text); }

RELINSIGHTS_FUNCTION(thread_key_uuid) { return to_datum(static_cast<int64_t>(key_of_uuid(PG_GETARG_DATUM(0)))); }
RELINSIGHTS_FUNCTION(thread_key_text) { return to_datum(static_cast<int64_t>(key_of_text(PG_GETARG_DATUM(0)))); }

RELINSIGHTS_FUNCTION(response_agg_rules_transition_bigint) { return response_rules_transition(fcinfo, key_of_bigint); }
RELINSIGHTS_FUNCTION(response_agg_rules_transition_uuid) { return response_rules_transition(fcinfo, key_of_uuid); }
RELINSIGHTS_FUNCTION(response_agg_rules_transition_text) { return response_rules_transition(fcinfo, key_of_text); }

RELINSIGHTS_FUNCTION(response_agg_final) { return finish_responses(fcinfo); }
RELINSIGHTS_FUNCTION(response_agg_working_time_final) { return finish_responses(fcinfo); }

RELINSIGHTS_ACCESSOR_OF_SIDE(response_responses, ResponseSummary, s.responses(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_awaiting, ResponseSummary, s.awaiting(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_lapsed, ResponseSummary, s.lapsed(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_first_responses, ResponseSummary, s.first_responses(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_avg_first_response_time, ResponseSummary, s.first_response_times(side).mean())
RELINSIGHTS_ACCESSOR_OF_SIDE(response_median_first_response_time, ResponseSummary, s.first_percentile(side, 0.5))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_response_rate, ResponseSummary, s.response_rate(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_avg_response_time, ResponseSummary, s.response_times(side).mean())
RELINSIGHTS_ACCESSOR_OF_SIDE(response_min_response_time, ResponseSummary, s.response_times(side).min())
RELINSIGHTS_ACCESSOR_OF_SIDE(response_max_response_time, ResponseSummary, s.response_times(side).max())
RELINSIGHTS_ACCESSOR_OF_SIDE(response_median_response_time, ResponseSummary, s.percentile(side, 0.5))
RELINSIGHTS_ACCESSOR_OF_SIDE(response_oldest_awaiting_since, ResponseSummary, s.oldest_awaiting_since(side))
RELINSIGHTS_ACCESSOR(response_unthreaded, ResponseSummary, s.unthreaded())

RELINSIGHTS_FUNCTION(response_response_time_percentile) {
  return accessor<ResponseSummary, Side, double>(
      fcinfo, [](const ResponseSummary& s, Side side, double fraction) { return s.percentile(side, fraction); });
}

RELINSIGHTS_FUNCTION(response_answered_within) {
  return accessor<ResponseSummary, Side, Duration>(
      fcinfo, [](const ResponseSummary& s, Side side, Duration limit) { return s.answered_within(side, limit); });
}

RELINSIGHTS_FUNCTION(response_first_response_time_percentile) {
  return accessor<ResponseSummary, Side, double>(
      fcinfo, [](const ResponseSummary& s, Side side, double fraction) { return s.first_percentile(side, fraction); });
}
