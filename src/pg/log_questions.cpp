// What happened in a log after a moment, and who knows whom by it: SPEC 5.8, 5.9.
#include "core/record/log_questions.h"

#include "core/record/activity_log.h"
#include "pg/log_arguments.h"
#include "pg/summary_functions.h"

using relinsights::Acquaintance;
using relinsights::Day;
using relinsights::HealthSettings;
using relinsights::Instant;
using relinsights::kKinds;
using relinsights::LaterActivities;
using relinsights::RecordEntries;
using relinsights::SummaryRules;
using namespace relinsights::pg;

namespace {

// A log and what was found in it, all in one context that frees them: no destructor runs, so PostgreSQL may be called
// while this is there.
struct Acquaintances {
  ContextMemory memory;
  RecordEntries log{&memory};
  std::pmr::vector<Acquaintance> pairs{&memory};
};

// (..., frequency, weights)
HealthSettings health_argument(FunctionCallInfo fcinfo, int frequency, int weights) {
  HealthSettings settings;
  settings.frequency = value_of(relinsights::frequency_of(view_of(PG_GETARG_TEXT_PP(frequency))));
  ArrayType* array = PG_GETARG_ARRAYTYPE_P(weights);
  if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != kKinds || ARR_HASNULL(array))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("weights must be %zu integers", kKinds)));
  memcpy(settings.weights, ARR_DATA_PTR(array), sizeof settings.weights);
  return settings;
}

}  // namespace

// (log, after, as_of) -> inbound, outbound, first_at, contacts, first_contact_at
RELINSIGHTS_FUNCTION(log_later) {
  const Instant after = PG_ARGISNULL(1) ? Instant{INT64_MIN} : Instant{PG_GETARG_TIMESTAMPTZ(1)};
  const Instant as_of = as_of_argument(fcinfo, 2);
  LaterActivities later;
  if (!PG_ARGISNULL(0)) {
    Bytes bytes = summary_argument(fcinfo, 0);
    ContextMemory memory;
    RecordEntries log(&memory);
    check(relinsights::decode_log(bytes.data, bytes.size, log));
    later = relinsights::later_activities(log, after, as_of);
  }
  const Datum values[] = {to_datum(later.inbound), to_datum(later.outbound), to_datum(later.first.value_or(Instant{})),
                          to_datum(later.contacts), to_datum(later.first_contact.value_or(Instant{}))};
  const bool nulls[] = {false, false, !later.first, false, !later.first_contact};
  return HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), const_cast<Datum*>(values), const_cast<bool*>(nulls)));
}

// (log, as_of, today, time_zone, frequency, weights) -> our_party, their_party, interactions, meetings,
// last_interaction_at, strength
RELINSIGHTS_FUNCTION(log_acquaintances) {
  InitMaterializedSRF(fcinfo, 0);
  for (int i : {0, 2, 3, 4, 5})
    if (PG_ARGISNULL(i)) PG_RETURN_NULL();
  SummaryRules rules;
  rules.as_of = as_of_argument(fcinfo, 1);
  const Day today{PG_GETARG_DATEADT(2)};
  rules.zone = &zone_argument(fcinfo, 3);
  const HealthSettings health = health_argument(fcinfo, 4, 5);
  Bytes bytes = summary_argument(fcinfo, 0);
  auto* found = make_in<Acquaintances>(CurrentMemoryContext);
  check(relinsights::decode_log(bytes.data, bytes.size, found->log));
  check(relinsights::who_knows_whom(found->log, rules, today, health, found->pairs, &found->memory));
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  for (const Acquaintance& pair : found->pairs) {
    CHECK_FOR_INTERRUPTS();
    const std::string_view ours = found->log.our_people[pair.ours], theirs = found->log.their_people[pair.theirs];
    const Datum our = text_datum(ours), their = text_datum(theirs);
    Datum values[] = {our,
                      their,
                      to_datum(pair.interactions),
                      to_datum(pair.meetings),
                      to_datum(pair.last),
                      to_datum(pair.strength.value_or(0))};
    bool nulls[std::size(values)] = {};
    nulls[5] = !pair.strength;
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    pfree(DatumGetPointer(our));
    pfree(DatumGetPointer(their));
  }
  PG_RETURN_NULL();
}
