#include "core/record/record_summaries.h"

#include <algorithm>

#include "core/base/interrupt.h"

namespace relinsights {
namespace {

// Which date clocks show, of moments that come in order of time.
class DayClock {
 public:
  explicit DayClock(const ZoneRules& zone) noexcept : zone_(zone) {}

  Day day_of(Instant at) noexcept {
    if (at.microseconds < begin_ || at.microseconds >= end_) [[unlikely]]
      look_up(at);
    return day_;
  }

 private:
  void look_up(Instant at) noexcept {
    day_ = local_day(zone_, at);
    begin_ = end_ = 0;  // beyond the listed transitions there is nothing to go by
    if (at >= kZoneCycleEnd) return;
    while (next_ < zone_.count && zone_.transitions[next_].at <= at) ++next_;
    const int64_t offset = next_ == 0 ? zone_.first_offset_seconds : zone_.transitions[next_ - 1].offset_seconds;
    begin_ = day_.number * kMicrosecondsPerDay - offset * 1000000;
    end_ = begin_ + kMicrosecondsPerDay;
    if (next_ > 0) begin_ = std::max(begin_, zone_.transitions[next_ - 1].at.microseconds);
    if (next_ < zone_.count) end_ = std::min(end_, zone_.transitions[next_].at.microseconds);
  }

  const ZoneRules& zone_;
  size_t next_ = 0;  // the first transition that is still to come
  Day day_{};
  int64_t begin_ = 0, end_ = 0;  // while the clocks show it, as far as is known
};

constexpr ZoneRules kNoZone;

// All families in one pass over a record's activities in order of time. People and threads are numbers here.
class RecordFold {
 public:
  RecordFold(const RecordEntries& record, const SummaryRules& rules, RecordSummaries& into,
             std::pmr::memory_resource* memory)
      : record_(record),
        rules_(rules),
        into_(into),
        clock_(rules.zone != nullptr ? *rules.zone : kNoZone),
        timeline_(into.timeline),
        our_contacts_(rules.want(SummaryRules::kContacts) ? record.our_people.size() : 0, memory),
        their_contacts_(rules.want(SummaryRules::kContacts) ? record.their_people.size() : 0, memory),
        responses_(memory),
        with_timeline_(rules.want(SummaryRules::kTimeline) && rules.zone != nullptr) {
    responses_.begin({rules.gap, rules.as_of, rules.calendar}, record.threads.size(), into.responses);
  }

  void run() {
    const RecordEntry* const end = record_.entries.data() + record_.entries.size();
    InterruptPace pace;
    for (const RecordEntry* first = record_.entries.data(); first != end;) {
      const RecordEntry* after = first;
      do {
        pace.step();
        add(*after);
      } while (++after != end && after->at == first->at);
      add_responses(first, after);
      first = after;
    }
    finish();
  }

 private:
  bool counts(const RecordEntry& entry) const noexcept { return entry.counts_from <= rules_.as_of; }

  void add(const RecordEntry& entry) {
    if (!counts(entry)) return;
    const auto direction = static_cast<Direction>(entry.direction);
    if (rules_.want(SummaryRules::kInteractions)) {
      const auto team = static_cast<int32_t>(std::max(entry.ours, 1u));
      take(into_.interactions.add(entry.kind, direction, entry.at, entry.duration, team));
    }
    if (with_timeline_) timeline_.add(entry.kind, direction, clock_.day_of(entry.at), entry.sentiment);
    if (rules_.want(SummaryRules::kContacts)) {
      const uint32_t* person = record_.people.data() + entry.people;
      for (uint32_t i = 0; i < entry.ours; ++i) our_contacts_.add(*person++, entry.kind, direction, entry.at);
      for (uint32_t i = 0; i < entry.theirs; ++i) their_contacts_.add(*person++, entry.kind, direction, entry.at);
    }
    if (entry.kind != Kind::kEmail || !entry.has(RecordEntry::kFollowed)) return;
    if (!rules_.want(SummaryRules::kEngagement)) return;
    int32_t events[kEngagements];
    std::copy_n(record_.engagements[entry.engagement].data(), kEngagements, events);
    take(into_.engagement.add(events));
  }

  // Those of one moment: inbound e-mails go first.
  void add_responses(const RecordEntry* first, const RecordEntry* after) {
    if (!rules_.want(SummaryRules::kResponses)) return;
    if (after - first == 1) return add_response(*first);
    for (Direction direction : {Direction::kInbound, Direction::kOutbound})
      for (const RecordEntry* entry = first; entry != after; ++entry)
        if (entry->direction == index(direction)) add_response(*entry);
  }

  void add_response(const RecordEntry& entry) {
    if (entry.kind != Kind::kEmail || !counts(entry) || !entry.known_direction() ||
        entry.has(RecordEntry::kAutomated) || entry.has(RecordEntry::kInternal))
      return;
    if (entry.thread == RecordEntry::kNone) return responses_.add_unthreaded();
    responses_.add(entry.thread, static_cast<Direction>(entry.direction), entry.at,
                   !entry.has(RecordEntry::kNeedsNoReply));
  }

  void finish() {
    responses_.finish();
    if (with_timeline_) timeline_.finish();
    if (!rules_.want(SummaryRules::kContacts)) return;
    our_contacts_.finish(record_.our_people, into_.our_contacts);
    their_contacts_.finish(record_.their_people, into_.their_contacts);
  }

  static void take(const Status& status) {
    if (!status.ok()) [[unlikely]]
      throw Failure{status};
  }

  const RecordEntries& record_;
  const SummaryRules& rules_;
  RecordSummaries& into_;
  DayClock clock_;
  TimelineFold timeline_;
  ContactFold our_contacts_, their_contacts_;
  ResponseFold responses_;
  bool with_timeline_;
};

}  // namespace

Day local_day(const ZoneRules& zone, Instant at) noexcept {
  int64_t when = at.microseconds;
  if (when >= kZoneCycleEnd.microseconds)
    when -= (when - kZoneCycleBegin.microseconds) / kZoneCycleMicroseconds * kZoneCycleMicroseconds;
  const ZoneTransition* end = zone.transitions + zone.count;
  const ZoneTransition* after = std::upper_bound(
      zone.transitions, end, when, [](int64_t w, const ZoneTransition& t) { return w < t.at.microseconds; });
  const int64_t offset = after == zone.transitions ? zone.first_offset_seconds : after[-1].offset_seconds;
  return {static_cast<int32_t>(day_number(at, offset))};
}

Status summarize(const RecordEntries& record, const SummaryRules& rules, RecordSummaries& into,
                 std::pmr::memory_resource* memory) noexcept {
  return contain([&] {
    RecordFold(record, rules, into, memory).run();
    return Status();
  });
}

}  // namespace relinsights
