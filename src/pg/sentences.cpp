// The sentences people read: core/words/sentences.h says which there are, core/words/language/ words them.
#include "core/words/sentences.h"

#include <cmath>

#include "core/words/record_page.h"
#include "pg/arguments.h"
#include "pg/json_input.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
}

namespace relinsights::pg {
namespace {

// UTF-8 in PostgreSQL's memory: it outlives every C++ object.
struct Plain {
  char* data;
  int size;
};

Plain plain_from(const Text& text, std::pmr::memory_resource* memory) {
  if (text.size() >= MaxAllocSize) throw Failure{Status::error(StatusCode::kLimitExceeded, "text is too long")};
  auto* data = static_cast<char*>(memory->allocate(text.size() + 1, 8));
  memcpy(data, text.c_str(), text.size() + 1);
  return {data, static_cast<int>(text.size())};
}

// Where the database's encoding lacks a character, PostgreSQL's error names it.
Datum text_in_server_encoding(const char* utf8, int size) {
  char* converted = pg_any_to_server(utf8, size, PG_UTF8);
  return text_datum({converted, converted == utf8 ? static_cast<size_t>(size) : strlen(converted)});
}

const Language& language_argument(const char* code) {
  const Language* language = find_language(code);
  if (language == nullptr) throw Failure{unknown_language(code)};
  return *language;
}

// Whether this database's encoding can hold every label of a language: the same characters make its sentences.
bool fits_encoding(const LabelTexts& labels) {
  int encoding = GetDatabaseEncoding();
  if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII) return true;
  Oid conversion = FindDefaultConversionProc(PG_UTF8, encoding);
  for (const char* label : labels) {
    int size = static_cast<int>(strlen(label));
    bool ascii = true;
    for (int i = 0; i < size; ++i) ascii = ascii && static_cast<unsigned char>(label[i]) < 0x80;
    if (ascii) continue;
    if (!OidIsValid(conversion)) return false;
    auto* from = reinterpret_cast<unsigned char*>(pstrdup(label));
    int room = size * MAX_CONVERSION_GROWTH + 1;
    auto* to = static_cast<unsigned char*>(palloc(static_cast<Size>(room)));
    if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding, from, size, to, room, true) < size) return false;
  }
  return true;
}

Datum text_array(Datum* texts, int count) {
  return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

}  // namespace

RELINSIGHTS_FUNCTION(summary_languages) {
  Datum codes[64];
  int count = 0;
  for (const Registered* r = languages(); r != nullptr && count < 64; r = r->next)
    codes[count++] = text_datum(r->language.code());
  return text_array(codes, count);
}

RELINSIGHTS_FUNCTION(language_fits) {
  const char* code = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const Language* language = find_language(code);
  return BoolGetDatum(language != nullptr && fits_encoding(language->labels()));
}

// (language, warning, days)
RELINSIGHTS_FUNCTION(attention_words) {
  const char* code = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* name = text_to_cstring(PG_GETARG_TEXT_PP(1));
  int32_t days = PG_GETARG_INT32(2);
  Plain said = [&] {
    const Language& language = language_argument(code);
    if (days < 0)
      throw Failure{Status::error(StatusCode::kInvalidArgument, "days must not be negative").detail("It is %d.", days)};
    size_t warning = 0;
    while (warning < kWarnings && std::string_view(kWarningLabels[warning]) != name) ++warning;
    if (warning == kWarnings)
      throw Failure{Status::error(StatusCode::kInvalidArgument, "unknown warning")
                        .hint("relationship_attention lists the warnings that there are.")};
    ContextMemory memory;
    Text text(&memory);
    language.say(text, Attention{static_cast<Warning>(warning), days});
    return plain_from(text, &memory);
  }();
  return text_in_server_encoding(said.data, said.size);
}

RELINSIGHTS_FUNCTION(summary_sentences) {
  JsonValue document = tokens_of(PG_GETARG_JSONB_P(0));
  const char* code = text_to_cstring(PG_GETARG_TEXT_PP(1));
  int ends[kMostSentences];
  int count = 0;
  Plain all = [&] {
    const Language& language = language_argument(code);
    ContextMemory memory;
    RecordFacts facts = value_of(read_facts(document));
    Sentence sentences[kMostSentences];
    Text text(&memory);
    for (size_t size = choose_sentences(facts, sentences); static_cast<size_t>(count) < size; ++count) {
      say(language, sentences[count], text);
      ends[count] = static_cast<int>(text.size());
    }
    return plain_from(text, &memory);
  }();
  Datum texts[kMostSentences];
  for (int i = 0, begin = 0; i < count; begin = ends[i++])
    texts[i] = text_in_server_encoding(pnstrdup(all.data + begin, static_cast<Size>(ends[i] - begin)), ends[i] - begin);
  return text_array(texts, count);
}

RELINSIGHTS_FUNCTION(summary_labels) {
  const char* code = text_to_cstring(PG_GETARG_TEXT_PP(0));
  auto* json = [&] {
    const Language& language = language_argument(code);
    ContextMemory memory;
    ByteWriter out(&memory, 4096);
    JsonWriter writer(out);
    writer.begin_object();
    for (size_t i = 0; i < kLabels; ++i) writer.key(kLabelNames[i]).string(language.label(static_cast<Label>(i)));
    writer.end_object();
    out.byte(0);
    return reinterpret_cast<char*>(out.release());
  }();
  return DirectFunctionCall1(jsonb_in,
                             CStringGetDatum(pg_any_to_server(json, static_cast<int>(strlen(json)), PG_UTF8)));
}

RELINSIGHTS_FUNCTION(summary_length) {
  double hours = PG_GETARG_FLOAT8(0);
  const char* code = text_to_cstring(PG_GETARG_TEXT_PP(1));
  bool effort = PG_GETARG_BOOL(2);
  Plain said = [&] {
    const Language& language = language_argument(code);
    if (!std::isfinite(hours)) throw Failure{Status::error(StatusCode::kInvalidArgument, "hours must be finite")};
    ContextMemory memory;
    Text text(&memory);
    Length length = length_of(std::fabs(hours), effort ? Length::Unit::kHours : Length::Unit::kDays);
    if (hours < 0 && !negligible(length)) text.append("-");
    language.say(text, length);
    return plain_from(text, &memory);
  }();
  return text_in_server_encoding(said.data, said.size);
}

RELINSIGHTS_FUNCTION(summary_page) {
  if (GetDatabaseEncoding() != PG_UTF8)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a page needs a database in UTF8"),
                    errdetail("The encoding of this database is %s.", GetDatabaseEncodingName()),
                    errhint("relinsights.summary() and relinsights.insights() give the same in any encoding.")));
  JsonValue document = tokens_of(PG_GETARG_JSONB_P(0));
  Plain page = [&] {
    ContextMemory memory;
    Text text(&memory);
    check(write_page(document, text));
    return plain_from(text, &memory);
  }();
  return text_in_server_encoding(page.data, page.size);
}

}  // namespace relinsights::pg
