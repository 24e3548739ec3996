// When time alone will change what is said of a record (SPEC 5.5): an activity comes to count, or a conversation in
// which somebody waits for an answer lapses.
#pragma once

#include "core/record/record_entries.h"

namespace relinsights {

inline constexpr Instant kNoMoment{std::numeric_limits<int64_t>::max()};

// The first moment, `as_of` or later, at which the record may have to be finished again though nothing happened with
// it; kNoMoment: there is none. `gap`: the silence that ends a conversation, 0: none does. Throws std::bad_alloc.
Instant next_moment(const RecordEntries& entries, Instant as_of, Duration gap);

}  // namespace relinsights
