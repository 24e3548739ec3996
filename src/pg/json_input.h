// Parses JSON text with PostgreSQL's parser into the flat token list the core reads.
#pragma once

#include "pg/prelude.h"

namespace relinsights::pg {

// Calls PostgreSQL and may raise its errors. The tokens are in the current memory context.
JsonValue parse_json(const char* text);
JsonValue tokens_of(const Jsonb* document);

}  // namespace relinsights::pg
