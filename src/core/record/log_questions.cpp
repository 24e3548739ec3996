#include "core/record/log_questions.h"

#include <algorithm>

#include "core/base/interruptible_sort.h"

namespace relinsights {
namespace {

bool turns_to_them(Kind kind) noexcept {
  return kind == Kind::kEmail || kind == Kind::kPhoneCall || kind == Kind::kMeeting;
}

// Two people in one activity. The order of entries is that of time.
struct Meeting {
  uint32_t ours, theirs, entry;
  bool same_people(const Meeting& other) const noexcept { return ours == other.ours && theirs == other.theirs; }
};

void collect(const RecordEntries& log, Instant as_of, std::pmr::vector<Meeting>& meetings) {
  InterruptPace pace;
  for (uint32_t i = 0; i < log.entries.size(); ++i) {
    const RecordEntry& entry = log.entries[i];
    if (entry.counts_from > as_of || entry.ours > kMostAcquainted || entry.theirs > kMostAcquainted) continue;
    const uint32_t* ours = log.people.data() + entry.people;
    const uint32_t* theirs = ours + entry.ours;
    for (uint32_t our = 0; our < entry.ours; ++our)
      for (uint32_t their = 0; their < entry.theirs; ++their) {
        pace.step();
        meetings.push_back({ours[our], theirs[their], i});
      }
  }
}

}  // namespace

LaterActivities later_activities(const RecordEntries& log, Instant after, Instant as_of) {
  LaterActivities later;
  InterruptPace pace;
  for (const RecordEntry& entry : log.entries) {  // in order of time: the first that is met is the first
    pace.step();
    if (entry.at <= after || entry.counts_from > as_of || !entry.known_direction()) continue;
    const bool outbound = entry.direction == index(Direction::kOutbound);
    ++(outbound ? later.outbound : later.inbound);
    if (!later.first) later.first = entry.at;
    if (!outbound || !turns_to_them(entry.kind)) continue;
    ++later.contacts;
    if (!later.first_contact) later.first_contact = entry.at;
  }
  return later;
}

Status who_knows_whom(const RecordEntries& log, const SummaryRules& rules, Day today, const HealthSettings& health,
                      std::pmr::vector<Acquaintance>& into, std::pmr::memory_resource* memory) noexcept {
  return contain([&]() -> Status {
    std::pmr::vector<Meeting> meetings(memory);
    collect(log, rules.as_of, meetings);
    sort_interruptibly(std::span(meetings), memory, [](const Meeting& a, const Meeting& b) {
      if (a.ours != b.ours) return a.ours < b.ours;
      return a.theirs != b.theirs ? a.theirs < b.theirs : a.entry < b.entry;
    });
    for (size_t first = 0, after; first < meetings.size(); first = after) {
      Acquaintance pair;
      pair.ours = meetings[first].ours;
      pair.theirs = meetings[first].theirs;
      ActivityTimeline timeline(memory);
      TimelineFold fold(timeline);
      for (after = first; after < meetings.size() && meetings[after].same_people(meetings[first]); ++after) {
        const RecordEntry& entry = log.entries[meetings[after].entry];
        ++pair.interactions;
        if (entry.kind == Kind::kMeeting) ++pair.meetings;
        pair.last = entry.at;
        fold.add(entry.kind, static_cast<Direction>(entry.direction), local_day(*rules.zone, entry.at), 0);
      }
      fold.finish();
      Result<RelationshipHealth> found = relationship_health(timeline, today, health);
      if (!found.ok()) return found.status;
      if (found.value.known) pair.strength = found.value.score;
      into.push_back(pair);
    }
    return Status();
  });
}

}  // namespace relinsights
