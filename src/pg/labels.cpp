// Reads a text as one of our enums, as a cast does, but looks each label up once per call site: a refresh reads
// millions.
#include "pg/arguments.h"

extern "C" {
#include "utils/lsyscache.h"
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

}  // namespace

RELINSIGHTS_FUNCTION(label_from_text) {
  KnownLabels& known = known_labels(fcinfo);
  std::string_view name = view_of(PG_GETARG_TEXT_PP(0));
  for (size_t i = 0; i < known.count; ++i) {
    const KnownLabels::Label& label = known.labels[i];
    if (label.size == name.size() && memcmp(label.text, name.data(), name.size()) == 0) PG_RETURN_OID(label.oid);
  }
  // The error of an unknown label is enum_in's own.
  Oid oid = DatumGetObjectId(
      DirectFunctionCall2(enum_in, CStringGetDatum(pnstrdup(name.data(), name.size())), ObjectIdGetDatum(known.type)));
  if (known.count < KnownLabels::kMost) {
    KnownLabels::Label& label = known.labels[known.count++];
    label.oid = oid;
    label.size = static_cast<uint8_t>(name.size());
    memcpy(label.text, name.data(), name.size());
  }
  PG_RETURN_OID(oid);
}
