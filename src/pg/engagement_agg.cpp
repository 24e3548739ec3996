// engagement_agg and the accessors of engagement_summary: SPEC 3.8.
#include "core/families/engagement_summary.h"
#include "pg/summary_functions.h"

using relinsights::Engagement;
using relinsights::EngagementSummary;
using relinsights::kEngagements;
using relinsights::SelfAggregation;
using namespace relinsights::pg;

using EngagementAggregation = SelfAggregation<EngagementSummary>;

RELINSIGHTS_SUMMARY_TYPE(engagement_summary, EngagementSummary)
RELINSIGHTS_AGGREGATE(engagement_agg, EngagementAggregation)

// (opens, link_clicks, attachment_views, replies)
RELINSIGHTS_FUNCTION(engagement_agg_transition) {
  int32_t events[kEngagements];
  for (size_t i = 0; i < kEngagements; ++i) {
    int number = static_cast<int>(i) + 1;
    events[i] = PG_ARGISNULL(number) ? 0 : argument<int32_t>(fcinfo, number);
  }
  return transition<EngagementAggregation>(fcinfo, [&](auto& aggregation) { return aggregation.add(events); });
}

RELINSIGHTS_ACCESSOR(engagement_followed_emails, EngagementSummary, s.followed_emails())
RELINSIGHTS_ACCESSOR(engagement_opens, EngagementSummary, s.events(Engagement::kOpen))
RELINSIGHTS_ACCESSOR(engagement_link_clicks, EngagementSummary, s.events(Engagement::kLinkClick))
RELINSIGHTS_ACCESSOR(engagement_attachment_views, EngagementSummary, s.events(Engagement::kAttachmentView))
RELINSIGHTS_ACCESSOR(engagement_replies, EngagementSummary, s.events(Engagement::kReply))
RELINSIGHTS_ACCESSOR(engagement_open_rate, EngagementSummary, s.rate(Engagement::kOpen))
RELINSIGHTS_ACCESSOR(engagement_link_click_rate, EngagementSummary, s.rate(Engagement::kLinkClick))
RELINSIGHTS_ACCESSOR(engagement_attachment_view_rate, EngagementSummary, s.rate(Engagement::kAttachmentView))
RELINSIGHTS_ACCESSOR(engagement_reply_rate, EngagementSummary, s.rate(Engagement::kReply))
