// English. "You" are the sellers together, "the customer" is the other side.
#include "core/words/language.h"

namespace relinsights {
namespace {

using L = Label;
constexpr LabelTexts kTexts = labels({
    {L::summary, "Summary"},
    {L::account, "Account"},
    {L::contact, "Contact"},
    {L::opportunity, "Opportunity"},
    {L::lead, "Lead"},
    {L::us, "Seller"},
    {L::them, "Customer"},
    {L::by_us, "By us"},
    {L::by_them, "By them"},
    {L::relationship_health, "Relationship health"},
    {L::good, "Good"},
    {L::fair, "Fair"},
    {L::poor, "Poor"},
    {L::improving, "Improving"},
    {L::steady, "Steady"},
    {L::declining, "Declining"},
    {L::new_, "New"},
    {L::not_enough_info, "Not enough information"},
    {L::activity, "Activity"},
    {L::recency, "Recency"},
    {L::engagement, "Engagement"},
    {L::next_interaction, "Next interaction"},
    {L::last_interaction, "Last interaction"},
    {L::under_way, "Under way since"},
    {L::none, "None"},
    {L::email, "E-mail"},
    {L::meeting, "Meeting"},
    {L::phone_call, "Phone call"},
    {L::task, "Task"},
    {L::other, "Other"},
    {L::most_contacted, "Most contacted"},
    {L::most_contacted_by, "Most contacted by"},
    {L::customer_interactions, "Customer interactions"},
    {L::emails_sent, "E-mails sent"},
    {L::emails_received, "E-mails received"},
    {L::meetings_sent, "Meetings sent"},
    {L::meetings_received, "Meetings received"},
    {L::phone_calls_made, "Phone calls made"},
    {L::phone_calls_received, "Phone calls received"},
    {L::tasks_completed, "Tasks completed"},
    {L::other_activities, "Other activities"},
    {L::activities, "Activity count"},
    {L::time_spent, "Time spent"},
    {L::response_time, "Response time"},
    {L::first_response_time, "First response time"},
    {L::average, "Average"},
    {L::awaiting, "Awaiting an answer"},
    {L::lapsed, "Lapsed"},
    {L::response_rate, "Response rate"},
    {L::email_ratio, "E-mail sent/received ratio"},
    {L::email_engagement, "E-mail engagement"},
    {L::followed_emails, "Followed e-mails"},
    {L::open_rate, "Opened"},
    {L::link_click_rate, "Link clicked"},
    {L::attachment_view_rate, "Attachment viewed"},
    {L::reply_rate, "Replied to"},
    {L::relationship_activities, "Relationship activities"},
    {L::similar_won_deals, "Similar won deals"},
    {L::recent_won_deals, "Recently won deals"},
    {L::similarity, "Similarity"},
    {L::comparison, "Comparison"},
    {L::same_age, "Similar won deals at the same age"},
    {L::this_deal, "This deal"},
    {L::difference, "Difference"},
    {L::needs_attention, "Needs attention"},
    {L::who_knows_whom, "Who knows whom"},
    {L::relationship_pipeline, "Relationship pipeline"},
    {L::estimated_close_date, "Estimated close date"},
    {L::estimated_value, "Estimated value"},
    {L::owner, "Owner"},
    {L::refreshed_at, "Last update"},
    {L::points, " points"},  // behind a difference of shares
    {L::of_us, " (Seller)"},
    {L::of_them, " (Customer)"},
    {L::colon, ": "},
});

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

// "1 meeting", "2 meetings"
void counted(Text& out, int64_t count, const char* one) { append_all(out, count, " ", one, count == 1 ? "" : "s"); }

const char* record_word(RecordType type) {
  constexpr const char* kWords[] = {"account", "contact", "opportunity", "lead"};
  return kWords[static_cast<size_t>(type)];
}

const char* deals_word(Deals deals) { return deals == Deals::kSimilar ? "similar won deals" : "recently won deals"; }

class English final : public Language {
 public:
  std::string_view code() const noexcept override { return "en"; }
  const LabelTexts& labels() const noexcept override { return kTexts; }

  void say(Text& out, const Length& length) const override {
    if (length.unit == Length::Unit::kUnderAMinute) return append_all(out, "less than a minute");
    constexpr const char* kUnits[] = {"", "minute", "hour", "day"};
    append_tenths(out, length.tenths);
    append_all(out, " ", kUnits[static_cast<size_t>(length.unit)], length.tenths == 10 ? "" : "s");
  }

  void say(Text& out, const Initiated& s) const override {
    bool us = s.who == Side::kUs;
    const char* verb = s.kind == Kind::kEmail ? "sent" : s.kind == Kind::kMeeting ? "started" : "made";
    const char* thing = s.kind == Kind::kEmail ? "e-mail" : s.kind == Kind::kMeeting ? "meeting" : "phone call";
    append_all(out, us ? "You" : "The customer", " ", verb, " ");
    counted(out, s.count, thing);
    if (s.more == s.count) return append_all(out, us ? ", the customer none." : ", you none.");
    if (s.more == 0)
      append_all(out, ", as many as ");
    else
      append_all(out, ", ", s.more, " more than ");
    append_all(out, us ? "the customer." : "you.");
  }

  void say(Text& out, const Answered& s) const override {
    bool us = s.who == Side::kUs;
    append_all(out, us ? "You typically answer e-mails in " : "The customer typically answers e-mails in ");
    say(out, s.typical);
    append_all(out, ", ");
    if (s.different) {
      say(out, s.less);
      append_all(out, " faster than ");
    } else {
      append_all(out, "as fast as ");
    }
    append_all(out, us ? "the customer." : "you.");
  }

  void say(Text& out, const TimeSpent& s) const override {
    if (nothing(s.us)) {
      append_all(out, "The customer has spent ");
      say(out, s.them);
      return append_all(out, " on this ", record_word(s.record), ", you none.");
    }
    append_all(out, "You have spent ");
    say(out, s.us);
    append_all(out, " on this ", record_word(s.record), ", ");
    if (nothing(s.them)) return append_all(out, "the customer none.");
    if (!s.different) return append_all(out, "as much as the customer.");
    append_all(out, "the customer ");
    say(out, s.them);
    append_all(out, ".");
  }

  void say(Text& out, const Health& s) const override {
    constexpr const char* kGrades[] = {"good", "fair", "poor"};
    constexpr const char* kTrends[] = {"improving", "steady", "declining"};
    append_all(out, "Relationship health is ", kGrades[static_cast<size_t>(s.grade)], " (", s.score, " of 100)");
    if (s.trend == Trend::kNew) return append_all(out, "; the relationship is new.");
    append_all(out, " and ", kTrends[static_cast<size_t>(s.trend)], ".");
  }

  void say(Text& out, const Interaction& s) const override {
    constexpr const char* kKinds[] = {"an e-mail", "a meeting", "a phone call", "a task", "another activity"};
    constexpr const char* kPlaces[] = {"The last interaction was ", "The next interaction is ", "Under way is "};
    append_all(out, kPlaces[static_cast<size_t>(s.place)], kKinds[index(s.kind)],
               s.place == Interaction::Place::kUnderWay ? ", since " : " on ", s.at.day, " ", kMonths[s.at.month - 1],
               " ");
    append_year(out, s.at.year);
    append_all(out, " at ");
    append_two_digits(out, s.at.hour);
    append_all(out, ":");
    append_two_digits(out, s.at.minute);
    append_all(out, ".");
  }

  void say(Text& out, const Comparison& s) const override {
    bool same = s.order == Order::kSame;
    const char* order = s.order == Order::kLess ? "less" : "more";
    switch (s.what) {
      case Compared::kResponseTimeByUs:
        append_all(out, "You typically take ");
        if (same) {
          append_all(out, "as long to answer e-mails as in ");
          break;
        }
        say(out, s.length);
        append_all(out, " ", order, " to answer e-mails than in ");
        break;
      case Compared::kTimeSpentByUs:
        append_all(out, "You have spent ");
        if (same) {
          append_all(out, "as much time as in ");
          break;
        }
        say(out, s.length);
        append_all(out, " ", order, " than in ");
        break;
      case Compared::kActivities:
        if (same) {
          append_all(out, "There are as many activities as in ");
          break;
        }
        append_all(out, s.count == 1 ? "There is " : "There are ", s.count,
                   s.order == Order::kLess ? " fewer activit" : " more activit", s.count == 1 ? "y" : "ies",
                   " than in ");
        break;
      case Compared::kResponseRateByThem:
      case Compared::kResponseRateByUs:
        append_all(
            out, s.what == Compared::kResponseRateByUs ? "Your response rate is " : "The customer's response rate is ");
        if (same) {
          append_all(out, "as high as in ");
          break;
        }
        counted(out, s.count, "percentage point");
        append_all(out, s.order == Order::kLess ? " lower than in " : " higher than in ");
        break;
    }
    append_all(out, deals_word(s.with), s.what == Compared::kResponseTimeByUs ? "." : " on average.");
  }

  void say(Text& out, const SameAge& s) const override {
    append_all(out, "When they were as old as this deal, similar won deals had ");
    if (s.order == Order::kSame) return append_all(out, "as many activities on average.");
    append_all(out, s.count, s.count == 1 ? " activity" : " activities", s.order == Order::kLess ? " fewer" : " more",
               " on average.");
  }

  void say(Text& out, const Attention& s) const override {
    auto days = [&] { counted(out, s.days == 0 ? 1 : s.days, "day"); };
    switch (s.warning) {
      case Warning::kAwaitingOurReply:
        append_all(out, "The customer has been waiting for your answer ");
        if (s.days == 0) return append_all(out, "since today.");
        append_all(out, "for ");
        days();
        break;
      case Warning::kNoReplyFromThem:
        append_all(out, "The customer has not reacted for ");
        days();
        break;
      case Warning::kGoingQuiet:
        append_all(out, "There has been no contact for ");
        days();
        append_all(out, ", and nothing is planned");
        break;
      case Warning::kNoNextStep:
        append_all(out, "No next step is planned");
        if (s.days == 0) break;
        append_all(out, ", and nothing has happened for ");
        days();
        break;
      case Warning::kSingleThreaded:
        append_all(out, "In ");
        days();
        append_all(out, " no more than one of the customer's people has started anything");
        break;
      case Warning::kDecliningHealth:
        append_all(out, "Relationship health has been declining for ");
        days();
        break;
      case Warning::kOverdue:
        append_all(out, "The estimated close date passed ");
        days();
        append_all(out, " ago");
        break;
      case Warning::kOneSided:
        append_all(out, "For ");
        days();
        append_all(out, " hardly anything has come from the customer");
        break;
      case Warning::kBehindWonDeals:
        append_all(out, "Similar won deals had more than twice as many activities when they were as old as this deal");
        break;
    }
    append_all(out, ".");
  }
};

constinit English english;
Registered registered(english);

}  // namespace
}  // namespace relinsights
