// Who takes part in one activity and which records that links it to (SPEC 5.2), made of the activity's participants, in
// any order, and kept as a few bytes that travel with the activity.
//
// The bytes: the size of what follows up to the blind copies, so that it can be taken along alone; our people and
// theirs (how many, then size and text of each: ascending, each once); theirs in blind copy only; the records
// (ascending, each once); and whether the activity is gone, having people of theirs, all of whom opted out. Opted-out
// people are in none of the lists.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/base/codec.h"

namespace relinsights {

// A record by its number, from 1 on. Negative where someone of the record's people on our side must take part as well.
using RecordNumber = int32_t;

class ActivityPeople {
 public:
  explicit ActivityPeople(std::pmr::memory_resource* memory) : rows_(memory, 64) {}

  struct Participant {
    Side side;
    bool blind_copy;
    bool opted_out;
    std::string_view party;
    std::span<const RecordNumber> records;  // that this person links, if it is one of theirs who counts
  };
  Status add(const Participant& participant) noexcept;

  Status merge(const ActivityPeople& from) noexcept;
  void serialize(ByteWriter& out) const { out.bytes(rows_.data(), rows_.size()); }
  void deserialize(ByteReader& in);
  // Takes memory for the work from `memory`.
  Status encode(ByteWriter& out, std::pmr::memory_resource* memory) const noexcept;

 private:
  ByteWriter rows_;  // the participants as they came
};

// The people who count in an activity: both lists, as bytes. Visiting reads nothing behind them, whatever they are.
class CountedPeople {
 public:
  CountedPeople() = default;
  explicit CountedPeople(std::string_view bytes) noexcept : bytes_(bytes) {}

  std::string_view bytes() const noexcept { return bytes_; }
  // Our distinct people, at least one: someone of ours must have been there.
  int32_t team_size() const noexcept;
  // Calls ours(text) and theirs(text) for each; false where the bytes make no sense.
  template <class Ours, class Theirs>
  bool visit(Ours&& ours, Theirs&& theirs) const {
    ByteReader in(reinterpret_cast<const uint8_t*>(bytes_.data()), bytes_.size());
    for (size_t left = in.count(1); left > 0 && !in.failed(); --left) ours(in.bytes(in.varint()));
    for (size_t left = in.count(1); left > 0 && !in.failed(); --left) theirs(in.bytes(in.varint()));
    return in.complete();
  }

 private:
  std::string_view bytes_;
};

// Reads what ActivityPeople encoded. What is no such value reads as broken.
class PeopleReader {
 public:
  explicit PeopleReader(std::string_view encoded) noexcept;

  bool broken() const noexcept { return in_.failed(); }
  CountedPeople counted() const noexcept { return counted_; }
  // Each of these reads on from where the one before ended; call them in this order.
  template <class Visit>
  void blind_copies(Visit&& visit) {
    for (size_t left = in_.count(1); left > 0 && !in_.failed(); --left) visit(in_.bytes(in_.varint()));
  }
  size_t record_count() noexcept { return in_.count(1); }
  RecordNumber next_record() noexcept { return static_cast<RecordNumber>(in_.signed_varint()); }
  bool gone() noexcept { return in_.byte() != 0; }

 private:
  ByteReader in_;
  CountedPeople counted_;
};

}  // namespace relinsights
