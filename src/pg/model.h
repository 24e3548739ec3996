// A model as the engine needs it: its sources, its settings, whose it is.
#pragma once

#include "core/record/membership.h"
#include "core/record/record_kpi.h"
#include "pg/source_reader.h"
#include "pg/summary_functions.h"

namespace relinsights::pg {

struct Model {
  const char* name;
  Oid owner;
  SourceRelation sources[kSources];
  IdType activity_ids, record_ids, party_ids, thread_ids;
  bool deduped;  // the activities have a dedupe_key

  const char* time_zone;
  const char* source_time_zone;  // nullptr: none
  Bytes calendar;                // size 0: none
  KpiSettings kpis;
  Duration gap;
  Membership::Rules membership;

  SourceRelation& source(Source which) noexcept { return sources[index(which)]; }
  const SourceRelation& source(Source which) const noexcept { return sources[index(which)]; }
  SourceZones zones() const noexcept { return {time_zone, source_time_zone}; }
  // What logs know activities by: their ids, or texts where copies of one activity have a key in common.
  IdType log_ids() const noexcept { return deduped ? IdType::kText : activity_ids; }
};

// Reads what the catalogue and the model's settings say, the latter with the rights of the model's owner. In memory of
// the current context. Requires SPI_connect().
Model* open_model(const char* name);
// The same without its sources, for what reads stored relations alone: of the ids only record_ids is known.
Model* open_stored_model(const char* name);

// Whose a model is; an error unless there is one of that name and the caller has its owner's rights. Requires
// SPI_connect().
Oid model_owner(const char* name);

// While one of these is in force, queries run as a role, restricted as those of REFRESH MATERIALIZED VIEW are. Given
// back by leave(), and by PostgreSQL itself when an error ends the (sub)transaction.
class RunningAs {
 public:
  static RunningAs enter(Oid role);
  void leave();

 private:
  Oid role_;
  int context_;
  int settings_;
};

}  // namespace relinsights::pg
