#include "pg/guard.h"

#include "core/base/interrupt.h"
#include "core/base/keyed_hash.h"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
}

namespace relinsights::pg {
namespace {

int sqlstate_of(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
    case StatusCode::kInternal:
      break;
    case StatusCode::kInvalidArgument:
      return ERRCODE_INVALID_PARAMETER_VALUE;
    case StatusCode::kOutOfRange:
      return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    case StatusCode::kInvalidText:
      return ERRCODE_INVALID_TEXT_REPRESENTATION;
    case StatusCode::kCorruptBytes:
      return ERRCODE_INVALID_BINARY_REPRESENTATION;
    case StatusCode::kUnknownVersion:
      return ERRCODE_FEATURE_NOT_SUPPORTED;
    case StatusCode::kDuplicate:
      return ERRCODE_UNIQUE_VIOLATION;
    case StatusCode::kLimitExceeded:
      return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
    case StatusCode::kOutOfMemory:
      return ERRCODE_OUT_OF_MEMORY;
    case StatusCode::kInterrupted:
      return ERRCODE_QUERY_CANCELED;
  }
  return ERRCODE_INTERNAL_ERROR;
}

size_t clipped_in_server_encoding(std::string_view text, size_t most) noexcept {
  const auto size = static_cast<int>(std::min(text.size(), MaxAllocSize));
  return static_cast<size_t>(pg_mbcliplen(text.data(), size, static_cast<int>(most)));
}

bool stop_requested() noexcept { return QueryCancelPending || ProcDiePending; }

}  // namespace

void raise(const Status& status) {
  // The cancel itself knows best why it came (user, statement_timeout, shutdown).
  if (status.code() == StatusCode::kInterrupted) CHECK_FOR_INTERRUPTS();
  ereport(ERROR, (errcode(sqlstate_of(status.code())), errmsg("%s", status.message()),
                  status.detail_text()[0] ? errdetail("%s", status.detail_text()) : 0,
                  status.hint_text()[0] ? errhint("%s", status.hint_text()) : 0));
  pg_unreachable();
}

}  // namespace relinsights::pg

void _PG_init(void) {
  relinsights::interrupt_requested = relinsights::pg::stop_requested;
  relinsights::clipped = relinsights::pg::clipped_in_server_encoding;
  relinsights::HashKey key;
  if (!pg_strong_random(&key, sizeof key))
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not draw a random key for hashing"),
                    errdetail("The system's source of random numbers does not answer.")));
  relinsights::process_hash_key = key;
}
