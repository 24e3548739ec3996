#include "core/record/record_aggregation.h"

#include <cstring>

#include "core/base/interrupt.h"

namespace relinsights {
namespace {

// Logs beyond this are handed to the families' own states, which are more compact.
constexpr size_t kMostLogged = 32000;

// An activity in the log: this, and behind it what `has` says, in that order.
struct Entry {
  int64_t at;
  int16_t day;  // less the day of `at` in UTC; 0 where `has` says that it stands on its own
  uint16_t has;
};
constexpr size_t kEntrySize = 12;  // without what only aligns it
constexpr uint16_t kKind = 7, kOutbound = 8, kAutomated = 16;
constexpr uint16_t kDay = 32, kSentiment = 64, kThread = 128, kDuration = 256, kEngagement = 512, kPeople = 1024;
constexpr size_t kMostWithoutPeople =
    kEntrySize + sizeof(Day) + sizeof(double) + 2 * sizeof(int64_t) + sizeof(RecordActivity::engagement) + 10;

template <class T>
void put(ByteWriter& out, const T& value) {
  out.bytes(&value, sizeof value);
}

template <class T>
void take(ByteReader& in, T& value) {
  std::string_view bytes = in.bytes(sizeof value);
  if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
}

RecordActivity read_entry(ByteReader& in) {
  RecordActivity activity{};
  Entry entry{};
  if (std::string_view bytes = in.bytes(kEntrySize); bytes.size() == kEntrySize)
    std::memcpy(&entry, bytes.data(), kEntrySize);
  const uint16_t has = entry.has;
  if ((has & kKind) >= kKinds) in.reject();
  activity.kind = static_cast<Kind>(has & kKind);
  activity.direction = (has & kOutbound) != 0 ? Direction::kOutbound : Direction::kInbound;
  activity.automated = (has & kAutomated) != 0;
  activity.threaded = (has & kThread) != 0;
  activity.followed = (has & kEngagement) != 0;
  activity.at.microseconds = entry.at;
  if ((has & kDay) != 0)
    take(in, activity.day);
  else
    activity.day.number = static_cast<int32_t>(day_number({entry.at}) + entry.day);
  if ((has & kSentiment) != 0) take(in, activity.sentiment);
  if (activity.threaded) take(in, activity.thread);
  if ((has & kDuration) != 0) take(in, activity.duration);
  if (activity.followed) take(in, activity.engagement);
  if ((has & kPeople) != 0) activity.people = CountedPeople(in.bytes(in.varint()));
  return activity;
}

Status broken() noexcept { return Status::error(StatusCode::kCorruptBytes, "invalid partial state of an aggregate"); }

}  // namespace

RecordAggregation::~RecordAggregation() {
  if (families_ == nullptr) return;
  families_->~Families();
  memory_->deallocate(families_, sizeof(Families), 8);
}

RecordAggregation::Families& RecordAggregation::families() {
  static_assert(alignof(Families) <= 8);
  if (families_ == nullptr) families_ = new (memory_->allocate(sizeof(Families), 8)) Families(memory_);
  return *families_;
}

Status RecordAggregation::add(const RecordActivity& activity) noexcept {
  return contain([&]() -> Status {
    const int64_t from_utc = activity.day.number - day_number(activity.at);
    const bool near = from_utc == static_cast<int16_t>(from_utc);
    const bool timed = activity.duration.microseconds != 0;
    const bool followed = activity.kind == Kind::kEmail && activity.followed;
    std::string_view people = activity.people.bytes();
    Entry entry{
        activity.at.microseconds, near ? static_cast<int16_t>(from_utc) : int16_t{0},
        static_cast<uint16_t>(index(activity.kind) | (activity.direction == Direction::kOutbound ? kOutbound : 0) |
                              (activity.automated ? kAutomated : 0) | (near ? 0 : kDay) |
                              (activity.sentiment != 0 ? kSentiment : 0) | (activity.threaded ? kThread : 0) |
                              (timed ? kDuration : 0) | (followed ? kEngagement : 0) | (people.empty() ? 0 : kPeople))};
    log_.make_room(kMostWithoutPeople + people.size());
    log_.bytes(&entry, kEntrySize);
    if (!near) put(log_, activity.day);
    if (activity.sentiment != 0) put(log_, activity.sentiment);
    if (activity.threaded) put(log_, activity.thread);
    if (timed) put(log_, activity.duration);
    if (followed) put(log_, activity.engagement);
    if (!people.empty()) {
      log_.varint(uint64_t{people.size()});
      log_.text(people);
    }
    return log_.size() < kMostLogged ? Status() : absorb();
  });
}

Status RecordAggregation::absorb() {
  Status status = families().replay(log_);
  log_.clear();
  return status;
}

Status RecordAggregation::merge(const RecordAggregation& from) noexcept {
  return contain([&]() -> Status {
    if (calendar_.empty()) calendar_ = from.calendar_;
    if (from.families_ != nullptr) {
      Families& into = families();
      RELINSIGHTS_RETURN_IF_ERROR(into.interactions.merge(from.families_->interactions));
      RELINSIGHTS_RETURN_IF_ERROR(into.responses.merge(from.families_->responses));
      RELINSIGHTS_RETURN_IF_ERROR(into.timeline.merge(from.families_->timeline));
      RELINSIGHTS_RETURN_IF_ERROR(into.their_contacts.merge(from.families_->their_contacts));
      RELINSIGHTS_RETURN_IF_ERROR(into.our_contacts.merge(from.families_->our_contacts));
      RELINSIGHTS_RETURN_IF_ERROR(into.engagement.merge(from.families_->engagement));
    }
    log_.bytes(from.log_.data(), from.log_.size());
    return log_.size() < kMostLogged ? Status() : absorb();
  });
}

// The calendar, each family's state with its size before it or one empty one, then the log.
void RecordAggregation::serialize(ByteWriter& out) const {
  out.varint(uint64_t{calendar_.size()});
  out.text(calendar_);
  out.byte(families_ != nullptr ? 1 : 0);
  if (families_ != nullptr) {
    auto part = [&](const auto& family) {
      ByteWriter bytes(memory_);
      family.serialize(bytes);
      out.varint(uint64_t{bytes.size()});
      out.bytes(bytes.data(), bytes.size());
    };
    part(families_->interactions);
    part(families_->responses);
    part(families_->timeline);
    part(families_->their_contacts);
    part(families_->our_contacts);
    part(families_->engagement);
  }
  out.bytes(log_.data(), log_.size());
}

void RecordAggregation::deserialize(ByteReader& in) {
  calendar_ = in.bytes(in.count(1));
  if (in.byte() != 0) {
    auto part = [&](auto& family) {
      std::string_view bytes = in.bytes(in.count(1));
      ByteReader reader(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      family.deserialize(reader);
      if (!reader.complete()) in.reject();
    };
    part(families().interactions);
    part(families().responses);
    part(families().timeline);
    part(families().their_contacts);
    part(families().our_contacts);
    part(families().engagement);
  }
  std::string_view log = in.bytes(in.remaining());
  log_.bytes(log.data(), log.size());
}

Status RecordAggregation::finish(Summaries& summaries, const PreparedCalendar* calendar,
                                 std::pmr::memory_resource* memory) noexcept {
  return contain([&]() -> Status {
    if (calendar_.empty() != (calendar == nullptr))
      return Status::error(StatusCode::kInternal, "the calendar of a record was not prepared");
    if (families_ != nullptr) {
      RELINSIGHTS_RETURN_IF_ERROR(absorb());
      return families_->finish(summaries, calendar);
    }
    Families families(memory);
    RELINSIGHTS_RETURN_IF_ERROR(families.replay(log_));
    return families.finish(summaries, calendar);
  });
}

Status RecordAggregation::Families::replay(const ByteWriter& log) {
  RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
  ByteReader in(log.data(), log.size());
  while (in.remaining() > 0) {
    RecordActivity activity = read_entry(in);
    if (in.failed()) return broken();
    RELINSIGHTS_RETURN_IF_ERROR(add(activity));
  }
  return {};
}

Status RecordAggregation::Families::add(const RecordActivity& activity) {
  const Kind kind = activity.kind;
  const Direction direction = activity.direction;
  int32_t team_size = 1;
  if (!activity.people.bytes().empty()) {
    team_size = activity.people.team_size();
    auto add_to = [&](ContactAggregation& contacts) {
      return [&](std::string_view party) {
        if (Status status = contacts.add(party, kind, direction, activity.at); !status.ok()) throw Failure{status};
      };
    };
    if (!activity.people.visit(add_to(our_contacts), add_to(their_contacts))) return broken();
  }
  RELINSIGHTS_RETURN_IF_ERROR(interactions.add(kind, direction, activity.at, activity.duration, team_size));
  RELINSIGHTS_RETURN_IF_ERROR(timeline.add(kind, direction, activity.day, activity.sentiment));
  if (kind != Kind::kEmail) return {};
  if (activity.followed) RELINSIGHTS_RETURN_IF_ERROR(engagement.add(activity.engagement));
  if (activity.automated) return {};
  return activity.threaded ? responses.add(activity.thread, direction, activity.at)
                           : responses.add_unthreaded(activity.at);
}

Status RecordAggregation::Families::finish(Summaries& into, const PreparedCalendar* calendar) {
  RELINSIGHTS_RETURN_IF_ERROR(interactions.finish(into.interactions));
  RELINSIGHTS_RETURN_IF_ERROR(calendar != nullptr ? responses.finish(into.responses, *calendar)
                                                  : responses.finish(into.responses));
  RELINSIGHTS_RETURN_IF_ERROR(timeline.finish(into.timeline));
  RELINSIGHTS_RETURN_IF_ERROR(their_contacts.finish(into.their_contacts));
  RELINSIGHTS_RETURN_IF_ERROR(our_contacts.finish(into.our_contacts));
  return engagement.finish(into.engagement);
}

}  // namespace relinsights
