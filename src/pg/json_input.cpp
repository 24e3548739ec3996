#include "pg/json_input.h"

extern "C" {
#include "utils/jsonfuncs.h"
}

namespace relinsights::pg {
namespace {

// So many values, keys and brackets take 6 GB; no text that a summary writes comes near.
constexpr uint32_t kMostTokens = uint32_t{1} << 28;

struct TokenList {
  uint32_t size = 0;
  uint32_t capacity = 32;
  JsonToken* tokens = static_cast<JsonToken*>(palloc(sizeof(JsonToken) * capacity));
  // Where the arrays and objects that are not closed yet begin.
  uint32_t depth = 0;
  uint32_t open_capacity = 8;
  uint32_t* open = static_cast<uint32_t*>(palloc(sizeof(uint32_t) * open_capacity));

  JsonToken& add(JsonToken::Type type) {
    CHECK_FOR_INTERRUPTS();
    if (size == kMostTokens)
      ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("JSON text has too many values"),
                      errdetail("%u keys, values and brackets are the most.", kMostTokens),
                      errhint("Copy values as large as this in binary form.")));
    if (size == capacity) {
      capacity *= 2;
      tokens = static_cast<JsonToken*>(repalloc_huge(tokens, sizeof(JsonToken) * capacity));
    }
    tokens[size] = JsonToken{type, 0, {}};
    return tokens[size++];
  }
  void begin(JsonToken::Type type) {
    if (depth == open_capacity) {
      open_capacity *= 2;
      open = static_cast<uint32_t*>(repalloc(open, sizeof(uint32_t) * open_capacity));
    }
    open[depth++] = size;
    add(type);
  }
  void end() {
    tokens[open[--depth]].end = size;
    add(JsonToken::Type::kEnd);
  }
};

const char* canonical_number(Datum number) { return DatumGetCString(DirectFunctionCall1(numeric_out, number)); }

// ---- from text: what PostgreSQL's JSON parser meets, as it comes, so that a key given twice is seen

struct TextReader {
  TokenList list;
  // Texts of summaries repeat few keys very often; the parser makes a copy of each.
  static constexpr size_t kKeys = 16;
  std::string_view keys[kKeys] = {};
  size_t next_key = 0;

  std::string_view kept(char* name) {
    std::string_view key(name);
    for (std::string_view known : keys) {
      if (known != key || known.data() == nullptr) continue;
      pfree(name);
      return known;
    }
    if (key.size() <= 32) keys[next_key++ % kKeys] = key;
    return key;
  }
};

TokenList& list_of(void* reader) { return static_cast<TextReader*>(reader)->list; }

JsonActionResult object_start(void* reader) {
  list_of(reader).begin(JsonToken::Type::kObject);
  RELINSIGHTS_JSON_ACTION_DONE;
}
JsonActionResult array_start(void* reader) {
  list_of(reader).begin(JsonToken::Type::kArray);
  RELINSIGHTS_JSON_ACTION_DONE;
}
JsonActionResult container_end(void* reader) {
  list_of(reader).end();
  RELINSIGHTS_JSON_ACTION_DONE;
}
JsonActionResult object_field(void* reader, char* name, bool) {
  auto* text = static_cast<TextReader*>(reader);
  text->list.add(JsonToken::Type::kKey).text = text->kept(name);
  RELINSIGHTS_JSON_ACTION_DONE;
}
JsonActionResult scalar(void* reader, char* token, JsonTokenType type) {
  TokenList& list = list_of(reader);
  switch (type) {
    case JSON_TOKEN_STRING:
      list.add(JsonToken::Type::kString).text = token;
      break;
    case JSON_TOKEN_NUMBER: {
      bool whole = strspn(token, "0123456789") == strlen(token);
      list.add(JsonToken::Type::kNumber).text =
          whole ? token
                : canonical_number(DirectFunctionCall3(numeric_in, CStringGetDatum(token), ObjectIdGetDatum(InvalidOid),
                                                       Int32GetDatum(-1)));
      break;
    }
    case JSON_TOKEN_TRUE:
      list.add(JsonToken::Type::kTrue);
      break;
    case JSON_TOKEN_FALSE:
      list.add(JsonToken::Type::kFalse);
      break;
    default:
      list.add(JsonToken::Type::kNull);
  }
  RELINSIGHTS_JSON_ACTION_DONE;
}

// ---- from jsonb

void add_scalar(TokenList& list, const JsonbValue& value) {
  switch (value.type) {
    case jbvString:
      list.add(JsonToken::Type::kString).text = {value.val.string.val, static_cast<size_t>(value.val.string.len)};
      break;
    case jbvNumeric:
      list.add(JsonToken::Type::kNumber).text = canonical_number(NumericGetDatum(value.val.numeric));
      break;
    case jbvBool:
      list.add(value.val.boolean ? JsonToken::Type::kTrue : JsonToken::Type::kFalse);
      break;
    default:
      list.add(JsonToken::Type::kNull);
  }
}

}  // namespace

JsonValue tokens_of(const Jsonb* document) {
  TokenList list;
  bool scalar = JB_ROOT_IS_SCALAR(document);
  JsonbIterator* iterator = JsonbIteratorInit(const_cast<JsonbContainer*>(&document->root));
  JsonbValue value;
  for (JsonbIteratorToken token; (token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE;) {
    if (scalar && (token == WJB_BEGIN_ARRAY || token == WJB_END_ARRAY)) continue;  // how jsonb wraps a lone scalar
    switch (token) {
      case WJB_BEGIN_ARRAY:
        list.begin(JsonToken::Type::kArray);
        break;
      case WJB_BEGIN_OBJECT:
        list.begin(JsonToken::Type::kObject);
        break;
      case WJB_END_ARRAY:
      case WJB_END_OBJECT:
        list.end();
        break;
      case WJB_KEY:
        list.add(JsonToken::Type::kKey).text = {value.val.string.val, static_cast<size_t>(value.val.string.len)};
        break;
      default:
        add_scalar(list, value);
    }
  }
  pfree(list.open);
  return JsonValue(list.tokens, 0);
}

JsonValue parse_json(const char* text) {
  JsonSemAction actions{};
  TextReader reader;
  actions.semstate = &reader;
  actions.object_start = object_start;
  actions.object_end = container_end;
  actions.array_start = array_start;
  actions.array_end = container_end;
  actions.object_field_start = object_field;
  actions.scalar = scalar;
  pg_parse_json_or_ereport(json_lexer(text), &actions);
  return JsonValue(reader.list.tokens, 0);
}

}  // namespace relinsights::pg
