#include "core/families/party_table.h"

#include <algorithm>
#include <new>
#include <utility>

#include "core/base/interrupt.h"
#include "core/base/keyed_hash.h"

namespace relinsights {
namespace {

constexpr size_t kSmallestBlock = 256;
// Few steps at the start: groups grow side by side, and what each outgrew is of no use to the others.
constexpr size_t kFourfoldUpTo = 1024;
constexpr size_t kDoublingUpTo = size_t{8} << 20;
constexpr size_t kLargestBlock = (size_t{std::numeric_limits<uint32_t>::max()} - 1) * 8;

size_t larger_block(size_t capacity) noexcept {
  if (capacity < kFourfoldUpTo) return std::max(kSmallestBlock, capacity * 4);
  return capacity < kDoublingUpTo ? capacity * 2 : capacity + capacity / 2;
}

uint32_t hash_of(std::string_view name) noexcept {
  uint64_t hash = keyed_hash(name);
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

void PartyActivity::add(Kind kind, Direction direction, Instant at) noexcept {
  switch (kind) {
    case Kind::kEmail:
      ++emails;
      break;
    case Kind::kMeeting:
      ++meetings;
      break;
    case Kind::kPhoneCall:
      ++phone_calls;
      break;
    case Kind::kTask:
    case Kind::kOther:
      ++others;
  }
  initiated_by_them += direction == Direction::kInbound;
  of_unknown_direction += direction == Direction::kUnknown;
  last = std::max(last, at);
}

bool PartyActivity::merge(const PartyActivity& from) noexcept {
  last = std::max(last, from.last);
  int64_t total = interactions();
  return add_checked(total, from.interactions()) && add_checked(emails, from.emails) &&
         add_checked(meetings, from.meetings) && add_checked(phone_calls, from.phone_calls) &&
         add_checked(others, from.others) && add_checked(initiated_by_them, from.initiated_by_them) &&
         add_checked(of_unknown_direction, from.of_unknown_direction);
}

const char* PartyActivity::validate() const noexcept {
  int64_t total = 0;
  for (int64_t count : {emails, meetings, phone_calls, others})
    if (count < 0 || !add_checked(total, count)) return "A count is out of range";
  if (total == 0) return "A party has no activity";
  if (initiated_by_them < 0 || of_unknown_direction < 0 || initiated_by_them > total ||
      of_unknown_direction > total - initiated_by_them)
    return "A party initiated more activities than it has";
  if (!check_instant(last).ok()) return "A time is out of range";
  return nullptr;
}

PartyTable::PartyTable(PartyTable&& from) noexcept
    : memory_(from.memory_),
      block_(std::exchange(from.block_, nullptr)),
      used_(std::exchange(from.used_, 0)),
      capacity_(std::exchange(from.capacity_, 0)),
      size_(std::exchange(from.size_, 0)) {
  from.drop_index();
}

PartyTable::~PartyTable() {
  drop_index();
  if (block_ != nullptr) memory_->deallocate(block_, capacity_, 8);
}

PartyActivity& PartyTable::find_or_add(std::string_view name) {
  if (indexed_ != size_) make_index();
  const uint32_t hash = hash_of(name);
  const uint32_t mask = slot_count_ - 1;
  Slot* const all = slots();
  for (uint32_t i = hash & mask; all[i].place != 0; i = (i + 1) & mask) {
    if (all[i].hash != hash) continue;
    Party& party = at(all[i].place);
    if (party.name() == name) return party.activity;
  }
  if (size_ >= slot_count_ / 4 * 3) grow_index(slot_count_ * 2);
  auto place = static_cast<uint32_t>(used_ / 8 + 1);
  PartyActivity& activity = append(name);
  insert({hash, place});
  return activity;
}

PartyActivity& PartyTable::append(std::string_view name) {
  size_t bytes = Party::bytes_for(name.size());
  if (bytes > capacity_ - used_) resize_block(std::max(larger_block(capacity_), used_ + bytes));
  uint8_t* place = block_ + used_;
  std::memset(place + bytes - 8, 0, 8);  // what is behind the text, as the block may be handed over whole
  auto* party = new (place) Party();
  party->size_ = static_cast<uint32_t>(name.size());
  if (!name.empty()) std::memcpy(place + Party::kHeader, name.data(), name.size());
  used_ += bytes;
  ++size_;
  return party->activity;
}

void PartyTable::reserve(size_t bytes) {
  if (bytes > capacity_) resize_block(bytes);
}

void PartyTable::copy_from(const PartyTable& from) {
  reserve(from.used_);
  if (from.used_ > 0) std::memcpy(block_, from.block_, from.used_);
  used_ = from.used_;
  size_ = from.size_;
}

void PartyTable::insert(Slot slot) noexcept {
  const uint32_t mask = slot_count_ - 1;
  Slot* const all = slots();
  uint32_t i = slot.hash & mask;
  while (all[i].place != 0) i = (i + 1) & mask;
  all[i] = slot;
  ++indexed_;
}

void PartyTable::grow_index(uint32_t capacity) {
  if (capacity == 0) throw std::bad_alloc();
  auto* larger = static_cast<Slot*>(memory_->allocate(size_t{capacity} * sizeof(Slot), 8));
  std::fill_n(larger, capacity, Slot{});
  Slot* const old = slots();
  const uint32_t old_count = std::exchange(slot_count_, capacity);
  Slot* const old_more = std::exchange(more_slots_, larger);
  indexed_ = 0;
  for (uint32_t i = 0; i < old_count; ++i)
    if (old[i].place != 0) insert(old[i]);
  if (old_more != nullptr) memory_->deallocate(old_more, size_t{old_count} * sizeof(Slot), 8);
}

void PartyTable::make_index() {
  drop_index();
  uint32_t capacity = slot_count_;
  while (capacity != 0 && size_ >= capacity / 4 * 3) capacity *= 2;
  if (capacity != slot_count_) grow_index(capacity);
  InterruptPace pace;
  for (const Party& party : *this) {
    pace.step();
    auto place = reinterpret_cast<const uint8_t*>(&party) - block_;
    insert({hash_of(party.name()), static_cast<uint32_t>(place / 8 + 1)});
  }
}

void PartyTable::drop_index() noexcept {
  if (more_slots_ != nullptr) memory_->deallocate(more_slots_, size_t{slot_count_} * sizeof(Slot), 8);
  more_slots_ = nullptr;
  slot_count_ = kOwnSlots;
  std::fill_n(own_slots_, kOwnSlots, Slot{});
  indexed_ = 0;
}

void PartyTable::resize_block(size_t capacity) {
  if (capacity > kLargestBlock) throw std::bad_alloc();
  auto* block = static_cast<uint8_t*>(memory_->allocate(capacity, 8));
  if (used_ > 0) std::memcpy(block, block_, used_);
  if (block_ != nullptr) memory_->deallocate(block_, capacity_, 8);
  block_ = block;
  capacity_ = capacity;
}

}  // namespace relinsights
