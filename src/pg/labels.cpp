// The cast of a text to one of our enums: looks each label up once per call site, and an unknown one is an error that
// lists them all.
#include "pg/arguments.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

using namespace relinsights::pg;

namespace {

struct KnownLabels {
  struct Label {
    Oid oid;
    uint8_t size;
    char text[NAMEDATALEN];
  };
  static constexpr size_t kMost = 8;  // no enum of ours has more
  Oid type;
  size_t count;
  Label labels[kMost];
};

KnownLabels& known_labels(FunctionCallInfo fcinfo) {
  CallCache& cache = call_cache(fcinfo);
  if (cache.own == nullptr) {
    auto* known = static_cast<KnownLabels*>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(KnownLabels)));
    known->type = get_func_rettype(fcinfo->flinfo->fn_oid);
    cache.own = known;
  }
  return *static_cast<KnownLabels*>(cache.own);
}

[[noreturn]] void refuse(Oid type, const char* label) {
  StringInfoData labels;
  initStringInfo(&labels);
  CatCList* all = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
  float4 last = 0;
  for (int shown = 0; shown < all->n_members; ++shown) {  // in their order, of which there are few
    Form_pg_enum next = nullptr;
    for (int i = 0; i < all->n_members; ++i) {
      auto* one = reinterpret_cast<Form_pg_enum>(GETSTRUCT(&all->members[i]->tuple));
      if ((shown == 0 || one->enumsortorder > last) && (next == nullptr || one->enumsortorder < next->enumsortorder))
        next = one;
    }
    appendStringInfo(&labels, "%s%s", shown == 0 ? "" : ", ", NameStr(next->enumlabel));
    last = next->enumsortorder;
  }
  ReleaseCatCacheList(all);
  ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                  errmsg("invalid input value for enum %s: \"%s\"", format_type_be(type), label),
                  errhint("Its labels are %s. Map yours to them, or to NULL.", labels.data)));
  pg_unreachable();
}

}  // namespace

RELINSIGHTS_FUNCTION(label_from_text) {
  KnownLabels& known = known_labels(fcinfo);
  std::string_view name = view_of(PG_GETARG_TEXT_PP(0));
  for (size_t i = 0; i < known.count; ++i) {
    const KnownLabels::Label& label = known.labels[i];
    if (label.size == name.size() && memcmp(label.text, name.data(), name.size()) == 0) PG_RETURN_OID(label.oid);
  }
  const char* label_name = pnstrdup(name.data(), name.size());
  Oid oid = name.size() < NAMEDATALEN ? GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(known.type),
                                                        CStringGetDatum(label_name))
                                      : InvalidOid;
  if (!OidIsValid(oid)) refuse(known.type, label_name);
  if (known.count < KnownLabels::kMost) {
    KnownLabels::Label& label = known.labels[known.count++];
    label.oid = oid;
    label.size = static_cast<uint8_t>(name.size());
    memcpy(label.text, name.data(), name.size());
  }
  PG_RETURN_OID(oid);
}
