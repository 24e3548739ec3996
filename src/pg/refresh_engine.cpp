// The refresh of a model's stored relations: from parcels to rows (SPEC 5.5, 5.7). One pass over each source, one
// snapshot for all of them; a record's parcels become its entries, these its summaries, and these its row of
// record_kpi.
#include "pg/change_engine.h"
#include "pg/intake.h"
#include "pg/record_output.h"

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
  uint64_t rows_written() const noexcept { return output_->written(); }

 private:
  static void on_person(void* self, Side side, std::string_view party, Datum name);
  static void on_record(void* self, const Intake& intake, RecordNumber record, const SourceRelation& relation,
                        const Datum* values, const bool* nulls);
  void write_records(Spool* parcels, uint32_t partition);
  void write_record(RecordNumber record, std::span<const char* const> parcels);

  const Model* model_;
  Instant as_of_;
  RecordOutput* output_;
  ContextMemory* memory_;
  Intake* intake_;
  ParcelSorter* sorter_;
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
  refresh->output_ = RecordOutput::make(model, as_of, fcinfo);
  refresh->memory_ = make_in<ContextMemory>(CurrentMemoryContext);
  const size_t budget = static_cast<size_t>(maintenance_work_mem) * 1024 / 2;
  const double wanted = rows_of(model) * kBytesPerRow / (static_cast<double>(budget) / 8);
  const auto partitions = static_cast<uint32_t>(Min(Max(wanted, kFewestPartitions), kMostPartitions));
  refresh->intake_ = Intake::make(model, as_of, budget, partitions);
  refresh->output_->info = refresh->output_->open("record_info", 2);
  refresh->output_->people = refresh->output_->open("person_info", 2);
  return refresh;
}

void Refresh::on_record(void* self, const Intake& intake, RecordNumber record, const SourceRelation& relation,
                        const Datum* values, const bool* nulls) {
  static_cast<Refresh*>(self)->output_->put_info(intake.membership(), record, &relation, values, nulls);
}

void Refresh::on_person(void* self, Side side, std::string_view party, Datum name) {
  static_cast<Refresh*>(self)->output_->put_person(side, party, name);
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
    MemoryContext before = MemoryContextSwitchTo(output_->record_memory);
    for (RecordNumber record = 0; record < intake_->membership().record_count(); ++record) {
      output_->put_info(intake_->membership(), record, nullptr, nullptr, nullptr);
      MemoryContextReset(output_->record_memory);
    }
    MemoryContextSwitchTo(before);
  }
}

void Refresh::write() {
  output_->kpis = output_->open("record_kpi", 2);
  output_->logs = output_->open("record_log_chunk", 3);
  output_->moments = output_->open("next_moment", 2);
  output_->times = output_->open("interaction_times", 3);
  output_->check_version();
  const uint32_t partitions = Max(64, kFewestPartitions);
  Spool* parcels = intake_->hand_out(partitions);
  sorter_ = make_in<ParcelSorter>(CurrentMemoryContext, intake_->membership(), model_->activity_ids, model_->log_ids(),
                                  model_->thread_ids, memory_);
  for (uint32_t partition = 0; partition < partitions; ++partition) write_records(parcels, partition);
  output_->finish();
  const char* schema = quote_identifier(model_->name);
  // Plans over tables that were never analyzed are those of a handful of rows.
  if (output_->kpis->written() * 5 > intake_->membership().record_count())
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
  MemoryContext before = MemoryContextSwitchTo(output_->record_memory);
  const Membership& membership = intake_->membership();
  const Datum type = output_->type_datum(membership.type(record));
  const Datum id = output_->id_datum(membership.key(record));
  check(sorter_->sort(parcels));
  output_->put_record(type, id, sorter_->entries());
  if (membership.type(record) != RecordType::kContact) output_->put_times(membership, sorter_, type, id);
  MemoryContextReset(output_->record_memory);
  MemoryContextSwitchTo(before);
  output_->write_batch();
}

}  // namespace
}  // namespace relinsights::pg

using namespace relinsights::pg;

// (model, as_of, complete) -> how, why, read, written, repaired. Everything in memory of one context, one snapshot for
// all sources. Where every change is tracked, a complete refresh first does what one of changes does: what it still has
// to write then is what that could not know.
RELINSIGHTS_FUNCTION(refresh_engine) {
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const relinsights::Instant as_of{PG_GETARG_TIMESTAMPTZ(1)};
  const bool complete = PG_GETARG_BOOL(2);
  TupleDesc row = row_type(fcinfo);
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  Snapshot snapshot = RegisterSnapshot(GetTransactionSnapshot());
  PushActiveSnapshot(snapshot);
  Model* model = open_model(name);
  if (!has_privs_of_role(GetUserId(), model->owner))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of model \"%s\"", name)));
  RunningAs owner = RunningAs::enter(model->owner);
  const ChangePlan* plan = plan_changes(*model, as_of);
  const ChangeResult changes = refresh_changes(*model, as_of, *plan, fcinfo);
  const bool everything = complete || changes.why != nullptr;
  uint64_t read = changes.read, written = 0;
  if (everything) {
    Refresh* refresh = Refresh::begin(*model, as_of, fcinfo);
    refresh->read();
    refresh->write();
    read += refresh->rows_read();
    written = refresh->rows_written();
  }
  finish_changes(*model, as_of, *plan, snapshot);
  PopActiveSnapshot();
  UnregisterSnapshot(snapshot);
  owner.leave();
  Datum values[] = {text_datum(everything ? "complete" : "changes"),
                    changes.why == nullptr ? Datum{0} : text_datum(changes.why),
                    relinsights::pg::to_datum(static_cast<int64_t>(read)),
                    relinsights::pg::to_datum(static_cast<int64_t>(changes.written + written)),
                    relinsights::pg::to_datum(static_cast<int64_t>(written))};
  bool nulls[lengthof(values)] = {false, changes.why == nullptr, false, false, !everything || changes.why != nullptr};
  HeapTuple tuple = SPI_copytuple(heap_form_tuple(row, values, nulls));
  SPI_finish();
  return HeapTupleGetDatum(tuple);
}
