// The one way into PostgreSQL's headers from C++: standard headers first, because PostgreSQL's macros break them.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory_resource>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/activity.h"
#include "core/base/status.h"
#include "core/summary.h"

#ifndef PGDLLEXPORT
// PostgreSQL 15 leaves this empty; with hidden visibility its entry points must be marked.
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

// Before all others of PostgreSQL; in a block of its own, as within one the formatter sorts.
extern "C" {
#include "postgres.h"
}

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/expandeddatum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}
#include "pg/compat.h"

// PostgreSQL redefines these; what follows is C++ that means the standard ones.
#undef snprintf
#undef vsnprintf
#undef printf
#undef fprintf
#undef sprintf
#undef vsprintf
#undef vfprintf
#undef strerror
#undef _
#undef gettext
#undef ngettext
#undef dgettext
