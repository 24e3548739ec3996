#include "core/record/activity_log.h"

#include <algorithm>
#include <deque>
#include <functional>

#include "core/base/interruptible_sort.h"
#include "core/base/scratch_memory.h"
#include "core/families/interaction_summary.h"
#include "core/record/record_key.h"

namespace relinsights {
namespace {

constexpr int64_t kMostSentiment = 10000;
constexpr const char* kNoActivity = "It holds no activity";
constexpr const char* kTypeLabels[] = {"bigint", "uuid", "text"};

// ---- bytes
//
// The types of ids; how many entries, threads and people of either side there are; these lists in ascending order; and
// the entries. An entry is: its head; more, if the head says so; how long after the one before, in the largest unit of
// time that tells it exactly; its activity (of whole numbers the difference to the one before); its thread; how many
// people of either side, and who; then what `more` announces.

// The head: kind and direction, the unit of time, and these.
constexpr uint8_t kUnitShift = 4;
constexpr uint8_t kHasThread = 0x40;
constexpr uint8_t kHasMore = 0x80;
// More.
constexpr uint8_t kHasDuration = 0x01;
constexpr uint8_t kDurationUnitShift = 1;
constexpr uint8_t kCountsFromItsEnd = 0x08;  // its start and duration
constexpr uint8_t kHasFlags = 0x10;
constexpr uint8_t kHasSentiment = 0x20;
constexpr uint8_t kCountsFromLater = 0x40;
constexpr uint8_t kKnownMore = 0x7f;

constexpr uint8_t kFlags =
    RecordEntry::kAutomated | RecordEntry::kNeedsNoReply | RecordEntry::kInternal | RecordEntry::kFollowed;
constexpr uint8_t kEngagementShift = 4;  // beside the flags: which numbers of a followed e-mail are not 0
constexpr uint64_t kManyPeople = 15;     // so many do not fit half a byte: the rest follows

constexpr size_t kLeastEntry = 4;
constexpr size_t kLeastText = 2;

constexpr uint64_t kUnits[] = {60000000, 1000000, 1000, 1};
constexpr uint64_t kUnitsInNext[] = {0, 60, 1000, 1000};  // how many of a unit the next larger one is

struct InUnits {
  uint64_t count;
  uint8_t unit;
};

InUnits in_units(uint64_t microseconds) noexcept {
  if (uint64_t seconds = microseconds / 1000000; seconds * 1000000 == microseconds) {
    if (seconds % 60 == 0) return {seconds / 60, 0};
    return {seconds, 1};
  }
  if (microseconds % 1000 == 0) return {microseconds / 1000, 2};
  return {microseconds, 3};
}

uint64_t since(Instant earlier, Instant later) noexcept {
  return static_cast<uint64_t>(later.microseconds) - static_cast<uint64_t>(earlier.microseconds);
}

// What matters of the flags.
uint8_t flags_of(const RecordEntry& entry) noexcept { return entry.kind == Kind::kEmail ? entry.flags & kFlags : 0; }

class EntriesWriter {
 public:
  EntriesWriter(const RecordEntries& log, ByteWriter& out) noexcept : log_(log), out_(out), begin_(out.size()) {}

  void write() {
    const bool threaded = !log_.threads.empty();
    out_.byte(static_cast<uint8_t>(log_.activity_type) |
              static_cast<uint8_t>((threaded ? static_cast<uint8_t>(log_.thread_type) : 0) << 2));
    for (size_t count : {log_.entries.size(), log_.threads.size(), log_.our_people.size(), log_.their_people.size()})
      out_.varint(uint64_t{count});
    put_threads();
    put_texts(log_.our_people);
    put_texts(log_.their_people);
    if (log_.entries.empty()) return;
    before_ = log_.entries.front().at;
    out_.signed_varint(before_.microseconds);
    InterruptPace pace;
    for (const RecordEntry& entry : log_.entries) {
      pace.step();
      put(entry);
      if (out_.size() - begin_ > kMostLogBytes) too_large();
    }
  }

 private:
  [[noreturn]] void too_large() const {
    throw Failure{Status::error(StatusCode::kLimitExceeded, "activity_log is too large")
                      .detail("%zu activities take more than 400 MB.", log_.entries.size())
                      .hint("Split it: group by a period of time, or by a part of the records.")};
  }

  void put_text(std::string_view text) {
    out_.varint(uint64_t{text.size()});
    out_.text(text);
  }
  void put_texts(const std::pmr::vector<std::string_view>& texts) {
    InterruptPace pace;
    for (std::string_view text : texts) {
      pace.step();
      put_text(text);
      if (out_.size() - begin_ > kMostLogBytes) too_large();
    }
  }

  void put_threads() {
    if (log_.thread_type == IdType::kText) return put_texts(log_.threads);
    InterruptPace pace;
    bool first = true;
    int64_t before = 0;
    for (std::string_view key : log_.threads) {
      pace.step();
      if (log_.thread_type == IdType::kUuid) {
        out_.text(key);
        continue;
      }
      const int64_t id = integer_of_key(key);
      if (std::exchange(first, false))
        out_.signed_varint(id);
      else
        out_.varint(static_cast<uint64_t>(id) - static_cast<uint64_t>(before) - 1);
      before = id;
    }
  }

  void put_activity(std::string_view key) {
    switch (log_.activity_type) {
      case IdType::kInteger: {
        const auto id = static_cast<uint64_t>(integer_of_key(key));
        out_.signed_varint(static_cast<int64_t>(id - std::exchange(id_before_, id)));
        break;
      }
      case IdType::kUuid:
        out_.text(key);
        break;
      case IdType::kText:
        put_text(key);
    }
  }

  void put_people(const uint32_t* person, uint32_t count) {
    uint32_t next = 0;
    for (const uint32_t* end = person + count; person != end; ++person) {
      out_.varint(uint64_t{*person - next});
      next = *person + 1;
    }
  }

  void put(const RecordEntry& entry) {
    const uint8_t flags = flags_of(entry);
    const InUnits time = in_units(since(before_, entry.at));
    const InUnits duration = in_units(static_cast<uint64_t>(entry.duration.microseconds));
    const uint64_t later = since(entry.at, entry.counts_from);
    uint8_t more = 0;
    if (duration.count > 0) more |= kHasDuration | static_cast<uint8_t>(duration.unit << kDurationUnitShift);
    if (later > 0)
      more |= later == static_cast<uint64_t>(entry.duration.microseconds) ? kCountsFromItsEnd : kCountsFromLater;
    if (flags != 0) more |= kHasFlags;
    if (entry.sentiment != 0) more |= kHasSentiment;
    const auto label = static_cast<uint32_t>(index(entry.kind) * kDirectionsAndUnknown + entry.direction);
    out_.byte(static_cast<uint8_t>(label | static_cast<uint32_t>(time.unit << kUnitShift) |
                                   (entry.thread != RecordEntry::kNone ? kHasThread : 0u) |
                                   (more != 0 ? kHasMore : 0u)));
    if (more != 0) out_.byte(more);
    out_.varint(time.count);
    before_ = entry.at;
    put_activity(log_.activities[entry.activity]);
    if (entry.thread != RecordEntry::kNone) out_.varint(uint64_t{entry.thread});
    const uint64_t ours = entry.ours, theirs = entry.theirs;
    out_.byte(static_cast<uint8_t>(std::min(ours, kManyPeople) | std::min(theirs, kManyPeople) << 4));
    if (ours >= kManyPeople) out_.varint(ours - kManyPeople);
    if (theirs >= kManyPeople) out_.varint(theirs - kManyPeople);
    const uint32_t* people = log_.people.data() + entry.people;
    put_people(people, entry.ours);
    put_people(people + entry.ours, entry.theirs);
    if (duration.count > 0) out_.varint(duration.count);
    if ((more & kCountsFromLater) != 0) out_.varint(later);
    if (flags != 0) put_flags(entry, flags);
    if (entry.sentiment != 0) out_.signed_varint(entry.sentiment);
  }

  void put_flags(const RecordEntry& entry, uint8_t flags) {
    if ((flags & RecordEntry::kFollowed) == 0) return out_.byte(flags);
    const auto& numbers = log_.engagements[entry.engagement];
    uint8_t some = 0;
    for (size_t i = 0; i < kEngagements; ++i)
      if (numbers[i] != 0) some |= static_cast<uint8_t>(1 << i);
    out_.byte(flags | static_cast<uint8_t>(some << kEngagementShift));
    for (int32_t number : numbers)
      if (number != 0) out_.varint(static_cast<uint64_t>(number));
  }

  const RecordEntries& log_;
  ByteWriter& out_;
  size_t begin_;
  Instant before_;
  uint64_t id_before_ = 0;
};

class EntriesReader {
 public:
  EntriesReader(ByteReader& in, RecordEntries& log) noexcept
      : in_(in), log_(log), seen_(log.entries.get_allocator().resource()) {}

  void read() {
    const uint8_t types = in_.byte();
    if ((types & 3) > 2 || types >> 2 > 2) return in_.reject();
    log_.activity_type = static_cast<IdType>(types & 3);
    log_.thread_type = static_cast<IdType>(types >> 2);
    const size_t entries = in_.count(kLeastEntry), threads = in_.count(1);
    const size_t ours = in_.count(kLeastText), theirs = in_.count(kLeastText);
    if (in_.failed() || (threads == 0 && log_.thread_type != IdType::kInteger)) return in_.reject();
    log_.key_bytes.reserve(kIntegerKey * ((log_.activity_type == IdType::kInteger ? entries : 0) +
                                          (log_.thread_type == IdType::kInteger ? threads : 0)));
    read_threads(threads);
    read_texts(log_.our_people, ours);
    read_texts(log_.their_people, theirs);
    if (entries == 0) {
      if (threads + ours + theirs > 0) in_.reject();
      return;
    }
    read_entries(entries);
  }

 private:
  std::string_view keep(int64_t id) {
    const std::array<char, kIntegerKey> key = integer_key(id);
    log_.key_bytes.insert(log_.key_bytes.end(), key.begin(), key.end());
    return {log_.key_bytes.data() + log_.key_bytes.size() - kIntegerKey, kIntegerKey};
  }

  std::string_view read_text() {
    std::string_view text = in_.bytes(in_.varint());
    if (text.empty() || text.find('\0') != text.npos) in_.reject();
    return text;
  }

  void add_ascending(std::pmr::vector<std::string_view>& to, std::string_view text) {
    if (!to.empty() && text <= to.back()) in_.reject();
    to.push_back(text);
  }

  void read_texts(std::pmr::vector<std::string_view>& to, size_t count) {
    to.reserve(count);
    InterruptPace pace;
    for (size_t i = 0; i < count && !in_.failed(); ++i) {
      pace.step();
      add_ascending(to, read_text());
    }
  }

  void read_threads(size_t count) {
    if (log_.thread_type == IdType::kText) return read_texts(log_.threads, count);
    log_.threads.reserve(count);
    InterruptPace pace;
    int64_t id = 0;
    for (size_t i = 0; i < count && !in_.failed(); ++i) {
      pace.step();
      if (log_.thread_type == IdType::kUuid) {
        add_ascending(log_.threads, in_.bytes(kUuidKey));
        continue;
      }
      if (i == 0) {
        id = in_.signed_varint();
      } else {
        const uint64_t between = in_.varint();
        if (between >= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) - static_cast<uint64_t>(id))
          return in_.reject();
        id = static_cast<int64_t>(static_cast<uint64_t>(id) + between + 1);
      }
      log_.threads.push_back(keep(id));
    }
  }

  std::string_view read_activity() {
    switch (log_.activity_type) {
      case IdType::kInteger:
        id_before_ += static_cast<uint64_t>(in_.signed_varint());
        return keep(static_cast<int64_t>(id_before_));
      case IdType::kUuid:
        return in_.bytes(kUuidKey);
      case IdType::kText:
        break;
    }
    return read_text();
  }

  // A length of time in its largest unit, at most `most` microseconds.
  uint64_t read_time(uint8_t unit, uint64_t most) {
    const uint64_t count = in_.varint();
    if (unit > 0 && count % kUnitsInNext[unit] == 0) in_.reject();
    uint64_t microseconds;
    if (__builtin_mul_overflow(count, kUnits[unit], &microseconds) || microseconds > most) in_.reject();
    return in_.failed() ? 0 : microseconds;
  }

  uint32_t read_count(uint8_t half) {
    uint64_t count = half;
    if (count == kManyPeople) count += in_.varint();
    if (count >= kManyPeople && count > in_.remaining()) in_.reject();
    return in_.failed() ? 0 : static_cast<uint32_t>(count);
  }

  void read_people(uint32_t count, size_t known, uint8_t* seen) {
    uint64_t next = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t skipped = in_.varint();
      if (skipped >= known - next) return in_.reject();
      next += skipped;
      seen[next] = 1;
      log_.people.push_back(static_cast<uint32_t>(next++));
    }
  }

  void read_entries(size_t count) {
    const size_t threads = log_.threads.size(), ours = log_.our_people.size(), theirs = log_.their_people.size();
    log_.entries.reserve(count);
    log_.activities.reserve(count);
    log_.people.reserve(std::min(in_.remaining(), 2 * count));
    seen_.assign(threads + ours + theirs, 0);
    before_.microseconds = in_.signed_varint();
    if (!check_instant(before_).ok()) return in_.reject();
    InterruptPace pace;
    for (size_t i = 0; i < count && !in_.failed(); ++i) {
      pace.step();
      read_entry();
    }
    if (std::find(seen_.begin(), seen_.end(), 0) != seen_.end()) in_.reject();
  }

  void read_entry() {
    const uint8_t head = in_.byte();
    const uint8_t label = head & 15;
    if (label >= kKinds * kDirectionsAndUnknown) return in_.reject();
    uint8_t more = 0;
    if ((head & kHasMore) != 0) {
      more = in_.byte();
      if (more == 0 || (more & ~kKnownMore) != 0) return in_.reject();
    }
    RecordEntry entry{};
    entry.kind = static_cast<Kind>(label / kDirectionsAndUnknown);
    entry.direction = label % kDirectionsAndUnknown;
    const uint64_t after = read_time(head >> kUnitShift & 3, since(before_, kLatestInstant));
    if (log_.entries.empty() && after != 0) return in_.reject();
    before_.microseconds += static_cast<int64_t>(after);
    entry.at = before_;
    std::string_view activity = read_activity();
    if (after == 0 && !log_.entries.empty() && activity <= log_.activities.back()) return in_.reject();
    entry.activity = static_cast<uint32_t>(log_.activities.size());
    entry.thread = RecordEntry::kNone;
    entry.engagement = RecordEntry::kNone;
    if ((head & kHasThread) != 0) {
      const uint64_t thread = in_.varint();
      if (thread >= log_.threads.size()) return in_.reject();
      seen_[thread] = 1;
      entry.thread = static_cast<uint32_t>(thread);
    }
    const uint8_t counts = in_.byte();
    entry.people = static_cast<uint32_t>(log_.people.size());
    entry.ours = read_count(counts & 15);
    entry.theirs = read_count(counts >> 4);
    uint8_t* seen = seen_.data() + log_.threads.size();
    read_people(entry.ours, log_.our_people.size(), seen);
    read_people(entry.theirs, log_.their_people.size(), seen + log_.our_people.size());
    entry.counts_from = entry.at;
    if (more != 0 && !read_more(entry, more)) return in_.reject();
    log_.activities.push_back(activity);
    log_.entries.push_back(entry);
  }

  bool read_more(RecordEntry& entry, uint8_t more) {
    const uint8_t unit = more >> kDurationUnitShift & 3;
    uint64_t duration = 0;
    if ((more & kHasDuration) != 0) {
      duration = read_time(unit, static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
      if (duration == 0) return false;
      entry.duration.microseconds = static_cast<int64_t>(duration);
    } else if (unit != 0) {
      return false;
    }
    uint64_t later = 0;
    if ((more & kCountsFromItsEnd) != 0) {
      later = duration;
      if (later == 0) return false;
    }
    if ((more & kCountsFromLater) != 0) {
      if (later != 0) return false;
      later = in_.varint();
      if (later == 0 || later == duration) return false;
    }
    if (later > since(entry.at, kLatestInstant)) return false;
    entry.counts_from.microseconds += static_cast<int64_t>(later);
    if ((more & kHasFlags) != 0 && !read_flags(entry)) return false;
    if ((more & kHasSentiment) != 0) {
      const int64_t sentiment = in_.signed_varint();
      if (sentiment == 0 || sentiment < -kMostSentiment || sentiment > kMostSentiment) return false;
      entry.sentiment = static_cast<int16_t>(sentiment);
    }
    return true;
  }

  bool read_flags(RecordEntry& entry) {
    const uint8_t byte = in_.byte();
    entry.flags = byte & kFlags;
    if (entry.kind != Kind::kEmail || entry.flags == 0) return false;
    const uint8_t some = byte >> kEngagementShift;
    if (!entry.has(RecordEntry::kFollowed)) return some == 0;
    entry.engagement = static_cast<uint32_t>(log_.engagements.size());
    std::array<int32_t, kEngagements> numbers{};
    for (size_t i = 0; i < kEngagements; ++i) {
      if ((some >> i & 1) == 0) continue;
      const uint64_t number = in_.varint();
      if (number == 0 || number > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) return false;
      numbers[i] = static_cast<int32_t>(number);
    }
    log_.engagements.push_back(numbers);
    return true;
  }

  ByteReader& in_;
  RecordEntries& log_;
  std::pmr::vector<uint8_t> seen_;  // whether a thread, one of ours, one of theirs is in use
  Instant before_;
  uint64_t id_before_ = 0;
};

// ---- order

// A text or key with its first eight bytes as a number, which most comparisons need alone.
struct Sortable {
  uint64_t front = 0;
  std::string_view text;
  uint32_t number = 0;

  Sortable() = default;
  Sortable(std::string_view of, uint32_t place) noexcept : text(of), number(place) {
    if (of.size() >= 8) {
      std::memcpy(&front, of.data(), 8);
      front = __builtin_bswap64(front);
    } else {
      for (size_t i = 0; i < 8; ++i) front = front << 8 | (i < of.size() ? static_cast<unsigned char>(of[i]) : 0);
    }
  }
  bool operator<(const Sortable& other) const noexcept {
    return front != other.front ? front < other.front : text < other.text;
  }
};
using Sortables = std::pmr::vector<Sortable>;

void sort(Sortables& all, std::pmr::memory_resource* memory) {
  if (!std::is_sorted(all.begin(), all.end())) sort_interruptibly(std::span(all), memory, std::less<>());
}

bool any_twice(const std::pmr::vector<std::string_view>& keys, std::pmr::memory_resource* memory) {
  Sortables sorted(memory);
  sorted.reserve(keys.size());
  for (std::string_view key : keys) sorted.emplace_back(key, 0);
  sort(sorted, memory);
  InterruptPace pace;
  for (size_t i = 1; i < sorted.size(); ++i) {
    pace.step();
    if (sorted[i].text == sorted[i - 1].text) return true;
  }
  return false;
}

constexpr uint32_t kUnused = UINT32_MAX;

// The texts in use, in ascending order and each once, as `list`; and for each place in `texts` its number there.
// `numbers` marks those in use with anything but kUnused.
void make_list(const std::pmr::vector<std::string_view>& texts, std::pmr::vector<uint32_t>& numbers,
               std::pmr::vector<std::string_view>& list, std::pmr::memory_resource* memory) {
  Sortables used(memory);
  used.reserve(texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i)
    if (numbers[i] != kUnused) used.emplace_back(texts[i], i);
  sort(used, memory);
  list.reserve(used.size());
  InterruptPace pace;
  for (const Sortable& text : used) {
    pace.step();
    if (list.empty() || text.text != list.back()) list.push_back(text.text);
    numbers[text.number] = static_cast<uint32_t>(list.size() - 1);
  }
}

// A log of this entry alone: what "greater" is said of, as it does not depend on numbers.
void encode_alone(const RecordEntries& log, const RecordEntry& entry, ByteWriter& out,
                  std::pmr::memory_resource* memory) {
  ScratchMemory<2048> scratch(memory);
  RecordEntries alone(&scratch);
  alone.activity_type = log.activity_type;
  alone.thread_type = log.thread_type;
  RecordEntry copy = entry;
  alone.activities.push_back(log.activities[entry.activity]);
  copy.activity = 0;
  if (entry.thread != RecordEntry::kNone) {
    alone.threads.push_back(log.threads[entry.thread]);
    copy.thread = 0;
  }
  for (uint32_t i = 0; i < entry.ours + entry.theirs; ++i) {
    const bool ours = i < entry.ours;
    alone.people.push_back(ours ? i : i - entry.ours);
    const uint32_t person = log.people[entry.people + i];
    (ours ? alone.our_people : alone.their_people).push_back((ours ? log.our_people : log.their_people)[person]);
  }
  copy.people = 0;
  if (entry.engagement != RecordEntry::kNone) {
    alone.engagements.push_back(log.engagements[entry.engagement]);
    copy.engagement = 0;
  }
  alone.entries.push_back(copy);
  encode_entries(alone, out);
}

bool greater(const RecordEntries& log, const RecordEntry& a, const RecordEntry& b, std::pmr::memory_resource* memory) {
  ByteWriter of_a(memory), of_b(memory);
  encode_alone(log, a, of_a, memory);
  encode_alone(log, b, of_b, memory);
  auto view = [](ByteWriter& out) { return std::string_view(reinterpret_cast<char*>(out.data()), out.size()); };
  return view(of_a) > view(of_b);
}

[[noreturn]] void two_types(const char* what, IdType a, IdType b) {
  if (a > b) std::swap(a, b);
  throw Failure{Status::error(StatusCode::kInvalidArgument,
                              "activity logs whose %s are of different types cannot be united", what)
                    .detail("Those of one are %s, those of another are %s.", kTypeLabels[static_cast<size_t>(a)],
                            kTypeLabels[static_cast<size_t>(b)])
                    .hint("Give activity_log ids of one type everywhere; a cast to text will do.")};
}

Status no_log() noexcept {
  return Status::error(StatusCode::kCorruptBytes, "invalid binary value for type %s", ActivityLog::kTypeName)
      .detail("It is no log that pg_relinsights wrote.");
}

void throw_unless_ok(const Status& status) {
  if (!status.ok()) throw Failure{status};
}

// ---- text

void write_id(JsonWriter& json, IdType type, std::string_view key) {
  KeyTextBuffer buffer;
  json.string(text_of_key(type, key, buffer));
}

struct FlagName {
  RecordEntry::Flag flag;
  const char* name;
  bool when_set;  // what the name is then
};
constexpr FlagName kFlagNames[] = {{RecordEntry::kAutomated, "automated", true},
                                   {RecordEntry::kNeedsNoReply, "needs_reply", false},
                                   {RecordEntry::kInternal, "internal", true}};
constexpr const char* kDurationName = "microseconds";
constexpr const char* kSentimentName = "sentiment_ten_thousandths";

class LogJsonReader {
 public:
  LogJsonReader(JsonErrors& errors, std::pmr::memory_resource* memory)
      : errors_(errors), keys_(memory), ours_(memory), theirs_(memory), builder_(memory) {}

  void read(JsonObject& object, RecordEntries& log) {
    activity_type_ = read_type(object.required("id_type"), "id_type");
    JsonValue thread_type = object.optional("thread_type");
    thread_type_ = thread_type.present() ? read_type(thread_type, "thread_type") : IdType::kInteger;
    InterruptPace pace;
    object.required("activities").for_each_element("activities", errors_, [&](JsonValue activity) {
      pace.step();
      if (!errors_.any()) read_activity(activity);
    });
    if (errors_.any()) return;
    builder_.finish(log);
    if (log.entries.size() < builder_.added()) errors_.add("an activity is there twice");
    if (thread_type.present() && log.threads.empty()) errors_.add("a \"thread_type\" needs threads");
  }

 private:
  IdType read_type(JsonValue value, const char* what) {
    std::string_view label = value.string(what, errors_);
    for (IdType type : {IdType::kInteger, IdType::kUuid, IdType::kText})
      if (label == kTypeLabels[static_cast<size_t>(type)]) return type;
    errors_.add("\"%s\" must be bigint, uuid or text", what);
    return IdType::kInteger;
  }

  std::string_view read_text(JsonValue value, const char* what) {
    std::string_view text = value.string(what, errors_);
    if (text.empty() || text.find('\0') != text.npos) errors_.add("\"%s\" must be a text that is not empty", what);
    return text;
  }

  std::string_view read_id(JsonValue value, const char* what, IdType type) {
    std::string_view text = read_text(value, what);
    if (type == IdType::kText || errors_.any()) return text;
    FixedKey& key = keys_.emplace_back();
    const size_t size = key_of_text(type, text, key);
    if (size == 0) errors_.add("\"%s\" is no %s", what, kTypeLabels[static_cast<size_t>(type)]);
    return {key.data(), size};
  }

  uint8_t read_label(JsonValue value, const char* what, const char* const* labels, size_t count) {
    std::string_view label = value.string(what, errors_);
    for (size_t i = 0; i < count; ++i)
      if (label == labels[i]) return static_cast<uint8_t>(i);
    errors_.add("\"%s\" is not known", what);
    return 0;
  }

  void read_people(JsonObject& object, const char* what, std::pmr::vector<std::string_view>& people) {
    people.clear();
    JsonValue value = object.optional(what);
    if (!value.present()) return;
    InterruptPace pace;
    value.for_each_element(what, errors_, [&](JsonValue person) {
      pace.step();
      people.push_back(read_text(person, what));
    });
  }

  void read_activity(JsonValue value) {
    JsonObject object("activities", value, errors_);
    LoggedActivity activity;
    activity.activity = read_id(object.required("id"), "id", activity_type_);
    activity.kind = static_cast<Kind>(read_label(object.required("kind"), "kind", kKindLabels, kKinds));
    if (JsonValue direction = object.optional("direction"); direction.present())
      activity.direction = read_label(direction, "direction", kDirectionLabels, kDirections);
    activity.at = activity.counts_from = object.instant("at");
    if (JsonValue later = object.optional("counts_from"); later.present())
      activity.counts_from = later.instant("counts_from", errors_);
    if (activity.counts_from < activity.at) errors_.add("\"counts_from\" must not be before \"at\"");
    if (JsonValue duration = object.optional(kDurationName); duration.present())
      activity.duration.microseconds = static_cast<int64_t>(duration.number(kDurationName, errors_));
    if (JsonValue thread = object.optional("thread"); thread.present())
      activity.thread = read_id(thread, "thread", thread_type_);
    read_people(object, "our_people", ours_);
    read_people(object, "their_people", theirs_);
    activity.our_people = ours_;
    activity.their_people = theirs_;
    for (const FlagName& known : kFlagNames)
      if (JsonValue flag = object.optional(known.name);
          flag.present() && flag.boolean(known.name, errors_) == known.when_set)
        activity.flags |= known.flag;
    read_engagement(object.optional("followed"), activity);
    if (activity.flags != 0 && activity.kind != Kind::kEmail) errors_.add("a flag needs an e-mail");
    if (JsonValue sentiment = object.optional(kSentimentName); sentiment.present()) {
      const int64_t number = sentiment.signed_number(kSentimentName, errors_);
      if (number < -kMostSentiment || number > kMostSentiment) errors_.add("\"%s\" is out of range", kSentimentName);
      activity.sentiment = static_cast<int16_t>(std::clamp(number, -kMostSentiment, kMostSentiment));
    }
    object.done();
    if (!check_instant(activity.at).ok() || !check_instant(activity.counts_from).ok())
      errors_.add("a time is out of range");
    if (!errors_.any()) builder_.add(activity_type_, thread_type_, activity);
  }

  void read_engagement(JsonValue value, LoggedActivity& activity) {
    if (!value.present()) return;
    activity.flags |= RecordEntry::kFollowed;
    JsonObject numbers("followed", value, errors_);
    for (size_t i = 0; i < kEngagements; ++i) {
      const char* name = kEngagementLabels[i];
      if (JsonValue number = numbers.optional(name); number.present())
        activity.engagement[i] = static_cast<int32_t>(
            number.number(name, errors_, static_cast<uint64_t>(std::numeric_limits<int32_t>::max())));
    }
    numbers.done();
  }

  JsonErrors& errors_;
  std::pmr::deque<FixedKey> keys_;  // places do not move
  std::pmr::vector<std::string_view> ours_, theirs_;
  LogBuilder builder_;
  IdType activity_type_ = IdType::kInteger, thread_type_ = IdType::kInteger;
};

void write_people(JsonWriter& json, const char* name, const std::pmr::vector<std::string_view>& texts,
                  const uint32_t* person, uint32_t count) {
  if (count == 0) return;
  json.key(name).begin_array();
  for (uint32_t i = 0; i < count; ++i) json.string(texts[person[i]]);
  json.end_array();
}

void write_entry(JsonWriter& json, const RecordEntries& log, const RecordEntry& entry) {
  json.begin_object().key("id");
  write_id(json, log.activity_type, log.activities[entry.activity]);
  json.key("kind").string(kKindLabels[index(entry.kind)]);
  if (entry.known_direction()) json.key("direction").string(kDirectionLabels[entry.direction]);
  json.key("at").instant(entry.at);
  if (entry.counts_from != entry.at) json.key("counts_from").instant(entry.counts_from);
  if (entry.duration.microseconds != 0) json.key(kDurationName).number(entry.duration.microseconds);
  if (entry.thread != RecordEntry::kNone) {
    json.key("thread");
    write_id(json, log.thread_type, log.threads[entry.thread]);
  }
  const uint32_t* people = log.people.data() + entry.people;
  write_people(json, "our_people", log.our_people, people, entry.ours);
  write_people(json, "their_people", log.their_people, people + entry.ours, entry.theirs);
  for (const FlagName& known : kFlagNames)
    if (entry.has(known.flag)) json.key(known.name).boolean(known.when_set);
  if (entry.has(RecordEntry::kFollowed)) {
    json.key("followed").begin_object();
    const auto& numbers = log.engagements[entry.engagement];
    for (size_t i = 0; i < kEngagements; ++i)
      if (numbers[i] != 0) json.key(kEngagementLabels[i]).number(int64_t{numbers[i]});
    json.end_object();
  }
  if (entry.sentiment != 0) json.key(kSentimentName).number(int64_t{entry.sentiment});
  json.end_object();
}

}  // namespace

void encode_entries(const RecordEntries& log, ByteWriter& out) { EntriesWriter(log, out).write(); }

void decode_entries(ByteReader& in, RecordEntries& log) { EntriesReader(in, log).read(); }

// ---- ActivityLog

void ActivityLog::decode(ByteReader& in, uint8_t) {
  decode_entries(in, entries_);
  if (!checked_ && !in.failed() && any_twice(entries_.activities, memory_)) in.reject();
}

const char* ActivityLog::validate() const noexcept { return entries_.entries.empty() ? kNoActivity : nullptr; }

void ActivityLog::take(const RecordEntries& log) {
  ByteWriter out(memory_);
  encode_entries(log, out);
  std::pmr::vector<uint8_t> bytes(out.data(), out.data() + out.size(), memory_);
  RecordEntries taken(memory_);
  ByteReader in(bytes.data(), bytes.size());
  decode_entries(in, taken);
  if (!in.complete())
    throw Failure{Status::error(StatusCode::kInternal, "an activity_log that was made here cannot be read")};
  entries_ = std::move(taken);
  own_ = std::move(bytes);
}

Status ActivityLog::merge(const ActivityLog& from) noexcept {
  return contain([&] {
    LogBuilder both(memory_);
    both.add(entries_);
    both.add(from.entries_);
    RecordEntries united(memory_);
    both.finish(united);
    take(united);
    return Status();
  });
}

void ActivityLog::write_json(JsonWriter& json) const {
  json.key("id_type").string(kTypeLabels[static_cast<size_t>(entries_.activity_type)]);
  if (!entries_.threads.empty()) json.key("thread_type").string(kTypeLabels[static_cast<size_t>(entries_.thread_type)]);
  json.key("activities").begin_array();
  InterruptPace pace;
  for (const RecordEntry& entry : entries_.entries) {
    pace.step();
    write_entry(json, entries_, entry);
  }
  json.end_array();
}

void ActivityLog::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  LogJsonReader reader(errors, memory_);
  RecordEntries read(memory_);
  reader.read(object, read);
  if (!errors.any()) take(read);
}

Status decode_log(const uint8_t* data, size_t size, RecordEntries& log) noexcept {
  ActivityLog stored(log.entries.get_allocator().resource());
  stored.checked_ = true;
  RELINSIGHTS_RETURN_IF_ERROR(decode_summary(data, size, stored));
  log = std::move(stored.entries_);
  return {};
}

// ---- LogBuilder

void LogBuilder::use_types(IdType activity_type, IdType thread_type, bool threaded) {
  if (any_ && all_.activity_type != activity_type) two_types("activities", all_.activity_type, activity_type);
  if (threaded && any_threaded_ && all_.thread_type != thread_type) two_types("threads", all_.thread_type, thread_type);
  all_.activity_type = activity_type;
  if (threaded) all_.thread_type = thread_type;
  any_ = true;
  any_threaded_ = any_threaded_ || threaded;
}

LogBuilder::Base LogBuilder::begin_part(const RecordEntries& part) {
  use_types(part.activity_type, part.thread_type, !part.threads.empty());
  ++parts_;
  auto append = [](std::pmr::vector<std::string_view>& to, const std::pmr::vector<std::string_view>& texts) {
    const auto begin = static_cast<uint32_t>(to.size());
    to.insert(to.end(), texts.begin(), texts.end());
    return begin;
  };
  return {append(all_.threads, part.threads), append(all_.our_people, part.our_people),
          append(all_.their_people, part.their_people)};
}

void LogBuilder::add_entry(const RecordEntries& part, const RecordEntry& entry, const Base& base) {
  RecordEntry& copy = all_.entries.emplace_back(entry);
  copy.activity = static_cast<uint32_t>(all_.activities.size());
  all_.activities.push_back(part.activities[entry.activity]);
  if (entry.thread != RecordEntry::kNone) copy.thread = base.threads + entry.thread;
  copy.people = static_cast<uint32_t>(all_.people.size());
  const uint32_t* person = part.people.data() + entry.people;
  for (uint32_t i = 0; i < entry.ours; ++i) all_.people.push_back(base.ours + *person++);
  for (uint32_t i = 0; i < entry.theirs; ++i) all_.people.push_back(base.theirs + *person++);
  copy.flags = flags_of(entry);
  copy.engagement = RecordEntry::kNone;
  if (copy.has(RecordEntry::kFollowed)) {
    copy.engagement = static_cast<uint32_t>(all_.engagements.size());
    all_.engagements.push_back(part.engagements[entry.engagement]);
  }
}

void LogBuilder::add(IdType activity_type, IdType thread_type, const LoggedActivity& activity) {
  throw_unless_ok(check_instant(activity.at));
  throw_unless_ok(check_instant(activity.counts_from));
  throw_unless_ok(check_duration(activity.kind, activity.duration));
  if (activity.flags & RecordEntry::kFollowed) throw_unless_ok(check_events(activity.engagement.data()));
  use_types(activity_type, thread_type, !activity.thread.empty());
  ++parts_;
  RecordEntry& entry = all_.entries.emplace_back();
  entry.at = activity.at;
  entry.counts_from = activity.counts_from;
  entry.duration = activity.duration;
  entry.sentiment = activity.sentiment;
  entry.kind = activity.kind;
  entry.direction = activity.direction;
  entry.flags = activity.flags;
  entry.flags = flags_of(entry);
  entry.activity = static_cast<uint32_t>(all_.activities.size());
  all_.activities.push_back(activity.activity);
  if (!activity.thread.empty()) {
    entry.thread = static_cast<uint32_t>(all_.threads.size());
    all_.threads.push_back(activity.thread);
  }
  entry.people = static_cast<uint32_t>(all_.people.size());
  auto add_people = [&](std::span<std::string_view> people, std::pmr::vector<std::string_view>& to) {
    sort_interruptibly(people, memory_, std::less<>());
    uint32_t count = 0;
    for (auto end = std::unique(people.begin(), people.end()), at = people.begin(); at != end; ++at) {
      if (at->empty()) continue;
      all_.people.push_back(static_cast<uint32_t>(to.size()));
      to.push_back(*at);
      ++count;
    }
    return count;
  };
  entry.ours = add_people(activity.our_people, all_.our_people);
  entry.theirs = add_people(activity.their_people, all_.their_people);
  if (entry.has(RecordEntry::kFollowed)) {
    entry.engagement = static_cast<uint32_t>(all_.engagements.size());
    all_.engagements.push_back(activity.engagement);
  }
}

// Takes those out of `order` that an equal or greater one of the same key makes superfluous.
void LogBuilder::drop_copies(std::pmr::vector<uint32_t>& order) {
  Sortables keys(memory_);
  keys.reserve(order.size());
  for (uint32_t number : order) keys.emplace_back(all_.activities[all_.entries[number].activity], number);
  sort(keys, memory_);
  std::pmr::vector<uint8_t> dropped(memory_);
  InterruptPace pace;
  size_t stays = 0;
  for (size_t i = 1; i < keys.size(); ++i) {
    pace.step();
    if (keys[i].front != keys[stays].front || keys[i].text != keys[stays].text) {
      stays = i;
      continue;
    }
    dropped.resize(all_.entries.size());
    if (greater(all_, all_.entries[keys[i].number], all_.entries[keys[stays].number], memory_))
      std::swap(keys[stays], keys[i]);
    dropped[keys[i].number] = 1;
  }
  if (!dropped.empty()) std::erase_if(order, [&](uint32_t number) { return dropped[number] != 0; });
}

void LogBuilder::finish(RecordEntries& log) {
  const size_t count = all_.entries.size();
  std::pmr::vector<uint32_t> order(count, memory_);
  for (size_t i = 0; i < count; ++i) order[i] = static_cast<uint32_t>(i);
  auto before = [&](uint32_t a, uint32_t b) {
    const RecordEntry &first = all_.entries[a], &second = all_.entries[b];
    if (first.at != second.at) return first.at < second.at;
    return all_.activities[first.activity] < all_.activities[second.activity];
  };
  if (!std::is_sorted(order.begin(), order.end(), before)) sort_interruptibly(std::span(order), memory_, before);
  if (parts_ > 1) drop_copies(order);

  std::pmr::vector<uint32_t> threads(all_.threads.size(), kUnused, memory_);
  std::pmr::vector<uint32_t> ours(all_.our_people.size(), kUnused, memory_);
  std::pmr::vector<uint32_t> theirs(all_.their_people.size(), kUnused, memory_);
  InterruptPace pace;
  for (uint32_t number : order) {
    pace.step();
    const RecordEntry& entry = all_.entries[number];
    if (entry.thread != RecordEntry::kNone) threads[entry.thread] = 0;
    const uint32_t* person = all_.people.data() + entry.people;
    for (uint32_t i = 0; i < entry.ours; ++i) ours[*person++] = 0;
    for (uint32_t i = 0; i < entry.theirs; ++i) theirs[*person++] = 0;
  }
  make_list(all_.threads, threads, log.threads, memory_);
  make_list(all_.our_people, ours, log.our_people, memory_);
  make_list(all_.their_people, theirs, log.their_people, memory_);

  log.activity_type = all_.activity_type;
  if (!log.threads.empty()) log.thread_type = all_.thread_type;
  log.entries.reserve(order.size());
  log.activities.reserve(order.size());
  log.people.reserve(all_.people.size());
  for (uint32_t number : order) {
    pace.step();
    RecordEntry& entry = log.entries.emplace_back(all_.entries[number]);
    entry.activity = static_cast<uint32_t>(log.activities.size());
    log.activities.push_back(all_.activities[all_.entries[number].activity]);
    if (entry.thread != RecordEntry::kNone) entry.thread = threads[entry.thread];
    const uint32_t* person = all_.people.data() + entry.people;
    entry.people = static_cast<uint32_t>(log.people.size());
    for (uint32_t i = 0; i < entry.ours; ++i) log.people.push_back(ours[*person++]);
    for (uint32_t i = 0; i < entry.theirs; ++i) log.people.push_back(theirs[*person++]);
    if (entry.engagement != RecordEntry::kNone) {
      log.engagements.push_back(all_.engagements[entry.engagement]);
      entry.engagement = static_cast<uint32_t>(log.engagements.size() - 1);
    }
  }
}

// ---- operations

void cut_log(const RecordEntries& log, Instant as_of, RecordEntries& cut, std::pmr::memory_resource* memory) {
  LogBuilder builder(memory);
  builder.add(log, [&](const RecordEntry& entry) { return entry.counts_from <= as_of; });
  builder.finish(cut);
}

void replace_activities(const RecordEntries& log, std::span<const std::string_view> gone, const RecordEntries& fresh,
                        RecordEntries& result, std::pmr::memory_resource* memory) {
  std::pmr::vector<std::string_view> keys(memory);
  keys.reserve(gone.size() + fresh.activities.size());
  keys.insert(keys.end(), gone.begin(), gone.end());
  keys.insert(keys.end(), fresh.activities.begin(), fresh.activities.end());
  sort_interruptibly(std::span(keys), memory, std::less<>());
  LogBuilder builder(memory);
  builder.add(log, [&](const RecordEntry& entry) {
    return !std::binary_search(keys.begin(), keys.end(), log.activities[entry.activity]);
  });
  builder.add(fresh);
  builder.finish(result);
}

void chunk_of(const RecordEntries& log, size_t number, RecordEntries& chunk, std::pmr::memory_resource* memory) {
  const RecordEntry* first = log.entries.data() + number * kChunkEntries;
  LogBuilder builder(memory);
  builder.add(log, [&](const RecordEntry& entry) { return &entry >= first && &entry < first + kChunkEntries; });
  builder.finish(chunk);
}

// ---- LogUnion

void LogUnion::decode(ByteReader& in, uint8_t) { append(in.bytes(in.remaining())); }

void LogUnion::append(std::string_view encoded) {
  pending_.varint(uint64_t{encoded.size()});
  pending_.text(encoded);
  ++logs_;
  if (logs_ > 1 && pending_.size() > 2 * std::max(united_, kFewestBytes)) compact();
}

Status LogUnion::merge(const LogUnion& from) noexcept {
  return contain([&] {
    from.for_each([&](std::string_view encoded) { append(encoded); });
    return Status();
  });
}

template <class Visit>
void LogUnion::for_each(Visit&& visit) const {
  ByteReader in(pending_.data(), pending_.size());
  InterruptPace pace;
  while (in.remaining() > 0) {
    pace.step();
    visit(in.bytes(in.varint()));
  }
}

void LogUnion::compact() const {
  // Nothing in it is given back before the end: the keys of whole numbers stay where a part put them.
  ScratchMemory<8192> parts(memory_);
  LogBuilder builder(memory_);
  for_each([&](std::string_view encoded) {
    ByteReader in(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size());
    RecordEntries part(&parts);
    decode_entries(in, part);
    if (!in.complete() || part.entries.empty()) throw Failure{no_log()};
    builder.add(part);
  });
  RecordEntries united(memory_);
  builder.finish(united);
  ByteWriter bytes(memory_);
  encode_entries(united, bytes);
  pending_.clear();
  pending_.varint(uint64_t{bytes.size()});
  pending_.bytes(bytes.data(), bytes.size());
  logs_ = 1;
  united_ = bytes.size();
}

void LogUnion::encode(ByteWriter& out) const {
  if (logs_ > 1) compact();
  for_each([&](std::string_view encoded) { out.text(encoded); });
}

}  // namespace relinsights
