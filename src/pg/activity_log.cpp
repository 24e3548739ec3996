// The type activity_log, what makes one, and the summaries it answers: SPEC 2 and 5.7.
#include "core/record/activity_log.h"

#include "core/base/scratch_memory.h"
#include "core/families/response_rules.h"
#include "core/record/record_summaries.h"
#include "pg/log_arguments.h"
#include "pg/summary_functions.h"
#include "pg/working_calendar.h"

using relinsights::ActivityLog;
using relinsights::Direction;
using relinsights::IdType;
using relinsights::Instant;
using relinsights::kEngagements;
using relinsights::Kind;
using relinsights::LoggedActivity;
using relinsights::LogUnion;
using relinsights::RecordEntries;
using relinsights::RecordEntry;
using relinsights::RecordSummaries;
using relinsights::SummaryRules;
using namespace relinsights::pg;

RELINSIGHTS_SUMMARY_TYPE_ROLLED_UP(activity_log, ActivityLog, LogUnion)

namespace {

// Where the arguments of an activity stand; 0, the place of a log or of a thread, means that there is none.
struct Places {
  int activity, kind, direction, at, ends_at, duration, thread, our_people, their_people, automated, needs_reply,
      internal, followed, sentiment, engagement;
};
// activity_log(activity_id, kind, direction, occurred_at, ends_at, duration, thread, ...)
constexpr Places kActivityLog{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
// activity_log(thread, activity_id, kind, direction, occurred_at, ends_at, duration, ...)
constexpr Places kActivityLogOfThread{1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12, 13, 14};
// activity_log_agg(log, activity_id, kind, direction, occurred_at, duration, thread, our_people, their_people)
constexpr int kNowhere = -1;
constexpr Places kAggregated{1, 2,        3,        4,        kNowhere, 5,        6,       7,
                             8, kNowhere, kNowhere, kNowhere, kNowhere, kNowhere, kNowhere};

bool given(FunctionCallInfo fcinfo, int place) { return place != kNowhere && !PG_ARGISNULL(place); }
bool flag(FunctionCallInfo fcinfo, int place, bool otherwise) {
  return given(fcinfo, place) ? PG_GETARG_BOOL(place) : otherwise;
}

using IntegerKey = decltype(relinsights::integer_key(0));

template <IdType kType>
std::string_view key_argument(FunctionCallInfo fcinfo, int place, IntegerKey& room) {
  if constexpr (kType == IdType::kInteger) {
    room = relinsights::integer_key(PG_GETARG_INT64(place));
    return {room.data(), room.size()};
  } else if constexpr (kType == IdType::kUuid) {
    return {reinterpret_cast<const char*>(PG_GETARG_UUID_P(place)->data), UUID_LEN};
  } else {
    return view_of(PG_GETARG_TEXT_PP(place));
  }
}

[[noreturn]] void no_activity_id() {
  ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("activity_id of an activity_log must be given"),
                  errdetail("It is NULL or an empty text: an activity without an id cannot be told from others."),
                  errhint("Leave such rows out by FILTER or WHERE, or make an id of what identifies them.")));
}

int32_t count_argument(FunctionCallInfo fcinfo, int place) { return PG_ARGISNULL(place) ? 0 : PG_GETARG_INT32(place); }

// Reads the arguments that describe an activity. All in it is plain memory.
template <IdType kActivity, IdType kThread>
void read_activity(FunctionCallInfo fcinfo, const Places& at, IntegerKey (&rooms)[2], LoggedActivity& activity) {
  activity.kind = argument<Kind>(fcinfo, at.kind);
  if (given(fcinfo, at.direction)) activity.direction = static_cast<uint8_t>(argument<Direction>(fcinfo, at.direction));
  activity.at = activity.counts_from = argument<Instant>(fcinfo, at.at);
  if (given(fcinfo, at.ends_at)) activity.counts_from = std::max(activity.at, argument<Instant>(fcinfo, at.ends_at));
  if (given(fcinfo, at.activity)) activity.activity = key_argument<kActivity>(fcinfo, at.activity, rooms[0]);
  if (activity.activity.empty()) no_activity_id();
  if (given(fcinfo, at.duration))
    activity.duration = duration_from(PG_GETARG_INTERVAL_P(at.duration), "duration of an activity");
  if (given(fcinfo, at.thread)) activity.thread = key_argument<kThread>(fcinfo, at.thread, rooms[1]);
  if (given(fcinfo, at.our_people)) activity.our_people = texts_of(PG_GETARG_ARRAYTYPE_P(at.our_people));
  if (given(fcinfo, at.their_people)) activity.their_people = texts_of(PG_GETARG_ARRAYTYPE_P(at.their_people));
  if (flag(fcinfo, at.automated, false)) activity.flags |= RecordEntry::kAutomated;
  if (!flag(fcinfo, at.needs_reply, true)) activity.flags |= RecordEntry::kNeedsNoReply;
  if (flag(fcinfo, at.internal, false)) activity.flags |= RecordEntry::kInternal;
  if (activity.kind == Kind::kEmail && flag(fcinfo, at.followed, false)) {
    activity.flags |= RecordEntry::kFollowed;
    for (size_t i = 0; i < kEngagements; ++i)
      activity.engagement[i] = count_argument(fcinfo, at.engagement + static_cast<int>(i));
  }
}

double sentiment_argument(FunctionCallInfo fcinfo, const Places& at) {
  return given(fcinfo, at.sentiment) ? PG_GETARG_FLOAT8(at.sentiment) : 0;
}

// The log of one activity, in memory of the current context.
template <IdType kActivity, IdType kThread>
Datum log_of_one(FunctionCallInfo fcinfo, const Places& at) {
  IntegerKey rooms[2];
  LoggedActivity activity;
  read_activity<kActivity, kThread>(fcinfo, at, rooms, activity);
  const double sentiment = sentiment_argument(fcinfo, at);
  check(relinsights::check_sentiment(sentiment));
  activity.sentiment = static_cast<int16_t>(relinsights::in_ten_thousandths(sentiment));
  ContextMemory memory;
  relinsights::ScratchMemory<4096> scratch(&memory);
  relinsights::LogBuilder builder(&scratch);
  builder.add(kActivity, kThread, activity);
  RecordEntries log(&scratch);
  builder.finish(log);
  relinsights::ByteWriter out(&memory, 128);
  begin_varlena(out);
  out.byte(ActivityLog::kVersion);
  relinsights::encode_entries(log, out);
  return varlena_from(out);
}

template <IdType kActivity, IdType kThread>
Datum make_log(FunctionCallInfo fcinfo, const Places& at) {
  if (PG_ARGISNULL(at.kind) || PG_ARGISNULL(at.at)) PG_RETURN_NULL();
  return log_of_one<kActivity, kThread>(fcinfo, at);
}

template <IdType kActivity, IdType kThread>
Datum add_to_log(FunctionCallInfo fcinfo) {
  MemoryContext context = aggregate_context(fcinfo);
  if (PG_ARGISNULL(kAggregated.kind) || PG_ARGISNULL(kAggregated.at)) return unchanged(fcinfo);
  Datum one = log_of_one<kActivity, kThread>(fcinfo, kAggregated);
  return add_to_rollup<LogUnion>(fcinfo, context, reinterpret_cast<varlena*>(DatumGetPointer(one)));
}

}  // namespace

// Of each type of activities and of threads. Where both are of one type, the thread may be left out.
#define RELINSIGHTS_LOG_FUNCTIONS(activity, ActivityType, thread, ThreadType)                          \
  RELINSIGHTS_FUNCTION(activity_log_##activity##_##thread) {                                           \
    constexpr bool kOneType = ActivityType == ThreadType;                                              \
    return make_log<ActivityType, ThreadType>(fcinfo, kOneType ? kActivityLog : kActivityLogOfThread); \
  }                                                                                                    \
  RELINSIGHTS_FUNCTION(activity_log_agg_transition_##activity##_##thread) {                            \
    return add_to_log<ActivityType, ThreadType>(fcinfo);                                               \
  }
RELINSIGHTS_LOG_FUNCTIONS(bigint, IdType::kInteger, bigint, IdType::kInteger)
RELINSIGHTS_LOG_FUNCTIONS(bigint, IdType::kInteger, uuid, IdType::kUuid)
RELINSIGHTS_LOG_FUNCTIONS(bigint, IdType::kInteger, text, IdType::kText)
RELINSIGHTS_LOG_FUNCTIONS(uuid, IdType::kUuid, bigint, IdType::kInteger)
RELINSIGHTS_LOG_FUNCTIONS(uuid, IdType::kUuid, uuid, IdType::kUuid)
RELINSIGHTS_LOG_FUNCTIONS(uuid, IdType::kUuid, text, IdType::kText)
RELINSIGHTS_LOG_FUNCTIONS(text, IdType::kText, bigint, IdType::kInteger)
RELINSIGHTS_LOG_FUNCTIONS(text, IdType::kText, uuid, IdType::kUuid)
RELINSIGHTS_LOG_FUNCTIONS(text, IdType::kText, text, IdType::kText)

namespace {

// The summary that `of` takes from all of them; NULL where `any` says that there is none.
template <class Of, class Any>
Datum summary_of_log(FunctionCallInfo fcinfo, const SummaryRules& rules, Of&& of, Any&& any) {
  Bytes bytes = summary_argument(fcinfo, 0);
  Datum result = 0;
  {
    ContextMemory memory;
    RecordEntries log(&memory);
    check(relinsights::decode_log(bytes.data, bytes.size, log));
    relinsights::ScratchMemory<8192> scratch(&memory);
    RecordSummaries all(&scratch);
    check(relinsights::summarize(log, rules, all, &scratch));
    const auto& summary = of(all);
    if (any(summary)) result = summary_datum(summary, &memory);
  }
  if (result == 0) PG_RETURN_NULL();
  return result;
}

auto valid = [](const auto& summary) { return summary.validate() == nullptr; };

}  // namespace

// (log)
RELINSIGHTS_FUNCTION(log_activities) {
  Bytes bytes = summary_argument(fcinfo, 0);
  ContextMemory memory;
  RecordEntries log(&memory);
  check(relinsights::decode_log(bytes.data, bytes.size, log));
  return to_datum(static_cast<int64_t>(log.entries.size()));
}

// (log, as_of)
#define RELINSIGHTS_LOG_ACCESSOR(name, member, family)                                               \
  RELINSIGHTS_FUNCTION(name) {                                                                       \
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();                                                           \
    SummaryRules rules;                                                                              \
    rules.families = SummaryRules::family;                                                           \
    rules.as_of = as_of_argument(fcinfo, 1);                                                         \
    return summary_of_log(                                                                           \
        fcinfo, rules, [](const RecordSummaries& all) -> const auto& { return all.member; }, valid); \
  }
RELINSIGHTS_LOG_ACCESSOR(log_interactions, interactions, kInteractions)
RELINSIGHTS_LOG_ACCESSOR(log_responses, responses, kResponses)
RELINSIGHTS_LOG_ACCESSOR(log_our_contacts, our_contacts, kContacts)
RELINSIGHTS_LOG_ACCESSOR(log_their_contacts, their_contacts, kContacts)
RELINSIGHTS_LOG_ACCESSOR(log_engagement, engagement, kEngagement)

// (log, rules, as_of)
RELINSIGHTS_FUNCTION(log_responses_by_rules) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
  Bytes bytes = summary_argument(fcinfo, 1);
  relinsights::ResponseRulesView given;
  check(relinsights::read_rules({reinterpret_cast<const char*>(bytes.data), bytes.size}, given));
  SummaryRules rules;
  rules.families = SummaryRules::kResponses;
  rules.gap = given.gap;
  rules.as_of = PG_ARGISNULL(2) ? given.as_of : as_of_argument(fcinfo, 2);
  if (given.as_of != relinsights::kLatestInstant && rules.as_of != given.as_of)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("two different as-of moments at once"),
                    errdetail("One is in the rules, the other is the argument as_of."), errhint("Give one of them.")));
  if (!given.calendar.empty()) {
    rules.calendar =
        &prepared_calendar(fcinfo, {reinterpret_cast<const uint8_t*>(given.calendar.data()), given.calendar.size()});
    rules.calendar_bytes = given.calendar;
  }
  return summary_of_log(
      fcinfo, rules, [](const RecordSummaries& all) -> const auto& { return all.responses; }, valid);
}

// (log, time_zone, as_of)
RELINSIGHTS_FUNCTION(log_timeline) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
  SummaryRules rules;
  rules.families = SummaryRules::kTimeline;
  rules.as_of = as_of_argument(fcinfo, 2);
  rules.zone = &zone_argument(fcinfo, 1);
  return summary_of_log(
      fcinfo, rules, [](const RecordSummaries& all) -> const auto& { return all.timeline; }, valid);
}
