#include "core/record/record_summaries.h"

#include <algorithm>

#include "core/base/interrupt.h"

namespace relinsights {
namespace {

constexpr int64_t kMicrosecondsPerDay = int64_t{86400} * 1000000;

int64_t floor_division(int64_t value, int64_t by) noexcept { return value / by - (value % by < 0 ? 1 : 0); }

struct Families {
  explicit Families(std::pmr::memory_resource* memory)
      : interactions(memory), timeline(memory), their_contacts(memory), our_contacts(memory), engagement(memory) {}
  SelfAggregation<InteractionSummary> interactions;
  TimelineAggregation timeline;
  ContactAggregation their_contacts, our_contacts;
  SelfAggregation<EngagementSummary> engagement;

  Status add(const RecordEntries& record, const RecordEntry& entry, const SummaryRules& rules) {
    const auto direction = static_cast<Direction>(entry.direction);
    if (rules.zone != nullptr)
      RELINSIGHTS_RETURN_IF_ERROR(
          timeline.add(entry.kind, direction, local_day(*rules.zone, entry.at), entry.sentiment / 10000.0));
    if (entry.kind == Kind::kEmail && entry.has(RecordEntry::kFollowed)) {
      int32_t events[kEngagements];
      std::copy_n(record.engagements[entry.engagement].data(), kEngagements, events);
      RELINSIGHTS_RETURN_IF_ERROR(engagement.add(events));
    }
    const uint32_t* person = record.people.data() + entry.people;
    for (uint32_t i = 0; i < entry.ours; ++i)
      RELINSIGHTS_RETURN_IF_ERROR(our_contacts.add(record.our_people[*person++], entry.kind, direction, entry.at));
    for (uint32_t i = 0; i < entry.theirs; ++i)
      RELINSIGHTS_RETURN_IF_ERROR(their_contacts.add(record.their_people[*person++], entry.kind, direction, entry.at));
    const auto team = static_cast<int32_t>(std::max(entry.ours, 1u));
    RELINSIGHTS_RETURN_IF_ERROR(interactions.add(entry.kind, direction, entry.at, entry.duration, team));
    return {};
  }
};

// Entries come in order of time; where several have the same, inbound ones go first.
void fold_responses(const RecordEntries& record, const SummaryRules& rules, ResponseFold& fold) {
  auto add = [&](const RecordEntry& entry) {
    const bool counts = entry.kind == Kind::kEmail && entry.counts_from <= rules.as_of &&
                        !entry.has(RecordEntry::kAutomated) && !entry.has(RecordEntry::kInternal);
    if (!counts) return;
    if (entry.thread == RecordEntry::kNone) return fold.add_unthreaded();
    fold.add(entry.thread, static_cast<Direction>(entry.direction), entry.at, !entry.has(RecordEntry::kNeedsNoReply));
  };
  const RecordEntry* const end = record.entries.data() + record.entries.size();
  InterruptPace pace;
  for (const RecordEntry* first = record.entries.data(); first != end;) {
    const RecordEntry* after = first + 1;
    while (after != end && after->at == first->at) ++after;
    for (Direction direction : {Direction::kInbound, Direction::kOutbound}) {
      for (const RecordEntry* entry = first; entry != after; ++entry) {
        pace.step();
        if (entry->direction == index(direction)) add(*entry);
      }
    }
    first = after;
  }
}

}  // namespace

Day local_day(const ZoneRules& zone, Instant at) noexcept {
  int64_t when = at.microseconds;
  if (when >= kZoneCycleEnd.microseconds)
    when -= (when - kZoneCycleBegin.microseconds) / kZoneCycleMicroseconds * kZoneCycleMicroseconds;
  const ZoneTransition* end = zone.transitions + zone.count;
  const ZoneTransition* after = std::upper_bound(
      zone.transitions, end, when, [](int64_t w, const ZoneTransition& t) { return w < t.at.microseconds; });
  const int64_t offset = after == zone.transitions ? zone.first_offset_seconds : after[-1].offset_seconds;
  return {static_cast<int32_t>(floor_division(at.microseconds + offset * 1000000, kMicrosecondsPerDay))};
}

Status summarize(const RecordEntries& record, const SummaryRules& rules, RecordSummaries& into,
                 std::pmr::memory_resource* memory) noexcept {
  return contain([&]() -> Status {
    Families families(memory);
    InterruptPace pace;
    for (const RecordEntry& entry : record.entries) {
      pace.step();
      if (entry.counts_from <= rules.as_of) RELINSIGHTS_RETURN_IF_ERROR(families.add(record, entry, rules));
    }
    RELINSIGHTS_RETURN_IF_ERROR(families.interactions.finish(into.interactions));
    ResponseFold responses(memory);
    responses.begin({rules.gap, rules.as_of, rules.calendar}, record.threads.size(), into.responses);
    fold_responses(record, rules, responses);
    responses.finish();
    RELINSIGHTS_RETURN_IF_ERROR(families.timeline.finish(into.timeline));
    RELINSIGHTS_RETURN_IF_ERROR(families.their_contacts.finish(into.their_contacts));
    RELINSIGHTS_RETURN_IF_ERROR(families.our_contacts.finish(into.our_contacts));
    return families.engagement.finish(into.engagement);
  });
}

}  // namespace relinsights
