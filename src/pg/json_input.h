// Parses JSON text with PostgreSQL's parser into the flat token list the core reads. Of an object every member is there
// as it was written, one whose key comes twice too; from jsonb each key comes once.
#pragma once

#include "pg/prelude.h"

namespace relinsights::pg {

// Calls PostgreSQL and may raise its errors. The tokens are in the current memory context. Text is bounded by
// PostgreSQL's limit for any value, 1 GB, and not by those of jsonb.
JsonValue parse_json(const char* text);
JsonValue tokens_of(const Jsonb* document);

}  // namespace relinsights::pg
