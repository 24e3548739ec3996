// The people of one group and what each took part in: a table from a party's text to its counts.
//
// The hot path is a row of one of very many small groups, so it costs few cache misses: the hash index of up to twelve
// parties lies in the table itself, and a party's counts and text lie side by side in one block. The block grows by
// doubling (fourfold up to 1 kB, by half beyond 8 MB) and the index is kept at most three quarters full, so a party
// takes 60 bytes plus its text, rounded up to eight, and 11 to 21 bytes of index; while the block grows, the old one is
// there beside the new one.
//
// Parties are bytes without a zero byte, told apart and ordered as bytes (C collation); an empty one is a party as
// well. What runs out of memory throws std::bad_alloc; what is told to stop throws a Failure.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string_view>

#include "core/activity.h"
#include "core/base/status.h"

namespace relinsights {

// What one party took part in: numbers of activities and the last one's time.
struct PartyActivity {
  int64_t emails = 0;
  int64_t meetings = 0;
  int64_t phone_calls = 0;
  int64_t others = 0;  // tasks and whatever else
  int64_t initiated_by_them = 0;
  int64_t of_unknown_direction = 0;  // initiated by nobody knows whom
  Instant last{std::numeric_limits<int64_t>::min()};

  int64_t interactions() const noexcept { return emails + meetings + phone_calls + others; }
  int64_t initiated_by_us() const noexcept { return interactions() - initiated_by_them - of_unknown_direction; }

  void add(Kind kind, Direction direction, Instant at) noexcept;
  bool merge(const PartyActivity& from) noexcept;  // false where a number would not be a bigint
  const char* validate() const noexcept;           // what is wrong, or nullptr
};

// A party as the table keeps it, its text behind it.
class Party {
 public:
  PartyActivity activity;

  std::string_view name() const noexcept { return {text(), size_}; }
  size_t bytes() const noexcept { return bytes_for(size_); }
  static size_t bytes_for(size_t text_size) noexcept { return (kHeader + text_size + 7) & ~size_t{7}; }
  // An upper bound of what `count` parties with so many bytes of text take.
  static constexpr size_t bytes_for(size_t count, size_t text_size) noexcept {
    return count * (kHeader + 7) + text_size;
  }

 private:
  friend class PartyTable;
  static constexpr size_t kHeader = sizeof(PartyActivity) + sizeof(uint32_t);
  const char* text() const noexcept { return reinterpret_cast<const char*>(this) + kHeader; }

  uint32_t size_;
};

class PartyTable {
 public:
  explicit PartyTable(std::pmr::memory_resource* memory) noexcept : memory_(memory) {}
  PartyTable(PartyTable&& from) noexcept;
  PartyTable& operator=(const PartyTable&) = delete;
  ~PartyTable();

  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  size_t bytes() const noexcept { return used_; }  // of the block, without the index

  // The party's counts, zero if it is new; good until the next call.
  PartyActivity& find_or_add(std::string_view name);
  // For a party the caller knows not to be there. The index is only made when find_or_add needs it.
  PartyActivity& append(std::string_view name);
  // Makes room for a block of so many bytes in advance.
  void reserve(size_t bytes);
  // Becomes a copy; the table must be empty.
  void copy_from(const PartyTable& from);

  // The parties in the order in which they came.
  class Iterator {
   public:
    explicit Iterator(const uint8_t* at) noexcept : at_(at) {}
    const Party& operator*() const noexcept { return *reinterpret_cast<const Party*>(at_); }
    Iterator& operator++() noexcept {
      at_ += (**this).bytes();
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const uint8_t* at_;
  };
  Iterator begin() const noexcept { return Iterator(block_); }
  Iterator end() const noexcept { return Iterator(block_ + used_); }

 private:
  struct Slot {
    uint32_t hash;
    uint32_t place;  // where the party is in the block, in units of eight bytes, plus one; 0: the slot is free
  };
  static constexpr uint32_t kOwnSlots = 16;

  Slot* slots() noexcept { return more_slots_ == nullptr ? own_slots_ : more_slots_; }
  Party& at(uint32_t place) noexcept { return *reinterpret_cast<Party*>(block_ + (size_t{place} - 1) * 8); }
  void insert(Slot slot) noexcept;
  void grow_index(uint32_t capacity);
  void make_index();
  void drop_index() noexcept;
  void resize_block(size_t capacity);

  std::pmr::memory_resource* memory_;
  uint8_t* block_ = nullptr;
  size_t used_ = 0;
  size_t capacity_ = 0;
  uint32_t size_ = 0;
  uint32_t indexed_ = 0;  // either all parties or none are in the index
  uint32_t slot_count_ = kOwnSlots;
  Slot* more_slots_ = nullptr;
  Slot own_slots_[kOwnSlots] = {};
};

}  // namespace relinsights
