// check_model: its SQL, run as the model's owner, restricted.
#include "pg/model.h"

extern "C" {
#include "executor/spi.h"
#include "utils/builtins.h"
}

using namespace relinsights::pg;

// (model) -> source, severity, problem, rows, of_rows, example, advice
RELINSIGHTS_FUNCTION(check_model) {
  InitMaterializedSRF(fcinfo, 0);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  RunningAs owner = RunningAs::enter(model_owner(name));
  const int done =
      SPI_execute(psprintf("SELECT * FROM relinsights._check_model(%s)", quote_literal_cstr(name)), false, 0);
  if (done != SPI_OK_SELECT) elog(ERROR, "check_model failed: %s", SPI_result_code_string(done));
  owner.leave();
  for (uint64 i = 0; i < SPI_processed; ++i) tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
  SPI_finish();
  PG_RETURN_NULL();
}
