// The value of a deal's attribute (a JSON number, string or boolean) as bytes: equal values, and
// only those, have equal bytes, and among numbers the order of the bytes is the order of the
// numbers. So 1, 1.0 and 1e0 are one value, 1 and "1" two, and no two numbers collapse, however
// many digits they have: a number is kept as its decimal digits, never as a double. Numbers are
// those PostgreSQL's numeric holds.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

#include "core/base/interrupt.h"
#include "core/base/json.h"

namespace relinsights {

// Replaces `bytes` by those of a JSON scalar other than null; false for a number beyond numeric's
// range.
bool encode_attribute_value(JsonValue value, std::pmr::string& bytes);
bool is_attribute_number(std::string_view bytes) noexcept;
// Whether these are the bytes of some value.
bool valid_attribute_value(std::string_view bytes) noexcept;
void write_attribute_value(JsonWriter& json, std::string_view bytes);

// The deal an error is about, as ` of deal "42"`; nothing where it has no id.
struct ShownDeal {
  char text[96];
  explicit ShownDeal(const std::string_view* id) noexcept;
};

Status not_an_object(const std::string_view* deal) noexcept;
Status not_an_attribute(std::string_view name, JsonValue value, const std::string_view* deal) noexcept;

// Visits the attributes of a deal as visit(name, bytes of the value), nulls left out; `visit`
// answers a Status. Anything but an object of scalars is an error. `deal` is its id, or null. Throws
// a Failure when told to stop.
template <class Visit>
Status for_each_attribute(JsonValue attributes, const std::string_view* deal, std::pmr::memory_resource* memory,
                          Visit&& visit) {
  if (attributes.type() != JsonToken::Type::kObject) return not_an_object(deal);
  JsonErrors none("attributes");
  Status status;
  std::pmr::string bytes(memory);
  InterruptPace pace;
  attributes.for_each_member("attributes", none, [&](std::string_view name, JsonValue value) {
    pace.step();
    if (!status.ok() || value.type() == JsonToken::Type::kNull) return;
    bool scalar = value.type() != JsonToken::Type::kArray && value.type() != JsonToken::Type::kObject;
    if (scalar && encode_attribute_value(value, bytes))
      status = visit(name, std::string_view(bytes));
    else
      status = not_an_attribute(name, value, deal);
  });
  return status;
}

}  // namespace relinsights
