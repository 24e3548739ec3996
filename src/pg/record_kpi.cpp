// The columns of record_kpi as SQL reads them.
#include "core/record/record_kpi.h"

#include "pg/arguments.h"

RELINSIGHTS_FUNCTION(kpi_columns) {
  InitMaterializedSRF(fcinfo, 0);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  for (const relinsights::KpiColumn& column : relinsights::kRecordKpis) {
    Datum values[] = {CStringGetTextDatum(column.name), CStringGetTextDatum(relinsights::sql_type(column.type)),
                      CStringGetTextDatum(relinsights::label(column.unit)), CStringGetTextDatum(column.words)};
    bool nulls[std::size(values)] = {};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
  PG_RETURN_NULL();
}
