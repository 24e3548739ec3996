// KPIs as they were, from logs (SPEC 5.7): of a record at given moments, of any log, and of the won deals that are
// compared with a young one.
#include "core/record/activity_log.h"
#include "pg/kpi_row.h"
#include "pg/live_engine.h"
#include "pg/log_arguments.h"

extern "C" {
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace relinsights::pg {
namespace {

// The chunks of a record put together; never destroyed, its context frees it.
struct StoredLog {
  ContextMemory memory;
  LogBuilder builder{&memory};
  RecordEntries log{&memory};
  bool found = false;
};

void on_record(void* self, TupleTableSlot*) { static_cast<StoredLog*>(self)->found = true; }

void on_chunk(void* self, TupleTableSlot* slot) {
  auto* stored = static_cast<StoredLog*>(self);
  bool null;
  MemoryContext before = MemoryContextSwitchTo(stored->memory.context());
  auto* bytes = reinterpret_cast<varlena*>(PG_DETOAST_DATUM_COPY(slot_getattr(slot, 1, &null)));
  auto* part = make_in<RecordEntries>(stored->memory.context(), &stored->memory);
  MemoryContextSwitchTo(before);
  guarded([&] {
    check(decode_log(reinterpret_cast<const uint8_t*>(VARDATA_ANY(bytes)), VARSIZE_ANY_EXHDR(bytes), *part));
    stored->builder.add(*part);
  });
}

// A record's activities as of the last refresh, whoever asks; nullptr: there is no such record.
const RecordEntries* stored_entries(const Model& model, RecordType type, std::string_view key) {
  KeyTextBuffer buffer;
  const std::string_view id = text_of_key(model.record_ids, key, buffer);
  const char* which = psprintf("record_type = '%s' AND record_id = %s%s", kRecordTypeLabels[index(type)],
                               quote_literal_cstr(pnstrdup(id.data(), id.size())),
                               model.record_ids == IdType::kInteger ? "::bigint"
                               : model.record_ids == IdType::kUuid  ? "::uuid"
                                                                    : "");
  const char* schema = quote_identifier(model.name);
  auto* stored = make_in<StoredLog>(CurrentMemoryContext);
  RunningAs owner = RunningAs::enter(model.owner);
  read_query(psprintf("SELECT FROM %s.record_kpi WHERE %s", schema, which), on_record, stored);
  read_query(psprintf("SELECT log FROM %s.record_log_chunk WHERE %s", schema, which), on_chunk, stored);
  owner.leave();
  if (!stored->found) return nullptr;
  guarded([&] { stored->builder.finish(stored->log); });
  return &stored->log;
}

// A model and what its records are finished by, as one snapshot shows them, in memory of its own below fn_mcxt.
struct ModelCall {
  MemoryContext memory;
  const Model* model;
  SummaryRules rules;
  uint64 completed;   // transactions, when the snapshot was taken
  CommandId command;  // of the own transaction
  bool seen_by(Snapshot snapshot) const {
    return completed == snapshot->snapXactCompletionCount && command == snapshot->curcid;
  }
};

// Opened once for the rows of a query. A loop in a function keeps its call sites while settings change: another
// snapshot opens it anew.
const ModelCall& model_argument(FunctionCallInfo fcinfo, int place) {
  CallCache& cache = call_cache(fcinfo);
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(place));
  Snapshot snapshot = GetActiveSnapshot();
  auto* known = static_cast<ModelCall*>(cache.own);
  if (known != nullptr && known->seen_by(snapshot) && strcmp(known->model->name, name) == 0) return *known;
  cache.own = nullptr;
  if (known != nullptr) MemoryContextDelete(known->memory);
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  MemoryContext memory = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "relinsights model", ALLOCSET_SMALL_SIZES);
  MemoryContext before = MemoryContextSwitchTo(memory);
  const Model* model = open_stored_model(name);
  known = static_cast<ModelCall*>(palloc(sizeof(ModelCall)));
  *known = {memory, model, summary_rules(*model, kLatestInstant, fcinfo), snapshot->snapXactCompletionCount,
            snapshot->curcid};
  MemoryContextSwitchTo(before);
  SPI_finish();
  cache.own = known;
  return *known;
}

}  // namespace
}  // namespace relinsights::pg

using namespace relinsights::pg;

// (model, record_type, record_id, moments, from_sources) -> as_of, record_kpi_row
RELINSIGHTS_FUNCTION(kpi_history_engine) {
  InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const relinsights::RecordType type = record_type_named(text_to_cstring(PG_GETARG_TEXT_PP(1)));
  const char* id = text_to_cstring(PG_GETARG_TEXT_PP(2));
  Datum* moments;
  int count;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &moments, nullptr,
                    &count);
  const bool from_sources = PG_GETARG_BOOL(4);
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const Model* model = from_sources ? open_model(name) : open_stored_model(name);
  if (!from_sources)
    read_query(
        psprintf("SELECT relinsights._require_readable(%s, '{record_log}')", quote_literal_cstr(name)),
        [](void*, TupleTableSlot*) {}, nullptr);
  KeyBuffer buffer;
  const std::string_view key = record_key_named(*model, id, buffer);
  const relinsights::Instant now{GetCurrentTransactionStartTimestamp()};
  const relinsights::RecordEntries* entries =
      from_sources ? live_entries(*model, type, key, now) : stored_entries(*model, type, key);
  if (entries != nullptr) {
    MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "relinsights moment", ALLOCSET_DEFAULT_SIZES);
    relinsights::SummaryRules rules = summary_rules(*model, now, fcinfo);
    for (int i = 0; i < count; ++i) {
      CHECK_FOR_INTERRUPTS();
      MemoryContext before = MemoryContextSwitchTo(row);
      Datum values[1 + kKpiRow] = {moments[i]};
      bool nulls[1 + kKpiRow] = {};
      rules.as_of = relinsights::Instant{DatumGetTimestampTz(moments[i])};
      key_values(*model, type, key, values + 1, nulls + 1);
      kpi_values(*entries, rules, model->kpis, values + 3, nulls + 3);
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
      MemoryContextSwitchTo(before);
      MemoryContextReset(row);
    }
  }
  SPI_finish();
  PG_RETURN_NULL();
}

namespace {

// What a log says as of argument 2, or now: the values behind the key of record_kpi_row.
void values_of_log(FunctionCallInfo fcinfo, Datum* values, bool* nulls) {
  const ModelCall& call = model_argument(fcinfo, 0);
  relinsights::SummaryRules rules = call.rules;
  const relinsights::Instant now{GetCurrentTransactionStartTimestamp()};
  rules.as_of = PG_ARGISNULL(2) ? now : as_of_argument(fcinfo, 2);
  if (rules.as_of > now)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("as_of must not lie in the future"),
                    errdetail("It is %s.", timestamptz_to_str(rules.as_of.microseconds)),
                    errhint("Leave it out for the KPIs of now.")));
  Bytes bytes = summary_argument(fcinfo, 1);
  auto* stored = make_in<StoredLog>(CurrentMemoryContext);
  check(relinsights::decode_log(bytes.data, bytes.size, stored->log));
  kpi_values(stored->log, rules, call.model->kpis, values, nulls);
}

}  // namespace

// (model, log, as_of) -> record_kpi_row
RELINSIGHTS_FUNCTION(kpis_of_log) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
  TupleDesc row = row_type(fcinfo);
  Datum values[kKpiRow] = {};
  bool nulls[kKpiRow];
  nulls[0] = nulls[1] = true;
  values_of_log(fcinfo, values + 2, nulls + 2);
  return HeapTupleGetDatum(heap_form_tuple(row, values, nulls));
}

// (model, as_of): runs what fills same_age as the model's owner, restricted.
RELINSIGHTS_FUNCTION(same_age_engine) {
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* as_of = timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(1));
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const Model* model = open_stored_model(name);
  if (!has_privs_of_role(GetUserId(), model->owner))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of model \"%s\"", name)));
  RunningAs owner = RunningAs::enter(model->owner);
  SPI_execute(
      psprintf("SELECT relinsights._fill_same_age(%s, %s)", quote_literal_cstr(name), quote_literal_cstr(as_of)), false,
      0);
  owner.leave();
  SPI_finish();
  PG_RETURN_VOID();
}

// (model): whether somebody opted out since the last refresh. Where that one kept whom it left out, this is compared
// too: an opt-out that was committed while it began is older than it, and not in it.
RELINSIGHTS_FUNCTION(logs_lag) {
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const Model* model = open_stored_model(name);
  const char* schema = quote_identifier(name);
  bool lag = false;
  RunningAs owner = RunningAs::enter(model->owner);
  read_query(
      psprintf("SELECT FROM %s.opt_out o WHERE o.since > (SELECT r.refreshed_at FROM %s.refreshed r) "
               "OR EXISTS (SELECT FROM %s.refresh_state s WHERE NOT EXISTS ("
               "SELECT FROM jsonb_array_elements(s.state -> 'opted') e "
               "WHERE e = jsonb_build_array(o.side, o.party_id::pg_catalog.text))) LIMIT 1",
               schema, schema, schema),
      [](void* found, TupleTableSlot*) { *static_cast<bool*>(found) = true; }, &lag);
  owner.leave();
  SPI_finish();
  PG_RETURN_BOOL(lag);
}
