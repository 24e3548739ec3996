// An activity on its way from the sources to one record, as bytes that can wait in memory or in a file; and what puts a
// record's parcels into the order in which everything is computed from them.
//
// People are given by rank (membership.h): the order of ranks is that of the texts.
#pragma once

#include <array>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/record/record_entries.h"

namespace relinsights {

class Membership;

struct Parcel {
  // Beside RecordEntry::Flag, and never in a log.
  static constexpr uint8_t kPending = 64;     // scheduled by the clock: completed when it ends, and logged already
  static constexpr uint8_t kScheduled = 128;  // scheduled by its row: it enters nothing but the next interaction

  Instant at;
  Instant counts_from;
  Instant ends;  // the later of `at` and its end
  Duration duration;
  int16_t sentiment = 0;
  Kind kind = Kind::kOther;
  uint8_t direction = kUnknownDirection;
  uint8_t flags = 0;
  bool threaded = false;
  std::string_view thread;    // a key, if threaded
  std::string_view activity;  // the activity's key
  std::string_view name;      // the key that a log knows it by, where that is another; empty: the same
  std::array<int32_t, kEngagements> engagement{};  // if followed

  bool has(uint8_t flag) const noexcept { return (flags & flag) != 0; }
  size_t most_bytes() const noexcept;             // an upper bound of what write() needs
  size_t write(char* to) const noexcept;          // how many bytes it took; nobody takes part yet
  static Parcel read(const char* from) noexcept;  // all but the people
};

// What is known of a parcel only when the people are. `parcel` has room for most_people_bytes() behind its `size`
// bytes; answers the size with people.
struct ParcelPeople {
  std::span<const uint32_t> ours, theirs, blind;
};
size_t most_people_bytes(const ParcelPeople& people) noexcept;
size_t complete_parcel(char* parcel, size_t size, uint8_t direction, uint8_t more_flags,
                       const ParcelPeople& people) noexcept;

// An activity that a viewer is shown by itself: the last one, or one that is scheduled or has not ended.
struct ShownActivity {
  std::string_view activity;
  Instant at, ends;
  Kind kind;
  uint8_t direction;
  const char* people;  // see ParcelSorter::everyone_of_theirs
};

// Takes the parcels of one record after the other; its memory serves them all.
class ParcelSorter {
 public:
  // The types of the activities' ids, of the keys that logs know them by, and of the threads.
  ParcelSorter(const Membership& membership, IdType activities, IdType names, IdType threads,
               std::pmr::memory_resource* memory);

  // The parcels' bytes must stay while the results are used; these are good until the next record.
  Status sort(std::span<const char* const> parcels) noexcept;
  const RecordEntries& entries() const noexcept { return entries_; }
  // Scheduled ones, and pending ones whatever the moment; by time.
  std::span<const ShownActivity> upcoming() const noexcept { return upcoming_; }
  // The last activity that counts as of a moment; of equal times that with the greater id as text. False: there is
  // none.
  bool last(Instant as_of, ShownActivity& last) const;
  // Everyone of theirs in an activity, blind copies too: ranks, ascending. Good until the next call.
  std::span<const uint32_t> everyone_of_theirs(const ShownActivity& activity);

 private:
  struct Loose;
  void add(const Loose& loose, uint32_t number);
  void number_people();
  void number_threads(std::span<const Loose* const> ordered);

  const Membership& membership_;
  IdType activities_;
  std::pmr::memory_resource* memory_;
  RecordEntries entries_;
  std::pmr::vector<ShownActivity> upcoming_;
  std::pmr::vector<ShownActivity> shown_;  // beside entries
  std::pmr::vector<uint32_t> everyone_;
  // By rank: the record that marked it last, and its number there.
  struct Marks {
    explicit Marks(std::pmr::memory_resource* memory) noexcept : epoch(memory), number(memory) {}
    std::pmr::vector<uint32_t> epoch, number;
  };
  void number_side(Side side, std::pmr::vector<std::string_view>& names);
  Marks marks_[kSides];
  uint32_t epoch_ = 0;
};

}  // namespace relinsights
