// What a refresh leaves of a record, whether it read everything or what changed: its row of record_kpi, its log in
// chunks, the moment at which time alone will change it, its last and scheduled activities, its own fields; and
// people's names. The one place that says what the rows of the stored relations are.
#pragma once

#include "pg/intake.h"
#include "pg/kpi_row.h"
#include "pg/record_writer.h"

namespace relinsights::pg {

struct RecordOutput {
  const Model* model;
  Instant as_of;
  SummaryRules rules;
  MemoryContext record_memory;  // emptied after each record by whoever goes through them
  // Those that are not open are not written.
  StoredTable *kpis, *logs, *moments, *times, *info, *people;

  // In memory of the current context, with nothing open.
  static RecordOutput* make(const Model& model, Instant as_of, FunctionCallInfo fcinfo);
  StoredTable* open(const char* relation, int key_columns) const {
    return StoredTable::open(model->name, relation, key_columns);
  }
  // An error where record_kpi is of a later version.
  void check_version() const;

  Datum type_datum(RecordType type) const { return text_datum(kRecordTypeLabels[index(type)]); }
  Datum id_datum(std::string_view key) const { return key_datum(model->record_ids, key); }

  // `relation`, `values` and `nulls` are a row of the records; none where a model has no list of them.
  void put_info(const Membership& membership, RecordNumber record, const SourceRelation* relation, const Datum* values,
                const bool* nulls);
  void put_person(Side side, std::string_view party, Datum name);
  // All that follows from what happened with the record.
  void put_record(Datum type, Datum id, const RecordEntries& entries);
  // Of what was sorted last: the last activity, and those to come.
  void put_times(const Membership& membership, ParcelSorter* sorter, Datum type, Datum id);
  void put_time(const Membership& membership, ParcelSorter* sorter, Datum type, Datum id, const ShownActivity& activity,
                const char* status);

  void write_batch();
  void finish();
  uint64_t written() const noexcept;

 private:
  void put_log(Datum type, Datum id, const RecordEntries& entries);
};

}  // namespace relinsights::pg
