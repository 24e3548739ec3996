// Everything about one record from one pass over its activities: all the summaries that a model keeps of it.
//
// The state is a log of the activities as bytes: a row touches two cache lines, the state's and the end of the log,
// however many summaries there will be. They are made in one go when the rows are known, while everything they need is
// in the cache. A record with many activities makes them now and then in between, so its memory is bounded by what the
// families' own aggregations keep. What a summary counts is theirs to say: this only hands each activity to those it
// concerns.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

#include "core/families/activity_timeline.h"
#include "core/families/contact_summary.h"
#include "core/families/engagement_summary.h"
#include "core/families/interaction_summary.h"
#include "core/families/response_turns.h"
#include "core/record/activity_people.h"

namespace relinsights {

// One completed activity that belongs to a record.
struct RecordActivity {
  Kind kind;
  Direction direction;
  bool automated;  // an e-mail that a machine wrote has no response times
  bool followed;   // an e-mail whose engagement is known
  bool threaded;
  Instant at;
  Day day;  // in the caller's time zone
  double sentiment;
  Duration duration;
  uint64_t thread;                   // if threaded
  int32_t engagement[kEngagements];  // if followed
  CountedPeople people;
};

class RecordAggregation {
 public:
  explicit RecordAggregation(std::pmr::memory_resource* memory)
      : memory_(memory), log_(memory, 512), calendar_(memory) {}
  RecordAggregation(const RecordAggregation&) = delete;
  RecordAggregation& operator=(const RecordAggregation&) = delete;
  ~RecordAggregation();

  // The encoded calendar that measures responses; without one they are measured in elapsed time. Before the first
  // activity.
  void use_calendar(std::string_view encoded) { calendar_ = encoded; }
  std::string_view calendar() const noexcept { return calendar_; }

  Status add(const RecordActivity& activity) noexcept;
  Status merge(const RecordAggregation& from) noexcept;
  void serialize(ByteWriter& out) const;
  void deserialize(ByteReader& in);

  struct Summaries {
    explicit Summaries(std::pmr::memory_resource* memory) noexcept
        : interactions(memory),
          responses(memory),
          timeline(memory),
          their_contacts(memory),
          our_contacts(memory),
          engagement(memory) {}
    InteractionSummary interactions;
    ResponseSummary responses;
    ActivityTimeline timeline;
    ContactSummary their_contacts, our_contacts;
    EngagementSummary engagement;
  };
  // `calendar` is what calendar() says, prepared; none where that is empty. Takes memory for the work from `memory`.
  Status finish(Summaries& summaries, const PreparedCalendar* calendar, std::pmr::memory_resource* memory) noexcept;

 private:
  // The families' own states.
  struct Families {
    explicit Families(std::pmr::memory_resource* memory)
        : interactions(memory),
          responses(memory),
          timeline(memory),
          their_contacts(memory),
          our_contacts(memory),
          engagement(memory) {}
    SelfAggregation<InteractionSummary> interactions;
    ResponseAggregation responses;
    TimelineAggregation timeline;
    ContactAggregation their_contacts, our_contacts;
    SelfAggregation<EngagementSummary> engagement;

    Status replay(const ByteWriter& log);
    Status add(const RecordActivity& activity);
    Status finish(Summaries& summaries, const PreparedCalendar* calendar);
  };
  Status absorb();  // hands the log to `families_`
  Families& families();

  std::pmr::memory_resource* memory_;
  ByteWriter log_;
  Families* families_ = nullptr;  // what is not in the log any more
  std::pmr::string calendar_;
};

}  // namespace relinsights
