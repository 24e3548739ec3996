// How rows go out: a stored relation of a model becomes the rows that it is given, and only rows that differ are
// written, by plain INSERT, UPDATE and DELETE, so that whatever its owner hangs on the table goes on working.
//
// Rows are told apart by the key columns, which come first, and compared by 128 bits of a hash of all columns as they
// are stored. Memory: 48 bytes for each row that is there.
#pragma once

#include "pg/source_reader.h"

namespace relinsights::pg {

class StoredTable {
 public:
  // Locks the table against other writers, and reads what is there. Its memory comes from the current context.
  static StoredTable* open(const char* schema, const char* relation, int key_columns);
  // Likewise, but as if nothing were there; load() then reads those rows `s` that are to be given anew: what it does
  // not read stays as it is.
  static StoredTable* open_part(const char* schema, const char* relation, int key_columns);
  void load(const char* condition, ParamListInfo params = nullptr);

  TupleDesc row() const noexcept { return row_; }
  int columns() const noexcept { return row_->natts; }

  // A row that is to be there. Values may go afterwards. Nothing is written yet: this may be called while a source is
  // read.
  void put(const Datum* values, const bool* nulls);
  // Writes what waits if it has become much.
  void write_batch();
  // A row that was read stays as it is. False: there is none of this key.
  bool keep(const Datum* key);
  // Writes what waits and deletes what was neither given nor kept.
  void finish();

  uint64_t written() const noexcept { return written_; }  // rows inserted, updated or deleted

 private:
  struct Fingerprint {
    uint64_t first, second;
    bool operator==(const Fingerprint&) const = default;
  };
  struct Known {
    Fingerprint key, row;
    ItemPointerData place;
    bool used, seen;
  };

  Fingerprint fingerprint(const Datum* values, const bool* nulls, int from, int to) const;
  Known* find(const Fingerprint& key);
  void remember(const Fingerprint& key, const Fingerprint& row, ItemPointerData place);
  void make_room(size_t rows);
  static void on_stored(void* self, TupleTableSlot* slot);
  void write_new();
  void write_changed();
  void delete_unseen();
  Tuplestorestate* begin_batch(Tuplestorestate* batch);

  MemoryContext memory_;
  MemoryContext work_;     // of one row
  const char* name_;       // qualified and quoted
  TupleDesc row_;          // of the table
  TupleDesc changed_row_;  // where the old row is, then the new one
  int key_columns_;
  Known* known_;  // open addressing
  size_t slots_, count_;
  Tuplestorestate* fresh_;
  Tuplestorestate* changed_;
  uint64_t fresh_rows_, changed_rows_, batch_bytes_, written_;
};

}  // namespace relinsights::pg
