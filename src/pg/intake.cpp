#include "pg/intake.h"

#include <cmath>

extern "C" {
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/lsyscache.h"
}

namespace relinsights::pg {
namespace {

constexpr const char* kStatusLabels[] = {"scheduled", "completed", "cancelled"};
constexpr uint8_t kScheduled = 0, kCompleted = 1;
constexpr const char* kStateLabels[] = {"open", "won", "lost", "active", "qualified", "disqualified", "inactive"};
constexpr uint8_t kOpen = 0, kActive = 3;
constexpr uint8_t kAbsent = UINT8_MAX;

// Seeded, so that nobody can choose ids that meet in one place; results do not depend on it.
uint64_t key_hash(std::string_view key) noexcept {
  static const uint64_t seed = [] {
    uint64_t drawn = 0x9e3779b97f4a7c15;
    (void)pg_strong_random(&drawn, sizeof drawn);
    return drawn;
  }();
  if (key.size() == kIntegerKey) {
    uint64_t bits;
    memcpy(&bits, key.data(), sizeof bits);
    bits = (bits ^ seed) * 0xff51afd7ed558ccd;
    bits = (bits ^ bits >> 33) * 0xc4ceb9fe1a85ec53;
    return bits ^ bits >> 33;
  }
  return hash_bytes_extended(reinterpret_cast<const unsigned char*>(key.data()), static_cast<int>(key.size()), seed);
}

[[noreturn]] void bad_row(const SourceRelation& relation, const Datum* values, const bool* nulls, int code,
                          const char* message, const char* hint) {
  ereport(ERROR, (errcode(code), errmsg("%s", message),
                  errdetail("It stands at %s in the %s.", row_name(relation, values, nulls),
                            kSourceNames[index(relation.source)]),
                  errhint("%s", hint)));
  pg_unreachable();
}

Instant read_time(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls) {
  Instant at{DatumGetTimestampTz(value_at(relation, column, values))};
  if (!check_instant(at).ok())
    bad_row(relation, values, nulls, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
            "time of an activity is infinite or out of range",
            "Activity times lie between 4713 BC and the year 287000; leave activities without a real time out.");
  return at;
}

bool read_duration(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                   Duration& duration) {
  if (is_null(relation, column, nulls)) return false;
  const Datum value = value_at(relation, column, values);
  if (relation.columns[column].type == INTERVALOID) {
    const Interval* interval = DatumGetIntervalP(value);
    int64_t days;
    if (interval->month != 0)
      bad_row(relation, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE, "duration of an activity has months",
              "A month has no fixed length: give days, hours and minutes.");
    if (__builtin_mul_overflow(int64_t{interval->day}, USECS_PER_DAY, &days) ||
        __builtin_add_overflow(days, interval->time, &duration.microseconds))
      bad_row(relation, values, nulls, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "duration of an activity is out of range",
              "Mend the row: nothing lasts so long.");
  } else {
    const double minutes = DatumGetFloat8(value);
    if (!std::isfinite(minutes) || std::fabs(minutes) > 1e11)
      bad_row(relation, values, nulls, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "duration of an activity is out of range",
              "Mend the row: nothing lasts so long.");
    duration.microseconds = static_cast<int64_t>(std::rint(minutes * 60e6));
  }
  if (duration.microseconds < 0)
    bad_row(relation, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE, "duration of an activity is negative",
            "Give how long it took, or NULL, which counts as zero.");
  return true;
}

#define ACTIVITY(name) column(Source::kActivities, name)

void read_engagement(const SourceRelation& relation, const Datum* values, const bool* nulls, Parcel& parcel) {
  static constexpr size_t kColumns[kEngagements] = {ACTIVITY("opens"), ACTIVITY("link_clicks"),
                                                    ACTIVITY("attachment_views"), ACTIVITY("replies")};
  parcel.flags |= RecordEntry::kFollowed;
  for (size_t i = 0; i < kEngagements; ++i) {
    if (is_null(relation, kColumns[i], nulls)) continue;
    const int64_t events = DatumGetInt64(value_at(relation, kColumns[i], values));
    if (events < 0 || events > INT32_MAX)
      bad_row(relation, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE,
              events < 0 ? "an e-mail was opened, clicked, viewed or replied to a negative number of times"
                         : "an e-mail was opened, clicked, viewed or replied to too often",
              "Give how often it happened, or NULL, which counts as 0.");
    parcel.engagement[i] = static_cast<int32_t>(events);
  }
}

// What of an activity's state follows from its row and the moment: false if it enters nothing.
bool read_state(const SourceRelation& relation, const Datum* values, const bool* nulls, Instant as_of, Parcel& parcel) {
  const uint8_t kind = read_label(relation, ACTIVITY("kind"), values, nulls, kKindLabels, kKinds, kAbsent);
  const uint8_t status =
      read_label(relation, ACTIVITY("status"), values, nulls, kStatusLabels, lengthof(kStatusLabels), kAbsent);
  parcel.direction =
      read_label(relation, ACTIVITY("direction"), values, nulls, kDirectionLabels, kDirections, kUnknownDirection);
  if (kind == kAbsent || is_null(relation, ACTIVITY("occurred_at"), nulls)) return false;
  if (status != kAbsent && status != kScheduled && status != kCompleted) return false;
  parcel.kind = static_cast<Kind>(kind);
  parcel.at = read_time(relation, ACTIVITY("occurred_at"), values, nulls);
  bool timed = read_duration(relation, ACTIVITY("duration"), values, nulls, parcel.duration);
  int64_t ends;
  if (__builtin_add_overflow(parcel.at.microseconds, parcel.duration.microseconds, &ends) ||
      ends > kLatestInstant.microseconds)
    bad_row(relation, values, nulls, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "end of an activity is out of range",
            "Mend its time or its duration.");
  if (!is_null(relation, ACTIVITY("ends_at"), nulls)) {
    ends = read_time(relation, ACTIVITY("ends_at"), values, nulls).microseconds;
    if (!timed && ends < parcel.at.microseconds)
      bad_row(relation, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE, "an activity ends before it begins",
              "Mend occurred_at or ends_at, or leave ends_at NULL.");
    if (!timed) parcel.duration.microseconds = ends - parcel.at.microseconds;
  }
  parcel.ends.microseconds = Max(ends, parcel.at.microseconds);
  parcel.counts_from = parcel.at;
  if (status == kScheduled) {
    parcel.flags |= Parcel::kScheduled;
  } else if (status == kAbsent) {
    parcel.counts_from = parcel.ends;
    if (parcel.ends > as_of) parcel.flags |= Parcel::kPending;
  }
  return true;
}

bool is_followed(const SourceRelation& relation, const Datum* values, const bool* nulls) {
  return read_flag(relation, ACTIVITY("followed"), values, nulls, false);
}

void read_rest(const SourceRelation& relation, const Datum* values, const bool* nulls, KeyBuffer& buffer, bool copy,
               Parcel& parcel) {
  parcel.threaded = read_key(relation, ACTIVITY("thread_id"), values, nulls, buffer, parcel.thread);
  if (!is_null(relation, ACTIVITY("sentiment"), nulls)) {
    const double sentiment = DatumGetFloat8(value_at(relation, ACTIVITY("sentiment"), values));
    if (!(sentiment >= -1 && sentiment <= 1))
      bad_row(relation, values, nulls, ERRCODE_INVALID_PARAMETER_VALUE,
              "sentiment of an activity does not lie between -1 and 1",
              "-1 is bad, 0 neutral, 1 good; NULL where it is not known.");
    parcel.sentiment = static_cast<int16_t>(in_ten_thousandths(sentiment));
  }
  if (parcel.kind != Kind::kEmail) return;
  if (read_flag(relation, ACTIVITY("automated"), values, nulls, false)) parcel.flags |= RecordEntry::kAutomated;
  if (!read_flag(relation, ACTIVITY("needs_reply"), values, nulls, true)) parcel.flags |= RecordEntry::kNeedsNoReply;
  // What became of a copy counts for the one that is followed.
  if (copy || is_followed(relation, values, nulls)) read_engagement(relation, values, nulls, parcel);
}

[[noreturn]] void duplicate(const Model& model, const char* what, std::string_view id, Source source) {
  const Oid relation = model.source(source).relation;
  ereport(
      ERROR,
      (errcode(ERRCODE_UNIQUE_VIOLATION),
       errmsg("duplicate %s in the %s of model \"%s\"", what, kSourceNames[index(source)], model.name),
       errdetail("%s %s stands there more than once.", what, ShownText(id).text),
       errhint("Each must be there once: mend %s.",
               quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation)))));
  pg_unreachable();
}

[[noreturn]] void duplicate_activity(const Model& model, std::string_view key) {
  KeyTextBuffer buffer;
  duplicate(model, "activity_id", text_of_key(model.activity_ids, key, buffer), Source::kActivities);
}

template <class T>
T* allocate(size_t count) {
  return static_cast<T*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(T) * (count + 1)));
}

}  // namespace

Intake::Intake(const Model& model, Instant as_of, size_t budget)
    : model_(model),
      sources_(model),
      as_of_(as_of),
      context_(CurrentMemoryContext),
      memory_(context_),
      membership_(model.membership, &memory_),
      budget_{context_, budget},
      copies_(&memory_),
      leaders_(&memory_),
      leader_of_copy_(&memory_),
      confirmed_(&memory_),
      attendance_(&memory_),
      regarding_(&memory_),
      members_(&memory_),
      named_{std::pmr::vector<bool>(&memory_), std::pmr::vector<bool>(&memory_)} {}

Intake* Intake::make(const Model& model, Instant as_of, size_t budget, uint32_t partitions) {
  auto* intake = new (palloc(sizeof(Intake))) Intake(model, as_of, budget);
  intake->activities_ = Spool::make(&intake->budget_, partitions);
  intake->participants_ = Spool::make(&intake->budget_, partitions);
  intake->links_ = Spool::make(&intake->budget_, partitions);
  if (model.deduped) intake->keyed_ = Spool::make(&intake->budget_, partitions);
  return intake;
}

uint32_t Intake::partition_of(std::string_view key) const noexcept {
  return static_cast<uint32_t>((key_hash(key) >> 32) * activities_->partitions() >> 32);
}

void Intake::put_row(Spool* spool, std::string_view activity, uint32_t value) {
  const uint32_t partition = partition_of(activity);
  char* to = spool->begin(partition, activity.size() + sizeof value);
  memcpy(to, &value, sizeof value);
  memcpy(to + sizeof value, activity.data(), activity.size());
  spool->finish(partition, activity.size() + sizeof value);
}

// ---- opt-outs and records

void Intake::on_opt_out(void* self, TupleTableSlot* slot) {
  auto* intake = static_cast<Intake*>(self);
  slot_getallattrs(slot);
  std::string_view side = view_of(DatumGetTextPP(slot->tts_values[0]));
  std::string_view party = view_of(DatumGetTextPP(slot->tts_values[1]));
  guarded([&] { intake->membership_.opt_out(side == "us" ? Side::kUs : Side::kThem, party); });
}

void Intake::read_opt_outs() {
  RunningAs owner = RunningAs::enter(model_.owner);
  read_saved_query(psprintf("SELECT o.side::pg_catalog.text, o.party_id::pg_catalog.text FROM %s.opt_out o",
                            quote_identifier(model_.name)),
                   on_opt_out, this);
  owner.leave();
}

RecordNumber Intake::regarded(uint8_t type, std::string_view key) {
  return guarded([&]() -> RecordNumber {
    const auto of = static_cast<RecordType>(type);
    const bool given = model_.source(Source::kRecords).given();
    if (given && !accepts_unknown_) return membership_.find_record(of, key);
    RecordNumber number = membership_.add_record(of, key);
    if (number == confirmed_.size()) confirmed_.push_back(!given);
    target_seen_ = target_seen_ || number == target_;
    return number;
  });
}

RecordNumber Intake::add_target(RecordType type, std::string_view key) {
  target_ = membership_.add_record(type, key);
  confirmed_.push_back(true);
  return target_;
}

void Intake::on_confirmed(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  const uint8_t type = read_label(relation, column(Source::kRecords, "record_type"), values, nulls, kRecordTypeLabels,
                                  kRecordTypes, kAbsent);
  KeyBuffer buffer;
  std::string_view key;
  if (type == kAbsent || !read_key(relation, column(Source::kRecords, "record_id"), values, nulls, buffer, key)) return;
  guarded([&] {
    RecordNumber record = intake->membership_.find_record(static_cast<RecordType>(type), key);
    if (record != kNobody) intake->confirmed_[record] = true;
  });
}

void Intake::confirm_records(const SourceFilter* filter) {
  constexpr uint32_t kKey = 1u << column(Source::kRecords, "record_type") | 1u << column(Source::kRecords, "record_id");
  read_source(sources_.source(Source::kRecords), model_.zones(), filter, on_confirmed, this, kKey);
}

// Records that nobody lists are those that are regarded, and where nothing can be, those with people.
bool Intake::makes_records_of_people() const noexcept {
  return !model_.source(Source::kRecords).given() && !model_.source(Source::kActivityRecords).given() &&
         !model_.source(Source::kActivities).has(column(Source::kActivities, "regarding_id"));
}

namespace {

void close_record(Intake* intake, RecordNumber record, const SourceRelation& relation, const Datum* values,
                  const bool* nulls) {
  const uint8_t state = read_label(relation, column(Source::kRecords, "state"), values, nulls, kStateLabels,
                                   lengthof(kStateLabels), kAbsent);
  constexpr size_t kClosed = column(Source::kRecords, "closed_at");
  if (is_null(relation, kClosed, nulls) || state == kOpen || state == kActive) return;
  const TimestampTz closed = DatumGetTimestampTz(value_at(relation, kClosed, values));
  if (TIMESTAMP_IS_NOEND(closed)) return;
  intake->membership().close(record, {TIMESTAMP_IS_NOBEGIN(closed) ? closed : closed + 1});
}

}  // namespace

void Intake::on_record(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  const uint8_t type = read_label(relation, column(Source::kRecords, "record_type"), values, nulls, kRecordTypeLabels,
                                  kRecordTypes, kAbsent);
  KeyBuffer buffer;
  std::string_view key;
  if (type == kAbsent || !read_key(relation, column(Source::kRecords, "record_id"), values, nulls, buffer, key)) return;
  bool again = false;
  const RecordNumber record = guarded([&] {
    RecordNumber number = intake->membership_.add_record(static_cast<RecordType>(type), key);
    if (number == intake->confirmed_.size())
      intake->confirmed_.push_back(true);
    else if (intake->confirmed_[number])
      again = true;
    else
      intake->confirmed_[number] = true;
    return number;
  });
  if (again) {
    KeyTextBuffer text;
    const std::string_view id = text_of_key(intake->model_.record_ids, key, text);
    duplicate(intake->model_, "record",
              psprintf("(%s, %.*s)", kRecordTypeLabels[type], static_cast<int>(id.size()), id.data()),
              Source::kRecords);
  }
  close_record(intake, record, relation, values, nulls);
  if (intake->visit_ != nullptr) intake->visit_(intake->visitor_, *intake, record, relation, values, nulls);
}

void Intake::read_records(const SourceFilter* filter, RecordVisit visit, void* self) {
  SourceRelation& relation = sources_.source(Source::kRecords);
  if (!relation.given()) return;
  visit_ = visit;
  visitor_ = self;
  read_source(relation, model_.zones(), filter, on_record, this);
}

// ---- activities

namespace {

// Before a copy that waits for the others: then come its key and its parcel.
struct CopyHead {
  uint32_t regarding, key_size;
  bool followed;
};

}  // namespace

void Intake::put_activity(std::string_view key, uint32_t regarding, bool counts, const Parcel& parcel) {
  const uint32_t partition = partition_of(key);
  constexpr size_t kBefore = sizeof regarding + sizeof counts;
  char* to = activities_->begin(partition, kBefore + parcel.most_bytes());
  memcpy(to, &regarding, sizeof regarding);
  memcpy(to + sizeof regarding, &counts, sizeof counts);
  activities_->finish(partition, kBefore + parcel.write(to + kBefore));
}

void Intake::put_keyed(std::string_view dedupe_key, uint32_t regarding, bool followed, const Parcel& parcel) {
  const auto partition =
      static_cast<uint32_t>(((key_hash(dedupe_key) + index(parcel.kind)) >> 32) * keyed_->partitions() >> 32);
  const CopyHead head{regarding, static_cast<uint32_t>(dedupe_key.size()), followed};
  const size_t before = sizeof head + dedupe_key.size();
  char* to = keyed_->begin(partition, before + parcel.most_bytes());
  memcpy(to, &head, sizeof head);
  memcpy(to + sizeof head, dedupe_key.data(), dedupe_key.size());
  keyed_->finish(partition, before + parcel.write(to + before));
}

void Intake::on_activity(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  KeyBuffer id, thread, regarding_id;
  Parcel parcel;
  if (!read_key(relation, ACTIVITY("activity_id"), values, nulls, id, parcel.activity)) return;
  if (read_flag(relation, ACTIVITY("deleted"), values, nulls, false)) return;
  const bool counts = read_state(relation, values, nulls, intake->as_of_, parcel);
  std::string_view dedupe_key;
  if (intake->model_.deduped && counts && !parcel.has(Parcel::kScheduled | Parcel::kPending) &&
      parcel.counts_from <= intake->as_of_ && !is_null(relation, ACTIVITY("dedupe_key"), nulls))
    dedupe_key = view_of(DatumGetTextPP(value_at(relation, ACTIVITY("dedupe_key"), values)));
  if (counts) read_rest(relation, values, nulls, thread, !dedupe_key.empty(), parcel);
  uint32_t regarding = kNobody;
  const uint8_t type =
      read_label(relation, ACTIVITY("regarding_type"), values, nulls, kRecordTypeLabels, kRecordTypes, kAbsent);
  std::string_view key;
  if (type != kAbsent && read_key(relation, ACTIVITY("regarding_id"), values, nulls, regarding_id, key))
    regarding = intake->regarded(type, key);
  if (!intake->model_.deduped) return intake->put_activity(parcel.activity, regarding, counts, parcel);

  // Logs know it by a text: its key, or its id.
  KeyTextBuffer buffer;
  std::string_view name = text_of_key(intake->model_.activity_ids, parcel.activity, buffer);
  if (!dedupe_key.empty()) name = dedupe_key;
  char* text = static_cast<char*>(palloc(name.size() + 2));
  size_t size = 0;
  text[size++] = dedupe_key.empty() ? 'i' : 'k';
  if (!dedupe_key.empty()) text[size++] = static_cast<char>('0' + index(parcel.kind));
  memcpy(text + size, name.data(), name.size());
  parcel.name = {text, size + name.size()};
  if (dedupe_key.empty()) return intake->put_activity(parcel.activity, regarding, counts, parcel);
  intake->put_keyed(dedupe_key, regarding, parcel.kind == Kind::kEmail && is_followed(relation, values, nulls), parcel);
}

void Intake::read_activities(const SourceFilter* filter) {
  // Subjects are the views' business; where they are long, reading them takes longer than all the rest.
  constexpr uint32_t kAllButSubject = ~(uint32_t{1} << ACTIVITY("subject"));
  read_source(sources_.source(Source::kActivities), model_.zones(), filter, on_activity, this, kAllButSubject);
}

// ---- copies of one activity

struct Copy {
  std::string_view key;
  Parcel parcel;
  uint32_t regarding;
  bool followed;
};

void Intake::merge_group(Copy* copies, size_t count) {
  Parcel& first = copies[0].parcel;
  bool followed = copies[0].followed;
  for (size_t i = 1; i < count; ++i) {
    const Parcel& copy = copies[i].parcel;
    if (copy.activity == copies[i - 1].parcel.activity) duplicate_activity(model_, copy.activity);
    followed = followed || copies[i].followed;
    for (size_t e = 0; e < kEngagements; ++e) first.engagement[e] = Max(first.engagement[e], copy.engagement[e]);
    const bool known = guarded([&] {
      const uint32_t before = copies_.size();
      const bool is_new = copies_.find_or_add(copy.activity) == before;
      if (is_new) leader_of_copy_.push_back(leaders_.find_or_add(first.activity));
      return !is_new;
    });
    if (known) duplicate_activity(model_, copy.activity);
    if (copies[i].regarding != kNobody) put_row(links_, first.activity, copies[i].regarding);
  }
  if (!followed) first.flags &= static_cast<uint8_t>(~RecordEntry::kFollowed);
  put_activity(first.activity, copies[0].regarding, true, first);
}

void Intake::merge_copies() {
  if (keyed_ == nullptr) return;
  for (uint32_t partition = 0; partition < keyed_->partitions(); ++partition) {
    const size_t rows = keyed_->rows(partition);
    if (rows == 0) continue;
    Copy* copies = allocate<Copy>(rows);
    size_t count = 0;
    keyed_->each(partition, [&](const char* row, uint32_t) {
      CopyHead head;
      memcpy(&head, row, sizeof head);
      row += sizeof head;
      const Copy copy{{row, head.key_size}, Parcel::read(row + head.key_size), head.regarding, head.followed};
      new (&copies[count++]) Copy(copy);
    });
    std::sort(copies, copies + count, [](const Copy& a, const Copy& b) {
      if (a.parcel.kind != b.parcel.kind) return a.parcel.kind < b.parcel.kind;
      return a.key != b.key ? a.key < b.key : a.parcel.activity < b.parcel.activity;
    });
    for (size_t begin = 0, end; begin < count; begin = end) {
      CHECK_FOR_INTERRUPTS();
      for (end = begin + 1;
           end < count && copies[end].parcel.kind == copies[begin].parcel.kind && copies[end].key == copies[begin].key;
           ++end) {
      }
      merge_group(copies + begin, end - begin);
    }
    pfree(copies);
    keyed_->drop(partition);
  }
}

std::string_view Intake::leader_of(std::string_view activity) const {
  const uint32_t copy = copies_.find(activity);
  return copy == UINT32_MAX ? activity : leaders_[leader_of_copy_[copy]];
}

// ---- who and what is linked

void Intake::on_link(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  KeyBuffer id, record_id;
  std::string_view activity, key;
  const uint8_t type = read_label(relation, column(Source::kActivityRecords, "record_type"), values, nulls,
                                  kRecordTypeLabels, kRecordTypes, kAbsent);
  if (type == kAbsent ||
      !read_key(relation, column(Source::kActivityRecords, "activity_id"), values, nulls, id, activity) ||
      !read_key(relation, column(Source::kActivityRecords, "record_id"), values, nulls, record_id, key))
    return;
  const RecordNumber record = intake->regarded(type, key);
  if (record != kNobody) intake->put_row(intake->links_, intake->leader_of(activity), record);
}

void Intake::read_links(const SourceFilter* filter) {
  merge_copies();
  SourceRelation& relation = sources_.source(Source::kActivityRecords);
  if (relation.given()) read_source(relation, model_.zones(), filter, on_link, this);
}

void Intake::on_record_party(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  constexpr Source kOf = Source::kRecordParties;
  const uint8_t type =
      read_label(relation, column(kOf, "record_type"), values, nulls, kRecordTypeLabels, kRecordTypes, kAbsent);
  const uint8_t side = read_label(relation, column(kOf, "side"), values, nulls, kSideLabels, kSides, kAbsent);
  const uint8_t role =
      read_label(relation, column(kOf, "role"), values, nulls, kPartyRoleLabels, lengthof(kPartyRoleLabels), kAbsent);
  KeyBuffer buffer;
  KeyTextBuffer text;
  std::string_view key, party;
  if (type == kAbsent || !read_key(relation, column(kOf, "record_id"), values, nulls, buffer, key)) return;
  const bool named = read_id_text(relation, column(kOf, "party_id"), values, nulls, text, party);
  guarded([&] {
    RecordNumber record = intake->membership_.find_record(static_cast<RecordType>(type), key);
    if (record == intake->target_ && intake->makes_records_of_people()) intake->target_seen_ = true;
    if (record == kNobody && intake->makes_records_of_people()) {
      record = intake->membership_.add_record(static_cast<RecordType>(type), key);
      intake->confirmed_.push_back(true);
    }
    if (record == kNobody || side == kAbsent || !named) return;
    intake->membership_.link(record, static_cast<Side>(side), party,
                             static_cast<PartyRole>(role) == PartyRole::kPrimaryContact);
  });
}

void Intake::read_record_parties(const SourceFilter* filter) {
  SourceRelation& relation = sources_.source(Source::kRecordParties);
  if (relation.given()) read_source(relation, model_.zones(), filter, on_record_party, this);
}

void Intake::on_participant(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  constexpr Source kOf = Source::kParticipants;
  const uint8_t side = read_label(relation, column(kOf, "side"), values, nulls, kSideLabels, kSides, kAbsent);
  const uint8_t role = read_label(relation, column(kOf, "role"), values, nulls, kParticipantRoleLabels,
                                  lengthof(kParticipantRoleLabels), kAbsent);
  KeyBuffer buffer;
  KeyTextBuffer text;
  std::string_view activity, party;
  if (side == kAbsent || role == kAbsent ||
      !read_key(relation, column(kOf, "activity_id"), values, nulls, buffer, activity) ||
      !read_id_text(relation, column(kOf, "party_id"), values, nulls, text, party))
    return;
  const Participant participant = guarded([&] {
    const auto of = static_cast<Side>(side);
    return Participant(of, intake->membership_.person(of, party), static_cast<ParticipantRole>(role));
  });
  intake->put_row(intake->participants_, intake->leader_of(activity), participant.bits());
}

void Intake::read_participants(const SourceFilter* filter) {
  SourceRelation& relation = sources_.source(Source::kParticipants);
  if (relation.given()) read_source(relation, model_.zones(), filter, on_participant, this);
}

void Intake::on_person(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* intake = static_cast<Intake*>(self);
  ++intake->rows_read_;
  constexpr Source kOf = Source::kPeople;
  constexpr size_t kName = column(kOf, "name");
  const uint8_t side = read_label(relation, column(kOf, "side"), values, nulls, kSideLabels, kSides, kAbsent);
  KeyTextBuffer text;
  std::string_view party;
  if (side == kAbsent || is_null(relation, kName, nulls) ||
      !read_id_text(relation, column(kOf, "party_id"), values, nulls, text, party))
    return;
  const bool shown = guarded([&] {
    const auto of = static_cast<Side>(side);
    const PersonNumber person = intake->membership_.person(of, party);
    auto& named = intake->named_[side];
    if (named.size() <= person) named.resize(person + 1);
    if (named[person] || intake->membership_.opted_out(of, person)) return false;
    named[person] = true;
    return true;
  });
  if (shown) intake->visit_person_(intake->visitor_, static_cast<Side>(side), party, value_at(relation, kName, values));
}

void Intake::read_people(PersonVisit visit, void* self) {
  SourceRelation& relation = sources_.source(Source::kPeople);
  if (!relation.given()) return;
  visit_person_ = visit;
  visitor_ = self;
  read_source(relation, model_.zones(), nullptr, on_person, this);
}

void Intake::seal() { check(membership_.seal()); }

// ---- the join

// The activities of one partition, found by their keys; and what further rows belong to each.
struct Intake::Joined {
  struct Activity {
    std::string_view key;
    const char* row;
    uint32_t size;
    uint32_t first_participant, participants, first_link, links;
  };
  Activity* activities;
  uint32_t* slots;
  size_t count = 0, mask;

  explicit Joined(size_t rows) {
    activities = allocate<Activity>(rows);
    mask = 15;
    while (mask < 2 * rows) mask = 2 * mask + 1;
    slots = allocate<uint32_t>(mask);
    memset(slots, 255, sizeof(uint32_t) * (mask + 1));
  }
  uint32_t* slot(std::string_view key) const {
    size_t at = key_hash(key) & mask;
    while (slots[at] != kNobody && activities[slots[at]].key != key) at = (at + 1) & mask;
    return &slots[at];
  }

  // Sorts the rows of a spool by activity: `first` and `number` are where each activity finds its own.
  uint32_t* attach(Spool* spool, uint32_t partition, uint32_t Activity::*first, uint32_t Activity::*number) {
    const size_t rows = spool->rows(partition);
    auto* of = allocate<uint32_t>(rows);
    auto* values = allocate<uint32_t>(rows);
    size_t found = 0;
    spool->each(partition, [&](const char* row, uint32_t size) {
      const uint32_t activity = *slot({row + sizeof(uint32_t), size - sizeof(uint32_t)});
      if (activity == kNobody) return;
      ++(activities[activity].*number);
      of[found] = activity;
      memcpy(&values[found++], row, sizeof(uint32_t));
    });
    spool->drop(partition);
    uint32_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      activities[i].*first = total;
      total += activities[i].*number;
    }
    auto* sorted = allocate<uint32_t>(found);
    for (size_t i = 0; i < found; ++i) sorted[(activities[of[i]].*first)++] = values[i];
    for (size_t i = 0; i < count; ++i) activities[i].*first -= activities[i].*number;
    pfree(of);
    pfree(values);
    return sorted;
  }
};

void Intake::join(uint32_t partition, Spool* parcels) {
  Joined joined(activities_->rows(partition));
  constexpr size_t kBefore = sizeof(uint32_t) + sizeof(bool);
  activities_->each(partition, [&](const char* row, uint32_t size) {
    const Parcel parcel = Parcel::read(row + kBefore);
    uint32_t* slot = joined.slot(parcel.activity);
    if (*slot != kNobody || copies_.find(parcel.activity) != UINT32_MAX) duplicate_activity(model_, parcel.activity);
    joined.activities[joined.count] = {parcel.activity, row, size, 0, 0, 0, 0};
    *slot = static_cast<uint32_t>(joined.count++);
  });
  using Activity = Joined::Activity;
  uint32_t* participants =
      joined.attach(participants_, partition, &Activity::first_participant, &Activity::participants);
  uint32_t* links = joined.attach(links_, partition, &Activity::first_link, &Activity::links);
  static_assert(sizeof(Participant) == sizeof(uint32_t));
  size_t most = 0;
  char* bytes = nullptr;
  for (size_t i = 0; i < joined.count; ++i) {
    if ((i & 1023) == 0) CHECK_FOR_INTERRUPTS();
    const Activity& activity = joined.activities[i];
    uint32_t regarding;
    bool counts;
    memcpy(&regarding, activity.row, sizeof regarding);
    memcpy(&counts, activity.row + sizeof regarding, sizeof counts);
    if (!counts) continue;
    membership_.attend(
        {reinterpret_cast<Participant*>(participants) + activity.first_participant, activity.participants},
        attendance_);
    if (attendance_.gone) continue;
    const Parcel parcel = Parcel::read(activity.row + kBefore);
    regarding_.clear();
    if (regarding != kNobody && confirmed_[regarding]) regarding_.push_back(regarding);
    for (uint32_t l = 0; l < activity.links; ++l) {
      const uint32_t record = links[activity.first_link + l];
      if (confirmed_[record]) regarding_.push_back(record);
    }
    membership_.members(attendance_, regarding_, parcel.at, members_);
    if (members_.empty()) continue;
    const uint8_t direction = parcel.direction == kUnknownDirection ? attendance_.direction : parcel.direction;
    const uint8_t internal = parcel.kind == Kind::kEmail && attendance_.internal ? RecordEntry::kInternal : 0;
    const ParcelPeople people{attendance_.ours, attendance_.theirs, attendance_.blind};
    const size_t size = activity.size - kBefore;
    const size_t room = size + most_people_bytes(people);
    if (room > most) {
      if (bytes != nullptr) pfree(bytes);
      most = room * 2;
      bytes = allocate<char>(most);
    }
    memcpy(bytes, activity.row + kBefore, size);
    const size_t whole = complete_parcel(bytes, size, direction, internal, people);
    for (RecordNumber record : members_) {
      const auto to_partition =
          static_cast<uint32_t>(uint64_t{record} * parcels->partitions() / membership_.record_count());
      char* to = parcels->begin(to_partition, sizeof record + whole);
      memcpy(to, &record, sizeof record);
      memcpy(to + sizeof record, bytes, whole);
      parcels->finish(to_partition, sizeof record + whole);
    }
  }
  activities_->drop(partition);
}

Spool* Intake::hand_out(uint32_t partitions) {
  Spool* parcels = Spool::make(&budget_, partitions);
  MemoryContext work = AllocSetContextCreate(context_, "relinsights join", ALLOCSET_DEFAULT_SIZES);
  MemoryContext before = MemoryContextSwitchTo(work);
  for (uint32_t partition = 0; partition < activities_->partitions(); ++partition) {
    join(partition, parcels);
    MemoryContextReset(work);
  }
  MemoryContextSwitchTo(before);
  MemoryContextDelete(work);
  return parcels;
}

}  // namespace relinsights::pg
