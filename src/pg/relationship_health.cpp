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

// (timeline, as_of, frequency, weights, good, fair)
HealthSettings settings_argument(FunctionCallInfo fcinfo) {
  static constexpr const char* kNames[] = {"frequency", "weights", "good", "fair"};
  for (int i = 0; i < 4; ++i) refuse_null(PG_ARGISNULL(2 + i), kNames[i]);
  HealthSettings settings;
  text* frequency = PG_GETARG_TEXT_PP(2);
  // Cut for the error message between two characters; no label is as long.
  int length = pg_mbcliplen(VARDATA_ANY(frequency), static_cast<int>(VARSIZE_ANY_EXHDR(frequency)), 60);
  settings.frequency = value_of(relinsights::frequency_of({VARDATA_ANY(frequency), static_cast<size_t>(length)}));
  HeapTupleHeader weights = PG_GETARG_HEAPTUPLEHEADER(3);
  for (size_t kind = 0; kind < relinsights::kKinds; ++kind) {
    bool is_null;
    Datum weight = GetAttributeByNum(weights, static_cast<AttrNumber>(kind + 1), &is_null);
    refuse_null(is_null, "a weight");
    settings.weights[kind] = DatumGetInt32(weight);
  }
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
  HealthSettings settings = settings_argument(fcinfo);
  if (PG_ARGISNULL(1)) PG_RETURN_NULL();
  RelationshipHealth health = health_of(fcinfo, Day{PG_GETARG_DATEADT(1)}, settings);
  // score, grade, trend, state, activity, recency, engagement
  Datum values[7] = {};
  bool nulls[7];
  for (bool& is_null : nulls) is_null = !health.known;
  nulls[3] = false;
  values[3] = CStringGetTextDatum(health.known ? relinsights::kHealthKnown : relinsights::kHealthUnknown);
  if (health.known) {
    values[0] = to_datum(health.score);
    values[1] = CStringGetTextDatum(relinsights::kGradeLabels[static_cast<size_t>(health.grade)]);
    values[2] = CStringGetTextDatum(relinsights::kTrendLabels[static_cast<size_t>(health.trend)]);
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

// (median gap in days, records)
RELINSIGHTS_FUNCTION(health_learned_frequency) {
  std::optional<double> median;
  if (!PG_ARGISNULL(0)) median = PG_GETARG_FLOAT8(0);
  int64_t records = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
  auto frequency = static_cast<size_t>(value_of(relinsights::learned_frequency(median, records)));
  return CStringGetTextDatum(relinsights::kFrequencyLabels[frequency]);
}
