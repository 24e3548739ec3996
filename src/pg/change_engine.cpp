#include "pg/change_engine.h"

#include "core/record/activity_log.h"
#include "pg/record_output.h"

extern "C" {
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
}

namespace relinsights::pg {
namespace {

constexpr uint8_t kAbsent = UINT8_MAX;
// Beyond so many activities to read again, of so many there are, reading all of them in one go is quicker.
constexpr double kMostShare = 0.1;
constexpr size_t kFewActivities = 5000;
constexpr size_t kRecordsAtOnce = 256;

// ---- sets of keys

// Keys, each once. What they show may move when one is added.
struct KeySet {
  ContextMemory memory;
  TextPool pool{&memory};

  static KeySet* make() { return make_in<KeySet>(CurrentMemoryContext); }
  uint32_t add(std::string_view key) {
    return guarded([&] { return pool.find_or_add(key); });
  }
  bool has(std::string_view key) const noexcept { return pool.find(key) != UINT32_MAX; }
  uint32_t size() const noexcept { return pool.size(); }
  std::span<const std::string_view> all() const {
    auto* views = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (pool.size() + 1)));
    for (uint32_t i = 0; i < pool.size(); ++i) views[i] = pool[i];
    return {views, pool.size()};
  }
};

// Records, each once: their type is the first byte of the key.
struct RecordSet {
  KeySet* keys = KeySet::make();

  uint32_t add(RecordType type, std::string_view key) { return keys->add(typed(type, key)); }
  uint32_t find(RecordType type, std::string_view key) const { return keys->pool.find(typed(type, key)); }
  bool has(RecordType type, std::string_view key) const { return find(type, key) != UINT32_MAX; }
  uint32_t size() const noexcept { return keys->size(); }
  RecordType type(uint32_t number) const noexcept { return static_cast<RecordType>(keys->pool[number][0]); }
  std::string_view key(uint32_t number) const noexcept { return keys->pool[number].substr(1); }
  // The keys of one type; those that `without` has left out.
  std::span<const std::string_view> all(RecordType of, const RecordSet* without = nullptr) const {
    auto* views = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (size() + 1)));
    size_t count = 0;
    for (uint32_t i = 0; i < size(); ++i) {
      if (type(i) == of && (without == nullptr || !without->has(of, key(i)))) views[count++] = key(i);
    }
    return {views, count};
  }

 private:
  static std::string_view typed(RecordType type, std::string_view key) {
    char* bytes = static_cast<char*>(palloc(key.size() + 1));
    bytes[0] = static_cast<char>(type);
    memcpy(bytes + 1, key.data(), key.size());
    return {bytes, key.size() + 1};
  }
};

constexpr RecordType kEveryType[] = {RecordType::kAccount, RecordType::kContact, RecordType::kOpportunity,
                                     RecordType::kLead};
static_assert(lengthof(kEveryType) == kRecordTypes);

// ---- reading

template <class Row>
void each_row(SourceRelation& relation, const SourceZones& zones, const SourceFilter& filter, uint32_t columns,
              Row row) {
  read_source(
      relation, zones, &filter,
      [](void* self, const SourceRelation& of, const Datum* values, const bool* nulls) {
        (*static_cast<Row*>(self))(of, values, nulls);
      },
      &row, columns);
}

// Rows of a relation of the model.
template <class Row>
void each_stored(const char* query, Row row, ParamListInfo params = nullptr) {
  read_query(
      query,
      [](void* self, TupleTableSlot* slot) {
        slot_getallattrs(slot);
        (*static_cast<Row*>(self))(slot->tts_values, slot->tts_isnull);
      },
      &row, params);
}

ParamListInfo time_parameter(Instant at) {
  ParamListInfo params = makeParamList(1);
  params->params[0] = {TimestampTzGetDatum(at.microseconds), false, PARAM_FLAG_CONST, TIMESTAMPTZOID};
  return params;
}

uint8_t type_named(std::string_view name) {
  for (size_t i = 0; i < kRecordTypes; ++i) {
    if (name == kRecordTypeLabels[i]) return static_cast<uint8_t>(i);
  }
  return kAbsent;
}

// An id as stored relations have it: bigint, uuid or text.
std::string_view stored_key(IdType type, Datum id, KeyBuffer& buffer) {
  switch (type) {
    case IdType::kInteger:
      buffer = integer_key(DatumGetInt64(id));
      return {buffer.data(), buffer.size()};
    case IdType::kUuid:
      return {reinterpret_cast<const char*>(DatumGetUUIDP(id)->data), UUID_LEN};
    case IdType::kText:
      break;
  }
  return view_of(DatumGetTextPP(id));
}

std::string_view key_named(IdType type, const char* id, KeyBuffer& buffer) {
  switch (type) {
    case IdType::kInteger:
      return stored_key(type, DirectFunctionCall1(int8in, CStringGetDatum(id)), buffer);
    case IdType::kUuid:
      return stored_key(type, DirectFunctionCall1(uuid_in, CStringGetDatum(id)), buffer);
    case IdType::kText:
      break;
  }
  return id;
}

Bytes bytes_of(Datum value) {
  auto* bytes = PG_DETOAST_DATUM_PACKED(value);
  return {reinterpret_cast<const uint8_t*>(VARDATA_ANY(bytes)), VARSIZE_ANY_EXHDR(bytes)};
}

// ---- the refresh

class ChangeRefresh {
 public:
  ChangeRefresh(const Model& model, Instant as_of, const ChangePlan& plan, FunctionCallInfo fcinfo)
      : model_(model), sources_(model), as_of_(as_of), plan_(plan), fcinfo_(fcinfo), memory_(CurrentMemoryContext) {}

  // nullptr, or why the refresh must be complete.
  const char* read();
  void write();
  uint64_t rows_read() const noexcept { return intake_ == nullptr ? 0 : intake_->rows_read(); }
  uint64_t rows_written() const noexcept { return output_ == nullptr ? 0 : output_->written(); }

 private:
  // The last activity of a record that no change touched, where that which is stored was touched.
  struct LastLeft {
    std::string_view activity;  // empty: there is none
    Instant at;
  };
  struct Chunk {
    Chunk* next;
    Bytes log;
  };
  struct StoredTime {
    StoredTime* next;
    std::string_view activity;
    Instant at;
    bool completed;
  };
  // What hand_out() gave one record.
  using Parcels = std::span<const char* const>;

  void read_queue();
  void read_due();
  void read_opted();
  void read_changed_records();
  void read_old_links();
  void look_through(Datum type, Datum id, Datum log);
  void read_related();
  void read_again();
  double activities_there() const;
  void group_parcels();
  Parcels parcels_of(RecordType type, std::string_view key) const;
  const char* parcel_of(Parcels parcels, std::string_view activity) const;

  void load(StoredTable* table, const RecordSet& records, const RecordSet* without = nullptr) const;
  void read_logs(RecordType type, std::span<const std::string_view> records, const KeySet& numbers, Chunk** logs);
  void read_times(RecordType type, std::span<const std::string_view> records, const KeySet& numbers,
                  StoredTime** times);
  void rewrite_whole(RecordType type, std::string_view key);
  void rewrite(RecordType type, std::string_view key, const Chunk* log, const StoredTime* times);
  void rewrite_times(RecordType type, std::string_view key, Datum type_datum, Datum id, Parcels parcels,
                     const StoredTime* times);

  const char* stored(const char* relation) const { return quote_qualified_identifier(model_.name, relation); }
  char* copy(std::string_view text) const {
    char* bytes = static_cast<char*>(MemoryContextAlloc(memory_, text.size() + 1));
    memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = '\0';
    return bytes;
  }
  void collect(Source source, size_t ids, std::span<const std::string_view> keys, size_t label, const char* label_text,
               size_t wanted, KeySet* into);

  const Model& model_;
  Model sources_;
  Instant as_of_;
  const ChangePlan& plan_;
  FunctionCallInfo fcinfo_;
  MemoryContext memory_;
  KeySet* touched_ = KeySet::make();     // activities
  KeySet* existing_ = KeySet::make();    // those of them that may stand in a log
  KeySet* new_ = KeySet::make();         // those whose own row was inserted
  KeySet* read_again_ = KeySet::make();  // touched_, and what else the records whose own rows changed may take
  RecordSet changed_;                    // records whose own rows, or whose people, changed
  RecordSet records_;                    // to be finished again; none of changed_
  RecordSet related_;                    // whatever an activity that is read again may belong to
  RecordSet lost_;                       // those whose last activity was touched
  LastLeft* left_ = nullptr;             // of each of lost_
  Intake* intake_ = nullptr;
  ParcelSorter* sorter_ = nullptr;
  RecordOutput* output_ = nullptr;
  size_t* begins_ = nullptr;  // of each record of the membership, in parcels_
  const char** parcels_ = nullptr;
};

void ChangeRefresh::read_queue() {
  each_stored(psprintf("SELECT c.activity_id, c.record_type, c.record_id, c.is_new FROM %s c", stored("changes")),
              [this](const Datum* values, const bool* nulls) {
                KeyBuffer buffer;
                if (!nulls[0]) {
                  const std::string_view key = stored_key(model_.activity_ids, values[0], buffer);
                  touched_->add(key);
                  if (!nulls[3]) (DatumGetBool(values[3]) ? new_ : existing_)->add(key);
                }
                if (nulls[1] || nulls[2]) return;
                const uint8_t type = type_named(view_of(DatumGetTextPP(values[1])));
                const std::string_view key = stored_key(model_.record_ids, values[2], buffer);
                if (type != kAbsent && !key.empty()) changed_.add(static_cast<RecordType>(type), key);
              });
  // Where participants changed, but the activity is not new, it may have stood in logs.
  for (uint32_t i = 0; i < touched_->size(); ++i) {
    if (!new_->has(touched_->pool[i])) existing_->add(touched_->pool[i]);
  }
}

// Records that time alone changes: what came to count since the last refresh is touched.
void ChangeRefresh::read_due() {
  RecordSet due;
  auto add = [&](const Datum* values, const bool*) {
    KeyBuffer buffer;
    const uint8_t type = type_named(view_of(DatumGetTextPP(values[0])));
    if (type != kAbsent) due.add(static_cast<RecordType>(type), stored_key(model_.record_ids, values[1], buffer));
  };
  each_stored(psprintf("SELECT m.record_type, m.record_id FROM %s m WHERE m.at <= $1", stored("next_moment")), add,
              time_parameter(as_of_));
  for (RecordType type : kEveryType) {
    std::span<const std::string_view> keys = due.all(type);
    if (keys.empty()) continue;
    for (std::string_view key : keys) records_.add(type, key);
    each_stored(
        psprintf("SELECT c.log FROM %s c WHERE c.record_type = '%s' AND c.record_id = ANY ($1)",
                 stored("record_log_chunk"), kRecordTypeLabels[index(type)]),
        [this](const Datum* values, const bool*) {
          const Bytes bytes = bytes_of(values[0]);
          guarded([&] {
            ContextMemory memory;
            RecordEntries log(&memory);
            check(decode_log(bytes.data, bytes.size, log));
            for (const RecordEntry& entry : log.entries) {
              if (entry.counts_from <= plan_.before || entry.counts_from > as_of_) continue;
              touched_->pool.find_or_add(log.activities[entry.activity]);
              existing_->pool.find_or_add(log.activities[entry.activity]);
            }
          });
        },
        key_parameter(model_.record_ids, keys));
  }
  if (!plan_.finish_all) return;
  each_stored(psprintf("SELECT k.record_type, k.record_id FROM %s k", stored("record_kpi")),
              [this](const Datum* values, const bool*) {
                KeyBuffer buffer;
                const uint8_t type = type_named(view_of(DatumGetTextPP(values[0])));
                if (type == kAbsent) return;
                records_.add(static_cast<RecordType>(type), stored_key(model_.record_ids, values[1], buffer));
              });
}

// Adds the ids in column `wanted` of the rows that match.
void ChangeRefresh::collect(Source source, size_t ids, std::span<const std::string_view> keys, size_t label,
                            const char* label_text, size_t wanted, KeySet* into) {
  SourceRelation& relation = sources_.source(source);
  if (!relation.has(ids) || !relation.has(wanted) || keys.empty()) return;
  each_row(relation, model_.zones(), {ids, keys.data(), keys.size(), label, label_text}, 1u << wanted,
           [&](const SourceRelation& of, const Datum* values, const bool* nulls) {
             KeyBuffer buffer;
             std::string_view key;
             if (read_key(of, wanted, values, nulls, buffer, key)) into->add(key);
           });
}

#define COLUMN(source, name) column(Source::source, name)

// Who opted out or in: their activities are touched.
void ChangeRefresh::read_opted() {
  for (Side side : {Side::kUs, Side::kThem}) {
    KeySet* people = KeySet::make();
    for (int i = 0; i + 1 < plan_.opted_count; i += 2) {
      KeyBuffer buffer;
      if (strcmp(plan_.opted[i], kSideLabels[index(side)]) == 0)
        people->add(key_named(model_.party_ids, plan_.opted[i + 1], buffer));
    }
    KeySet* found = KeySet::make();
    collect(Source::kParticipants, COLUMN(kParticipants, "party_id"), people->all(), COLUMN(kParticipants, "side"),
            kSideLabels[index(side)], COLUMN(kParticipants, "activity_id"), found);
    for (uint32_t i = 0; i < found->size(); ++i) {
      touched_->add(found->pool[i]);
      existing_->add(found->pool[i]);
    }
  }
}

// What the records may take whose own rows changed: as for the KPIs of one record now, for many at once. What regards a
// deal that comes or goes is touched, as other deals may take it then, or not.
void ChangeRefresh::read_changed_records() {
  for (RecordType type : kEveryType) {
    const char* label = kRecordTypeLabels[index(type)];
    std::span<const std::string_view> keys = changed_.all(type);
    if (keys.empty()) continue;
    KeySet* regarding = KeySet::make();
    collect(Source::kActivities, COLUMN(kActivities, "regarding_id"), keys, COLUMN(kActivities, "regarding_type"),
            label, COLUMN(kActivities, "activity_id"), regarding);
    collect(Source::kActivityRecords, COLUMN(kActivityRecords, "record_id"), keys,
            COLUMN(kActivityRecords, "record_type"), label, COLUMN(kActivityRecords, "activity_id"), regarding);
    const bool deal = type == RecordType::kOpportunity || type == RecordType::kLead;
    const bool of_others = deal && model_.membership.deals == DealActivities::kUnlessRegardingAnother;
    for (uint32_t i = 0; i < regarding->size(); ++i) {
      read_again_->add(regarding->pool[i]);
      if (!of_others) continue;
      touched_->add(regarding->pool[i]);
      existing_->add(regarding->pool[i]);
    }
    SourceRelation& parties = sources_.source(Source::kRecordParties);
    if (!parties.given()) continue;
    KeySet* people = KeySet::make();
    each_row(
        parties, model_.zones(),
        {COLUMN(kRecordParties, "record_id"), keys.data(), keys.size(), COLUMN(kRecordParties, "record_type"), label},
        1u << COLUMN(kRecordParties, "side") | 1u << COLUMN(kRecordParties, "party_id"),
        [&](const SourceRelation& of, const Datum* values, const bool* nulls) {
          KeyBuffer buffer;
          std::string_view key;
          if (read_label(of, COLUMN(kRecordParties, "side"), values, nulls, kSideLabels, kSides, kAbsent) !=
              index(Side::kThem))
            return;
          if (read_key(of, COLUMN(kRecordParties, "party_id"), values, nulls, buffer, key)) people->add(key);
        });
    collect(Source::kParticipants, COLUMN(kParticipants, "party_id"), people->all(), COLUMN(kParticipants, "side"),
            "them", COLUMN(kParticipants, "activity_id"), read_again_);
  }
}

// Looks for touched activities in a piece of a log, and for the last one that is not, where it is needed.
void ChangeRefresh::look_through(Datum type_name, Datum id, Datum log_value) {
  const uint8_t type = type_named(view_of(DatumGetTextPP(type_name)));
  if (type == kAbsent) return;
  KeyBuffer buffer;
  const std::string_view key = stored_key(model_.record_ids, id, buffer);
  const auto of = static_cast<RecordType>(type);
  const uint32_t lost = lost_.find(of, key);
  const Bytes bytes = bytes_of(log_value);
  LastLeft last{};
  const bool found = guarded([&] {
    auto* memory = make_in<ContextMemory>(CurrentMemoryContext);
    auto* log = make_in<RecordEntries>(CurrentMemoryContext, memory);
    check(decode_log(bytes.data, bytes.size, *log));
    bool any = false;
    for (const RecordEntry& entry : log->entries) {
      const std::string_view activity = log->activities[entry.activity];
      if (existing_->has(activity)) {
        any = true;
        if (lost == UINT32_MAX) break;
      } else if (lost != UINT32_MAX && entry.counts_from <= as_of_ &&
                 (last.activity.empty() || entry.at > last.at ||
                  later_as_text(model_.activity_ids, activity, last.activity))) {
        last = {activity, entry.at};
      }
    }
    return any;
  });
  if (found && !changed_.has(of, key)) records_.add(of, key);
  if (last.activity.empty()) return;
  LastLeft& best = left_[lost];
  if (best.activity.empty() || last.at > best.at ||
      (last.at == best.at && later_as_text(model_.activity_ids, last.activity, best.activity)))
    best = {{copy(last.activity), last.activity.size()}, last.at};
}

void ChangeRefresh::read_old_links() {
  if (existing_->size() == 0) return;
  // Scheduled activities stand here alone.
  each_stored(
      psprintf("SELECT t.record_type, t.record_id, t.status FROM %s t WHERE t.activity_id = ANY ($1)",
               stored("interaction_times")),
      [this](const Datum* values, const bool*) {
        KeyBuffer buffer;
        const uint8_t type = type_named(view_of(DatumGetTextPP(values[0])));
        if (type == kAbsent) return;
        const auto of = static_cast<RecordType>(type);
        const std::string_view key = stored_key(model_.record_ids, values[1], buffer);
        if (changed_.has(of, key)) return;
        records_.add(of, key);
        if (view_of(DatumGetTextPP(values[2])) == "completed") lost_.add(of, key);
      },
      key_parameter(model_.activity_ids, existing_->all()));
  left_ = static_cast<LastLeft*>(MemoryContextAllocZero(memory_, sizeof(LastLeft) * (lost_.size() + 1)));
  each_stored(psprintf("SELECT c.record_type, c.record_id, c.log FROM %s c", stored("record_log_chunk")),
              [this](const Datum* values, const bool*) { look_through(values[0], values[1], values[2]); });
  for (uint32_t i = 0; i < lost_.size(); ++i) {
    if (!left_[i].activity.empty()) read_again_->add(left_[i].activity);
  }
}

// Whatever record an activity that is read again may belong to: what it regards, and whose people of theirs take part.
void ChangeRefresh::read_related() {
  std::span<const std::string_view> activities = read_again_->all();
  auto regarded = [this](size_t type_column, size_t id_column) {
    return [this, type_column, id_column](const SourceRelation& of, const Datum* values, const bool* nulls) {
      KeyBuffer buffer;
      std::string_view key;
      const uint8_t type = read_label(of, type_column, values, nulls, kRecordTypeLabels, kRecordTypes, kAbsent);
      if (type != kAbsent && read_key(of, id_column, values, nulls, buffer, key))
        related_.add(static_cast<RecordType>(type), key);
    };
  };
  auto both = [](size_t a, size_t b) { return 1u << a | 1u << b; };
  constexpr size_t kRegardingType = COLUMN(kActivities, "regarding_type"),
                   kRegardingId = COLUMN(kActivities, "regarding_id");
  if (sources_.source(Source::kActivities).has(kRegardingId))
    each_row(sources_.source(Source::kActivities), model_.zones(),
             {COLUMN(kActivities, "activity_id"), activities.data(), activities.size()},
             both(kRegardingType, kRegardingId), regarded(kRegardingType, kRegardingId));
  constexpr size_t kLinkType = COLUMN(kActivityRecords, "record_type"), kLinkId = COLUMN(kActivityRecords, "record_id");
  if (sources_.source(Source::kActivityRecords).given())
    each_row(sources_.source(Source::kActivityRecords), model_.zones(),
             {COLUMN(kActivityRecords, "activity_id"), activities.data(), activities.size()}, both(kLinkType, kLinkId),
             regarded(kLinkType, kLinkId));
  SourceRelation& parties = sources_.source(Source::kRecordParties);
  if (!parties.given()) return;
  KeySet* people = KeySet::make();
  collect(Source::kParticipants, COLUMN(kParticipants, "activity_id"), activities, SIZE_MAX, nullptr,
          COLUMN(kParticipants, "party_id"), people);
  std::span<const std::string_view> ids = people->all();
  constexpr size_t kPartyType = COLUMN(kRecordParties, "record_type"), kPartyId = COLUMN(kRecordParties, "record_id");
  if (!ids.empty())
    each_row(parties, model_.zones(),
             {COLUMN(kRecordParties, "party_id"), ids.data(), ids.size(), COLUMN(kRecordParties, "side"), "them"},
             both(kPartyType, kPartyId), regarded(kPartyType, kPartyId));
}

void ChangeRefresh::read_again() {
  for (RecordType type : kEveryType) {
    for (std::string_view key : changed_.all(type)) related_.add(type, key);
  }
  intake_->read_opt_outs();
  if (plan_.people)
    intake_->read_people([](void* self, Side side, std::string_view party,
                            Datum name) { static_cast<RecordOutput*>(self)->put_person(side, party, name); },
                         output_);
  for (RecordType type : kEveryType) {
    const char* label = kRecordTypeLabels[index(type)];
    constexpr size_t kId = COLUMN(kRecords, "record_id"), kType = COLUMN(kRecords, "record_type");
    std::span<const std::string_view> keys = changed_.all(type);
    const SourceFilter changed{kId, keys.data(), keys.size(), kType, label};
    if (!keys.empty())
      intake_->read_records(
          &changed,
          [](void* self, const Intake& intake, RecordNumber record, const SourceRelation& relation, const Datum* values,
             const bool* nulls) {
            static_cast<RecordOutput*>(self)->put_info(intake.membership(), record, &relation, values, nulls);
          },
          output_);
    keys = related_.all(type, &changed_);
    const SourceFilter others{kId, keys.data(), keys.size(), kType, label};
    if (!keys.empty()) intake_->read_records(&others, nullptr, nullptr);
  }
  std::span<const std::string_view> activities = read_again_->all();
  const SourceFilter by_id{COLUMN(kActivities, "activity_id"), activities.data(), activities.size()};
  const SourceFilter by_link{COLUMN(kActivityRecords, "activity_id"), activities.data(), activities.size()};
  const SourceFilter by_participant{COLUMN(kParticipants, "activity_id"), activities.data(), activities.size()};
  if (!activities.empty()) {
    intake_->read_activities(&by_id);
    intake_->read_links(&by_link);
  }
  for (RecordType type : kEveryType) {
    std::span<const std::string_view> keys = related_.all(type);
    const SourceFilter filter{COLUMN(kRecordParties, "record_id"), keys.data(), keys.size(),
                              COLUMN(kRecordParties, "record_type"), kRecordTypeLabels[index(type)]};
    if (!keys.empty()) intake_->read_record_parties(&filter);
  }
  if (!activities.empty()) intake_->read_participants(&by_participant);
  intake_->seal();
}

// The parcels of each record, one behind the other.
void ChangeRefresh::group_parcels() {
  Spool* spool = intake_->hand_out(1);
  const RecordNumber records = intake_->membership().record_count();
  begins_ = static_cast<size_t*>(
      MemoryContextAllocExtended(memory_, sizeof(size_t) * (records + 2), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  parcels_ = static_cast<const char**>(MemoryContextAllocHuge(memory_, sizeof(char*) * (spool->rows() + 1)));
  auto record_of = [](const char* row) {
    RecordNumber record;
    memcpy(&record, row, sizeof record);
    return record;
  };
  spool->each(0, [&](const char* row, uint32_t) { ++begins_[record_of(row) + 2]; });
  for (RecordNumber i = 2; i < records + 2; ++i) begins_[i] += begins_[i - 1];
  spool->each(0, [&](const char* row, uint32_t) {
    const RecordNumber record = record_of(row);
    parcels_[begins_[record + 1]++] = row + sizeof(RecordNumber);
  });
}

ChangeRefresh::Parcels ChangeRefresh::parcels_of(RecordType type, std::string_view key) const {
  const RecordNumber record = intake_->membership().find_record(type, key);
  if (record == kNobody) return {};
  return {parcels_ + begins_[record], begins_[record + 1] - begins_[record]};
}

const char* ChangeRefresh::parcel_of(Parcels parcels, std::string_view activity) const {
  for (const char* parcel : parcels) {
    if (Parcel::read(parcel).activity == activity) return parcel;
  }
  return nullptr;
}

// How many there are, as far as it costs little to tell: of a view, what the logs hold says so, where most are in two
// or three.
double ChangeRefresh::activities_there() const {
  double there = 0;
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(model_.source(Source::kActivities).relation));
  if (HeapTupleIsValid(tuple)) {
    there = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
  }
  if (there > 0) return there;
  each_stored(psprintf("SELECT sum(c.activities)::pg_catalog.float8 FROM %s c", stored("record_log_chunk")),
              [&](const Datum* values, const bool* nulls) { there = nulls[0] ? 0 : DatumGetFloat8(values[0]) / 3; });
  return there;
}

const char* ChangeRefresh::read() {
  read_queue();
  read_due();
  read_opted();
  read_changed_records();
  read_old_links();
  for (uint32_t i = 0; i < touched_->size(); ++i) read_again_->add(touched_->pool[i]);
  if (read_again_->size() > kFewActivities && read_again_->size() > kMostShare * activities_there())
    return psprintf("%u activities to read again: reading all is quicker", read_again_->size());
  if (read_again_->size() + changed_.size() + records_.size() == 0 && !plan_.people) return nullptr;
  output_ = RecordOutput::make(model_, as_of_, fcinfo_);
  intake_ = Intake::make(model_, as_of_, static_cast<size_t>(maintenance_work_mem) * 1024, 1);
  if (plan_.people) output_->people = output_->open("person_info", 2);
  if (changed_.size() > 0) {
    output_->info = StoredTable::open_part(model_.name, "record_info", 2);
    load(output_->info, changed_);
  }
  if (read_again_->size() > 0) read_related();
  read_again();
  group_parcels();
  const Membership& membership = intake_->membership();
  for (RecordNumber record = 0; record < membership.record_count(); ++record) {
    if (changed_.has(membership.type(record), membership.key(record))) continue;
    for (size_t i = begins_[record]; i < begins_[record + 1]; ++i) {
      if (!touched_->has(Parcel::read(parcels_[i]).activity)) continue;
      records_.add(membership.type(record), membership.key(record));
      break;
    }
  }
  for (uint32_t i = 0; i < lost_.size(); ++i) {
    if (left_[i].activity.empty()) continue;
    if (parcel_of(parcels_of(lost_.type(i), lost_.key(i)), left_[i].activity) == nullptr)
      return "a stored log holds an activity that the sources do not give its record";
  }
  return nullptr;
}

void ChangeRefresh::load(StoredTable* table, const RecordSet& records, const RecordSet* without) const {
  for (RecordType type : kEveryType) {
    std::span<const std::string_view> keys = records.all(type, without);
    if (keys.empty()) continue;
    table->load(psprintf("s.record_type = '%s' AND s.record_id = ANY ($1)", kRecordTypeLabels[index(type)]),
                key_parameter(model_.record_ids, keys));
  }
}

void ChangeRefresh::read_logs(RecordType type, std::span<const std::string_view> records, const KeySet& numbers,
                              Chunk** logs) {
  MemoryContext memory = CurrentMemoryContext;
  each_stored(
      psprintf("SELECT c.record_id, c.log FROM %s c WHERE c.record_type = '%s' AND c.record_id = ANY ($1)",
               stored("record_log_chunk"), kRecordTypeLabels[index(type)]),
      [&](const Datum* values, const bool*) {
        KeyBuffer buffer;
        const uint32_t number = numbers.pool.find(stored_key(model_.record_ids, values[0], buffer));
        const Bytes bytes = bytes_of(values[1]);
        auto* chunk = static_cast<Chunk*>(MemoryContextAlloc(memory, sizeof(Chunk)));
        auto* own = static_cast<uint8_t*>(MemoryContextAllocHuge(memory, bytes.size));
        memcpy(own, bytes.data, bytes.size);
        *chunk = {logs[number], {own, bytes.size}};
        logs[number] = chunk;
      },
      key_parameter(model_.record_ids, records));
}

void ChangeRefresh::read_times(RecordType type, std::span<const std::string_view> records, const KeySet& numbers,
                               StoredTime** times) {
  MemoryContext memory = CurrentMemoryContext;
  each_stored(
      psprintf("SELECT t.record_id, t.activity_id, t.status, t.occurred_at FROM %s t WHERE t.record_type = '%s' AND "
               "t.record_id = ANY ($1)",
               stored("interaction_times"), kRecordTypeLabels[index(type)]),
      [&](const Datum* values, const bool*) {
        KeyBuffer buffer;
        const uint32_t number = numbers.pool.find(stored_key(model_.record_ids, values[0], buffer));
        const std::string_view activity = stored_key(model_.activity_ids, values[1], buffer);
        auto* time = static_cast<StoredTime*>(MemoryContextAlloc(memory, sizeof(StoredTime)));
        char* own = static_cast<char*>(MemoryContextAlloc(memory, activity.size() + 1));
        memcpy(own, activity.data(), activity.size());
        *time = {times[number],
                 {own, activity.size()},
                 {DatumGetTimestampTz(values[3])},
                 view_of(DatumGetTextPP(values[2])) == "completed"};
        times[number] = time;
      },
      key_parameter(model_.record_ids, records));
}

void ChangeRefresh::write() {
  if (output_ == nullptr) return;
  output_->kpis = StoredTable::open_part(model_.name, "record_kpi", 2);
  output_->check_version();
  output_->logs = StoredTable::open_part(model_.name, "record_log_chunk", 3);
  output_->moments = StoredTable::open_part(model_.name, "next_moment", 2);
  output_->times = StoredTable::open_part(model_.name, "interaction_times", 3);
  for (StoredTable* table : {output_->kpis, output_->logs, output_->moments, output_->times}) {
    load(table, records_, &changed_);
    load(table, changed_);
  }
  auto* memory = make_in<ContextMemory>(CurrentMemoryContext);
  sorter_ = make_in<ParcelSorter>(CurrentMemoryContext, intake_->membership(), model_.activity_ids, model_.log_ids(),
                                  model_.thread_ids, memory);
  MemoryContext work = AllocSetContextCreate(memory_, "relinsights records", ALLOCSET_DEFAULT_SIZES);
  for (RecordType type : kEveryType) {
    for (std::string_view key : changed_.all(type)) rewrite_whole(type, key);
    std::span<const std::string_view> keys = records_.all(type, &changed_);
    for (size_t begin = 0; begin < keys.size(); begin += kRecordsAtOnce) {
      std::span<const std::string_view> some = keys.subspan(begin, Min(kRecordsAtOnce, keys.size() - begin));
      MemoryContext before = MemoryContextSwitchTo(work);
      KeySet* numbers = KeySet::make();
      for (std::string_view key : some) numbers->add(key);
      auto** logs = static_cast<Chunk**>(palloc0(sizeof(Chunk*) * some.size()));
      auto** times = static_cast<StoredTime**>(palloc0(sizeof(StoredTime*) * some.size()));
      read_logs(type, some, *numbers, logs);
      if (type != RecordType::kContact) read_times(type, some, *numbers, times);
      for (size_t i = 0; i < some.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        rewrite(type, some[i], logs[i], times[i]);
      }
      MemoryContextSwitchTo(before);
      MemoryContextReset(work);
    }
  }
  output_->finish();
}

// A record whose own rows changed: all that it takes has been read.
void ChangeRefresh::rewrite_whole(RecordType type, std::string_view key) {
  const RecordNumber record = intake_->membership().find_record(type, key);
  if (record == kNobody || !intake_->confirmed(record)) return;  // it is gone
  MemoryContext before = MemoryContextSwitchTo(output_->record_memory);
  const Datum type_datum = output_->type_datum(type), id = output_->id_datum(key);
  check(sorter_->sort(parcels_of(type, key)));
  output_->put_record(type_datum, id, sorter_->entries());
  if (type != RecordType::kContact) output_->put_times(intake_->membership(), sorter_, type_datum, id);
  MemoryContextReset(output_->record_memory);
  MemoryContextSwitchTo(before);
  output_->write_batch();
}

// A record of whose activities some were touched: the others stay as its log has them.
void ChangeRefresh::rewrite(RecordType type, std::string_view key, const Chunk* log, const StoredTime* times) {
  MemoryContext before = MemoryContextSwitchTo(output_->record_memory);
  const Datum type_datum = output_->type_datum(type), id = output_->id_datum(key);
  Parcels parcels = parcels_of(type, key);
  auto* fresh = static_cast<const char**>(palloc(sizeof(char*) * (parcels.size() + 1)));
  size_t count = 0;
  for (const char* parcel : parcels) {
    if (touched_->has(Parcel::read(parcel).activity)) fresh[count++] = parcel;
  }
  check(sorter_->sort({fresh, count}));
  auto* memory = make_in<ContextMemory>(CurrentMemoryContext);
  auto* entries = make_in<RecordEntries>(CurrentMemoryContext, memory);
  auto* builder = make_in<LogBuilder>(CurrentMemoryContext, memory);
  builder->add(sorter_->entries());
  for (; log != nullptr; log = log->next) {
    auto* part = make_in<RecordEntries>(CurrentMemoryContext, memory);
    check(decode_log(log->log.data, log->log.size, *part));
    builder->add(*part, [&](const RecordEntry& entry) { return !touched_->has(part->activities[entry.activity]); });
  }
  builder->finish(*entries);
  output_->put_record(type_datum, id, *entries);
  if (type != RecordType::kContact) rewrite_times(type, key, type_datum, id, parcels, times);
  MemoryContextReset(output_->record_memory);
  MemoryContextSwitchTo(before);
  output_->write_batch();
}

void ChangeRefresh::rewrite_times(RecordType type, std::string_view key, Datum type_datum, Datum id, Parcels parcels,
                                  const StoredTime* times) {
  const Membership& membership = intake_->membership();
  const StoredTime* kept = nullptr;
  auto keep = [&](const StoredTime& time) {
    const Datum row[] = {type_datum, id, key_datum(model_.activity_ids, time.activity)};
    output_->times->keep(row);
  };
  for (; times != nullptr; times = times->next) {
    if (touched_->has(times->activity)) continue;
    if (times->completed)
      kept = times;
    else
      keep(*times);
  }
  for (const ShownActivity& activity : sorter_->upcoming())
    output_->put_time(membership, sorter_, type_datum, id, activity, "scheduled");
  const uint32_t lost = lost_.find(type, key);
  LastLeft other{};
  if (kept != nullptr) {
    other = {kept->activity, kept->at};
  } else if (lost != UINT32_MAX) {
    other = left_[lost];
  }
  ShownActivity last{};
  const bool any = sorter_->last(as_of_, last);
  if (any && (other.activity.empty() || last.at > other.at ||
              (last.at == other.at && later_as_text(model_.activity_ids, last.activity, other.activity)))) {
    output_->put_time(membership, sorter_, type_datum, id, last, "completed");
  } else if (kept != nullptr) {
    keep(*kept);
  } else if (!other.activity.empty()) {
    const char* parcel = parcel_of(parcels, other.activity);
    check(sorter_->sort({&parcel, 1}));
    if (sorter_->last(as_of_, last)) output_->put_time(membership, sorter_, type_datum, id, last, "completed");
  }
}

}  // namespace

ChangePlan* plan_changes(const Model& model, Instant as_of) {
  auto* plan = static_cast<ChangePlan*>(palloc0(sizeof(ChangePlan)));
  MemoryContext memory = CurrentMemoryContext;
  each_stored(
      psprintf("SELECT p.why, p.before, p.finish_all, p.people, p.opted, p.state::pg_catalog.text "
               "FROM relinsights._refresh_plan(%s, $1) p",
               quote_literal_cstr(model.name)),
      [&](const Datum* values, const bool* nulls) {
        MemoryContext before = MemoryContextSwitchTo(memory);
        if (!nulls[0]) plan->why = text_to_cstring(DatumGetTextPP(values[0]));
        if (!nulls[1]) plan->before = {DatumGetTimestampTz(values[1])};
        plan->finish_all = !nulls[2] && DatumGetBool(values[2]);
        plan->people = !nulls[3] && DatumGetBool(values[3]);
        if (!nulls[4]) {
          Datum* texts;
          deconstruct_array(DatumGetArrayTypePCopy(values[4]), TEXTOID, -1, false, TYPALIGN_INT, &texts, nullptr,
                            &plan->opted_count);
          plan->opted = static_cast<char**>(palloc(sizeof(char*) * (plan->opted_count + 1)));
          for (int i = 0; i < plan->opted_count; ++i) plan->opted[i] = text_to_cstring(DatumGetTextPP(texts[i]));
        }
        if (!nulls[5]) plan->state = text_to_cstring(DatumGetTextPP(values[5]));
        MemoryContextSwitchTo(before);
      },
      time_parameter(as_of));
  return plan;
}

ChangeResult refresh_changes(const Model& model, Instant as_of, const ChangePlan& plan, FunctionCallInfo fcinfo) {
  if (plan.why != nullptr) return {plan.why, 0, 0};
  auto* refresh = make_in<ChangeRefresh>(CurrentMemoryContext, model, as_of, plan, fcinfo);
  if (const char* why = refresh->read(); why != nullptr) return {why, 0, 0};
  refresh->write();
  return {nullptr, refresh->rows_read(), refresh->rows_written()};
}

void finish_changes(const Model& model, Instant as_of, const ChangePlan& plan, Snapshot snapshot) {
  SPIPlanPtr taken =
      SPI_prepare(psprintf("DELETE FROM %s", quote_qualified_identifier(model.name, "changes")), 0, nullptr);
  if (taken == nullptr) elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
  // Exactly what was read: what commits later waits for the next refresh.
  SPI_execute_snapshot(taken, nullptr, nullptr, snapshot, InvalidSnapshot, false, true, 0);
  Oid types[] = {TEXTOID, TIMESTAMPTZOID, TEXTOID};
  const bool tracked = plan.state != nullptr;
  Datum values[] = {text_datum(model.name), TimestampTzGetDatum(as_of.microseconds),
                    tracked ? text_datum(plan.state) : Datum{0}};
  const char nulls[] = {' ', ' ', tracked ? ' ' : 'n', '\0'};
  const int kept = SPI_execute_with_args("SELECT relinsights._keep_state($1, $2, $3::pg_catalog.jsonb)",
                                         lengthof(values), types, values, nulls, false, 0);
  if (kept != SPI_OK_SELECT) elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(kept));
}

}  // namespace relinsights::pg
