// The type response_rules: what response_agg goes by. SPEC 3.4.
#include "core/families/response_rules.h"

#include "pg/working_calendar.h"

using relinsights::Duration;
using relinsights::GapText;
using relinsights::Instant;
using relinsights::JsonErrors;
using relinsights::JsonObject;
using relinsights::JsonValue;
using relinsights::JsonWriter;
using relinsights::ResponseRules;
using relinsights::WorkingCalendar;
using namespace relinsights::pg;

namespace {

Bytes bytes_of(Datum value) {
  auto* stored = reinterpret_cast<varlena*>(PG_DETOAST_DATUM_PACKED(value));
  return {reinterpret_cast<const uint8_t*>(VARDATA_ANY(stored)), VARSIZE_ANY_EXHDR(stored)};
}

std::string_view view_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data), bytes.size}; }

// Each may be missing.
Datum make_rules(const Interval* gap, const TimestampTz* as_of, Bytes calendar) {
  Duration silence{0};
  if (gap != nullptr) silence = duration_from(gap, "gap between conversations");
  ContextMemory memory;
  ResponseRules rules(&memory);
  check(rules.set_gap(silence));
  if (as_of != nullptr) check(rules.set_as_of(Instant{*as_of}));
  rules.set_calendar(view_of(calendar));
  return summary_datum(rules, &memory);
}

Interval* interval_from_text(const char* text) {
  return DatumGetIntervalP(
      DirectFunctionCall3(interval_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

// As the output writes it, or as a timestamptz may be written.
TimestampTz moment_from_text(std::string_view text) {
  Instant at;
  if (relinsights::parse_instant(text, at)) return at.microseconds;
  return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(pnstrdup(text.data(), text.size())),
                                                 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

// The members of the text form, in memory of the current context; nullptr or not present where there is none.
struct Members {
  std::string_view gap, as_of;
  JsonValue calendar;
};

Members members_of(JsonValue text) {
  JsonErrors errors(ResponseRules::kTypeName);
  JsonObject object(ResponseRules::kTypeName, text, errors);
  auto string = [&](const char* name) {
    JsonValue value = object.optional(name);
    return value.present() ? value.string(name, errors) : std::string_view();
  };
  Members members{string("gap"), string("as_of"), object.optional("calendar")};
  object.done();
  check(errors.status());
  return members;
}

Datum rules_from_json(JsonValue text) {
  Members members = members_of(text);
  Interval* gap = nullptr;
  TimestampTz as_of = 0;
  if (!members.gap.empty()) gap = interval_from_text(pnstrdup(members.gap.data(), members.gap.size()));
  if (!members.as_of.empty()) as_of = moment_from_text(members.as_of);
  Bytes calendar{};
  if (members.calendar.present()) calendar = bytes_of(calendar_from_json(members.calendar));
  return make_rules(gap, members.as_of.empty() ? nullptr : &as_of, calendar);
}

void write_rules(Bytes bytes, relinsights::ByteWriter& out, std::pmr::memory_resource* memory) {
  ResponseRules rules(memory);
  check(decode_summary(bytes.data, bytes.size, rules));
  JsonWriter json(out);
  json.begin_object();
  if (rules.gap().microseconds > 0) json.key("gap").string(GapText(rules.gap()).c_str());
  if (rules.as_of() != relinsights::kLatestInstant) json.key("as_of").instant(rules.as_of());
  if (!rules.calendar().empty()) {
    WorkingCalendar calendar(memory);
    std::string_view encoded = rules.calendar();
    check(decode_summary(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size(), calendar));
    relinsights::ByteWriter text(memory);
    write_calendar(calendar, text);
    json.key("calendar").literal({reinterpret_cast<const char*>(text.data()), text.size()});
  }
  json.end_object();
}

}  // namespace

// JSON, or an interval alone: the gap.
RELINSIGHTS_FUNCTION(response_rules_in) {
  const char* text = PG_GETARG_CSTRING(0);
  if (text[strspn(text, " \t\r\n")] == '{') return rules_from_json(parse_json(text));
  return make_rules(interval_from_text(text), nullptr, {});
}

RELINSIGHTS_FUNCTION(response_rules_out) {
  Bytes bytes = summary_argument(fcinfo, 0);
  ContextMemory memory;
  relinsights::ByteWriter out(&memory);
  write_rules(bytes, out, &memory);
  out.byte(0);
  return cstring_from(out, ResponseRules::kTypeName);
}

RELINSIGHTS_FUNCTION(response_rules_recv) {
  Datum result = summary_recv<ResponseRules>(fcinfo);
  relinsights::ResponseRulesView rules;
  check(relinsights::read_rules(view_of(bytes_of(result)), rules));
  if (!rules.calendar.empty())
    check_received_calendar({reinterpret_cast<const uint8_t*>(rules.calendar.data()), rules.calendar.size()});
  return result;
}

RELINSIGHTS_FUNCTION(response_rules_send) { return summary_send<ResponseRules>(fcinfo); }

// (gap, as_of, calendar)
RELINSIGHTS_FUNCTION(response_rules_make) {
  const Interval* gap = PG_ARGISNULL(0) ? nullptr : PG_GETARG_INTERVAL_P(0);
  TimestampTz as_of = PG_ARGISNULL(1) ? 0 : PG_GETARG_TIMESTAMPTZ(1);
  Bytes calendar{};
  if (!PG_ARGISNULL(2)) calendar = summary_argument(fcinfo, 2);
  return make_rules(gap, PG_ARGISNULL(1) ? nullptr : &as_of, calendar);
}
