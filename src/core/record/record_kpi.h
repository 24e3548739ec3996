// The KPIs of a record, each written once: its column's name, type, unit and words, and how it is read from the
// record's summaries. The SQL interface takes its columns, comments and comparisons from this table.
//
// Counts are 0 and times spent are 0 hours where a record has no activity; what has no value then is NULL.
#pragma once

#include <array>
#include <cstdint>

#include "core/record/record_summaries.h"

namespace relinsights {

enum class KpiType : uint8_t { kCount, kNumber, kInstant };  // SQL: bigint, double precision, timestamptz
enum class KpiUnit : uint8_t { kCount, kHours, kShare, kRatio, kTime };

// Plain data: one value, or none.
struct KpiValue {
  bool null = true;
  KpiType type = KpiType::kCount;
  union {
    int64_t count = 0;
    double number;
    int64_t microseconds;  // of the Instant
  };
};

// What an e-mail takes.
struct KpiSettings {
  Duration write = kEmailWriteTime;
  Duration read = kEmailReadTime;
};

// What the readers below read, and the first error that one of them met.
struct KpiReading {
  const RecordSummaries& summaries;
  const KpiSettings& settings;
  Status status;
};

struct KpiColumn {
  const char* name;
  KpiType type;
  KpiUnit unit;
  const char* words;  // what it says, in English
  KpiValue (*read)(KpiReading&);
};

// The columns in the order of record_kpi. The summaries stand behind the first kKpisBeforeSummaries of them there, as
// columns of a release keep their places.
inline constexpr size_t kKpisBeforeSummaries = 35;
inline constexpr size_t kKpiColumns = 43;
extern const std::array<KpiColumn, kKpiColumns> kRecordKpis;

const char* sql_type(KpiType type) noexcept;
const char* label(KpiUnit unit) noexcept;

// The whole row. An error where a sum leaves the range of its type.
Status fill(const RecordSummaries& summaries, const KpiSettings& settings, KpiValue (&row)[kKpiColumns]) noexcept;

}  // namespace relinsights
