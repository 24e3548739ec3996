#include "pg/model.h"

#include <cmath>

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

namespace relinsights::pg {
namespace {

// One value of the row of settings; false for NULL and for a column that the model is too old to have.
bool setting(TupleTableSlot* slot, const char* name, Datum& value) {
  TupleDesc row = slot->tts_tupleDescriptor;
  for (int i = 0; i < row->natts; ++i) {
    if (strcmp(NameStr(TupleDescAttr(row, i)->attname), name) != 0) continue;
    bool null;
    value = slot_getattr(slot, i + 1, &null);
    return !null;
  }
  return false;
}

struct SettingsReader {
  Model* model;
  MemoryContext memory;
  bool found;
};

const char* text_setting(SettingsReader* reader, TupleTableSlot* slot, const char* name) {
  Datum value;
  if (!setting(slot, name, value)) return nullptr;
  text* found = DatumGetTextPP(value);
  return MemoryContextStrdup(reader->memory, text_to_cstring(found));
}

Duration minutes_setting(TupleTableSlot* slot, const char* name, Duration otherwise) {
  Datum value;
  if (!setting(slot, name, value)) return otherwise;
  const double minutes = DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
  return {static_cast<int64_t>(std::rint(minutes * 60e6))};
}

void on_settings(void* self, TupleTableSlot* slot) {
  auto* reader = static_cast<SettingsReader*>(self);
  Model* model = reader->model;
  reader->found = true;
  model->time_zone = text_setting(reader, slot, "time_zone");
  model->source_time_zone = text_setting(reader, slot, "source_time_zone");
  model->kpis.write = minutes_setting(slot, "email_write_minutes", kEmailWriteTime);
  model->kpis.read = minutes_setting(slot, "email_read_minutes", kEmailReadTime);
  Datum value;
  if (setting(slot, "conversation_gap", value))
    model->gap = duration_from(DatumGetIntervalP(value), "conversation_gap");
  if (const char* label = text_setting(reader, slot, "deal_activities"); label != nullptr) {
    for (size_t i = 0; i < lengthof(kDealActivitiesLabels); ++i) {
      if (strcmp(label, kDealActivitiesLabels[i]) == 0) model->membership.deals = static_cast<DealActivities>(i);
    }
  }
  if (setting(slot, "until_closed", value)) model->membership.until_closed = DatumGetBool(value);
  if (const char* calendar = text_setting(reader, slot, "working_calendar"); calendar != nullptr) {
    Oid input, io_parameter;
    Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("working_calendar"),
                               ObjectIdGetDatum(get_namespace_oid("relinsights", false)));
    getTypeInputInfo(type, &input, &io_parameter);
    Datum parsed = OidInputFunctionCall(input, pstrdup(calendar), io_parameter, -1);
    auto* bytes = PG_DETOAST_DATUM_PACKED(parsed);
    const size_t size = VARSIZE_ANY_EXHDR(bytes);
    auto* kept = static_cast<uint8_t*>(MemoryContextAlloc(reader->memory, size));
    memcpy(kept, VARDATA_ANY(bytes), size);
    model->calendar = {kept, size};
  }
}

void on_sources(void* self, TupleTableSlot* slot) {
  auto* relations = static_cast<Oid*>(self);
  slot_getallattrs(slot);
  Datum* found;
  bool* nulls;
  int count;
  deconstruct_array(DatumGetArrayTypeP(slot->tts_values[0]), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &found, &nulls,
                    &count);
  for (int i = 0; i < count; ++i) relations[i] = nulls[i] ? InvalidOid : DatumGetObjectId(found[i]);
}

// One of the extension's checks; what it finds is an error.
void require(const char* check, const char* model) {
  read_saved_query(
      psprintf("SELECT relinsights.%s(%s)", check, quote_literal_cstr(model)), [](void*, TupleTableSlot*) {}, nullptr);
}

// The one type of a model's ids of a kind; create_model saw to it that there is one.
IdType common_id_type(const Model& model, Reading reading, IdType otherwise) {
  size_t places[kSources] = {};
  for (const SourceColumn& column : kSourceColumns) {
    const SourceRelation& source = model.source(column.source);
    const size_t place = places[index(column.source)]++;
    if (column.reading == reading && source.has(place)) return id_type_of(source.columns[place].type);
  }
  return otherwise;
}

// Its name, owner and settings.
Model* open_settings(const char* name) {
  const Oid schema = get_namespace_oid(name, true);
  if (!OidIsValid(schema)) require("_require_model", name);
  auto* model = static_cast<Model*>(palloc0(sizeof(Model)));
  model->name = pstrdup(name);
  HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for schema %u", schema);
  model->owner = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple))->nspowner;
  ReleaseSysCache(tuple);

  RunningAs owner = RunningAs::enter(model->owner);
  require("_require_current", name);
  SettingsReader reader{model, CurrentMemoryContext, false};
  read_saved_query(psprintf("SELECT s.* FROM %s.settings s LIMIT 1", quote_identifier(name)), on_settings, &reader);
  owner.leave();
  if (!reader.found)
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("the settings of model \"%s\" are gone", name),
                    errdetail("Without their row no KPI can be computed."),
                    errhint("INSERT INTO %s.settings (time_zone) VALUES ('UTC');", quote_identifier(name))));
  return model;
}

}  // namespace

Model* open_model(const char* name) {
  Model* model = open_settings(name);
  StringInfoData sql;
  initStringInfo(&sql);
  appendStringInfo(&sql, "SELECT relinsights._source_relations(%s, ARRAY[", quote_literal_cstr(name));
  for (size_t i = 0; i < kSources; ++i) appendStringInfo(&sql, "%s'%s'", i > 0 ? ", " : "", kSourceNames[i]);
  appendStringInfoString(&sql, "], true)");
  Oid relations[kSources] = {};
  RunningAs owner = RunningAs::enter(model->owner);
  read_saved_query(sql.data, on_sources, relations);
  owner.leave();
  if (!OidIsValid(relations[index(Source::kActivities)]))
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("model \"%s\" has no activities any more", name),
                    errhint("relinsights.attach_model() gives it sources again.")));
  for (size_t i = 0; i < kSources; ++i) model->sources[i] = describe_source(static_cast<Source>(i), relations[i]);
  model->activity_ids = common_id_type(*model, Reading::kActivityId, IdType::kText);
  model->record_ids = common_id_type(*model, Reading::kRecordId, IdType::kText);
  model->party_ids = common_id_type(*model, Reading::kPartyId, IdType::kText);
  const SourceRelation& activities = model->source(Source::kActivities);
  constexpr size_t kThread = column(Source::kActivities, "thread_id");
  model->thread_ids = activities.has(kThread) ? id_type_of(activities.columns[kThread].type) : IdType::kText;
  model->deduped = activities.has(column(Source::kActivities, "dedupe_key"));
  return model;
}

Model* open_stored_model(const char* name) {
  Model* model = open_settings(name);
  Oid kpis = get_relname_relid("record_kpi", get_namespace_oid(name, false));
  Oid type = get_atttype(kpis, get_attnum(kpis, "record_id"));
  model->record_ids = type == INT8OID ? IdType::kInteger : type == UUIDOID ? IdType::kUuid : IdType::kText;
  return model;
}

Oid model_owner(const char* name) {
  read_query(
      psprintf("SELECT relinsights._require_owner(%s)", quote_literal_cstr(name)), [](void*, TupleTableSlot*) {},
      nullptr);
  HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(get_namespace_oid(name, false)));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for schema %s", name);
  const Oid owner = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple))->nspowner;
  ReleaseSysCache(tuple);
  return owner;
}

RunningAs RunningAs::enter(Oid role) {
  RunningAs running;
  GetUserIdAndSecContext(&running.role_, &running.context_);
  SetUserIdAndSecContext(role, running.context_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
  running.settings_ = NewGUCNestLevel();
  // Names are never looked up by chance; compiling takes longer than it saves.
  for (auto [name, value] : {std::pair{"search_path", "pg_catalog, pg_temp"}, {"jit", "off"}})
    set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  return running;
}

void RunningAs::leave() {
  AtEOXact_GUC(false, settings_);
  SetUserIdAndSecContext(role_, context_);
}

}  // namespace relinsights::pg
