// What a model's refresh and its live KPIs are made by: the people of an activity, and all summaries of a record in one
// pass.
#include "core/base/interruptible_sort.h"
#include "core/base/scratch_memory.h"
#include "core/record/record_aggregation.h"
#include "pg/working_calendar.h"

using relinsights::ActivityPeople;
using relinsights::CountedPeople;
using relinsights::Day;
using relinsights::Direction;
using relinsights::Failure;
using relinsights::Instant;
using relinsights::kEngagements;
using relinsights::Kind;
using relinsights::PeopleReader;
using relinsights::PreparedCalendar;
using relinsights::RecordActivity;
using relinsights::RecordAggregation;
using relinsights::RecordNumber;
using relinsights::Side;
using relinsights::Status;
using relinsights::StatusCode;
using namespace relinsights::pg;

RELINSIGHTS_AGGREGATE_STATE(people_agg, ActivityPeople)
RELINSIGHTS_AGGREGATE_STATE(record_agg, RecordAggregation)

namespace {

std::string_view bytes_argument(FunctionCallInfo fcinfo, int number) {
  bytea* value = PG_GETARG_BYTEA_PP(number);
  return {VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value))};
}

Status no_people() {
  return Status::error(StatusCode::kCorruptBytes, "invalid people of an activity")
      .hint("Give what relinsights._people_agg() returned, unchanged.");
}

void check_people(const PeopleReader& people) {
  if (people.broken()) throw Failure{no_people()};
}

// The numbers in an int[] without NULLs; nothing for NULL.
std::span<const RecordNumber> records_argument(FunctionCallInfo fcinfo, int number) {
  if (PG_ARGISNULL(number)) return {};
  ArrayType* array = PG_GETARG_ARRAYTYPE_P(number);
  if (ARR_ELEMTYPE(array) != INT4OID || array_contains_nulls(array))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the number of a record must not be NULL")));
  return {reinterpret_cast<const RecordNumber*>(ARR_DATA_PTR(array)),
          static_cast<size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)))};
}

}  // namespace

// (side, blind_copy, opted_out, party, records)
RELINSIGHTS_FUNCTION(people_agg_transition) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(4)) return unchanged(fcinfo);
  ActivityPeople::Participant participant{
      .side = argument<Side>(fcinfo, 1),
      .blind_copy = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2),
      .opted_out = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3),
      .party = view_of(PG_GETARG_TEXT_PP(4)),
      .records = records_argument(fcinfo, 5),
  };
  return transition<ActivityPeople>(fcinfo, [&](auto& people) { return people.add(participant); });
}

RELINSIGHTS_FUNCTION(people_agg_final) {
  auto* state = state_argument<ActivityPeople>(fcinfo, 0);
  if (state == nullptr) PG_RETURN_NULL();
  ContextMemory memory;
  relinsights::ScratchMemory<1024> scratch(&memory);
  relinsights::ByteWriter out(&memory, 128);
  begin_varlena(out);
  check(state->aggregation.encode(out, &scratch));
  return varlena_from(out);
}

RELINSIGHTS_FUNCTION(people_gone) {
  PeopleReader people(bytes_argument(fcinfo, 0));
  relinsights::InterruptPace pace;
  people.blind_copies([&](std::string_view) { pace.step(); });
  for (size_t left = people.record_count(); left > 0 && !people.broken(); --left) {
    pace.step();
    people.next_record();
  }
  bool gone = people.gone();
  check_people(people);
  PG_RETURN_BOOL(gone);
}

// (people, parties): whether one of these parties is one of our people in the activity
RELINSIGHTS_FUNCTION(people_include) {
  PeopleReader people(bytes_argument(fcinfo, 0));
  std::span<std::string_view> parties = texts_of(PG_GETARG_ARRAYTYPE_P(1));
  ContextMemory memory;
  relinsights::sort_interruptibly(parties, &memory, std::less<>());
  relinsights::InterruptPace pace;
  bool found = false;
  auto look = [&](std::string_view name) {
    pace.step();
    found = found || std::binary_search(parties.begin(), parties.end(), name);
  };
  if (!people.counted().visit(look, [&](std::string_view) { pace.step(); })) throw Failure{no_people()};
  PG_RETURN_BOOL(found);
}

// Everyone of theirs in the activity, in blind copy too, in ascending order; NULL for none.
RELINSIGHTS_FUNCTION(people_of_theirs) {
  std::string_view encoded = bytes_argument(fcinfo, 0);
  size_t count = 0;
  auto* names = static_cast<std::string_view*>(
      MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (encoded.size() + 1)));
  relinsights::InterruptPace pace;
  auto keep = [&](std::string_view name) {
    pace.step();
    names[count++] = name;
  };
  PeopleReader people(encoded);
  bool whole = people.counted().visit([&](std::string_view) { pace.step(); }, keep);
  people.blind_copies(keep);
  if (!whole || people.broken()) throw Failure{no_people()};
  if (count == 0) PG_RETURN_NULL();
  [&] {
    ContextMemory memory;
    relinsights::sort_interruptibly(std::span(names, count), &memory, std::less<>());
  }();
  auto* texts = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * count));
  for (size_t i = 0; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    texts[i] = text_datum(names[i]);
  }
  return PointerGetDatum(construct_array(texts, static_cast<int>(count), TEXTOID, -1, false, TYPALIGN_INT));
}

namespace {

// What people_records() goes through.
struct RecordsOfActivity {
  RecordNumber regarding;  // 0: none, or given already
  size_t left;
  PeopleReader people;
};

RecordsOfActivity* begin_records(FunctionCallInfo fcinfo, MemoryContext context) {
  RecordNumber regarding = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
  std::string_view encoded("\0\0\0\0", 4);  // nobody
  if (!PG_ARGISNULL(0)) {
    std::string_view given = bytes_argument(fcinfo, 0);
    auto* kept = static_cast<char*>(MemoryContextAlloc(context, given.size() + 1));
    memcpy(kept, given.data(), given.size());
    encoded = {kept, given.size()};
  }
  auto* records = make_in<RecordsOfActivity>(context, regarding, size_t{0}, PeopleReader(encoded));
  records->people.blind_copies([](std::string_view) { CHECK_FOR_INTERRUPTS(); });
  records->left = records->people.record_count();
  return records;
}

}  // namespace

// (people, regarding): the records that an activity is linked to, by number, each once; the one it regards is positive
RELINSIGHTS_FUNCTION(people_records) {
  if (SRF_IS_FIRSTCALL()) {
    FuncCallContext* first = SRF_FIRSTCALL_INIT();
    first->user_fctx = begin_records(fcinfo, first->multi_call_memory_ctx);
  }
  FuncCallContext* call = SRF_PERCALL_SETUP();
  auto* records = static_cast<RecordsOfActivity*>(call->user_fctx);
  const RecordNumber regarding = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
  if (RecordNumber first = std::exchange(records->regarding, 0); first != 0)
    SRF_RETURN_NEXT(call, Int32GetDatum(first));
  while (records->left > 0 && !records->people.broken()) {
    --records->left;
    RecordNumber record = records->people.next_record();
    if (record != regarding && record != -regarding) SRF_RETURN_NEXT(call, Int32GetDatum(record));
  }
  check_people(records->people);
  SRF_RETURN_DONE(call);
}

// (kind, direction, occurred_at, day, duration, thread, automated, sentiment, followed, opens, link_clicks,
// attachment_views, replies, people, calendar)
RELINSIGHTS_FUNCTION(record_agg_transition) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4)) return unchanged(fcinfo);
  RecordActivity activity{};
  activity.kind = argument<Kind>(fcinfo, 1);
  activity.direction = argument<Direction>(fcinfo, 2);
  activity.at = argument<Instant>(fcinfo, 3);
  activity.day = Day{PG_GETARG_DATEADT(4)};
  if (!PG_ARGISNULL(5)) activity.duration = duration_from(PG_GETARG_INTERVAL_P(5), "duration of an activity");
  activity.threaded = !PG_ARGISNULL(6);
  if (activity.threaded) activity.thread = static_cast<uint64_t>(argument<int64_t>(fcinfo, 6));
  activity.automated = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
  if (!PG_ARGISNULL(8)) activity.sentiment = argument<double>(fcinfo, 8);
  activity.followed = !PG_ARGISNULL(9) && PG_GETARG_BOOL(9);
  for (int i = 0; activity.followed && i < static_cast<int>(kEngagements); ++i)
    activity.engagement[i] = PG_ARGISNULL(10 + i) ? 0 : argument<int32_t>(fcinfo, 10 + i);
  if (!PG_ARGISNULL(14)) {
    PeopleReader people(bytes_argument(fcinfo, 14));
    check_people(people);
    activity.people = people.counted();
  }
  std::string_view calendar;
  if (!PG_ARGISNULL(15)) calendar = bytes_argument(fcinfo, 15);
  bool first = PG_ARGISNULL(0);
  return transition<RecordAggregation>(fcinfo, [&](RecordAggregation& aggregation) {
    if (first) aggregation.use_calendar(calendar);
    return aggregation.add(activity);
  });
}

namespace {

template <class S>
void put_summary(const S& summary, bool any, std::pmr::memory_resource* memory, Datum& value, bool& null) {
  null = !any;
  if (any) value = summary_datum(summary, memory);
}

void finish_record(RecordAggregation& aggregation, const PreparedCalendar* calendar, Datum (&values)[6],
                   bool (&nulls)[6]) {
  ContextMemory memory;
  relinsights::ScratchMemory<16384> scratch(&memory);  // most records need no more
  RecordAggregation::Summaries all(&scratch);
  check(aggregation.finish(all, calendar, &scratch));
  put_summary(all.interactions, true, &memory, values[0], nulls[0]);
  put_summary(all.responses, !all.responses.empty(), &memory, values[1], nulls[1]);
  put_summary(all.timeline, true, &memory, values[2], nulls[2]);
  put_summary(all.their_contacts, all.their_contacts.contacts() > 0, &memory, values[3], nulls[3]);
  put_summary(all.our_contacts, all.our_contacts.contacts() > 0, &memory, values[4], nulls[4]);
  put_summary(all.engagement, all.engagement.followed_emails() > 0, &memory, values[5], nulls[5]);
}

}  // namespace

RELINSIGHTS_FUNCTION(record_agg_final) {
  auto* state = state_argument<RecordAggregation>(fcinfo, 0);
  if (state == nullptr) PG_RETURN_NULL();
  TupleDesc row = row_type(fcinfo);
  const PreparedCalendar* calendar = nullptr;
  std::string_view encoded = state->aggregation.calendar();
  if (!encoded.empty())
    calendar = &prepared_calendar(fcinfo, {reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()});
  Datum values[6] = {};
  bool nulls[6] = {};
  finish_record(state->aggregation, calendar, values, nulls);
  return HeapTupleGetDatum(heap_form_tuple(row, values, nulls));
}
