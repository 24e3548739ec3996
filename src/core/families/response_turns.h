// What a response is, and how long it took. SPEC 3.4.
//
// Within one thread, e-mails of known direction in order of time (equal times: inbound first) fall into conversations:
// a silence longer than the gap ends one, where a gap is given; else the thread is one. A turn is a maximal run from
// one side in a conversation. The first e-mail of the next turn answers it; the response time runs from the turn's
// first e-mail to it and belongs to the side that answers, whose first response it may be in the conversation. A
// conversation's last turn
//   is closed, counted nowhere, if none of its e-mails needs a reply;
//   awaits an answer of the other side, since its first e-mail that needs one, if it is the thread's last and its
//   silence
//     up to the as-of moment is not longer than the gap (without a gap or an as-of moment: always);
//   has lapsed else.
//
// Times are elapsed or, with a calendar, working time (working_calendar.h): the same pairs, measured otherwise. The gap
// is elapsed time all the same. A summary knows its gap and its calendar, and merges only with its like.
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/base/chunk_log.h"
#include "core/families/duration_distribution.h"
#include "core/families/working_calendar.h"
#include "core/summary.h"

namespace relinsights {

// How conversations are told apart and responses measured.
struct ConversationRules {
  Duration gap{0};                             // a longer silence ends a conversation; 0: none does
  Instant as_of = kLatestInstant;              // up to when a last turn has waited; this: no such moment is given
  const PreparedCalendar* calendar = nullptr;  // responses in working time; none: elapsed
};

// The finished value: it knows how long responses took, but no longer which threads they were in. So merging is exact
// for summaries of disjoint threads.
class ResponseSummary {
 public:
  static constexpr const char* kTypeName = "response_summary";
  // Version 1 has no gap, nothing that lapsed, does not say by which calendar it was measured and does not know which
  // responses were first ones.
  static constexpr uint8_t kVersion = 2;

  explicit ResponseSummary(std::pmr::memory_resource* memory) noexcept : sides_{OfSide(memory), OfSide(memory)} {}

  // An error unless gap and calendar are the same; a calendar that is not known is like any. Where one does not know
  // first responses, the sum does not.
  Status merge(const ResponseSummary& from) noexcept;

  int64_t responses(Side side) const noexcept { return of(side).times.count(); }
  // Turns that this side has not answered, and no longer will.
  int64_t awaiting(Side side) const noexcept { return of(side).awaiting; }
  int64_t lapsed(Side side) const noexcept { return of(side).lapsed; }
  std::optional<Instant> oldest_awaiting_since(Side side) const noexcept;
  // E-mails without a thread, which can answer nothing and be answered by nothing.
  int64_t unthreaded() const noexcept { return unthreaded_; }
  // Whether no e-mail has come: closed turns leave no count, but a summary.
  bool empty() const noexcept { return !any_; }
  bool in_working_time() const noexcept { return in_working_time_; }
  Duration gap() const noexcept { return gap_; }

  // 0..1: responses / (responses + awaiting + lapsed); none where all are zero.
  std::optional<double> response_rate(Side side) const noexcept;
  const DurationDistribution& response_times(Side side) const noexcept { return of(side).times; }
  // None where first responses are not known.
  std::optional<int64_t> first_responses(Side side) const noexcept;
  const DurationDistribution& first_response_times(Side side) const noexcept { return of(side).first(); }
  // Errors outside 0..1.
  Result<std::optional<Duration>> percentile(Side side, double fraction) const noexcept;
  Result<std::optional<Duration>> first_percentile(Side side, double fraction) const noexcept;
  Result<std::optional<double>> answered_within(Side side, Duration limit) const noexcept;  // error if negative

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  friend class ResponseFold;

  struct OfSide {
    explicit OfSide(std::pmr::memory_resource* memory) noexcept : times(memory), first_times(memory) {}
    DurationDistribution times;
    // Of those that were the first of the side in their conversation; where all were, as mostly, nothing: they are
    // `times`.
    DurationDistribution first_times;
    bool all_are_first = true;
    int64_t awaiting = 0;
    int64_t lapsed = 0;
    Instant oldest_awaiting{std::numeric_limits<int64_t>::max()};  // this while nothing is awaiting

    const DurationDistribution& first() const noexcept { return all_are_first ? times : first_times; }
    void keep_first_apart() {
      if (std::exchange(all_are_first, false)) first_times = times;
    }
  };
  bool countable() const noexcept;  // whether the counts and their sum are bigints
  OfSide& of(Side side) noexcept { return sides_[index(side)]; }
  const OfSide& of(Side side) const noexcept { return sides_[index(side)]; }
  Status take_measure(const ResponseSummary& from);
  void forget_first_responses();
  void decode_version_1(ByteReader& in);
  const char* fault_of_version_1() const noexcept;
  void read_json_of_side(Side side, JsonObject& object, JsonErrors& errors, uint8_t version);

  OfSide sides_[kSides];
  int64_t unthreaded_ = 0;
  Duration gap_{0};
  uint64_t calendar_ = 0;  // PreparedCalendar::identity(); 0: not known, or elapsed time
  bool in_working_time_ = false;
  bool any_ = false;
  bool knows_first_ = true;
};

// Turns e-mails into a summary: the one place that says what a turn is. Each thread's e-mails come in order of time,
// inbound before outbound where times are equal; threads may come one after the other or in any mixture, so whoever has
// them by thread and whoever has them by time give the same. Only e-mails that count: completed, by the as-of moment,
// of known direction, neither written by a machine nor among ourselves. Throws std::bad_alloc.
class ResponseFold {
 public:
  explicit ResponseFold(std::pmr::memory_resource* memory) noexcept
      : turns_(memory), times_{Times(memory), Times(memory)} {}

  // Begins a summary, which must be fresh, of e-mails in the threads 0..threads - 1. What a fold has of memory it
  // keeps.
  void begin(const ConversationRules& rules, size_t threads, ResponseSummary& into);
  void add(uint32_t thread, Direction direction, Instant at, bool needs_reply) {
    Turn& turn = turns_[thread];
    if (turn.open && rules_.gap.microseconds > 0 &&
        at.microseconds - turn.last.microseconds > rules_.gap.microseconds) {
      end_conversation(turn, false);
      turn.open = false;
    }
    if (!turn.open) {
      turn = Turn{at, at, kNever, direction, true, 0};
    } else if (turn.direction != direction) {
      answer(turn, direction, at);
    }
    turn.last = at;
    if (needs_reply && turn.waits_since == kNever) turn.waits_since = at;
  }
  // No more e-mails of this thread come: its number may be used for another.
  void end_thread(uint32_t thread) {
    if (turns_[thread].open) end_conversation(turns_[thread], true);
    turns_[thread].open = false;
  }
  void add_unthreaded(int64_t count = 1) noexcept { into_->unthreaded_ += count, into_->any_ |= count > 0; }
  void finish();

 private:
  static constexpr Instant kNever{std::numeric_limits<int64_t>::max()};

  // The turn that runs in a thread.
  struct Turn {
    Instant first, last;
    Instant waits_since;  // its first e-mail that needs a reply
    Direction direction;
    bool open = false;  // else the thread has no e-mail yet
    uint8_t answered;   // in this conversation: a bit for each side that has responded
  };

  // Response times of one side, handed on sorted, in batches that bound the memory.
  struct Times {
    explicit Times(std::pmr::memory_resource* memory) noexcept : first(memory), later(memory) {}
    std::pmr::vector<int64_t> first, later;
  };
  static constexpr size_t kBatch = 8192;

  void answer(Turn& turn, Direction direction, Instant at) {
    const Side side = initiator(direction);
    const auto bit = static_cast<uint8_t>(1 << index(side));
    Times& times = times_[index(side)];
    std::pmr::vector<int64_t>& batch = (turn.answered & bit) == 0 ? times.first : times.later;
    batch.push_back(rules_.calendar == nullptr ? at.microseconds - turn.first.microseconds
                                               : rules_.calendar->working_time(turn.first, at).microseconds);
    if (batch.size() == kBatch) flush(side);
    turn = Turn{at, at, kNever, direction, true, static_cast<uint8_t>(turn.answered | bit)};
  }
  void end_conversation(const Turn& turn, bool last_of_thread) noexcept;
  void flush(Side side);

  ConversationRules rules_;
  std::pmr::vector<Turn> turns_;  // by thread
  Times times_[kSides];
  ResponseSummary* into_ = nullptr;
};

// Every e-mail of the group, 16 bytes each, until all are known: rows may come in any order and any split.
class ResponseAggregation {
 public:
  using Summary = ResponseSummary;

  explicit ResponseAggregation(std::pmr::memory_resource* memory) noexcept
      : memory_(memory), emails_(memory), closing_(memory), calendar_(memory) {}

  // Measures in working time by a calendar, given as its encoded bytes. Called before the first row is added and, as
  // the rows bring their calendar along, again for each: another one is an error.
  Status use_calendar(std::string_view encoded) noexcept;
  std::string_view calendar() const noexcept { return calendar_; }  // empty: elapsed time
  // The same for gap, as-of moment and calendar at once, given as encoded ResponseRules.
  Status use_rules(std::string_view encoded) noexcept;

  // One completed e-mail that no machine wrote. `thread` identifies its conversation. What comes after the as-of
  // moment, or from nobody knows which side, is left out.
  Status add(uint64_t thread, Direction direction, Instant at, bool needs_reply = true) noexcept;
  Status add_unthreaded(Instant at) noexcept;

  bool empty() const noexcept { return emails_.empty() && closing_.empty() && unthreaded_ == 0; }
  Status merge(const ResponseAggregation& from) noexcept;
  void serialize(ByteWriter& out) const;
  void deserialize(ByteReader& in);
  // Without a calendar, and with the one it was given.
  Status finish(ResponseSummary& summary) noexcept;
  Status finish(ResponseSummary& summary, const PreparedCalendar& calendar) noexcept;

  uint64_t memory() const noexcept { return emails_.memory() + closing_.memory(); }

 private:
  // Ordered by thread, then time, then inbound before outbound: the last bit is the direction.
  struct Email {
    uint64_t thread;
    uint64_t when;

    Email() = default;
    Email(uint64_t of_thread, Direction direction, Instant at) noexcept
        : thread(of_thread),
          when((static_cast<uint64_t>(at.microseconds) - static_cast<uint64_t>(kEarliestInstant.microseconds)) << 1 |
               index(direction)) {}
    Direction direction() const noexcept { return static_cast<Direction>(when & 1); }
    Instant at() const noexcept {
      return {static_cast<int64_t>((when >> 1) + static_cast<uint64_t>(kEarliestInstant.microseconds))};
    }
    bool operator<(const Email& other) const noexcept {
      return thread < other.thread || (thread == other.thread && when < other.when);
    }
  };

  bool ruled() const noexcept;  // whether rules have been given that are not the default
  Status use(Duration gap, Instant as_of, std::string_view calendar) noexcept;
  Status finish_by(const ConversationRules& rules, ResponseSummary& summary) noexcept;

  std::pmr::memory_resource* memory_;
  ChunkLog<Email> emails_;   // that need a reply
  ChunkLog<Email> closing_;  // that say they need none: no bit of an Email is free to say so
  std::pmr::string calendar_;
  Duration gap_{0};
  Instant as_of_ = kLatestInstant;
  int64_t unthreaded_ = 0;
};

}  // namespace relinsights
