// Which sentences facts make, in which order; the page of a document.
#include "core/words/sentences.h"

#include <map>

#include "core/words/record_page.h"
#include "summary_checks.h"

namespace relinsights::test {
namespace {

using nlohmann::ordered_json;

ordered_json nothing() {
  return ordered_json::parse(R"({"record_type": "opportunity",
    "emails_sent": null, "emails_received": null, "meetings_sent": null, "meetings_received": null,
    "phone_calls_made": null, "phone_calls_received": null,
    "median_response_time_by_us_hours": null, "median_response_time_by_them_hours": null,
    "time_spent_by_us_hours": null, "time_spent_by_them_hours": null,
    "score": null, "grade": null, "trend": null, "next_at": null, "next_kind": null, "next_state": null, "last_at": null, "last_kind": null,
    "compared_with": null, "median_response_time_by_us_hours_difference": null, "time_spent_by_us_hours_difference": null,
    "activities_difference": null, "activities_at_same_age_difference": null, "response_rate_by_us_difference": null, "response_rate_by_them_difference": null})");
}

ordered_json with(std::initializer_list<std::pair<const char*, ordered_json>> members) {
  ordered_json facts = nothing();
  for (const auto& [name, value] : members) facts[name] = value;
  return facts;
}

std::vector<std::string> sentences(const ordered_json& json, const char* language = "en") {
  Tokens tokens(json.dump());
  Result<RecordFacts> facts = read_facts(tokens.value());
  EXPECT_TRUE(is_ok(facts.status));
  Sentence chosen[kMostSentences];
  size_t count = choose_sentences(facts.value, chosen);
  std::vector<std::string> said;
  for (size_t i = 0; i < count; ++i) {
    Text text(memory());
    say(*find_language(language), chosen[i], text);
    said.emplace_back(text);
  }
  return said;
}

using Said = std::vector<std::string>;

TEST(Sentences, NothingKnownMakesNoSentence) { EXPECT_EQ(sentences(nothing()), Said{}); }

TEST(Sentences, AllSentencesComeInOrderOfWeight) {
  EXPECT_EQ(sentences(with({{"emails_sent", 3},
                            {"emails_received", 4},
                            {"meetings_sent", 2},
                            {"meetings_received", 2},
                            {"phone_calls_made", 1},
                            {"phone_calls_received", 0},
                            {"median_response_time_by_us_hours", 1.5},
                            {"median_response_time_by_them_hours", 25.75},
                            {"time_spent_by_us_hours", 2.25},
                            {"time_spent_by_them_hours", 100},
                            {"score", 61},
                            {"grade", "good"},
                            {"trend", "steady"},
                            {"next_at", "2026-07-03 14:00"},
                            {"next_kind", "meeting"},
                            {"last_at", "2026-06-29 08:30"},
                            {"last_kind", "email"},
                            {"compared_with", "similar"},
                            {"median_response_time_by_us_hours_difference", -12.1},
                            {"time_spent_by_us_hours_difference", 0.5},
                            {"activities_difference", -3.4},
                            {"activities_at_same_age_difference", -12.4},
                            {"response_rate_by_us_difference", 0.004},
                            {"response_rate_by_them_difference", -0.125}})),
            (Said{"You started 2 meetings, as many as the customer.", "The customer sent 4 e-mails, 1 more than you.",
                  "You made 1 phone call, the customer none.",
                  "You typically answer e-mails in 1.5 hours, 24 hours faster than the customer.",
                  "You have spent 2.3 hours on this opportunity, the customer 100 hours.",
                  "Relationship health is good (61 of 100) and steady.",
                  "The next interaction is a meeting on 3 July 2026 at 14:00.",
                  "The last interaction was an e-mail on 29 June 2026 at 08:30.",
                  "You typically take 12 hours less to answer e-mails than in similar won deals.",
                  "You have spent 30 minutes more than in similar won deals on average.",
                  "There are 3 fewer activities than in similar won deals on average.",
                  "The customer's response rate is 13 percentage points lower than in similar won deals on average.",
                  "Your response rate is as high as in similar won deals on average.",
                  "When they were as old as this deal, similar won deals had 12 activities more on average."}));
}

TEST(Sentences, MeansOfOlderModelsAreNotToldAsMedians) {
  ordered_json facts = with({{"emails_sent", 2}, {"emails_received", 1}, {"compared_with", "similar"}});
  for (const char* name :
       {"response_time_by_us_hours", "response_time_by_them_hours", "response_time_by_us_hours_difference"}) {
    facts.erase(std::string("median_") + name);
    facts[std::string("avg_") + name] = 5;
  }
  facts.erase("next_state");
  facts.erase("activities_at_same_age_difference");
  EXPECT_EQ(sentences(facts), Said{"You sent 2 e-mails, 1 more than the customer."});
}

TEST(Sentences, ZeroOnBothSidesMakesNoSentence) {
  EXPECT_EQ(sentences(with({{"emails_sent", 0},
                            {"emails_received", 0},
                            {"time_spent_by_us_hours", 0},
                            {"time_spent_by_them_hours", 0}})),
            Said{});
  EXPECT_EQ(sentences(with({{"emails_sent", 0}, {"emails_received", 1}})),
            Said{"The customer sent 1 e-mail, you none."});
}

TEST(Sentences, HalfOfWhatASentenceNeedsMakesNone) {
  for (const char* name :
       {"emails_sent", "meetings_received", "phone_calls_made", "median_response_time_by_us_hours",
        "median_response_time_by_them_hours", "time_spent_by_us_hours", "score", "activities_difference"})
    EXPECT_EQ(sentences(with({{name, 5}})), Said{}) << name;
  EXPECT_EQ(sentences(with({{"score", 10}, {"grade", "poor"}})), Said{});
  EXPECT_EQ(sentences(with({{"next_at", "2026-07-03 14:00"}})), Said{});
  EXPECT_EQ(sentences(with({{"last_kind", "email"}})), Said{});
  EXPECT_EQ(sentences(with({{"compared_with", "recent"}})), Said{});
}

TEST(Sentences, EqualWithinHalfAMinuteIsAsFast) {
  auto answered = [](double us, double them) {
    return sentences(with({{"median_response_time_by_us_hours", us}, {"median_response_time_by_them_hours", them}}));
  };
  EXPECT_EQ(answered(2, 2), Said{"You typically answer e-mails in 2 hours, as fast as the customer."});
  EXPECT_EQ(answered(2, 2 - 0.4 / 60), Said{"You typically answer e-mails in 2 hours, as fast as the customer."});
  EXPECT_EQ(answered(2, 2 - 0.6 / 60),
            Said{"The customer typically answers e-mails in 2 hours, 1 minute faster than you."});
  EXPECT_EQ(answered(0.001, 1),
            Said{"You typically answer e-mails in less than a minute, 1 hour faster than the customer."});
}

TEST(Sentences, DifferencesAreTakenBeforeRounding) {
  // 10.4 and 12.4 round to 10 and 12; 10.4 and 12.6 differ by 2.2
  EXPECT_EQ(sentences(with({{"median_response_time_by_us_hours", 10.4}, {"median_response_time_by_them_hours", 12.6}})),
            Said{"You typically answer e-mails in 10 hours, 2.2 hours faster than the customer."});
}

TEST(Sentences, TimeSpentIsNeverToldInDays) {
  EXPECT_EQ(sentences(with({{"time_spent_by_us_hours", 480.2}, {"time_spent_by_them_hours", 480.4}})),
            Said{"You have spent 480 hours on this opportunity, as much as the customer."});
}

TEST(Sentences, RefusesFactsThatAreNone) {
  auto status = [](const std::string& json) {
    Tokens tokens(json);
    return read_facts(tokens.value()).status;
  };
  EXPECT_FALSE(status("{}").ok());
  EXPECT_FALSE(status("[]").ok());
  EXPECT_FALSE(status("3").ok());
  ordered_json more = nothing();
  more["surplus"] = 1;
  EXPECT_FALSE(status(more.dump()).ok());
  for (auto [name, value] : std::map<const char*, ordered_json>{{"record_type", "deal"},
                                                                {"grade", "great"},
                                                                {"next_kind", 4},
                                                                {"next_at", "soon"},
                                                                {"last_at", "2026-13-01 10:00"},
                                                                {"emails_sent", -1},
                                                                {"score", 1.5},
                                                                {"time_spent_by_us_hours", "5"}})
    EXPECT_FALSE(status(with({{name, value}}).dump()).ok()) << name;
}

// ---- page

std::string page_of(const std::string& json) {
  Tokens tokens(json);
  Text page(memory());
  Status status = write_page(tokens.value(), page);
  return status.ok() ? std::string(page) : std::string("error: ") + status.message();
}

TEST(RecordPage, AlignsWideCharactersByColumns) {
  EXPECT_EQ(
      page_of(
          R"({"label": "거래처", "record_id": "7", "name": "한빛\nDesk", "refreshed_label": "새로 고침", "refreshed_text": "2026-06-30 09:00",
                        "time_zone": "Asia/Seoul", "widgets": ["time_spent", "response_time", "unheard_of"],
                        "time_spent": {"label": "투자 시간", "us": {"label": "판매자", "text": "2시간"}, "them": {"label": "고객", "text": "1시간"}},
                        "response_time": {"label": "Response", "us": {"label": "Seller", "text": null}, "them": {"label": "C", "text": "1 h"}}})"),
      "거래처 7 · 한빛 Desk\n"
      "══════════════════════════════════════════════════════════════════════════════\n"
      "새로 고침: 2026-06-30 09:00 Asia/Seoul\n"
      "\n"
      "투자 시간                   판매자      2시간       고객        1시간\n"
      "Response                    Seller      –           C           1 h");
}

TEST(RecordPage, BarsAndSparklinesAreInProportion) {
  std::string page = page_of(
      R"({"label": "Account", "record_id": "7", "widgets": ["most_contacted", "relationship_activities"],
    "most_contacted": {"label": "Most", "people": [{"party_id": "ann", "interactions": 8}, {"party_id": "bo", "interactions": 3}]},
    "relationship_activities": {"label": "Days", "from": "a", "until": "b", "days": 4, "series": [
      {"label": "Sent", "total": 11, "values": [0, 1, 3, 7]}, {"label": "Received", "total": 0, "values": [0, 0, 0, 0]}]}})");
  EXPECT_NE(page.find("  ann  ████████████████████     8\n"), std::string::npos) << page;
  EXPECT_NE(page.find("  bo   ███████▌                 3\n"), std::string::npos) << page;
  EXPECT_NE(page.find("  Sent      ▁▂▄█    11\n"), std::string::npos) << page;
  EXPECT_NE(page.find("  Received  ▁▁▁▁     0"), std::string::npos) << page;
}

TEST(RecordPage, SurvivesAnyDocument) {
  EXPECT_EQ(page_of("[]"), "error: a page needs a document of relinsights.insights()");
  EXPECT_EQ(page_of("{}"), "error: a page needs a document of relinsights.insights()");
  // every widget asked for, each a value of a wrong kind
  for (const char* wrong :
       {"null", "3", "\"x\"", "[]", "{}", "[{}]",
        R"({"people": 3, "series": [{}], "days": 1e300, "sentences": [3, {}], "kpis": [{}], "deals": [[]]})"}) {
    std::string names, members;
    for (const char* name :
         {"summary", "relationship_health", "next_interaction", "most_contacted", "customer_interactions", "time_spent",
          "email_engagement", "relationship_activities", "similar_won_deals", "comparison"}) {
      names += std::string(names.empty() ? "" : ",") + '"' + name + '"';
      members += std::string(",\"") + name + "\":" + wrong;
    }
    EXPECT_FALSE(page_of("{\"widgets\":[" + names + "]" + members + "}").starts_with("error")) << wrong;
  }
}

}  // namespace
}  // namespace relinsights::test
