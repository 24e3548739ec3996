#include "core/families/engagement_summary.h"

namespace relinsights {

Status check_events(const int32_t* events) noexcept {
  for (size_t i = 0; i < kEngagements; ++i) {
    if (events[i] >= 0) continue;
    return Status::error(StatusCode::kInvalidArgument, "%s must not be negative", kEngagementLabels[i])
        .detail("A followed e-mail has %d.", events[i])
        .hint("Give how often it happened, or NULL, which counts as 0.");
  }
  return {};
}

Status EngagementSummary::add(const int32_t (&events)[kEngagements]) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_events(events));
  for (size_t i = 0; i < kEngagements; ++i) {
    if (!add_checked(events_[i], int64_t{events[i]})) return sum_overflow(kEngagementLabels[i]);
    engaged_[i] += events[i] > 0;
  }
  ++followed_;
  return {};
}

Status EngagementSummary::merge(const EngagementSummary& from) noexcept {
  if (!add_checked(followed_, from.followed_)) return sum_overflow("number of followed e-mails");
  for (size_t i = 0; i < kEngagements; ++i) {
    if (!add_checked(events_[i], from.events_[i])) return sum_overflow(kEngagementLabels[i]);
    engaged_[i] += from.engaged_[i];  // at most the followed e-mails
  }
  return {};
}

void EngagementSummary::encode(ByteWriter& out) const {
  out.varint(static_cast<uint64_t>(followed_));
  for (size_t i = 0; i < kEngagements; ++i) {
    out.varint(static_cast<uint64_t>(engaged_[i]));
    if (engaged_[i] > 0) out.varint(static_cast<uint64_t>(events_[i]));
  }
}

void EngagementSummary::decode(ByteReader& in, uint8_t) {
  followed_ = in.bigint();
  for (size_t i = 0; i < kEngagements; ++i) {
    engaged_[i] = in.bigint();
    if (engaged_[i] > 0) events_[i] = in.bigint();
  }
}

const char* EngagementSummary::validate() const noexcept {
  if (followed_ <= 0) return "It counts no followed e-mail";
  for (size_t i = 0; i < kEngagements; ++i) {
    if (engaged_[i] < 0 || engaged_[i] > followed_) return "More e-mails are engaged with than are followed";
    if (events_[i] < engaged_[i]) return "An e-mail that is engaged with has no event";
    if (static_cast<__int128>(events_[i]) > static_cast<__int128>(engaged_[i]) * std::numeric_limits<int32_t>::max())
      return "There are more events than the e-mails can have";
  }
  return nullptr;
}

void EngagementSummary::write_json(JsonWriter& json) const {
  json.key("followed_emails").number(followed_);
  for (size_t i = 0; i < kEngagements; ++i) {
    json.key(kEngagementLabels[i]).begin_object();
    json.key("events").number(events_[i]).key("emails").number(engaged_[i]).end_object();
  }
}

void EngagementSummary::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  followed_ = static_cast<int64_t>(object.number("followed_emails"));
  for (size_t i = 0; i < kEngagements; ++i) {
    JsonObject of_kind(kEngagementLabels[i], object.required(kEngagementLabels[i]), errors);
    events_[i] = static_cast<int64_t>(of_kind.number("events"));
    engaged_[i] = static_cast<int64_t>(of_kind.number("emails"));
    of_kind.done();
  }
}

}  // namespace relinsights
