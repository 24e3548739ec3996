#include "core/record/next_moment.h"

#include <algorithm>

namespace relinsights {
namespace {

// What may be the last word of a conversation.
bool converses(const RecordEntry& entry) noexcept {
  return entry.kind == Kind::kEmail && entry.known_direction() && entry.thread != RecordEntry::kNone &&
         !entry.has(RecordEntry::kAutomated) && !entry.has(RecordEntry::kInternal);
}

}  // namespace

Instant next_moment(const RecordEntries& entries, Instant as_of, Duration gap) {
  Instant next = kNoMoment;
  std::pmr::vector<Instant> last_words(gap.microseconds > 0 ? entries.threads.size() : 0, kNoMoment,
                                       entries.threads.get_allocator().resource());
  for (const RecordEntry& entry : entries.entries) {
    if (entry.counts_from > as_of)
      next = std::min(next, entry.counts_from);
    else if (gap.microseconds > 0 && converses(entry))
      last_words[entry.thread] = entry.at;
  }
  for (const Instant last : last_words) {
    if (last == kNoMoment) continue;
    int64_t lapses;
    if (__builtin_add_overflow(last.microseconds, gap.microseconds, &lapses)) continue;
    if (lapses >= as_of.microseconds) next = std::min(next, Instant{lapses});
  }
  return next;
}

}  // namespace relinsights
