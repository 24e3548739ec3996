#include "core/record/parcel.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/interrupt.h"
#include "core/record/membership.h"
#include "core/record/record_key.h"

namespace relinsights {
namespace {

struct Head {
  int64_t at;
  uint8_t has;
  uint8_t flags;
  uint8_t kind_and_direction;
};
constexpr size_t kHead = 11;  // without what only aligns it
constexpr uint8_t kCountsFrom = 1, kDuration = 2, kEnds = 4, kSentiment = 8, kThread = 16, kName = 32, kPeople = 64;

template <class T>
void put(char*& to, const T& value) noexcept {
  std::memcpy(to, &value, sizeof value);
  to += sizeof value;
}
template <class T>
void take(const char*& from, T& value) noexcept {
  std::memcpy(&value, from, sizeof value);
  from += sizeof value;
}

void put_number(char*& to, uint32_t value) noexcept {
  for (; value >= 128; value >>= 7) *to++ = static_cast<char>(value | 128);
  *to++ = static_cast<char>(value);
}
uint32_t take_number(const char*& from) noexcept {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*from++);
    value |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}
constexpr size_t kLongestNumber = 5;

void put_text(char*& to, std::string_view text) noexcept {
  put_number(to, static_cast<uint32_t>(text.size()));
  std::memcpy(to, text.data(), text.size());
  to += text.size();
}
std::string_view take_text(const char*& from) noexcept {
  const uint32_t size = take_number(from);
  std::string_view text(from, size);
  from += size;
  return text;
}

}  // namespace

size_t Parcel::most_bytes() const noexcept {
  return kHead + 4 * sizeof(int64_t) + sizeof engagement + 3 * kLongestNumber + thread.size() + activity.size() +
         name.size();
}

size_t Parcel::write(char* const begin) const noexcept {
  char* to = begin;
  Head head{at.microseconds,
            static_cast<uint8_t>((counts_from != at ? kCountsFrom : 0) | (duration.microseconds != 0 ? kDuration : 0) |
                                 (ends != at ? kEnds : 0) | (sentiment != 0 ? kSentiment : 0) |
                                 (threaded ? kThread : 0) | (name.empty() ? 0 : kName)),
            flags, static_cast<uint8_t>(index(kind) | direction << 4)};
  std::memcpy(to, &head, kHead);
  to += kHead;
  put_text(to, activity);
  if (counts_from != at) put(to, counts_from);
  if (duration.microseconds != 0) put(to, duration);
  if (ends != at) put(to, ends);
  if (sentiment != 0) put(to, sentiment);
  if (threaded) put_text(to, thread);
  if (!name.empty()) put_text(to, name);
  if (has(RecordEntry::kFollowed)) put(to, engagement);
  return static_cast<size_t>(to - begin);
}

namespace {

// Answers where the people are, if there are any.
const char* read_parcel(const char* from, Parcel& parcel) noexcept {
  Head head{};
  std::memcpy(&head, from, kHead);
  from += kHead;
  parcel.activity = take_text(from);
  parcel.at = parcel.counts_from = parcel.ends = Instant{head.at};
  parcel.flags = head.flags;
  parcel.kind = static_cast<Kind>(head.kind_and_direction & 15);
  parcel.direction = head.kind_and_direction >> 4;
  parcel.threaded = (head.has & kThread) != 0;
  if ((head.has & kCountsFrom) != 0) take(from, parcel.counts_from);
  if ((head.has & kDuration) != 0) take(from, parcel.duration);
  if ((head.has & kEnds) != 0) take(from, parcel.ends);
  if ((head.has & kSentiment) != 0) take(from, parcel.sentiment);
  if (parcel.threaded) parcel.thread = take_text(from);
  if ((head.has & kName) != 0) parcel.name = take_text(from);
  if (parcel.has(RecordEntry::kFollowed)) take(from, parcel.engagement);
  return (head.has & kPeople) != 0 ? from : nullptr;
}

}  // namespace

Parcel Parcel::read(const char* from) noexcept {
  Parcel parcel;
  read_parcel(from, parcel);
  return parcel;
}

size_t most_people_bytes(const ParcelPeople& people) noexcept {
  return kLongestNumber * (3 + people.ours.size() + people.theirs.size() + people.blind.size());
}

size_t complete_parcel(char* parcel, size_t size, uint8_t direction, uint8_t more_flags,
                       const ParcelPeople& people) noexcept {
  Head head{};
  std::memcpy(&head, parcel, kHead);
  head.flags |= more_flags;
  head.kind_and_direction = static_cast<uint8_t>((head.kind_and_direction & 15) | direction << 4);
  char* to = parcel + size;
  if (!people.ours.empty() || !people.theirs.empty() || !people.blind.empty()) {
    head.has |= kPeople;
    put_number(to, static_cast<uint32_t>(people.ours.size()));
    put_number(to, static_cast<uint32_t>(people.theirs.size()));
    put_number(to, static_cast<uint32_t>(people.blind.size()));
    for (std::span<const uint32_t> some : {people.ours, people.theirs, people.blind}) {
      for (uint32_t rank : some) put_number(to, rank);
    }
  }
  std::memcpy(parcel, &head, kHead);
  return static_cast<size_t>(to - parcel);
}

// A parcel read, and where its people are: three counts and so many ranks, or nullptr.
struct ParcelSorter::Loose {
  Parcel parcel;
  const char* people;

  std::string_view name() const noexcept { return parcel.name.empty() ? parcel.activity : parcel.name; }
};

ParcelSorter::ParcelSorter(const Membership& membership, IdType activities, IdType names, IdType threads,
                           std::pmr::memory_resource* memory)
    : membership_(membership),
      activities_(activities),
      memory_(memory),
      entries_(memory),
      upcoming_(memory),
      shown_(memory),
      everyone_(memory),
      marks_{Marks(memory), Marks(memory)} {
  entries_.activity_type = names;
  entries_.thread_type = threads;
  for (Side side : {Side::kUs, Side::kThem}) {
    marks_[index(side)].epoch.resize(membership.person_count(side));
    marks_[index(side)].number.resize(membership.person_count(side));
  }
}

Status ParcelSorter::sort(std::span<const char* const> parcels) noexcept {
  return contain([&]() -> Status {
    entries_.people.clear();
    entries_.entries.clear();
    entries_.activities.clear();
    entries_.threads.clear();
    entries_.our_people.clear();
    entries_.their_people.clear();
    entries_.engagements.clear();
    upcoming_.clear();
    shown_.clear();
    InterruptPace pace;
    std::pmr::vector<Loose> all(memory_);
    all.reserve(parcels.size());
    std::pmr::vector<const Loose*> ordered(memory_);
    ordered.reserve(parcels.size());
    for (const char* bytes : parcels) {
      pace.step();
      Loose& loose = all.emplace_back();
      loose.people = read_parcel(bytes, loose.parcel);
    }
    for (const Loose& loose : all) {
      const Parcel& parcel = loose.parcel;
      if (parcel.has(Parcel::kScheduled | Parcel::kPending))
        upcoming_.push_back({parcel.activity, parcel.at, parcel.ends, parcel.kind, parcel.direction, loose.people});
      if (!parcel.has(Parcel::kScheduled)) ordered.push_back(&loose);
    }
    std::sort(ordered.begin(), ordered.end(), [](const Loose* a, const Loose* b) {
      return a->parcel.at != b->parcel.at ? a->parcel.at < b->parcel.at : a->name() < b->name();
    });
    std::sort(upcoming_.begin(), upcoming_.end(), [](const ShownActivity& a, const ShownActivity& b) {
      return a.at != b.at ? a.at < b.at : a.activity < b.activity;
    });
    for (uint32_t number = 0; number < ordered.size(); ++number) {
      pace.step();
      add(*ordered[number], number);
    }
    number_people();
    number_threads(ordered);
    return {};
  });
}

void ParcelSorter::add(const Loose& loose, uint32_t number) {
  const Parcel& parcel = loose.parcel;
  RecordEntry entry{};
  entry.at = parcel.at;
  entry.counts_from = parcel.counts_from;
  entry.duration = parcel.duration;
  entry.activity = number;
  entry.thread = RecordEntry::kNone;
  entry.engagement = RecordEntry::kNone;
  entry.sentiment = parcel.sentiment;
  entry.kind = parcel.kind;
  entry.direction = parcel.direction;
  entry.flags = parcel.flags & ~(Parcel::kScheduled | Parcel::kPending);
  entry.people = static_cast<uint32_t>(entries_.people.size());
  if (entry.has(RecordEntry::kFollowed)) {
    entry.engagement = static_cast<uint32_t>(entries_.engagements.size());
    entries_.engagements.push_back(parcel.engagement);
  }
  if (const char* from = loose.people; from != nullptr) {
    entry.ours = take_number(from);
    entry.theirs = take_number(from);
    take_number(from);
    for (uint32_t left = entry.ours + entry.theirs; left > 0; --left) entries_.people.push_back(take_number(from));
  }
  entries_.entries.push_back(entry);
  entries_.activities.push_back(loose.name());
  shown_.push_back({parcel.activity, parcel.at, parcel.ends, entry.kind, entry.direction, loose.people});
}

// From ranks in the company to numbers in the record, in the same order.
void ParcelSorter::number_side(Side side, std::pmr::vector<std::string_view>& names) {
  Marks& marks = marks_[index(side)];
  std::pmr::vector<uint32_t> present(memory_);
  auto each = [&](auto&& visit) {
    for (const RecordEntry& entry : entries_.entries) {
      uint32_t* person = entries_.people.data() + entry.people + (side == Side::kThem ? entry.ours : 0);
      for (uint32_t* end = person + (side == Side::kUs ? entry.ours : entry.theirs); person != end; ++person)
        visit(*person);
    }
  };
  each([&](uint32_t& rank) {
    if (marks.epoch[rank] == epoch_) return;
    marks.epoch[rank] = epoch_;
    present.push_back(rank);
  });
  std::sort(present.begin(), present.end());
  for (uint32_t number = 0; number < present.size(); ++number) {
    marks.number[present[number]] = number;
    names.push_back(membership_.name_at(side, present[number]));
  }
  each([&](uint32_t& rank) { rank = marks.number[rank]; });
}

void ParcelSorter::number_people() {
  if (++epoch_ == 0) {
    for (Marks& marks : marks_) std::fill(marks.epoch.begin(), marks.epoch.end(), 0u);
    epoch_ = 1;
  }
  number_side(Side::kUs, entries_.our_people);
  number_side(Side::kThem, entries_.their_people);
}

void ParcelSorter::number_threads(std::span<const Loose* const> ordered) {
  struct Named {
    std::string_view thread;
    uint32_t entry;
  };
  std::pmr::vector<Named> named(memory_);
  for (uint32_t i = 0; i < ordered.size(); ++i) {
    if (ordered[i]->parcel.threaded) named.push_back({ordered[i]->parcel.thread, i});
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) { return a.thread < b.thread; });
  for (const Named& of : named) {
    if (entries_.threads.empty() || entries_.threads.back() != of.thread) entries_.threads.push_back(of.thread);
    entries_.entries[of.entry].thread = static_cast<uint32_t>(entries_.threads.size()) - 1;
  }
}

bool ParcelSorter::last(Instant as_of, ShownActivity& last) const {
  const RecordEntry* found = nullptr;
  for (size_t i = entries_.entries.size(); i-- > 0;) {
    const RecordEntry& entry = entries_.entries[i];
    if (found != nullptr && entry.at < found->at) break;
    if (entry.counts_from > as_of) continue;
    if (found != nullptr && !later_as_text(activities_, shown_[i].activity, last.activity)) continue;
    found = &entry;
    last = shown_[i];
  }
  return found != nullptr;
}

std::span<const uint32_t> ParcelSorter::everyone_of_theirs(const ShownActivity& activity) {
  everyone_.clear();
  if (const char* from = activity.people; from != nullptr) {
    uint32_t ours = take_number(from);
    uint32_t theirs = take_number(from);
    theirs += take_number(from);
    for (; ours > 0; --ours) take_number(from);
    for (; theirs > 0; --theirs) everyone_.push_back(take_number(from));
    std::sort(everyone_.begin(), everyone_.end());
  }
  return everyone_;
}

}  // namespace relinsights
