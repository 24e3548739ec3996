#include "core/words/record_page.h"

#include <charconv>
#include <cmath>
#include <vector>

#include "core/base/sparkline.h"
#include "core/words/display_width.h"

namespace relinsights {
namespace {

constexpr size_t kPageWidth = 78;
constexpr size_t kLabelWidth = 28;  // of lines that are a widget by themselves
constexpr size_t kBarWidth = 20;
constexpr size_t kMostSparks = 45;  // characters of a sparkline; beyond, one stands for several days
constexpr const char* kUnknown = "–";

JsonValue member(JsonValue object, std::string_view name) noexcept {
  JsonValue found;
  JsonErrors errors("insights");
  if (object.type() == JsonToken::Type::kObject)
    object.for_each_member("insights", errors, [&](std::string_view key, JsonValue value) {
      if (key == name) found = value;
    });
  return found;
}

template <class Visit>
void each(JsonValue array, Visit&& visit) {
  JsonErrors errors("insights");
  if (array.type() == JsonToken::Type::kArray) array.for_each_element("insights", errors, visit);
}

std::string_view text_of(JsonValue object, std::string_view name) noexcept {
  JsonValue value = member(object, name);
  bool shown = value.type() == JsonToken::Type::kString || value.type() == JsonToken::Type::kNumber;
  return shown ? value.text() : std::string_view();
}

double number_of(JsonValue value) noexcept {
  double number = 0;
  std::string_view text = value.text();
  if (value.type() == JsonToken::Type::kNumber) std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view or_unknown(std::string_view text) noexcept { return text.empty() ? std::string_view(kUnknown) : text; }

struct Column {
  size_t width = 0;
  bool right = false;
};

// Characters that turn the direction of what a terminal shows around them.
constexpr bool turns_direction(std::string_view at) noexcept {
  constexpr std::string_view kTurning[] = {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
                                           "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};
  for (std::string_view turning : kTurning)
    if (at.starts_with(turning)) return true;
  return false;
}

class Page {
 public:
  Page(Text& out, const Language* language) noexcept : out_(out), language_(language) {}
  std::string_view colon() const noexcept { return language_ ? language_->label(Label::colon) : ": "; }
  std::pmr::memory_resource* memory() const { return out_.get_allocator().resource(); }

  void raw(std::string_view text) { out_.append(text); }
  void repeat(std::string_view what, size_t times) {
    while (times-- > 0) out_.append(what);
  }
  void end_line() {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    out_.push_back('\n');
  }

  // What comes from the data may hold line breaks, turns of direction and other controls: a terminal must not obey
  // them.
  void text(std::string_view raw_value, size_t most = kPageWidth) {
    const Text value = harmless(raw_value);
    std::string_view cut = display_width(value) <= most ? value : cut_to_width(value, most - 1);
    out_.append(cut);
    if (cut.size() < value.size()) out_.append("…");
  }
  void cell(std::string_view value, Column column) {
    size_t width = std::min(display_width(harmless(value)), column.width);
    if (column.right) repeat(" ", column.width - width);
    text(value, column.width);
    if (!column.right) repeat(" ", column.width - width);
  }

  // A bar of `share` (0..1) of kBarWidth columns, in eighths; padded. What is not nothing shows.
  void bar(double share, std::string_view rest = " ") {
    constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double full = std::fmin(std::fmax(share, 0), 1) * kBarWidth * 8;
    auto eighths = static_cast<size_t>(std::lround(full));
    if (full > 0 && eighths == 0) eighths = 1;
    repeat("█", eighths / 8);
    raw(kEighths[eighths % 8]);
    repeat(rest, kBarWidth - (eighths + 7) / 8);
  }

  void heading(std::string_view label) {
    out_.push_back('\n');
    text(label);
    end_line();
  }
  void label(std::string_view value) { cell(value, {kLabelWidth}); }

 private:
  Text harmless(std::string_view value) const {
    Text clean(memory());
    clean.reserve(value.size());
    for (size_t i = 0; i < value.size(); ++i) {
      auto byte = static_cast<uint8_t>(value[i]);
      bool second_control = byte == 0xC2 && i + 1 < value.size() && static_cast<uint8_t>(value[i + 1]) < 0xA0;
      if (byte < 0x20 || byte == 0x7F)
        clean.push_back(' ');
      else if (second_control)
        ++i;
      else if (turns_direction(value.substr(i)))
        i += byte == 0xD8 ? 1 : 2;
      else
        clean.push_back(value[i]);
    }
    return clean;
  }

  Text& out_;
  const Language* language_;
};

// The widest of the labels of an object's figures.
template <size_t kCount>
size_t widest_label(JsonValue widget, const char* const (&names)[kCount]) {
  size_t widest = 0;
  for (const char* name : names) widest = std::max(widest, display_width(text_of(member(widget, name), "label")));
  return widest;
}

void write_summary_widget(Page& page, JsonValue widget) {
  page.heading(text_of(widget, "label"));
  each(member(widget, "sentences"), [&](JsonValue sentence) {
    page.raw("  • ");
    page.text(sentence.text(), 1000);
    page.end_line();
  });
}

void write_health(Page& page, JsonValue widget) {
  page.label(text_of(widget, "label"));
  if (text_of(widget, "score").empty()) {
    page.text(text_of(widget, "grade_label"));
    return page.end_line();
  }
  page.bar(number_of(member(widget, "score")) / 100, "░");
  page.raw(" ");
  page.cell(text_of(widget, "score"), {4, true});
  page.raw("  ");
  page.text(text_of(widget, "grade_label"));
  page.raw(" · ");
  page.text(text_of(widget, "trend_label"));
  page.end_line();
}

void write_time(Page& page, JsonValue widget) {
  page.label(text_of(widget, "label"));
  page.text(text_of(widget, "text"));
  if (std::string_view kind = text_of(widget, "kind_label"); !kind.empty()) {
    page.raw("  ");
    page.text(kind);
  }
  if (std::string_view subject = text_of(widget, "subject"); !subject.empty()) {
    page.raw(" · ");
    page.text(subject, 32);
  }
  page.end_line();
}

// Where the model knows no name, the id.
std::string_view shown_name(JsonValue person) noexcept {
  std::string_view name = text_of(person, "name");
  return name.empty() ? text_of(person, "party_id") : name;
}

void write_people(Page& page, JsonValue widget) {
  double most = 0;
  size_t widest = 0;
  each(member(widget, "people"), [&](JsonValue person) {
    most = std::fmax(most, number_of(member(person, "interactions")));
    widest = std::max(widest, display_width(shown_name(person)));
  });
  if (most == 0) return;
  page.heading(text_of(widget, "label"));
  each(member(widget, "people"), [&](JsonValue person) {
    page.raw("  ");
    page.cell(shown_name(person), {std::min<size_t>(widest, 44)});
    page.raw("  ");
    page.bar(number_of(member(person, "interactions")) / most);
    page.raw(" ");
    page.cell(text_of(person, "interactions"), {5, true});
    page.end_line();
  });
}

constexpr const char* kCounts[] = {"activities",           "emails_sent",       "emails_received",
                                   "meetings_sent",        "meetings_received", "phone_calls_made",
                                   "phone_calls_received", "tasks_completed",   "other_activities"};

void write_interactions(Page& page, JsonValue widget) {
  page.heading(text_of(widget, "label"));
  double most = number_of(member(member(widget, "activities"), "value"));
  size_t widest = widest_label(widget, kCounts);
  for (const char* name : kCounts) {
    JsonValue figure = member(widget, name);
    page.raw("  ");
    page.cell(text_of(figure, "label"), {widest});
    page.raw("  ");
    page.bar(most > 0 ? number_of(member(figure, "value")) / most : 0);
    page.raw(" ");
    page.cell(or_unknown(text_of(figure, "text")), {5, true});
    page.end_line();
  }
}

void write_both_sides(Page& page, JsonValue widget) {
  page.label(text_of(widget, "label"));
  for (const char* side : {"us", "them"}) {
    JsonValue figure = member(widget, side);
    std::string_view value = or_unknown(text_of(figure, "text"));
    page.cell(text_of(figure, "label"), {12});
    page.cell(value, {std::max<size_t>(12, display_width(value) + 2)});
  }
  page.end_line();
}

constexpr const char* kRates[] = {"open_rate", "link_click_rate", "attachment_view_rate", "reply_rate"};

void write_engagement(Page& page, JsonValue widget) {
  JsonValue followed = member(widget, "followed_emails");
  if (number_of(member(followed, "value")) == 0) return;
  page.heading(text_of(widget, "label"));
  size_t widest = std::max(widest_label(widget, kRates), display_width(text_of(followed, "label")));
  page.raw("  ");
  page.cell(text_of(followed, "label"), {widest});
  page.raw("  ");
  page.repeat(" ", kBarWidth + 1);
  page.cell(text_of(followed, "text"), {5, true});
  page.end_line();
  for (const char* name : kRates) {
    JsonValue figure = member(widget, name);
    page.raw("  ");
    page.cell(text_of(figure, "label"), {widest});
    page.raw("  ");
    page.bar(number_of(member(figure, "value")), "░");
    page.raw(" ");
    page.cell(or_unknown(text_of(figure, "text")), {5, true});
    page.end_line();
  }
}

// The values of a series, so many days summed into one that it fits; the last one ends with the
// last day.
void sparks_of(JsonValue series, size_t days, std::pmr::vector<double>& sparks) {
  size_t together = std::max<size_t>(1, (days + kMostSparks - 1) / kMostSparks);
  size_t count = (days + together - 1) / together;
  sparks.assign(count, 0);
  size_t at = count * together - days;
  each(member(series, "values"), [&](JsonValue value) {
    if (at / together < count) sparks[at / together] += number_of(value);
    ++at;
  });
}

void write_days(Page& page, JsonValue widget) {
  auto days = static_cast<size_t>(std::fmin(std::fmax(number_of(member(widget, "days")), 0), 100000));
  if (days == 0) return;
  std::pmr::vector<double> sparks(page.memory());
  double most = 0;
  size_t widest = 0;
  each(member(widget, "series"), [&](JsonValue series) {
    sparks_of(series, days, sparks);
    for (double value : sparks) most = std::fmax(most, value);
    widest = std::max(widest, display_width(text_of(series, "label")));
  });
  page.raw("\n");
  page.text(text_of(widget, "label"));
  page.raw("  ");
  page.text(text_of(widget, "from"));
  page.raw(" … ");
  page.text(text_of(widget, "until"));
  page.end_line();
  each(member(widget, "series"), [&](JsonValue series) {
    sparks_of(series, days, sparks);
    page.raw("  ");
    page.cell(text_of(series, "label"), {widest});
    page.raw("  ");
    for (double value : sparks) page.raw(kSparks[spark_level(value, most)]);
    page.raw(" ");
    page.cell(text_of(series, "total"), {5, true});
    page.end_line();
  });
}

void write_similar(Page& page, JsonValue widget) {
  page.heading(text_of(widget, "label"));
  bool any = false;
  each(member(widget, "deals"), [&](JsonValue deal) {
    any = true;
    JsonValue similarity = member(deal, "similarity");
    std::string_view name = text_of(deal, "name");
    page.raw("  ");
    page.cell(text_of(deal, "rank"), {2, true});
    page.raw("  ");
    page.cell(name.empty() ? text_of(deal, "record_id") : name, {40});
    page.raw("  ");
    page.bar(number_of(member(similarity, "value")), "░");
    page.raw(" ");
    page.cell(text_of(similarity, "text"), {5, true});
    page.end_line();
  });
  if (!any) {
    page.raw("  ");
    page.raw(kUnknown);
    page.end_line();
  }
}

void write_comparison(Page& page, JsonValue widget) {
  constexpr Column kFigure{12, true};
  JsonValue kpis = member(widget, "kpis");
  size_t widest = display_width(text_of(widget, "label"));
  size_t average = std::max(display_width(text_of(widget, "average_label")), kFigure.width);
  bool any = false;
  each(kpis, [&](JsonValue kpi) {
    any = true;
    widest = std::max(widest, 2 + display_width(text_of(kpi, "label")));
  });
  if (!any) return;
  auto line = [&](std::string_view label, std::string_view ours, std::string_view theirs, std::string_view difference) {
    page.cell(label, {widest});
    page.raw("  ");
    page.cell(ours, kFigure);
    page.raw("  ");
    page.cell(theirs, {average, true});
    page.raw("  ");
    page.cell(difference, kFigure);
    page.end_line();
  };
  page.raw("\n");
  line(text_of(widget, "label"), text_of(widget, "this_deal_label"), text_of(widget, "average_label"),
       text_of(widget, "difference_label"));
  each(kpis, [&](JsonValue kpi) {
    Text label("  ", page.memory());
    label.append(text_of(kpi, "label"));
    line(label, or_unknown(text_of(member(kpi, "this_deal"), "text")),
         or_unknown(text_of(member(kpi, "average"), "text")), or_unknown(text_of(member(kpi, "difference"), "text")));
  });
  // Below, as its name is too wide for one more column.
  std::string_view same_age = text_of(widget, "same_age_label");
  if (same_age.empty()) return;
  page.text(same_age);
  page.end_line();
  each(kpis, [&](JsonValue kpi) {
    std::string_view then = text_of(member(kpi, "average_at_same_age"), "text");
    if (then.empty()) return;
    Text label("  ", page.memory());
    label.append(text_of(kpi, "label"));
    page.cell(label, {widest});
    page.raw("  ");
    page.cell("", kFigure);
    page.raw("  ");
    page.cell(then, {average, true});
    page.end_line();
  });
}

// Widgets of one line stand together below an empty one; the others begin with their own.
struct Widget {
  std::string_view name;
  void (*write)(Page&, JsonValue);
  bool one_line;
};
constexpr Widget kWidgets[] = {{"summary", write_summary_widget, false},
                               {"relationship_health", write_health, true},
                               {"next_interaction", write_time, true},
                               {"last_interaction", write_time, true},
                               {"most_contacted", write_people, false},
                               {"most_contacted_by", write_people, false},
                               {"customer_interactions", write_interactions, false},
                               {"time_spent", write_both_sides, true},
                               {"response_time", write_both_sides, true},
                               {"response_rate", write_both_sides, true},
                               {"email_ratio", write_both_sides, true},
                               {"email_engagement", write_engagement, false},
                               {"relationship_activities", write_days, false},
                               {"similar_won_deals", write_similar, false},
                               {"comparison", write_comparison, false}};

void write_title(Page& page, JsonValue document) {
  page.text(text_of(document, "label"));
  page.raw(" ");
  page.text(text_of(document, "record_id"), 36);
  if (std::string_view name = text_of(document, "name"); !name.empty()) {
    page.raw(" · ");
    page.text(name, 48);
  }
  page.end_line();
  page.repeat("═", kPageWidth);
  page.end_line();
  page.text(text_of(document, "refreshed_label"));
  page.raw(page.colon());
  page.text(or_unknown(text_of(document, "refreshed_text")));
  page.raw(" ");
  page.text(text_of(document, "time_zone"));
  page.end_line();
}

}  // namespace

Status write_page(JsonValue document, Text& out) noexcept {
  return contain([&]() -> Status {
    if (document.type() != JsonToken::Type::kObject || member(document, "widgets").type() != JsonToken::Type::kArray)
      return Status::error(StatusCode::kInvalidArgument, "a page needs a document of relinsights.insights()");
    Page page(out, find_language(text_of(document, "language")));
    write_title(page, document);
    bool after_line = false;
    each(member(document, "widgets"), [&](JsonValue name) {
      for (const Widget& widget : kWidgets) {
        if (widget.name != name.text()) continue;
        if (widget.one_line && !after_line) page.raw("\n");
        widget.write(page, member(document, name.text()));
        after_line = widget.one_line;
      }
    });
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return {};
  });
}

}  // namespace relinsights
