// contact_agg and the accessors of contact_summary: SPEC 3.6.
#include <charconv>

#include "core/families/contact_summary.h"
#include "pg/summary_functions.h"

using relinsights::ContactAggregation;
using relinsights::ContactSummary;
using relinsights::Direction;
using relinsights::Instant;
using relinsights::Kind;
using relinsights::Party;
using relinsights::PartyActivity;
using namespace relinsights::pg;

RELINSIGHTS_SUMMARY_TYPE(contact_summary, ContactSummary)
RELINSIGHTS_AGGREGATE(contact_agg, ContactAggregation)

namespace {

// Any but the direction, which may be unknown.
bool any_null(FunctionCallInfo fcinfo) { return PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(4); }

// `parties` is one text or a span of them.
template <class Parties>
Datum add_activity(FunctionCallInfo fcinfo, Parties parties) {
  auto kind = argument<Kind>(fcinfo, 2);
  auto direction = argument<Direction>(fcinfo, 3);
  auto at = argument<Instant>(fcinfo, 4);
  return transition<ContactAggregation>(
      fcinfo, [&](auto& aggregation) { return aggregation.add(parties, kind, direction, at); });
}

}  // namespace

// (party, kind, direction, occurred_at); a party is kept as the text it has in SQL, whatever its type
RELINSIGHTS_FUNCTION(contact_agg_transition_bigint) {
  if (any_null(fcinfo)) return unchanged(fcinfo);
  char digits[24];
  auto written = std::to_chars(digits, digits + sizeof digits, argument<int64_t>(fcinfo, 1));
  return add_activity(fcinfo, std::string_view(digits, static_cast<size_t>(written.ptr - digits)));
}

RELINSIGHTS_FUNCTION(contact_agg_transition_uuid) {
  if (any_null(fcinfo)) return unchanged(fcinfo);
  const unsigned char* bytes = PG_GETARG_UUID_P(1)->data;
  char digits[36];
  char* to = digits;
  for (int i = 0; i < UUID_LEN; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = "0123456789abcdef"[bytes[i] >> 4];
    *to++ = "0123456789abcdef"[bytes[i] & 0xf];
  }
  return add_activity(fcinfo, std::string_view(digits, sizeof digits));
}

RELINSIGHTS_FUNCTION(contact_agg_transition_text) {
  if (any_null(fcinfo)) return unchanged(fcinfo);
  return add_activity(fcinfo, view_of(PG_GETARG_TEXT_PP(1)));
}

RELINSIGHTS_FUNCTION(contact_agg_transition_text_array) {
  if (any_null(fcinfo)) return unchanged(fcinfo);
  std::span<std::string_view> texts = texts_of(PG_GETARG_ARRAYTYPE_P(1));
  if (texts.empty()) return unchanged(fcinfo);
  return add_activity(fcinfo, texts);
}

RELINSIGHTS_ACCESSOR(contact_contacts, ContactSummary, s.contacts())
RELINSIGHTS_ACCESSOR(contact_engaged_contacts, ContactSummary, s.engaged_contacts())

namespace {

// A summary and its first parties, all in one context that frees them: no destructor runs, so PostgreSQL may be called
// while this is there.
struct TopContacts {
  ContextMemory memory;
  ContactSummary summary{&memory};
  ContactSummary::Parties parties{&memory};
};

void put_row(ReturnSetInfo* result, int32_t rank, const Party& party) {
  const PartyActivity& of = party.activity;
  Datum name = text_datum(party.name());
  Datum values[] = {Int32GetDatum(rank),
                    name,
                    Int64GetDatum(of.interactions()),
                    Int64GetDatum(of.emails),
                    Int64GetDatum(of.meetings),
                    Int64GetDatum(of.phone_calls),
                    Int64GetDatum(of.initiated_by_us()),
                    Int64GetDatum(of.initiated_by_them),
                    TimestampTzGetDatum(of.last.microseconds)};
  bool nulls[std::size(values)] = {};
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  pfree(DatumGetPointer(name));
}

}  // namespace

// (summary, n)
RELINSIGHTS_FUNCTION(contact_top_contacts) {
  InitMaterializedSRF(fcinfo, 0);
  Bytes bytes = summary_argument(fcinfo, 0);
  auto n = argument<int32_t>(fcinfo, 1);
  auto* top = make_in<TopContacts>(CurrentMemoryContext);
  check(decode_summary(bytes.data, bytes.size, top->summary));
  check(top->summary.top(n, top->parties));
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  int32_t rank = 0;
  for (const Party* party : top->parties) {
    CHECK_FOR_INTERRUPTS();
    put_row(result, ++rank, *party);
  }
  PG_RETURN_NULL();
}
