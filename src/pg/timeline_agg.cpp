// timeline_agg and what activity_timeline shows: SPEC 3.5.
#include "core/families/activity_timeline.h"
#include "pg/summary_functions.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/tuplestore.h"
}

using relinsights::ActivityTimeline;
using relinsights::ByteWriter;
using relinsights::Day;
using relinsights::Direction;
using relinsights::Kind;
using relinsights::kSeries;
using relinsights::SeriesRow;
using relinsights::TimelineAggregation;
using relinsights::TimelineWindow;
using namespace relinsights::pg;

RELINSIGHTS_SUMMARY_TYPE(activity_timeline, ActivityTimeline)
RELINSIGHTS_AGGREGATE(timeline_agg, TimelineAggregation)

// (kind, direction, day [, sentiment])
RELINSIGHTS_FUNCTION(timeline_agg_transition) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(3)) return unchanged(fcinfo);
  auto kind = argument<Kind>(fcinfo, 1);
  auto direction = argument<Direction>(fcinfo, 2);
  Day day{PG_GETARG_DATEADT(3)};
  double sentiment = PG_NARGS() > 4 && !PG_ARGISNULL(4) ? argument<double>(fcinfo, 4) : 0;
  return transition<TimelineAggregation>(
      fcinfo, [&](auto& aggregation) { return aggregation.add(kind, direction, day, sentiment); });
}

namespace {

using WindowOf = relinsights::Result<TimelineWindow> (*)(Day until, int32_t count) noexcept;

struct ShownSeries {
  TimelineWindow window;
  SeriesRow* rows;
};

// (summary, until, count): plain memory, so PostgreSQL may be called with it.
ShownSeries shown_series(FunctionCallInfo fcinfo, WindowOf window_of) {
  TimelineWindow window = value_of(window_of(Day{PG_GETARG_DATEADT(1)}, PG_GETARG_INT32(2)));
  Bytes bytes = summary_argument(fcinfo, 0);
  auto* rows = static_cast<SeriesRow*>(palloc0(sizeof(SeriesRow) * static_cast<size_t>(window.rows)));
  ContextMemory memory;
  ActivityTimeline timeline(&memory);
  check(decode_summary(bytes.data, bytes.size, timeline));
  timeline.add_series(window, rows);
  return {window, rows};
}

Datum return_series(FunctionCallInfo fcinfo, WindowOf window_of) {
  ShownSeries series = shown_series(fcinfo, window_of);
  InitMaterializedSRF(fcinfo, 0);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  for (int32_t row = 0; row < series.window.rows; ++row) {
    bool nulls[1 + kSeries] = {};
    Datum values[1 + kSeries] = {DateADTGetDatum(series.window.day_of(row).number)};
    for (size_t i = 0; i < kSeries; ++i) values[1 + i] = to_datum(series.rows[row].counts[i]);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
  pfree(series.rows);
  return Datum{0};
}

}  // namespace

RELINSIGHTS_FUNCTION(timeline_days) { return return_series(fcinfo, relinsights::last_days); }
RELINSIGHTS_FUNCTION(timeline_weeks) { return return_series(fcinfo, relinsights::last_weeks); }

RELINSIGHTS_FUNCTION(timeline_sparkline) {
  ShownSeries series = shown_series(fcinfo, relinsights::last_days);
  ContextMemory memory;
  ByteWriter out(&memory);
  begin_varlena(out);
  relinsights::write_sparkline(series.rows, series.window.rows, GetDatabaseEncoding() == PG_UTF8, out);
  return varlena_from(out);
}
