#include "core/record/membership.h"

#include <algorithm>
#include <numeric>

namespace relinsights {
namespace {

// What tells records apart: the type, then the key. On the stack where it is short, as it mostly is.
class TypedKey {
 public:
  TypedKey(RecordType type, std::string_view key, std::pmr::memory_resource* memory) : long_(memory) {
    char* to = own_;
    if (key.size() >= sizeof own_) {
      long_.resize(key.size() + 1);
      to = long_.data();
    }
    to[0] = static_cast<char>(type);
    std::copy(key.begin(), key.end(), to + 1);
    view_ = {to, key.size() + 1};
  }
  std::string_view view() const noexcept { return view_; }

 private:
  char own_[64];
  std::pmr::vector<char> long_;
  std::string_view view_;
};

}  // namespace

RecordNumber Membership::add_record(RecordType type, std::string_view key) {
  TypedKey typed(type, key, memory_);
  RecordNumber number = record_keys_.find_or_add(typed.view());
  if (number == records_.size()) records_.push_back({type, kNever});
  return number;
}

RecordNumber Membership::find_record(RecordType type, std::string_view key) const {
  TypedKey typed(type, key, memory_);
  return record_keys_.find(typed.view());
}

PersonNumber Membership::person(Side side, std::string_view text) {
  People& of = people(side);
  PersonNumber number = of.names.find_or_add(text);
  if (number > Participant::kMostPeople)
    throw Failure{Status::error(StatusCode::kLimitExceeded, "too many people of one side")
                      .detail("At most %u are told apart.", Participant::kMostPeople)};
  if (number == of.opted_out.size()) of.opted_out.push_back(false);
  return number;
}

PersonNumber Membership::find_person(Side side, std::string_view text) const { return people(side).names.find(text); }

void Membership::opt_out(Side side, std::string_view text) {
  PersonNumber number = person(side, text);
  people(side).opted_out[number] = true;
}

void Membership::link(RecordNumber record, Side side, std::string_view text, bool primary_contact) {
  const bool deal = is_deal(type(record));
  if (deal && primary_contact) return;
  if (side == Side::kThem)
    their_links_.push_back({person(side, text), record});
  else if (deal)
    our_links_.push_back({record, person(side, text)});
}

Status Membership::seal() noexcept {
  return contain([&]() -> Status {
    for (Side side : {Side::kUs, Side::kThem}) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      People& of = people(side);
      of.by_rank.resize(of.names.size());
      std::iota(of.by_rank.begin(), of.by_rank.end(), 0u);
      std::sort(of.by_rank.begin(), of.by_rank.end(),
                [&](uint32_t a, uint32_t b) { return of.names[a] < of.names[b]; });
      of.ranks.resize(of.names.size());
      for (uint32_t rank = 0; rank < of.by_rank.size(); ++rank) of.ranks[of.by_rank[rank]] = rank;
    }
    // Who opted out links nothing.
    std::erase_if(our_links_, [&](const OurLink& l) { return ours_.opted_out[l.person]; });
    for (OurLink& link : our_links_) link.person = ours_.ranks[link.person];
    std::sort(our_links_.begin(), our_links_.end());
    uint32_t at = 0;
    for (RecordNumber record = 0; record < record_count(); ++record) {
      while (at < our_links_.size() && our_links_[at].record < record) ++at;
      records_[record].first_of_ours = at;
    }
    RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
    std::erase_if(their_links_, [&](const TheirLink& l) { return theirs_.opted_out[l.person]; });
    for (TheirLink& link : their_links_) link.person = theirs_.ranks[link.person];
    std::sort(their_links_.begin(), their_links_.end());
    their_links_.erase(std::unique(their_links_.begin(), their_links_.end()), their_links_.end());
    theirs_.first_link.resize(theirs_.names.size() + 1);
    at = 0;
    for (uint32_t rank = 0; rank < theirs_.first_link.size(); ++rank) {
      while (at < their_links_.size() && their_links_[at].person < rank) ++at;
      theirs_.first_link[rank] = at;
    }
    marks_.assign(record_count(), 0);
    return {};
  });
}

void Membership::attend(std::span<Participant> participants, Attendance& attendance) const {
  attendance.ours.clear();
  attendance.theirs.clear();
  attendance.blind.clear();
  bool from[kSides] = {}, organizer[kSides] = {}, to_ours = false, theirs_at_all = false, theirs_left = false;
  std::sort(participants.begin(), participants.end(), [](Participant a, Participant b) { return a.bits() < b.bits(); });
  for (size_t i = 0; i < participants.size();) {
    const Participant first = participants[i];
    const Side side = first.side();
    bool counts = false;
    for (; i < participants.size() && participants[i].person() == first.person() && participants[i].side() == side;
         ++i) {
      const ParticipantRole role = participants[i].role();
      counts = counts || role != ParticipantRole::kBcc;
      if (role == ParticipantRole::kFrom) from[index(side)] = true;
      if (role == ParticipantRole::kOrganizer) organizer[index(side)] = true;
      if (side == Side::kUs &&
          (role == ParticipantRole::kTo || role == ParticipantRole::kCc || role == ParticipantRole::kBcc))
        to_ours = true;
    }
    const bool out = opted_out(side, first.person());
    if (side == Side::kThem) {
      theirs_at_all = true;
      theirs_left = theirs_left || !out;
    }
    if (out) continue;
    const uint32_t rank = this->rank(side, first.person());
    if (side == Side::kUs) {
      if (counts) attendance.ours.push_back(rank);
    } else {
      (counts ? attendance.theirs : attendance.blind).push_back(rank);
    }
  }
  std::sort(attendance.ours.begin(), attendance.ours.end());
  std::sort(attendance.theirs.begin(), attendance.theirs.end());
  std::sort(attendance.blind.begin(), attendance.blind.end());
  attendance.gone = theirs_at_all && !theirs_left;
  attendance.internal = from[index(Side::kUs)] && to_ours && !theirs_at_all;
  const bool* by = from[0] || from[1] ? from : organizer;
  const bool us = by[index(Side::kUs)], them = by[index(Side::kThem)];
  attendance.direction = us == them ? 2 : static_cast<uint8_t>(index(initiated_by(us ? Side::kUs : Side::kThem)));
}

bool Membership::one_of_ours(RecordNumber record, std::span<const uint32_t> ours) const noexcept {
  for (uint32_t at = records_[record].first_of_ours; at < our_links_.size() && our_links_[at].record == record; ++at) {
    if (std::binary_search(ours.begin(), ours.end(), our_links_[at].person)) return true;
  }
  return false;
}

void Membership::members(const Attendance& attendance, std::span<const RecordNumber> regarding, Instant at,
                         std::pmr::vector<RecordNumber>& members) {
  members.clear();
  if (++activity_ == 0) {
    std::fill(marks_.begin(), marks_.end(), 0u);
    activity_ = 1;
  }
  bool regards_deal = false;
  auto add = [&](RecordNumber record) {
    if (marks_[record] == activity_) return;
    marks_[record] = activity_;
    members.push_back(record);
  };
  for (RecordNumber record : regarding) {
    add(record);
    regards_deal = regards_deal || is_deal(type(record));
  }
  const bool deals = rules_.deals == DealActivities::kPeople ||
                     (rules_.deals == DealActivities::kUnlessRegardingAnother && !regards_deal);
  for (uint32_t person : attendance.theirs) {
    for (uint32_t i = theirs_.first_link[person]; i < theirs_.first_link[person + 1]; ++i) {
      const RecordNumber record = their_links_[i].record;
      if (is_deal(type(record))) {
        if (!deals || marks_[record] == activity_) continue;
        if (rules_.until_closed && at >= records_[record].closed_from) continue;
        if (!one_of_ours(record, attendance.ours)) continue;
      }
      add(record);
    }
  }
}

}  // namespace relinsights
