// Keys: ids as bytes whose order is the order of the ids (record_entries.h).
#pragma once

#include <algorithm>
#include <array>
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

// Reads what text_of_key writes of an integer or a uuid, and nothing else: the size of the key, 0 for no id.
using FixedKey = std::array<char, kUuidKey>;
inline size_t key_of_text(IdType type, std::string_view text, FixedKey& key) noexcept {
  size_t size = kIntegerKey;
  if (type == IdType::kInteger) {
    int64_t id = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), id).ec != std::errc()) return 0;
    std::ranges::copy(integer_key(id), key.begin());
  } else {
    size = kUuidKey;
    size_t at = 0;
    for (char& byte : key) {
      if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
      const char *from = text.data() + std::min(at, text.size()), *to = text.data() + std::min(at + 2, text.size());
      if (std::from_chars(from, to, reinterpret_cast<unsigned char&>(byte), 16).ec != std::errc()) return 0;
      at += 2;
    }
  }
  KeyTextBuffer again;
  return text_of_key(type, {key.data(), size}, again) == text ? size : 0;
}

// Whether the text of id `a` comes after that of `b` in the C collation.
inline bool later_as_text(IdType type, std::string_view a, std::string_view b) noexcept {
  KeyTextBuffer of_a, of_b;
  return text_of_key(type, a, of_a) > text_of_key(type, b, of_b);
}

}  // namespace relinsights
