// Who takes part in a group's activities, how often and when last: most contacted, most contacted by. SPEC 3.6.
//
// Exact, one entry per party: bounded by the number of people, not of activities. Encoded, a party takes about 13 bytes
// plus its text. See core/party_table.h for the memory while rows come in and for what a party is.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "core/activity.h"
#include "core/families/party_table.h"
#include "core/summary.h"

namespace relinsights {

class ContactSummary {
 public:
  static constexpr const char* kTypeName = "contact_summary";
  static constexpr uint8_t kVersion = 2;  // version 1 knows no activities of unknown direction

  explicit ContactSummary(std::pmr::memory_resource* memory) noexcept : memory_(memory), parties_(memory) {}

  Status merge(const ContactSummary& from) noexcept;

  int64_t contacts() const noexcept { return static_cast<int64_t>(parties_.size()); }
  // Parties with at least one activity they initiated.
  int64_t engaged_contacts() const noexcept;

  // The at most `n` parties with the most interactions, in this order: interactions and then last time descending, then
  // the party's bytes. They live in this summary. A negative `n` is an error.
  using Parties = std::pmr::vector<const Party*>;
  Status top(int32_t n, Parties& result) const noexcept;

  // Calls visit(text) for every party, for whoever must check texts that come from outside.
  template <class Visit>
  void for_each_text(Visit&& visit) const {
    for (const Party& party : parties_) visit(party.name());
  }

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  friend class ContactAggregation;
  friend class ContactFold;

  std::pmr::memory_resource* memory_;
  PartyTable parties_;
  bool sorted_ = true;  // whether the parties come in ascending order
};

// The same table while rows come in.
class ContactAggregation : public ContactSummary {
 public:
  using Summary = ContactSummary;
  using ContactSummary::ContactSummary;

  // One completed activity in which `party` takes part. Parties are bytes without a zero byte, at most 1 GB.
  Status add(std::string_view party, Kind kind, Direction direction, Instant at) noexcept;
  // The same for several parties; one who is named twice counts once. Puts the names into order.
  Status add(std::span<std::string_view> parties, Kind kind, Direction direction, Instant at) noexcept;

  Status merge(const ContactAggregation& from) noexcept { return ContactSummary::merge(from); }
  void serialize(ByteWriter& out) const;
  void deserialize(ByteReader& in);
  Status finish(ContactSummary& summary) noexcept;
};

// Makes a summary of parties that are known by number, where the order of numbers is that of the texts: texts are
// touched at the end alone. Throws std::bad_alloc, or a Failure when told to stop.
class ContactFold {
 public:
  ContactFold(size_t parties, std::pmr::memory_resource* memory) : activity_(parties, memory) {}

  void add(uint32_t party, Kind kind, Direction direction, Instant at) noexcept {
    activity_[party].add(kind, direction, at);
  }
  void finish(const std::pmr::vector<std::string_view>& names, ContactSummary& into);

 private:
  std::pmr::vector<PartyActivity> activity_;
};

}  // namespace relinsights
