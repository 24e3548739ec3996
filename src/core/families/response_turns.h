// What a response is, and how long it took. SPEC 3.4.
//
// Within one thread, e-mails in order of time (equal times: inbound first) fall into turns, maximal runs from one side.
// The first e-mail of the next turn answers a turn; the response time runs from the turn's first e-mail to it and
// belongs to the side that answers. A thread's last turn awaits an answer of the other side.
//
// Times are elapsed or, with a calendar, working time (working_calendar.h): the same pairs, measured otherwise. A
// summary knows which, and one kind is not merged with the other; two calendars may be, as two offices' are.
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "core/activity.h"
#include "core/base/chunk_log.h"
#include "core/families/duration_distribution.h"
#include "core/families/working_calendar.h"
#include "core/summary.h"

namespace relinsights {

// The finished value: it knows how long responses took, but no longer which threads they were in. So merging is exact
// for summaries of disjoint threads.
class ResponseSummary {
 public:
  static constexpr const char* kTypeName = "response_summary";
  static constexpr uint8_t kVersion = 1;

  explicit ResponseSummary(std::pmr::memory_resource* memory) noexcept : sides_{OfSide(memory), OfSide(memory)} {}

  Status merge(const ResponseSummary& from) noexcept;

  int64_t responses(Side side) const noexcept { return of(side).times.count(); }
  // Turns that this side has not answered.
  int64_t awaiting(Side side) const noexcept { return of(side).awaiting; }
  std::optional<Instant> oldest_awaiting_since(Side side) const noexcept;
  // E-mails without a thread, which can answer nothing and be answered by nothing.
  int64_t unthreaded() const noexcept { return unthreaded_; }
  bool empty() const noexcept;
  bool in_working_time() const noexcept { return in_working_time_; }

  // 0..1: responses / (responses + awaiting); none where both are zero.
  std::optional<double> response_rate(Side side) const noexcept;
  const DurationDistribution& response_times(Side side) const noexcept { return of(side).times; }
  Result<std::optional<Duration>> percentile(Side side, double fraction) const noexcept;    // error outside 0..1
  Result<std::optional<double>> answered_within(Side side, Duration limit) const noexcept;  // error if negative

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  friend class ResponseAggregation;

  struct OfSide {
    explicit OfSide(std::pmr::memory_resource* memory) noexcept : times(memory) {}
    DurationDistribution times;
    int64_t awaiting = 0;
    Instant oldest_awaiting{std::numeric_limits<int64_t>::max()};  // this while nothing is awaiting
  };
  bool countable() const noexcept;  // whether the counts and their sum are bigints
  OfSide& of(Side side) noexcept { return sides_[index(side)]; }
  const OfSide& of(Side side) const noexcept { return sides_[index(side)]; }

  OfSide sides_[kSides];
  int64_t unthreaded_ = 0;
  bool in_working_time_ = false;
};

// Every e-mail of the group, 16 bytes each, until all are known: rows may come in any order and any split.
class ResponseAggregation {
 public:
  using Summary = ResponseSummary;

  explicit ResponseAggregation(std::pmr::memory_resource* memory) noexcept
      : memory_(memory), emails_(memory), calendar_(memory) {}

  // Measures in working time by a calendar, given as its encoded bytes. Called before the first row is added and, as
  // the rows bring their calendar along, again for each: another one is an error.
  Status use_calendar(std::string_view encoded) noexcept;
  std::string_view calendar() const noexcept { return calendar_; }  // empty: elapsed time

  // One completed e-mail that no machine wrote. `thread` identifies its conversation.
  Status add(uint64_t thread, Direction direction, Instant at) noexcept;
  Status add_unthreaded(Instant at) noexcept;

  Status merge(const ResponseAggregation& from) noexcept;
  void serialize(ByteWriter& out) const;
  void deserialize(ByteReader& in);
  // Without a calendar, and with the one it was given.
  Status finish(ResponseSummary& summary) noexcept;
  Status finish(ResponseSummary& summary, const PreparedCalendar& calendar) noexcept;

  uint64_t memory() const noexcept { return emails_.memory(); }

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

  bool empty() const noexcept { return emails_.empty() && unthreaded_ == 0; }
  template <class Measure>
  Status finish_measured(ResponseSummary& summary, Measure&& measure) noexcept;

  std::pmr::memory_resource* memory_;
  ChunkLog<Email> emails_;
  std::pmr::string calendar_;
  int64_t unthreaded_ = 0;
};

}  // namespace relinsights
