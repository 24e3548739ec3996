#include "core/families/interaction_summary.h"

#include <algorithm>

namespace relinsights {
namespace {

constexpr Kind kEveryKind[] = {Kind::kEmail, Kind::kMeeting, Kind::kPhoneCall, Kind::kTask, Kind::kOther};
constexpr Direction kEveryDirection[] = {Direction::kInbound, Direction::kOutbound, Direction::kUnknown};
constexpr Direction kKnown[] = {Direction::kInbound, Direction::kOutbound};

// Whether someone's time depends on how long it took. An e-mail takes what it takes; a task or other activity is the
// time of who initiated it.
constexpr bool takes_time(Kind kind, Direction direction) noexcept {
  if (kind == Kind::kMeeting || kind == Kind::kPhoneCall) return true;
  return kind != Kind::kEmail && direction != Direction::kUnknown;
}

Status time_overflow() noexcept { return sum_overflow("time spent"); }

}  // namespace

Status check_duration(Kind kind, Duration duration) noexcept {
  if (duration.microseconds >= 0) return {};
  return Status::error(StatusCode::kInvalidArgument, "duration of an activity must not be negative")
      .detail("An activity of kind %s lasts %.15g seconds.", kKindLabels[index(kind)],
              static_cast<double>(duration.microseconds) / 1e6)
      .hint("Give the end minus the start, or NULL where the duration is not known.");
}

Status InteractionSummary::add(Kind kind, Direction direction, Instant at, Duration duration,
                               int32_t team_size) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_duration(kind, duration));
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  if (!takes_time(kind, direction)) duration.microseconds = 0;
  if (duration.microseconds > 0) {
    if (!add_checked(durations_[index(kind)][index(direction)], duration.microseconds)) return time_overflow();
    if (kind == Kind::kMeeting) {
      int64_t times_team;
      if (__builtin_mul_overflow(duration.microseconds, int64_t{std::max(team_size, 1)}, &times_team) ||
          !add_checked(team_duration_, times_team))
        return time_overflow();
    }
  }
  Instant& last = last_[index(direction)];
  last = std::max(last, at);
  first_ = std::min(first_, at);
  ++counts_[index(kind)][index(direction)];
  return {};
}

Status InteractionSummary::merge(const InteractionSummary& from) noexcept {
  for (Kind kind : kEveryKind) {
    for (Direction direction : kEveryDirection) {
      if (!add_checked(counts_[index(kind)][index(direction)], from.count(kind, direction)))
        return sum_overflow("number of activities");
      if (!add_checked(durations_[index(kind)][index(direction)], from.duration(kind, direction)))
        return time_overflow();
    }
  }
  if (!add_checked(team_duration_, from.team_duration_)) return time_overflow();
  if (!countable()) return sum_overflow("number of activities");
  first_ = std::min(first_, from.first_);
  for (Direction direction : kEveryDirection)
    last_[index(direction)] = std::max(last_[index(direction)], from.last_[index(direction)]);
  return {};
}

bool InteractionSummary::countable() const noexcept {
  int64_t total = 0;
  for (const auto& of_kind : counts_)
    for (int64_t value : of_kind)
      if (value < 0 || !add_checked(total, value)) return false;
  return true;
}

int64_t InteractionSummary::activities() const noexcept {
  int64_t sum = 0;
  for (Direction direction : kEveryDirection) sum += activities_of(direction);
  return sum;
}

int64_t InteractionSummary::activities_by(Side side) const noexcept { return activities_of(initiated_by(side)); }

int64_t InteractionSummary::activities_of(Direction direction) const noexcept {
  int64_t sum = 0;
  for (Kind kind : kEveryKind) sum += count(kind, direction);
  return sum;
}

std::optional<Instant> InteractionSummary::first_interaction_at() const noexcept {
  if (empty()) return {};
  return first_;
}

std::optional<Instant> InteractionSummary::last_interaction_at() const noexcept {
  if (empty()) return {};
  return *std::max_element(std::begin(last_), std::end(last_));
}

std::optional<Instant> InteractionSummary::last_interaction_at(Side side) const noexcept {
  Instant last = last_[index(initiated_by(side))];
  if (last == kNever) return {};
  return last;
}

std::optional<double> InteractionSummary::email_ratio(Side side) const noexcept {
  int64_t theirs = count(Kind::kEmail, initiated_by(other(side)));
  if (theirs == 0) return {};
  return static_cast<double>(count(Kind::kEmail, initiated_by(side))) / static_cast<double>(theirs);
}

Result<Duration> InteractionSummary::time_spent(Side side, Duration write, Duration read) const noexcept {
  if (write.microseconds < 0 || read.microseconds < 0) {
    return Status::error(StatusCode::kInvalidArgument, "the time to write or read an e-mail must not be negative")
        .hint("The defaults are 5 minutes to write and 2.5 minutes to read.");
  }
  Direction own = initiated_by(side);
  __int128 sum = static_cast<__int128>(count(Kind::kEmail, own)) * write.microseconds +
                 static_cast<__int128>(count(Kind::kEmail, initiated_by(other(side)))) * read.microseconds;
  for (Direction direction : kEveryDirection) {
    if (side == Side::kThem) sum += duration(Kind::kMeeting, direction);
    sum += duration(Kind::kPhoneCall, direction);
  }
  if (side == Side::kUs) sum += team_duration_;
  sum += duration(Kind::kTask, own);
  sum += duration(Kind::kOther, own);
  if (sum > std::numeric_limits<int64_t>::max()) return time_overflow();
  return Duration{static_cast<int64_t>(sum)};
}

Result<Duration> InteractionSummary::face_time() const noexcept {
  int64_t sum = 0;
  for (Direction direction : kEveryDirection) {
    if (!add_checked(sum, duration(Kind::kMeeting, direction)) ||
        !add_checked(sum, duration(Kind::kPhoneCall, direction)))
      return time_overflow();
  }
  return Duration{sum};
}

// The counts of known directions, a mask of the kinds with any of unknown direction and their counts; durations and
// last times of those that are counted.
void InteractionSummary::encode(ByteWriter& out) const {
  uint8_t unknown = 0;
  for (Kind kind : kEveryKind) {
    for (Direction direction : kKnown) out.varint(static_cast<uint64_t>(count(kind, direction)));
    if (count(kind, Direction::kUnknown) > 0) unknown |= static_cast<uint8_t>(1 << index(kind));
  }
  out.byte(unknown);
  for (Kind kind : kEveryKind)
    if (int64_t value = count(kind, Direction::kUnknown); value > 0) out.varint(static_cast<uint64_t>(value));
  for (Kind kind : kEveryKind) {
    for (Direction direction : kEveryDirection) {
      if (takes_time(kind, direction) && count(kind, direction) > 0)
        out.varint(static_cast<uint64_t>(duration(kind, direction)));
    }
  }
  if (count(Kind::kMeeting) > 0) out.varint(static_cast<uint64_t>(team_duration_));
  out.signed_varint(first_.microseconds);
  for (Direction direction : kEveryDirection) {
    if (activities_of(direction) > 0)
      out.varint(static_cast<uint64_t>(last_[index(direction)].microseconds) -
                 static_cast<uint64_t>(first_.microseconds));
  }
}

void InteractionSummary::decode(ByteReader& in, uint8_t version) {
  for (Kind kind : kEveryKind)
    for (Direction direction : kKnown) counts_[index(kind)][index(direction)] = in.bigint();
  const uint8_t unknown = version == 1 ? 0 : in.byte();
  if (unknown >> kKinds != 0) return in.reject();
  for (Kind kind : kEveryKind) {
    if ((unknown >> index(kind) & 1) == 0) continue;
    int64_t value = in.bigint();
    if (value == 0) return in.reject();
    counts_[index(kind)][index(Direction::kUnknown)] = value;
  }
  if (!countable()) return in.reject();
  for (Kind kind : kEveryKind) {
    for (Direction direction : kEveryDirection) {
      if (takes_time(kind, direction) && count(kind, direction) > 0)
        durations_[index(kind)][index(direction)] = in.bigint();
    }
  }
  if (count(Kind::kMeeting) > 0) team_duration_ = in.bigint();
  first_.microseconds = in.signed_varint();
  for (Direction direction : kEveryDirection) {
    if (activities_of(direction) > 0)
      last_[index(direction)].microseconds =
          static_cast<int64_t>(static_cast<uint64_t>(first_.microseconds) + in.varint());
  }
}

const char* InteractionSummary::validate() const noexcept {
  if (!countable()) return "A count is out of range";
  __int128 meetings = 0;
  for (Kind kind : kEveryKind) {
    for (Direction direction : kEveryDirection) {
      if (duration(kind, direction) < 0) return "A duration is out of range";
      if (duration(kind, direction) > 0 && (!takes_time(kind, direction) || count(kind, direction) == 0))
        return "A duration has no activities";
      if (kind == Kind::kMeeting) meetings += duration(kind, direction);
    }
  }
  if (empty()) return "It counts no activity";
  if (team_duration_ < meetings || (meetings == 0 && team_duration_ != 0))
    return "The time of the team in meetings does not fit their duration";
  if (!check_instant(first_).ok()) return "A time is out of range";
  Instant earliest_last = kLatestInstant;
  for (Direction direction : kEveryDirection) {
    Instant last = last_[index(direction)];
    bool any = activities_of(direction) > 0;
    if (any != (last != kNever)) return "The last time of a side does not fit its counts";
    if (any && (last < first_ || last > kLatestInstant)) return "A last time is out of range";
    if (any) earliest_last = std::min(earliest_last, last);
  }
  if (activities() == 1 && earliest_last != first_) return "One activity cannot have two times";
  return nullptr;
}

void InteractionSummary::write_json(JsonWriter& json) const {
  for (Kind kind : kEveryKind) {
    if (count(kind) == 0) continue;
    json.key(kKindLabels[index(kind)]).begin_object();
    for (Direction direction : kEveryDirection) {
      if (count(kind, direction) == 0) continue;
      json.key(kDirectionNames[index(direction)]).begin_object();
      json.key("count").number(count(kind, direction));
      if (duration(kind, direction) > 0) json.key("microseconds").number(duration(kind, direction));
      json.end_object();
    }
    if (kind == Kind::kMeeting && team_duration_ > 0) json.key("team_microseconds").number(team_duration_);
    json.end_object();
  }
  json.key("first_at").instant(first_);
  json.key("last_at").begin_object();
  for (Direction direction : kEveryDirection) {
    if (last_[index(direction)] != kNever) json.key(kDirectionNames[index(direction)]).instant(last_[index(direction)]);
  }
  json.end_object();
}

void InteractionSummary::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  for (Kind kind : kEveryKind) {
    JsonValue of_kind = object.optional(kKindLabels[index(kind)]);
    if (!of_kind.present()) continue;
    JsonObject kind_object(kKindLabels[index(kind)], of_kind, errors);
    for (Direction direction : kEveryDirection) {
      JsonValue cell = kind_object.optional(kDirectionNames[index(direction)]);
      if (!cell.present()) continue;
      JsonObject cell_object(kDirectionNames[index(direction)], cell, errors);
      counts_[index(kind)][index(direction)] = static_cast<int64_t>(cell_object.number("count"));
      if (JsonValue time = cell_object.optional("microseconds"); time.present())
        durations_[index(kind)][index(direction)] = static_cast<int64_t>(time.number("microseconds", errors));
      cell_object.done();
    }
    if (kind == Kind::kMeeting) {
      if (JsonValue time = kind_object.optional("team_microseconds"); time.present())
        team_duration_ = static_cast<int64_t>(time.number("team_microseconds", errors));
    }
    kind_object.done();
  }
  first_ = object.instant("first_at");
  JsonObject last("last_at", object.required("last_at"), errors);
  for (Direction direction : kEveryDirection) {
    if (JsonValue at = last.optional(kDirectionNames[index(direction)]); at.present())
      last_[index(direction)] = at.instant("last_at", errors);
  }
  last.done();
}

}  // namespace relinsights
