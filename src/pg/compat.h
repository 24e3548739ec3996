// What differs between PostgreSQL 15 to 18. Included by prelude.h within its order of headers.
#pragma once

extern "C" {
#include "common/jsonapi.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

namespace relinsights::pg {

// What an action of the JSON parser answers.
#if PG_VERSION_NUM >= 160000
using JsonActionResult = JsonParseErrorType;
#define RELINSIGHTS_JSON_ACTION_DONE return JSON_SUCCESS
#else
using JsonActionResult = void;
#define RELINSIGHTS_JSON_ACTION_DONE return
#endif

// A lexer over text of the database's encoding that takes escapes off.
inline JsonLexContext* json_lexer(const char* text) {
  size_t size = strlen(text);
#if PG_VERSION_NUM >= 170000
  return makeJsonLexContextCstringLen(nullptr, text, size, GetDatabaseEncoding(), true);
#else
  return makeJsonLexContextCstringLen(const_cast<char*>(text), static_cast<int>(size), GetDatabaseEncoding(), true);
#endif
}

}  // namespace relinsights::pg
