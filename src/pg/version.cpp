// relinsights._library_version(): which version of the library this session has loaded. The Makefile passes it in.
#include "pg/guard.h"

RELINSIGHTS_FUNCTION(library_version) { PG_RETURN_TEXT_P(cstring_to_text(RELINSIGHTS_VERSION)); }
