#include "pg/kpi_row.h"

#include "core/base/scratch_memory.h"
#include "pg/time_zone.h"
#include "pg/working_calendar.h"

namespace relinsights::pg {

Datum key_datum(IdType type, std::string_view key) {
  switch (type) {
    case IdType::kInteger:
      return Int64GetDatum(integer_of_key(key));
    case IdType::kUuid:
      return uuid_datum(key);
    case IdType::kText:
      break;
  }
  return text_datum(key);
}

namespace {

Datum kpi_datum(const KpiValue& value) {
  switch (value.type) {
    case KpiType::kCount:
      return Int64GetDatum(value.count);
    case KpiType::kNumber:
      return Float8GetDatum(value.number);
    case KpiType::kInstant:
      return TimestampTzGetDatum(value.microseconds);
  }
  pg_unreachable();
}

template <class S>
void put_summary(const S& summary, bool any, std::pmr::memory_resource* memory, Datum& value, bool& null) {
  null = !any;
  if (any) value = summary_datum(summary, memory);
}

}  // namespace

void kpi_values(const RecordEntries& entries, const SummaryRules& rules, const KpiSettings& settings, Datum* values,
                bool* nulls) {
  KpiValue kpis[kKpiColumns];
  Datum summaries[kSummaries] = {};
  bool none[kSummaries] = {};
  {
    ContextMemory memory;
    ScratchMemory<16384> scratch(&memory);  // most records need no more
    RecordSummaries all(&scratch);
    check(summarize(entries, rules, all, &scratch));
    check(fill(all, settings, kpis));
    const bool any = !all.interactions.empty();
    put_summary(all.interactions, any, &memory, summaries[0], none[0]);
    put_summary(all.responses, !all.responses.empty(), &memory, summaries[1], none[1]);
    put_summary(all.timeline, any, &memory, summaries[2], none[2]);
    put_summary(all.their_contacts, all.their_contacts.contacts() > 0, &memory, summaries[3], none[3]);
    put_summary(all.our_contacts, all.our_contacts.contacts() > 0, &memory, summaries[4], none[4]);
    put_summary(all.engagement, all.engagement.followed_emails() > 0, &memory, summaries[5], none[5]);
  }
  size_t at = 0;
  auto add = [&](Datum value, bool null) {
    values[at] = value;
    nulls[at++] = null;
  };
  for (size_t i = 0; i <= kKpiColumns; ++i) {
    if (i == kKpisBeforeSummaries) {
      for (size_t s = 0; s < kSummaries; ++s) add(summaries[s], none[s]);
    }
    if (i < kKpiColumns) add(kpis[i].null ? Datum{0} : kpi_datum(kpis[i]), kpis[i].null);
  }
}

SummaryRules summary_rules(const Model& model, Instant as_of, FunctionCallInfo fcinfo) {
  SummaryRules rules;
  rules.as_of = as_of;
  rules.zone = &zone_rules(model.time_zone, CurrentMemoryContext);
  if (model.calendar.size > 0) {
    rules.calendar = &prepared_calendar(fcinfo, model.calendar);
    rules.calendar_bytes = {reinterpret_cast<const char*>(model.calendar.data), model.calendar.size};
  }
  rules.gap = model.gap;
  return rules;
}

}  // namespace relinsights::pg
