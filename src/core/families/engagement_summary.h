// What became of the followed e-mails: opened, clicked, attachments viewed, replied to. SPEC 3.8. Fixed in size and
// exact; also its own aggregation state.
#pragma once

#include <memory_resource>

#include "core/activity.h"
#include "core/summary.h"

namespace relinsights {

enum class Engagement : uint8_t { kOpen, kLinkClick, kAttachmentView, kReply };
inline constexpr size_t kEngagements = 4;
// The names of the columns they are read from, in the order of the enumerators.
inline constexpr const char* kEngagementLabels[kEngagements] = {"opens", "link_clicks", "attachment_views", "replies"};
constexpr size_t index(Engagement e) { return static_cast<size_t>(e); }

// An error if one of the kEngagements numbers of a followed e-mail is negative.
Status check_events(const int32_t* events) noexcept;

class EngagementSummary {
 public:
  static constexpr const char* kTypeName = "engagement_summary";
  static constexpr uint8_t kVersion = 1;

  explicit EngagementSummary(std::pmr::memory_resource*) noexcept {}

  // One followed e-mail and how often each thing happened to it: not negative.
  Status add(const int32_t (&events)[kEngagements]) noexcept;
  Status merge(const EngagementSummary& from) noexcept;

  int64_t followed_emails() const noexcept { return followed_; }
  int64_t events(Engagement e) const noexcept { return events_[index(e)]; }
  // The share (0..1) of the followed e-mails to which it happened at least once. Not for an empty summary.
  double rate(Engagement e) const noexcept {
    return static_cast<double>(engaged_[index(e)]) / static_cast<double>(followed_);
  }

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  int64_t followed_ = 0;
  int64_t events_[kEngagements] = {};   // how often it happened
  int64_t engaged_[kEngagements] = {};  // to how many e-mails
};

}  // namespace relinsights
