#include "core/families/response_turns.h"

#include <algorithm>

#include "core/families/response_rules.h"

namespace relinsights {
namespace {

constexpr Side kBothSides[] = {Side::kUs, Side::kThem};

// What the first byte of a summary says of the rest. "All are first": each response of that side is a first response,
// whose times are then not written twice.
constexpr uint8_t kWorkingTime = 1, kHasGap = 2, kKnowsCalendar = 4, kKnowsNoFirst = 8, kAllOfUsAreFirst = 16,
                  kAllOfThemAreFirst = 32, kAllFlags = 63;
constexpr uint8_t kAllAreFirst[kSides] = {kAllOfUsAreFirst, kAllOfThemAreFirst};

Status two_rules() noexcept {
  return Status::error(StatusCode::kInvalidArgument, "response_agg got two different rules in one group")
      .detail("Gap, as-of moment and calendar are the same for all e-mails of a group.")
      .hint("Group by what decides the rules; summaries with the same gap and calendar merge with rollup.");
}

Status two_calendars() noexcept {
  return Status::error(StatusCode::kInvalidArgument, "response_agg got two different calendars in one group")
      .detail("The responses of a group are measured by one working_calendar.")
      .hint("Group by what decides the calendar.");
}

Status check_fraction(double fraction) noexcept {
  if (fraction >= 0 && fraction <= 1) return {};
  return Status::error(StatusCode::kInvalidArgument, "percentile must lie between 0 and 1")
      .detail("It is %g.", fraction)
      .hint("The median is 0.5; the 95th percentile is 0.95.");
}

}  // namespace

Status ResponseSummary::merge(const ResponseSummary& from) noexcept {
  return contain([&]() -> Status {
    if (from.empty()) return {};
    RELINSIGHTS_RETURN_IF_ERROR(take_measure(from));
    any_ = true;
    for (Side side : kBothSides) {
      OfSide& mine = of(side);
      const OfSide& theirs = from.of(side);
      if (!theirs.all_are_first) mine.keep_first_apart();
      if (!mine.all_are_first && knows_first_ && !mine.first_times.merge(theirs.first()))
        return sum_overflow("number of responses");
      if (!mine.times.merge(theirs.times)) return sum_overflow("number of responses");
      if (!add_checked(mine.awaiting, theirs.awaiting)) return sum_overflow("number of turns awaiting an answer");
      if (!add_checked(mine.lapsed, theirs.lapsed)) return sum_overflow("number of turns that lapsed");
      mine.oldest_awaiting = std::min(mine.oldest_awaiting, theirs.oldest_awaiting);
    }
    if (!add_checked(unthreaded_, from.unthreaded_)) return sum_overflow("number of unthreaded e-mails");
    if (!countable()) return sum_overflow("number of turns");
    return {};
  });
}

// Makes sure that both are measured alike.
Status ResponseSummary::take_measure(const ResponseSummary& from) {
  if (empty()) {
    in_working_time_ = from.in_working_time_;
    gap_ = from.gap_;
  }
  if (in_working_time_ != from.in_working_time_) {
    return Status::error(StatusCode::kInvalidArgument,
                         "response summaries in working time and in elapsed time cannot be merged")
        .detail("One was made by response_agg with a calendar, another without.")
        .hint("Make both with a calendar, or both without.");
  }
  if (gap_ != from.gap_) {
    return Status::error(StatusCode::kInvalidArgument,
                         "response summaries with different gaps between conversations cannot be merged")
        .detail("Their gaps are %s and %s.", GapText(std::min(gap_, from.gap_)).c_str(),
                GapText(std::max(gap_, from.gap_)).c_str())
        .hint("Make both with the same gap.");
  }
  if (calendar_ != 0 && from.calendar_ != 0 && calendar_ != from.calendar_) {
    return Status::error(StatusCode::kInvalidArgument,
                         "response summaries of different working calendars cannot be merged")
        .detail("Their response times are not of one kind.")
        .hint("Make both with the same calendar.");
  }
  if (calendar_ == 0) calendar_ = from.calendar_;
  if (!from.knows_first_ && knows_first_) forget_first_responses();
  return {};
}

void ResponseSummary::forget_first_responses() {
  knows_first_ = false;
  for (Side side : kBothSides) {
    of(side).all_are_first = false;
    of(side).first_times.clear();
  }
}

bool ResponseSummary::countable() const noexcept {
  int64_t total = 0;
  if (unthreaded_ < 0 || !add_checked(total, unthreaded_)) return false;
  for (Side side : kBothSides) {
    for (int64_t count : {responses(side), awaiting(side), lapsed(side)})
      if (count < 0 || !add_checked(total, count)) return false;
  }
  return true;
}

std::optional<Instant> ResponseSummary::oldest_awaiting_since(Side side) const noexcept {
  if (awaiting(side) == 0) return {};
  return of(side).oldest_awaiting;
}

std::optional<double> ResponseSummary::response_rate(Side side) const noexcept {
  const int64_t turns = responses(side) + awaiting(side) + lapsed(side);
  if (turns == 0) return {};
  return static_cast<double>(responses(side)) / static_cast<double>(turns);
}

std::optional<int64_t> ResponseSummary::first_responses(Side side) const noexcept {
  if (!knows_first_) return {};
  return of(side).first().count();
}

Result<std::optional<Duration>> ResponseSummary::percentile(Side side, double fraction) const noexcept {
  if (Status status = check_fraction(fraction); !status.ok()) return status;
  return of(side).times.percentile(fraction);
}

Result<std::optional<Duration>> ResponseSummary::first_percentile(Side side, double fraction) const noexcept {
  if (Status status = check_fraction(fraction); !status.ok()) return status;
  return of(side).first().percentile(fraction);
}

Result<std::optional<double>> ResponseSummary::answered_within(Side side, Duration limit) const noexcept {
  if (limit.microseconds < 0) {
    return Status::error(StatusCode::kInvalidArgument, "the time to answer within must not be negative")
        .hint("Ask for the share answered within, say, interval '4 hours'.");
  }
  return of(side).times.share_within(limit);
}

// Flags; gap and calendar, if there is one; unthreaded; of each side what awaits, what lapsed, response times, and
// first ones unless all are first or none is known.
void ResponseSummary::encode(ByteWriter& out) const {
  auto flags = static_cast<uint8_t>((in_working_time_ ? kWorkingTime : 0) | (gap_.microseconds > 0 ? kHasGap : 0) |
                                    (calendar_ != 0 ? kKnowsCalendar : 0) | (knows_first_ ? 0 : kKnowsNoFirst));
  for (Side side : kBothSides)
    if (of(side).all_are_first) flags |= kAllAreFirst[index(side)];
  out.byte(flags);
  if (gap_.microseconds > 0) out.varint(static_cast<uint64_t>(gap_.microseconds));
  if (calendar_ != 0) out.varint(calendar_);
  out.varint(static_cast<uint64_t>(unthreaded_));
  for (Side side : kBothSides) {
    out.varint(static_cast<uint64_t>(awaiting(side)));
    if (awaiting(side) > 0) out.signed_varint(of(side).oldest_awaiting.microseconds);
    if (gap_.microseconds > 0) out.varint(static_cast<uint64_t>(lapsed(side)));
    of(side).times.encode(out);
    if (knows_first_ && !of(side).all_are_first) of(side).first_times.encode(out);
  }
}

void ResponseSummary::decode(ByteReader& in, uint8_t version) {
  any_ = true;
  if (version == 1) return decode_version_1(in);
  const uint8_t flags = in.byte();
  if (flags > kAllFlags) return in.reject();
  in_working_time_ = (flags & kWorkingTime) != 0;
  knows_first_ = (flags & kKnowsNoFirst) == 0;
  if ((flags & kHasGap) != 0 && (gap_.microseconds = in.bigint()) == 0) return in.reject();
  if ((flags & kKnowsCalendar) != 0 && (calendar_ = in.varint()) == 0) return in.reject();
  unthreaded_ = in.bigint();
  for (Side side : kBothSides) {
    of(side).all_are_first = (flags & kAllAreFirst[index(side)]) != 0;
    if (of(side).all_are_first && !knows_first_) return in.reject();
    of(side).awaiting = in.bigint();
    if (awaiting(side) > 0) of(side).oldest_awaiting.microseconds = in.signed_varint();
    if (gap_.microseconds > 0) of(side).lapsed = in.bigint();
    of(side).times.decode(in);
    if (of(side).all_are_first || !knows_first_) continue;
    of(side).first_times.decode(in);
    if (of(side).first_times.count() == responses(side)) return in.reject();
  }
}

void ResponseSummary::decode_version_1(ByteReader& in) {
  const uint8_t measure = in.byte();
  if (measure > 1) return in.reject();
  in_working_time_ = measure == 1;
  unthreaded_ = in.bigint();
  for (Side side : kBothSides) {
    of(side).awaiting = in.bigint();
    if (awaiting(side) > 0) of(side).oldest_awaiting.microseconds = in.signed_varint();
    of(side).times.decode(in);
  }
  if (responses(Side::kUs) != 0 || responses(Side::kThem) != 0) forget_first_responses();
  if (fault_of_version_1() != nullptr) in.reject();
}

// Every answer was in a thread, and every thread's last turn awaited an answer.
const char* ResponseSummary::fault_of_version_1() const noexcept {
  const bool none_awaits = awaiting(Side::kUs) == 0 && awaiting(Side::kThem) == 0;
  if (!none_awaits) return nullptr;
  if (responses(Side::kUs) != 0 || responses(Side::kThem) != 0) return "No turn is the last of its thread";
  return unthreaded_ == 0 ? "It counts no e-mail" : nullptr;
}

const char* ResponseSummary::validate() const noexcept {
  if (empty()) return "It counts no e-mail";
  for (Side side : kBothSides) {
    if (const char* fault = of(side).times.validate()) return fault;
    if (const char* fault = of(side).first_times.validate()) return fault;
  }
  if (!countable()) return "A number of turns or e-mails is out of range";
  if (gap_.microseconds < 0) return "Its gap is negative";
  if (calendar_ != 0 && !in_working_time_) return "It is measured by a calendar, but not in working time";
  if (!knows_first_ && responses(Side::kUs) == 0 && responses(Side::kThem) == 0)
    return "It has no responses of which the first could be unknown";
  for (Side side : kBothSides) {
    if (awaiting(side) > 0 && !check_instant(of(side).oldest_awaiting).ok())
      return "A time of awaiting is out of range";
    if (lapsed(side) > 0 && gap_.microseconds == 0) return "Without a gap nothing lapses";
    if (of(side).all_are_first || !knows_first_) continue;
    const DurationDistribution &all = of(side).times, &first = of(side).first_times;
    if (first.count() > all.count()) return "There are more first responses than responses";
    if (first.count() == all.count()) return "All responses are first ones, but their times differ";
    if (first.count() > 0 && (first.min() < all.min() || first.max() > all.max()))
      return "A first response time lies beyond all response times";
  }
  return nullptr;
}

void ResponseSummary::write_json(JsonWriter& json) const {
  if (in_working_time_) json.key("working_time").boolean(true);
  if (calendar_ != 0) json.key("calendar").number(calendar_);
  if (gap_.microseconds > 0) json.key("gap_microseconds").number(gap_.microseconds);
  for (Side side : kBothSides) {
    json.key(kSideLabels[index(side)]).begin_object();
    of(side).times.write_json(json);
    if (knows_first_) {
      json.key("first").begin_object();
      of(side).first().write_json(json);
      json.end_object();
    }
    json.key("awaiting").number(awaiting(side));
    if (awaiting(side) > 0) json.key("oldest_awaiting_since").instant(of(side).oldest_awaiting);
    if (lapsed(side) > 0) json.key("lapsed").number(lapsed(side));
    json.end_object();
  }
  json.key("unthreaded").number(unthreaded_);
}

void ResponseSummary::read_json(JsonObject& object, JsonErrors& errors, uint8_t version) {
  any_ = true;
  JsonValue measure = object.optional("working_time");
  in_working_time_ = measure.present() && measure.boolean("working_time", errors);
  if (version > 1) {
    if (JsonValue calendar = object.optional("calendar"); calendar.present())
      calendar_ = calendar.number("calendar", errors, std::numeric_limits<uint64_t>::max());
    if (JsonValue gap = object.optional("gap_microseconds"); gap.present())
      gap_.microseconds = static_cast<int64_t>(gap.number("gap_microseconds", errors));
  }
  for (Side side : kBothSides) read_json_of_side(side, object, errors, version);
  unthreaded_ = static_cast<int64_t>(object.number("unthreaded"));
  if (version > 1 || errors.any()) return;
  if (responses(Side::kUs) != 0 || responses(Side::kThem) != 0) forget_first_responses();
  if (const char* fault = fault_of_version_1()) errors.add("%s", fault);
}

void ResponseSummary::read_json_of_side(Side side, JsonObject& object, JsonErrors& errors, uint8_t version) {
  const char* name = kSideLabels[index(side)];
  OfSide& into = of(side);
  JsonObject of_side(name, object.required(name), errors);
  into.times.read_json(of_side, errors);
  into.awaiting = static_cast<int64_t>(of_side.number("awaiting"));
  if (into.awaiting > 0) into.oldest_awaiting = of_side.instant("oldest_awaiting_since");
  if (version > 1) {
    JsonValue first = of_side.optional("first");
    if (side == Side::kUs && !first.present()) forget_first_responses();
    if (first.present() != knows_first_) errors.add("\"first\" must be given for both sides or for none");
    if (first.present()) {
      JsonObject first_object("first", first, errors);
      into.first_times.read_json(first_object, errors);
      first_object.done();
      into.all_are_first = into.first_times == into.times;
      if (into.all_are_first) into.first_times.clear();
    }
    if (JsonValue lapsed = of_side.optional("lapsed"); lapsed.present())
      into.lapsed = static_cast<int64_t>(lapsed.number("lapsed", errors));
  }
  of_side.done();
}

void ResponseFold::begin(const ConversationRules& rules, size_t threads, ResponseSummary& into) {
  rules_ = rules;
  turns_.assign(threads, Turn{});
  into_ = &into;
  into.in_working_time_ = rules.calendar != nullptr;
  into.calendar_ = rules.calendar != nullptr ? rules.calendar->identity() : 0;
  into.gap_ = rules.gap;
}

void ResponseFold::end_conversation(const Turn& turn, bool last_of_thread) noexcept {
  into_->any_ = true;
  if (turn.waits_since == kNever) return;
  ResponseSummary::OfSide& of = into_->of(other(initiator(turn.direction)));
  const bool waits = last_of_thread && (rules_.gap.microseconds == 0 || rules_.as_of == kLatestInstant ||
                                        rules_.as_of.microseconds - turn.last.microseconds <= rules_.gap.microseconds);
  if (!waits) {
    ++of.lapsed;
    return;
  }
  ++of.awaiting;
  of.oldest_awaiting = std::min(of.oldest_awaiting, turn.waits_since);
}

void ResponseFold::flush(Side side) {
  Times& times = times_[index(side)];
  ResponseSummary::OfSide& of = into_->of(side);
  for (auto* batch : {&times.first, &times.later}) std::sort(batch->begin(), batch->end());
  if (!times.later.empty()) of.keep_first_apart();
  if (!of.all_are_first) of.first_times.add(times.first);
  of.times.add(times.first);
  of.times.add(times.later);
  times.first.clear();
  times.later.clear();
}

void ResponseFold::finish() {
  for (uint32_t thread = 0; thread < turns_.size(); ++thread) end_thread(thread);
  for (Side side : kBothSides) flush(side);
}

Status ResponseAggregation::use(Duration gap, Instant as_of, std::string_view calendar) noexcept {
  if (gap_ == gap && as_of_ == as_of && calendar_ == calendar) return {};
  if (ruled() || !empty()) return two_rules();
  return contain([&] {
    gap_ = gap;
    as_of_ = as_of;
    calendar_ = calendar;
    return Status();
  });
}

bool ResponseAggregation::ruled() const noexcept {
  return gap_.microseconds != 0 || as_of_ != kLatestInstant || !calendar_.empty();
}

Status ResponseAggregation::use_calendar(std::string_view encoded) noexcept {
  Status status = use({}, kLatestInstant, encoded);
  return status.ok() || status.code() != StatusCode::kInvalidArgument ? status : two_calendars();
}
Status ResponseAggregation::use_rules(std::string_view encoded) noexcept {
  ResponseRulesView rules;
  RELINSIGHTS_RETURN_IF_ERROR(read_rules(encoded, rules));
  return use(rules.gap, rules.as_of, rules.calendar);
}

Status ResponseAggregation::add(uint64_t thread, Direction direction, Instant at, bool needs_reply) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  if (at > as_of_ || direction == Direction::kUnknown) return {};
  return contain([&] {
    (needs_reply ? emails_ : closing_).append(Email(thread, direction, at));
    return Status();
  });
}

Status ResponseAggregation::add_unthreaded(Instant at) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  if (at <= as_of_) ++unthreaded_;
  return {};
}

Status ResponseAggregation::merge(const ResponseAggregation& from) noexcept {
  if (from.empty() && !from.ruled()) return {};
  RELINSIGHTS_RETURN_IF_ERROR(use(from.gap_, from.as_of_, from.calendar_));
  return contain([&] {
    if (!add_checked(unthreaded_, from.unthreaded_)) return sum_overflow("number of unthreaded e-mails");
    emails_.append(from.emails_);
    closing_.append(from.closing_);
    return Status();
  });
}

// The rules, the number of unthreaded e-mails, then all others, behind how many of them need no reply.
void ResponseAggregation::serialize(ByteWriter& out) const {
  out.varint(static_cast<uint64_t>(gap_.microseconds));
  out.signed_varint(as_of_.microseconds);
  out.varint(uint64_t{calendar_.size()});
  out.text(calendar_);
  out.varint(static_cast<uint64_t>(unthreaded_));
  out.varint(uint64_t{closing_.size()});
  auto write = [&](const Email* emails, size_t count) {
    throw_if_interrupted();
    out.bytes(emails, count * sizeof(Email));
  };
  closing_.for_each_chunk(write);
  emails_.for_each_chunk(write);
}

void ResponseAggregation::deserialize(ByteReader& in) {
  gap_.microseconds = in.bigint();
  as_of_.microseconds = in.signed_varint();
  if (!check_instant(as_of_).ok()) return in.reject();
  calendar_ = in.bytes(in.count(1));
  unthreaded_ = in.bigint();
  size_t closing = in.count(sizeof(Email));
  InterruptPace pace;
  while (in.remaining() >= sizeof(Email)) {
    pace.step();
    Email email;
    std::memcpy(static_cast<void*>(&email), in.bytes(sizeof(Email)).data(), sizeof(Email));
    if (email.at() > as_of_) return in.reject();
    (closing > 0 ? closing_ : emails_).append(email);
    closing -= closing > 0;
  }
}

Status ResponseAggregation::finish(ResponseSummary& summary) noexcept {
  if (!calendar_.empty()) return Status::error(StatusCode::kInternal, "the calendar of response_agg was not prepared");
  return finish_by({gap_, as_of_, nullptr}, summary);
}

Status ResponseAggregation::finish(ResponseSummary& summary, const PreparedCalendar& calendar) noexcept {
  return finish_by({gap_, as_of_, &calendar}, summary);
}

// One thread after the other, each under the number 0.
Status ResponseAggregation::finish_by(const ConversationRules& rules, ResponseSummary& summary) noexcept {
  return contain([&]() -> Status {
    ResponseFold fold(memory_);
    fold.begin(rules, 1, summary);
    fold.add_unthreaded(unthreaded_);
    uint64_t thread = 0;
    RELINSIGHTS_RETURN_IF_ERROR(
        ChunkLog<Email>::for_each_sorted({&emails_, &closing_}, [&](const Email& email, size_t log) {
          if (email.thread != thread) {
            fold.end_thread(0);
            thread = email.thread;
          }
          fold.add(0, email.direction(), email.at(), log == 0);
        }));
    fold.finish();
    return {};
  });
}

}  // namespace relinsights
