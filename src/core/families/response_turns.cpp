#include "core/families/response_turns.h"

#include <algorithm>

namespace relinsights {
namespace {

constexpr Side kBothSides[] = {Side::kUs, Side::kThem};

// Response times of one side while they are found: handed on sorted, in batches that bound the memory.
class ResponseTimes {
 public:
  ResponseTimes(std::pmr::memory_resource* memory, DurationDistribution& into) : batch_(memory), into_(into) {}
  void add(Duration duration) {
    batch_.push_back(duration.microseconds);
    if (batch_.size() == kBatch) flush();
  }
  void flush() {
    std::sort(batch_.begin(), batch_.end());
    into_.add(batch_);
    batch_.clear();
  }

 private:
  static constexpr size_t kBatch = 8192;
  std::pmr::vector<int64_t> batch_;
  DurationDistribution& into_;
};

Status two_calendars() noexcept {
  return Status::error(StatusCode::kInvalidArgument, "response_agg got two different calendars in one group")
      .detail("The responses of a group are measured by one working_calendar.")
      .hint("Group by what decides the calendar, then merge the summaries with rollup.");
}

}  // namespace

bool ResponseSummary::empty() const noexcept {
  return unthreaded_ == 0 && responses(Side::kUs) == 0 && awaiting(Side::kUs) == 0 && responses(Side::kThem) == 0 &&
         awaiting(Side::kThem) == 0;
}

Status ResponseSummary::merge(const ResponseSummary& from) noexcept {
  return contain([&]() -> Status {
    if (empty()) in_working_time_ = from.in_working_time_;
    if (in_working_time_ != from.in_working_time_ && !from.empty()) {
      return Status::error(StatusCode::kInvalidArgument,
                           "response summaries in working time and in elapsed time cannot be merged")
          .detail("One was made by response_agg with a calendar, another without.")
          .hint("Make both with a calendar, or both without.");
    }
    for (Side side : kBothSides) {
      OfSide& mine = of(side);
      const OfSide& theirs = from.of(side);
      if (!mine.times.merge(theirs.times)) return sum_overflow("number of responses");
      if (!add_checked(mine.awaiting, theirs.awaiting)) return sum_overflow("number of turns awaiting an answer");
      mine.oldest_awaiting = std::min(mine.oldest_awaiting, theirs.oldest_awaiting);
    }
    if (!add_checked(unthreaded_, from.unthreaded_)) return sum_overflow("number of unthreaded e-mails");
    if (!countable()) return sum_overflow("number of turns");
    return {};
  });
}

bool ResponseSummary::countable() const noexcept {
  int64_t total = 0;
  if (unthreaded_ < 0 || !add_checked(total, unthreaded_)) return false;
  for (Side side : kBothSides) {
    if (responses(side) < 0 || awaiting(side) < 0 || !add_checked(total, responses(side)) ||
        !add_checked(total, awaiting(side)))
      return false;
  }
  return true;
}

std::optional<Instant> ResponseSummary::oldest_awaiting_since(Side side) const noexcept {
  if (awaiting(side) == 0) return {};
  return of(side).oldest_awaiting;
}

std::optional<double> ResponseSummary::response_rate(Side side) const noexcept {
  double turns = static_cast<double>(responses(side)) + static_cast<double>(awaiting(side));
  if (turns == 0) return {};
  return static_cast<double>(responses(side)) / turns;
}

Result<std::optional<Duration>> ResponseSummary::percentile(Side side, double fraction) const noexcept {
  if (!(fraction >= 0 && fraction <= 1)) {
    return Status::error(StatusCode::kInvalidArgument, "percentile must lie between 0 and 1")
        .detail("It is %g.", fraction)
        .hint("The median is 0.5; the 95th percentile is 0.95.");
  }
  return of(side).times.percentile(fraction);
}

Result<std::optional<double>> ResponseSummary::answered_within(Side side, Duration limit) const noexcept {
  if (limit.microseconds < 0) {
    return Status::error(StatusCode::kInvalidArgument, "the time to answer within must not be negative")
        .hint("Ask for the share answered within, say, interval '4 hours'.");
  }
  return of(side).times.share_within(limit);
}

void ResponseSummary::encode(ByteWriter& out) const {
  out.byte(in_working_time_ ? 1 : 0);
  out.varint(static_cast<uint64_t>(unthreaded_));
  for (Side side : kBothSides) {
    out.varint(static_cast<uint64_t>(awaiting(side)));
    if (awaiting(side) > 0) out.signed_varint(of(side).oldest_awaiting.microseconds);
    of(side).times.encode(out);
  }
}

void ResponseSummary::decode(ByteReader& in, uint8_t) {
  uint8_t measure = in.byte();
  if (measure > 1) return in.reject();
  in_working_time_ = measure == 1;
  unthreaded_ = in.bigint();
  for (Side side : kBothSides) {
    of(side).awaiting = in.bigint();
    if (awaiting(side) > 0) of(side).oldest_awaiting.microseconds = in.signed_varint();
    of(side).times.decode(in);
  }
}

const char* ResponseSummary::validate() const noexcept {
  for (Side side : kBothSides) {
    if (const char* fault = of(side).times.validate()) return fault;
  }
  if (!countable()) return "A number of turns or e-mails is out of range";
  int64_t turns = 0;
  for (Side side : kBothSides) {
    turns += responses(side) + awaiting(side);
    if (awaiting(side) > 0 && !check_instant(of(side).oldest_awaiting).ok())
      return "A time of awaiting is out of range";
  }
  if (turns == 0 && unthreaded_ == 0) return "It counts no e-mail";
  // Every answer is in a thread, and every thread has a last turn.
  if (turns > 0 && awaiting(Side::kUs) + awaiting(Side::kThem) == 0) return "No turn is the last of its thread";
  return nullptr;
}

void ResponseSummary::write_json(JsonWriter& json) const {
  if (in_working_time_) json.key("working_time").boolean(true);
  for (Side side : kBothSides) {
    json.key(kSideLabels[index(side)]).begin_object();
    of(side).times.write_json(json);
    json.key("awaiting").number(awaiting(side));
    if (awaiting(side) > 0) json.key("oldest_awaiting_since").instant(of(side).oldest_awaiting);
    json.end_object();
  }
  json.key("unthreaded").number(unthreaded_);
}

void ResponseSummary::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  JsonValue measure = object.optional("working_time");
  in_working_time_ = measure.present() && measure.boolean("working_time", errors);
  for (Side side : kBothSides) {
    const char* name = kSideLabels[index(side)];
    JsonObject of_side(name, object.required(name), errors);
    of(side).times.read_json(of_side, errors);
    of(side).awaiting = static_cast<int64_t>(of_side.number("awaiting"));
    if (awaiting(side) > 0) of(side).oldest_awaiting = of_side.instant("oldest_awaiting_since");
    of_side.done();
  }
  unthreaded_ = static_cast<int64_t>(object.number("unthreaded"));
}

Status ResponseAggregation::use_calendar(std::string_view encoded) noexcept {
  if (calendar_ == encoded) return {};
  if (!empty() || !calendar_.empty()) return two_calendars();
  return contain([&] {
    calendar_ = encoded;
    return Status();
  });
}

Status ResponseAggregation::add(uint64_t thread, Direction direction, Instant at) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  return contain([&] {
    emails_.append(Email(thread, direction, at));
    return Status();
  });
}

Status ResponseAggregation::add_unthreaded(Instant at) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  ++unthreaded_;
  return {};
}

Status ResponseAggregation::merge(const ResponseAggregation& from) noexcept {
  if (from.empty()) return {};
  RELINSIGHTS_RETURN_IF_ERROR(use_calendar(from.calendar_));
  return contain([&] {
    if (!add_checked(unthreaded_, from.unthreaded_)) return sum_overflow("number of unthreaded e-mails");
    emails_.append(from.emails_);
    return Status();
  });
}

void ResponseAggregation::serialize(ByteWriter& out) const {
  out.varint(uint64_t{calendar_.size()});
  out.text(calendar_);
  out.varint(static_cast<uint64_t>(unthreaded_));
  emails_.for_each_chunk([&](const Email* emails, size_t count) {
    throw_if_interrupted();
    out.bytes(emails, count * sizeof(Email));
  });
}

void ResponseAggregation::deserialize(ByteReader& in) {
  calendar_ = in.bytes(in.count(1));
  unthreaded_ = in.bigint();
  InterruptPace pace;
  while (in.remaining() >= sizeof(Email)) {
    pace.step();
    Email email;
    std::memcpy(static_cast<void*>(&email), in.bytes(sizeof(Email)).data(), sizeof(Email));
    emails_.append(email);
  }
}

Status ResponseAggregation::finish(ResponseSummary& summary) noexcept {
  if (!calendar_.empty()) return Status::error(StatusCode::kInternal, "the calendar of response_agg was not prepared");
  return finish_measured(summary,
                         [](Instant from, Instant to) { return Duration{to.microseconds - from.microseconds}; });
}

Status ResponseAggregation::finish(ResponseSummary& summary, const PreparedCalendar& calendar) noexcept {
  summary.in_working_time_ = true;
  return finish_measured(summary, [&](Instant from, Instant to) { return calendar.working_time(from, to); });
}

template <class Measure>
Status ResponseAggregation::finish_measured(ResponseSummary& summary, Measure&& measure) noexcept {
  return contain([&]() -> Status {
    summary.unthreaded_ = unthreaded_;
    ResponseTimes of_us(memory_, summary.of(Side::kUs).times), of_them(memory_, summary.of(Side::kThem).times);
    Email turn;  // the first e-mail of the turn that runs
    bool any = false;
    auto awaits = [&] {
      auto& waiting = summary.of(other(initiator(turn.direction())));
      ++waiting.awaiting;
      waiting.oldest_awaiting = std::min(waiting.oldest_awaiting, turn.at());
    };
    RELINSIGHTS_RETURN_IF_ERROR(emails_.for_each_sorted([&](const Email& email) {
      if (any && email.thread == turn.thread) {
        if (email.direction() == turn.direction()) return;
        Duration taken = measure(turn.at(), email.at());
        (initiator(email.direction()) == Side::kUs ? of_us : of_them).add(taken);
      } else if (any) {
        awaits();
      }
      turn = email;
      any = true;
    }));
    if (any) awaits();
    of_us.flush();
    of_them.flush();
    return {};
  });
}

}  // namespace relinsights
