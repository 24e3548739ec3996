// relationship_health: SPEC 3.7.
#include "core/families/relationship_health.h"

#include "pg/summary_functions.h"

extern "C" {
#include "mb/pg_wchar.h"
}

using relinsights::ActivityTimeline;
using relinsights::Day;
using relinsights::HealthSettings;
using relinsights::RelationshipHealth;
using namespace relinsights::pg;

namespace {

// What only the day and the record differ in has no NULL that could mean something.
void refuse_null(bool is_null, const char* what) {
  if (!is_null) return;
  ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s of relationship_health must not be null", what),
                  errhint("Leave the argument out to get its default.")));
}

// What a call site keeps from row to row: settings as they were written, and read; the labels as SQL values.
struct HealthCall {
  char frequency[16], weights[128];
  size_t frequency_size, weights_size;  // 0: nothing is kept
  HealthSettings settings;
  Datum grades[3], trends[4], states[2];
};

HealthCall& health_call(FunctionCallInfo fcinfo) {
  CallCache& cache = call_cache(fcinfo);
  if (cache.own == nullptr) {
    MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    auto* call = static_cast<HealthCall*>(palloc0(sizeof(HealthCall)));
    for (size_t i = 0; i < 3; ++i) call->grades[i] = CStringGetTextDatum(relinsights::kGradeLabels[i]);
    for (size_t i = 0; i < 4; ++i) call->trends[i] = CStringGetTextDatum(relinsights::kTrendLabels[i]);
    call->states[0] = CStringGetTextDatum(relinsights::kHealthUnknown);
    call->states[1] = CStringGetTextDatum(relinsights::kHealthKnown);
    MemoryContextSwitchTo(before);
    cache.own = call;
  }
  return *static_cast<HealthCall*>(cache.own);
}

// (timeline, as_of, frequency, weights, good, fair)
HealthSettings settings_argument(FunctionCallInfo fcinfo, HealthCall& call) {
  static constexpr const char* kNames[] = {"frequency", "weights", "good", "fair"};
  for (int i = 0; i < 4; ++i) refuse_null(PG_ARGISNULL(2 + i), kNames[i]);
  text* frequency = PG_GETARG_TEXT_PP(2);
  HeapTupleHeader weights = PG_GETARG_HEAPTUPLEHEADER(3);
  size_t frequency_size = VARSIZE_ANY_EXHDR(frequency), weights_size = HeapTupleHeaderGetDatumLength(weights);
  bool same = weights_size == call.weights_size && frequency_size == call.frequency_size &&
              memcmp(VARDATA_ANY(frequency), call.frequency, frequency_size) == 0 &&
              memcmp(weights, call.weights, weights_size) == 0;
  if (!same) {
    call.weights_size = 0;
    call.settings.frequency = value_of(relinsights::frequency_of(view_of(frequency)));
    for (size_t kind = 0; kind < relinsights::kKinds; ++kind) {
      bool is_null;
      Datum weight = GetAttributeByNum(weights, static_cast<AttrNumber>(kind + 1), &is_null);
      refuse_null(is_null, "a weight");
      call.settings.weights[kind] = DatumGetInt32(weight);
    }
    if (frequency_size <= sizeof call.frequency && weights_size <= sizeof call.weights) {
      memcpy(call.frequency, VARDATA_ANY(frequency), frequency_size);
      memcpy(call.weights, weights, weights_size);
      call.frequency_size = frequency_size;
      call.weights_size = weights_size;
    }
  }
  HealthSettings settings = call.settings;
  settings.good = PG_GETARG_INT32(4);
  settings.fair = PG_GETARG_INT32(5);
  return settings;
}

// Without a timeline there was no activity.
RelationshipHealth health_of(FunctionCallInfo fcinfo, Day as_of, const HealthSettings& settings) {
  Bytes bytes{};
  if (!PG_ARGISNULL(0)) bytes = summary_argument(fcinfo, 0);
  return value_of(relinsights::relationship_health({bytes.data, bytes.size}, as_of, settings));
}

}  // namespace

RELINSIGHTS_FUNCTION(relationship_health) {
  HealthCall& call = health_call(fcinfo);
  HealthSettings settings = settings_argument(fcinfo, call);
  if (PG_ARGISNULL(1)) PG_RETURN_NULL();
  RelationshipHealth health = health_of(fcinfo, Day{PG_GETARG_DATEADT(1)}, settings);
  // score, grade, trend, state, activity, recency, engagement
  Datum values[7] = {};
  bool nulls[7];
  for (bool& is_null : nulls) is_null = !health.known;
  nulls[3] = false;
  values[3] = call.states[health.known];
  if (health.known) {
    values[0] = to_datum(health.score);
    values[1] = call.grades[static_cast<size_t>(health.grade)];
    values[2] = call.trends[static_cast<size_t>(health.trend)];
    values[4] = to_datum(health.activity);
    values[5] = to_datum(health.recency);
    values[6] = to_datum(health.engagement);
  }
  return HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), values, nulls));
}

// (timeline, as_of)
RELINSIGHTS_FUNCTION(health_usual_gap) {
  return accessor<ActivityTimeline, int32_t>(fcinfo, [](const ActivityTimeline& timeline, int32_t as_of) {
    return relinsights::usual_gap(timeline, Day{as_of});
  });
}

// (frequency)
RELINSIGHTS_FUNCTION(health_expected_gap) {
  HealthSettings settings;
  settings.frequency = value_of(relinsights::frequency_of(view_of(PG_GETARG_TEXT_PP(0))));
  return to_datum(settings.expected_gap());
}

// (median gap in days, records)
RELINSIGHTS_FUNCTION(health_learned_frequency) {
  std::optional<double> median;
  if (!PG_ARGISNULL(0)) median = PG_GETARG_FLOAT8(0);
  int64_t records = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
  auto frequency = static_cast<size_t>(value_of(relinsights::learned_frequency(median, records)));
  return CStringGetTextDatum(relinsights::kFrequencyLabels[frequency]);
}
