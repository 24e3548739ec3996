// Random activities of a record, as plain values, and the logs they make.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "core/record/activity_log.h"
#include "summary_checks.h"

namespace relinsights::test {

// An activity with its texts, apart from any log.
struct PlainActivity {
  std::string key;
  Instant at, counts_from;
  Duration duration;
  std::string thread;
  std::set<std::string> ours, theirs;
  uint8_t flags = 0;
  int16_t sentiment = 0;
  Kind kind = Kind::kEmail;
  uint8_t direction = kUnknownDirection;
  std::array<int32_t, kEngagements> engagement{};

  auto operator<=>(const PlainActivity&) const = default;
};

struct RecordShape {
  IdType activity_type = IdType::kInteger, thread_type = IdType::kInteger;
  size_t activities = 30;
  uint64_t ids = 1000000;  // so many different ones
  size_t threads = 10, people = 8;
  int64_t spread = int64_t{86400} * 1000000 * 200;  // microseconds between the first and the last
};

inline std::string random_key(IdType type, uint64_t number) {
  if (type == IdType::kInteger) {
    // Some negative, some large.
    auto key = integer_key(static_cast<int64_t>(number % 7 == 0 ? ~number : number % 11 == 0 ? number << 43 : number));
    return {key.data(), key.size()};
  }
  std::string key = std::to_string(number);
  if (type == IdType::kText) return "id-" + key;
  std::mt19937_64 bits(number);
  for (key.clear(); key.size() < 16;) key.push_back(static_cast<char>(bits()));
  return key;
}

inline Instant random_instant(const RecordShape& shape, std::mt19937_64& random) {
  int64_t at = static_cast<int64_t>(random() % static_cast<uint64_t>(shape.spread + 1));
  static constexpr int64_t kUnits[] = {1, 1000, 1000000, 60000000};
  const int64_t unit = kUnits[random() % 4];
  return {(at + int64_t{800000000} * 1000000) / unit * unit};
}

inline PlainActivity random_activity(const RecordShape& shape, std::mt19937_64& random) {
  PlainActivity a;
  a.key = random_key(shape.activity_type, random() % shape.ids);
  a.kind = static_cast<Kind>(std::min<uint64_t>(random() % 9, 4) % 5);
  if (random() % 2 == 0) a.kind = Kind::kEmail;
  a.direction = random() % 8 == 0 ? kUnknownDirection : static_cast<uint8_t>(random() % 2);
  a.at = a.counts_from = random_instant(shape, random);
  if (random() % 3 == 0) a.duration.microseconds = static_cast<int64_t>(random() % 200) * 60000000;
  if (random() % 50 == 0) a.duration.microseconds = static_cast<int64_t>(random() >> 2 >> random() % 62);
  if (random() % 4 == 0) a.counts_from.microseconds += std::min(a.duration.microseconds, int64_t{1} << 50);
  if (random() % 20 == 0) a.counts_from.microseconds += static_cast<int64_t>(random() % 100000);
  if (a.kind == Kind::kEmail && random() % 10 != 0)
    a.thread = random_key(shape.thread_type, random() % std::max<size_t>(shape.threads, 1) + 1);
  auto person = [&](const char* side) { return side + std::to_string(random() % shape.people); };
  for (size_t n = random() % 3; n > 0; --n) a.ours.insert(person("us"));
  for (size_t n = random() % 4; n > 0; --n) a.theirs.insert(person("them"));
  if (random() % 60 == 0)
    for (size_t n = 0; n < 2 * shape.people; ++n) a.theirs.insert(person("guest"));
  if (a.kind == Kind::kEmail) {
    if (random() % 10 == 0) a.flags |= RecordEntry::kAutomated;
    if (random() % 10 == 0) a.flags |= RecordEntry::kNeedsNoReply;
    if (random() % 15 == 0) a.flags |= RecordEntry::kInternal;
    if (random() % 4 == 0) {
      a.flags |= RecordEntry::kFollowed;
      for (int32_t& events : a.engagement) events = random() % 2 == 0 ? 0 : static_cast<int32_t>(random() % 300);
    }
  }
  if (random() % 5 == 0) a.sentiment = static_cast<int16_t>(static_cast<int>(random() % 20001) - 10000);
  return a;
}

inline std::vector<PlainActivity> random_activities(const RecordShape& shape, std::mt19937_64& random) {
  std::map<std::string, PlainActivity> by_key;
  for (size_t i = 0; i < shape.activities; ++i) {
    PlainActivity a = random_activity(shape, random);
    by_key.emplace(a.key, a);
  }
  std::vector<PlainActivity> all;
  for (auto& [key, activity] : by_key) all.push_back(activity);
  std::shuffle(all.begin(), all.end(), random);
  return all;
}

inline void add_to(LogBuilder& builder, const RecordShape& shape, const PlainActivity& a) {
  std::vector<std::string_view> ours(a.ours.begin(), a.ours.end()), theirs(a.theirs.begin(), a.theirs.end());
  LoggedActivity logged;
  logged.activity = a.key;
  logged.kind = a.kind;
  logged.direction = a.direction;
  logged.at = a.at;
  logged.counts_from = a.counts_from;
  logged.duration = a.duration;
  logged.thread = a.thread;
  std::reverse(ours.begin(), ours.end());
  logged.our_people = ours;
  logged.their_people = theirs;
  logged.flags = a.flags;
  logged.sentiment = a.sentiment;
  logged.engagement = a.engagement;
  builder.add(shape.activity_type, shape.thread_type, logged);
}

// The entries show the texts of `activities`.
inline void build(const RecordShape& shape, const std::vector<PlainActivity>& activities, RecordEntries& log) {
  LogBuilder builder(memory());
  for (const PlainActivity& a : activities) add_to(builder, shape, a);
  builder.finish(log);
}

inline std::string stored(const RecordEntries& log) {
  ByteWriter out(memory());
  out.byte(ActivityLog::kVersion);
  encode_entries(log, out);
  return taken(out);
}
inline std::string stored(const RecordShape& shape, const std::vector<PlainActivity>& activities) {
  RecordEntries log(memory());
  build(shape, activities, log);
  return stored(log);
}

inline Status read_stored(const std::string& bytes, RecordEntries& log) {
  return decode_log(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), log);
}

// What a log says, as plain values in its order.
inline std::vector<PlainActivity> plain(const RecordEntries& log) {
  std::vector<PlainActivity> all;
  for (const RecordEntry& entry : log.entries) {
    PlainActivity& a = all.emplace_back();
    a.key = log.activities[entry.activity];
    a.at = entry.at;
    a.counts_from = entry.counts_from;
    a.duration = entry.duration;
    if (entry.thread != RecordEntry::kNone) a.thread = log.threads[entry.thread];
    const uint32_t* person = log.people.data() + entry.people;
    for (uint32_t i = 0; i < entry.ours; ++i) a.ours.insert(std::string(log.our_people[*person++]));
    for (uint32_t i = 0; i < entry.theirs; ++i) a.theirs.insert(std::string(log.their_people[*person++]));
    a.flags = entry.flags;
    a.sentiment = entry.sentiment;
    a.kind = entry.kind;
    a.direction = entry.direction;
    if (entry.has(RecordEntry::kFollowed)) a.engagement = log.engagements[entry.engagement];
  }
  return all;
}

}  // namespace relinsights::test
