// The KPIs of one record from the sources now: the path of a refresh with another way in. What may belong to the record
// is found by one-relation queries over indexes; membership then says what does. Sources are read with the caller's
// rights.
#include "pg/live_engine.h"

#include "pg/kpi_row.h"

extern "C" {
#include "executor/spi.h"
#include "utils/fmgrprotos.h"
}

namespace relinsights::pg {
namespace {

// The key of an id that is given as text.
std::string_view key_named(IdType type, const char* id, KeyBuffer& buffer) {
  switch (type) {
    case IdType::kInteger:
      buffer = integer_key(DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(id))));
      return {buffer.data(), buffer.size()};
    case IdType::kUuid:
      return {reinterpret_cast<const char*>(DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(id)))->data),
              UUID_LEN};
    case IdType::kText:
      break;
  }
  return id;
}

// Keys that queries found, each once.
struct Keys {
  ContextMemory memory;
  TextPool pool{&memory};
  size_t column;  // where they are read from

  std::string_view* views() {
    auto* all = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (pool.size() + 1)));
    for (uint32_t i = 0; i < pool.size(); ++i) all[i] = pool[i];
    return all;
  }
};

Keys* make_keys() { return make_in<Keys>(CurrentMemoryContext); }

void on_key(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls) {
  auto* keys = static_cast<Keys*>(self);
  KeyBuffer buffer;
  std::string_view key;
  if (read_key(relation, keys->column, values, nulls, buffer, key)) guarded([&] { keys->pool.find_or_add(key); });
}

class Live {
 public:
  Live(const Model& model, RecordType type, std::string_view key, Intake* intake)
      : model_(model), sources_(model), type_(type), key_(key), intake_(intake) {}

  // False: there is no such record.
  bool read();
  std::span<const char* const> parcels();
  RecordNumber record() const noexcept { return record_; }

 private:
  void collect(Source source, size_t ids, const std::string_view* keys, size_t count, size_t label,
               const char* label_text, size_t wanted, Keys* into);
  Keys* candidates();
  void add_copies(Keys* candidates);
  void confirm();
  bool is_deal() const noexcept { return type_ == RecordType::kOpportunity || type_ == RecordType::kLead; }
  const char* label() const noexcept { return kRecordTypeLabels[index(type_)]; }

  const Model& model_;
  Model sources_;
  RecordType type_;
  std::string_view key_;
  Intake* intake_;
  RecordNumber record_ = kNobody;
};

// Adds the ids in column `wanted` of the rows that match.
void Live::collect(Source source, size_t ids, const std::string_view* keys, size_t count, size_t label,
                   const char* label_text, size_t wanted, Keys* into) {
  SourceRelation& relation = sources_.source(source);
  if (!relation.has(ids) || !relation.has(wanted) || count == 0) return;
  const SourceFilter filter{ids, keys, count, label, label_text};
  into->column = wanted;
  read_source(relation, model_.zones(), &filter, on_key, into, 1u << wanted);
}

Keys* Live::candidates() {
  Keys* found = make_keys();
  constexpr Source kActivities = Source::kActivities, kLinks = Source::kActivityRecords,
                   kParticipants = Source::kParticipants;
  collect(kActivities, column(kActivities, "regarding_id"), &key_, 1, column(kActivities, "regarding_type"), label(),
          column(kActivities, "activity_id"), found);
  collect(kLinks, column(kLinks, "record_id"), &key_, 1, column(kLinks, "record_type"), label(),
          column(kLinks, "activity_id"), found);
  const Membership& membership = intake_->membership();
  if (record_ == kNobody || (is_deal() && model_.membership.deals == DealActivities::kRegarding)) return found;
  Keys* people = make_keys();
  membership.each_link_of_theirs([&](RecordNumber record, PersonNumber person) {
    if (record != record_) return;
    KeyBuffer buffer;
    const std::string_view name = membership.name(Side::kThem, person);
    const char* text = pnstrdup(name.data(), name.size());
    people->pool.find_or_add(key_named(model_.party_ids, text, buffer));
  });
  collect(kParticipants, column(kParticipants, "party_id"), people->views(), people->pool.size(),
          column(kParticipants, "side"), "them", column(kParticipants, "activity_id"), found);
  return found;
}

// Copies of an activity that others have, by the keys that they have in common.
void Live::add_copies(Keys* candidates) {
  if (!model_.deduped) return;
  constexpr Source kOf = Source::kActivities;
  constexpr size_t kId = column(kOf, "activity_id"), kKey = column(kOf, "dedupe_key");
  Keys* keys = make_keys();
  collect(kOf, kId, candidates->views(), candidates->pool.size(), SIZE_MAX, nullptr, kKey, keys);
  collect(kOf, kKey, keys->views(), keys->pool.size(), SIZE_MAX, nullptr, kId, candidates);
}

bool Live::read() {
  intake_->accept_unknown_records();
  intake_->read_opt_outs();
  const bool listed = model_.source(Source::kRecords).given();
  if (listed) {
    const SourceFilter filter{column(Source::kRecords, "record_id"), &key_, 1, column(Source::kRecords, "record_type"),
                              label()};
    intake_->read_records(&filter, nullptr, nullptr);
    record_ = intake_->membership().find_record(type_, key_);
    if (record_ == kNobody) return false;
  } else {
    record_ = intake_->add_target(type_, key_);
  }
  const SourceFilter parties{column(Source::kRecordParties, "record_id"), &key_, 1,
                             column(Source::kRecordParties, "record_type"), label()};
  intake_->read_record_parties(&parties);
  Keys* found = candidates();
  add_copies(found);
  const std::string_view* ids = found->views();
  const size_t count = found->pool.size();
  if (count > 0) {
    const SourceFilter activities{column(Source::kActivities, "activity_id"), ids, count};
    const SourceFilter links{column(Source::kActivityRecords, "activity_id"), ids, count};
    const SourceFilter participants{column(Source::kParticipants, "activity_id"), ids, count};
    intake_->read_activities(&activities);
    intake_->read_links(&links);
    intake_->read_participants(&participants);
  }
  if (listed && is_deal() && model_.membership.deals == DealActivities::kUnlessRegardingAnother) confirm();
  intake_->seal();
  // Without a list of records, one is a record if something regards it, or else if someone is linked to it.
  return listed || intake_->target_seen();
}

// An activity that regards another opportunity or lead is not this one's; if that is one.
void Live::confirm() {
  const Membership& membership = intake_->membership();
  for (RecordType type : {RecordType::kOpportunity, RecordType::kLead}) {
    Keys* others = make_keys();
    for (RecordNumber record = 0; record < membership.record_count(); ++record) {
      if (record != record_ && membership.type(record) == type) others->pool.find_or_add(membership.key(record));
    }
    if (others->pool.size() == 0) continue;
    const SourceFilter filter{column(Source::kRecords, "record_id"), others->views(), others->pool.size(),
                              column(Source::kRecords, "record_type"), kRecordTypeLabels[index(type)]};
    intake_->confirm_records(&filter);
  }
}

std::span<const char* const> Live::parcels() {
  Spool* spool = intake_->hand_out(1);
  auto* rows =
      static_cast<const char**>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char*) * (spool->rows() + 1)));
  size_t count = 0;
  spool->each(0, [&](const char* row, uint32_t) {
    RecordNumber record;
    memcpy(&record, row, sizeof record);
    if (record == record_) rows[count++] = row + sizeof record;
  });
  return {rows, count};
}

}  // namespace

RecordType record_type_named(const char* name) {
  for (size_t i = 0; i < kRecordTypes; ++i) {
    if (strcmp(name, kRecordTypeLabels[i]) == 0) return static_cast<RecordType>(i);
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown record type \"%s\"", name),
                  errhint("Give account, contact, opportunity or lead.")));
  pg_unreachable();
}

// The input functions' errors name neither the model nor what is wanted.
std::string_view record_key_named(const Model& model, const char* id, KeyBuffer& buffer) {
  MemoryContext before = CurrentMemoryContext;
  std::string_view key;
  PG_TRY();
  { key = key_named(model.record_ids, id, buffer); }
  PG_CATCH();
  {
    MemoryContextSwitchTo(before);
    FlushErrorState();
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
             errmsg("\"%s\" is not the id of a record of model \"%s\"", id, model.name),
             errdetail("Ids of its records are of type %s.", model.record_ids == IdType::kUuid ? "uuid" : "bigint"),
             errhint("SELECT record_id FROM %s.record_kpi; lists them.", quote_identifier(model.name))));
  }
  PG_END_TRY();
  return key;
}

void key_values(const Model& model, RecordType type, std::string_view key, Datum* values, bool* nulls) {
  KeyTextBuffer text;
  values[0] = text_datum(kRecordTypeLabels[index(type)]);
  values[1] = text_datum(text_of_key(model.record_ids, key, text));
  nulls[0] = nulls[1] = false;
}

const RecordEntries* live_entries(const Model& model, RecordType type, std::string_view key, Instant as_of) {
  Intake* intake = Intake::make(model, as_of, static_cast<size_t>(maintenance_work_mem) * 1024, 1);
  auto* live = make_in<Live>(CurrentMemoryContext, model, type, key, intake);
  if (!live->read()) return nullptr;
  auto* memory = make_in<ContextMemory>(CurrentMemoryContext);
  auto* sorter = make_in<ParcelSorter>(CurrentMemoryContext, intake->membership(), model.activity_ids, model.log_ids(),
                                       model.thread_ids, memory);
  check(sorter->sort(live->parcels()));
  return &sorter->entries();
}

}  // namespace relinsights::pg

using namespace relinsights::pg;

// (model, record_type, record_id) -> record_kpi_row
RELINSIGHTS_FUNCTION(live_engine) {
  InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* type = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* id = text_to_cstring(PG_GETARG_TEXT_PP(2));
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const relinsights::RecordType record_type = record_type_named(type);
  const Model* model = open_model(name);
  KeyBuffer buffer;
  const std::string_view key = record_key_named(*model, id, buffer);
  const relinsights::Instant now{GetCurrentTransactionStartTimestamp()};
  if (const relinsights::RecordEntries* entries = live_entries(*model, record_type, key, now)) {
    Datum values[kKpiRow];
    bool nulls[kKpiRow];
    key_values(*model, record_type, key, values, nulls);
    kpi_values(*entries, summary_rules(*model, now, fcinfo), model->kpis, values + 2, nulls + 2);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
  SPI_finish();
  PG_RETURN_NULL();
}
