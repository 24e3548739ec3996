#include "pg/saved_plans.h"

extern "C" {
#include "commands/extension.h"
#include "executor/spi.h"
#include "utils/hsearch.h"
}

namespace relinsights::pg {
namespace {

// A model takes a few dozen; beyond these all that do not run are forgotten, and planned again when they come again.
constexpr long kMostPlans = 256;

struct SavedPlan {
  uint64 hash;  // of its query and the type of its parameter; first: the key
  char* query;
  Oid parameter;
  SPIPlanPtr plan;
  int running;  // executions under way: what a query calls may come here again
};

HTAB* saved_plans() {
  static HTAB* plans = nullptr;
  if (plans == nullptr) {
    HASHCTL control{};
    control.keysize = sizeof(uint64);
    control.entrysize = sizeof(SavedPlan);
    plans = hash_create("relinsights plans", 64, &control, HASH_ELEM | HASH_BLOBS);
  }
  return plans;
}

void forget(SavedPlan* saved) {
  if (saved->plan != nullptr) SPI_freeplan(saved->plan);
  if (saved->query != nullptr) pfree(saved->query);
  uint64 hash = saved->hash;
  hash_search(saved_plans(), &hash, HASH_REMOVE, nullptr);
}

void forget_idle() {
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, saved_plans());
  while (auto* saved = static_cast<SavedPlan*>(hash_seq_search(&scan))) {
    if (saved->running == 0) forget(saved);
  }
}

SPIPlanPtr prepare(const char* query, Oid parameter) {
  // One plan for all keys: planning for each would take longer than reading what they find. A planner that must know
  // which node has a key cannot make one.
  const int options = OidIsValid(get_extension_oid("citus", true)) ? CURSOR_OPT_CUSTOM_PLAN : CURSOR_OPT_GENERIC_PLAN;
  SPIPlanPtr plan = SPI_prepare_cursor(query, OidIsValid(parameter) ? 1 : 0, &parameter, options);
  if (plan == nullptr) elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
  return plan;
}

// nullptr: another query has its place.
SavedPlan* find_or_prepare(const char* query, Oid parameter) {
  uint64 hash =
      hash_bytes_extended(reinterpret_cast<const unsigned char*>(query), static_cast<int>(strlen(query)), parameter);
  auto* saved = static_cast<SavedPlan*>(hash_search(saved_plans(), &hash, HASH_FIND, nullptr));
  if (saved != nullptr) return saved->parameter == parameter && strcmp(saved->query, query) == 0 ? saved : nullptr;
  SPIPlanPtr plan = prepare(query, parameter);
  char* kept = MemoryContextStrdup(TopMemoryContext, query);
  if (hash_get_num_entries(saved_plans()) >= kMostPlans) forget_idle();
  bool found;
  saved = static_cast<SavedPlan*>(hash_search(saved_plans(), &hash, HASH_ENTER, &found));
  *saved = {hash, kept, parameter, plan, 0};
  SPI_keepplan(plan);
  return saved;
}

}  // namespace

void execute_saved(const char* query, Oid parameter, ParamListInfo params, DestReceiver* to) {
  SPIExecuteOptions options{};
  options.params = params;
  options.read_only = true;
  options.dest = to;
  MemoryContext before = CurrentMemoryContext;  // SPI goes back to its own
  SavedPlan* saved = find_or_prepare(query, parameter);
  if (saved == nullptr) {
    SPI_execute_plan_extended(prepare(query, parameter), &options);
    MemoryContextSwitchTo(before);
    return;
  }
  ++saved->running;
  PG_TRY();
  {
    const int done = SPI_execute_plan_extended(saved->plan, &options);
    if (done < 0) elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(done));
  }
  PG_FINALLY();
  { --saved->running; }
  PG_END_TRY();
  MemoryContextSwitchTo(before);
}

}  // namespace relinsights::pg
