#include "pg/json_input.h"

namespace relinsights::pg {
namespace {

struct TokenList {
  uint32_t size = 0;
  uint32_t capacity = 32;
  JsonToken* tokens = static_cast<JsonToken*>(palloc(sizeof(JsonToken) * capacity));

  JsonToken& add(JsonToken::Type type) {
    if (size == capacity) {
      capacity *= 2;
      tokens = static_cast<JsonToken*>(repalloc_huge(tokens, sizeof(JsonToken) * capacity));
    }
    tokens[size] = JsonToken{type, 0, {}};
    return tokens[size++];
  }
};

void add_scalar(TokenList& list, const JsonbValue& value) {
  switch (value.type) {
    case jbvString:
      list.add(JsonToken::Type::kString).text = {value.val.string.val, static_cast<size_t>(value.val.string.len)};
      break;
    case jbvNumeric:
      list.add(JsonToken::Type::kNumber).text =
          DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
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
  auto* open = static_cast<uint32_t*>(palloc(sizeof(uint32_t) * 8));
  uint32_t depth = 0, open_capacity = 8;
  JsonbIterator* iterator = JsonbIteratorInit(const_cast<JsonbContainer*>(&document->root));
  JsonbValue value;
  for (JsonbIteratorToken token; (token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE;) {
    if (scalar && (token == WJB_BEGIN_ARRAY || token == WJB_END_ARRAY)) continue;  // how jsonb wraps a lone scalar
    switch (token) {
      case WJB_BEGIN_ARRAY:
      case WJB_BEGIN_OBJECT:
        if (depth == open_capacity) {
          open_capacity *= 2;
          open = static_cast<uint32_t*>(repalloc(open, sizeof(uint32_t) * open_capacity));
        }
        open[depth++] = list.size;
        list.add(token == WJB_BEGIN_ARRAY ? JsonToken::Type::kArray : JsonToken::Type::kObject);
        break;
      case WJB_END_ARRAY:
      case WJB_END_OBJECT:
        list.tokens[open[--depth]].end = list.size;
        list.add(JsonToken::Type::kEnd);
        break;
      case WJB_KEY:
        list.add(JsonToken::Type::kKey).text = {value.val.string.val, static_cast<size_t>(value.val.string.len)};
        break;
      default:
        add_scalar(list, value);
    }
  }
  pfree(open);
  return JsonValue(list.tokens, 0);
}

JsonValue parse_json(const char* text) {
  return tokens_of(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))));
}

}  // namespace relinsights::pg
