// Which activities belong to a record: the rule of SPEC 5.2, for a refresh of everything and for one record alike.
//
// A Membership is told the records, who is linked to them, and who opted out; then it says of one activity after the
// other who takes part and which records it belongs to. Records and people are numbers, given out in the order in which
// they are first named; people of both sides have numbers of their own.
//
// - Opted-out people are taken out first. An activity that has people of theirs (in any role, blind copies too), all of
// them
//   opted out, is gone: it counts nowhere.
// - Blind copies link nobody and count in no list, on either side. A participant without a role does not exist.
// - An activity belongs to every record that it regards. It belongs to the records of each person of theirs in it: to
//   accounts and contacts at once; to opportunities and leads if one of the record's people of ours takes part as well,
//   no link by a primary_contact counting, as DealActivities says.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/base/text_pool.h"

namespace relinsights {

using RecordNumber = uint32_t;
using PersonNumber = uint32_t;
inline constexpr uint32_t kNobody = UINT32_MAX;  // no record, no person

enum class ParticipantRole : uint8_t { kFrom, kTo, kCc, kBcc, kOrganizer, kRequired, kOptional };
inline constexpr const char* kParticipantRoleLabels[] = {"from",      "to",       "cc",      "bcc",
                                                         "organizer", "required", "optional"};

enum class PartyRole : uint8_t { kOwner, kTeam, kContact, kStakeholder, kPrimaryContact };
inline constexpr const char* kPartyRoleLabels[] = {"owner", "team", "contact", "stakeholder", "primary_contact"};

// Which activities of its people an opportunity or lead takes: all; those that regard no other opportunity or lead;
// none.
enum class DealActivities : uint8_t { kPeople, kUnlessRegardingAnother, kRegarding };
inline constexpr const char* kDealActivitiesLabels[] = {"people", "unless_regarding_another", "regarding"};

// A row of participants, packed: there are very many.
class Participant {
 public:
  static constexpr PersonNumber kMostPeople = (1u << 28) - 1;

  Participant() = default;
  Participant(Side side, PersonNumber person, ParticipantRole role) noexcept
      : bits_(person << 4 | static_cast<uint32_t>(index(side)) << 3 | static_cast<uint32_t>(role)) {}
  PersonNumber person() const noexcept { return bits_ >> 4; }
  Side side() const noexcept { return static_cast<Side>(bits_ >> 3 & 1); }
  ParticipantRole role() const noexcept { return static_cast<ParticipantRole>(bits_ & 7); }
  uint32_t bits() const noexcept { return bits_; }  // ascending: one person's rows stand together

 private:
  uint32_t bits_ = 0;
};

// Who takes part in one activity. People are given by rank (see Membership::rank), ascending, each once.
struct Attendance {
  explicit Attendance(std::pmr::memory_resource* memory) noexcept : ours(memory), theirs(memory), blind(memory) {}
  std::pmr::vector<uint32_t> ours, theirs;  // who count: not opted out, not in blind copy only
  std::pmr::vector<uint32_t> blind;         // theirs in blind copy only, not opted out
  bool gone = false;
  bool internal = false;  // from ours to ours and nobody of theirs, opted out or not: as far as people say so
  uint8_t direction = 2;  // by who it is from, else who organizes it: a number of Direction; 2: nobody, or both sides
};

class Membership {
 public:
  struct Rules {
    DealActivities deals = DealActivities::kUnlessRegardingAnother;
    bool until_closed = true;
  };

  Membership(Rules rules, std::pmr::memory_resource* memory) noexcept
      : memory_(memory),
        rules_(rules),
        record_keys_(memory),
        records_(memory),
        ours_(memory),
        theirs_(memory),
        our_links_(memory),
        their_links_(memory),
        marks_(memory) {}

  // The record's number; it is new if that is what record_count() was before.
  RecordNumber add_record(RecordType type, std::string_view key);
  RecordNumber find_record(RecordType type, std::string_view key) const;  // kNobody: there is none
  RecordNumber record_count() const noexcept { return static_cast<RecordNumber>(records_.size()); }
  RecordType type(RecordNumber record) const noexcept { return records_[record].type; }
  std::string_view key(RecordNumber record) const noexcept { return record_keys_[record].substr(1); }
  // Rule by people adds nothing to an opportunity or lead from this moment on.
  void close(RecordNumber record, Instant from) noexcept { records_[record].closed_from = from; }

  PersonNumber person(Side side, std::string_view text);
  PersonNumber find_person(Side side, std::string_view text) const;  // kNobody: not named yet
  std::string_view name(Side side, PersonNumber person) const noexcept { return people(side).names[person]; }
  size_t person_count(Side side) const noexcept { return people(side).names.size(); }
  void opt_out(Side side, std::string_view text);
  bool opted_out(Side side, PersonNumber person) const noexcept { return people(side).opted_out[person]; }
  // A row of record_parties: this person's activities matter to the record.
  void link(RecordNumber record, Side side, std::string_view text, bool primary_contact);

  // Calls visit(record, person) for every link of a person of theirs who has not opted out; before seal().
  template <class Visit>
  void each_link_of_theirs(Visit&& visit) const {
    for (const TheirLink& link : their_links_) {
      if (!theirs_.opted_out[link.person]) visit(link.record, link.person);
    }
  }

  // Once everybody is known, and before the first activity.
  Status seal() noexcept;
  // People's places in the order of their texts, and back.
  uint32_t rank(Side side, PersonNumber person) const noexcept { return people(side).ranks[person]; }
  std::string_view name_at(Side side, uint32_t rank) const noexcept { return name(side, people(side).by_rank[rank]); }

  // Puts the participants into another order.
  void attend(std::span<Participant> participants, Attendance& attendance) const;
  // The records to which an activity belongs that is not gone, each once. `regarding`: the records that it regards.
  void members(const Attendance& attendance, std::span<const RecordNumber> regarding, Instant at,
               std::pmr::vector<RecordNumber>& members);

 private:
  static constexpr Instant kNever{std::numeric_limits<int64_t>::max()};
  struct Record {
    RecordType type;
    Instant closed_from;         // kNever: it is not closed
    uint32_t first_of_ours = 0;  // in our_links_, where the next record's begin as well
  };
  struct OurLink {
    RecordNumber record;
    PersonNumber person;  // a rank once sealed
    auto operator<=>(const OurLink&) const = default;
  };
  struct TheirLink {
    PersonNumber person;  // a rank once sealed
    RecordNumber record;
    auto operator<=>(const TheirLink&) const = default;
  };
  struct People {
    explicit People(std::pmr::memory_resource* memory) noexcept
        : names(memory), opted_out(memory), ranks(memory), by_rank(memory), first_link(memory) {}
    TextPool names;
    std::pmr::vector<bool> opted_out;
    std::pmr::vector<uint32_t> ranks, by_rank;
    std::pmr::vector<uint32_t> first_link;  // of theirs by rank, in their_links_; one more than there are people
  };

  static bool is_deal(RecordType type) noexcept {
    return type == RecordType::kOpportunity || type == RecordType::kLead;
  }
  const People& people(Side side) const noexcept { return side == Side::kUs ? ours_ : theirs_; }
  People& people(Side side) noexcept { return side == Side::kUs ? ours_ : theirs_; }
  bool one_of_ours(RecordNumber record, std::span<const uint32_t> ours) const noexcept;

  std::pmr::memory_resource* memory_;
  Rules rules_;
  TextPool record_keys_;
  std::pmr::vector<Record> records_;
  People ours_, theirs_;
  std::pmr::vector<OurLink> our_links_;
  std::pmr::vector<TheirLink> their_links_;
  std::pmr::vector<uint32_t> marks_;  // by record: the activity that found it last
  uint32_t activity_ = 0;
};

}  // namespace relinsights
