#include "pg/source_reader.h"

#include <cmath>

#include "pg/saved_plans.h"

extern "C" {
#include "catalog/pg_collation.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/lsyscache.h"
}

namespace relinsights::pg {
namespace {

struct Receiver {
  DestReceiver edge;  // first: PostgreSQL knows it by this
  MemoryContext row_memory;
  SlotFunction slot;
  RowFunction row;
  const SourceRelation* relation;
  void* self;
};

bool receive(TupleTableSlot* slot, DestReceiver* edge) {
  auto* receiver = reinterpret_cast<Receiver*>(edge);
  MemoryContext before = MemoryContextSwitchTo(receiver->row_memory);
  if (receiver->slot != nullptr) {
    receiver->slot(receiver->self, slot);
  } else {
    slot_getallattrs(slot);
    receiver->row(receiver->self, *receiver->relation, slot->tts_values, slot->tts_isnull);
  }
  MemoryContextReset(receiver->row_memory);
  MemoryContextSwitchTo(before);
  return true;
}

void start_up(DestReceiver*, int, TupleDesc) {}
void nothing(DestReceiver*) {}

Receiver make_receiver() {
  Receiver receiver{};
  receiver.edge.receiveSlot = receive;
  receiver.edge.rStartup = start_up;
  receiver.edge.rShutdown = nothing;
  receiver.edge.rDestroy = nothing;
  receiver.edge.mydest = DestNone;
  receiver.row_memory = AllocSetContextCreate(CurrentMemoryContext, "relinsights row", ALLOCSET_DEFAULT_SIZES);
  return receiver;
}

void execute(const char* query, ParamListInfo params, Receiver* receiver) {
  SPIExecuteOptions options{};
  options.params = params;
  options.read_only = true;  // from the active snapshot
  options.dest = &receiver->edge;
  MemoryContext before = CurrentMemoryContext;  // SPI goes back to its own
  int done = SPI_execute_extended(query, &options);
  MemoryContextSwitchTo(before);
  if (done < 0) elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(done));
}

// Live reads of up to so many ids have one plan, whatever the ids; for more the planner is told how many.
constexpr size_t kManyIds = 1000;

constexpr bool is_id(Reading reading) {
  return reading == Reading::kActivityId || reading == Reading::kRecordId || reading == Reading::kPartyId ||
         reading == Reading::kOtherId;
}

bool is_integer(Oid type) { return type == INT2OID || type == INT4OID || type == INT8OID; }

// citext keeps its bytes as text does; it is an extension's type, so only its name tells.
bool is_citext(Oid type) {
  char* name = nullptr;
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) return false;
  name = NameStr(reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typname);
  bool found = strcmp(name, "citext") == 0;
  ReleaseSysCache(tuple);
  return found;
}

void append_literal(StringInfo sql, const char* text) { appendStringInfoString(sql, quote_literal_cstr(text)); }

// A time as timestamptz.
void append_time(StringInfo sql, const SourceRelation& source, const char* column, Oid type, bool closing,
                 const SourceZones& zones) {
  const char* name = quote_identifier(column);
  if (type == DATEOID) {
    appendStringInfo(
        sql,
        closing ? "(((s.%s + 1)::pg_catalog.timestamp AT TIME ZONE " : "((s.%s)::pg_catalog.timestamp AT TIME ZONE ",
        name);
    append_literal(sql, zones.model);
    appendStringInfoString(sql, closing ? ") - interval '1 microsecond')" : ")");
  } else if (type == TIMESTAMPOID) {
    if (zones.sources == nullptr)
      ereport(ERROR,
              (errcode(ERRCODE_DATATYPE_MISMATCH),
               errmsg("column \"%s\" of %s is a timestamp without time zone", column, get_rel_name(source.relation)),
               errhint("Say in which zone its times are: set source_time_zone with relinsights.alter_model().")));
    appendStringInfo(sql, "(s.%s AT TIME ZONE ", name);
    append_literal(sql, zones.sources);
    appendStringInfoChar(sql, ')');
  } else {
    appendStringInfo(sql, "s.%s", name);
  }
}

void append_column(StringInfo sql, const SourceRelation& source, const SourceColumn& column, Oid type,
                   const SourceZones& zones) {
  const char* name = quote_identifier(column.name);
  switch (column.reading) {
    case Reading::kTime:
    case Reading::kClosing:
      return append_time(sql, source, column.name, type, column.reading == Reading::kClosing, zones);
    case Reading::kDuration:
      appendStringInfo(sql, type == INTERVALOID ? "s.%s" : "s.%s::pg_catalog.float8", name);
      return;
    case Reading::kCount:
      appendStringInfo(sql, "s.%s::pg_catalog.int8", name);
      return;
    case Reading::kReal:
      appendStringInfo(sql, "s.%s::pg_catalog.float8", name);
      return;
    case Reading::kText:
      appendStringInfo(sql, "s.%s::pg_catalog.text", name);
      return;
    case Reading::kNumeric:
      appendStringInfo(sql, "s.%s::pg_catalog.numeric", name);
      return;
    default:
      appendStringInfo(sql, "s.%s", name);
  }
}

// The type by which ids of a column are compared, so that its index serves.
Oid compared_type(Oid type) { return type == VARCHAROID ? TEXTOID : type; }

bool in_range(Oid type, int64_t id) {
  if (type == INT2OID) return id == static_cast<int16_t>(id);
  if (type == INT4OID) return id == static_cast<int32_t>(id);
  return true;
}

Datum id_datum(Oid type, std::string_view key) {
  switch (type) {
    case INT2OID:
      return Int16GetDatum(static_cast<int16_t>(integer_of_key(key)));
    case INT4OID:
      return Int32GetDatum(static_cast<int32_t>(integer_of_key(key)));
    case INT8OID:
      return Int64GetDatum(integer_of_key(key));
    case UUIDOID:
      return uuid_datum(key);
    default:
      return text_datum(key);
  }
}

Datum id_array(Oid type, const SourceFilter& filter) {
  auto* ids = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (filter.key_count + 1)));
  size_t count = 0;
  for (size_t i = 0; i < filter.key_count; ++i) {
    if (is_integer(type) && !in_range(type, integer_of_key(filter.keys[i]))) continue;
    ids[count++] = id_datum(type, filter.keys[i]);
  }
  int16 size;
  bool by_value;
  char alignment;
  get_typlenbyvalalign(type, &size, &by_value, &alignment);
  return PointerGetDatum(construct_array(ids, static_cast<int>(count), type, size, by_value, alignment));
}

ParamListInfo parameter_of(Oid type, Datum value) {
  ParamListInfo params = makeParamList(1);
  params->params[0].ptype = type;
  params->params[0].pflags = PARAM_FLAG_CONST;
  params->params[0].isnull = false;
  params->params[0].value = value;
  return params;
}

bool has_label(Oid type, const char* label) {
  HeapTuple tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(label));
  if (!HeapTupleIsValid(tuple)) return false;
  ReleaseSysCache(tuple);
  return true;
}

}  // namespace

IdType id_type_of(Oid type) {
  if (is_integer(type)) return IdType::kInteger;
  if (type == UUIDOID) return IdType::kUuid;
  if (type == TEXTOID || type == VARCHAROID || type == BPCHAROID || is_citext(type)) return IdType::kText;
  ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("type %s cannot be an id", format_type_be(type)),
                  errhint("Ids are integers, uuid or text.")));
  pg_unreachable();
}

SourceRelation describe_source(Source source, Oid relation) {
  SourceRelation described{};
  described.source = source;
  described.relation = relation;
  if (!OidIsValid(relation)) return described;
  size_t place = 0;
  for (const SourceColumn& column : kSourceColumns) {
    if (column.source != source) continue;
    SourceValue& value = described.columns[place++];
    AttrNumber number = get_attnum(relation, column.name);
    if (number > 0) {
      value.type = getBaseType(get_atttype(relation, number));
      value.is_enum = get_typtype(value.type) == TYPTYPE_ENUM;
    } else if (column.required) {
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                      errmsg("%s, the %s of the model, has no column \"%s\"", get_rel_name(relation),
                             kSourceNames[index(source)], column.name),
                      errhint("It had one when the model was made: give the column its name again.")));
    }
  }
  return described;
}

void read_source(SourceRelation& relation, const SourceZones& zones, const SourceFilter* filter, RowFunction row,
                 void* self, uint32_t columns) {
  StringInfoData sql;
  initStringInfo(&sql);
  appendStringInfoString(&sql, "SELECT ");
  size_t at = 0;
  int place = 0;
  const SourceColumn* ids = nullptr;
  const SourceColumn* label = nullptr;
  for (const SourceColumn& column : kSourceColumns) {
    if (column.source != relation.source) continue;
    SourceValue& value = relation.columns[at];
    if (filter != nullptr && at == filter->ids) ids = &column;
    if (filter != nullptr && at == filter->label) label = &column;
    value.place = -1;
    if ((columns >> at++ & 1) == 0 || !value.given()) continue;
    if (place > 0) appendStringInfoString(&sql, ", ");
    append_column(&sql, relation, column, value.type, zones);
    value.place = place++;
  }
  appendStringInfo(&sql, " FROM %s s",
                   quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation.relation)),
                                              get_rel_name(relation.relation)));
  ParamListInfo params = nullptr;
  Oid parameter = InvalidOid;
  if (filter != nullptr) {
    const Oid type = compared_type(relation.columns[filter->ids].type);
    // One id is estimated as one.
    const bool one = filter->key_count == 1;
    if (one && is_integer(type) && !in_range(type, integer_of_key(filter->keys[0]))) return;
    parameter = one ? type : get_array_type(type);
    appendStringInfo(&sql, one ? " WHERE s.%s = $1" : " WHERE s.%s = ANY ($1)", quote_identifier(ids->name));
    if (label != nullptr) {
      const SourceValue& of = relation.columns[filter->label];
      if (of.is_enum && !has_label(of.type, filter->label_text)) return;
      appendStringInfo(&sql, " AND s.%s = ", quote_identifier(label->name));
      append_literal(&sql, filter->label_text);
      if (of.is_enum) appendStringInfo(&sql, "::%s", format_type_be_qualified(of.type));
    }
    params = parameter_of(parameter, one ? id_datum(type, filter->keys[0]) : id_array(type, *filter));
  }
  Receiver receiver = make_receiver();
  receiver.row = row;
  receiver.relation = &relation;
  receiver.self = self;
  if (filter != nullptr && filter->key_count <= kManyIds)
    execute_saved(sql.data, parameter, params, &receiver.edge);
  else
    execute(sql.data, params, &receiver);
  MemoryContextDelete(receiver.row_memory);
}

void read_query(const char* query, SlotFunction slot, void* self, ParamListInfo params) {
  Receiver receiver = make_receiver();
  receiver.slot = slot;
  receiver.self = self;
  execute(query, params, &receiver);
  MemoryContextDelete(receiver.row_memory);
}

void read_saved_query(const char* query, SlotFunction slot, void* self) {
  Receiver receiver = make_receiver();
  receiver.slot = slot;
  receiver.self = self;
  execute_saved(query, InvalidOid, nullptr, &receiver.edge);
  MemoryContextDelete(receiver.row_memory);
}

ParamListInfo key_parameter(IdType type, std::span<const std::string_view> keys) {
  const Oid id = type == IdType::kInteger ? INT8OID : type == IdType::kUuid ? UUIDOID : TEXTOID;
  return parameter_of(get_array_type(id), id_array(id, {0, keys.data(), keys.size()}));
}

bool read_key(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls, KeyBuffer& buffer,
              std::string_view& key) {
  if (is_null(relation, column, nulls)) return false;
  const Datum value = value_at(relation, column, values);
  int64_t id;
  switch (relation.columns[column].type) {
    case INT2OID:
      id = DatumGetInt16(value);
      break;
    case INT4OID:
      id = DatumGetInt32(value);
      break;
    case INT8OID:
      id = DatumGetInt64(value);
      break;
    case UUIDOID:
      key = {reinterpret_cast<const char*>(DatumGetUUIDP(value)->data), UUID_LEN};
      return true;
    default: {
      key = view_of(DatumGetTextPP(value));
      if (relation.columns[column].type == BPCHAROID) {
        while (!key.empty() && key.back() == ' ') key.remove_suffix(1);
      }
      return !key.empty();
    }
  }
  buffer = integer_key(id);
  key = {buffer.data(), buffer.size()};
  return true;
}

bool read_id_text(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                  KeyTextBuffer& buffer, std::string_view& text) {
  KeyBuffer bytes;
  std::string_view key;
  if (!read_key(relation, column, values, nulls, bytes, key)) return false;
  const Oid type = relation.columns[column].type;
  text = text_of_key(is_integer(type)  ? IdType::kInteger
                     : type == UUIDOID ? IdType::kUuid
                                       : IdType::kText,
                     key, buffer);
  return true;
}

namespace {

std::string_view label_of(const SourceValue& value, Datum datum) {
  if (!value.is_enum) return view_of(DatumGetTextPP(datum));
  HeapTuple tuple = SearchSysCache1(ENUMOID, datum);
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for enum value %u", DatumGetObjectId(datum));
  char* label = pstrdup(NameStr(reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel));
  ReleaseSysCache(tuple);
  return label;
}

const SourceColumn& column_at(const SourceRelation& relation, size_t column) {
  for (const SourceColumn& candidate : kSourceColumns) {
    if (candidate.source == relation.source && column-- == 0) return candidate;
  }
  pg_unreachable();
}

}  // namespace

uint8_t read_label(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                   const char* const* labels, size_t count, uint8_t none) {
  if (is_null(relation, column, nulls)) return none;
  const SourceValue& value = relation.columns[column];
  const Datum datum = value_at(relation, column, values);
  const size_t slot = DatumGetObjectId(datum) % lengthof(value.known);
  if (value.is_enum && value.known[slot] == DatumGetObjectId(datum)) return value.known_as[slot];
  const std::string_view name = label_of(value, datum);
  for (size_t i = 0; i < count; ++i) {
    if (name != labels[i]) continue;
    if (value.is_enum) {
      value.known[slot] = DatumGetObjectId(datum);
      value.known_as[slot] = static_cast<uint8_t>(i);
    }
    return static_cast<uint8_t>(i);
  }
  StringInfoData known;
  initStringInfo(&known);
  for (size_t i = 0; i < count; ++i) appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", labels[i]);
  ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                  errmsg("unknown %s \"%s\" in the %s of a model", column_at(relation, column).name,
                         ShownText(name).text, kSourceNames[index(relation.source)]),
                  errdetail("It stands at %s; known are %s.", row_name(relation, values, nulls), known.data),
                  errhint("Map it to one of these, or leave such rows out.")));
  pg_unreachable();
}

const char* row_name(const SourceRelation& relation, const Datum* values, const bool* nulls) {
  StringInfoData name;
  initStringInfo(&name);
  for (size_t column = 0; column < column_count(relation.source); ++column) {
    const SourceColumn& of = column_at(relation, column);
    if (!is_id(of.reading) || strcmp(of.name, "thread_id") == 0 || strcmp(of.name, "regarding_id") == 0) continue;
    if (strcmp(of.name, "owner_id") == 0 || strcmp(of.name, "account_id") == 0) continue;
    KeyTextBuffer buffer;
    std::string_view text;
    if (!read_id_text(relation, column, values, nulls, buffer, text)) text = "NULL";
    appendStringInfo(&name, "%s%s %s", name.len > 0 ? ", " : "", of.name, ShownText(text).text);
  }
  return name.data;
}

}  // namespace relinsights::pg
