#include "pg/record_output.h"

#include "core/record/activity_log.h"
#include "core/record/next_moment.h"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace relinsights::pg {

RecordOutput* RecordOutput::make(const Model& model, Instant as_of, FunctionCallInfo fcinfo) {
  auto* output = static_cast<RecordOutput*>(palloc0(sizeof(RecordOutput)));
  output->model = &model;
  output->as_of = as_of;
  output->rules = summary_rules(model, as_of, fcinfo);
  output->record_memory = AllocSetContextCreate(CurrentMemoryContext, "relinsights record", ALLOCSET_DEFAULT_SIZES);
  return output;
}

void RecordOutput::check_version() const {
  // A model of an older version has the first of today's columns: new ones come after all older ones.
  if (kpis->columns() > static_cast<int>(kKpiRow))
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH),
             errmsg("record_kpi of model \"%s\" has more columns than this version knows", model->name),
             errdetail("It has %d, the library's is %d.", kpis->columns(), static_cast<int>(kKpiRow)),
             errhint("Install the version of pg_relinsights that made the model, or take away what was added.")));
}

// record_type, record_id, name, owner_id, account_id, state, created_at, closed_at, estimated_close_date,
// estimated_value, attributes
void RecordOutput::put_info(const Membership& membership, RecordNumber record, const SourceRelation* relation,
                            const Datum* values, const bool* nulls) {
  static constexpr const char* kShown[] = {"name",       "owner_id",  "account_id",           "state",
                                           "created_at", "closed_at", "estimated_close_date", "estimated_value",
                                           "attributes"};
  Datum row[2 + lengthof(kShown)] = {type_datum(membership.type(record)), id_datum(membership.key(record))};
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
  info->put(row, none);
}

void RecordOutput::put_person(Side side, std::string_view party, Datum name) {
  Datum id = text_datum(party);
  if (model->party_ids == IdType::kInteger) {
    id = DirectFunctionCall1(int8in, CStringGetDatum(pnstrdup(party.data(), party.size())));
  } else if (model->party_ids == IdType::kUuid) {
    id = DirectFunctionCall1(uuid_in, CStringGetDatum(pnstrdup(party.data(), party.size())));
  }
  const Datum row[] = {text_datum(kSideLabels[index(side)]), id, name};
  static constexpr bool kNone[lengthof(row)] = {};
  people->put(row, kNone);
}

void RecordOutput::put_record(Datum type, Datum id, const RecordEntries& entries) {
  Datum values[kKpiRow] = {type, id};
  bool nulls[kKpiRow] = {};
  kpi_values(entries, rules, model->kpis, values + 2, nulls + 2);
  kpis->put(values, nulls);
  put_log(type, id, entries);
  const Instant next = next_moment(entries, as_of, model->gap);
  if (next == kNoMoment) return;
  const Datum moment[] = {type, id, TimestampTzGetDatum(next.microseconds)};
  static constexpr bool kNone[lengthof(moment)] = {};
  moments->put(moment, kNone);
}

// record_type, record_id, chunk, first_at, entries, log
void RecordOutput::put_log(Datum type, Datum id, const RecordEntries& entries) {
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
    logs->put(row, kNone);
  }
}

void RecordOutput::put_times(const Membership& membership, ParcelSorter* sorter, Datum type, Datum id) {
  if (ShownActivity last{}; sorter->last(as_of, last)) put_time(membership, sorter, type, id, last, "completed");
  for (const ShownActivity& activity : sorter->upcoming())
    put_time(membership, sorter, type, id, activity, "scheduled");
}

// record_type, record_id, activity_id, status, kind, direction, occurred_at, their_people, ends_at
void RecordOutput::put_time(const Membership& membership, ParcelSorter* sorter, Datum type, Datum id,
                            const ShownActivity& activity, const char* status) {
  std::span<const uint32_t> everyone = sorter->everyone_of_theirs(activity);
  auto* names = static_cast<Datum*>(palloc(sizeof(Datum) * (everyone.size() + 1)));
  for (size_t i = 0; i < everyone.size(); ++i) names[i] = text_datum(membership.name_at(Side::kThem, everyone[i]));
  const bool known = activity.direction != kUnknownDirection;
  const Datum row[] = {
      type,
      id,
      key_datum(model->activity_ids, activity.activity),
      text_datum(status),
      text_datum(kKindLabels[index(activity.kind)]),
      known ? text_datum(kDirectionLabels[activity.direction]) : Datum{0},
      TimestampTzGetDatum(activity.at.microseconds),
      PointerGetDatum(construct_array(names, static_cast<int>(everyone.size()), TEXTOID, -1, false, TYPALIGN_INT)),
      TimestampTzGetDatum(activity.ends.microseconds)};
  const bool nulls[lengthof(row)] = {false, false, false, false, false, !known, false, everyone.empty(), false};
  times->put(row, nulls);
}

void RecordOutput::write_batch() {
  for (StoredTable* table : {kpis, logs, moments, times, info, people})
    if (table != nullptr) table->write_batch();
}

void RecordOutput::finish() {
  for (StoredTable* table : {kpis, logs, moments, times, info, people})
    if (table != nullptr) table->finish();
}

uint64_t RecordOutput::written() const noexcept {
  uint64_t rows = 0;
  for (const StoredTable* table : {kpis, logs, moments, times, info, people})
    if (table != nullptr) rows += table->written();
  return rows;
}

}  // namespace relinsights::pg
