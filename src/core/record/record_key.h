// Keys: ids as bytes whose order is the order of the ids (record_entries.h).
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "core/record/record_entries.h"

namespace relinsights {

inline constexpr size_t kIntegerKey = 8;
inline constexpr size_t kUuidKey = 16;

// The id as SQL writes it. Good while `key` and `buffer` are.
using KeyTextBuffer = char[40];
inline std::string_view text_of_key(IdType type, std::string_view key, KeyTextBuffer& buffer) noexcept {
  switch (type) {
    case IdType::kText:
      return key;
    case IdType::kInteger: {
      auto written = std::to_chars(buffer, buffer + sizeof buffer, integer_of_key(key));
      return {buffer, static_cast<size_t>(written.ptr - buffer)};
    }
    case IdType::kUuid:
      break;
  }
  char* to = buffer;
  for (size_t i = 0; i < key.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = "0123456789abcdef"[static_cast<uint8_t>(key[i]) >> 4];
    *to++ = "0123456789abcdef"[static_cast<uint8_t>(key[i]) & 15];
  }
  return {buffer, static_cast<size_t>(to - buffer)};
}

// Whether the text of id `a` comes after that of `b` in the C collation.
inline bool later_as_text(IdType type, std::string_view a, std::string_view b) noexcept {
  KeyTextBuffer of_a, of_b;
  return text_of_key(type, a, of_a) > text_of_key(type, b, of_b);
}

}  // namespace relinsights
