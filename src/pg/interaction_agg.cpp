// interaction_agg and the accessors of interaction_summary: SPEC 3.1 to 3.3.
#include "core/families/interaction_summary.h"
#include "pg/summary_functions.h"

using relinsights::Direction;
using relinsights::Duration;
using relinsights::Instant;
using relinsights::InteractionSummary;
using relinsights::Kind;
using relinsights::SelfAggregation;
using relinsights::Side;
using namespace relinsights::pg;

using InteractionAggregation = SelfAggregation<InteractionSummary>;

RELINSIGHTS_SUMMARY_TYPE(interaction_summary, InteractionSummary)
RELINSIGHTS_AGGREGATE(interaction_agg, InteractionAggregation)

// (kind, direction, occurred_at [, duration [, team_size]])
RELINSIGHTS_FUNCTION(interaction_agg_transition) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(3)) return unchanged(fcinfo);
  auto kind = argument<Kind>(fcinfo, 1);
  auto direction = argument<Direction>(fcinfo, 2);
  auto at = argument<Instant>(fcinfo, 3);
  Duration duration;
  if (PG_NARGS() > 4 && !PG_ARGISNULL(4)) duration = duration_from(PG_GETARG_INTERVAL_P(4), "duration of an activity");
  int32_t team_size = PG_NARGS() > 5 && !PG_ARGISNULL(5) ? argument<int32_t>(fcinfo, 5) : 1;
  return transition<InteractionAggregation>(
      fcinfo, [&](auto& aggregation) { return aggregation.add(kind, direction, at, duration, team_size); });
}

RELINSIGHTS_ACCESSOR(interaction_emails_sent, InteractionSummary, s.count(Kind::kEmail, Direction::kOutbound))
RELINSIGHTS_ACCESSOR(interaction_emails_received, InteractionSummary, s.count(Kind::kEmail, Direction::kInbound))
RELINSIGHTS_ACCESSOR(interaction_meetings_sent, InteractionSummary, s.count(Kind::kMeeting, Direction::kOutbound))
RELINSIGHTS_ACCESSOR(interaction_meetings_received, InteractionSummary, s.count(Kind::kMeeting, Direction::kInbound))
RELINSIGHTS_ACCESSOR(interaction_phone_calls_made, InteractionSummary, s.count(Kind::kPhoneCall, Direction::kOutbound))
RELINSIGHTS_ACCESSOR(interaction_phone_calls_received, InteractionSummary,
                     s.count(Kind::kPhoneCall, Direction::kInbound))
RELINSIGHTS_ACCESSOR(interaction_tasks_completed, InteractionSummary, s.count(Kind::kTask))
RELINSIGHTS_ACCESSOR(interaction_other_activities, InteractionSummary, s.count(Kind::kOther))
RELINSIGHTS_ACCESSOR(interaction_activities, InteractionSummary, s.activities())
RELINSIGHTS_ACCESSOR_OF_SIDE(interaction_activities_by, InteractionSummary, s.activities_by(side))
RELINSIGHTS_ACCESSOR(interaction_first_interaction_at, InteractionSummary, s.first_interaction_at())
RELINSIGHTS_ACCESSOR(interaction_last_interaction_at, InteractionSummary, s.last_interaction_at())
RELINSIGHTS_ACCESSOR_OF_SIDE(interaction_last_interaction_at_by, InteractionSummary, s.last_interaction_at(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(interaction_email_ratio, InteractionSummary, s.email_ratio(side))
RELINSIGHTS_ACCESSOR_OF_SIDE(interaction_time_spent, InteractionSummary,
                             s.time_spent(side, relinsights::kEmailWriteTime, relinsights::kEmailReadTime))
RELINSIGHTS_ACCESSOR(interaction_face_time, InteractionSummary, s.face_time())

// A NULL direction is the unknown one, so this is not STRICT.
RELINSIGHTS_FUNCTION(interaction_count) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
  return accessor<InteractionSummary, Kind, Direction>(
      fcinfo, [](const InteractionSummary& s, Kind kind, Direction direction) { return s.count(kind, direction); });
}

RELINSIGHTS_FUNCTION(interaction_count_of_kind) {
  return accessor<InteractionSummary, Kind>(fcinfo,
                                            [](const InteractionSummary& s, Kind kind) { return s.count(kind); });
}

RELINSIGHTS_FUNCTION(interaction_time_spent_with) {
  return accessor<InteractionSummary, Side, Duration, Duration>(
      fcinfo, [](const InteractionSummary& s, Side side, Duration write, Duration read) {
        return s.time_spent(side, write, read);
      });
}
