// A refresh in proportion to what changed (SPEC 5.5). What waits in a model's table changes says which activities and
// records were touched; these are read again, the logs that held them before or hold them now are rewritten, and those
// records are finished as a refresh of everything finishes them (record_output.h).
//
// What is read again may be more than what changed, never less; where it cannot be told, the refresh is complete.
#pragma once

#include "pg/model.h"

extern "C" {
#include "utils/snapshot.h"
}

namespace relinsights::pg {

// What the model says of the changes that wait, as of the active snapshot.
struct ChangePlan {
  const char* why;  // why the refresh must be complete; nullptr: it need not be
  Instant before;   // the moment of the last refresh
  bool finish_all;  // settings changed that only the finish of records depends on
  bool people;      // names may have changed
  int opted_count;
  char** opted;  // who opted out or in since: side and id in turn
  char* state;   // jsonb: what the next plan compares with; nullptr: not all is tracked
};
ChangePlan* plan_changes(const Model& model, Instant as_of);

struct ChangeResult {
  const char* why;  // as above; nothing has been written then
  uint64_t read, written;
};
ChangeResult refresh_changes(const Model& model, Instant as_of, const ChangePlan& plan, FunctionCallInfo fcinfo);

// Takes what `snapshot` sees out of the table changes, and remembers the state.
void finish_changes(const Model& model, Instant as_of, const ChangePlan& plan, Snapshot snapshot);

}  // namespace relinsights::pg
