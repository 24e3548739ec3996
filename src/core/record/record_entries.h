// What happened with one record: its activities in order of time, as plain entries over numbers. This is the form that
// everything about a record passes through: the engine makes it from source rows, an activity_log is its bytes, and the
// families fold over it (record_summaries.h).
//
// People and threads are numbers into lists that hold each text once, ascending by bytes, so that the order of numbers
// is the order of texts. Ids are keys: bytes whose order is the order of the ids.
#pragma once

#include <array>
#include <cstring>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/families/engagement_summary.h"

namespace relinsights {

// Which ids stand behind keys. A key is: of an integer, its 64 bits, the highest byte first, with the sign bit flipped;
// of a uuid, its 16 bytes; of a text, its bytes. Keys of one type compare as the ids do (texts as in the C collation).
enum class IdType : uint8_t { kInteger, kUuid, kText };

inline std::array<char, 8> integer_key(int64_t id) noexcept {
  uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(id) ^ uint64_t{1} << 63);
  std::array<char, 8> key;
  std::memcpy(key.data(), &bits, sizeof bits);
  return key;
}
inline int64_t integer_of_key(std::string_view key) noexcept {
  uint64_t bits;
  std::memcpy(&bits, key.data(), sizeof bits);
  return static_cast<int64_t>(__builtin_bswap64(bits) ^ uint64_t{1} << 63);
}

inline constexpr uint8_t kUnknownDirection = 2;  // beside the numbers of Direction

// One activity that is completed, or will be by time alone.
struct RecordEntry {
  enum Flag : uint8_t {  // of e-mails alone
    kAutomated = 1,      // an e-mail that a machine wrote: no response, no turn
    kNeedsNoReply = 2,   // an e-mail that closes its turn (needs_reply is false)
    kInternal = 4,       // an e-mail among ourselves: no response, no turn
    kFollowed = 8,       // an e-mail whose engagement is known
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  Instant at;
  Instant counts_from;          // `at`, or the later end of an activity whose status follows from the clock
  Duration duration;            // not negative; 0 where it is not known
  uint32_t activity;            // number in activities
  uint32_t thread = kNone;      // number in threads
  uint32_t people = 0;          // where in `people` its people begin: ours, then theirs; each ascending, each once
  uint32_t ours = 0;            // how many of ours
  uint32_t theirs = 0;          // how many of theirs
  uint32_t engagement = kNone;  // number in engagements, if followed
  int16_t sentiment = 0;        // ten-thousandths, -10000..10000
  Kind kind = Kind::kOther;
  uint8_t direction = kUnknownDirection;
  uint8_t flags = 0;

  bool has(Flag flag) const noexcept { return (flags & flag) != 0; }
  bool known_direction() const noexcept { return direction != kUnknownDirection; }
};

struct RecordEntries {
  explicit RecordEntries(std::pmr::memory_resource* memory) noexcept
      : entries(memory),
        activities(memory),
        threads(memory),
        our_people(memory),
        their_people(memory),
        people(memory),
        engagements(memory),
        key_bytes(memory) {}

  IdType activity_type = IdType::kInteger;
  IdType thread_type = IdType::kInteger;
  std::pmr::vector<RecordEntry> entries;            // ascending by `at`, then by the activity's key; no activity twice
  std::pmr::vector<std::string_view> activities;    // the keys, in the order of the entries
  std::pmr::vector<std::string_view> threads;       // the keys, ascending, each once and each in use
  std::pmr::vector<std::string_view> our_people;    // texts, ascending, each once and each in use
  std::pmr::vector<std::string_view> their_people;  // likewise
  std::pmr::vector<uint32_t> people;                // of the entries, one behind the other
  std::pmr::vector<std::array<int32_t, kEngagements>>
      engagements;                   // of followed e-mails: opens, clicks, views, replies
  std::pmr::vector<char> key_bytes;  // for keys that stand nowhere else: a decoder's; it is never grown once in use
};

}  // namespace relinsights
