#include "core/words/sentences.h"

#include <charconv>
#include <cmath>

namespace relinsights {
namespace {

// Reads the members of the facts; the first that makes no sense is kept.
class FactsReader {
 public:
  explicit FactsReader(JsonValue facts) noexcept : errors_("record facts"), object_("record facts", facts, errors_) {}

  std::optional<double> number(const char* name) noexcept { return number(name, object_.required(name)); }
  // Views of models made before 0.3.0 know no medians: then there is no sentence of them. Their means are not read, as
  // nobody is told of a mean what is said of a median.
  std::optional<double> number_since_0_3(const char* name) noexcept { return number(name, object_.optional(name)); }
  void leave_means() noexcept {
    for (const char* name : {"avg_response_time_by_us_hours", "avg_response_time_by_them_hours",
                             "avg_response_time_by_us_hours_difference"})
      object_.optional(name);
  }
  std::optional<double> number(const char* name, JsonValue value) noexcept {
    if (!value.present() || value.type() == JsonToken::Type::kNull) return {};
    double result = 0;
    std::string_view text = value.text();
    if (value.type() != JsonToken::Type::kNumber ||
        std::from_chars(text.data(), text.data() + text.size(), result).ptr != text.data() + text.size() ||
        !std::isfinite(result))
      errors_.add("\"%s\" must be a number", name);
    return result;
  }

  std::optional<int64_t> count(const char* name) noexcept {
    JsonValue value = object_.required(name);
    if (value.type() == JsonToken::Type::kNull) return {};
    return static_cast<int64_t>(value.number(name, errors_));
  }

  template <class Enum, size_t kCount>
  std::optional<Enum> label(const char* name, const char* const (&known)[kCount]) noexcept {
    return label<Enum>(name, known, object_.required(name));
  }
  template <class Enum, size_t kCount>
  std::optional<Enum> label_since_0_3(const char* name, const char* const (&known)[kCount]) noexcept {
    return label<Enum>(name, known, object_.optional(name));
  }
  template <class Enum, size_t kCount>
  std::optional<Enum> label(const char* name, const char* const (&known)[kCount], JsonValue value) noexcept {
    if (!value.present() || value.type() == JsonToken::Type::kNull) return {};
    for (size_t i = 0; i < kCount; ++i)
      if (value.type() == JsonToken::Type::kString && value.text() == known[i]) return static_cast<Enum>(i);
    errors_.add("\"%s\" is unknown", name);
    return {};
  }

  // "2026-07-03 14:00"
  std::optional<LocalTime> local_time(const char* name) noexcept {
    JsonValue value = object_.required(name);
    if (value.type() == JsonToken::Type::kNull) return {};
    LocalTime t;
    std::string_view text = value.text();
    const char* at = text.data();
    const char* end = at + text.size();
    bool good = value.type() == JsonToken::Type::kString;
    struct Part {
      int32_t* number;
      char after;
    };
    for (const Part& part : {Part{&t.year, '-'}, {&t.month, '-'}, {&t.day, ' '}, {&t.hour, ':'}, {&t.minute, '\0'}}) {
      auto [next, error] = std::from_chars(at, end, *part.number);
      good = good && error == std::errc() && (part.after == '\0' ? next == end : next != end && *next == part.after);
      if (!good) break;
      at = next + 1;
    }
    if (!good || t.month < 1 || t.month > 12) {
      errors_.add("\"%s\" is no local time", name);
      return {};
    }
    return t;
  }

  Status status() noexcept {
    object_.done();
    return errors_.status();
  }

 private:
  JsonErrors errors_;
  JsonObject object_;
};

std::optional<Interaction> last_interaction(FactsReader& in) noexcept {
  auto at = in.local_time("last_at");
  auto kind = in.label<Kind>("last_kind", kKindLabels);
  if (!at || !kind) return {};
  return Interaction{Interaction::Place::kLast, *kind, *at};
}

std::optional<Interaction> next_interaction(FactsReader& in) noexcept {
  auto at = in.local_time("next_at");
  auto kind = in.label<Kind>("next_kind", kKindLabels);
  constexpr const char* kStates[] = {"planned", "under_way"};
  enum class State : uint8_t { kPlanned, kUnderWay };
  auto state = in.label_since_0_3<State>("next_state", kStates);
  if (!at || !kind) return {};
  return Interaction{state == State::kUnderWay ? Interaction::Place::kUnderWay : Interaction::Place::kNext, *kind, *at};
}

void read_differences(FactsReader& in, RecordFacts::Differences& d) noexcept {
  constexpr const char* kDeals[] = {"similar", "recent"};
  auto with = in.label<Deals>("compared_with", kDeals);
  d.response_hours = in.number_since_0_3("median_response_time_by_us_hours_difference");
  d.hours_spent = in.number("time_spent_by_us_hours_difference");
  d.activities = in.number("activities_difference");
  d.response_rate[index(Side::kUs)] = in.number("response_rate_by_us_difference");
  d.response_rate[index(Side::kThem)] = in.number("response_rate_by_them_difference");
  d.activities_at_same_age = in.number_since_0_3("activities_at_same_age_difference");
  if (with)
    d.with = *with;
  else
    d = {};
}

// Appends to a fixed list.
class Sentences {
 public:
  explicit Sentences(Sentence (&list)[kMostSentences]) noexcept : list_(list) {}
  void add(const Sentence& sentence) noexcept { list_[size_++] = sentence; }
  size_t size() const noexcept { return size_; }

 private:
  Sentence (&list_)[kMostSentences];
  size_t size_ = 0;
};

void add_initiated(const RecordFacts& facts, Kind kind, Sentences& out) noexcept {
  auto us = facts.initiated[index(kind)][index(Side::kUs)], them = facts.initiated[index(kind)][index(Side::kThem)];
  if (!us || !them || (*us == 0 && *them == 0)) return;
  if (*us >= *them)
    out.add(Initiated{kind, Side::kUs, *us, *us - *them});
  else
    out.add(Initiated{kind, Side::kThem, *them, *them - *us});
}

void add_answered(const RecordFacts& facts, Sentences& out) noexcept {
  auto us = facts.response_hours[index(Side::kUs)], them = facts.response_hours[index(Side::kThem)];
  if (!us || !them) return;
  Length less = length_of(std::fabs(*us - *them));
  bool different = !negligible(less);
  Side who = !different || *us < *them ? Side::kUs : Side::kThem;
  out.add(Answered{who, length_of(who == Side::kUs ? *us : *them), less, different});
}

void add_time_spent(const RecordFacts& facts, Sentences& out) noexcept {
  auto us = facts.hours_spent[index(Side::kUs)], them = facts.hours_spent[index(Side::kThem)];
  if (!us || !them || (*us == 0 && *them == 0)) return;
  Length ours = length_of(*us, Length::Unit::kHours), theirs = length_of(*them, Length::Unit::kHours);
  out.add(TimeSpent{facts.record, ours, theirs, ours != theirs});
}

Order order_of(double difference, bool same) noexcept {
  return same ? Order::kSame : difference < 0 ? Order::kLess : Order::kMore;
}

void add_length(Compared what, Deals with, std::optional<double> hours, Length::Unit longest, Sentences& out) noexcept {
  if (!hours) return;
  Length length = length_of(std::fabs(*hours), longest);
  out.add(Comparison{what, with, order_of(*hours, negligible(length)), length, 0});
}

void add_count(Compared what, Deals with, std::optional<double> difference, double unit, Sentences& out) noexcept {
  if (!difference) return;
  int64_t count = whole(std::fabs(*difference) * unit);
  out.add(Comparison{what, with, order_of(*difference, count == 0), {}, count});
}

}  // namespace

Result<RecordFacts> read_facts(JsonValue facts_value) noexcept {
  FactsReader in(facts_value);
  RecordFacts facts;
  facts.record = in.label<RecordType>("record_type", kRecordTypeLabels).value_or(RecordType::kAccount);
  constexpr struct {
    Kind kind;
    Side side;
    const char* name;
  } kCounts[] = {
      {Kind::kEmail, Side::kUs, "emails_sent"},          {Kind::kEmail, Side::kThem, "emails_received"},
      {Kind::kMeeting, Side::kUs, "meetings_sent"},      {Kind::kMeeting, Side::kThem, "meetings_received"},
      {Kind::kPhoneCall, Side::kUs, "phone_calls_made"}, {Kind::kPhoneCall, Side::kThem, "phone_calls_received"}};
  for (const auto& c : kCounts) facts.initiated[index(c.kind)][index(c.side)] = in.count(c.name);
  facts.response_hours[index(Side::kUs)] = in.number_since_0_3("median_response_time_by_us_hours");
  facts.response_hours[index(Side::kThem)] = in.number_since_0_3("median_response_time_by_them_hours");
  facts.hours_spent[index(Side::kUs)] = in.number("time_spent_by_us_hours");
  facts.hours_spent[index(Side::kThem)] = in.number("time_spent_by_them_hours");
  auto score = in.count("score");
  auto grade = in.label<Grade>("grade", kGradeLabels);
  auto trend = in.label<Trend>("trend", kTrendLabels);
  if (score && grade && trend) facts.health = Health{*score, *grade, *trend};
  facts.next = next_interaction(in);
  facts.last = last_interaction(in);
  read_differences(in, facts.differences);
  in.leave_means();
  RELINSIGHTS_RETURN_IF_ERROR(in.status());
  return facts;
}

size_t choose_sentences(const RecordFacts& facts, Sentence (&sentences)[kMostSentences]) noexcept {
  Sentences out(sentences);
  for (Kind kind : {Kind::kMeeting, Kind::kEmail, Kind::kPhoneCall}) add_initiated(facts, kind, out);
  add_answered(facts, out);
  add_time_spent(facts, out);
  if (facts.health) out.add(*facts.health);
  if (facts.next) out.add(*facts.next);
  if (facts.last) out.add(*facts.last);
  const auto& d = facts.differences;
  add_length(Compared::kResponseTimeByUs, d.with, d.response_hours, Length::Unit::kDays, out);
  add_length(Compared::kTimeSpentByUs, d.with, d.hours_spent, Length::Unit::kHours, out);
  add_count(Compared::kActivities, d.with, d.activities, 1, out);
  add_count(Compared::kResponseRateByThem, d.with, d.response_rate[index(Side::kThem)], 100, out);
  add_count(Compared::kResponseRateByUs, d.with, d.response_rate[index(Side::kUs)], 100, out);
  if (d.activities_at_same_age) {
    int64_t count = whole(std::fabs(*d.activities_at_same_age));
    out.add(SameAge{order_of(-*d.activities_at_same_age, count == 0), count});  // said of the others
  }
  return out.size();
}

}  // namespace relinsights
