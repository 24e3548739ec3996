#include "pg/record_writer.h"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"
}

namespace relinsights::pg {
namespace {

constexpr uint64_t kMostBatchRows = 8192;
constexpr uint64_t kMostBatchBytes = 16 * 1024 * 1024;
constexpr int kBatchMemory = 32 * 1024;  // kB

void execute(const char* sql, int expected) {
  int done = SPI_execute(sql, false, 0);
  if (done != expected) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(done));
}

// Runs `sql` with the rows of a batch as the relation `name`.
uint64_t execute_with(const char* name, TupleDesc row, Tuplestorestate* batch, uint64_t rows, const char* sql,
                      int expected) {
  auto* named = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
  named->md.name = pstrdup(name);
  named->md.tupdesc = row;
  named->md.enrtype = ENR_NAMED_TUPLESTORE;
  named->md.enrtuples = static_cast<double>(rows);
  named->reldata = batch;
  tuplestore_rescan(batch);
  if (SPI_register_relation(named) != SPI_OK_REL_REGISTER) elog(ERROR, "SPI_register_relation failed");
  execute(sql, expected);
  uint64_t done = SPI_processed;
  SPI_unregister_relation(name);
  return done;
}

}  // namespace

StoredTable* StoredTable::open(const char* schema, const char* relation, int key_columns) {
  StoredTable* table = open_part(schema, relation, key_columns);
  table->load("true");
  return table;
}

StoredTable* StoredTable::open_part(const char* schema, const char* relation, int key_columns) {
  auto* table = static_cast<StoredTable*>(palloc0(sizeof(StoredTable)));
  table->memory_ = CurrentMemoryContext;
  table->work_ = AllocSetContextCreate(CurrentMemoryContext, "relinsights stored row", ALLOCSET_DEFAULT_SIZES);
  table->name_ = quote_qualified_identifier(schema, relation);
  table->key_columns_ = key_columns;
  execute(psprintf("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", table->name_), SPI_OK_UTILITY);
  Oid oid = get_relname_relid(relation, get_namespace_oid(schema, false));
  Relation opened = table_open(oid, AccessShareLock);
  table->row_ = CreateTupleDescCopy(RelationGetDescr(opened));
  table_close(opened, NoLock);
  table->changed_row_ = CreateTemplateTupleDesc(table->columns() + 1);
  TupleDescInitEntry(table->changed_row_, 1, "place", TIDOID, -1, 0);
  for (int i = 0; i < table->columns(); ++i)
    TupleDescCopyEntry(table->changed_row_, static_cast<AttrNumber>(i + 2), table->row_,
                       static_cast<AttrNumber>(i + 1));
  return table;
}

void StoredTable::load(const char* condition, ParamListInfo params) {
  // What this transaction sees now: nobody else writes.
  PushActiveSnapshot(GetTransactionSnapshot());
  read_query(psprintf("SELECT s.ctid, s.* FROM %s s WHERE %s", name_, condition), on_stored, this, params);
  PopActiveSnapshot();
}

bool StoredTable::keep(const Datum* key) {
  static constexpr bool kNone[INDEX_MAX_KEYS] = {};
  MemoryContext before = MemoryContextSwitchTo(work_);
  Known* known = find(fingerprint(key, kNone, 0, key_columns_));
  if (known != nullptr) known->seen = true;
  MemoryContextSwitchTo(before);
  MemoryContextReset(work_);
  return known != nullptr;
}

StoredTable::Fingerprint StoredTable::fingerprint(const Datum* values, const bool* nulls, int from, int to) const {
  Fingerprint sum{0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f};
  auto add = [&](const void* data, size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    sum.first = hash_combine64(sum.first, hash_bytes_extended(bytes, static_cast<int>(size), sum.second));
    sum.second = hash_combine64(sum.second, hash_bytes_extended(bytes, static_cast<int>(size), 0x5851f42d4c957f2d));
  };
  for (int i = from; i < to; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(row_, i);
    if (nulls[i]) {
      add("", 1);
    } else if (attribute->attbyval) {
      add(&values[i], sizeof(Datum));
    } else if (attribute->attlen == -1) {
      auto* value = PG_DETOAST_DATUM_PACKED(values[i]);
      add(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
    } else {
      add(DatumGetPointer(values[i]), static_cast<size_t>(attribute->attlen));
    }
  }
  return sum;
}

void StoredTable::make_room(size_t rows) {
  if (slots_ >= 2 * rows) return;
  size_t slots = Max(size_t{64}, slots_);
  while (slots < 2 * rows) slots *= 2;
  Known* old = known_;
  const size_t old_slots = slots_;
  known_ = static_cast<Known*>(
      MemoryContextAllocExtended(memory_, sizeof(Known) * slots, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  slots_ = slots;
  for (size_t i = 0; i < old_slots; ++i) {
    if (!old[i].used) continue;
    size_t slot = old[i].key.first & (slots - 1);
    while (known_[slot].used) slot = (slot + 1) & (slots - 1);
    known_[slot] = old[i];
  }
  if (old != nullptr) pfree(old);
}

void StoredTable::remember(const Fingerprint& key, const Fingerprint& row, ItemPointerData place) {
  make_room(++count_);
  size_t slot = key.first & (slots_ - 1);
  while (known_[slot].used) slot = (slot + 1) & (slots_ - 1);
  known_[slot] = {key, row, place, true, false};
}

StoredTable::Known* StoredTable::find(const Fingerprint& key) {
  if (slots_ == 0) return nullptr;
  for (size_t slot = key.first & (slots_ - 1); known_[slot].used; slot = (slot + 1) & (slots_ - 1)) {
    if (known_[slot].key == key) return &known_[slot];
  }
  return nullptr;
}

void StoredTable::on_stored(void* self, TupleTableSlot* slot) {
  auto* table = static_cast<StoredTable*>(self);
  slot_getallattrs(slot);
  const Datum* values = slot->tts_values + 1;
  const bool* nulls = slot->tts_isnull + 1;
  table->remember(table->fingerprint(values, nulls, 0, table->key_columns_),
                  table->fingerprint(values, nulls, table->key_columns_, table->columns()),
                  *reinterpret_cast<ItemPointer>(DatumGetPointer(slot->tts_values[0])));
}

Tuplestorestate* StoredTable::begin_batch(Tuplestorestate* batch) {
  if (batch != nullptr) return batch;
  MemoryContext before = MemoryContextSwitchTo(memory_);
  batch = tuplestore_begin_heap(false, false, kBatchMemory);
  MemoryContextSwitchTo(before);
  return batch;
}

void StoredTable::put(const Datum* values, const bool* nulls) {
  MemoryContext before = MemoryContextSwitchTo(work_);
  const Fingerprint key = fingerprint(values, nulls, 0, key_columns_);
  Known* known = find(key);
  if (known == nullptr) {
    fresh_ = begin_batch(fresh_);
    tuplestore_putvalues(fresh_, row_, const_cast<Datum*>(values), const_cast<bool*>(nulls));  // not const before 16
    ++fresh_rows_;
  } else {
    known->seen = true;
    if (fingerprint(values, nulls, key_columns_, columns()) != known->row) {
      auto* all = static_cast<Datum*>(palloc(sizeof(Datum) * (columns() + 1)));
      auto* none = static_cast<bool*>(palloc(sizeof(bool) * (columns() + 1)));
      all[0] = PointerGetDatum(&known->place);
      none[0] = false;
      memcpy(all + 1, values, sizeof(Datum) * columns());
      memcpy(none + 1, nulls, sizeof(bool) * columns());
      changed_ = begin_batch(changed_);
      tuplestore_putvalues(changed_, changed_row_, all, none);
      ++changed_rows_;
    }
  }
  for (int i = 0; i < columns(); ++i) {
    if (TupleDescAttr(row_, i)->attlen == -1 && !nulls[i]) batch_bytes_ += VARSIZE_ANY(DatumGetPointer(values[i]));
  }
  MemoryContextSwitchTo(before);
  MemoryContextReset(work_);
}

void StoredTable::write_batch() {
  if (fresh_rows_ + changed_rows_ < kMostBatchRows && batch_bytes_ < kMostBatchBytes) return;
  // What SPI keeps of a batch's relation lives in the context that is current, and the caller's may be emptied.
  MemoryContext before = MemoryContextSwitchTo(memory_);
  write_changed();
  write_new();
  batch_bytes_ = 0;
  MemoryContextSwitchTo(before);
}

void StoredTable::write_new() {
  if (fresh_rows_ == 0) return;
  StringInfoData columns;
  initStringInfo(&columns);
  for (int i = 0; i < this->columns(); ++i)
    appendStringInfo(&columns, "%s%s", i > 0 ? ", " : "", quote_identifier(NameStr(TupleDescAttr(row_, i)->attname)));
  written_ += execute_with("new_rows", row_, fresh_, fresh_rows_,
                           psprintf("INSERT INTO %s (%s) SELECT * FROM new_rows", name_, columns.data), SPI_OK_INSERT);
  tuplestore_clear(fresh_);
  fresh_rows_ = 0;
}

void StoredTable::write_changed() {
  if (changed_rows_ == 0) return;
  StringInfoData set;
  initStringInfo(&set);
  for (int i = key_columns_; i < columns(); ++i) {
    const char* column = quote_identifier(NameStr(TupleDescAttr(row_, i)->attname));
    appendStringInfo(&set, "%s%s = n.%s", i > key_columns_ ? ", " : "", column, column);
  }
  written_ += execute_with("changed_rows", changed_row_, changed_, changed_rows_,
                           psprintf("UPDATE %s s SET %s FROM changed_rows n WHERE s.ctid = n.place", name_, set.data),
                           SPI_OK_UPDATE);
  tuplestore_clear(changed_);
  changed_rows_ = 0;
}

void StoredTable::delete_unseen() {
  TupleDesc row = CreateTemplateTupleDesc(1);
  TupleDescInitEntry(row, 1, "place", TIDOID, -1, 0);
  Tuplestorestate* gone = nullptr;
  uint64_t rows = 0;
  for (size_t i = 0; i < slots_; ++i) {
    if (!known_[i].used || known_[i].seen) continue;
    gone = begin_batch(gone);
    Datum place = PointerGetDatum(&known_[i].place);
    bool null = false;
    tuplestore_putvalues(gone, row, &place, &null);
    ++rows;
  }
  if (rows == 0) return;
  written_ += execute_with("gone_rows", row, gone, rows,
                           psprintf("DELETE FROM %s s USING gone_rows n WHERE s.ctid = n.place", name_), SPI_OK_DELETE);
  tuplestore_end(gone);
}

void StoredTable::finish() {
  MemoryContext before = MemoryContextSwitchTo(memory_);
  write_changed();
  delete_unseen();
  write_new();
  if (fresh_ != nullptr) tuplestore_end(fresh_);
  if (changed_ != nullptr) tuplestore_end(changed_);
  fresh_ = changed_ = nullptr;
  MemoryContextSwitchTo(before);
}

}  // namespace relinsights::pg
