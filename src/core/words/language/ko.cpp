// Korean. Sellers are 판매자, the other side is 고객; e-mails are counted in 건, meetings and calls
// in 회.
#include "core/words/language.h"

namespace relinsights {
namespace {

using L = Label;
constexpr LabelTexts kTexts = labels({
    {L::summary, "요약"},
    {L::account, "거래처"},
    {L::contact, "연락처"},
    {L::opportunity, "영업 기회"},
    {L::lead, "잠재 고객"},
    {L::us, "판매자"},
    {L::them, "고객"},
    {L::by_us, "판매자 기준"},
    {L::by_them, "고객 기준"},
    {L::relationship_health, "관계 상태"},
    {L::good, "양호"},
    {L::fair, "보통"},
    {L::poor, "나쁨"},
    {L::improving, "개선"},
    {L::steady, "유지"},
    {L::declining, "하락"},
    {L::new_, "신규"},
    {L::not_enough_info, "정보 부족"},
    {L::activity, "활동"},
    {L::recency, "최신성"},
    {L::engagement, "참여"},
    {L::next_interaction, "다음 상호 작용"},
    {L::last_interaction, "마지막 상호 작용"},
    {L::under_way, "진행 중, 시작"},
    {L::none, "없음"},
    {L::email, "이메일"},
    {L::meeting, "회의"},
    {L::phone_call, "통화"},
    {L::task, "작업"},
    {L::other, "기타 활동"},
    {L::most_contacted, "가장 많이 연락한 고객"},
    {L::most_contacted_by, "가장 많이 연락한 판매자"},
    {L::customer_interactions, "고객 상호 작용"},
    {L::emails_sent, "송신 이메일"},
    {L::emails_received, "수신 이메일"},
    {L::meetings_sent, "보낸 회의"},
    {L::meetings_received, "받은 회의"},
    {L::phone_calls_made, "발신 통화"},
    {L::phone_calls_received, "수신 통화"},
    {L::tasks_completed, "완료한 작업"},
    {L::other_activities, "기타 활동"},
    {L::activities, "활동 수"},
    {L::time_spent, "투자 시간"},
    {L::response_time, "응답 시간"},
    {L::first_response_time, "첫 응답 시간"},
    {L::average, "평균"},
    {L::awaiting, "응답 대기"},
    {L::lapsed, "응답 없이 종료"},
    {L::response_rate, "응답 비율"},
    {L::email_ratio, "이메일 보낸/받은 비율"},
    {L::email_engagement, "이메일 참여"},
    {L::followed_emails, "팔로우된 이메일"},
    {L::open_rate, "열어 본 비율"},
    {L::link_click_rate, "링크를 클릭한 비율"},
    {L::attachment_view_rate, "첨부 파일을 본 비율"},
    {L::reply_rate, "회신한 비율"},
    {L::relationship_activities, "관계 활동"},
    {L::similar_won_deals, "유사한 수주 거래"},
    {L::recent_won_deals, "최근 수주 거래"},
    {L::similarity, "유사도"},
    {L::comparison, "비교"},
    {L::same_age, "같은 시점의 유사한 수주 거래"},
    {L::this_deal, "이 거래"},
    {L::difference, "차이"},
    {L::needs_attention, "주의 필요"},
    {L::who_knows_whom, "인맥 정보"},
    {L::relationship_pipeline, "관계 파이프라인"},
    {L::estimated_close_date, "예상 마감일"},
    {L::estimated_value, "예상 금액"},
    {L::owner, "담당자"},
    {L::refreshed_at, "마지막 업데이트"},
    {L::points, "%포인트"},  // behind a difference of shares
    {L::of_us, "(판매자)"},
    {L::of_them, "(고객)"},
    {L::colon, ": "},
});

// 으로 after a consonant other than ㄹ, 로 otherwise: by the last syllable of what was written.
const char* to_particle(const Text& text) {
  if (text.size() < 3) return "로";
  auto byte = [&](size_t from_end) { return static_cast<uint8_t>(text[text.size() - from_end]); };
  uint32_t syllable = (byte(3) & 0x0Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(1) & 0x3Fu);
  if ((byte(3) & 0xF0) != 0xE0 || syllable < 0xAC00 || syllable > 0xD7A3) return "로";
  uint32_t final_consonant = (syllable - 0xAC00) % 28;
  return final_consonant == 0 || final_consonant == 8 ? "로" : "으로";
}

const char* record_word(RecordType type) {
  constexpr const char* kWords[] = {"거래처", "연락처", "영업 기회", "잠재 고객"};
  return kWords[static_cast<size_t>(type)];
}

// 에게 of whom, 에 of what.
const char* record_particle(RecordType type) { return type == RecordType::kOpportunity ? "에 " : "에게 "; }

const char* side_word(Side side) { return side == Side::kUs ? "판매자" : "고객"; }

const char* deals_word(Deals deals) { return deals == Deals::kSimilar ? "유사한 수주 거래" : "최근 수주 거래"; }

class Korean final : public Language {
 public:
  std::string_view code() const noexcept override { return "ko"; }
  const LabelTexts& labels() const noexcept override { return kTexts; }

  void say(Text& out, const Length& length) const override {
    if (length.unit == Length::Unit::kUnderAMinute) return append_all(out, "1분 미만");
    constexpr const char* kUnits[] = {"", "분", "시간", "일"};
    append_tenths(out, length.tenths);
    append_all(out, kUnits[static_cast<size_t>(length.unit)]);
  }

  void say(Text& out, const Initiated& s) const override {
    bool us = s.who == Side::kUs;
    const char* counter = s.kind == Kind::kEmail ? "건" : "회";
    const char* thing = s.kind == Kind::kEmail     ? "보낸 이메일은 "
                        : s.kind == Kind::kMeeting ? "시작한 회의는 "
                                                   : "시작한 통화는 ";
    append_all(out, us ? "판매자가 " : "고객이 ", thing, s.count, counter);
    if (s.more == s.count)
      return append_all(out, "이며, ", us ? "고객이 " : "판매자가 ",
                        s.kind == Kind::kEmail     ? "보낸 이메일은"
                        : s.kind == Kind::kMeeting ? "시작한 회의는"
                                                   : "시작한 통화는",
                        " 없습니다.");
    append_all(out, to_particle(out), " ", side_word(other(s.who)));
    if (s.more == 0) return append_all(out, us ? "과 같습니다." : "와 같습니다.");
    append_all(out, "보다 ", s.more, counter, " 많습니다.");
  }

  void say(Text& out, const Answered& s) const override {
    bool us = s.who == Side::kUs;
    append_all(out, side_word(s.who), "의 응답 시간은 보통 ");
    say(out, s.typical);
    append_all(out, to_particle(out), " ", side_word(other(s.who)));
    if (!s.different) return append_all(out, us ? "과 같습니다." : "와 같습니다.");
    append_all(out, "보다 ");
    say(out, s.less);
    append_all(out, " 짧습니다.");
  }

  void say(Text& out, const TimeSpent& s) const override {
    append_all(out, "이 ", record_word(s.record), record_particle(s.record));
    if (nothing(s.us) || nothing(s.them)) {
      bool us = nothing(s.them);
      append_all(out, us ? "판매자가 " : "고객이 ");
      say(out, us ? s.us : s.them);
      return append_all(out, "을 투자했으며, ", us ? "고객이" : "판매자가", " 투자한 시간은 없습니다.");
    }
    append_all(out, "판매자가 ");
    if (!s.different) {
      append_all(out, "투자한 시간은 ");
      say(out, s.us);
      return append_all(out, to_particle(out), " 고객과 같습니다.");
    }
    // Every unit of time ends in a consonant: 분, 시간, 일, 미만.
    say(out, s.us);
    append_all(out, "을, 고객이 ");
    say(out, s.them);
    append_all(out, "을 투자했습니다.");
  }

  void say(Text& out, const Health& s) const override {
    constexpr const char* kGrades[] = {"양호", "보통", "나쁨"};
    constexpr const char* kTrends[] = {"개선되고 있습니다.", "안정적으로 유지되고 있습니다.", "하락하고 있습니다.",
                                       "신규 관계입니다."};
    append_all(out, "관계 상태는 ", kGrades[static_cast<size_t>(s.grade)], "(", s.score, "점)이며 ",
               kTrends[static_cast<size_t>(s.trend)]);
  }

  void say(Text& out, const Interaction& s) const override {
    constexpr const char* kKinds[] = {"이메일", "회의", "통화", "작업", "기타 활동"};
    bool under_way = s.place == Interaction::Place::kUnderWay, next = s.place == Interaction::Place::kNext;
    append_all(out, under_way ? "" : next ? "다음 상호 작용은 " : "마지막 상호 작용은 ");
    append_year(out, s.at.year);
    append_all(out, "년 ", s.at.month, "월 ", s.at.day, "일 ");
    append_two_digits(out, s.at.hour);
    append_all(out, ":");
    append_two_digits(out, s.at.minute);
    bool vowel = s.kind == Kind::kMeeting || s.kind == Kind::kPhoneCall;
    if (under_way) return append_all(out, "부터 ", kKinds[index(s.kind)], vowel ? "가" : "이", " 진행 중입니다.");
    append_all(out, " ", kKinds[index(s.kind)], next ? "입니다." : vowel ? "였습니다." : "이었습니다.");
  }

  void say(Text& out, const Comparison& s) const override {
    bool typical = s.what == Compared::kResponseTimeByUs;
    append_all(out, subject(s.what), deals_word(s.with), typical ? "" : "의 평균");
    if (s.order == Order::kSame) return append_all(out, typical ? "와 같습니다." : "과 같습니다.");
    append_all(out, "보다 ");
    bool less = s.order == Order::kLess;
    switch (s.what) {
      case Compared::kResponseTimeByUs:
        say(out, s.length);
        return append_all(out, less ? " 짧습니다." : " 깁니다.");
      case Compared::kTimeSpentByUs:
        say(out, s.length);
        return append_all(out, less ? " 적습니다." : " 많습니다.");
      case Compared::kActivities:
        return append_all(out, s.count, "건", less ? " 적습니다." : " 많습니다.");
      case Compared::kResponseRateByThem:
      case Compared::kResponseRateByUs:
        return append_all(out, s.count, "%포인트", less ? " 낮습니다." : " 높습니다.");
    }
  }

  void say(Text& out, const SameAge& s) const override {
    append_all(out, "이 거래와 같은 시점에 유사한 수주 거래의 활동 수는 평균적으로 ");
    if (s.order == Order::kSame) return append_all(out, "이 거래와 같았습니다.");
    append_all(out, s.count, "건 더 ", s.order == Order::kLess ? "적었습니다." : "많았습니다.");
  }

  void say(Text& out, const Attention& s) const override {
    int64_t days = s.days == 0 ? 1 : s.days;
    switch (s.warning) {
      case Warning::kAwaitingOurReply:
        if (s.days == 0) return append_all(out, "고객이 오늘부터 판매자의 답변을 기다리고 있습니다.");
        return append_all(out, "고객이 ", days, "일째 판매자의 답변을 기다리고 있습니다.");
      case Warning::kNoReplyFromThem:
        return append_all(out, "고객이 ", days, "일째 반응하지 않고 있습니다.");
      case Warning::kGoingQuiet:
        return append_all(out, days, "일째 연락이 없고 예정된 활동도 없습니다.");
      case Warning::kNoNextStep:
        if (s.days == 0) return append_all(out, "예정된 다음 단계가 없습니다.");
        return append_all(out, "예정된 다음 단계가 없고 ", days, "일째 활동이 없습니다.");
      case Warning::kSingleThreaded:
        return append_all(out, days, "일 동안 먼저 연락한 고객 측 담당자가 한 명 이하입니다.");
      case Warning::kDecliningHealth:
        return append_all(out, "관계 상태가 ", days, "일째 하락하고 있습니다.");
      case Warning::kOverdue:
        return append_all(out, "예상 마감일이 ", days, "일 지났습니다.");
      case Warning::kOneSided:
        return append_all(out, days, "일 동안 고객이 먼저 시작한 활동이 거의 없습니다.");
      case Warning::kBehindWonDeals:
        return append_all(out, "유사한 수주 거래는 같은 시점에 활동 수가 이 거래의 두 배를 넘었습니다.");
    }
  }

 private:
  static const char* subject(Compared what) {
    switch (what) {
      case Compared::kResponseTimeByUs:
        return "이메일에 대한 판매자의 응답 시간은 보통 ";
      case Compared::kTimeSpentByUs:
        return "판매자의 투자 시간은 ";
      case Compared::kActivities:
        return "활동 수는 ";
      case Compared::kResponseRateByThem:
        return "고객의 응답 비율은 ";
      case Compared::kResponseRateByUs:
        break;
    }
    return "판매자의 응답 비율은 ";
  }
};

constinit Korean korean;
Registered registered(korean);

}  // namespace
}  // namespace relinsights
