// deal_agg, deal_factors and similar_won_deals: SPEC 4.
#include "core/deals/deal_factors.h"
#include "core/deals/deal_profile.h"
#include "core/deals/similar_deals.h"
#include "pg/summary_functions.h"

using relinsights::DealAggregation;
using relinsights::DealFactor;
using relinsights::DealFactors;
using relinsights::DealProfile;
using relinsights::Instant;
using relinsights::JsonValue;
using relinsights::SimilarDeals;
using relinsights::Status;
using relinsights::StatusCode;
using namespace relinsights::pg;

RELINSIGHTS_SUMMARY_TYPE(deal_profile, DealProfile)
RELINSIGHTS_AGGREGATE(deal_agg, DealAggregation)

namespace {

std::string_view id_of_bigint(Datum id) { return DatumGetCString(DirectFunctionCall1(int8out, id)); }
std::string_view id_of_text(Datum id) { return view_of(DatumGetTextPP(id)); }
std::string_view id_of_uuid(Datum id) { return DatumGetCString(DirectFunctionCall1(uuid_out, id)); }

JsonValue attributes_of(Datum value) { return tokens_of(DatumGetJsonbP(value)); }

// (deal_id, won, closed_at, attributes)
template <class IdOf>
Datum deal_transition(FunctionCallInfo fcinfo, IdOf&& id_of) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) return unchanged(fcinfo);
  std::string_view id = id_of(PG_GETARG_DATUM(1));
  bool won = PG_GETARG_BOOL(2);
  std::optional<Instant> closed_at;
  if (!PG_ARGISNULL(3)) closed_at = argument<Instant>(fcinfo, 3);
  JsonValue attributes;
  if (!PG_ARGISNULL(4)) attributes = attributes_of(PG_GETARG_DATUM(4));
  return transition<DealAggregation>(fcinfo,
                                     [&](DealAggregation& deals) { return deals.add(id, won, closed_at, attributes); });
}

MemoryContext new_context() {
  return AllocSetContextCreate(CurrentMemoryContext, "relinsights deals", ALLOCSET_DEFAULT_SIZES);
}

struct Factors {
  explicit Factors(MemoryContext context) noexcept : memory(context), profile(&memory), learned(&memory) {}
  ContextMemory memory;
  DealProfile profile;
  DealFactors learned;
};

struct Search {
  explicit Search(MemoryContext context) noexcept : memory(context), profile(&memory), similar(&memory) {}
  ContextMemory memory;
  DealProfile profile;
  SimilarDeals similar;
};

// The queries searched for at once.
struct Group {
  explicit Group(MemoryContext context) : memory(context), queries(&memory) {}
  ContextMemory memory;
  std::pmr::vector<SimilarDeals::Query> queries;
};

// A deal to find similar ones for; `named` is false where it has no id.
struct Asked {
  std::string_view id;
  bool named;
  JsonValue attributes;
};

Search* prepare(MemoryContext context, Bytes bytes) {
  auto* search = make_in<Search>(context, context);
  check(decode_summary(bytes.data, bytes.size, search->profile));
  check(search->similar.prepare(search->profile));
  return search;
}

const char* contributions(const Search& search, const SimilarDeals::Query& query, const SimilarDeals::Match& match) {
  ContextMemory memory;
  relinsights::ByteWriter out(&memory);
  relinsights::JsonWriter json(out);
  search.similar.write_contributions(query, match, json);
  out.byte(0);
  return reinterpret_cast<const char*>(out.release());
}

// Appends what was found for one deal: (rank, deal_id, similarity, contributions), led by the
// deal's own id where `named` says so: (deal_id, rank, won_deal_id, similarity, contributions).
void put_rows(ReturnSetInfo* result, const Search& search, const Asked& asked, const SimilarDeals::Query& query) {
  bool nulls[5] = {};
  int32 rank = 0;
  MemoryContext of_row = new_context();
  MemoryContext before = MemoryContextSwitchTo(of_row);
  for (const SimilarDeals::Match& match : query.matches) {
    Datum json = DirectFunctionCall1(jsonb_in, CStringGetDatum(contributions(search, query, match)));
    Datum values[5];
    int column = 0;
    if (asked.named) values[column++] = text_datum(asked.id);
    values[column++] = Int32GetDatum(++rank);
    values[column++] = text_datum(search.similar.id(match));
    values[column++] = Float8GetDatum(match.similarity.value());
    values[column++] = json;
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    MemoryContextReset(of_row);
    CHECK_FOR_INTERRUPTS();
  }
  MemoryContextSwitchTo(before);
  MemoryContextDelete(of_row);
}

void search_group(ReturnSetInfo* result, const Search& search, const Asked* asked, size_t count, int32_t k,
                  double min_similarity) {
  auto* group = make_in<Group>(CurrentMemoryContext, CurrentMemoryContext);
  for (size_t i = 0; i < count; ++i) {
    auto& query = group->queries.emplace_back(&group->memory);
    check(search.similar.read(asked[i].named ? &asked[i].id : nullptr, asked[i].attributes, query));
  }
  check(search.similar.search(group->queries, k, min_similarity));
  for (size_t i = 0; i < count; ++i) put_rows(result, search, asked[i], group->queries[i]);
}

// Argument `number`, which must not be NULL.
void require(FunctionCallInfo fcinfo, int number, const char* name) {
  if (PG_ARGISNULL(number)) check(Status::error(StatusCode::kInvalidArgument, "%s must not be NULL", name));
}

struct Elements {
  Datum* values;
  bool* nulls;
  int count;
};

Elements elements_of(ArrayType* array, Oid type) {
  Elements elements;
  deconstruct_array(array, type, -1, false, TYPALIGN_INT, &elements.values, &elements.nulls, &elements.count);
  return elements;
}

}  // namespace

RELINSIGHTS_FUNCTION(deal_agg_transition_bigint) { return deal_transition(fcinfo, id_of_bigint); }
RELINSIGHTS_FUNCTION(deal_agg_transition_uuid) { return deal_transition(fcinfo, id_of_uuid); }
RELINSIGHTS_FUNCTION(deal_agg_transition_text) { return deal_transition(fcinfo, id_of_text); }

// (profile) -> attribute, weight, kind, deals, learned
RELINSIGHTS_FUNCTION(deal_factors) {
  InitMaterializedSRF(fcinfo, 0);
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  MemoryContext context = new_context();
  Bytes bytes = summary_argument(fcinfo, 0);
  auto* factors = make_in<Factors>(context, context);
  check(decode_summary(bytes.data, bytes.size, factors->profile));
  check(learn_factors(factors->profile, factors->learned));
  auto& list = factors->learned.factors;
  std::stable_sort(list.begin(), list.end(),
                   [](const DealFactor& a, const DealFactor& b) { return a.weight > b.weight; });
  for (const DealFactor& factor : list) {
    Datum values[] = {text_datum(factor.column->name()), Float8GetDatum(factor.weight),
                      text_datum(factor.numeric ? "numeric" : "categorical"), Int64GetDatum(factor.deals),
                      BoolGetDatum(factors->learned.learned)};
    bool nulls[5] = {};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  }
  MemoryContextDelete(context);
  PG_RETURN_NULL();
}

// (profile, attributes, k)
RELINSIGHTS_FUNCTION(similar_won_deals) {
  InitMaterializedSRF(fcinfo, 0);
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  require(fcinfo, 2, "k");
  auto k = argument<int32_t>(fcinfo, 2);
  check(SimilarDeals::check(k, 0));
  MemoryContext context = new_context();
  MemoryContext before = MemoryContextSwitchTo(context);
  Asked asked{{}, false, {}};
  if (!PG_ARGISNULL(1)) asked.attributes = attributes_of(PG_GETARG_DATUM(1));
  Search* search = prepare(context, summary_argument(fcinfo, 0));
  search_group(reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo), *search, &asked, 1, k, 0);
  MemoryContextSwitchTo(before);
  MemoryContextDelete(context);
  PG_RETURN_NULL();
}

// (profile, deal_ids, attributes, k, min_similarity)
RELINSIGHTS_FUNCTION(similar_won_deals_of_many) {
  InitMaterializedSRF(fcinfo, 0);
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
  require(fcinfo, 2, "attributes");
  require(fcinfo, 3, "k");
  require(fcinfo, 4, "min_similarity");
  auto k = argument<int32_t>(fcinfo, 3);
  auto min_similarity = argument<double>(fcinfo, 4);
  check(SimilarDeals::check(k, min_similarity));
  MemoryContext context = new_context();
  MemoryContext before = MemoryContextSwitchTo(context);
  Elements ids = elements_of(PG_GETARG_ARRAYTYPE_P(1), TEXTOID);
  Elements attributes = elements_of(PG_GETARG_ARRAYTYPE_P(2), JSONBOID);
  if (ids.count != attributes.count) {
    check(Status::error(StatusCode::kInvalidArgument, "deal_ids and attributes must have as many elements")
              .detail("There are %d ids and %d attributes.", ids.count, attributes.count));
  }
  Search* search = prepare(context, summary_argument(fcinfo, 0));
  size_t at_once = search->similar.queries_at_once(k);
  auto* asked = static_cast<Asked*>(palloc(at_once * sizeof(Asked)));
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  MemoryContext of_group = new_context();
  MemoryContextSwitchTo(of_group);
  for (int next = 0; next < ids.count;) {
    size_t count = 0;
    for (; next < ids.count && count < at_once; ++next) {
      CHECK_FOR_INTERRUPTS();
      if (ids.nulls[next]) continue;
      JsonValue value;
      if (!attributes.nulls[next]) value = attributes_of(attributes.values[next]);
      asked[count++] = Asked{id_of_text(ids.values[next]), true, value};
    }
    search_group(result, *search, asked, count, k, min_similarity);
    MemoryContextReset(of_group);
  }
  MemoryContextSwitchTo(before);
  MemoryContextDelete(context);
  PG_RETURN_NULL();
}
