// How rows come in: one plain query over one relation, through the executor into a receiver of our own, so that views,
// row-level security, partitions, foreign and distributed tables and the caller's rights stay PostgreSQL's business.
//
// A SourceRelation is a source of a model as its catalogue describes it now; its columns are read in one of few forms
// (core/record/source_columns.h). What a row holds that no model can read is an error that names the row's id.
#pragma once

#include "core/record/record_key.h"
#include "core/record/source_columns.h"
#include "pg/arguments.h"

extern "C" {
#include "nodes/params.h"
}

namespace relinsights::pg {

struct SourceValue {
  Oid type = InvalidOid;  // what the source has there, under its domains; InvalidOid: no such column
  bool is_enum = false;
  int place = -1;  // in the row that is read
  // The labels that were read last, by their enum's number: only to be quick.
  mutable Oid known[4] = {};
  mutable uint8_t known_as[4] = {};

  bool given() const noexcept { return OidIsValid(type); }
};

struct SourceRelation {
  Source source;
  Oid relation = InvalidOid;  // InvalidOid: the model was given none
  SourceValue columns[kMostColumns];

  bool given() const noexcept { return OidIsValid(relation); }
  bool has(size_t column) const noexcept { return given() && columns[column].given(); }
};

// What the catalogue says of it. A required column that is gone is an error.
SourceRelation describe_source(Source source, Oid relation);

// Integers, uuid or texts; an error for any other type.
IdType id_type_of(Oid type);

// The zones that local times are in: names, or nullptr where none is set.
struct SourceZones {
  const char* model;
  const char* sources;
};

// A condition of a live read: the rows whose `ids` column is one of these keys and, if a label is given, whose label
// column is that label.
struct SourceFilter {
  size_t ids;
  const std::string_view* keys;
  size_t key_count;
  size_t label = SIZE_MAX;
  const char* label_text = nullptr;
};

// One row at a time. It may call PostgreSQL; it runs in a context that is emptied after each row.
using RowFunction = void (*)(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);

// Reads every row, or those that the filter lets through, from the active snapshot. Requires SPI_connect(). `columns`
// has a bit for each column that is wanted; the others look as if they were not there.
void read_source(SourceRelation& relation, const SourceZones& zones, const SourceFilter* filter, RowFunction row,
                 void* self, uint32_t columns = UINT32_MAX);
// Any query, likewise; its rows come as slots.
using SlotFunction = void (*)(void* self, TupleTableSlot* slot);
void read_query(const char* query, SlotFunction row, void* self, ParamListInfo params = nullptr);
// A query that comes again and again: its plan is kept for the session (saved_plans.h).
void read_saved_query(const char* query, SlotFunction row, void* self);
// Keys as the one parameter of a query, $1: an array of bigint, uuid or text.
ParamListInfo key_parameter(IdType type, std::span<const std::string_view> keys);

// ---- reading values of a row

// An id as key (record_entries.h): bytes in `buffer` or in the value. False: it is NULL or an empty text.
using KeyBuffer = std::array<char, kIntegerKey>;
bool read_key(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls, KeyBuffer& buffer,
              std::string_view& key);
// Likewise as the text that SQL has for it.
bool read_id_text(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                  KeyTextBuffer& buffer, std::string_view& text);

// The number of a label, `none` for NULL; an unknown one is an error naming `what` and the row.
uint8_t read_label(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                   const char* const* labels, size_t count, uint8_t none);

inline bool is_null(const SourceRelation& relation, size_t column, const bool* nulls) {
  const int place = relation.columns[column].place;
  return place < 0 || nulls[place];
}
inline Datum value_at(const SourceRelation& relation, size_t column, const Datum* values) {
  return values[relation.columns[column].place];
}
inline bool read_flag(const SourceRelation& relation, size_t column, const Datum* values, const bool* nulls,
                      bool none) {
  return is_null(relation, column, nulls) ? none : DatumGetBool(value_at(relation, column, values));
}

// The id of a row for messages: "activity_id 17".
const char* row_name(const SourceRelation& relation, const Datum* values, const bool* nulls);

}  // namespace relinsights::pg
