// The text form of every summary is JSON. This writes it, and reads it from tokens: whoever has a JSON parser at hand
// (PostgreSQL has one) hands its result over as a flat list, so the core needs none.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "core/base/codec.h"
#include "core/base/time.h"

namespace relinsights {

// One step of a parsed JSON document. Numbers and strings carry their text, unescaped. A beginning knows where its end
// is.
struct JsonToken {
  enum class Type : uint8_t { kObject, kArray, kEnd, kKey, kString, kNumber, kTrue, kFalse, kNull };
  Type type;
  uint32_t end = 0;  // of kObject and kArray: the index of their kEnd
  std::string_view text;
};

// An instant as 2026-03-02T09:00:00Z, with six decimals where there are any; years beyond 9999 or below 0 carry a sign.
struct InstantText {
  char text[40];
  explicit InstantText(Instant at) noexcept;
};
struct DayText {
  char text[24];
  explicit DayText(Day day) noexcept;
};
bool parse_instant(std::string_view text, Instant& result) noexcept;
bool parse_day(std::string_view text, Day& result) noexcept;

class JsonWriter {
 public:
  explicit JsonWriter(ByteWriter& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name) {
    string(name);
    out_.byte(':');
    separate_ = false;
    return *this;
  }
  JsonWriter& number(uint128 value);
  JsonWriter& number(uint64_t value) { return number(static_cast<uint128>(value)); }
  JsonWriter& number(int64_t value);
  JsonWriter& boolean(bool value) { return literal(value ? "true" : "false"); }
  JsonWriter& null() { return literal("null"); }
  JsonWriter& string(std::string_view value);
  JsonWriter& instant(Instant at) { return string(InstantText(at).text); }
  JsonWriter& day(Day day) { return string(DayText(day).text); }
  // Text that is already one JSON value.
  JsonWriter& literal(std::string_view value);

 private:
  JsonWriter& open(char bracket) {
    element();
    out_.byte(static_cast<uint8_t>(bracket));
    separate_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.byte(static_cast<uint8_t>(bracket));
    separate_ = true;
    return *this;
  }
  void element() {
    if (separate_) out_.byte(',');
    separate_ = true;
  }

  ByteWriter& out_;
  bool separate_ = false;
};

// Reading keeps the first error and goes on with zeros, so that a reader checks once, at its end.
class JsonErrors {
 public:
  explicit JsonErrors(const char* type_name) noexcept : type_name_(type_name) {}
  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) noexcept;
  bool any() const noexcept { return any_; }
  Status status() const noexcept;

 private:
  const char* type_name_;
  bool any_ = false;
  char first_[160] = "";
};

// A value somewhere in a token list. Cheap to copy; the tokens must live on.
class JsonValue {
 public:
  JsonValue() = default;
  JsonValue(const JsonToken* tokens, uint32_t at) noexcept : tokens_(tokens), at_(at) {}

  bool present() const noexcept { return tokens_ != nullptr; }
  JsonToken::Type type() const noexcept { return present() ? tokens_[at_].type : JsonToken::Type::kNull; }
  std::string_view text() const noexcept { return present() ? tokens_[at_].text : std::string_view(); }

  // Visits each element of an array (anything else is an error naming `what`).
  template <class Visit>
  void for_each_element(const char* what, JsonErrors& errors, Visit&& visit) const {
    if (type() != JsonToken::Type::kArray) return errors.add("\"%s\" must be an array", what);
    for (uint32_t i = at_ + 1; i < tokens_[at_].end; i = JsonValue(tokens_, i).next()) visit(JsonValue(tokens_, i));
  }
  // Visits each member of an object as (name, value).
  template <class Visit>
  void for_each_member(const char* what, JsonErrors& errors, Visit&& visit) const {
    if (type() != JsonToken::Type::kObject) return errors.add("\"%s\" must be an object", what);
    for (uint32_t i = at_ + 1; i < tokens_[at_].end;) {
      JsonValue value(tokens_, i + 1);
      visit(tokens_[i].text, value);
      i = value.next();
    }
  }

  uint128 wide_number(const char* what, JsonErrors& errors) const noexcept;
  uint64_t number(const char* what, JsonErrors& errors,
                  uint64_t most = static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) const noexcept;
  int64_t signed_number(const char* what, JsonErrors& errors) const noexcept;
  bool boolean(const char* what, JsonErrors& errors) const noexcept;
  std::string_view string(const char* what, JsonErrors& errors) const noexcept;
  Instant instant(const char* what, JsonErrors& errors) const noexcept;
  Day day(const char* what, JsonErrors& errors) const noexcept;

 private:
  uint32_t next() const noexcept {
    bool nested = type() == JsonToken::Type::kObject || type() == JsonToken::Type::kArray;
    return (nested ? tokens_[at_].end : at_) + 1;
  }

  const JsonToken* tokens_ = nullptr;
  uint32_t at_ = 0;
};

// An object of which every member must be asked for: an unknown one is an error, so a typo is not silently lost.
class JsonObject {
 public:
  JsonObject(const char* what, JsonValue value, JsonErrors& errors) noexcept;

  JsonValue optional(const char* name) noexcept;
  JsonValue required(const char* name) noexcept;
  uint64_t number(const char* name) noexcept { return required(name).number(name, errors_); }
  Instant instant(const char* name) noexcept { return required(name).instant(name, errors_); }
  // Call last: complains about members nobody asked for.
  void done() noexcept;

 private:
  const char* what_;
  JsonValue value_;
  JsonErrors& errors_;
  uint32_t members_ = 0;
  uint32_t asked_ = 0;
};

}  // namespace relinsights
