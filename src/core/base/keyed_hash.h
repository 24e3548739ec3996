// A hash for tables whose keys outsiders choose: SipHash (Aumasson and Bernstein), 1-3 as scripting languages use it,
// with a key that the host draws at random once per process. Without the key nobody can find texts that collide, so
// nobody can make a table slow. What a table answers must never depend on the key.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace relinsights {

struct HashKey {
  uint64_t first = 0;
  uint64_t second = 0;
};

// Set by the host before the first table is made, and not changed while one lives.
inline HashKey process_hash_key;

template <int kRounds, int kLastRounds>
uint64_t sip_hash(std::string_view text, HashKey key) noexcept {
  uint64_t v0 = 0x736f6d6570736575 ^ key.first, v1 = 0x646f72616e646f6d ^ key.second;
  uint64_t v2 = 0x6c7967656e657261 ^ key.first, v3 = 0x7465646279746573 ^ key.second;
  auto mix = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  };
  auto take = [&](uint64_t word) {
    v3 ^= word;
    mix(kRounds);
    v0 ^= word;
  };
  const char* at = text.data();
  size_t left = text.size();
  for (uint64_t word; left >= 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    take(word);
  }
  uint64_t last = 0;
  if (left > 0) std::memcpy(&last, at, left);
  take(last | static_cast<uint64_t>(text.size()) << 56);
  v2 ^= 0xff;
  mix(kLastRounds);
  return v0 ^ v1 ^ v2 ^ v3;
}

inline uint64_t keyed_hash(std::string_view text) noexcept { return sip_hash<1, 3>(text, process_hash_key); }

}  // namespace relinsights
