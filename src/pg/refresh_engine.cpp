// The refresh of a model's stored relations: from parcels to rows (SPEC 5.5, 5.7). One pass over each source, one
// snapshot for all of them; a record's parcels become its entries, these its summaries, and these its row of
// record_kpi.
#include "core/record/activity_log.h"
#include "pg/intake.h"
#include "pg/kpi_row.h"
#include "pg/record_writer.h"

extern "C" {
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
}

namespace relinsights::pg {
namespace {

// ---- a refresh of everything

class Refresh {
 public:
  static Refresh* begin(const Model& model, Instant as_of, FunctionCallInfo fcinfo);
  void read();
  void write();
  uint64_t rows_read() const noexcept { return intake_->rows_read(); }
  uint64_t rows_written() const noexcept {
    return kpis_->written() + logs_->written() + times_->written() + info_->written() + people_->written();
  }

 private:
  static void on_person(void* self, Side side, std::string_view party, Datum name);
  static void on_record(void* self, const Intake& intake, RecordNumber record, const SourceRelation& relation,
                        const Datum* values, const bool* nulls);
  void put_info(RecordNumber record, const SourceRelation* relation, const Datum* values, const bool* nulls);
  void write_records(Spool* parcels, uint32_t partition);
  void write_record(RecordNumber record, std::span<const char* const> parcels);
  void write_log(Datum type, Datum id);
  void write_times(RecordNumber record, Datum type, Datum id);
  void put_time(Datum type, Datum id, const ShownActivity& activity, const char* status);

  const Model* model_;
  Instant as_of_;
  SummaryRules rules_;
  MemoryContext record_memory_;
  ContextMemory* memory_;
  Intake* intake_;
  ParcelSorter* sorter_;
  StoredTable *kpis_, *logs_, *times_, *info_, *people_;
};

// So many bytes of waiting rows for each row of a source, as a first guess.
constexpr double kBytesPerRow = 64;
constexpr uint32_t kFewestPartitions = 8, kMostPartitions = 512;

double rows_of(const Model& model) {
  double rows = 0;
  for (const SourceRelation& source : model.sources) {
    if (!source.given()) continue;
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(source.relation));
    if (!HeapTupleIsValid(tuple)) continue;
    rows += Max(0, reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples);
    ReleaseSysCache(tuple);
  }
  return rows;
}

Refresh* Refresh::begin(const Model& model, Instant as_of, FunctionCallInfo fcinfo) {
  auto* refresh = static_cast<Refresh*>(palloc0(sizeof(Refresh)));
  refresh->model_ = &model;
  refresh->as_of_ = as_of;
  refresh->rules_ = summary_rules(model, as_of, fcinfo);
  refresh->record_memory_ = AllocSetContextCreate(CurrentMemoryContext, "relinsights record", ALLOCSET_DEFAULT_SIZES);
  refresh->memory_ = make_in<ContextMemory>(CurrentMemoryContext);
  const size_t budget = static_cast<size_t>(maintenance_work_mem) * 1024 / 2;
  const double wanted = rows_of(model) * kBytesPerRow / (static_cast<double>(budget) / 8);
  const auto partitions = static_cast<uint32_t>(Min(Max(wanted, kFewestPartitions), kMostPartitions));
  refresh->intake_ = Intake::make(model, as_of, budget, partitions);
  refresh->info_ = StoredTable::open(model.name, "record_info", 2);
  refresh->people_ = StoredTable::open(model.name, "person_info", 2);
  return refresh;
}

void Refresh::on_record(void* self, const Intake&, RecordNumber record, const SourceRelation& relation,
                        const Datum* values, const bool* nulls) {
  static_cast<Refresh*>(self)->put_info(record, &relation, values, nulls);
}

// record_type, record_id, name, owner_id, account_id, state, created_at, closed_at, estimated_close_date,
// estimated_value, attributes
void Refresh::put_info(RecordNumber record, const SourceRelation* relation, const Datum* values, const bool* nulls) {
  static constexpr const char* kShown[] = {"name",       "owner_id",  "account_id",           "state",
                                           "created_at", "closed_at", "estimated_close_date", "estimated_value",
                                           "attributes"};
  const Membership& membership = intake_->membership();
  Datum row[2 + lengthof(kShown)] = {text_datum(kRecordTypeLabels[index(membership.type(record))]),
                                     key_datum(model_->record_ids, membership.key(record))};
  bool none[lengthof(row)] = {};
  for (size_t i = 0; i < lengthof(kShown); ++i) none[2 + i] = true;
  size_t place = 0;
  for (const SourceColumn& column : kSourceColumns) {
    if (column.source != Source::kRecords) continue;
    const size_t at = place++;
    if (at < 2 || relation == nullptr || is_null(*relation, at, nulls)) continue;
    const size_t shown = at;  // the list above is that of the source, behind the key
    Datum value = value_at(*relation, at, values);
    if (column.reading == Reading::kOtherId || column.reading == Reading::kRecordId) {
      KeyBuffer buffer;
      std::string_view key;
      if (!read_key(*relation, at, values, nulls, buffer, key)) continue;
      value = key_datum(id_type_of(relation->columns[at].type), key);
    } else if (column.reading == Reading::kLabel) {
      static constexpr const char* kStates[] = {"open",      "won",          "lost",    "active",
                                                "qualified", "disqualified", "inactive"};
      value = text_datum(kStates[read_label(*relation, at, values, nulls, kStates, lengthof(kStates), 0)]);
    }
    row[shown] = value;
    none[shown] = false;
  }
  info_->put(row, none);
}

void Refresh::on_person(void* self, Side side, std::string_view party, Datum name) {
  auto* refresh = static_cast<Refresh*>(self);
  Datum id = text_datum(party);
  if (refresh->model_->party_ids == IdType::kInteger) {
    id = DirectFunctionCall1(int8in, CStringGetDatum(pnstrdup(party.data(), party.size())));
  } else if (refresh->model_->party_ids == IdType::kUuid) {
    id = DirectFunctionCall1(uuid_in, CStringGetDatum(pnstrdup(party.data(), party.size())));
  }
  const Datum row[] = {text_datum(kSideLabels[index(side)]), id, name};
  static constexpr bool kNone[lengthof(row)] = {};
  refresh->people_->put(row, kNone);
}

void Refresh::read() {
  intake_->read_opt_outs();
  intake_->read_people(on_person, this);
  intake_->read_records(nullptr, on_record, this);
  intake_->read_activities(nullptr);
  intake_->read_links(nullptr);
  intake_->read_record_parties(nullptr);
  intake_->read_participants(nullptr);
  intake_->seal();
  if (!model_->source(Source::kRecords).given()) {
    MemoryContext before = MemoryContextSwitchTo(record_memory_);
    for (RecordNumber record = 0; record < intake_->membership().record_count(); ++record) {
      put_info(record, nullptr, nullptr, nullptr);
      MemoryContextReset(record_memory_);
    }
    MemoryContextSwitchTo(before);
  }
}

void Refresh::write() {
  info_->finish();
  people_->finish();
  kpis_ = StoredTable::open(model_->name, "record_kpi", 2);
  logs_ = StoredTable::open(model_->name, "record_log_chunk", 3);
  times_ = StoredTable::open(model_->name, "interaction_times", 3);
  // A model of an older version has the first of today's columns: new ones come after all older ones.
  if (kpis_->columns() > static_cast<int>(kKpiRow))
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH),
             errmsg("record_kpi of model \"%s\" has more columns than this version knows", model_->name),
             errdetail("It has %d, the library's is %d.", kpis_->columns(), static_cast<int>(kKpiRow)),
             errhint("Install the version of pg_relinsights that made the model, or take away what was added.")));
  const uint32_t partitions = Max(64, kFewestPartitions);
  Spool* parcels = intake_->hand_out(partitions);
  sorter_ = make_in<ParcelSorter>(CurrentMemoryContext, intake_->membership(), model_->activity_ids, model_->log_ids(),
                                  model_->thread_ids, memory_);
  for (uint32_t partition = 0; partition < partitions; ++partition) write_records(parcels, partition);
  kpis_->finish();
  logs_->finish();
  times_->finish();
  const char* schema = quote_identifier(model_->name);
  // Plans over tables that were never analyzed are those of a handful of rows.
  if (kpis_->written() * 5 > intake_->membership().record_count())
    SPI_execute(psprintf("ANALYZE %s.record_info, %s.interaction_times, %s.record_kpi (record_type, record_id), "
                         "%s.record_log_chunk (record_type, record_id, chunk)",
                         schema, schema, schema, schema),
                false, 0);
  const char* model = quote_literal_cstr(model_->name);
  SPI_execute(psprintf("SELECT relinsights._learn_health_frequency(%s), relinsights._fill_same_age(%s, %s)", model,
                       model, quote_literal_cstr(timestamptz_to_str(as_of_.microseconds))),
              false, 0);
}

void Refresh::write_records(Spool* parcels, uint32_t partition) {
  const RecordNumber first = intake_->first_record(partition, parcels->partitions());
  const size_t records = intake_->first_record(partition + 1, parcels->partitions()) - first;
  const size_t rows = parcels->rows(partition);
  // Where each record's parcels begin, once the counts are summed up.
  auto* begins = static_cast<size_t*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(size_t) * (records + 1)));
  memset(begins, 0, sizeof(size_t) * (records + 1));
  auto* found = static_cast<const char**>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char*) * (rows + 1)));
  auto* sorted = static_cast<const char**>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char*) * (rows + 1)));
  size_t count = 0;
  auto record_of = [](const char* row) {
    RecordNumber record;
    memcpy(&record, row, sizeof record);
    return record;
  };
  parcels->each(partition, [&](const char* row, uint32_t) {
    found[count++] = row;
    ++begins[record_of(row) - first];
  });
  size_t total = 0;
  for (size_t i = 0; i <= records; ++i) total += std::exchange(begins[i], total);
  for (size_t i = 0; i < count; ++i) sorted[begins[record_of(found[i]) - first]++] = found[i] + sizeof(RecordNumber);
  size_t begin = 0;
  for (size_t i = 0; i < records; ++i) {
    CHECK_FOR_INTERRUPTS();
    const auto record = static_cast<RecordNumber>(first + i);
    if (intake_->confirmed(record)) write_record(record, {sorted + begin, begins[i] - begin});
    begin = begins[i];
  }
  pfree(begins);
  pfree(found);
  pfree(sorted);
  parcels->drop(partition);
}

void Refresh::write_record(RecordNumber record, std::span<const char* const> parcels) {
  MemoryContext before = MemoryContextSwitchTo(record_memory_);
  const Membership& membership = intake_->membership();
  Datum values[kKpiRow];
  bool nulls[kKpiRow] = {};
  values[0] = text_datum(kRecordTypeLabels[index(membership.type(record))]);
  values[1] = key_datum(model_->record_ids, membership.key(record));
  check(sorter_->sort(parcels));
  kpi_values(sorter_->entries(), rules_, model_->kpis, values + 2, nulls + 2);
  kpis_->put(values, nulls);
  write_log(values[0], values[1]);
  write_times(record, values[0], values[1]);
  MemoryContextReset(record_memory_);
  MemoryContextSwitchTo(before);
  kpis_->write_batch();
  logs_->write_batch();
  times_->write_batch();
}

// record_type, record_id, chunk, first_at, entries, log
void Refresh::write_log(Datum type, Datum id) {
  const RecordEntries& entries = sorter_->entries();
  const size_t chunks = chunks_of(entries);
  for (size_t i = 0; i < chunks; ++i) {
    Datum log;
    int64_t first_at;
    int32_t count;
    {
      ContextMemory memory;
      RecordEntries part(&memory);
      if (chunks > 1) chunk_of(entries, i, part, &memory);
      const RecordEntries& chunk = chunks > 1 ? part : entries;
      first_at = chunk.entries.front().at.microseconds;
      count = static_cast<int32_t>(chunk.entries.size());
      ByteWriter out(&memory, 256);
      begin_varlena(out);
      out.byte(ActivityLog::kVersion);
      encode_entries(chunk, out);
      log = varlena_from(out);
    }
    const Datum row[] = {
        type, id, Int32GetDatum(static_cast<int32_t>(i)), TimestampTzGetDatum(first_at), Int32GetDatum(count), log};
    static constexpr bool kNone[lengthof(row)] = {};
    logs_->put(row, kNone);
  }
}

void Refresh::write_times(RecordNumber record, Datum type, Datum id) {
  if (intake_->membership().type(record) == RecordType::kContact) return;
  if (ShownActivity last{}; sorter_->last(as_of_, last)) put_time(type, id, last, "completed");
  for (const ShownActivity& activity : sorter_->upcoming()) put_time(type, id, activity, "scheduled");
}

// record_type, record_id, activity_id, status, kind, direction, occurred_at, their_people, ends_at
void Refresh::put_time(Datum type, Datum id, const ShownActivity& activity, const char* status) {
  std::span<const uint32_t> everyone = sorter_->everyone_of_theirs(activity);
  auto* names = static_cast<Datum*>(palloc(sizeof(Datum) * (everyone.size() + 1)));
  for (size_t i = 0; i < everyone.size(); ++i)
    names[i] = text_datum(intake_->membership().name_at(Side::kThem, everyone[i]));
  const bool known = activity.direction != kUnknownDirection;
  const Datum row[] = {
      type,
      id,
      key_datum(model_->activity_ids, activity.activity),
      text_datum(status),
      text_datum(kKindLabels[index(activity.kind)]),
      known ? text_datum(kDirectionLabels[activity.direction]) : Datum{0},
      TimestampTzGetDatum(activity.at.microseconds),
      PointerGetDatum(construct_array(names, static_cast<int>(everyone.size()), TEXTOID, -1, false, TYPALIGN_INT)),
      TimestampTzGetDatum(activity.ends.microseconds)};
  const bool nulls[lengthof(row)] = {false, false, false, false, false, !known, false, everyone.empty(), false};
  times_->put(row, nulls);
}

}  // namespace
}  // namespace relinsights::pg

using namespace relinsights::pg;

// (model, as_of) -> read, written. Everything in memory of one context, one snapshot for all sources.
RELINSIGHTS_FUNCTION(refresh_engine) {
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const relinsights::Instant as_of{PG_GETARG_TIMESTAMPTZ(1)};
  TupleDesc row = row_type(fcinfo);
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  Model* model = open_model(name);
  if (!has_privs_of_role(GetUserId(), model->owner))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of model \"%s\"", name)));
  RunningAs owner = RunningAs::enter(model->owner);
  Refresh* refresh = Refresh::begin(*model, as_of, fcinfo);
  PushActiveSnapshot(GetTransactionSnapshot());
  refresh->read();
  PopActiveSnapshot();
  refresh->write();
  owner.leave();
  Datum values[] = {relinsights::pg::to_datum(static_cast<int64_t>(refresh->rows_read())),
                    relinsights::pg::to_datum(static_cast<int64_t>(refresh->rows_written()))};
  SPI_finish();
  bool nulls[lengthof(values)] = {};
  return HeapTupleGetDatum(heap_form_tuple(row, values, nulls));
}
