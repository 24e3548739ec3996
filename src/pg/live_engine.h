// One record's activities from the sources now, and how functions that are asked for one record read its type and id.
#pragma once

#include "pg/intake.h"

namespace relinsights::pg {

// An unknown type is an error that lists them.
RecordType record_type_named(const char* name);
// The key of an id that is given as text, in `buffer` or in memory of the current context; what is no id of the model's
// records is an error.
std::string_view record_key_named(const Model& model, const char* id, KeyBuffer& buffer);
// record_type and record_id of record_kpi_row.
void key_values(const Model& model, RecordType type, std::string_view key, Datum* values, bool* nulls);

// As a refresh at `as_of` would log them, from the sources with the caller's rights; nullptr: there is no such record.
// In memory of the current context. Requires SPI_connect().
const RecordEntries* live_entries(const Model& model, RecordType type, std::string_view key, Instant as_of);

}  // namespace relinsights::pg
