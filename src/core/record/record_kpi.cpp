#include "core/record/record_kpi.h"

namespace relinsights {
namespace {

KpiValue none(KpiType type) {
  KpiValue value;
  value.type = type;
  return value;
}

KpiValue count(int64_t number) {
  KpiValue value = none(KpiType::kCount);
  value.null = false;
  value.count = number;
  return value;
}

KpiValue number(std::optional<double> known) {
  KpiValue value = none(KpiType::kNumber);
  if (!known) return value;
  value.null = false;
  value.number = *known;
  return value;
}

KpiValue instant(std::optional<Instant> known) {
  KpiValue value = none(KpiType::kInstant);
  if (!known) return value;
  value.null = false;
  value.microseconds = known->microseconds;
  return value;
}

// As extract(epoch FROM interval)::double precision / 3600 says it.
KpiValue hours(std::optional<Duration> known) {
  if (!known) return none(KpiType::kNumber);
  return number(static_cast<double>(known->microseconds) / 1e6 / 3600);
}

template <class T>
KpiValue hours(KpiReading& reading, const Result<T>& result) {
  if (result.ok()) return hours(std::optional<Duration>(result.value));
  if (reading.status.ok()) reading.status = result.status;
  return none(KpiType::kNumber);
}

// The rates of an engagement without followed e-mails are not known.
KpiValue rate(const EngagementSummary& engagement, Engagement of) {
  if (engagement.followed_emails() == 0) return none(KpiType::kNumber);
  return number(engagement.rate(of));
}

using Reading = KpiReading&;

constexpr KpiColumn count_column(const char* name, const char* words, KpiValue (*read)(Reading)) {
  return {name, KpiType::kCount, KpiUnit::kCount, words, read};
}
constexpr KpiColumn hours_column(const char* name, const char* words, KpiValue (*read)(Reading)) {
  return {name, KpiType::kNumber, KpiUnit::kHours, words, read};
}
constexpr KpiColumn share_column(const char* name, const char* words, KpiValue (*read)(Reading)) {
  return {name, KpiType::kNumber, KpiUnit::kShare, words, read};
}
constexpr KpiColumn ratio_column(const char* name, const char* words, KpiValue (*read)(Reading)) {
  return {name, KpiType::kNumber, KpiUnit::kRatio, words, read};
}
constexpr KpiColumn time_column(const char* name, const char* words, KpiValue (*read)(Reading)) {
  return {name, KpiType::kInstant, KpiUnit::kTime, words, read};
}

constexpr Side kUs = Side::kUs, kThem = Side::kThem;

}  // namespace

constexpr std::array<KpiColumn, kKpiColumns> kRecordKpis = {{
    count_column("emails_sent", "e-mails that we sent",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kEmail, Direction::kOutbound)); }),
    count_column("emails_received", "e-mails that they sent",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kEmail, Direction::kInbound)); }),
    count_column("meetings_sent", "meetings that we called",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kMeeting, Direction::kOutbound)); }),
    count_column("meetings_received", "meetings that they called",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kMeeting, Direction::kInbound)); }),
    count_column(
        "phone_calls_made", "phone calls that we made",
        [](Reading r) { return count(r.summaries.interactions.count(Kind::kPhoneCall, Direction::kOutbound)); }),
    count_column(
        "phone_calls_received", "phone calls that they made",
        [](Reading r) { return count(r.summaries.interactions.count(Kind::kPhoneCall, Direction::kInbound)); }),
    count_column("tasks_completed", "tasks completed",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kTask)); }),
    count_column("other_activities", "activities of other kinds",
                 [](Reading r) { return count(r.summaries.interactions.count(Kind::kOther)); }),
    count_column("activities", "completed activities of all kinds",
                 [](Reading r) { return count(r.summaries.interactions.activities()); }),
    count_column("activities_by_us", "activities that we started",
                 [](Reading r) { return count(r.summaries.interactions.activities_by(kUs)); }),
    count_column("activities_by_them", "activities that they started",
                 [](Reading r) { return count(r.summaries.interactions.activities_by(kThem)); }),
    ratio_column("email_ratio_by_us", "e-mails sent / received; NULL where none was received",
                 [](Reading r) { return number(r.summaries.interactions.email_ratio(kUs)); }),
    ratio_column("email_ratio_by_them", "e-mails received / sent; NULL where none was sent",
                 [](Reading r) { return number(r.summaries.interactions.email_ratio(kThem)); }),
    hours_column("time_spent_by_us_hours", "hours that our people spent: meetings count once for each of ours in them",
                 [](Reading r) {
                   return hours(r, r.summaries.interactions.time_spent(kUs, r.settings.write, r.settings.read));
                 }),
    hours_column("time_spent_by_them_hours", "hours that their side spent: meetings count once",
                 [](Reading r) {
                   return hours(r, r.summaries.interactions.time_spent(kThem, r.settings.write, r.settings.read));
                 }),
    hours_column("face_time_hours", "hours of meetings and phone calls, each once",
                 [](Reading r) { return hours(r, r.summaries.interactions.face_time()); }),
    hours_column("avg_response_time_by_us_hours", "mean hours until we answered; NULL where we never did",
                 [](Reading r) { return hours(r.summaries.responses.response_times(kUs).mean()); }),
    hours_column("avg_response_time_by_them_hours", "mean hours until they answered; NULL where they never did",
                 [](Reading r) { return hours(r.summaries.responses.response_times(kThem).mean()); }),
    hours_column("median_response_time_by_us_hours", "median hours until we answered; NULL where we never did",
                 [](Reading r) { return hours(r, r.summaries.responses.percentile(kUs, 0.5)); }),
    hours_column("median_response_time_by_them_hours", "median hours until they answered; NULL where they never did",
                 [](Reading r) { return hours(r, r.summaries.responses.percentile(kThem, 0.5)); }),
    share_column("response_rate_by_us", "share 0..1 of their turns that we answered; NULL where there were none",
                 [](Reading r) { return number(r.summaries.responses.response_rate(kUs)); }),
    share_column("response_rate_by_them", "share 0..1 of our turns that they answered; NULL where there were none",
                 [](Reading r) { return number(r.summaries.responses.response_rate(kThem)); }),
    count_column("awaiting_us", "their turns that we have not answered",
                 [](Reading r) { return count(r.summaries.responses.awaiting(kUs)); }),
    count_column("awaiting_them", "our turns that they have not answered",
                 [](Reading r) { return count(r.summaries.responses.awaiting(kThem)); }),
    time_column("oldest_awaiting_us_since", "since when they have waited for our answer; NULL where nothing waits",
                [](Reading r) { return instant(r.summaries.responses.oldest_awaiting_since(kUs)); }),
    time_column("first_interaction_at", "first completed activity",
                [](Reading r) { return instant(r.summaries.interactions.first_interaction_at()); }),
    time_column("last_interaction_at", "last completed activity",
                [](Reading r) { return instant(r.summaries.interactions.last_interaction_at()); }),
    time_column("last_interaction_by_us_at", "last activity that we started",
                [](Reading r) { return instant(r.summaries.interactions.last_interaction_at(kUs)); }),
    time_column("last_interaction_by_them_at", "last activity that they started",
                [](Reading r) { return instant(r.summaries.interactions.last_interaction_at(kThem)); }),
    count_column("followed_emails", "completed e-mails that are followed (tracked)",
                 [](Reading r) { return count(r.summaries.engagement.followed_emails()); }),
    share_column("open_rate", "share 0..1 of followed e-mails that were opened; NULL without any",
                 [](Reading r) { return rate(r.summaries.engagement, Engagement::kOpen); }),
    share_column("link_click_rate", "share 0..1 of followed e-mails with a link clicked; NULL without any",
                 [](Reading r) { return rate(r.summaries.engagement, Engagement::kLinkClick); }),
    share_column("attachment_view_rate", "share 0..1 of followed e-mails with an attachment viewed; NULL without any",
                 [](Reading r) { return rate(r.summaries.engagement, Engagement::kAttachmentView); }),
    share_column("reply_rate", "share 0..1 of followed e-mails that were replied to; NULL without any",
                 [](Reading r) { return rate(r.summaries.engagement, Engagement::kReply); }),
    count_column("engaged_contacts", "people of theirs with at least one activity that they started",
                 [](Reading r) { return count(r.summaries.their_contacts.engaged_contacts()); }),
    hours_column("avg_first_response_time_by_us_hours",
                 "mean hours until we first answered in a conversation; NULL where we never did",
                 [](Reading r) { return hours(r.summaries.responses.first_response_times(kUs).mean()); }),
    hours_column("avg_first_response_time_by_them_hours",
                 "mean hours until they first answered in a conversation; NULL where they never did",
                 [](Reading r) { return hours(r.summaries.responses.first_response_times(kThem).mean()); }),
    hours_column("median_first_response_time_by_us_hours",
                 "median hours until we first answered in a conversation; NULL where we never did",
                 [](Reading r) { return hours(r.summaries.responses.first_response_times(kUs).percentile(0.5)); }),
    hours_column("median_first_response_time_by_them_hours",
                 "median hours until they first answered in a conversation; NULL where they never did",
                 [](Reading r) { return hours(r.summaries.responses.first_response_times(kThem).percentile(0.5)); }),
    count_column("lapsed_us", "their turns that we have not answered and whose conversation has ended",
                 [](Reading r) { return count(r.summaries.responses.lapsed(kUs)); }),
    count_column("lapsed_them", "our turns that they have not answered and whose conversation has ended",
                 [](Reading r) { return count(r.summaries.responses.lapsed(kThem)); }),
    count_column("unthreaded_emails", "e-mails without a thread, which no rate and no time of responses knows",
                 [](Reading r) { return count(r.summaries.responses.unthreaded()); }),
    count_column("activities_of_unknown_direction", "activities of which nobody knows who started them",
                 [](Reading r) {
                   const InteractionSummary& all = r.summaries.interactions;
                   return count(all.activities() - all.activities_by(kUs) - all.activities_by(kThem));
                 }),
}};

const char* sql_type(KpiType type) noexcept {
  switch (type) {
    case KpiType::kCount:
      return "bigint";
    case KpiType::kNumber:
      return "double precision";
    case KpiType::kInstant:
      return "timestamp with time zone";
  }
  return "";
}

const char* label(KpiUnit unit) noexcept {
  static constexpr const char* kLabels[] = {"count", "hours", "share", "ratio", "time"};
  return kLabels[static_cast<size_t>(unit)];
}

Status fill(const RecordSummaries& summaries, const KpiSettings& settings, KpiValue (&row)[kKpiColumns]) noexcept {
  KpiReading reading{summaries, settings, Status()};
  for (size_t i = 0; i < kKpiColumns; ++i) row[i] = kRecordKpis[i].read(reading);
  return reading.status;
}

}  // namespace relinsights
