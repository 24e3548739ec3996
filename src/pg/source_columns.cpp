// The list of what a model reads, as SQL sees it.
#include "core/record/source_columns.h"

#include "pg/arguments.h"

using namespace relinsights::pg;

namespace {

using relinsights::Reading;

const char* family(Reading reading) {
  switch (reading) {
    case Reading::kActivityId:
    case Reading::kRecordId:
    case Reading::kPartyId:
    case Reading::kOtherId:
      return "id";
    case Reading::kLabel:
      return "label";
    case Reading::kTime:
    case Reading::kClosing:
      return "time";
    case Reading::kDuration:
      return "duration";
    case Reading::kCount:
      return "count";
    default:
      return "value";
  }
}

// What is alike in one family: the ids of one kind are of one type; the type that a value is read as.
const char* target(const relinsights::SourceColumn& column) {
  switch (column.reading) {
    case Reading::kActivityId:
      return "activity";
    case Reading::kRecordId:
      return "record";
    case Reading::kPartyId:
      return "party";
    case Reading::kOtherId:
      return nullptr;
    case Reading::kLabel:
      return column.labels;
    case Reading::kTime:
    case Reading::kClosing:
      return "timestamp with time zone";
    case Reading::kDuration:
      return "interval";
    case Reading::kFlag:
      return "boolean";
    case Reading::kCount:
      return "bigint";
    case Reading::kReal:
      return "double precision";
    case Reading::kText:
      return "text";
    case Reading::kDate:
      return "date";
    case Reading::kNumeric:
      return "numeric";
    case Reading::kJson:
      return "jsonb";
  }
  pg_unreachable();
}

}  // namespace

// -> source, ordinal, name, family, target, required
RELINSIGHTS_FUNCTION(source_columns) {
  InitMaterializedSRF(fcinfo, 0);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  int32_t ordinal = 0;
  for (const relinsights::SourceColumn& column : relinsights::kSourceColumns) {
    const char* of = target(column);
    Datum values[] = {CStringGetTextDatum(relinsights::kSourceNames[relinsights::index(column.source)]),
                      Int32GetDatum(++ordinal),
                      CStringGetTextDatum(column.name),
                      CStringGetTextDatum(family(column.reading)),
                      of == nullptr ? Datum{0} : CStringGetTextDatum(of),
                      BoolGetDatum(column.required)};
    bool nulls[lengthof(values)] = {false, false, false, false, of == nullptr, false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
  PG_RETURN_NULL();
}
