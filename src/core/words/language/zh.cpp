// Chinese (Simplified). Sellers are 销售人员, the other side is 对方; e-mails are counted in 封,
// meetings and calls in 次.
#include "core/words/language.h"

namespace relinsights {
namespace {

using L = Label;
constexpr LabelTexts kTexts = labels({
    {L::summary, "总结"},
    {L::account, "客户"},
    {L::contact, "联系人"},
    {L::opportunity, "商机"},
    {L::lead, "潜在顾客"},
    {L::us, "销售人员"},
    {L::them, "对方"},
    {L::by_us, "通过我们"},
    {L::by_them, "通过他们"},
    {L::relationship_health, "关系运行状况"},
    {L::good, "良好"},
    {L::fair, "一般"},
    {L::poor, "较差"},
    {L::improving, "改善"},
    {L::steady, "稳定"},
    {L::declining, "下降"},
    {L::new_, "新建"},
    {L::not_enough_info, "信息不足"},
    {L::activity, "活动"},
    {L::recency, "新近度"},
    {L::engagement, "参与度"},
    {L::next_interaction, "下一次交互"},
    {L::last_interaction, "上一次交互"},
    {L::under_way, "进行中，开始于"},
    {L::none, "无"},
    {L::email, "电子邮件"},
    {L::meeting, "会议"},
    {L::phone_call, "电话联络"},
    {L::task, "任务"},
    {L::other, "其他活动"},
    {L::most_contacted, "最频繁被动联系人"},
    {L::most_contacted_by, "最频繁主动联系人"},
    {L::customer_interactions, "客户交互"},
    {L::emails_sent, "发送的电子邮件"},
    {L::emails_received, "接收的电子邮件"},
    {L::meetings_sent, "发送的会议"},
    {L::meetings_received, "接收的会议"},
    {L::phone_calls_made, "发起的电话联络"},
    {L::phone_calls_received, "收到的电话联络"},
    {L::tasks_completed, "完成的任务"},
    {L::other_activities, "其他活动"},
    {L::activities, "活动数"},
    {L::time_spent, "投入时间"},
    {L::response_time, "响应时间"},
    {L::first_response_time, "首次响应时间"},
    {L::average, "平均"},
    {L::awaiting, "等待回复"},
    {L::lapsed, "无回复而结束"},
    {L::response_rate, "响应率"},
    {L::email_ratio, "电子邮件发送/接收比率"},
    {L::email_engagement, "电子邮件参与度"},
    {L::followed_emails, "跟进的电子邮件"},
    {L::open_rate, "打开率"},
    {L::link_click_rate, "链接点击率"},
    {L::attachment_view_rate, "附件查看率"},
    {L::reply_rate, "回复率"},
    {L::relationship_activities, "关系活动"},
    {L::similar_won_deals, "相似的赢单交易"},
    {L::recent_won_deals, "最近的赢单交易"},
    {L::similarity, "相似度"},
    {L::comparison, "对比"},
    {L::same_age, "同期的相似赢单交易"},
    {L::this_deal, "此交易"},
    {L::difference, "差异"},
    {L::needs_attention, "需要关注"},
    {L::who_knows_whom, "谁认识谁"},
    {L::relationship_pipeline, "关系管道"},
    {L::estimated_close_date, "预计结束日期"},
    {L::estimated_value, "预计金额"},
    {L::owner, "负责人"},
    {L::refreshed_at, "上次更新"},
    {L::points, " 个百分点"},  // behind a difference of shares
    {L::of_us, "（销售人员）"},
    {L::of_them, "（对方）"},
    {L::colon, "："},
});

const char* record_word(RecordType type) {
  constexpr const char* kWords[] = {"客户", "联系人", "商机", "潜在顾客"};
  return kWords[static_cast<size_t>(type)];
}

// 身上 of whom, 上 of what.
const char* record_particle(RecordType type) { return type == RecordType::kOpportunity ? "上" : "身上"; }

const char* side_word(Side side) { return side == Side::kUs ? "销售人员" : "对方"; }

const char* deals_word(Deals deals) { return deals == Deals::kSimilar ? "相似的赢单交易" : "最近的赢单交易"; }

class Chinese final : public Language {
 public:
  std::string_view code() const noexcept override { return "zh"; }
  const LabelTexts& labels() const noexcept override { return kTexts; }

  void say(Text& out, const Length& length) const override {
    if (length.unit == Length::Unit::kUnderAMinute) return append_all(out, "不到 1 分钟");
    constexpr const char* kUnits[] = {"", " 分钟", " 小时", " 天"};
    append_tenths(out, length.tenths);
    append_all(out, kUnits[static_cast<size_t>(length.unit)]);
  }

  void say(Text& out, const Initiated& s) const override {
    const char* verb = s.kind == Kind::kEmail ? "发送了 " : "发起了 ";
    const char* measure = s.kind == Kind::kEmail ? " 封" : " 次";
    const char* thing = s.kind == Kind::kEmail ? "电子邮件" : s.kind == Kind::kMeeting ? "会议" : "电话联络";
    append_all(out, side_word(s.who), verb, s.count, measure, thing);
    if (s.more == s.count)
      return append_all(out, "，", side_word(other(s.who)), s.kind == Kind::kEmail ? "没有发送。" : "没有发起。");
    if (s.more == 0) return append_all(out, "，与", side_word(other(s.who)), "一样多。");
    append_all(out, "，比", side_word(other(s.who)), "多 ", s.more, measure, "。");
  }

  void say(Text& out, const Answered& s) const override {
    append_all(out, side_word(s.who), "的响应时间通常为");
    length(out, s.typical);
    if (!s.different) return append_all(out, "，与", side_word(other(s.who)), "相同。");
    append_all(out, "，比", side_word(other(s.who)), "短");
    length(out, s.less);
    append_all(out, "。");
  }

  void say(Text& out, const TimeSpent& s) const override {
    Side who = nothing(s.us) ? Side::kThem : Side::kUs;
    append_all(out, side_word(who), "在此", record_word(s.record), record_particle(s.record), "投入了");
    length(out, who == Side::kUs ? s.us : s.them);
    if (nothing(s.us) || nothing(s.them)) return append_all(out, "，", side_word(other(who)), "没有投入时间。");
    if (!s.different) return append_all(out, "，与对方投入的时间相同。");
    append_all(out, "，对方投入了");
    length(out, s.them);
    append_all(out, "。");
  }

  void say(Text& out, const Health& s) const override {
    constexpr const char* kGrades[] = {"良好", "一般", "较差"};
    constexpr const char* kTrends[] = {"正在改善", "保持稳定", "正在下降", "属于新建关系"};
    append_all(out, "关系运行状况", kGrades[static_cast<size_t>(s.grade)], "（", s.score, " 分），",
               kTrends[static_cast<size_t>(s.trend)], "。");
  }

  void say(Text& out, const Interaction& s) const override {
    constexpr const char* kKinds[] = {"电子邮件", "会议", "电话联络", "任务", "其他活动"};
    constexpr const char* kPlaces[] = {"上一次交互是 ", "下一次交互是 ", ""};
    append_all(out, kPlaces[static_cast<size_t>(s.place)]);
    append_year(out, s.at.year);
    append_all(out, " 年 ", s.at.month, " 月 ", s.at.day, " 日 ");
    append_two_digits(out, s.at.hour);
    append_all(out, ":");
    append_two_digits(out, s.at.minute);
    bool under_way = s.place == Interaction::Place::kUnderWay;
    append_all(out, under_way ? " 开始的" : " 的", kKinds[index(s.kind)], under_way ? "正在进行中。" : "。");
  }

  void say(Text& out, const Comparison& s) const override {
    // Medians are typical of the deals; what else is compared with is an average, and called so.
    if (s.what == Compared::kResponseTimeByUs)
      append_all(out, "与", deals_word(s.with), "相比，", subject(s.what), "通常");
    else
      append_all(out, subject(s.what), s.order == Order::kSame ? "与" : "比", deals_word(s.with), "的平均值");
    if (s.order == Order::kSame) return append_all(out, "相同。");
    bool less = s.order == Order::kLess;
    switch (s.what) {
      case Compared::kResponseTimeByUs:
        append_all(out, less ? "短" : "长");
        length(out, s.length);
        break;
      case Compared::kTimeSpentByUs:
        append_all(out, less ? "少" : "多");
        length(out, s.length);
        break;
      case Compared::kActivities:
        append_all(out, less ? "少 " : "多 ", s.count, " 项");
        break;
      case Compared::kResponseRateByThem:
      case Compared::kResponseRateByUs:
        append_all(out, less ? "低 " : "高 ", s.count, " 个百分点");
        break;
    }
    append_all(out, "。");
  }

  void say(Text& out, const SameAge& s) const override {
    append_all(out, "相似的赢单交易在与此交易同期时，活动数平均");
    if (s.order == Order::kSame) return append_all(out, "与此交易相同。");
    append_all(out, s.order == Order::kLess ? "少 " : "多 ", s.count, " 项。");
  }

  void say(Text& out, const Attention& s) const override {
    int64_t days = s.days == 0 ? 1 : s.days;
    switch (s.warning) {
      case Warning::kAwaitingOurReply:
        if (s.days == 0) return append_all(out, "对方从今天起等待销售人员的回复。");
        return append_all(out, "对方等待销售人员的回复已有 ", days, " 天。");
      case Warning::kNoReplyFromThem:
        return append_all(out, "对方已有 ", days, " 天没有回应。");
      case Warning::kGoingQuiet:
        return append_all(out, "已有 ", days, " 天没有联系，也没有安排任何活动。");
      case Warning::kNoNextStep:
        if (s.days == 0) return append_all(out, "没有安排下一步。");
        return append_all(out, "没有安排下一步，并且已有 ", days, " 天没有活动。");
      case Warning::kSingleThreaded:
        return append_all(out, days, " 天以来，主动联系的对方人员不超过一名。");
      case Warning::kDecliningHealth:
        return append_all(out, "关系运行状况已持续下降 ", days, " 天。");
      case Warning::kOverdue:
        return append_all(out, "预计结束日期已过去 ", days, " 天。");
      case Warning::kOneSided:
        return append_all(out, days, " 天以来，几乎没有由对方发起的活动。");
      case Warning::kBehindWonDeals:
        return append_all(out, "相似的赢单交易在同期的活动数超过此交易的两倍。");
    }
  }

 private:
  // Within a sentence a number stands off from the characters before it; 不到 does not.
  void length(Text& out, const Length& length) const {
    if (length.unit != Length::Unit::kUnderAMinute) append_all(out, " ");
    say(out, length);
  }

  static const char* subject(Compared what) {
    switch (what) {
      case Compared::kResponseTimeByUs:
        return "销售人员回复电子邮件的响应时间";
      case Compared::kTimeSpentByUs:
        return "销售人员的投入时间";
      case Compared::kActivities:
        return "活动数";
      case Compared::kResponseRateByThem:
        return "对方的响应率";
      case Compared::kResponseRateByUs:
        break;
    }
    return "销售人员的响应率";
  }
};

constinit Chinese chinese;
Registered registered(chinese);

}  // namespace
}  // namespace relinsights
