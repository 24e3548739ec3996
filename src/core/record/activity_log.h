// The log of a record: its activities with all that the KPIs need, each once. SPEC 5.7.
//
// An ActivityLog is RecordEntries as a stored value. Whatever made it, the same activities give the same bytes: entries
// in order of time, people and threads by number into sorted lists of what is in use, every number in its shortest
// form. Merging is a union: an activity that both hold counts once, and where they hold it differently the greater one
// stays whole. Greater means: the bytes of a log that holds nothing else.
//
// Entries that were decoded show texts and keys where the bytes are, which must live on. What runs out of memory throws
// std::bad_alloc; what is told to stop, or finds ids of two types, throws a Failure.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "core/base/interrupt.h"
#include "core/record/record_entries.h"
#include "core/summary.h"

namespace relinsights {

inline constexpr size_t kMostLogBytes = size_t{400} << 20;

// Without the version byte. A log that would take more than kMostLogBytes is an error.
void encode_entries(const RecordEntries& log, ByteWriter& out);
// Rejects what no encoder wrote, but for one thing: it does not look for an activity that is there at two times, which
// only a forger writes and ActivityLog::decode refuses. `log` must be empty.
void decode_entries(ByteReader& in, RecordEntries& log);

class ActivityLog {
 public:
  static constexpr const char* kTypeName = "activity_log";
  static constexpr uint8_t kVersion = 1;

  explicit ActivityLog(std::pmr::memory_resource* memory) noexcept : memory_(memory), entries_(memory), own_(memory) {}
  ActivityLog(ActivityLog&&) noexcept = default;
  ActivityLog& operator=(const ActivityLog&) = delete;

  const RecordEntries& entries() const noexcept { return entries_; }

  Status merge(const ActivityLog& from) noexcept;

  // Calls visit(text) for every text, for whoever must check texts that come from outside.
  template <class Visit>
  void for_each_text(Visit&& visit) const {
    if (entries_.activity_type == IdType::kText)
      for (std::string_view text : entries_.activities) visit(text);
    if (entries_.thread_type == IdType::kText)
      for (std::string_view text : entries_.threads) visit(text);
    for (std::string_view text : entries_.our_people) visit(text);
    for (std::string_view text : entries_.their_people) visit(text);
  }

  void encode(ByteWriter& out) const { encode_entries(entries_, out); }
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  friend Status decode_log(const uint8_t* data, size_t size, RecordEntries& log) noexcept;
  void take(const RecordEntries& log);  // with texts of its own

  std::pmr::memory_resource* memory_;
  RecordEntries entries_;
  std::pmr::vector<uint8_t> own_;  // bytes that entries_ shows, where they are no caller's
  bool checked_ = false;           // when it came in: an activity that is there twice needs no search
};

// A stored value as entries, as decode_entries reads it. An empty log is an error, as no value is one.
Status decode_log(const uint8_t* data, size_t size, RecordEntries& log) noexcept;

// One activity as it comes from outside. Keys are those of RecordEntries.
struct LoggedActivity {
  std::string_view activity;
  Kind kind = Kind::kOther;
  uint8_t direction = kUnknownDirection;
  Instant at;
  Instant counts_from;                                   // at the earliest `at`
  Duration duration;                                     // not negative
  std::string_view thread;                               // empty: none
  std::span<std::string_view> our_people, their_people;  // an empty text is nobody; put into order, each once
  uint8_t flags = 0;                                     // matter for e-mails
  int16_t sentiment = 0;
  std::array<int32_t, kEngagements> engagement{};  // of a followed e-mail: not negative
};

// Puts a log together, from activities and from parts of other logs, in any order. What is added must live on until
// the log has been used, as its texts and keys stay where they are.
class LogBuilder {
 public:
  explicit LogBuilder(std::pmr::memory_resource* memory) noexcept : memory_(memory), all_(memory) {}

  // Of an activity that is added twice the greater one stays. What is out of range throws a Failure.
  void add(IdType activity_type, IdType thread_type, const LoggedActivity& activity);
  void add(const RecordEntries& part) {
    add(part, [](const RecordEntry&) { return true; });
  }
  // Those entries of which `keep` says so: keep(entry).
  template <class Keep>
  void add(const RecordEntries& part, Keep&& keep);

  size_t added() const noexcept { return all_.entries.size(); }

  // `log` must be empty. The builder is used up.
  void finish(RecordEntries& log);

 private:
  struct Base {  // where a part's lists begin in those of all
    uint32_t threads, ours, theirs;
  };
  Base begin_part(const RecordEntries& part);
  void add_entry(const RecordEntries& part, const RecordEntry& entry, const Base& base);
  void use_types(IdType activity_type, IdType thread_type, bool threaded);
  void drop_copies(std::pmr::vector<uint32_t>& order);

  std::pmr::memory_resource* memory_;
  RecordEntries all_;  // in no order; its lists hold a text as often as it came
  bool any_ = false, any_threaded_ = false;
  uint32_t parts_ = 0;
};

template <class Keep>
void LogBuilder::add(const RecordEntries& part, Keep&& keep) {
  if (part.entries.empty()) return;
  const Base base = begin_part(part);
  InterruptPace pace;
  for (const RecordEntry& entry : part.entries) {
    pace.step();
    if (keep(entry)) add_entry(part, entry, base);
  }
}

// Operations on logs as entries; their results show the texts of what they are made from.

// What counts up to `as_of`.
void cut_log(const RecordEntries& log, Instant as_of, RecordEntries& cut, std::pmr::memory_resource* memory);

// `log` without the activities of these keys (any order), and with what `fresh` holds instead of what `log` says of it:
// how a refresh of changes rewrites a log.
void replace_activities(const RecordEntries& log, std::span<const std::string_view> gone, const RecordEntries& fresh,
                        RecordEntries& result, std::pmr::memory_resource* memory);

// A log is stored in chunks of so many activities by rank, so that what is new rewrites the last of them alone. Added
// to a LogBuilder in any order they are the whole again.
inline constexpr size_t kChunkEntries = 2000;
inline size_t chunks_of(const RecordEntries& log) noexcept {
  return (log.entries.size() + kChunkEntries - 1) / kChunkEntries;
}
void chunk_of(const RecordEntries& log, size_t number, RecordEntries& chunk, std::pmr::memory_resource* memory);

// Logs that wait to be united: an ActivityLog that is quick to merge into and cannot be read before it is encoded, as
// the states of rollup and activity_log_agg are. Merging appends bytes; the work is done over all of them at once, when
// it is encoded, or whenever as many bytes wait as the union of those before takes. What is no log is found then.
class LogUnion {
 public:
  static constexpr const char* kTypeName = ActivityLog::kTypeName;
  static constexpr uint8_t kVersion = ActivityLog::kVersion;

  explicit LogUnion(std::pmr::memory_resource* memory) : memory_(memory), pending_(memory) {}

  Status merge(const LogUnion& from) noexcept;
  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept { return nullptr; }  // encode does

 private:
  void append(std::string_view encoded);
  template <class Visit>
  void for_each(Visit&& visit) const;
  void compact() const;  // changes what it takes, not what it is

  static constexpr size_t kFewestBytes = size_t{1} << 20;

  std::pmr::memory_resource* memory_;
  mutable ByteWriter pending_;  // of each log its size, then its bytes without the version
  mutable size_t logs_ = 0;
  mutable size_t united_ = 0;  // bytes of the first log, if it is a union that was made here
};

}  // namespace relinsights
