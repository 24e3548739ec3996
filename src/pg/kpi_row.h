// The row of record_kpi, made of a record's entries; and the other values that stored relations are made of.
#pragma once

#include "core/record/record_kpi.h"
#include "pg/model.h"

namespace relinsights::pg {

inline constexpr size_t kSummaries = 6;
inline constexpr size_t kKpiRow = 2 + kKpiColumns + kSummaries;  // the record's type and id come first

// What a model's records are finished by, as of a moment; in memory of the current context and of the call site.
SummaryRules summary_rules(const Model& model, Instant as_of, FunctionCallInfo fcinfo);

// The columns behind the record's key, in memory of the current context.
void kpi_values(const RecordEntries& entries, const SummaryRules& rules, const KpiSettings& settings, Datum* values,
                bool* nulls);

// A key as the stored relations have it: bigint, uuid or text.
Datum key_datum(IdType type, std::string_view key);

}  // namespace relinsights::pg
