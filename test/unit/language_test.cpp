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
                {Label::most_contacted, "가장 많이 연락한 사람", "最频繁主动联系人"},
                {Label::most_contacted_by, "가장 많이 연락해 온 사람", "最频繁被动联系人"},
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
                {Label::phone_calls_made, "송신 통화", "发起的电话联络"},
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
                {Label::activities, "활동 수", "活动计数"},
                {Label::account, "거래처", "客户"},
                {Label::contact, "연락처", "联系人"},
                {Label::opportunity, "영업 기회", "商机"},
                {Label::lead, "잠재 고객", "潜在顾客"},
                {Label::us, "판매자", "销售人员"},
                {Label::them, "고객", "客户"}};
  for (const auto& term : kTerms) {
    EXPECT_STREQ(find_language("ko")->label(term.label), term.ko);
    EXPECT_STREQ(find_language("zh")->label(term.label), term.zh);
  }
  EXPECT_STREQ(find_language("en")->label(Label::email_ratio), "E-mail sent/received ratio");
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
              "판매자가 시작한 회의는 5회로 고객보다 3회 많습니다.", "销售人员发起了 5 次会议，比客户多 3 次。");
  expect_said(Initiated{Kind::kMeeting, Side::kThem, 1, 1}, "The customer started 1 meeting, 1 more than you.",
              "고객이 시작한 회의는 1회로 판매자보다 1회 많습니다.", "客户发起了 1 次会议，比销售人员多 1 次。");
  expect_said(Initiated{Kind::kMeeting, Side::kUs, 4, 0}, "You started 4 meetings, as many as the customer.",
              "판매자가 시작한 회의는 4회로 고객과 같습니다.", "销售人员发起了 4 次会议，与客户一样多。");
  expect_said(Initiated{Kind::kEmail, Side::kUs, 30, 12}, "You sent 30 e-mails, 12 more than the customer.",
              "판매자가 보낸 이메일은 30건으로 고객보다 12건 많습니다.",
              "销售人员发送了 30 封电子邮件，比客户多 12 封。");
  expect_said(Initiated{Kind::kEmail, Side::kThem, 1, 1}, "The customer sent 1 e-mail, 1 more than you.",
              "고객이 보낸 이메일은 1건으로 판매자보다 1건 많습니다.", "客户发送了 1 封电子邮件，比销售人员多 1 封。");
  expect_said(Initiated{Kind::kEmail, Side::kUs, 1, 0}, "You sent 1 e-mail, as many as the customer.",
              "판매자가 보낸 이메일은 1건으로 고객과 같습니다.", "销售人员发送了 1 封电子邮件，与客户一样多。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kUs, 2, 1}, "You made 2 phone calls, 1 more than the customer.",
              "판매자가 시작한 통화는 2회로 고객보다 1회 많습니다.", "销售人员发起了 2 次电话联络，比客户多 1 次。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kThem, 7, 5}, "The customer made 7 phone calls, 5 more than you.",
              "고객이 시작한 통화는 7회로 판매자보다 5회 많습니다.", "客户发起了 7 次电话联络，比销售人员多 5 次。");
  expect_said(Initiated{Kind::kPhoneCall, Side::kUs, 1, 0}, "You made 1 phone call, as many as the customer.",
              "판매자가 시작한 통화는 1회로 고객과 같습니다.", "销售人员发起了 1 次电话联络，与客户一样多。");
  // a side that is not first where both are equal is possible for a language, though never chosen
  expect_said(Initiated{Kind::kEmail, Side::kThem, 1, 0}, "The customer sent 1 e-mail, as many as you.",
              "고객이 보낸 이메일은 1건으로 판매자와 같습니다.", "客户发送了 1 封电子邮件，与销售人员一样多。");
}

TEST(Language, SaysWhoAnswersFaster) {
  expect_said(Answered{Side::kUs, kTwoHours, kThreeDays, true},
              "You answer e-mails in 2 hours on average, 3 days faster than the customer.",
              "판매자의 평균 응답 시간은 2시간으로 고객보다 3일 빠릅니다.",
              "销售人员的平均响应时间为 2 小时，比客户快 3 天。");
  expect_said(Answered{Side::kThem, kThreeDays, kMinute, true},
              "The customer answers e-mails in 3 days on average, 1 minute faster than you.",
              "고객의 평균 응답 시간은 3일로 판매자보다 1분 빠릅니다.",
              "客户的平均响应时间为 3 天，比销售人员快 1 分钟。");
  expect_said(Answered{Side::kUs, kMinute, {}, false},
              "You answer e-mails in 1 minute on average, as fast as the customer.",
              "판매자의 평균 응답 시간은 1분으로 고객과 같습니다.", "销售人员的平均响应时间为 1 分钟，与客户一样快。");
  expect_said(Answered{Side::kThem, kUnder, kSomeHours, true},
              "The customer answers e-mails in less than a minute on average, 1.4 hours faster than you.",
              "고객의 평균 응답 시간은 1분 미만으로 판매자보다 1.4시간 빠릅니다.",
              "客户的平均响应时间为不到 1 分钟，比销售人员快 1.4 小时。");
  expect_said(
      Answered{Side::kThem, kHour, {}, false}, "The customer answers e-mails in 1 hour on average, as fast as you.",
      "고객의 평균 응답 시간은 1시간으로 판매자와 같습니다.", "客户的平均响应时间为 1 小时，与销售人员一样快。");
}

TEST(Language, SaysTimeSpentOnEveryKindOfRecord) {
  expect_said(TimeSpent{RecordType::kOpportunity, kSomeHours, kHour, true},
              "You have spent 1.4 hours on this opportunity, the customer 1 hour.",
              "이 영업 기회에 판매자가 1.4시간을, 고객이 1시간을 투자했습니다.",
              "销售人员在此商机上投入了 1.4 小时，客户投入了 1 小时。");
  expect_said(TimeSpent{RecordType::kAccount, kMinute, kUnder, true},
              "You have spent 1 minute on this account, the customer less than a minute.",
              "이 거래처에 판매자가 1분을, 고객이 1분 미만을 투자했습니다.",
              "销售人员在此客户上投入了 1 分钟，对方投入了不到 1 分钟。");
  expect_said(TimeSpent{RecordType::kContact, kTwoHours, kTwoHours, false},
              "You have spent 2 hours on this contact, as much as the customer.",
              "이 연락처에 판매자가 투자한 시간은 2시간으로 고객과 같습니다.",
              "销售人员在此联系人上投入了 2 小时，与客户投入的时间相同。");
  expect_said(TimeSpent{RecordType::kAccount, kTwoHours, kTwoHours, false},
              "You have spent 2 hours on this account, as much as the customer.",
              "이 거래처에 판매자가 투자한 시간은 2시간으로 고객과 같습니다.",
              "销售人员在此客户上投入了 2 小时，与对方投入的时间相同。");
  expect_said(TimeSpent{RecordType::kLead, kUnder, kTwoHours, true},
              "You have spent less than a minute on this lead, the customer 2 hours.",
              "이 잠재 고객에 판매자가 1분 미만을, 고객이 2시간을 투자했습니다.",
              "销售人员在此潜在顾客上投入了不到 1 分钟，客户投入了 2 小时。");
}

TEST(Language, SaysHealthAndTrend) {
  expect_said(Health{72, Grade::kGood, Trend::kImproving}, "Relationship health is good (72 of 100) and improving.",
              "관계 상태는 양호(72점)이며 개선되고 있습니다.", "关系运行状况良好（72 分），正在改善。");
  expect_said(Health{50, Grade::kFair, Trend::kSteady}, "Relationship health is fair (50 of 100) and steady.",
              "관계 상태는 보통(50점)이며 유지되고 있습니다.", "关系运行状况一般（50 分），保持稳定。");
  expect_said(Health{0, Grade::kPoor, Trend::kDeclining}, "Relationship health is poor (0 of 100) and declining.",
              "관계 상태는 나쁨(0점)이며 하락하고 있습니다.", "关系运行状况较差（0 分），正在下降。");
}

TEST(Language, SaysNextAndLastInteractionOfEveryKind) {
  constexpr LocalTime kAt{2026, 7, 3, 9, 5};
  expect_said(Interaction{true, Kind::kMeeting, kAt}, "The next interaction is a meeting on 3 July 2026 at 09:05.",
              "다음 상호 작용은 2026년 7월 3일 09:05 회의입니다.", "下一次交互是 2026 年 7 月 3 日 09:05 的会议。");
  expect_said(Interaction{false, Kind::kMeeting, kAt}, "The last interaction was a meeting on 3 July 2026 at 09:05.",
              "마지막 상호 작용은 2026년 7월 3일 09:05 회의였습니다.", "上一次交互是 2026 年 7 月 3 日 09:05 的会议。");
  expect_said(Interaction{false, Kind::kEmail, {2025, 12, 31, 23, 59}},
              "The last interaction was an e-mail on 31 December 2025 at 23:59.",
              "마지막 상호 작용은 2025년 12월 31일 23:59 이메일이었습니다.",
              "上一次交互是 2025 年 12 月 31 日 23:59 的电子邮件。");
  expect_said(Interaction{true, Kind::kPhoneCall, kAt}, "The next interaction is a phone call on 3 July 2026 at 09:05.",
              "다음 상호 작용은 2026년 7월 3일 09:05 통화입니다.", "下一次交互是 2026 年 7 月 3 日 09:05 的电话联络。");
  expect_said(
      Interaction{false, Kind::kPhoneCall, kAt}, "The last interaction was a phone call on 3 July 2026 at 09:05.",
      "마지막 상호 작용은 2026년 7월 3일 09:05 통화였습니다.", "上一次交互是 2026 年 7 月 3 日 09:05 的电话联络。");
  expect_said(Interaction{false, Kind::kTask, kAt}, "The last interaction was a task on 3 July 2026 at 09:05.",
              "마지막 상호 작용은 2026년 7월 3일 09:05 작업이었습니다.",
              "上一次交互是 2026 年 7 月 3 日 09:05 的任务。");
  expect_said(Interaction{true, Kind::kOther, kAt}, "The next interaction is another activity on 3 July 2026 at 09:05.",
              "다음 상호 작용은 2026년 7월 3일 09:05 기타 활동입니다.",
              "下一次交互是 2026 年 7 月 3 日 09:05 的其他活动。");
}

TEST(Language, ComparesWithWonDeals) {
  auto compare = [](Compared what, Order order, Length length, int64_t count = 0, Deals with = Deals::kSimilar) {
    return Comparison{what, with, order, length, count};
  };
  constexpr Length kTwelve{Unit::kHours, 120};
  using C = Compared;
  expect_said(compare(C::kResponseTimeByUs, Order::kLess, kTwelve),
              "You take 12 hours less to answer e-mails than in similar won deals.",
              "이메일에 대한 판매자의 응답 시간이 유사한 수주 거래보다 12시간 짧습니다.",
              "与相似的赢单交易相比，销售人员回复电子邮件的响应时间短 12 小时。");
  expect_said(compare(C::kResponseTimeByUs, Order::kMore, kHour, 0, Deals::kRecent),
              "You take 1 hour more to answer e-mails than in recently won deals.",
              "이메일에 대한 판매자의 응답 시간이 최근 수주 거래보다 1시간 깁니다.",
              "与最近的赢单交易相比，销售人员回复电子邮件的响应时间长 1 小时。");
  expect_said(compare(C::kResponseTimeByUs, Order::kSame, {}),
              "You take as long to answer e-mails as in similar won deals.",
              "이메일에 대한 판매자의 응답 시간이 유사한 수주 거래와 같습니다.",
              "与相似的赢单交易相比，销售人员回复电子邮件的响应时间相同。");
  expect_said(compare(C::kTimeSpentByUs, Order::kLess, kTwelve),
              "You have spent 12 hours less than in similar won deals.",
              "판매자의 투자 시간이 유사한 수주 거래보다 12시간 적습니다.",
              "与相似的赢单交易相比，销售人员的投入时间少 12 小时。");
  expect_said(compare(C::kTimeSpentByUs, Order::kMore, kTwelve),
              "You have spent 12 hours more than in similar won deals.",
              "판매자의 투자 시간이 유사한 수주 거래보다 12시간 많습니다.",
              "与相似的赢单交易相比，销售人员的投入时间多 12 小时。");
  expect_said(compare(C::kTimeSpentByUs, Order::kSame, {}), "You have spent as much time as in similar won deals.",
              "판매자의 투자 시간이 유사한 수주 거래와 같습니다.", "与相似的赢单交易相比，销售人员的投入时间相同。");
  expect_said(compare(C::kActivities, Order::kLess, {}, 1), "There is 1 fewer activity than in similar won deals.",
              "활동 수가 유사한 수주 거래보다 1건 적습니다.", "与相似的赢单交易相比，活动计数少 1 次。");
  expect_said(compare(C::kActivities, Order::kMore, {}, 9, Deals::kRecent),
              "There are 9 more activities than in recently won deals.", "활동 수가 최근 수주 거래보다 9건 많습니다.",
              "与最近的赢单交易相比，活动计数多 9 次。");
  expect_said(compare(C::kActivities, Order::kSame, {}), "There are as many activities as in similar won deals.",
              "활동 수가 유사한 수주 거래와 같습니다.", "与相似的赢单交易相比，活动计数相同。");
  expect_said(compare(C::kResponseRateByThem, Order::kMore, {}, 12),
              "The customer's response rate is 12 percentage points higher than in similar won deals.",
              "고객의 응답 비율이 유사한 수주 거래보다 12%포인트 높습니다.",
              "与相似的赢单交易相比，客户的响应率高 12 个百分点。");
  expect_said(compare(C::kResponseRateByUs, Order::kLess, {}, 1),
              "Your response rate is 1 percentage point lower than in similar won deals.",
              "판매자의 응답 비율이 유사한 수주 거래보다 1%포인트 낮습니다.",
              "与相似的赢单交易相比，销售人员的响应率低 1 个百分点。");
  expect_said(compare(C::kResponseRateByUs, Order::kSame, {}), "Your response rate is as high as in similar won deals.",
              "판매자의 응답 비율이 유사한 수주 거래와 같습니다.", "与相似的赢单交易相比，销售人员的响应率相同。");
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
    for (int trend = 0; trend < 3; ++trend)
      all.push_back(Health{1, static_cast<Grade>(grade), static_cast<Trend>(trend)});
  for (size_t kind = 0; kind < kKinds; ++kind)
    for (bool next : {false, true})
      for (int month = 1; month <= 12; ++month)
        all.push_back(Interaction{next, static_cast<Kind>(kind), {2026, month, 1, 0, 0}});

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
