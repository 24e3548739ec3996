// Every sentence of every language, word by word; lengths of time; terminal columns.
#include "core/words/language.h"

#include <set>

#include "core/words/display_width.h"
#include "core/words/sentences.h"
#include "summary_checks.h"

namespace relinsights::test {
namespace {

using Unit = Length::Unit;
constexpr Length kUnder{Unit::kUnderAMinute, 0}, kMinute{Unit::kMinutes, 10}, kHour{Unit::kHours, 10},
    kDay{Unit::kDays, 10};
constexpr Length kTwoHours{Unit::kHours, 20}, kSomeHours{Unit::kHours, 14}, kThreeDays{Unit::kDays, 30};

std::string said(const char* code, const auto& what) {
  const Language* language = find_language(code);
  if (language == nullptr) return "unknown language";
  Text text(memory());
  language->say(text, what);
  return {text.data(), text.size()};
}

// One thing to say, and how each language says it.
template <class What>
void expect_said(const What& what, const char* en, const char* ko, const char* zh) {
  EXPECT_EQ(said("en", what), en);
  EXPECT_EQ(said("ko", what), ko);
  EXPECT_EQ(said("zh", what), zh);
}

TEST(Language, AreKnownInTheOrderOfTheirCodes) {
  std::vector<std::string> codes;
  for (const Registered* r = languages(); r != nullptr; r = r->next) codes.emplace_back(r->language.code());
  EXPECT_EQ(codes, (std::vector<std::string>{"en", "ko", "zh"}));
  EXPECT_EQ(find_language("EN"), nullptr);
  EXPECT_EQ(find_language(""), nullptr);
  EXPECT_STREQ(unknown_language("fr").message(), "unknown language \"fr\"");
  EXPECT_STREQ(unknown_language("fr").hint_text(), "Known languages: en, ko, zh.");
}

TEST(Language, HasTheTermsOfTheSpecification) {
  const struct {
    Label label;
    const char *ko, *zh;
  } kTerms[] = {{Label::summary, "요약", "总结"},
                {Label::most_contacted, "가장 많이 연락한 고객", "最频繁被动联系人"},
                {Label::most_contacted_by, "가장 많이 연락한 판매자", "最频繁主动联系人"},
                {Label::customer_interactions, "고객 상호 작용", "客户交互"},
                {Label::email_engagement, "이메일 참여", "电子邮件参与度"},
                {Label::email_ratio, "이메일 보낸/받은 비율", "电子邮件发送/接收比率"},
                {Label::by_us, "판매자 기준", "通过我们"},
                {Label::by_them, "고객 기준", "通过他们"},
                {Label::relationship_activities, "관계 활동", "关系活动"},
                {Label::emails_received, "수신 이메일", "接收的电子邮件"},
                {Label::emails_sent, "송신 이메일", "发送的电子邮件"},
                {Label::meetings_sent, "보낸 회의", "发送的会议"},
                {Label::meetings_received, "받은 회의", "接收的会议"},
                {Label::phone_calls_made, "발신 통화", "发起的电话联络"},
                {Label::phone_calls_received, "수신 통화", "收到的电话联络"},
                {Label::relationship_health, "관계 상태", "关系运行状况"},
                {Label::good, "양호", "良好"},
                {Label::fair, "보통", "一般"},
                {Label::poor, "나쁨", "较差"},
                {Label::improving, "개선", "改善"},
                {Label::steady, "유지", "稳定"},
                {Label::declining, "하락", "下降"},
                {Label::next_interaction, "다음 상호 작용", "下一次交互"},
                {Label::last_interaction, "마지막 상호 작용", "上一次交互"},
                {Label::time_spent, "투자 시간", "投入时间"},
                {Label::response_time, "응답 시간", "响应时间"},
                {Label::response_rate, "응답 비율", "响应率"},
                {Label::similar_won_deals, "유사한 수주 거래", "相似的赢单交易"},
                {Label::activities, "활동 수", "活动数"},
                {Label::account, "거래처", "客户"},
                {Label::contact, "연락처", "联系人"},
                {Label::opportunity, "영업 기회", "商机"},
                {Label::lead, "잠재 고객", "潜在顾客"},
                {Label::us, "판매자", "销售人员"},
                {Label::them, "고객", "对方"},
                {Label::new_, "신규", "新建"},
                {Label::refreshed_at, "마지막 업데이트", "上次更新"},
                {Label::followed_emails, "팔로우된 이메일", "跟进的电子邮件"},
                {Label::recency, "최신성", "新近度"},
                {Label::same_age, "같은 시점의 유사한 수주 거래", "同期的相似赢单交易"},
                {Label::needs_attention, "주의 필요", "需要关注"},
                {Label::who_knows_whom, "인맥 정보", "谁认识谁"},
                {Label::relationship_pipeline, "관계 파이프라인", "关系管道"}};
  for (const auto& term : kTerms) {
    EXPECT_STREQ(find_language("ko")->label(term.label), term.ko);
    EXPECT_STREQ(find_language("zh")->label(term.label), term.zh);
  }
  EXPECT_STREQ(find_language("en")->label(Label::email_ratio), "E-mail sent/received ratio");
  EXPECT_EQ(kLabelNames[static_cast<size_t>(Label::new_)], "new");
  EXPECT_EQ(kLabelNames[static_cast<size_t>(Label::needs_attention)], "needs_attention");
}

TEST(Language, LengthsHaveTheirUnitsAndNumbers) {
  expect_said(Length{}, "0 minutes", "0분", "0 分钟");
  expect_said(kUnder, "less than a minute", "1분 미만", "不到 1 分钟");
  expect_said(kMinute, "1 minute", "1분", "1 分钟");
  expect_said(Length{Unit::kMinutes, 590}, "59 minutes", "59분", "59 分钟");
  expect_said(kHour, "1 hour", "1시간", "1 小时");
  expect_said(Length{Unit::kHours, 11}, "1.1 hours", "1.1시간", "1.1 小时");
  expect_said(Length{Unit::kHours, 120}, "12 hours", "12시간", "12 小时");
  expect_said(kDay, "1 day", "1일", "1 天");
  expect_said(kThreeDays, "3 days", "3일", "3 天");
}

TEST(Language, LengthsRoundHalvesUp) {
  EXPECT_EQ(length_of(0), Length{});
  EXPECT_EQ(length_of(0.49 / 60), kUnder);
  EXPECT_EQ(length_of(1e-300), kUnder);
  EXPECT_TRUE(negligible(kUnder) && negligible(Length{}) && !negligible(kMinute));
  EXPECT_EQ(length_of(0.5 / 60), kMinute);
  EXPECT_EQ(length_of(59.4 / 60), (Length{Unit::kMinutes, 590}));
  EXPECT_EQ(length_of(59.6 / 60), kHour);
  EXPECT_EQ(length_of(1.25), (Length{Unit::kHours, 13}));
  EXPECT_EQ(length_of(9.94), (Length{Unit::kHours, 99}));
  EXPECT_EQ(length_of(9.96), (Length{Unit::kHours, 100}));
  EXPECT_EQ(length_of(12.4), (Length{Unit::kHours, 120}));
  EXPECT_EQ(length_of(47.4), (Length{Unit::kHours, 470}));
  EXPECT_EQ(length_of(47.6), (Length{Unit::kDays, 20}));
  EXPECT_EQ(length_of(60), (Length{Unit::kDays, 25}));
  EXPECT_EQ(length_of(238), (Length{Unit::kDays, 99}));
  EXPECT_EQ(length_of(239), (Length{Unit::kDays, 100}));
  EXPECT_EQ(length_of(1000, Unit::kHours), (Length{Unit::kHours, 10000}));
  EXPECT_EQ(length_of(1e300), (Length{Unit::kDays, whole(1e300) * 10}));
}

TEST(Language, SaysWhoStartsMore) {
  expect_said(Initiated{Kind::kMeeting, Side::kUs, 5, 3}, "You started 5 meetings, 3 more than the customer.",
              "판매자가 시작한 회의는 5회로 고객보다 3회 많습니다.", "销售人员发起了 5 次会议，比对方多 3 次。");
  expect_said(Initiated{Kind::kMeeting, Side::kThem, 2, 1}, "The customer started 2 meetings, 1 more than you.",
              "고객이 시작한 회의는 2회로 판매자보다 1회 많습니다.", "对方发起了 2 次会议，比销售人员多 1 次。");
  expect_said(Initiated{Kind::kMeeting, Side::kUs, 4, 0}, "You started 4 meetings, as many as the customer.",
              "판매자가 시작한 회의는 4회로 고객과 같습니다.", "销售人员发起了 4 次会议，与对方一样多。");
  expect_said(Initiated{Kind::kEmail, Side::kUs, 1234, 1212}, "You sent 1,234 e-mails, 1,212 more than the customer.",
              "판매자가 보낸 이메일은 1,234건으로 고객보다 1,212건 많습니다.",
              "销售人员发送了 1,234 封电子邮件，比对方多 1,212 封。");
  expect_said(Initiated{Kind::kEmail, Side::kThem, 2, 1}, "The customer sent 2 e-mails, 1 more than you.",
              "고객이 보낸 이메일은 2건으로 판매자보다 1건 많습니다.", "对方发送了 2 封电子邮件，比销售人员多 1 封。");
  expect_said(Initiated{Kind::kEmail, Side::kUs, 1, 0}, "You sent 1 e-mail, as many as the customer.",
              "판매자가 보낸 이메일은 1건으로 고객과 같습니다.", "销售人员发送了 1 封电子邮件，与对方一样多。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kUs, 2, 1}, "You made 2 phone calls, 1 more than the customer.",
              "판매자가 시작한 통화는 2회로 고객보다 1회 많습니다.", "销售人员发起了 2 次电话联络，比对方多 1 次。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kThem, 7, 5}, "The customer made 7 phone calls, 5 more than you.",
              "고객이 시작한 통화는 7회로 판매자보다 5회 많습니다.", "对方发起了 7 次电话联络，比销售人员多 5 次。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kUs, 1, 0}, "You made 1 phone call, as many as the customer.",
              "판매자가 시작한 통화는 1회로 고객과 같습니다.", "销售人员发起了 1 次电话联络，与对方一样多。");
}

TEST(Language, SaysThatOneSideStartsNone) {
  expect_said(Initiated{Kind::kMeeting, Side::kUs, 2, 2}, "You started 2 meetings, the customer none.",
              "판매자가 시작한 회의는 2회이며, 고객이 시작한 회의는 없습니다.",
              "销售人员发起了 2 次会议，对方没有发起。");
  expect_said(Initiated{Kind::kMeeting, Side::kThem, 1, 1}, "The customer started 1 meeting, you none.",
              "고객이 시작한 회의는 1회이며, 판매자가 시작한 회의는 없습니다.",
              "对方发起了 1 次会议，销售人员没有发起。");
  expect_said(Initiated{Kind::kEmail, Side::kUs, 30, 30}, "You sent 30 e-mails, the customer none.",
              "판매자가 보낸 이메일은 30건이며, 고객이 보낸 이메일은 없습니다.",
              "销售人员发送了 30 封电子邮件，对方没有发送。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kThem, 3, 3}, "The customer made 3 phone calls, you none.",
              "고객이 시작한 통화는 3회이며, 판매자가 시작한 통화는 없습니다.",
              "对方发起了 3 次电话联络，销售人员没有发起。");
}

TEST(Language, SaysWhoTypicallyAnswersFaster) {
  expect_said(Answered{Side::kUs, kTwoHours, kThreeDays, true},
              "You typically answer e-mails in 2 hours, 3 days faster than the customer.",
              "판매자의 응답 시간은 보통 2시간으로 고객보다 3일 짧습니다.",
              "销售人员的响应时间通常为 2 小时，比对方短 3 天。");
  expect_said(Answered{Side::kThem, kThreeDays, kMinute, true},
              "The customer typically answers e-mails in 3 days, 1 minute faster than you.",
              "고객의 응답 시간은 보통 3일로 판매자보다 1분 짧습니다.",
              "对方的响应时间通常为 3 天，比销售人员短 1 分钟。");
  expect_said(Answered{Side::kUs, kMinute, {}, false},
              "You typically answer e-mails in 1 minute, as fast as the customer.",
              "판매자의 응답 시간은 보통 1분으로 고객과 같습니다.", "销售人员的响应时间通常为 1 分钟，与对方相同。");
  expect_said(Answered{Side::kThem, kUnder, kSomeHours, true},
              "The customer typically answers e-mails in less than a minute, 1.4 hours faster than you.",
              "고객의 응답 시간은 보통 1분 미만으로 판매자보다 1.4시간 짧습니다.",
              "对方的响应时间通常为不到 1 分钟，比销售人员短 1.4 小时。");
  expect_said(Answered{Side::kThem, kHour, {}, false},
              "The customer typically answers e-mails in 1 hour, as fast as you.",
              "고객의 응답 시간은 보통 1시간으로 판매자와 같습니다.", "对方的响应时间通常为 1 小时，与销售人员相同。");
}

TEST(Language, SaysTimeSpentOnEveryKindOfRecord) {
  expect_said(TimeSpent{RecordType::kOpportunity, kSomeHours, kHour, true},
              "You have spent 1.4 hours on this opportunity, the customer 1 hour.",
              "이 영업 기회에 판매자가 1.4시간을, 고객이 1시간을 투자했습니다.",
              "销售人员在此商机上投入了 1.4 小时，对方投入了 1 小时。");
  expect_said(TimeSpent{RecordType::kAccount, kMinute, kUnder, true},
              "You have spent 1 minute on this account, the customer less than a minute.",
              "이 거래처에게 판매자가 1분을, 고객이 1분 미만을 투자했습니다.",
              "销售人员在此客户身上投入了 1 分钟，对方投入了不到 1 分钟。");
  expect_said(TimeSpent{RecordType::kContact, kTwoHours, kTwoHours, false},
              "You have spent 2 hours on this contact, as much as the customer.",
              "이 연락처에게 판매자가 투자한 시간은 2시간으로 고객과 같습니다.",
              "销售人员在此联系人身上投入了 2 小时，与对方投入的时间相同。");
  expect_said(TimeSpent{RecordType::kLead, kUnder, kTwoHours, true},
              "You have spent less than a minute on this lead, the customer 2 hours.",
              "이 잠재 고객에게 판매자가 1분 미만을, 고객이 2시간을 투자했습니다.",
              "销售人员在此潜在顾客身上投入了不到 1 分钟，对方投入了 2 小时。");
  expect_said(TimeSpent{RecordType::kLead, kTwoHours, {}, true},
              "You have spent 2 hours on this lead, the customer none.",
              "이 잠재 고객에게 판매자가 2시간을 투자했으며, 고객이 투자한 시간은 없습니다.",
              "销售人员在此潜在顾客身上投入了 2 小时，对方没有投入时间。");
  expect_said(TimeSpent{RecordType::kOpportunity, {}, kHour, true},
              "The customer has spent 1 hour on this opportunity, you none.",
              "이 영업 기회에 고객이 1시간을 투자했으며, 판매자가 투자한 시간은 없습니다.",
              "对方在此商机上投入了 1 小时，销售人员没有投入时间。");
}

TEST(Language, SaysHealthAndTrend) {
  expect_said(Health{72, Grade::kGood, Trend::kImproving}, "Relationship health is good (72 of 100) and improving.",
              "관계 상태는 양호(72점)이며 개선되고 있습니다.", "关系运行状况良好（72 分），正在改善。");
  expect_said(Health{50, Grade::kFair, Trend::kSteady}, "Relationship health is fair (50 of 100) and steady.",
              "관계 상태는 보통(50점)이며 안정적으로 유지되고 있습니다.", "关系运行状况一般（50 分），保持稳定。");
  expect_said(Health{0, Grade::kPoor, Trend::kDeclining}, "Relationship health is poor (0 of 100) and declining.",
              "관계 상태는 나쁨(0점)이며 하락하고 있습니다.", "关系运行状况较差（0 分），正在下降。");
  expect_said(Health{67, Grade::kGood, Trend::kNew},
              "Relationship health is good (67 of 100); the relationship is new.",
              "관계 상태는 양호(67점)이며 신규 관계입니다.", "关系运行状况良好（67 分），属于新建关系。");
}

TEST(Language, SaysNextAndLastInteractionOfEveryKind) {
  constexpr LocalTime kAt{2026, 7, 3, 9, 5};
  constexpr auto kNext = Interaction::Place::kNext, kLast = Interaction::Place::kLast;
  constexpr auto kUnderWay = Interaction::Place::kUnderWay;
  expect_said(Interaction{kNext, Kind::kMeeting, kAt}, "The next interaction is a meeting on 3 July 2026 at 09:05.",
              "다음 상호 작용은 2026년 7월 3일 09:05 회의입니다.", "下一次交互是 2026 年 7 月 3 日 09:05 的会议。");
  expect_said(Interaction{kLast, Kind::kMeeting, kAt}, "The last interaction was a meeting on 3 July 2026 at 09:05.",
              "마지막 상호 작용은 2026년 7월 3일 09:05 회의였습니다.", "上一次交互是 2026 年 7 月 3 日 09:05 的会议。");
  expect_said(Interaction{kLast, Kind::kEmail, {2025, 12, 31, 23, 59}},
              "The last interaction was an e-mail on 31 December 2025 at 23:59.",
              "마지막 상호 작용은 2025년 12월 31일 23:59 이메일이었습니다.",
              "上一次交互是 2025 年 12 月 31 日 23:59 的电子邮件。");
  expect_said(Interaction{kNext, Kind::kPhoneCall, kAt},
              "The next interaction is a phone call on 3 July 2026 at 09:05.",
              "다음 상호 작용은 2026년 7월 3일 09:05 통화입니다.", "下一次交互是 2026 年 7 月 3 日 09:05 的电话联络。");
  expect_said(
      Interaction{kLast, Kind::kPhoneCall, kAt}, "The last interaction was a phone call on 3 July 2026 at 09:05.",
      "마지막 상호 작용은 2026년 7월 3일 09:05 통화였습니다.", "上一次交互是 2026 年 7 月 3 日 09:05 的电话联络。");
  expect_said(Interaction{kLast, Kind::kTask, kAt}, "The last interaction was a task on 3 July 2026 at 09:05.",
              "마지막 상호 작용은 2026년 7월 3일 09:05 작업이었습니다.",
              "上一次交互是 2026 年 7 月 3 日 09:05 的任务。");
  expect_said(
      Interaction{kNext, Kind::kOther, kAt}, "The next interaction is another activity on 3 July 2026 at 09:05.",
      "다음 상호 작용은 2026년 7월 3일 09:05 기타 활동입니다.", "下一次交互是 2026 年 7 月 3 日 09:05 的其他活动。");
  expect_said(Interaction{kUnderWay, Kind::kMeeting, kAt}, "Under way is a meeting, since 3 July 2026 at 09:05.",
              "2026년 7월 3일 09:05부터 회의가 진행 중입니다.", "2026 年 7 月 3 日 09:05 开始的会议正在进行中。");
  expect_said(Interaction{kUnderWay, Kind::kTask, kAt}, "Under way is a task, since 3 July 2026 at 09:05.",
              "2026년 7월 3일 09:05부터 작업이 진행 중입니다.", "2026 年 7 月 3 日 09:05 开始的任务正在进行中。");
}

TEST(Language, ComparesWithWonDeals) {
  auto compare = [](Compared what, Order order, Length length, int64_t count = 0, Deals with = Deals::kSimilar) {
    return Comparison{what, with, order, length, count};
  };
  constexpr Length kTwelve{Unit::kHours, 120};
  using C = Compared;
  expect_said(compare(C::kResponseTimeByUs, Order::kLess, kTwelve),
              "You typically take 12 hours less to answer e-mails than in similar won deals.",
              "이메일에 대한 판매자의 응답 시간은 보통 유사한 수주 거래보다 12시간 짧습니다.",
              "与相似的赢单交易相比，销售人员回复电子邮件的响应时间通常短 12 小时。");
  expect_said(compare(C::kResponseTimeByUs, Order::kMore, kHour, 0, Deals::kRecent),
              "You typically take 1 hour more to answer e-mails than in recently won deals.",
              "이메일에 대한 판매자의 응답 시간은 보통 최근 수주 거래보다 1시간 깁니다.",
              "与最近的赢单交易相比，销售人员回复电子邮件的响应时间通常长 1 小时。");
  expect_said(compare(C::kResponseTimeByUs, Order::kSame, {}),
              "You typically take as long to answer e-mails as in similar won deals.",
              "이메일에 대한 판매자의 응답 시간은 보통 유사한 수주 거래와 같습니다.",
              "与相似的赢单交易相比，销售人员回复电子邮件的响应时间通常相同。");
  expect_said(compare(C::kTimeSpentByUs, Order::kLess, kTwelve),
              "You have spent 12 hours less than in similar won deals on average.",
              "판매자의 투자 시간은 유사한 수주 거래의 평균보다 12시간 적습니다.",
              "销售人员的投入时间比相似的赢单交易的平均值少 12 小时。");
  expect_said(compare(C::kTimeSpentByUs, Order::kMore, kUnder),
              "You have spent less than a minute more than in similar won deals on average.",
              "판매자의 투자 시간은 유사한 수주 거래의 평균보다 1분 미만 많습니다.",
              "销售人员的投入时间比相似的赢单交易的平均值多不到 1 分钟。");
  expect_said(
      compare(C::kTimeSpentByUs, Order::kSame, {}), "You have spent as much time as in similar won deals on average.",
      "판매자의 투자 시간은 유사한 수주 거래의 평균과 같습니다.", "销售人员的投入时间与相似的赢单交易的平均值相同。");
  expect_said(compare(C::kActivities, Order::kLess, {}, 1),
              "There is 1 fewer activity than in similar won deals on average.",
              "활동 수는 유사한 수주 거래의 평균보다 1건 적습니다.", "活动数比相似的赢单交易的平均值少 1 项。");
  expect_said(compare(C::kActivities, Order::kMore, {}, 80, Deals::kRecent),
              "There are 80 more activities than in recently won deals on average.",
              "활동 수는 최근 수주 거래의 평균보다 80건 많습니다.", "活动数比最近的赢单交易的平均值多 80 项。");
  expect_said(compare(C::kActivities, Order::kSame, {}),
              "There are as many activities as in similar won deals on average.",
              "활동 수는 유사한 수주 거래의 평균과 같습니다.", "活动数与相似的赢单交易的平均值相同。");
  expect_said(compare(C::kResponseRateByThem, Order::kMore, {}, 12),
              "The customer's response rate is 12 percentage points higher than in similar won deals on average.",
              "고객의 응답 비율은 유사한 수주 거래의 평균보다 12%포인트 높습니다.",
              "对方的响应率比相似的赢单交易的平均值高 12 个百分点。");
  expect_said(compare(C::kResponseRateByUs, Order::kLess, {}, 1),
              "Your response rate is 1 percentage point lower than in similar won deals on average.",
              "판매자의 응답 비율은 유사한 수주 거래의 평균보다 1%포인트 낮습니다.",
              "销售人员的响应率比相似的赢单交易的平均值低 1 个百分点。");
  expect_said(compare(C::kResponseRateByUs, Order::kSame, {}),
              "Your response rate is as high as in similar won deals on average.",
              "판매자의 응답 비율은 유사한 수주 거래의 평균과 같습니다.",
              "销售人员的响应率与相似的赢单交易的平均值相同。");
}

TEST(Language, ComparesAtTheSameAge) {
  expect_said(SameAge{Order::kMore, 12},
              "When they were as old as this deal, similar won deals had 12 activities more on average.",
              "이 거래와 같은 시점에 유사한 수주 거래의 활동 수는 평균적으로 12건 더 많았습니다.",
              "相似的赢单交易在与此交易同期时，活动数平均多 12 项。");
  expect_said(SameAge{Order::kLess, 1},
              "When they were as old as this deal, similar won deals had 1 activity fewer on average.",
              "이 거래와 같은 시점에 유사한 수주 거래의 활동 수는 평균적으로 1건 더 적었습니다.",
              "相似的赢单交易在与此交易同期时，活动数平均少 1 项。");
  expect_said(SameAge{Order::kSame, 0},
              "When they were as old as this deal, similar won deals had as many activities on average.",
              "이 거래와 같은 시점에 유사한 수주 거래의 활동 수는 평균적으로 이 거래와 같았습니다.",
              "相似的赢单交易在与此交易同期时，活动数平均与此交易相同。");
}

TEST(Language, WarnsOfWhatNeedsAttention) {
  expect_said(Attention{Warning::kAwaitingOurReply, 3}, "The customer has been waiting for your answer for 3 days.",
              "고객이 3일째 판매자의 답변을 기다리고 있습니다.", "对方等待销售人员的回复已有 3 天。");
  expect_said(Attention{Warning::kAwaitingOurReply, 0}, "The customer has been waiting for your answer since today.",
              "고객이 오늘부터 판매자의 답변을 기다리고 있습니다.", "对方从今天起等待销售人员的回复。");
  expect_said(Attention{Warning::kNoReplyFromThem, 14}, "The customer has not reacted for 14 days.",
              "고객이 14일째 반응하지 않고 있습니다.", "对方已有 14 天没有回应。");
  expect_said(Attention{Warning::kGoingQuiet, 20}, "There has been no contact for 20 days, and nothing is planned.",
              "20일째 연락이 없고 예정된 활동도 없습니다.", "已有 20 天没有联系，也没有安排任何活动。");
  expect_said(Attention{Warning::kNoNextStep, 1}, "No next step is planned, and nothing has happened for 1 day.",
              "예정된 다음 단계가 없고 1일째 활동이 없습니다.", "没有安排下一步，并且已有 1 天没有活动。");
  expect_said(Attention{Warning::kNoNextStep, 0}, "No next step is planned.", "예정된 다음 단계가 없습니다.",
              "没有安排下一步。");
  expect_said(Attention{Warning::kSingleThreaded, 30},
              "In 30 days no more than one of the customer's people has started anything.",
              "30일 동안 먼저 연락한 고객 측 담당자가 한 명 이하입니다.", "30 天以来，主动联系的对方人员不超过一名。");
  expect_said(Attention{Warning::kDecliningHealth, 28}, "Relationship health has been declining for 28 days.",
              "관계 상태가 28일째 하락하고 있습니다.", "关系运行状况已持续下降 28 天。");
  expect_said(Attention{Warning::kOverdue, 5}, "The estimated close date passed 5 days ago.",
              "예상 마감일이 5일 지났습니다.", "预计结束日期已过去 5 天。");
  expect_said(Attention{Warning::kOneSided, 40}, "For 40 days hardly anything has come from the customer.",
              "40일 동안 고객이 먼저 시작한 활동이 거의 없습니다.", "40 天以来，几乎没有由对方发起的活动。");
  expect_said(Attention{Warning::kBehindWonDeals, 60},
              "Similar won deals had more than twice as many activities when they were as old as this deal.",
              "유사한 수주 거래는 같은 시점에 활동 수가 이 거래의 두 배를 넘었습니다.",
              "相似的赢单交易在同期的活动数超过此交易的两倍。");
}

// No word of one language in another, no sentence without its end, nothing left over of a number.
TEST(Language, EverySentenceOfEveryLanguageIsWhole) {
  std::vector<Sentence> all;
  for (Kind kind : {Kind::kEmail, Kind::kMeeting, Kind::kPhoneCall})
    for (Side side : {Side::kUs, Side::kThem})
      for (int64_t more : {0, 1, 2}) all.push_back(Initiated{kind, side, 2, more});
  for (Length length : {Length{}, kUnder, kMinute, kHour, kDay, kSomeHours}) {
    for (Side side : {Side::kUs, Side::kThem})
      for (bool different : {false, true}) all.push_back(Answered{side, length, length, different});
    for (size_t record = 0; record < kRecordTypes; ++record)
      for (bool different : {false, true})
        all.push_back(TimeSpent{static_cast<RecordType>(record), length, length, different});
    for (int what = 0; what < 5; ++what)
      for (Deals deals : {Deals::kSimilar, Deals::kRecent})
        for (Order order : {Order::kLess, Order::kSame, Order::kMore})
          all.push_back(Comparison{static_cast<Compared>(what), deals, order, length, 2});
  }
  for (int grade = 0; grade < 3; ++grade)
    for (int trend = 0; trend < 4; ++trend)
      all.push_back(Health{1, static_cast<Grade>(grade), static_cast<Trend>(trend)});
  for (size_t kind = 0; kind < kKinds; ++kind)
    for (auto place : {Interaction::Place::kLast, Interaction::Place::kNext, Interaction::Place::kUnderWay})
      for (int month = 1; month <= 12; ++month)
        all.push_back(Interaction{place, static_cast<Kind>(kind), {2026, month, 1, 0, 0}});
  for (Order order : {Order::kLess, Order::kSame, Order::kMore}) all.push_back(SameAge{order, 2});

  for (const Registered* r = languages(); r != nullptr; r = r->next) {
    std::string code(r->language.code());
    std::set<std::string> different;
    for (const Sentence& sentence : all) {
      Text text(memory());
      say(r->language, sentence, text);
      std::string s(text.data(), text.size());
      different.insert(s);
      EXPECT_TRUE(s.ends_with(code == "zh" ? "。" : ".")) << s;
      EXPECT_EQ(s.find("  "), std::string::npos) << s;
      bool latin =
          std::any_of(s.begin(), s.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
      EXPECT_EQ(latin, code == "en") << s;
    }
    for (size_t warning = 0; warning < kWarnings; ++warning) {
      Text text(memory());
      r->language.say(text, Attention{static_cast<Warning>(warning), 7});
      EXPECT_TRUE(different.insert(std::string(text)).second) << text;
    }
    // Lengths do not matter to the sentences of counts and rates, nor to those of equal times: the
    // rest differ.
    EXPECT_GT(different.size(), 250u) << code;
  }
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("E-mail"), 6u);
  EXPECT_EQ(display_width("관계 상태"), 9u);
  EXPECT_EQ(display_width("下一次交互，"), 12u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);  // e and a combining acute accent
  EXPECT_EQ(display_width("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"),
            2u);  // 한 in three conjoining letters
  EXPECT_EQ(display_width("😀"), 2u);
  EXPECT_EQ(display_width("█▏"), 2u);
  EXPECT_EQ(cut_to_width("관계 상태", 5), "관계 ");
  EXPECT_EQ(cut_to_width("관계", 3), "관");
  EXPECT_EQ(cut_to_width("e\xCC\x81x", 1), "e\xCC\x81");
  EXPECT_EQ(cut_to_width("\xEA\xB4", 9), "\xEA\xB4");  // cut bytes stay within bounds
}

}  // namespace
}  // namespace relinsights::test
